//! Digests: what is collected goes as one message to each, once, when its time has come, whatever happens on the way.

use super::{Server, company, expect, http, outbox, plain, statuses, trail};
use crate::cli::Place;
use serde_json::{Value, json};

const CAME: &str = r#"notify "who came" {
  on      create
  to      "helpdesk@small.example", "it@small.example"
  subject "Who came"
  body    "{first_name} {last_name}, {account.sAMAccountName}"
  digest  weekly on monday at 12:00
}
"#;

const DATA: &str = r#"expect "everybody has a title" when title is present

notify "data quality" {
  on      expectation
  to      "hr@small.example"
  subject "Records to be looked at"
  body    "{id}: {expectation}"
  digest  daily at 12:00
}
"#;

/// Sets the clock of the company, which stands still: 2 February 2026 is a Monday.
fn clock(place: &Place, at: &str) {
    let config = place.read("tenure.toml");
    let (before, after) = config.split_once("clock = \"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    place.write("tenure.toml", format!("{before}clock = \"{at}\"{after}"));
}

fn collecting(place: &Place) -> Vec<Value> {
    let ran = expect(0, place, &["notices", "--format", "json"]);
    let listed: Value = serde_json::from_str(&ran.out).unwrap();
    listed["collecting"].as_array().unwrap().clone()
}

#[test]
fn what_is_collected_goes_to_each_as_one_message_when_its_time_has_come() {
    let (server, hook) = (Server::mail(&[]), Server::hook());
    let place = company(CAME, &(plain(&server) + &http(&hook)));
    let ran = expect(2, &place, &["plan"]);
    assert!(ran.out.contains("in the digest of "), "{ran}");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(outbox(&place), Vec::<Value>::new());
    let waiting = collecting(&place);
    assert_eq!(waiting.len(), 4);
    assert_eq!(waiting[0]["due"], "2026-02-02T11:00:00Z");
    let ran = expect(0, &place, &["notices"]);
    assert!(ran.out.contains("Collected  who came, goes with"), "{ran}");
    // Not before its time, whatever asks for it.
    clock(&place, "2026-02-02T11:59:59+01:00");
    expect(0, &place, &["notices", "--send"]);
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!((server.mails().len(), hook.taken().len()), (0, 0));
    clock(&place, "2026-02-02T12:30:00+01:00");
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("2 notices sent"), "{ran}");
    let mails = server.mails();
    let to: Vec<&str> = mails.iter().map(|mail| &*mail.to[0]).collect();
    assert_eq!(to, ["helpdesk@small.example", "it@small.example"]);
    for mail in &mails {
        let read = mail.read();
        assert_eq!(read["subject"], "Who came");
        assert_eq!(
            read["body"],
            "Anna Berg, aberg\nCarl Ny, cny\nDora Ek, dek\nFinn Ro, fro\n"
        );
    }
    let posted = &hook.taken()[0]["body"];
    assert_eq!(
        (&posted["event"], &posted["person"]),
        (&json!("digest"), &Value::Null)
    );
    assert_eq!(statuses(&place), ["- sent 1", "- sent 1"]);
    assert_eq!(collecting(&place), Vec::<Value>::new());
    // Nothing to tell, and nothing is sent.
    clock(&place, "2026-02-09T12:30:00+01:00");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(server.mails().len(), 2);
}

#[cfg(debug_assertions)] // a release build has nothing that would halt it
#[test]
fn a_digest_that_is_killed_anywhere_is_lost_nowhere_and_repeats_under_the_same_id() {
    for (step, taken) in [
        ("NoticeBegun", 0),
        ("NoticeHandedOver", 1),
        ("NoticeRecorded", 1),
    ] {
        let server = Server::mail(&[]);
        let place = company(CAME, &plain(&server));
        expect(0, &place, &["apply", "--yes"]);
        clock(&place, "2026-02-02T12:30:00+01:00");
        super::killed::kill_at(&place, step, &["notices", "--send"]);
        assert_eq!(server.mails().len(), taken, "{step}");
        expect(0, &place, &["notices", "--send"]);
        let mails = server.mails();
        let repeated = usize::from(step == "NoticeHandedOver");
        assert_eq!(mails.len(), 2 + repeated, "{step}");
        for mail in &mails {
            assert_eq!(mail.read()["body"], mails[0].read()["body"], "{step}");
        }
        if repeated == 1 {
            assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
        }
        assert_ne!(
            mails[0].header("Message-ID"),
            mails.last().unwrap().header("Message-ID")
        );
        // The first was begun twice where nobody knew how it ended.
        let attempts = if step == "NoticeRecorded" { 1 } else { 2 };
        let first = format!("- sent {attempts}");
        assert_eq!(statuses(&place), [&*first, "- sent 1"], "{step}");
    }
}

