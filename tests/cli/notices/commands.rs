//! `tenure notices` itself: the list, the preview, what is taken back, and what the configuration may say.

use super::{Server, WELCOME, company, configure, expect, outbox, plain, statuses, trail};
use crate::cli::Place;
use jiff::Timestamp;
use serde_json::{Value, json};
use tenure::hr::PersonId;
use tenure::state::{Holder, Lock, Store, Writer};

#[test]
fn without_a_way_notices_wait_and_that_is_said() {
    let place = company(WELCOME, "");
    let ran = expect(0, &place, &["notices"]);
    assert_eq!(ran.out, "No notice yet.\n");
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("nothing waits to be sent"), "{ran}");
    let ran = expect(0, &place, &["apply", "--yes"]);
    let line = "4 notices wait: `tenure.toml` does not say how; to have them sent, write `[mail]`";
    assert!(ran.said(line), "{ran}");
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("nothing to do") && ran.said(line), "{ran}");
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(ran.said("error[notice-without-way]"), "{ran}");
    assert_eq!(
        statuses(&place),
        ["1 due 0", "3 due 0", "4 due 0", "6 due 0"]
    );
    let shown = expect(0, &place, &["notices"]).out;
    insta::assert_snapshot!(shown);
    let server = Server::mail(&[]);
    configure(&place, &plain(&server));
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn what_nobody_needs_to_know_any_more_is_taken_back() {
    let place = company(WELCOME, "");
    expect(0, &place, &["apply", "--yes"]);
    let ids: Vec<String> = outbox(&place)
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    let ran = expect(1, &place, &["notices", "--void", &ids[0], "--void", "4711"]);
    assert!(ran.said("error[unknown-notice]"), "{ran}");
    assert_eq!(statuses(&place)[0], "1 due 0", "all of it or nothing");
    expect(
        0,
        &place,
        &["notices", "--void", &ids[0], "--void", &ids[2]],
    );
    assert_eq!(
        statuses(&place),
        ["1 void 0", "3 due 0", "4 void 0", "6 due 0"]
    );
    let entry = trail(&place).pop().unwrap();
    assert_eq!(
        (&entry["id"], &entry["status"]),
        (&json!(ids[2]), &json!("void"))
    );
    let server = Server::mail(&[]);
    configure(&place, &plain(&server));
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 2);
}

#[test]
fn a_notice_that_was_tried_a_moment_ago_waits_unless_it_is_wanted_at_once() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    // By the clock of this machine, which goes on.
    place.change("tenure.toml", "clock = \"2026-02-02T09:00:00+01:00\"\n", "");
    server.answers("answers.json", &json!([["DATA", "451 4.3.0 later", 1]]));
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(statuses(&place)[0], "1 due 1");
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("1 notice waits"), "{ran}");
    assert_eq!(statuses(&place)[0], "1 due 1");
    let shown = expect(0, &place, &["notices"]).out;
    assert!(shown.contains("tried once; again not before"), "{shown}");
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn what_a_server_said_is_sealed_and_whoever_is_forgotten_is_told_of_no_more() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    server.answers(
        "answers.json",
        &json!([[
            "RCPT",
            "550 5.1.1 no such user it@small.example",
            4,
            "it@small.example"
        ]]),
    );
    expect(0, &place, &["apply", "--yes"]);
    let state = place.path(".tenure/state.db");
    let holds = |text: &str| {
        let files = [state.clone(), state.with_extension("db-wal")];
        files.iter().any(|file| {
            let bytes = std::fs::read(file).unwrap_or_default();
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        })
    };
    // Sealed like the notice itself: neither an address nor a name stands in the state in clear.
    assert!(holds("welcome") && !holds("no such user") && !holds("it@small.example"));
    let listed = outbox(&place);
    let problem = listed[0]["problem"].as_str().unwrap();
    assert!(problem.contains("no such user"), "{problem}");
    let holder = Holder {
        pid: std::process::id(),
        host: "here".to_owned(),
        user: "somebody".to_owned(),
        since: Timestamp::now(),
    };
    let lock = Lock::take(&state, &holder, std::time::Duration::ZERO).unwrap();
    let mut store = Store::open(&state, Timestamp::now()).unwrap();
    let forget = |writer: &mut Writer<'_>| writer.forget(&PersonId::from(1), Timestamp::now());
    store.write(&lock, forget).unwrap();
    drop((store, lock));
    let listed = outbox(&place);
    assert_eq!(listed[0]["person"], json!(null));
    assert_eq!(listed[0]["problem"], "what went wrong was forgotten");
    let before = server.mails().len();
    expect(0, &place, &["notices", "--send", "--refused"]);
    let after = server.mails();
    assert_eq!(after.len(), before + 3);
    assert!(
        after[before..]
            .iter()
            .all(|mail| !mail.raw.contains("Anna")),
        "{after:?}"
    );
}

