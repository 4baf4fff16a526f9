//! What waits for approval is remembered for as long as it waits, and a yes for as long as it may be acted on.

use std::collections::BTreeSet;

use tenure::hr::PersonId;
use tenure::state::Given;

use super::{Bench, at};

fn known(bench: &Bench) -> BTreeSet<String> {
    let prior = bench.store().prior().unwrap();
    prior.approvals.keys().map(ToString::to_string).collect()
}

#[test]
fn what_no_longer_waits_is_forgotten_but_for_a_yes_that_still_holds() {
    let bench = Bench::new();
    let yes = |until| Given {
        by: "ada@host".into(),
        at: at(0),
        expires: at(until),
    };
    bench
        .write(|writer| {
            writer.ask("waits", None, at(0), None)?;
            writer.ask("holds", None, at(0), Some(&yes(100)))?;
            writer.ask("is over", None, at(0), Some(&yes(10)))?;
            writer.ask("asked again", None, at(0), None)
        })
        .unwrap();
    bench
        .write(|writer| {
            writer.drop_approvals(["asked again"], at(50))?;
            writer.ask("asked again", None, at(50), None)
        })
        .unwrap();
    assert_eq!(
        known(&bench),
        ["asked again", "holds"].map(Into::into).into()
    );
    let prior = bench.store().prior().unwrap();
    assert_eq!(
        prior.approvals["asked again"].asked,
        at(0),
        "since the first time"
    );
    bench
        .write(|writer| writer.remove_approval("holds"))
        .unwrap();
    assert_eq!(known(&bench), ["asked again"].map(Into::into).into());
}

#[test]
fn nothing_of_a_person_who_is_forgotten_waits() {
    let bench = Bench::new();
    let ada = PersonId::from(1);
    bench
        .write(|writer| {
            writer.ask("hers", Some(&ada), at(0), None)?;
            writer.ask("nobody's", None, at(0), None)?;
            writer.forget(&ada, at(1))
        })
        .unwrap();
    assert_eq!(known(&bench), ["nobody's"].map(Into::into).into());
}
