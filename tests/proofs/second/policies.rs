//! Random policies: every line stands for itself, and a line that the checker refuses is taken out again.

mod doubts;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use tenure::diagnostic::{Diagnostic, FileId, Sources};
use tenure::directory::Dn;
use tenure::hr::Snapshot;
use tenure::policy::{FileKey, Input, Policy as Real, compile, wanted_files};
use tenure::syntax::{self, ast};

use super::ask::{Ask, Locals};
use super::company::{Company, SCHEMA, tables};
use super::declared::Policy;
use super::names::{Kind, Names};
use super::people::People;
use super::tally::Tally;
use super::value::{Answer, Value};
use super::write::Writer;
use crate::dice::Dice;
use crate::policy::bench::{BASE, Bench};

/// What every generated policy has.
const COMMON: &str = r#"
param domain : text = "example.com"
let site = sites[office]
let team = teams[department]
let away = sites[supervisor.office]
let base = "user{id}"
unique login { try base try "{base}{n}" }
identity { anchor employeeID = id }
"#;

/// How deep conditions and values are nested.
const DEPTH: usize = 3;

/// How many people are looked at to find out whether a condition says something.
const LOOKED_AT: usize = 10;

/// How many rows of a plain policy ask of a list whose elements may be missing.
const LISTS: usize = 4;

/// A policy with its people, as text.
pub(in crate::proofs) struct Case {
    pub(super) lines: Vec<String>,
    pub(in crate::proofs) company: Company,
    pub(super) tables: BTreeMap<String, String>,
    /// Lines that the generator wrote, and those of them that the checker refused.
    pub(super) written: usize,
    pub(super) refused: usize,
    /// Nothing in it decides in so many words what a missing value means.
    plain: bool,
}

/// What decides in so many words what a missing value means.
const DECIDES: [&str; 5] = [" else ", "is missing", "is present", "choose ", "otherwise"];

fn decides(text: &str) -> bool {
    DECIDES.iter().any(|word| text.contains(word))
}

impl Case {
    /// The case of a seed.
    pub(in crate::proofs) fn random(seed: u64, people: usize) -> Self {
        Self::of(seed, people, false)
    }

    /// The same, and nothing in it decides what a missing value means for an account, a group or a list.
    pub(in crate::proofs) fn plain(seed: u64, people: usize) -> Self {
        Self::of(seed, people, true)
    }

    fn of(seed: u64, people: usize, plain: bool) -> Self {
        let mut dice = Dice::new(seed);
        let company = Company::random(&mut dice, people);
        let lines = SCHEMA.lines().chain(COMMON.lines());
        let mut case = Self {
            lines: lines.map(str::to_owned).collect(),
            company,
            tables: tables(),
            written: 0,
            refused: 0,
            plain,
        };
        let names = case.declare(&mut dice);
        case.wish(&mut dice, &names);
        case
    }

    /// The policy's only file.
    pub(in crate::proofs) fn text(&self) -> String {
        self.lines.join("\n")
    }

    /// What the real compiler makes of it.
    pub(in crate::proofs) fn compiled(&self) -> (Option<Real>, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        let text = self.text();
        let id = sources.add("policy", text.as_str());
        let (file, mut found) = syntax::parse(id, &text);
        let files = [file];
        let table = |key: FileKey| {
            let id = sources.add(key.1.clone(), self.tables[&*key.1].as_str());
            (key, Ok(id))
        };
        let tables = wanted_files(&files).into_iter().map(table).collect();
        let (policy, more) = compile(&Input {
            files: &files,
            sources: &sources,
            tables: &tables,
            params: &BTreeMap::new(),
            bases: &[Dn::parse(BASE).unwrap()],
            posted: tenure::policy::Posted::Nothing,
            question: None,
        });
        found.extend(more);
        found.retain(Diagnostic::is_error);
        (policy, found)
    }

    /// The people as the real reader has them.
    pub(in crate::proofs) fn snapshot(&self, policy: &Real) -> Snapshot {
        let bench = Bench::new().people(&self.company.people);
        bench
            .employments(&self.company.employments)
            .snapshot(policy)
    }

