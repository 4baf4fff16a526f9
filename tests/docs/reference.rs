//! The reference, run: each policy in it checks, each diagnostic, wish and value is what comes out.
//!
//! A heading begins anew with `policy/prelude.tenure`. A `tenure` block adds to the policy of its section; one
//! that is followed by a `text` block is a mistake, and `text` is what `tenure check` says of it. A `csv` block is a table (`markdown` the text of a notice), or,
//! named `people`, everybody in HR; `wish` is then what the policy wants (`only=` lines that begin with these
//! words, `at=` an instant). `parse=only` marks what is read and not yet meant, or is
//! about another `person` than the prelude's. A table headed `person | expression | value` asks for values.
//!
//! In such a table a person has what the row says and otherwise the usual values; further people stand
//! behind ` / `, the elements of a list are joined by ` + `; `now` is an instant. `missing`, `unknown`, `true` and `false` are what they say.

use std::collections::BTreeMap;

use tenure::diagnostic::Diagnostic;
use tenure::diagnostic::render::{Style, human};
use tenure::policy::{Desired, Evaluator, Wish};

use super::markdown::{Part, parts, rewritten, writing};
use super::shell::first_difference;
use crate::policy::bench::{Bench, Compiled, USUAL, people, wishes};

/// Documents of which each policy is run.
const DOCUMENTS: [&str; 5] = [
    "docs/approvals.md",
    "docs/language.md",
    "docs/from-hire2retire.md",
    "docs/people-and-notices.md",
    "docs/steps.md",
];

/// What a person has in a table that says nothing else of them.
const USUAL_ID: &str = "7";

/// What is run below one heading.
#[derive(Clone)]
struct Section {
    bench: Bench,
    people: String,
}

impl Section {
    fn new() -> Self {
        Self {
            bench: Bench::new(),
            people: "id\n".to_owned(),
        }
    }
}

/// What comes out at a place of a document.
#[derive(Default)]
struct Found {
    texts: Vec<String>,
    wishes: Vec<String>,
    wrong: Vec<String>,
    values: usize,
}

fn run(document: &str) -> (String, Found) {
    let text = std::fs::read_to_string(document).unwrap();
    let parts = parts(&text);
    let mut found = Found::default();
    let mut section = Section::new();
    let mut mistake: Option<Bench> = None;
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Heading(_) => section = Section::new(),
            Part::Table { header, rows, line } => {
                if header == &["person", "expression", "value"] {
                    for (number, row) in rows.iter().enumerate() {
                        found.values += 1;
                        let line = line + number + 2;
                        if let Err(wrong) = value(&section, row) {
                            found.wrong.push(format!("{document}:{line}: {wrong}"));
                        }
                    }
                }
            }
            Part::Block(block) => match block.language.as_str() {
                "tenure" if block.order("parse") == Some("only") => {
                    let (_, said) =
                        tenure::syntax::parse(tenure::diagnostic::FileId(0), &block.text);
                    let said: Vec<&str> = said.iter().map(|one| one.message.as_str()).collect();
                    if !said.is_empty() {
                        found
                            .wrong
                            .push(format!("{document}:{}: {said:?}", block.line));
                    }
                }
                "tenure" => {
                    let shows = matches!(parts.get(index + 1), Some(Part::Block(next)) if next.language == "text");
                    let mut bench = section.bench.clone();
                    if let Some(item) = block.order("without") {
                        bench = bench.without(&item.replace('+', " "));
                    }
                    for part in &parts[index + 1..] {
                        let Part::Block(table) = part else { break };
                        let file = matches!(table.language.as_str(), "csv" | "markdown");
                        if file && table.name.as_deref() != Some("people") {
                            bench =
                                bench.table(table.name.as_deref().unwrap(), table.text.as_str());
                        }
                    }
                    let name = block.name.as_deref().unwrap_or("policy.tenure");
                    let bench = bench.file(name, &block.text);
                    if shows {
                        mistake = Some(bench);
                        continue;
                    }
                    let compiled = bench.compile();
                    if let Some(said) = complaint(&compiled) {
                        found
                            .wrong
                            .push(format!("{document}:{}:\n{said}", block.line));
                    }
                    section.bench = bench;
                }
                "csv" if block.name.as_deref() == Some("people") => {
                    section.people.clone_from(&block.text);
                }
                "csv" | "markdown" => {
                    let name = block.name.as_deref().unwrap();
                    section.bench = section.bench.clone().table(name, block.text.as_str());
                }
                "toml" => {
                    let config: toml::Table = block.text.parse().unwrap();
                    let params = config.get("params").and_then(toml::Value::as_table);
                    for (key, value) in params.into_iter().flatten() {
                        section.bench = section.bench.clone().param(key, value.as_str().unwrap());
                    }
                }
                "text" => {
                    let bench = mistake.take();
                    let bench =
                        bench.unwrap_or_else(|| panic!("{document}:{}: of what?", block.line));
                    let Compiled {
                        sources,
                        diagnostics,
                        ..
                    } = bench.compile();
                    found
                        .texts
                        .push(human(&sources, &diagnostics, Style::default()));
                }
                "wish" => {
                    let mut bench = section.bench.clone().people(&section.people);
                    if let Some(only) = block.order("only") {
                        bench = bench.only(&only.replace(',', " "));
                    }
                    if let Some(at) = block.order("at") {
                        bench = bench.at(at);
                    }
                    found.wishes.push(bench.wishes());
                }
                _ => {}
            },
        }
    }
    let new = rewritten(&text, "text", &found.texts);
    (rewritten(&new, "wish", &found.wishes), found)
}

