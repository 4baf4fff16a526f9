//! What becomes of a password that a server refuses, that may have arrived, or that is sealed beside.

use age::x25519::Identity;
use serde_json::json;

use super::{FIRST_DAY, ONE_BY_ONE, enabled, logins, nowhere, passwords, set, telling, told};
use crate::cli::Place;
use crate::cli::notices::{Server, expect, free_port, outbox, plain, statuses};

/// Applies until the account of the first is the only one that is off, says why, and applies again.
#[track_caller]
fn fails_once(answers: &serde_json::Value, says: &str, arrived: usize) {
    let server = Server::mail(&[]);
    let place = telling(FIRST_DAY, &(plain(&server) + ONE_BY_ONE));
    server.answers("answers.json", answers);
    let first = expect(4, &place, &["apply", "--yes"]);
    assert!(
        first.said("handed over to nobody") && first.said(says),
        "{first}"
    );
    assert!(
        first.said("the account then gets another password"),
        "{first}"
    );
    assert!(logins(&place).contains("aberg"));
    assert_eq!(enabled(&place), set(&["cny", "fro"]), "{first}");
    assert_eq!(statuses(&place), ["3 sent 1", "6 sent 1"]);
    let shown = expect(0, &place, &["show", "last"]).out;
    assert!(shown.contains("handed over to nobody"), "{shown}");
    let before = server.mails().len();
    assert_eq!(before, 2 + arrived);
    let second = expect(0, &place, &["apply", "--yes"]);
    assert_eq!(enabled(&place), set(&["aberg", "cny", "fro"]));
    let mails = server.mails();
    assert_eq!(mails.len(), before + 1);
    let told = told(&mails);
    let last = told.last().unwrap();
    assert_eq!(last.0, "aberg");
    // Another password, and no repeat of the mail.
    for (mail, one) in mails.iter().zip(&told).take(before) {
        assert_ne!(one.1, last.1);
        assert_ne!(
            mail.header("Message-ID"),
            mails[before].header("Message-ID")
        );
    }
    nowhere(&place, &[&first, &second], &passwords(&told));
}

#[test]
fn a_password_that_all_refuse_is_not_the_one_that_stays() {
    let no = json!([["RCPT", "550 5.1.1 no such user", 2]]);
    fails_once(&no, "550 5.1.1 no such user", 0);
    let later = json!([["RCPT", "451 4.7.1 greylisted", 2]]);
    fails_once(&later, "451 4.7.1 greylisted", 0);
    let big = json!([["DATA", "552 5.3.4 too big", 1]]);
    fails_once(&big, "552 5.3.4", 0);
}

#[test]
fn a_password_that_may_have_arrived_is_not_the_one_that_stays() {
    let lost = json!([["DATA", "vanish", 1]]);
    fails_once(&lost, "whether it was taken is not known", 1);
}

#[test]
fn what_a_server_says_once_it_has_seen_a_password_is_not_repeated() {
    let echo = json!([["DATA", "554 5.6.0 I do not like: %BODY%", 1]]);
    fails_once(&echo, "554 5.6.0", 1);
}

#[test]
fn one_for_certain_is_enough_and_who_was_refused_is_told_of() {
    let server = Server::mail(&[]);
    let place = telling(FIRST_DAY, &(plain(&server) + ONE_BY_ONE));
    let no = json!([["RCPT", "550 5.1.1 no such user", 1, "it@small.example"]]);
    server.answers("answers.json", &no);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("first day of 1: it@small.example: 550 5.1.1 no such user; it is not sent again"),
        "{ran}"
    );
    assert_eq!(enabled(&place).len(), 3);
    let one = &outbox(&place)[0];
    assert_eq!(one["status"], "sent");
    assert_eq!(
        one["deliveries"],
        json!([
            { "way": "mail", "position": 0, "status": "sent" },
            { "way": "mail", "position": 1, "status": "failed" },
        ])
    );
    let ran = expect(0, &place, &["notices", "--send", "--refused"]);
    assert!(ran.said("nothing waits to be sent"), "{ran}");
    nowhere(&place, &[&ran], &passwords(&told(&server.mails())));
}