    /// Names for values and functions of their own.
    fn declare(&mut self, dice: &mut Dice) -> Names {
        let mut names = Names::new();
        let mut given: Vec<(String, Vec<Kind>, Kind)> = Vec::new();
        let begin = self.lines.len();
        let looking = Looking::at(self);
        for index in 0..5 {
            let kind = dice.of(&[
                Kind::Text,
                Kind::Number,
                Kind::Date,
                Kind::Bool,
                Kind::Texts,
            ]);
            let name = format!("v{index}");
            let value = looking.write(dice, &names, |writer| writer.value(kind, DEPTH));
            let value = self.said(value, kind);
            self.lines.push(format!("let {name} = {value}"));
            given.push((name, Vec::new(), kind));
        }
        for index in 0..4 {
            let kind = dice.of(&[Kind::Text, Kind::Number, Kind::Date, Kind::Bool]);
            let name = format!("f{index}");
            let params = [Kind::Text, dice.of(&[Kind::Date, Kind::Number, Kind::Bool])];
            let mut inner = names.deeper();
            let (p, q) = (format!("p{index}"), format!("q{index}"));
            for _ in 0..3 {
                inner.add(params[0], &p);
                inner.add(params[1], &q);
            }
            let body = looking.write(dice, &inner, |writer| writer.value(kind, DEPTH));
            let body = self.said(body, kind);
            let word = |kind: Kind| match kind {
                Kind::Text => "text?",
                Kind::Number => "number?",
                Kind::Date => "date?",
                _ => "bool?",
            };
            let (first, second, gives) = (word(params[0]), word(params[1]), word(kind));
            self.lines.push(format!(
                "fn {name}({p} : {first}, {q} : {second}) : {gives} = {body}"
            ));
            given.push((name, params.to_vec(), kind));
        }
        self.written += given.len();
        let mut rest = vec![
            "timezone \"Europe/Berlin\"".to_owned(),
            "lifecycle { otherwise => hold }".to_owned(),
            "stage employee { account enabled }".to_owned(),
            "profile { cn = \"{first_name} {id}\" sAMAccountName = login once mail = \"{login}@{domain}\" once }".to_owned(),
            "unit { otherwise => \"OU=Staff\" }".to_owned(),
        ];
        let end = self.lines.len();
        self.lines.append(&mut rest);
        self.mend();
        self.lines.truncate(end);
        for (line, (name, params, kind)) in self.lines[begin..].iter().zip(given) {
            if !line.is_empty() {
                if params.is_empty() {
                    names.add(kind, &name);
                } else {
                    names.add_function(&name, &params, kind);
                }
            }
        }
        names
    }

    /// The value, or a field of its kind where nothing may be decided.
    fn said(&self, value: String, kind: Kind) -> String {
        if !(self.plain && decides(&value)) {
            return value;
        }
        let field = match kind {
            Kind::Number => "grade",
            Kind::Date => "review",
            Kind::Bool => "temporary",
            Kind::Texts => "duties",
            _ => "title",
        };
        field.to_owned()
    }

