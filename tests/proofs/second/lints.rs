//! What lints claim is true: each example is somebody of whom the second evaluator says the same, and what is proved to
//! be of nobody is of nobody among many people.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use tenure::diagnostic::{FileId, Sources, Span};
use tenure::hr;
use tenure::policy::lint::Proof;
use tenure::syntax::{self, ast};

use super::ask::{Ask, Locals};
use super::company::Company;
use super::decide;
use super::declared::Policy;
use super::people::People;
use super::policies::Case;
use super::tally::Tally;
use crate::dice::Dice;

/// How many policies are asked in the usual run, and for how many people each claim of nobody is asked.
const USUAL: (u64, usize) = (60, 100);

/// The same in full.
const LONG: (u64, usize) = (10_000, 300);

/// How many people the generator looks at while it writes.
const PEOPLE: usize = 12;

/// Instants around a change of the clocks.
const CHANGES: [&str; 5] = [
    "2026-03-29T00:59:59Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-04-04T14:30:00Z",
];

/// Dates that hardly anybody has; those of the calendar's end are past the second evaluator's own reckoning, and are
/// `lints`' to ask.
const ENDS: [&str; 5] = [
    "9990-12-31",
    "2099-12-31",
    "1900-03-01",
    "0001-01-01",
    "2024-02-29",
];