/// What is wrong with a policy, but for names that only a table below uses.
fn complaint(compiled: &Compiled) -> Option<String> {
    let unexpected = |one: &&Diagnostic| one.code.name != "unused";
    let wrong: Vec<Diagnostic> = compiled
        .diagnostics
        .iter()
        .filter(unexpected)
        .cloned()
        .collect();
    (!wrong.is_empty()).then(|| human(&compiled.sources, &wrong, Style::default()))
}

/// Whether a row of a table holds.
fn value(section: &Section, row: &[String]) -> Result<(), String> {
    let [person, expression, wanted] = row else {
        return Err(format!("a row has three cells: {row:?}"));
    };
    let bare = |cell: &str| cell.trim().trim_matches('`').replace("\\|", "|");
    let (expression, wanted) = (bare(expression), bare(wanted));
    let (csv, now) = records(&bare(person));
    let mut bench = section.bench.clone();
    if let Some(now) = now {
        bench = bench.at(&now);
    }
    let is = condition(&bench, &csv, &expression)
        .or_else(|_| written(&bench, &csv, "info", &expression))
        .or_else(|first| written(&bench, &csv, "accountExpires", &expression).map_err(|_| first))?;
    if is == wanted {
        Ok(())
    } else {
        Err(format!(
            "`{person}`: `{expression}` is `{is}`, not `{wanted}`"
        ))
    }
}

/// People as CSV; the first is the one who is asked.
fn records(cell: &str) -> (String, Option<String>) {
    let mut now = None;
    let mut columns: Vec<String> = vec!["id".to_owned()];
    let mut rows: Vec<BTreeMap<String, String>> = Vec::new();
    for (index, person) in cell.split(" / ").enumerate() {
        let mut row = BTreeMap::new();
        row.insert("id".to_owned(), (7 + index).to_string());
        for field in person.split(", ").filter(|field| field.contains(" = ")) {
            let (name, value) = field.split_once(" = ").unwrap();
            let value = value.trim().trim_matches('"');
            let value = if value == "missing" { "" } else { value };
            if name == "now" {
                now = Some(value.to_owned());
                continue;
            }
            if !columns.iter().any(|column| column == name) {
                columns.push(name.to_owned());
            }
            let value = if value.contains(" + ") {
                format!("\"{}\"", value.replace(" + ", ", "))
            } else {
                value.to_owned()
            };
            row.insert(name.to_owned(), value);
        }
        rows.push(row);
    }
    let mut csv = columns.join(",") + "\n";
    for row in rows {
        let usual = |column: &String| {
            let usual = USUAL.iter().find(|(name, _)| name == column);
            usual.map_or("", |(_, value)| value)
        };
        let cell = |column| {
            row.get(column)
                .map_or_else(|| usual(column), String::as_str)
        };
        let cells: Vec<&str> = columns.iter().map(cell).collect();
        csv += &(cells.join(",") + "\n");
    }
    (csv, now)
}