    /// Everything that says what people get.
    fn wish(&mut self, dice: &mut Dice, names: &Names) {
        let zone = match dice.below(12) {
            _ if self.plain => "\"Pacific/Auckland\"",
            0 => "away.zone else site.zone else \"America/New_York\"",
            1..=2 => "\"Pacific/Auckland\"",
            _ => "site.zone else \"Europe/Berlin\"",
        };
        let mut lines = vec![format!("timezone {zone}")];
        let looking = Looking::at(self);
        let condition = |dice: &mut Dice| {
            let mut condition = looking.balanced(dice, names);
            for _ in 0..30 {
                if !(self.plain && decides(&condition)) {
                    return condition;
                }
                condition = looking.balanced(dice, names);
            }
            "contract == \"external\"".to_owned()
        };

        lines.push("lifecycle {".to_owned());
        let mut rows = LIFECYCLE.to_vec();
        rows.retain(|row| !(self.plain && decides(row)));
        for _ in 0..rows.len().min(6) {
            let row = rows.swap_remove(dice.below(rows.len()));
            lines.push(row.to_owned());
        }
        for _ in 0..3 {
            let stage = dice.of(&["absent", "leaver", "employee", "purged", "future"]);
            lines.push(format!("when {} => {stage}", condition(dice)));
        }
        lines.extend(
            [
                "when status in [\"active\", \"onboarding\"] => employee",
                "otherwise => hold",
                "}",
            ]
            .map(str::to_owned),
        );

        lines.push("unit {".to_owned());
        for _ in 0..2 {
            lines.push(format!(
                "when site is present and {} => \"{{site.folder}},OU=Staff\"",
                condition(dice)
            ));
            lines.push(format!(
                "when {} => \"OU=Some\\\\, where\"",
                condition(dice)
            ));
            lines.push(format!(
                "when kind is present and {} => \"OU={{kind}},OU=Staff\"",
                condition(dice)
            ));
        }
        lines.extend(["otherwise => \"OU=Staff\"", "}"].map(str::to_owned));

        lines.push("groups {".to_owned());
        for index in 0..24 {
            let group = match index {
                0..=1 => "\"SG-{site.code}\"".to_owned(),
                2 => "\"SG-{kind}\"".to_owned(),
                3 => "\"SG-{team.code}\", \"SG-1\"".to_owned(),
                _ => format!("\"SG-{}\"", 1 + index % 16),
            };
            lines.push(format!("when {} => {group}", condition(dice)));
        }
        if self.plain {
            // By chance hardly any row hangs on a list that lacks an element, and on nothing else.
            for index in 0..LISTS {
                let row = looking.write(dice, names, |writer| {
                    format!("when {} => \"SG-{}\"", writer.about_a_list(), 17 + index)
                });
                lines.push(row);
            }
        }
        lines.extend(["always => \"SG-Staff\"", "}", "lists {"].map(str::to_owned));
        for index in 0..6 {
            lines.push(format!(
                "when {} => \"DL-{}\"",
                condition(dice),
                1 + index % 4
            ));
        }
        lines.extend(["always => \"DL-All\"", "}"].map(str::to_owned));
        for index in 0..4 {
            lines.push(format!(
                "forbid \"SG-{}\", \"DL-{index}\" when {}",
                index + 1,
                condition(dice)
            ));
        }

        for index in 0..60 {
            let condition = condition(dice);
            lines.push(format!("notify \"w{index}\" {{ on when {condition} to \"it@example.com\" subject \"x\" body \"x\" }}"));
        }
        for index in 0..8 {
            lines.push(format!("expect \"e{index}\" when {}", condition(dice)));
        }
        looking.profile(dice, names, &mut lines);
        looking.stages(dice, names, &mut lines);
        self.written += lines.len();
        self.lines.append(&mut lines);
        self.mend();
    }

    /// Takes out the lines that the checker refuses, until it takes the rest.
    fn mend(&mut self) {
        for _ in 0..8 {
            let (policy, errors) = self.compiled();
            if policy.is_some() {
                return;
            }
            let text = self.text();
            for error in errors {
                let line = text[..error.primary.span.start as usize]
                    .matches('\n')
                    .count();
                if !self.lines[line].is_empty() {
                    let fixed = SCHEMA.lines().count() + COMMON.lines().count();
                    assert!(line >= fixed, "{}: {}", self.lines[line], error.message);
                    self.refused += 1;
                    self.lines[line].clear();
                }
            }
        }
        panic!("the checker refuses\n{}", self.text());
    }