#[test]
fn a_server_that_turns_us_away_in_the_middle_is_not_asked_again_and_no_more_are_made() {
    let server = Server::mail(&[]);
    let place = telling(FIRST_DAY, &(plain(&server) + ONE_BY_ONE));
    server.answers("answers.json", &json!([["RCPT", "550 5.7.1 no relay", 2]]));
    let ran = expect(4, &place, &["apply", "--yes"]);
    assert!(ran.said("turns notices away: 550 5.7.1"), "{ran}");
    assert_eq!(enabled(&place), set(&[]));
    assert_eq!(server.mails().len(), 0);
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(enabled(&place).len(), 3);
    assert_eq!(server.mails().len(), 3);
}

/// With a key beside the notice.
fn both(key: &Identity, config: &str) -> Place {
    let place = telling(FIRST_DAY, config);
    let sealed = format!("  random 16\n  sealed to \"{}\"", key.to_public());
    place.change("policy/policy.tenure", "  random 16", &sealed);
    place
}

#[test]
fn beside_a_key_both_have_the_same_password() {
    let (server, key) = (Server::mail(&[]), Identity::generate());
    let place = both(&key, &(plain(&server) + ONE_BY_ONE));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("3 new passwords are sealed in") && ran.said("3 new passwords were told"),
        "{ran}"
    );
    let told = told(&server.mails());
    let sealed = crate::cli::passwords::passwords(&place, &key);
    assert_eq!(
        told.iter()
            .cloned()
            .collect::<std::collections::BTreeMap<_, _>>(),
        sealed
    );
    nowhere(&place, &[&ran], &passwords(&told));
}

#[test]
fn beside_a_key_a_server_that_is_down_holds_nobody_up_and_what_may_have_arrived_is_made_anew() {
    let key = Identity::generate();
    let down = format!(
        "[mail]\nsmtp = \"smtp://127.0.0.1:{}\"\nplain = true\nfrom = \"t@small.example\"\n",
        free_port()
    );
    let place = both(&key, &down);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("3 new passwords are sealed in"), "{ran}");
    assert!(
        ran.said("it is not sent again, for the password is kept nowhere"),
        "{ran}"
    );
    assert_eq!(enabled(&place).len(), 3);
    let mut all = statuses(&place);
    all.sort();
    assert_eq!(all, ["1 void 1", "3 void 1", "6 void 1"]);
    let sealed = crate::cli::passwords::passwords(&place, &key);
    nowhere(&place, &[&ran], &sealed.into_values().collect::<Vec<_>>());

    // A secret of the configuration that is missing is as good as a server that is.
    let server = Server::mail(&[]);
    let nobody = plain(&server) + "user = \"tenure\"\npassword = { env = \"NOT_SET\" }\n";
    let place = both(&key, &nobody);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("the variable `NOT_SET` is not set; it is not sent again"),
        "{ran}"
    );
    assert_eq!(enabled(&place).len(), 3);

    let place = both(&key, &(plain(&server) + ONE_BY_ONE));
    server.answers("answers.json", &json!([["DATA", "vanish", 1]]));
    let ran = expect(4, &place, &["apply", "--yes"]);
    assert_eq!(enabled(&place), set(&["cny", "fro"]), "{ran}");
    let sealed = crate::cli::passwords::passwords(&place, &key);
    assert!(!sealed.contains_key("aberg"), "its file never got its name");
    expect(0, &place, &["apply", "--yes"]);
    let (told, sealed) = (
        told(&server.mails()),
        crate::cli::passwords::passwords(&place, &key),
    );
    assert_eq!(
        told.last().unwrap(),
        &("aberg".to_owned(), sealed["aberg"].clone())
    );
    assert_ne!(told[0].1, sealed["aberg"]);
}