/// The same people, some with dates that hardly anybody has.
fn spoilt(people: &str, dice: &mut Dice) -> String {
    let mut reader = csv::Reader::from_reader(people.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let cells = header.iter().zip(&record).map(|(name, cell)| {
            let date = matches!(name, "hire_date" | "last_day" | "review") && !cell.is_empty();
            if date && dice.percent(12) {
                dice.of(&ENDS).to_owned()
            } else {
                cell.to_owned()
            }
        });
        let cells: Vec<String> = cells.collect();
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// The condition that stands somewhere, if it can be asked outside the function that it stands in.
fn condition(sources: &Sources, span: Span) -> Option<ast::Expr> {
    let text = sources.slice(span);
    let (file, found) = syntax::parse(FileId(0), &format!("expect \"asked\" when {text}"));
    assert_eq!(found, [], "{text}");
    let inside = regex::Regex::new(r"\b(p|q|x)[0-9]\b").unwrap();
    let own = regex::Regex::new(r"\b(any|all|count) x[0-9] in").unwrap();
    if inside.is_match(text) && !own.is_match(text) {
        return None;
    }
    match file.items.into_iter().next() {
        Some(ast::Item::Expect(item)) => Some(item.body.condition),
        other => panic!("{other:?}"),
    }
}

/// Claims as the second evaluator can ask them; none where one of them cannot be asked.
fn asked(sources: &Sources, claims: &[(Span, bool)]) -> Option<Vec<(ast::Expr, bool)>> {
    let read = claims.iter();
    read.map(|(span, wanted)| Some((condition(sources, *span)?, *wanted)))
        .collect()
}

/// People of the real reader as a table.
fn table(schema: &hr::Schema, people: &[hr::Person]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = schema.attributes().iter().map(|one| &*one.name);
    writer.write_record(names).unwrap();
    for person in people {
        let cells = person.values().iter().map(|value| match value {
            None => String::new(),
            Some(hr::Value::List(items)) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                items.join(",")
            }
            Some(value) => value.to_string(),
        });
        writer.write_record(cells).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how much was tried is shown to whoever asks for it"
)]
fn what_lints_claim_is_true() {
    let long = crate::is_long();
    let (policies, crowd) = if long { LONG } else { USUAL };
    let tally = Tally::default();
    tally.silent.set(true);
    let mut found: BTreeMap<&'static str, [usize; 2]> = BTreeMap::new();
    let (mut asked_of, mut outside, mut too_large) = (0_usize, 0, 0);
    let mut wrong = Vec::new();
    for seed in 1..=policies {
        let case = Case::doubtful(seed, PEOPLE);
        let (real, findings, sources) = case.linted();
        too_large += findings.too_large.len();
        let policy = Policy::read(&[case.text()], &case.tables);
        let mut dice = Dice::new(seed + 1_000_000);
        let mut others = Company::random(&mut dice, crowd);
        others.people = spoilt(&others.people, &mut dice);
        // Sometimes while the clocks are changed.
        if dice.percent(40) {
            others.now = dice.of(&CHANGES).parse().unwrap();
        }
        let many = People::read(&policy, &others.people, Some(&others.employments));
        let mut seen: BTreeSet<Vec<(Span, bool)>> = BTreeSet::new();
        for finding in &findings.found {
            let code = finding.diagnostic.code.name;
            let said = |what: &str, claims: &[(Span, bool)]| {
                let claims = claims.iter();
                let claims: Vec<String> = claims
                    .map(|(span, wanted)| format!("{wanted}: {}", sources.slice(*span)))
                    .collect();
                format!("seed {seed}, {code}: {what}\n  {}", claims.join("\n  "))
            };
            match &finding.proof {
                None => {}
                Some(Proof::Example {
                    claims,
                    people,
                    now,
                }) => {
                    let Some(conditions) = asked(&sources, claims) else {
                        outside += 1;
                        continue;
                    };
                    let csv = table(&real.schema, people);
                    let read = People::read(&policy, &csv, None);
                    let mut ask = ask(&policy, &read, 0, *now, &tally);
                    decide::picture(&mut ask);
                    for (expr, wanted) in &conditions {
                        if ask.holds(expr, &Locals::new()) != Some(*wanted) {
                            wrong.push(said(
                                &format!("the example is none at {now}:\n{csv}"),
                                claims,
                            ));
                        }
                    }
                    found.entry(code).or_default()[1] += 1;
                }
                Some(Proof::Never(claims)) => {
                    let Some(conditions) = asked(&sources, claims) else {
                        outside += 1;
                        continue;
                    };
                    found.entry(code).or_default()[0] += 1;
                    if !seen.insert(claims.clone()) {
                        continue;
                    }
                    for at in 0..many.records.len() {
                        if many.records[at].key.is_none() {
                            continue;
                        }
                        asked_of += 1;
                        let mut ask = ask(&policy, &many, at, others.now, &tally);
                        if let Some(zone) = zone(&ask) {
                            ask.zone = zone;
                        }
                        let all = conditions
                            .iter()
                            .all(|(expr, wanted)| ask.holds(expr, &Locals::new()) == Some(*wanted));
                        if all {
                            let who = many.records[at].key.clone().unwrap();
                            wrong.push(said(&format!("it is of {who} at {}", others.now), claims));
                        }
                    }
                }
            }
        }
        if wrong.len() > 3 {
            break;
        }
        if long && seed.is_multiple_of(500) {
            println!("{seed} policies, {asked_of} people asked");
        }
    }
    println!(
        "{policies} policies: {asked_of} people asked about what is of nobody; proved and shown {found:?}; {outside} in \
         functions, {too_large} too large"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    let least = if long { 500 } else { 5 };
    for code in ["never-matches", "always-true", "granted-twice"] {
        let [proved, shown] = found.get(code).copied().unwrap_or_default();
        assert!(proved + shown >= least, "{code}: {found:?}");
    }
    let enough = if long { 1_000_000 } else { 5_000 };
    assert!(asked_of >= enough, "{asked_of}");
}

fn ask<'a>(
    policy: &'a Policy,
    people: &'a People,
    at: usize,
    now: jiff::Timestamp,
    tally: &'a Tally,
) -> Ask<'a> {
    Ask {
        policy,
        people,
        who: &people.records[at],
        now,
        zone: TimeZone::UTC,
        tally,
        changes: Vec::new().into(),
    }
}

/// The person's zone.
fn zone(ask: &Ask<'_>) -> Option<TimeZone> {
    match ask.value(ask.policy.timezone.as_ref()?, &Locals::new()) {
        super::value::Answer::Is(zone) => TimeZone::get(&zone.to_string()).ok(),
        _ => None,
    }
}
