//! The example company in `rules/`: what is expected of it stands in `verdicts.csv` and `accounts.csv`.

mod plan;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tenure::hr::Snapshot;
use tenure::policy::{Evaluator, Policy, Standing, Wish};
use tenure::workspace::Workspace;

/// A table of the expected, by the text in its first column; each row by the names of its columns.
fn expected(file: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let path = Path::new("tests/example").join(file);
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let first = reader.headers().unwrap()[0].to_owned();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let count = rows.len();
    let keyed = rows.into_iter().map(|row| (row[&first].clone(), row));
    let by_key: BTreeMap<_, _> = keyed.collect();
    assert_eq!(by_key.len(), count, "{file}: a key stands twice");
    by_key
}

/// The example as `tenure plan` finds it from the top of the checkout.
struct Example {
    workspace: Workspace,
    policy: Policy,
    people: Snapshot,
}

fn example() -> Example {
    let workspace = Workspace::open(None, Path::new(".")).unwrap();
    let checked = workspace.policy(None).unwrap();
    // The example's passwords are handed over by nobody, and the checker is right to say so.
    let known = |code: &str| code == "password-to-nobody";
    let all = checked.diagnostics.iter();
    let found: Vec<String> = all
        .filter(|found| !known(found.code.name))
        .map(|found| {
            let place = checked.sources.place(found.primary.span);
            let (code, message, help) = (found.code.name, &found.message, &found.help);
            format!("{place:?} {code}: {message} ({help:?})")
        })
        .collect();
    assert_eq!(found, Vec::<String>::new());
    let policy = checked.policy.unwrap();
    let people = workspace
        .people(&policy, &crate::workspace::OUTSIDE)
        .unwrap();
    Example {
        workspace,
        policy,
        people,
    }
}

impl Example {
    /// The wishes of everybody whom HR knows, by id, at the pinned clock.
    fn wishes(&self) -> BTreeMap<String, Wish> {
        let now = self.people.origin().clock.unwrap();
        let evaluator = Evaluator::new(&self.policy, &self.people, now);
        let known = self
            .people
            .people()
            .iter()
            .map(|person| evaluator.wish(person));
        let set_aside = self.people.quarantined().iter();
        let set_aside = set_aside.map(|record| evaluator.wish_of_quarantined(record).unwrap());
        known
            .chain(set_aside)
            .map(|wish| (wish.person.to_string(), wish))
            .collect()
    }
}

#[test]
fn the_company_is_as_large_and_as_spread_as_it_says() {
    let example = example();
    let mut sites = csv::Reader::from_path("rules/tables/sites.csv").unwrap();
    let headers = sites.headers().unwrap().clone();
    let country = headers.iter().position(|name| name == "country").unwrap();
    let countries: Vec<String> = sites
        .records()
        .map(|row| row.unwrap()[country].to_owned())
        .collect();
    assert_eq!(countries.len(), 5);
    assert_eq!(countries.iter().collect::<BTreeSet<_>>().len(), 3);
    assert_eq!(example.people.len(), 94);
    let configuration = std::fs::read_to_string("rules/tenure.toml").unwrap();
    assert!(configuration.contains("94 people over five sites"));
}

#[test]
fn everybody_in_hr_has_a_verdict_and_nobody_else() {
    let in_hr: Vec<String> = example().wishes().into_keys().collect();
    let judged: Vec<String> = expected("verdicts.csv").into_keys().collect();
    assert_eq!(in_hr, judged);
}

#[test]
fn exactly_the_records_expected_to_be_set_aside_are() {
    let example = example();
    let found: Vec<(String, String)> = example
        .people
        .quarantined()
        .iter()
        .map(|record| {
            let reasons: Vec<String> = record.reasons.iter().map(ToString::to_string).collect();
            (record.id.as_ref().unwrap().to_string(), reasons.join("; "))
        })
        .collect();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (
                "4065",
                "`hire_date` is a date that is in no calendar: `2026-02-30T00:00:00+01:00`"
            ),
            ("4066", "`last_name` is missing"),
            (
                "4067",
                "`status` is none of `onboarding`, `active`, `leave`, `inactive`: `paused`"
            ),
            ("4087", "`hire_date` is missing"),
        ]
    );
}

#[test]
fn everybody_is_in_the_expected_stage() {
    let example = example();
    let verdicts = expected("verdicts.csv");
    let mut wrong = Vec::new();
    for (id, wish) in example.wishes() {
        let stage = match &wish.standing {
            Standing::In { stage, .. } => {
                example.policy.rules.stage(*stage).unwrap().name.to_string()
            }
            Standing::Held { .. } => "quarantined".to_owned(),
        };
        let verdict = &verdicts[&id];
        if stage != verdict["stage"] {
            wrong.push(format!(
                "{id} {}: {stage}, expected {}",
                verdict["name"], verdict["stage"]
            ));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn of_the_records_set_aside_only_the_leaver_loses_the_account() {
    let example = example();
    let ending: Vec<(String, String)> = example
        .wishes()
        .into_iter()
        .filter_map(|(id, wish)| match wish.standing {
            Standing::Held { ends, .. } => Some((id, ends?.0)),
            Standing::In { .. } => None,
        })
        .map(|(id, stage)| {
            (
                id,
                example.policy.rules.stage(stage).unwrap().name.to_string(),
            )
        })
        .collect();
    assert_eq!(ending, [("4066".to_owned(), "leaver".to_owned())]);
}