#[test]
fn who_is_forgotten_is_in_no_digest_that_is_still_sent() {
    let server = Server::mail(&[]);
    let place = company(CAME, &plain(&server));
    expect(0, &place, &["apply", "--yes"]);
    expect(0, &place, &["forget", "1", "--yes"]);
    assert_eq!(collecting(&place).len(), 3);
    clock(&place, "2026-02-02T12:30:00+01:00");
    expect(0, &place, &["notices", "--send"]);
    for mail in server.mails() {
        let body = mail.read()["body"].as_str().unwrap().to_owned();
        assert_eq!(body, "Carl Ny, cny\nDora Ek, dek\nFinn Ro, fro\n");
    }
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn what_is_taken_back_while_it_is_collected_is_told_to_nobody() {
    let server = Server::mail(&[]);
    let place = company(CAME, &plain(&server));
    expect(0, &place, &["apply", "--yes"]);
    let id = collecting(&place)[0]["id"].as_str().unwrap().to_owned();
    let ran = expect(0, &place, &["notices", "--void", &id]);
    assert!(ran.said("1 notice is told no more"), "{ran}");
    assert_eq!(collecting(&place).len(), 3);
    let ran = expect(1, &place, &["notices", "--void", &id]);
    assert!(ran.said("unknown-notice"), "{ran}");
    let last = trail(&place).pop().unwrap();
    assert_eq!((&last["status"], &last["id"]), (&json!("void"), &json!(id)));
    clock(&place, "2026-02-02T12:30:00+01:00");
    expect(0, &place, &["notices", "--send"]);
    for mail in server.mails() {
        assert_eq!(
            mail.read()["body"],
            "Carl Ny, cny\nDora Ek, dek\nFinn Ro, fro\n"
        );
    }
    expect(0, &place, &["audit", "verify"]);
}

#[test]
fn who_is_forgotten_while_a_digest_waits_for_its_server_is_not_in_it() {
    let port = super::free_port();
    let config = format!(
        "[mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\nplain = true\nfrom = \"tenure@small.example\"\n"
    );
    let place = company(CAME, &config);
    expect(0, &place, &["apply", "--yes"]);
    clock(&place, "2026-02-02T12:30:00+01:00");
    expect(1, &place, &["notices", "--send"]);
    assert_eq!(statuses(&place), ["- due 0", "- due 0"]);
    for person in ["1", "3", "4"] {
        expect(0, &place, &["forget", person, "--yes"]);
    }
    let server = Server::mail(&[]);
    super::configure(&place, &plain(&server));
    expect(0, &place, &["notices", "--send"]);
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].read()["body"], "Finn Ro, fro\n");
    // Of nobody who is left nothing is told.
    let place = company(CAME, &config);
    expect(0, &place, &["apply", "--yes"]);
    clock(&place, "2026-02-02T12:30:00+01:00");
    expect(1, &place, &["notices", "--send"]);
    for person in ["1", "3", "4", "6"] {
        expect(0, &place, &["forget", person, "--yes"]);
    }
    super::configure(&place, &plain(&server));
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 2);
    assert_eq!(statuses(&place), ["- void 0", "- void 0"]);
    assert!(trail(&place).len() > 4);
}

#[test]
fn hr_is_told_what_is_expected_of_its_data_and_the_forecast_knows_when() {
    let server = Server::mail(&[]);
    let place = company(DATA, &plain(&server));
    let people = place.read("people.csv");
    let people = people.replace("1,Anna,Berg,active,Lab,Chemist", "1,Anna,Berg,active,Lab,");
    place.write("people.csv", &people);
    let ran = expect(0, &place, &["notices", "--preview", "1"]);
    assert!(ran.out.contains("1: everybody has a title"), "{ran}");
    assert!(ran.out.contains("part of the digest"), "{ran}");
    expect(0, &place, &["apply", "--yes"]);
    let ran = expect(0, &place, &["plan"]);
    assert!(
        ran.out
            .contains("The next change is due 2026-02-02 11:00 UTC"),
        "the next change is known: {ran}"
    );
    let ran = expect(
        0,
        &place,
        &["forecast", "--until", "2026-02-04", "--format", "json"],
    );
    assert!(ran.out.contains("2026-02-02T11:00:00Z"), "{ran}");
    let ran = expect(0, &place, &["privacy"]);
    assert!(ran.out.contains("data quality"), "{ran}");
    clock(&place, "2026-02-02T12:00:00+01:00");
    expect(0, &place, &["apply", "--yes"]);
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        mails[0].read()["body"],
        "1: everybody has a title, since 2026-02-02\n4: everybody has a title, since 2026-02-02\n"
    );
}
