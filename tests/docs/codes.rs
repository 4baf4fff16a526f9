//! The pages of codes: all of one shape, each example shows exactly its code at the line marked, and what
//! stands under 'How to mend it' is right.
//!
//! An example takes the place of items of `policy/prelude.tenure`. A block with a name is another file; a
//! `csv` is a table, a `toml` the configuration. `# ← here` marks the line; where no comment can stand,
//! `here=LINE` behind the fence does. `repeat=N` repeats the block's first line, `also=CODE` is a code that
//! cannot be helped beside. Codes of the world are `world`'s.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use tenure::diagnostic::Code;

use super::markdown::{Block, blocks, sections};
use crate::policy::bench::{Bench, Compiled};
use crate::policy::show;

const SECTIONS: [&str; 4] = [
    "What it finds",
    "Why it matters",
    "Example",
    "How to mend it",
];

/// Codes without an example, and why.
const WITHOUT_EXAMPLE: [(&str, &str); 5] = [
    ("almost-everyone", "people are needed: `lints::data`"),
    (
        "internal-syntax",
        "a fault of the program; the laws of the syntax look for a text that shows it",
    ),
    ("not-in-directory", "a directory is needed: `lints::data`"),
    (
        "password-to-nobody",
        "it hangs on the configuration, too: `cli::notices::passwords`",
    ),
    ("value-never-sent", "people are needed: `lints::data`"),
];

/// The codes of what is found in a policy.
fn of_policies() -> impl Iterator<Item = &'static Code> {
    let tables = [
        tenure::policy::codes::ALL,
        tenure::policy::lint::codes::ALL,
        tenure::syntax::codes::ALL,
    ];
    tables.into_iter().flatten().copied()
}

fn is_lint(code: &Code) -> bool {
    let lints = tenure::policy::lint::codes::ALL;
    lints.iter().any(|lint| lint.name == code.name)
}

/// Where an example has its mistake: file and line.
type Place = (String, u32);

/// A bench with these blocks, and the place that is marked.
fn bench(code: &Code, blocks: &[Block]) -> (Bench, Vec<Place>) {
    let mut bench = if is_lint(code) {
        Bench::lints()
    } else {
        Bench::new()
    };
    let mut marked = Vec::new();
    for block in blocks {
        let name = block.name.as_deref().unwrap_or("example.tenure");
        let mut text = block.text.clone();
        if let Some(times) = block.order("repeat") {
            text = text.repeat(times.parse().unwrap());
        }
        let by_comment = text.lines().position(|line| line.contains("← here"));
        let by_order = block
            .order("here")
            .map(|line| line.parse::<usize>().unwrap());
        if let Some(item) = block.order("without") {
            bench = bench.without(item);
        }
        let line = by_order.or(by_comment.map(|index| index + 1));
        marked.extend(line.map(|line| (name.to_owned(), u32::try_from(line).unwrap())));
        bench = match block.language.as_str() {
            "tenure" => bench.file(name, &text),
            "csv" => bench.table(name, text),
            "toml" => params(&text)
                .into_iter()
                .fold(bench, |bench, (key, value)| bench.param(&key, &value)),
            other => panic!("a block of {other}"),
        };
    }
    (bench, marked)
}

fn params(text: &str) -> Vec<(String, String)> {
    let config: toml::Table = text.parse().unwrap();
    let params = config["params"].as_table().unwrap();
    let value = |value: &toml::Value| value.as_str().unwrap().to_owned();
    params
        .iter()
        .map(|(key, found)| (key.clone(), value(found)))
        .collect()
}

/// Code, file and line of each diagnostic.
fn found(compiled: &Compiled) -> Vec<(&'static str, Place)> {
    let place = |one: &tenure::diagnostic::Diagnostic| {
        let (file, at) = compiled.sources.place(one.primary.span).unwrap();
        (file.to_string(), at.line)
    };
    let all = compiled.diagnostics.iter();
    all.map(|one| (one.code.name, place(one))).collect()
}

