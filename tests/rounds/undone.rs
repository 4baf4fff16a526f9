//! A run taken back, over random companies and days: everything is as it was but for what is declared, the next plan
//! is the one that was taken back, with its reasons, and an undo of the undo is the run again.

use super::company::Company;
use super::laws::{company, event, existing, facts, happens};
use crate::plan::bench::shown;
use proptest::prelude::*;
use std::collections::BTreeSet;
use tenure::hr::PersonId;
use tenure::plan::{Change, GuardKind, Plan};

/// People of whom something is made or deleted: that stays, and the next plan has another way to go with them.
fn with_what_stays(plan: &Plan) -> BTreeSet<PersonId> {
    let stays = plan.actions.iter().filter(|action| {
        matches!(
            action.change,
            Change::CreateAccount { .. } | Change::Delete { .. }
        )
    });
    stays.filter_map(|action| action.person.clone()).collect()
}

/// What a plan does for everybody else, without units and groups, which stay where an account in them does.
fn for_the_others(plan: &Plan, left_out: &BTreeSet<PersonId>) -> Vec<String> {
    let mut plan = plan.clone();
    plan.actions.retain(|action| {
        action
            .person
            .as_ref()
            .is_some_and(|person| !left_out.contains(person))
    });
    let mut lines = shown(&plan);
    // An account keeps the password that it got.
    lines.retain(|line| !line.starts_with("password "));
    lines.sort();
    lines
}

/// What a hand had done before the run is a run's own doing once it was taken back and given back: that cause alone
/// differs.
fn but_for_hands(lines: Vec<String>, wanted: &[String]) -> Vec<String> {
    let deed = |line: &str| line.rsplit_once(" (").map(|(deed, _)| deed.to_owned());
    let by_hand: BTreeSet<String> = wanted
        .iter()
        .filter(|line| line.ends_with("(byhand)"))
        .filter_map(|line| deed(line))
        .collect();
    let bare = |line: String| {
        deed(&line)
            .filter(|deed| by_hand.contains(deed))
            .unwrap_or(line)
    };
    lines.into_iter().map(bare).collect()
}

/// Applies what is due, takes it back, and takes that back.
fn there_and_back(company: &Company) {
    let before = company.everything();
    let plan = company.run();
    let after = company.everything();
    if plan.actions.is_empty() {
        return;
    }
    let undo = company.undoing();
    let told = format!(
        "{:#?}\n{:#?}\n{:#?}",
        shown(&plan),
        shown(&undo),
        undo.findings
    );
    company.apply_past(&undo, &GuardKind::ALL);
    let back = company.everything();
    for (guid, lines) in &back {
        match before.get(guid) {
            Some(was) => assert_eq!(lines, was, "{told}"),
            None => assert!(
                !lines.iter().any(|line| line == "userAccountControl: 512"),
                "what was made and stays is disabled: {lines:#?}\n{told}"
            ),
        }
    }
    let gone: BTreeSet<_> = before
        .keys()
        .filter(|guid| !back.contains_key(*guid))
        .collect();
    let deleted = plan.actions.iter();
    let deleted = deleted.filter(|action| matches!(action.change, Change::Delete { .. }));
    assert_eq!(gone.len(), deleted.count(), "{told}");

    let left_out = with_what_stays(&plan);
    let again = company.plan();
    let wanted = for_the_others(&plan, &left_out);
    assert_eq!(
        but_for_hands(for_the_others(&again, &left_out), &wanted),
        but_for_hands(wanted.clone(), &wanted),
        "the next plan is the same, for the same reasons\n{told}"
    );
    let nothing = company.undoing_of_the_one_before();
    assert_eq!(
        shown(&nothing),
        Vec::<String>::new(),
        "taken back once is enough\n{told}"
    );

    company.apply_past(&company.undoing(), &GuardKind::ALL);
    let forth = company.everything();
    for (guid, lines) in &after {
        let now = forth.get(guid);
        // A unit that was empty went, and is another one now.
        if let Some(now) = now {
            assert_eq!(now, lines, "{told}");
        }
    }
    assert_eq!(shown(&company.plan()), Vec::<String>::new(), "{told}");
}

proptest! {
    #![proptest_config(super::sample(24))]

    #[test]
    fn a_run_is_taken_back_but_for_what_is_declared(
        people in prop::collection::vec((facts(), prop::option::of(existing())), 1..7),
        days in prop::collection::vec((prop::collection::vec(event(), 1..4), 0..30_i64), 0..3),
    ) {
        let mut company = company(&people);
        there_and_back(&company);
        for (events, wait) in &days {
            for event in events {
                happens(&mut company, event);
            }
            company.later(*wait);
            there_and_back(&company);
        }
    }
}
