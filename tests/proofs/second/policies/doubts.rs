//! Random policies whose conditions contradict and imply each other, for what lints claim of them.

use std::collections::BTreeMap;

use tenure::diagnostic::Sources;
use tenure::directory::Dn;
use tenure::policy::{FileKey, Input, Policy as Real, compile, lint, wanted_files};
use tenure::syntax;

use super::{COMMON, Case, Company, Dice, Kind, LIFECYCLE, Looking, Names, SCHEMA, tables};
use crate::policy::bench::BASE;

impl Case {
    /// The case of a seed whose conditions are joined so that some of them cannot hold and some cannot fail.
    pub(in crate::proofs::second) fn doubtful(seed: u64, people: usize) -> Self {
        let mut dice = Dice::new(seed);
        let company = Company::random(&mut dice, people);
        let lines = SCHEMA.lines().chain(COMMON.lines());
        let mut case = Self {
            lines: lines.map(str::to_owned).collect(),
            company,
            tables: tables(),
            written: 0,
            refused: 0,
            plain: false,
        };
        let names = case.declare(&mut dice);
        case.doubt(&mut dice, &names);
        case
    }

    /// Rows whose conditions hang together.
    fn doubt(&mut self, dice: &mut Dice, names: &Names) {
        let looking = Looking::at(self);
        let zone = dice.of(&["\"Pacific/Auckland\"", "site.zone else \"Europe/Berlin\""]);
        let mut lines = vec![format!("timezone {zone}"), "lifecycle {".to_owned()];
        let mut rows = LIFECYCLE.to_vec();
        for _ in 0..6 {
            lines.push(rows.swap_remove(dice.below(rows.len())).to_owned());
        }
        lines.extend(
            [
                "when status in [\"active\", \"onboarding\"] => employee",
                "otherwise => hold",
                "}",
                "stage unmanaged { account untouched }",
                "stage employee { account enabled }",
                "stage future { account prepared }",
                "stage absent { account disabled  groups none }",
                "stage leaver { account disabled  groups none }",
                "stage purged { account deleted after 30 days disabled  groups none }",
                "profile { cn = \"{first_name} {id}\" sAMAccountName = login once mail = \"{login}@{domain}\" once }",
                "unit {",
            ]
            .map(str::to_owned),
        );
        for index in 0..5 {
            let condition = looking.joined(dice, names);
            lines.push(format!("when {condition} => \"OU=U{}\"", index % 3));
        }
        lines.extend(["otherwise => \"OU=U0\"", "}", "groups {"].map(str::to_owned));
        for index in 0..10 {
            let condition = looking.joined(dice, names);
            lines.push(format!("when {condition} => \"SG-{}\"", index % 4));
        }
        lines.push("}".to_owned());
        for index in 0..3 {
            let condition = looking.joined(dice, names);
            lines.push(format!("forbid \"SG-{index}\" when {condition}"));
            let condition = looking.joined(dice, names);
            lines.push(format!(
                "invariant \"i{index}\" when {condition} never group \"SG-9\""
            ));
        }
        lines.push("exclusive \"SG-1\", \"SG-2\" prefer current".to_owned());
        for index in 0..24 {
            let condition = looking.joined(dice, names);
            lines.push(format!("expect \"e{index}\" when {condition}"));
        }
        self.written += lines.len();
        self.lines.append(&mut lines);
        self.mend();
    }

    /// What the real compiler and the lints make of it.
    pub(in crate::proofs::second) fn linted(&self) -> (Real, lint::Findings, Sources) {
        let mut sources = Sources::new();
        let text = self.text();
        let id = sources.add("policy", text.as_str());
        let (file, _) = syntax::parse(id, &text);
        let files = [file];
        let table = |key: FileKey| {
            let id = sources.add(key.1.clone(), self.tables[&*key.1].as_str());
            (key, Ok(id))
        };
        let tables = wanted_files(&files).into_iter().map(table).collect();
        let input = Input {
            files: &files,
            sources: &sources,
            tables: &tables,
            params: &BTreeMap::new(),
            bases: &[Dn::parse(BASE).unwrap()],
            posted: tenure::policy::Posted::Nothing,
            question: None,
        };
        let (policy, said) = compile(&input);
        let policy = policy.unwrap();
        let findings = lint::lint(&policy, &input, &said, self.company.now);
        (policy, findings, sources)
    }
}

impl Looking {
    /// Conditions joined so that they may contradict or imply each other.
    fn joined(&self, dice: &mut Dice, names: &Names) -> String {
        let one = |dice: &mut Dice| {
            let depth = dice.below(2);
            self.write(dice, names, |writer| writer.condition(depth))
        };
        let (a, b, c) = (one(dice), one(dice), one(dice));
        let date = self.write(dice, names, |writer| writer.value(Kind::Date, 0));
        let number = self.write(dice, names, |writer| writer.value(Kind::Number, 0));
        let text = self.write(dice, names, |writer| writer.value(Kind::Text, 0));
        let days = dice.of(&["0 days", "1 day", "30 days", "2 months", "90 days"]);
        let (less, more) = (1 + dice.below(20), 1 + dice.below(40));
        match dice.below(14) {
            0 => format!("({a}) and not ({a})"),
            1 => format!("({a}) and not ({b})"),
            2 => format!("(({a}) and ({b})) and not (({a}) or ({c}))"),
            3 => format!("({a}) or not (({a}) and ({b}))"),
            4 => format!("({a}) and ({b}) and ({c})"),
            5 => format!("today > ({date}) + {days} and today < ({date})"),
            6 => format!("today <= ({date}) and now >= ({date}) + {days} at 06:00"),
            7 => format!("({date}) < hire_date and hire_date < ({date}) + {days}"),
            8 => format!("({number}) < {less} and ({number}) >= {more}"),
            9 => format!("({number}) >= {less} or ({number}) < {more} or ({number}) is missing"),
            10 => format!("({text}) == \"Berlin\" and ({text}) matches \"B*\" and ({a})"),
            11 => format!(
                "({text}) in [\"IT\", \"Finance\"] and not ({text}) == \"IT\" and ({text}) != \"Finance\""
            ),
            12 => {
                format!("({text}) is missing or ({a}) and ({b})").replace(" or (", " or ((") + ")"
            }
            _ => a,
        }
    }
}
