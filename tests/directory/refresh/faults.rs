//! What goes wrong in the middle of a refresh: the snapshot is the one before it, and the next refresh is right.

use std::sync::Arc;

use tenure::directory::ldap::{Error, Refreshed, Server, Settings, Why};

use super::super::live::settings;
use super::view::View;
use super::walk::{TOPS, Walk};
use crate::domain::Domain;
use crate::domain::front::{Fault, Front, Kind};

/// As often as a read is tried before the domain controller counts as lost.
const ATTEMPTS: usize = 4;

#[test]
fn a_fault_at_any_search_leaves_the_snapshot_or_brings_it_up_to_date() {
    let domain = Domain::start();
    let mut walk = Walk::begin(&domain, 3);
    let front = Front::before(&domain).windows().start();
    let by_front = Settings {
        servers: vec![Server::parse(&front.ldaps_url()).unwrap()],
        ..settings(&domain, domain.administrator())
    };
    let bases: Vec<String> = TOPS[..2]
        .iter()
        .map(|top| format!("OU={top},{}", domain.base_dn()))
        .collect();
    let bases: Vec<&str> = bases.iter().map(String::as_str).collect();
    let mut view = View::of("two bases", &by_front, &bases);
    view.refresh();
    let steps = |walk: &mut Walk| {
        for _ in 0..4 {
            walk.step();
        }
    };
    steps(&mut walk);
    front.forget();
    view.follows("a few changes");
    let searches = front.count(Kind::Search);
    assert!(searches > 8, "{searches}");
    // How it fails once: the connection, the answer, the words.
    let once = [
        Fault::Cut,
        Fault::CutAnswer,
        Fault::Garbage,
        Fault::Answer(51),
    ];
    let every = if crate::is_long() { 1 } else { 4 };
    for nth in (1..=searches).step_by(every) {
        steps(&mut walk);
        front.fault(once[nth % once.len()], Kind::Search, nth);
        view.follows("a passing fault");
        front.mend();
    }
    // A refusal is no reason to go without: everything is read, and it is said.
    for nth in [1, 2, 5, 7] {
        steps(&mut walk);
        front.fault(Fault::Answer(53), Kind::Search, nth);
        let refreshed = view.refresh();
        assert!(
            matches!(&refreshed, Refreshed::Whole(Why::Failed(why)) if why.contains("refuses")),
            "{nth}: {refreshed:?}"
        );
        front.mend();
        view.is_true("a refusal");
    }
    // Who does not answer at all is asked again next time.
    let lost: Vec<usize> = if crate::is_long() {
        (2..=7).collect()
    } else {
        vec![4, 7]
    };
    for nth in lost {
        steps(&mut walk);
        let before = Arc::clone(view.current.snapshot().unwrap());
        front.faults(Fault::Cut, Kind::Search, nth, 10 * ATTEMPTS);
        let error = view.try_refresh().unwrap_err();
        assert!(matches!(error, Error::Lost { .. }), "{nth}: {error}");
        assert!(Arc::ptr_eq(&before, view.current.snapshot().unwrap()));
        front.mend();
        view.follows("it was lost in the middle");
    }
}

#[test]
fn a_domain_controller_that_was_away_is_followed_again() {
    let domain = Domain::start();
    let mut walk = Walk::begin(&domain, 5);
    let mut view = View::of(
        "the domain",
        &settings(&domain, domain.administrator()),
        &[],
    );
    view.refresh();
    walk.step();
    let before = Arc::clone(view.current.snapshot().unwrap());
    domain.kill();
    let error = view.try_refresh().unwrap_err();
    assert!(matches!(error, Error::Lost { .. }), "{error}");
    assert!(Arc::ptr_eq(&before, view.current.snapshot().unwrap()));
    domain.restart();
    walk.step();
    view.follows("it was away");
}
