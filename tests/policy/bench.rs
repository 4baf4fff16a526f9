//! A workbench for policies: the items of a case over those of `prelude.tenure`, people as a small table, one instant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use tenure::diagnostic::{Diagnostic, FileId, Sources};
use tenure::directory::Dn;
use tenure::hr::{Origin, Schema, Snapshot, read_csv, read_employments_csv, type_records};
use tenure::policy::{Evaluator, FileKey, Input, Policy, Wish, compile, lint, wanted_files};
use tenure::syntax::{self, ast};

use super::show;

/// What a case does not say itself.
const PRELUDE: &str = include_str!("prelude.tenure");

/// What a case of a lint does not say itself: a policy in which no lint finds anything.
const LINTS: &str = include_str!("../lints/prelude.tenure");

/// The prelude's lookup table.
const SITES: &str = "office,code,folder,zone,phone\n\
    Berlin,BER,OU=Berlin,Europe/Berlin,+49 30 5550\n\
    Honolulu,HNL,OU=Honolulu,Pacific/Honolulu,\n";

/// The write base.
pub(crate) const BASE: &str = "OU=Company,DC=example,DC=com";

/// What people have of whom a case says nothing else, by the name of the policy's field.
pub(crate) const USUAL: [(&str, &str); 6] = [
    ("first_name", "Ada"),
    ("last_name", "King"),
    ("status", "active"),
    ("contract", "internal"),
    ("hire_date", "2020-01-01"),
    ("workload", "40"),
];

/// A policy with people at an instant, being put together.
#[derive(Debug, Clone)]
pub(crate) struct Bench {
    /// Name and text; the prelude is not among them.
    files: Vec<(String, String)>,
    tables: BTreeMap<String, Vec<u8>>,
    without: BTreeSet<String>,
    params: BTreeMap<String, String>,
    people: String,
    employments: Option<String>,
    question: Option<String>,
    now: Timestamp,
    only: Vec<String>,
    prelude: &'static str,
    base: String,
}

/// A policy as it was compiled.
#[derive(Debug)]
pub(crate) struct Compiled {
    pub(crate) policy: Option<Policy>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sources: Sources,
}