/// Whether a condition holds: it does, its opposite does, or neither can be told.
fn condition(bench: &Bench, csv: &str, condition: &str) -> Result<String, String> {
    let ask = |question: &str| -> Result<bool, String> {
        let compiled = bench.clone().question(question).compile();
        let Some(policy) = compiled.policy else {
            return Err(human(
                &compiled.sources,
                &compiled.diagnostics,
                Style::default(),
            ));
        };
        let people = people(csv, &policy.schema);
        let evaluator = Evaluator::new(&policy, &people, bench.now());
        let asked = people
            .people()
            .iter()
            .find(|person| person.id().to_string() == USUAL_ID);
        Ok(evaluator.answers(asked.ok_or("nobody is left to be asked")?))
    };
    let answers = (ask(condition)?, ask(&format!("not ({condition})"))?);
    Ok(match answers {
        (true, false) => "true",
        (false, true) => "false",
        (false, false) => "unknown",
        (true, true) => "true and false",
    }
    .to_owned())
}

/// A value as it would be written into an attribute.
fn written(bench: &Bench, csv: &str, attribute: &str, expression: &str) -> Result<String, String> {
    let probe = format!(
        "exception for {USUAL_ID} until 2999-12-31 because \"asked\" {{ set {attribute} = disclose({expression}) else clear }}"
    );
    let compiled = bench.clone().file("asked.tenure", &probe).compile();
    let Some(policy) = compiled.policy else {
        return Err(human(
            &compiled.sources,
            &compiled.diagnostics,
            Style::default(),
        ));
    };
    let people = people(csv, &policy.schema);
    let all = wishes(&policy, &people, bench.now());
    let of: Option<&Wish> = all.iter().find(|wish| wish.person.to_string() == USUAL_ID);
    let line = of.and_then(|wish| {
        wish.attributes
            .iter()
            .find(|line| &*line.attribute == attribute)
    });
    Ok(match line.map(|line| &line.value) {
        Some(Desired::Values(values)) if attribute == "accountExpires" => instant(&values[0]),
        Some(Desired::Values(values)) => values.join(", "),
        Some(Desired::Person(id, _)) => format!("person {id}"),
        Some(Desired::Clear) => "missing".to_owned(),
        Some(Desired::Held(_)) => "unknown".to_owned(),
        other => format!("{other:?}"),
    })
}

/// An instant as ISO, from the hundreds of nanoseconds since 1601 that AD counts.
fn instant(filetime: &str) -> String {
    let ticks: i64 = filetime.parse().unwrap();
    if ticks == i64::MAX {
        return "never".to_owned();
    }
    let seconds = ticks / 10_000_000 - 11_644_473_600;
    jiff::Timestamp::from_second(seconds).unwrap().to_string()
}

#[test]
fn every_example_of_the_language_gives_what_is_shown() {
    let mut values = 0;
    for document in DOCUMENTS {
        let _writing = writing();
        let (new, found) = run(document);
        values += found.values;
        assert!(found.wrong.is_empty(), "{}", found.wrong.join("\n"));
        if std::env::var_os("TENURE_WRITE_DOCS").is_some() {
            std::fs::write(document, &new).unwrap();
            continue;
        }
        let text = std::fs::read_to_string(document).unwrap();
        assert!(
            text == new,
            "{document} shows another output: run with TENURE_WRITE_DOCS=1 and read the difference\n{}",
            first_difference(&text, &new)
        );
    }
    assert!(values >= 150, "{values} values are asked for");
}

/// What a heading is called in a link.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let kept = letters
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let link = regex::Regex::new(r"\]\(([^)#:]*)(?:#([^)]*))?\)").unwrap();
    let mut wrong = Vec::new();
    for document in [
        "README.md",
        "docs/language.md",
        "docs/tour.md",
        "docs/from-hire2retire.md",
    ] {
        let text = std::fs::read_to_string(document).unwrap();
        let prose: String = text.split("```").step_by(2).collect();
        for found in link.captures_iter(&prose) {
            let folder = std::path::Path::new(document).parent().unwrap();
            let target = match &found[1] {
                "" => document.into(),
                path => folder.join(path),
            };
            let Ok(there) = std::fs::read_to_string(&target) else {
                wrong.push(format!("{document}: {}", &found[0]));
                continue;
            };
            let Some(place) = found.get(2) else {
                continue;
            };
            let headings = parts(&there).into_iter().filter_map(|part| match part {
                Part::Heading(heading) => Some(anchor(&heading)),
                Part::Block(_) | Part::Table { .. } => None,
            });
            if !headings
                .into_iter()
                .any(|heading| heading == place.as_str())
            {
                wrong.push(format!("{document}: {}", &found[0]));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