#[test]
fn a_state_from_a_backup_sends_nothing() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, "");
    expect(0, &place, &["apply", "--yes"]);
    let old = std::fs::read(place.path(".tenure/state.db")).unwrap();
    configure(&place, &plain(&server));
    place.write(
        "people.csv",
        place.read("people.csv") + "9,Una,Neu,active,Lab,\n",
    );
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(server.mails().len(), 5);
    place.write(".tenure/state.db", old);
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(ran.said("error[state-older]"), "{ran}");
    assert_eq!(server.mails().len(), 5);
}

#[test]
fn a_preview_shows_what_would_be_said_and_changes_nothing() {
    let place = Place::example();
    let before = place.content();
    let ran = place.expect(0, &["notices", "--preview", "4012"]);
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    insta::assert_snapshot!(ran.out);
    let ran = place.expect(0, &["notices", "--preview", "4012", "--format", "json"]);
    let shown: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(shown["format"], "tenure-notice-preview/1");
    assert_eq!(shown["notices"].as_array().unwrap().len(), 5);
    // What the plan would tell is marked, and says the same.
    let plan = place.plan();
    for told in plan.0["notices"].as_array().unwrap() {
        let person = told["person"].as_str().unwrap();
        let ran = place.expect(0, &["notices", "--preview", person, "--format", "json"]);
        let shown: Value = serde_json::from_str(&ran.out).unwrap();
        let same = shown["notices"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["notice"] == told["name"])
            .unwrap();
        assert_eq!(same["now"], told["event"]);
        for part in ["to", "subject", "body"] {
            assert_eq!(same[part], told[part], "{person} {part}");
        }
    }
    let ran = place.expect(1, &["notices", "--preview", "999999"]);
    assert!(ran.said("error[unknown-person]"), "{ran}");
}

#[test]
fn a_wrong_configuration_says_what_is_wrong() {
    let mail = "[mail]\nsmtp = \"smtps://mail.example.com\"\nfrom = \"t@example.com\"\n";
    let http = "[http]\nurl = \"https://hooks.example.com\"\n";
    let place = company(WELCOME, "");
    let cases = [
        (
            mail.replace("smtps://", ""),
            "neither `smtps://` nor `smtp://`",
        ),
        (
            mail.replace("mail.example.com", "mail.example.com:x"),
            "its port is no number",
        ),
        (
            mail.replace("mail.", "me:secret@mail."),
            "do not stand in its address",
        ),
        (
            mail.replace("t@example.com", "t"),
            "`from = \"t\"` is no mail address",
        ),
        (
            format!("{mail}reply_to = \"x\"\n"),
            "`reply_to = \"x\"` is no mail address",
        ),
        (
            format!("{mail}plain = true\n"),
            "`plain` is for a mail server on this machine",
        ),
        (
            format!("{}plain = true\n", mail.replace("smtps:", "smtp:")),
            "`plain` is for a mail server on this machine",
        ),
        (
            format!("{mail}password = \"secret\"\n"),
            "a secret does not stand in `tenure.toml`",
        ),
        (
            format!("{mail}password = {{ env = \"X\" }}\n"),
            "has a `password` and no `user`",
        ),
        (format!("{mail}host = \"x\"\n"), "host"),
        ("[mail]\nfrom = \"t@example.com\"\n".to_owned(), "smtp"),
        (
            http.replace("https", "http"),
            "would be posted to in the clear",
        ),
        (http.replace("https://", ""), "is no address"),
        (
            http.replace("https://", "https://me:secret@"),
            "do not stand in `url`",
        ),
        (
            format!("{http}secret = \"secret\"\n"),
            "a secret does not stand in `tenure.toml`",
        ),
        (format!("{http}notices = []\n"), "posts nothing"),
        (format!("{http}token = \"x\"\n"), "token"),
    ];
    for (config, says) in cases {
        configure(&place, &config);
        let ran = expect(1, &place, &["check"]);
        assert!(
            ran.said("error[bad-config]") && ran.said(says),
            "{config}\n{ran}"
        );
        assert!(!ran.err.contains("me:secret"), "{ran}");
    }
    for fine in [mail, http] {
        configure(&place, fine);
        expect(0, &place, &["check"]);
    }
}