impl Bench {
    /// The prelude alone, nobody in HR, a Monday morning.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            files: Vec::new(),
            tables: BTreeMap::from([("sites.csv".to_owned(), SITES.into())]),
            without: BTreeSet::new(),
            params: BTreeMap::new(),
            people: "id\n".to_owned(),
            employments: None,
            question: None,
            now: "2026-03-02T09:00:00+01:00".parse().unwrap(),
            only: Vec::new(),
            prelude: PRELUDE,
            base: BASE.to_owned(),
        }
    }

    /// The same for lints.
    #[must_use]
    pub(crate) fn lints() -> Self {
        Self {
            prelude: LINTS,
            ..Self::new()
        }
    }

    /// The same over another prelude, and without its table.
    #[must_use]
    pub(crate) fn over(prelude: &'static str) -> Self {
        Self {
            prelude,
            tables: BTreeMap::new(),
            ..Self::new()
        }
    }

    /// Written below another base.
    #[must_use]
    pub(crate) fn below(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// Items that take the place of the prelude's of the same name, or are added.
    #[must_use]
    pub(crate) fn policy(self, text: &str) -> Self {
        let name = format!("case{}.tenure", self.files.len());
        self.file(&name, text)
    }

    /// The same, in a file of that name.
    #[must_use]
    pub(crate) fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.to_owned(), text.to_owned()));
        self
    }

    /// A table.
    #[must_use]
    pub(crate) fn table(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.tables.insert(name.to_owned(), bytes.into());
        self
    }

    /// Leaves an item of the prelude out: `timezone`, `stage leaver`, `let site`.
    #[must_use]
    pub(crate) fn without(mut self, item: &str) -> Self {
        self.without.insert(item.to_owned());
        self
    }

    /// A value from the configuration.
    #[must_use]
    pub(crate) fn param(mut self, name: &str, value: &str) -> Self {
        self.params.insert(name.to_owned(), value.to_owned());
        self
    }

    /// People as CSV, by the names of the policy's fields; columns that are not there have usual values.
    #[must_use]
    pub(crate) fn people(mut self, csv: &str) -> Self {
        csv.clone_into(&mut self.people);
        self
    }

    /// Their employments, by the names of the policy's fields, each behind the key of its person.
    #[must_use]
    pub(crate) fn employments(mut self, csv: &str) -> Self {
        self.employments = Some(csv.to_owned());
        self
    }

    /// Another instant.
    #[must_use]
    pub(crate) fn at(mut self, now: &str) -> Self {
        self.now = now.parse().unwrap();
        self
    }

    /// A condition that is asked of people beside the policy.
    #[must_use]
    pub(crate) fn question(mut self, condition: &str) -> Self {
        self.question = Some(condition.to_owned());
        self
    }

    /// The instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Shows only lines that begin with one of these words.
    #[must_use]
    pub(crate) fn only(mut self, words: &str) -> Self {
        self.only = words.split_whitespace().map(str::to_owned).collect();
        self
    }

    /// All texts: the prelude's items that are not replaced, one file each, and the case's files.
    fn texts(&self) -> Vec<(String, String)> {
        let mut replaced = self.without.clone();
        for (_, text) in &self.files {
            let (file, _) = syntax::parse(FileId(0), text);
            replaced.extend(file.items.iter().filter_map(replaces));
        }
        let (prelude, problems) = syntax::parse(FileId(0), self.prelude);
        assert_eq!(problems, [], "the prelude can be read");
        let mut texts = Vec::new();
        for item in &prelude.items {
            // Blocks of groups add up, but for those that a case leaves out.
            let key = replaces(item).unwrap_or_else(|| "groups".to_owned());
            if !replaced.contains(&key) {
                let span = item_span(item);
                let text = &self.prelude[span.start as usize..span.end as usize];
                texts.push((
                    format!("prelude/{}.tenure", key.replace(' ', "-")),
                    text.to_owned(),
                ));
            }
        }
        texts.extend(self.files.iter().cloned());
        texts
    }

    /// Compiles it; with `backwards` the files are read in the opposite order.
    pub(crate) fn compile_in(&self, backwards: bool) -> Compiled {
        self.compile_and(backwards, |_, _, said| said.to_vec())
    }

    /// Compiles it and asks all lints; what a comment allows is left out.
    pub(crate) fn lint(&self) -> Compiled {
        self.compile_and(false, |policy, input, said| {
            let findings = lint::lint(policy, input, said, self.now);
            let found = findings.found.into_iter().map(|one| one.diagnostic);
            lint::allowed(
                input.files,
                input.sources,
                said.iter().cloned().chain(found).collect(),
            )
        })
    }

    /// Compiles it; of a policy that is right `further` says what is found in the place of what the checker said.
    fn compile_and(
        &self,
        backwards: bool,
        further: impl FnOnce(&Policy, &Input<'_>, &[Diagnostic]) -> Vec<Diagnostic>,
    ) -> Compiled {
        let mut sources = Sources::new();
        let mut diagnostics = Vec::new();
        let mut files = Vec::new();
        let mut texts = self.texts();
        if backwards {
            texts.reverse();
        }
        for (name, text) in texts {
            let id = sources.add(name, text.as_str());
            let (file, mut found) = syntax::parse(id, &text);
            diagnostics.append(&mut found);
            files.push(file);
        }
        let mut tables: BTreeMap<FileKey, Result<FileId, String>> = BTreeMap::new();
        for key in wanted_files(&files) {
            let read = match self.tables.get(&*key.1) {
                Some(bytes) => match tenure::text::decode(bytes) {
                    Ok(text) => Ok(sources.add(key.1.clone(), text)),
                    Err(error) => Err(error.to_string()),
                },
                None => Err("there is no such file".to_owned()),
            };
            tables.insert(key, read);
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            return Compiled {
                policy: None,
                diagnostics,
                sources,
            };
        }
        let bases = [Dn::parse(&self.base).unwrap()];
        let question = self.question.as_ref().map(|question| {
            let text = format!("expect \"asked\" when {question}");
            let id = sources.add("question", text.as_str());
            let (file, mut found) = syntax::parse(id, &text);
            diagnostics.append(&mut found);
            file
        });
        let input = Input {
            files: &files,
            sources: &sources,
            tables: &tables,
            params: &self.params,
            bases: &bases,
            posted: tenure::policy::Posted::Nothing,
            question: question.as_ref().and_then(|file| file.items.first()),
        };
        let (policy, mut found) = compile(&input);
        diagnostics.append(&mut found);
        if let Some(policy) = &policy {
            diagnostics = further(policy, &input, &diagnostics);
        }
        tenure::diagnostic::sort(&mut diagnostics);
        Compiled {
            policy,
            diagnostics,
            sources,
        }
    }

    /// Compiles it.
    pub(crate) fn compile(&self) -> Compiled {
        self.compile_in(false)
    }

    /// The people of the case, as this policy reads them.
    pub(crate) fn snapshot(&self, policy: &Policy) -> Snapshot {
        let employments = self.employments.as_deref().unwrap_or("person\n");
        people_with(&self.people, employments, &policy.schema)
    }

    /// The ids of those of whom a condition holds, as `--only` asks it.
    #[track_caller]
    pub(crate) fn asks(&self, question: &str) -> String {
        let mut bench = self.clone();
        bench.question = Some(question.to_owned());
        let policy = bench.right();
        let people = bench.snapshot(&policy);
        let evaluator = Evaluator::new(&policy, &people, self.now);
        let holds = people.people().iter();
        let holds = holds.filter(|person| evaluator.answers(person));
        let ids: Vec<String> = holds.map(|person| person.id().to_string()).collect();
        ids.join(" ")
    }

    /// Why a person is in which groups, and why not.
    #[track_caller]
    pub(crate) fn explains(&self, id: i64) -> String {
        let compiled = self.compile();
        let policy = self.right();
        let people = self.snapshot(&policy);
        let evaluator = Evaluator::new(&policy, &people, self.now);
        let person = people.get(&id.into()).unwrap();
        let explanation = evaluator.explain(person, &compiled.sources, false);
        show::explanation(&policy, &explanation)
    }

    /// What the checker says, as text.
    pub(crate) fn complaints(&self) -> String {
        let compiled = self.compile();
        let errors = compiled.diagnostics.iter().any(Diagnostic::is_error);
        assert_eq!(
            compiled.policy.is_none(),
            errors,
            "a policy exactly if there is no error"
        );
        show::diagnostics(&compiled.sources, &compiled.diagnostics)
    }

    /// The policy, which must be right.
    #[track_caller]
    pub(crate) fn right(&self) -> Policy {
        let compiled = self.compile();
        let found: Vec<&Diagnostic> = compiled
            .diagnostics
            .iter()
            .filter(|one| one.is_error())
            .collect();
        assert!(
            found.is_empty(),
            "{}",
            show::diagnostics(&compiled.sources, &compiled.diagnostics)
        );
        compiled.policy.unwrap()
    }

    /// The wishes of everybody, as text.
    #[track_caller]
    pub(crate) fn wishes(&self) -> String {
        let policy = self.right();
        let people = self.snapshot(&policy);
        let mut text = String::new();
        for wish in wishes(&policy, &people, self.now) {
            let whole = show::wish(&policy, &wish);
            for (index, line) in whole.lines().enumerate() {
                let word = line.split_whitespace().next().unwrap_or_default();
                if index == 0 || self.only.is_empty() || self.only.iter().any(|only| only == word) {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        text
    }
}

/// Everybody's wish, the quarantined last.
pub(crate) fn wishes(policy: &Policy, people: &Snapshot, now: Timestamp) -> Vec<Wish> {
    let evaluator = Evaluator::new(policy, people, now);
    let good = people.people().iter().map(|person| evaluator.wish(person));
    let set_aside = people.quarantined().iter();
    good.chain(set_aside.filter_map(|record| evaluator.wish_of_quarantined(record)))
        .collect()
}

/// People from a table by the policy's names, usual values where it has no column.
pub(crate) fn people(csv: &str, schema: &Arc<Schema>) -> Snapshot {
    people_with(csv, "person\n", schema)
}

/// The same with their employments; columns that are not there are empty.
pub(crate) fn people_with(csv: &str, employments: &str, schema: &Arc<Schema>) -> Snapshot {
    let (header, rows) = csv.trim_start().split_once('\n').unwrap_or((csv, ""));
    let named: Vec<&str> = header.trim().split(',').collect();
    let mut columns: Vec<&str> = Vec::new();
    for name in &named {
        let attribute = schema.attributes().iter().find(|one| &*one.name == *name);
        columns.push(attribute.map_or(*name, |one| &one.source));
    }
    let mut usual = String::new();
    let employed = schema.employments().map(|(position, _)| position);
    for (position, attribute) in schema.attributes().iter().enumerate() {
        if named.contains(&&*attribute.name) || Some(position) == employed {
            continue;
        }
        columns.push(&attribute.source);
        let value = USUAL.iter().find(|(name, _)| *name == &*attribute.name);
        usual.push(',');
        usual.push_str(value.map_or("", |(_, value)| value));
    }
    let mut table = columns.join(",");
    table.push('\n');
    for row in rows.lines().map(str::trim).filter(|row| !row.is_empty()) {
        table.push_str(row);
        table.push_str(&usual);
        table.push('\n');
    }
    let mut records = if rows.trim().is_empty() {
        Vec::new()
    } else {
        read_csv("people.csv", table.as_bytes(), schema).unwrap()
    };
    if let Some((_, fields)) = schema.employments() {
        let (header, rows) = employments.trim_start().split_once('\n').unwrap();
        let named: Vec<&str> = header.trim().split(',').collect();
        let source = |name: &&str| {
            let field = fields.iter().find(|field| &*field.name == *name);
            field.map_or(*name, |field| &field.source).to_owned()
        };
        let mut columns: Vec<String> = named.iter().map(source).collect();
        let others = fields.iter().filter(|field| !named.contains(&&*field.name));
        let others: Vec<String> = others.map(|field| field.source.to_string()).collect();
        columns.extend(others.iter().cloned());
        let rows = rows.lines().map(str::trim).filter(|row| !row.is_empty());
        let rows: Vec<String> = rows
            .map(|row| row.to_owned() + &",".repeat(others.len()))
            .collect();
        let table = format!("{}\n{}\n", columns.join(","), rows.join("\n"));
        read_employments_csv("employments.csv", table.as_bytes(), schema, &mut records).unwrap();
    }
    type_records(schema, records, Origin::new("case")).unwrap()
}

/// The item of the prelude whose place this one takes; none if it is added.
fn replaces(item: &ast::Item) -> Option<String> {
    use ast::Item;
    Some(match item {
        Item::Person(_) => "person".to_owned(),
        Item::Employment(_) => "employment".to_owned(),
        Item::Timezone(_) => "timezone".to_owned(),
        Item::Lifecycle(_) => "lifecycle".to_owned(),
        Item::Identity(_) => "identity".to_owned(),
        Item::Password(_) => "password".to_owned(),
        Item::Unit(_) => "unit".to_owned(),
        Item::Guard(_) => "guard".to_owned(),
        Item::Profile(_) => "profile".to_owned(),
        Item::Param(item) => format!("param {}", item.body.name.value),
        Item::Table(item) => format!("table {}", item.body.name.value),
        Item::Let(item) => format!("let {}", item.body.name.value),
        Item::Unique(item) => format!("unique {}", item.body.name.value),
        Item::Stage(item) => format!("stage {}", item.body.name.value),
        _ => return None,
    })
}

fn item_span(item: &ast::Item) -> tenure::diagnostic::Span {
    use ast::Item;
    match item {
        Item::Person(item) => item.span,
        Item::Timezone(item) => item.span,
        Item::Lifecycle(item) => item.span,
        Item::Identity(item) => item.span,
        Item::Unit(item) => item.span,
        Item::Profile(item) => item.span,
        Item::Param(item) => item.span,
        Item::Table(item) => item.span,
        Item::Let(item) => item.span,
        Item::Unique(item) => item.span,
        Item::Stage(item) => item.span,
        Item::Groups(item) => item.span,
        Item::Password(item) => item.span,
        Item::Guard(item) => item.span,
        other => panic!("an item that the prelude does not have: {other:?}"),
    }
}
