//! 10,000 users read whole, and the same snapshot brought up to date after 50 changes, each by a connection of its own.

use std::cell::RefCell;

use jiff::Timestamp;
use tenure::directory::ldap::{Current, Reading, Refresh, Refreshed};

use crate::changes::account;
use crate::ours::{connect, dn, reading};
use crate::reading::seeded;
use crate::turns::{by_turns, show, timed};

/// Changes before each refresh.
const CHANGES: usize = 50;

const ROUNDS: usize = 7;

pub(crate) fn compare() {
    let domain = seeded();
    // Where nothing was ever deleted it does not show that it would be seen.
    let gone = domain.unit("Gone");
    let record = format!("dn: {gone}\nchangetype: delete\n");
    domain.client().modify(&record).done();
    let names: Vec<&str> = account("", 0).into_iter().map(|(name, _)| name).collect();
    let unit = format!("OU=Seeded,{}", domain.base_dn());
    let whole = reading(&names);
    let base = Reading {
        bases: vec![dn(&unit)],
        ..whole.clone()
    };
    for (what, reading) in [("the whole domain", whole), ("one base", base)] {
        let current = RefCell::new(Current::default());
        let refresh = |whole| {
            let directory = connect(&domain, 4, reading.clone());
            let now = Timestamp::now();
            let how = Refresh { now, whole };
            let mut current = current.borrow_mut();
            current.refresh(&directory, how, &|_| {}).unwrap()
        };
        refresh(true);
        let took = by_turns(
            ROUNDS,
            |round| {
                let mut text = String::new();
                for number in 0..CHANGES {
                    let number = number * 199 + round;
                    text.push_str(&format!(
                        "dn: CN=Person {number},{unit}\nchangetype: modify\nreplace: title\ntitle: Round {round} of {what}\n\n"
                    ));
                }
                domain.client().modify(&text).done();
                timed(&domain, || {
                    let refreshed = refresh(false);
                    assert!(
                        matches!(refreshed, Refreshed::Changes { changed, .. } if changed >= CHANGES),
                        "{refreshed:?}"
                    );
                })
            },
            |_| {
                timed(&domain, || {
                    refresh(true);
                })
            },
        );
        let what = format!("{what} after {CHANGES} changes");
        show(&what, 1, ["brought up to date", "read whole"], took, 4.0);
    }
}