    /// The lines of the policy that speak of a decision.
    pub(super) fn lines_about(&self, decision: &str) -> Vec<&str> {
        let lines = self.lines.iter().map(String::as_str);
        let mut words = decision.split(' ');
        let (kind, name) = (words.next().unwrap(), words.next().unwrap_or_default());
        let nth = |word: &str| {
            let mut lines = self.lines.iter().filter(|line| line.starts_with(word));
            lines
                .nth(name.parse().unwrap())
                .map(String::as_str)
                .into_iter()
                .collect()
        };
        match kind {
            "watch" => nth("notify"),
            "expect" => nth("expect"),
            "attribute" => lines
                .filter(|line| line.contains(&format!("{name} =")))
                .collect(),
            "group" | "list" => {
                let quoted = format!("\"{name}\"");
                lines
                    .filter(|line| line.to_lowercase().contains(&quoted))
                    .collect()
            }
            "next" => {
                let clocks = ["today", "now"];
                lines
                    .filter(|line| clocks.iter().any(|word| line.contains(word)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What the second evaluator says of expressions while a policy is still being written.
struct Looking {
    policy: Policy,
    people: People,
    now: jiff::Timestamp,
    tally: Tally,
}

impl Looking {
    fn at(case: &Case) -> Self {
        let policy = Policy::read(&[case.text()], &case.tables);
        let people = People::read(
            &policy,
            &case.company.people,
            Some(&case.company.employments),
        );
        let tally = Tally::default();
        tally.silent.set(true);
        Self {
            policy,
            people,
            now: case.company.now,
            tally,
        }
    }

    fn profile(&self, dice: &mut Dice, names: &Names, lines: &mut Vec<String>) {
        lines.extend(
            [
                "profile {",
                "cn = \"{first_name} {id}\"",
                "sAMAccountName = login once",
                "mail = \"{login}@{domain}\" once",
                "manager = supervisor else clear",
                "keep homePhone",
            ]
            .map(str::to_owned),
        );
        for index in 1..=14 {
            let kind = dice.of(&[
                Kind::Text,
                Kind::Text,
                Kind::Text,
                Kind::Number,
                Kind::Date,
                Kind::Choice,
            ]);
            let value = self.write(dice, names, |writer| writer.value(kind, DEPTH));
            let modifier = dice.of(&["else clear", "else keep", "if empty"]);
            lines.push(format!("extensionAttribute{index} = {value} {modifier}"));
        }
        let hidden = self.write(dice, names, |writer| {
            writer.names.clock = false;
            writer.condition(DEPTH)
        });
        let expires = self.write(dice, names, |writer| writer.value(Kind::Date, DEPTH));
        let phones = self.write(dice, names, |writer| writer.value(Kind::Texts, DEPTH));
        lines.extend([
            format!("msExchHideFromAddressLists = {hidden}"),
            format!("accountExpires = {expires} at 18:00 else clear"),
            format!("otherTelephone = {phones} else clear"),
            "}".to_owned(),
        ]);
    }

    fn stages(&self, dice: &mut Dice, names: &Names, lines: &mut Vec<String>) {
        lines.push("stage unmanaged { account untouched }".to_owned());
        for (name, account) in [
            ("employee", "enabled"),
            ("future", "prepared"),
            ("absent", "disabled"),
            ("leaver", "disabled"),
            ("purged", "deleted after 30 days disabled"),
        ] {
            lines.extend([format!("stage {name} {{"), format!("account {account}")]);
            self.clauses(dice, names, lines);
            lines.push("}".to_owned());
        }
        for _ in 0..8 {
            let key = 1 + dice.below(20);
            let until = TimeZone::UTC.to_datetime(self.now).date();
            let until = until + jiff::Span::new().days(i64::try_from(dice.below(8)).unwrap() - 3);
            lines.push(format!(
                "exception for {key} until {until} because \"T-1\" {{"
            ));
            if dice.percent(30) {
                lines.push(format!(
                    "stage {}",
                    dice.of(&["absent", "leaver", "employee"])
                ));
            }
            self.clauses(dice, names, lines);
            lines.extend(["grant \"SG-Loan\"", "}"].map(str::to_owned));
        }
    }

    /// Statements that a stage or an exception may hold.
    fn clauses(&self, dice: &mut Dice, names: &Names, lines: &mut Vec<String>) {
        if dice.percent(25) {
            lines.push(format!(
                "unit {}",
                dice.of(&["\"OU=Away\"", "untouched", "\"OU=Far,OU=Away\""])
            ));
        }
        for block in ["groups", "lists"] {
            if dice.percent(30) {
                let extent = dice.of(&[
                    "none",
                    "none of ours",
                    "untouched",
                    "except \"SG-1*\", \"DL-2\"",
                    "none except \"SG-?\"",
                    "none of ours except \"sg-staff\"",
                ]);
                lines.push(format!("{block} {extent}"));
            }
        }
        if dice.percent(10) {
            lines.push("profile untouched".to_owned());
        }
        if dice.percent(40) {
            lines.push(format!(
                "grant \"SG-{}\", \"DL-{}\"",
                1 + dice.below(16),
                1 + dice.below(4)
            ));
        }
        if dice.percent(40) {
            let value = self.write(dice, names, |writer| writer.value(Kind::Text, 2));
            lines.push(format!(
                "set extensionAttribute{} = {value} else clear",
                1 + dice.below(4)
            ));
        }
        if dice.percent(30) {
            lines.push(format!(
                "clear extensionAttribute{}, description",
                5 + dice.below(3)
            ));
        }
    }

    /// A condition that holds for some and not for others, where one turns up soon.
    fn balanced(&self, dice: &mut Dice, names: &Names) -> String {
        let mut last = String::new();
        for _ in 0..6 {
            let depth = dice.below(DEPTH + 1);
            last = self.write(dice, names, |writer| writer.condition(depth));
            let answers = self.answers(&last);
            let held = answers
                .iter()
                .filter(|one| **one == Answer::Is(Value::Bool(true)));
            let share = held.count() * 100 / answers.len().max(1);
            if (20..=80).contains(&share) {
                break;
            }
        }
        last
    }

    fn write(
        &self,
        dice: &mut Dice,
        names: &Names,
        write: impl FnOnce(&mut Writer<'_>) -> String,
    ) -> String {
        let sample = |expr: &str| self.literals(expr);
        write(&mut Writer {
            dice,
            names: names.clone(),
            sample: &sample,
        })
    }

    fn answers(&self, expr: &str) -> Vec<Answer> {
        let (file, found) = syntax::parse(FileId(0), &format!("let looked_at = {expr}"));
        assert_eq!(found, [], "{expr}");
        let [ast::Item::Let(item)] = file.items.as_slice() else {
            panic!("{expr} is no expression");
        };
        let good = self.people.records.iter().filter(|one| !one.quarantined);
        good.take(LOOKED_AT)
            .map(|who| {
                let ask = Ask {
                    policy: &self.policy,
                    people: &self.people,
                    who,
                    now: self.now,
                    zone: TimeZone::get("Europe/Berlin").unwrap(),
                    tally: &self.tally,
                    changes: Vec::new().into(),
                };
                ask.value(&item.body.value, &Locals::new())
            })
            .collect()
    }

    /// The values of an expression as a policy writes them.
    fn literals(&self, expr: &str) -> Vec<String> {
        let answers = self.answers(expr).into_iter();
        let written = answers.filter_map(|answer| match answer {
            Answer::Is(Value::Number(number)) if number.0 < 0 => None,
            Answer::Is(Value::Text(text)) => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                Some(format!("\"{text}\""))
            }
            Answer::Is(
                value @ (Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Bool(_)),
            ) => Some(value.to_string()),
            _ => None,
        });
        written.collect()
    }
}

/// Rows of `lifecycle` that decide what a missing value means.
const LIFECYCLE: [&str; 12] = [
    "when contract == \"external\" => unmanaged",
    "when today < hire_date => future",
    "when last_day is present and today > last_day + 20 days => purged",
    "when last_day is present and now >= last_day at 18:00 => leaver",
    "when (last_day else never) < today => leaver",
    "when status in [\"leave\", \"onboarding\"] => absent",
    "when status == \"inactive\" and today != hire_date => leaver",
    "when supervisor is present and supervisor.status == \"inactive\" => absent",
    "when mentor is present and mentor.last_day is present and mentor.last_day < today => leaver",
    "when now < (hire_date at 06:00) - 36 hours => future",
    "when employments is present and any e in employments where (e.start <= today and (e.end else never) >= today) => employee",
    "when not is_manager and remote => leaver",
];
