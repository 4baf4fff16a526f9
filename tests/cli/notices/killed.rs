//! Killed between what is on disk and what a server has: nothing is lost, and what may be a repeat can be told.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::json;

use super::{SECRET, Server, WELCOME, company, expect, http, plain, statuses, trail};
use crate::cli::Place;

/// Runs until that step and is killed there.
#[track_caller]
pub(super) fn kill_at(place: &Place, step: &str, arguments: &[&str]) {
    assert!(
        killed_at(place, step, arguments),
        "{step} was never reached"
    );
}

/// The same; false if the run ended before it.
pub(super) fn killed_at(place: &Place, step: &str, arguments: &[&str]) -> bool {
    let mut child = place
        .command(arguments)
        .env("TENURE_HALT_AT", step)
        .env("HOOK_SECRET", SECRET)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let halted = lines.any(|line| line.unwrap().starts_with("halted:"));
    if halted {
        child.kill().unwrap();
    }
    child.wait().unwrap();
    halted
}

#[test]
fn a_sender_that_is_killed_anywhere_loses_nothing_and_repeats_under_the_same_id() {
    let cases = [
        // Nothing was said to any server, which nobody can know afterwards.
        ("NoticeBegun", 0, "1 sending 1", true),
        // The server has it, and the state does not know.
        ("NoticeHandedOver", 1, "1 sending 1", true),
        ("NoticeRecorded", 1, "1 sent 1", false),
    ];
    for (step, taken, status, again) in cases {
        let (server, hook) = (Server::mail(&[]), Server::hook());
        let place = company(WELCOME, &(plain(&server) + &http(&hook)));
        kill_at(&place, step, &["apply", "--yes"]);
        assert_eq!(
            (server.mails().len(), hook.taken().len()),
            (taken, taken),
            "{step}"
        );
        assert_eq!(
            statuses(&place),
            [status, "3 due 0", "4 due 0", "6 due 0"],
            "{step}"
        );
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(ran.said("nothing to do"), "the run itself was done: {ran}");
        let all = statuses(&place);
        assert!(
            all.iter().all(|one| one.contains(" sent ")),
            "{step}: {all:?}"
        );
        let (mails, posts) = (server.mails(), hook.taken());
        let repeated = usize::from(step == "NoticeHandedOver");
        assert_eq!(
            (mails.len(), posts.len()),
            (4 + repeated, 4 + repeated),
            "{step}"
        );
        if repeated == 1 {
            assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
            let key = |at: usize| posts[at]["headers"]["idempotency-key"].clone();
            assert_eq!(key(0), key(1));
        }
        let entries: Vec<_> = trail(&place)
            .into_iter()
            .filter_map(|entry| entry.get("perhaps_again").cloned())
            .collect();
        let wanted = again.then(|| json!([["mail", 0], ["mail", 1], ["http", 0]]));
        assert_eq!(entries, wanted.into_iter().collect::<Vec<_>>(), "{step}");
        assert_eq!(ran.said("1 of them perhaps again"), again, "{step}: {ran}");
    }
}

#[test]
fn a_run_that_is_killed_before_its_end_tells_when_it_is_finished() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    // In the middle of the run: what it tells is not due yet.
    kill_at(&place, "20", &["apply", "--yes"]);
    assert_eq!(server.mails().len(), 0);
    let ran = expect(0, &place, &["resume"]);
    assert!(ran.said("4 notices sent"), "{ran}");
    assert_eq!(server.mails().len(), 4);
    let ran = expect(0, &place, &["undo", "last", "--yes"]);
    assert!(!ran.said("not sent"), "{ran}");
}