/// What is wrong with the form of a page.
fn form(code: &Code) -> Vec<String> {
    let mut wrong = Vec::new();
    let docs = code.docs;
    if !docs.starts_with(&format!("# {}\n\n## What it finds\n\n", code.name)) {
        wrong.push("begins with its name and `What it finds`".to_owned());
    }
    let sections = sections(docs);
    let headings: Vec<&str> = sections
        .iter()
        .map(|(heading, _)| heading.as_str())
        .collect();
    if headings != SECTIONS {
        wrong.push(format!("has the sections {headings:?}"));
    }
    for (heading, body) in &sections {
        let prose = body
            .split("```")
            .step_by(2)
            .any(|text| !text.trim().is_empty());
        let shown = blocks(body).len();
        let exempt = WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name)
            || of_policies().all(|known| known.name != code.name);
        let right = match heading.as_str() {
            "Example" if exempt => prose || shown > 0,
            "How to mend it" if exempt => prose,
            "Example" => shown > 0,
            "How to mend it" => prose && shown > 0,
            _ => prose && shown == 0,
        };
        if !right {
            wrong.push(format!(
                "`{heading}`: prose or a block is missing or too much"
            ));
        }
    }
    if docs.contains("\n\n\n") || !docs.ends_with('\n') || docs.ends_with("\n\n") {
        wrong.push("has one empty line between parts and none at the end".to_owned());
    }
    let prose: String = docs.split("```").step_by(2).collect();
    for line in prose
        .lines()
        .filter(|line| line.matches('`').count() % 2 == 1)
    {
        wrong.push(format!("a backtick is not closed: {line}"));
    }
    wrong
}

pub(crate) fn body(code: &Code, heading: &str) -> String {
    let found = sections(code.docs)
        .into_iter()
        .find(|(known, _)| known == heading);
    found.map(|(_, body)| body).unwrap_or_default()
}

#[test]
fn all_pages_have_one_shape() {
    let mut wrong = String::new();
    for code in tenure::cli::every_code() {
        for what in form(code) {
            writeln!(wrong, "{}: {what}", code.name).unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn each_example_shows_its_code_where_it_is_marked_and_nothing_else() {
    let mut wrong = String::new();
    for code in of_policies() {
        if WITHOUT_EXAMPLE.iter().any(|(name, _)| *name == code.name) {
            continue;
        }
        let shown = blocks(&body(code, "Example"));
        let also: BTreeSet<&str> = shown
            .iter()
            .filter_map(|block| block.order("also"))
            .collect();
        let (bench, marked) = bench(code, &shown);
        let compiled = if is_lint(code) {
            bench.lint()
        } else {
            bench.compile()
        };
        let mut all = found(&compiled);
        all.retain(|(name, _)| !also.contains(name));
        let wanted: Vec<_> = marked.into_iter().map(|place| (code.name, place)).collect();
        if all != wanted || wanted.len() != 1 {
            let said = show::diagnostics(&compiled.sources, &compiled.diagnostics);
            let said: String = said
                .lines()
                .take(30)
                .fold(String::new(), |all, line| all + line + "\n");
            writeln!(
                wrong,
                "{}: wanted {wanted:?}, found {all:?}\n{said}",
                code.name
            )
            .unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn what_mends_it_is_right() {
    let mut wrong = String::new();
    for code in of_policies() {
        let shown = blocks(&body(code, "How to mend it"));
        let (bench, marked) = bench(code, &shown);
        assert_eq!(marked, [], "{} marks a mistake in what mends it", code.name);
        let said = if is_lint(code) {
            let linted = bench.lint();
            show::diagnostics(&linted.sources, &linted.diagnostics)
        } else {
            bench.complaints()
        };
        if !said.is_empty() {
            writeln!(wrong, "{}: {said}", code.name).unwrap();
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn a_name_is_the_name_of_one_code() {
    let all = tenure::cli::every_code();
    let names: BTreeSet<&str> = all.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), all.len());
}

#[test]
fn no_page_is_left_over() {
    let names: BTreeSet<String> = tenure::cli::every_code()
        .iter()
        .map(|code| format!("{}.md", code.name))
        .collect();
    let mut pages = BTreeSet::new();
    for folder in [
        "src/policy/codes",
        "src/policy/lint/codes",
        "src/syntax/codes",
        "src/cli/codes",
    ] {
        for entry in std::fs::read_dir(folder).unwrap() {
            pages.insert(entry.unwrap().file_name().into_string().unwrap());
        }
    }
    assert_eq!(pages, names);
}
