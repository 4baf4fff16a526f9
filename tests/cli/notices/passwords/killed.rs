//! Killed while a password is handed over: no account is ever in use whose password nobody was told for certain.

use std::collections::{BTreeMap, BTreeSet};

use super::{FIRST_DAY, ONE_BY_ONE, enabled, nowhere, passwords, set, telling, told};
use crate::cli::killed;
use crate::cli::notices::killed::kill_at;
use crate::cli::notices::{Server, expect, plain, statuses, trail};

#[test]
fn killed_before_or_after_a_password_is_told_another_one_is_told() {
    for (step, arrived) in [("PasswordSet", 0), ("PasswordTold", 1)] {
        for finish in ["apply", "resume"] {
            let server = Server::mail(&[]);
            let place = telling(FIRST_DAY, &(plain(&server) + ONE_BY_ONE));
            kill_at(&place, step, &["apply", "--yes"]);
            assert_eq!(server.mails().len(), arrived, "{step}");
            assert_eq!(enabled(&place), set(&[]), "{step}");
            let first = told(&server.mails());
            let arguments = [finish, "--yes"];
            let arguments = if finish == "apply" {
                &arguments[..]
            } else {
                &arguments[..1]
            };
            let ran = expect(0, &place, arguments);
            assert!(ran.said("finished the run"), "{ran}");
            let mails = server.mails();
            assert_eq!(mails.len(), 3 + arrived, "{step}");
            assert_eq!(enabled(&place), set(&["aberg", "cny", "fro"]));
            assert_eq!(statuses(&place), ["1 sent 1", "3 sent 1", "6 sent 1"]);
            // Whether an earlier one arrived nothing tells but the trail, which says that it may have.
            let again: Vec<bool> = trail(&place)
                .iter()
                .map(|entry| entry.get("perhaps_before").is_some())
                .collect();
            assert_eq!(again, [true, false, false], "{step}");
            let all = told(&mails);
            if let Some((login, password)) = first.first() {
                let again = &all[1];
                assert_eq!(&again.0, login);
                assert_ne!(&again.1, password);
                assert_ne!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
            }
            nowhere(&place, &[&ran], &passwords(&all));
        }
    }
}

#[test]
fn wherever_a_run_is_killed_every_enabled_account_has_a_password_that_was_told_last() {
    let server = Server::mail(&[]);
    let template = telling(FIRST_DAY, &plain(&server));
    let (mut boundary, mut seen) = (0, 0);
    let mut all = Vec::new();
    loop {
        let place = template.twin();
        let killed = killed::kill_at(&place, boundary);
        let mails = told(&server.mails()[seen..]);
        let whom: BTreeSet<String> = mails.iter().map(|(login, _)| login.clone()).collect();
        let open = enabled(&place);
        assert!(
            open.is_subset(&whom),
            "boundary {boundary}: {open:?} {whom:?}"
        );
        if !killed {
            break;
        }
        expect(0, &place, &["apply", "--yes"]);
        let mails = told(&server.mails()[seen..]);
        let last: BTreeMap<String, String> = mails.iter().cloned().collect();
        let known: BTreeSet<String> = last.into_keys().collect();
        assert_eq!(known, enabled(&place), "boundary {boundary}");
        assert_eq!(known.len(), 3);
        seen = server.mails().len();
        all.extend(passwords(&mails));
        // Each state by itself: that of the last boundary would hide in no other.
        for (path, bytes) in place.content() {
            for password in passwords(&mails) {
                let needle = password.as_bytes();
                let there = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!there, "boundary {boundary}: {}", path.display());
            }
        }
        boundary += 1;
    }
    assert!(boundary > 60, "{boundary}");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
