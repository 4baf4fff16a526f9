//! A second evaluator, slow and obvious, written from `docs/language.md` alone, and the differential test between
//! it and the real one.
//!
//! It shares the parser and nothing else: it walks the syntax tree with values that carry their own types, keeps
//! nothing, looks nothing up twice, and has its own reading of HR's texts, tables, patterns, times and functions. A
//! generated policy with generated people gives a picture of each person ([`decide`]), and another one made of the
//! real wish ([`theirs`]).
//!
//! A *decision* is one line of such a picture: the stage, the zone, the account, the unit, the next change; each
//! attribute with its value and how it is kept; each group or list that any rule names, whether it is given, held,
//! forbidden or none of these; each condition that a notice watches or `expect` states, over one person. Conditions
//! inside a larger one are counted in the table of constructs and not as decisions.
//!
//! Begin with [`decide::picture`], then [`ask`].

mod ask;
mod company;
mod decide;
mod declared;
mod groups;
mod library;
mod lints;
mod names;
mod pattern;
mod people;
pub(super) mod policies;
mod relations;
mod tally;
mod theirs;
mod time;
mod value;
mod write;

use jiff::tz::TimeZone;

use ask::Ask;
use decide::Picture;
use declared::Policy;
use people::People;
use policies::Case;
use tally::Tally;

use crate::policy::bench::wishes;

/// How many people each generated policy is about.
const PEOPLE: usize = 60;

/// How many decisions the usual run compares at least.
const USUAL: usize = 100_000;

/// How many with `TENURE_PROOFS=long`.
const LONG: usize = 2_000_000;

/// How many differences are shown.
const SHOWN: usize = 12;

/// Both evaluators over one case: how many decisions there were, and those on which they differ.
fn differences(case: &Case, tally: &Tally) -> (usize, Vec<String>) {
    let real = case.compiled().0.unwrap();
    let wishes = wishes(&real, &case.snapshot(&real), case.company.now);
    let policy = Policy::read(&[case.text()], &case.tables);
    let people = People::read(
        &policy,
        &case.company.people,
        Some(&case.company.employments),
    );
    let mut decisions = 0;
    let mut found = Vec::new();
    for who in &people.records {
        let mut ask = Ask {
            policy: &policy,
            people: &people,
            who,
            now: case.company.now,
            zone: TimeZone::UTC,
            tally,
            changes: Vec::new().into(),
        };
        let Some(key) = &who.key else {
            // Nobody's record has no wish.
            continue;
        };
        let ours = decide::picture(&mut ask);
        let wish = wishes
            .iter()
            .find(|wish| wish.person.to_string() == *key)
            .unwrap();
        let theirs = theirs::picture(&real, wish);
        let (count, different) = compared(&ours, &theirs);
        decisions += count;
        for (name, line) in different {
            let rules = case.lines_about(&name).join("\n    ");
            found.push(format!("person {key}: {line}\n    {rules}"));
        }
    }
    (decisions, found)
}

/// Two pictures of one person, line by line. The real wish is silent about groups that it does not give.
fn compared(ours: &Picture, theirs: &Picture) -> (usize, Vec<(String, String)>) {
    let mut found = Vec::new();
    let names: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    for name in &names {
        let silent = if name.starts_with("group ") || name.starts_with("list ") {
            "not given"
        } else {
            "nothing"
        };
        let of = |picture: &Picture| picture.get(*name).map_or(silent, |text| text).to_owned();
        let (ours, theirs) = (of(ours), of(theirs));
        if ours != theirs {
            let line = format!("{name}: second `{ours}`, real `{theirs}`");
            found.push(((*name).clone(), line));
        }
    }
    (names.len(), found)
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how much was tried is shown to whoever asks for it"
)]
fn two_evaluators_agree() {
    let long = std::env::var("TENURE_PROOFS").is_ok_and(|word| word == "long");
    let wanted = if long { LONG } else { USUAL };
    let tally = Tally::default();
    let (mut decisions, mut found, mut written, mut refused) = (0, Vec::new(), 0, 0);
    let mut seed = 0;
    while decisions < wanted {
        seed += 1;
        let case = Case::random(seed, PEOPLE);
        written += case.written;
        refused += case.refused;
        let (count, different) = differences(&case, &tally);
        decisions += count;
        for difference in different {
            found.push(format!("seed {seed}, {difference}"));
        }
        if found.len() > SHOWN {
            break;
        }
    }
    println!(
        "{decisions} decisions of {seed} policies; {refused} of {written} lines refused\n{}",
        tally.table()
    );
    found.truncate(SHOWN);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(decisions >= wanted, "{decisions}");
    let skewed = tally.skewed(if long { 20 } else { 12 });
    assert!(skewed.is_empty(), "{}", skewed.join("\n"));
}
