//! What a server says of us, and not of a notice, refuses no notice; and what may have arrived stays so until it has.

use super::{
    Server, WELCOME, company, configure, expect, http, outbox, plain, statuses, tenure, trail,
};
use serde_json::{Value, json};

/// A notice to an address of the person's own.
const OWN: &str = r#"notify "hello" {
  on      create
  to      "{login}@small.example"
  subject "Hello {first_name}"
  body    "Hello"
}
"#;

const NOTHING_TRIED: [&str; 4] = ["1 due 1", "3 due 0", "4 due 0", "6 due 0"];

#[test]
fn what_a_mail_server_holds_against_us_closes_the_way_and_refuses_nothing() {
    let cases = [
        ("RCPT", "550 5.7.1 relaying denied", "turned-away"),
        (
            "RCPT",
            "554 5.7.1 <it@x>: Relay access denied",
            "turned-away",
        ),
        ("RCPT", "554 5.7.23 SPF says no", "turned-away"),
        ("RCPT", "554 no", "turned-away"),
        ("RCPT", "550 5.3.2 closed for the holidays", "turned-away"),
        ("RCPT", "501 5.5.4 what is that", "turned-away"),
        ("RCPT", "503 bad sequence", "turned-away"),
        ("RCPT", "553 5.1.8 a sender without a domain", "sender"),
        ("RCPT", "530 5.7.0 log on first", "credentials"),
        ("DATA", "554 5.7.1 blocked address", "turned-away"),
        ("DATA", "550 5.7.1 not from there", "turned-away"),
        ("DATA", "550 policy", "turned-away"),
        ("DATA", "554 transaction failed", "turned-away"),
    ];
    for (command, answer, kind) in cases {
        let server = Server::mail(&[]);
        let place = company(WELCOME, &plain(&server));
        // Both recipients of the first notice.
        let times = if command == "RCPT" { 2 } else { 1 };
        let say_no = || server.answers("answers.json", &json!([[command, answer, times]]));
        say_no();
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(
            ran.said("notices wait: ") && ran.said("help: "),
            "{answer}: {ran}"
        );
        assert!(!ran.said("for good"), "{answer}: {ran}");
        assert_eq!(statuses(&place), NOTHING_TRIED, "{answer}");
        say_no();
        let ran = expect(1, &place, &["notices", "--send"]);
        assert!(
            ran.said(&format!("error[notice-{kind}]")),
            "{answer}: {ran}"
        );
        let all = statuses(&place);
        assert!(
            all.iter().all(|one| !one.contains("failed")),
            "{answer}: {all:?}"
        );
        expect(0, &place, &["notices", "--send"]);
        let all = statuses(&place);
        assert!(
            all.iter().all(|one| one.contains(" sent ")),
            "{answer}: {all:?}"
        );
        assert_eq!(server.mails().len(), 4, "{answer}");
    }
}

#[test]
fn what_a_mail_server_says_of_one_recipient_or_one_mail_refuses_that() {
    let cases = [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "550 no such user"),
        ("RCPT", "551 user not local"),
        ("RCPT", "553 5.1.3 no such form"),
        ("RCPT", "550 5.2.1 switched off"),
        ("RCPT", "552 5.2.2 full"),
        ("RCPT", "550 5.4.1 recipient rejected"),
        ("RCPT", "556 that domain takes no mail"),
        ("RCPT", "550 5.7.17 the mailbox has another owner"),
        ("DATA", "552 5.3.4 too big"),
        ("DATA", "552 too much"),
        ("DATA", "554 5.6.0 not understood"),
    ];
    for (command, answer) in cases {
        let server = Server::mail(&[]);
        let place = company(OWN, &plain(&server));
        server.answers("answers.json", &json!([[command, answer, 1]]));
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(ran.said("1 notice is refused for good"), "{answer}: {ran}");
        assert!(ran.said(answer), "{answer}: {ran}");
        assert_eq!(
            statuses(&place),
            ["1 failed 1", "3 sent 1", "4 sent 1", "6 sent 1"],
            "{answer}"
        );
    }
    // Too many at once is no refusal of the one who is one too many (RFC 5321 4.5.3.1.10).
    for answer in ["552 5.5.3 too many recipients", "552 too many recipients"] {
        let server = Server::mail(&[]);
        let place = company(WELCOME, &plain(&server));
        let too_many = json!([["RCPT", answer, 1, "it@small.example"]]);
        server.answers("answers.json", &too_many);
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(ran.said("1 notice is not sent yet"), "{answer}: {ran}");
        expect(0, &place, &["notices", "--send"]);
        assert_eq!(statuses(&place)[0], "1 sent 2", "{answer}");
    }
}

#[test]
fn one_that_is_turned_away_each_time_keeps_nobody_else_waiting() {
    let server = Server::mail(&[]);
    let place = company(OWN, &plain(&server));
    let never = json!([[
        "RCPT",
        "550 5.7.1 <aberg@small.example>: not to that one",
        100,
        "aberg@small.example"
    ]]);
    server.answers("answers.json", &never);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("hello of 1: aberg@small.example: 550 5.7.1"),
        "{ran}"
    );
    assert_eq!(statuses(&place), NOTHING_TRIED);
    // What waits for the way says why, and that names nobody: it is kept in clear.
    let listed = outbox(&place);
    let why = listed[1]["problem"].as_str().unwrap();
    assert!(why.contains("550 5.7.1") && !why.contains("aberg"), "{why}");
    expect(1, &place, &["notices", "--send"]);
    assert_eq!(
        statuses(&place),
        ["1 due 2", "3 sent 1", "4 sent 1", "6 sent 1"]
    );
    server.answers("answers.json", &json!([]));
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn what_an_address_holds_against_us_closes_the_way_and_refuses_nothing() {
    for status in [401, 403, 404, 405, 407, 410, 411, 415, 451] {
        let hook = Server::hook();
        let place = company(WELCOME, &http(&hook));
        hook.answers("statuses.json", &json!([status]));
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(
            ran.said("notices wait: ")
                && ran.said(&format!("status {status}"))
                && ran.said("help: "),
            "{ran}"
        );
        assert_eq!(statuses(&place), NOTHING_TRIED, "{status}");
        hook.answers("statuses.json", &json!([status]));
        let ran = expect(1, &place, &["notices", "--send"]);
        assert!(ran.said("error[notice-turned-away]"), "{status}: {ran}");
        expect(0, &place, &["notices", "--send"]);
        let all = statuses(&place);
        assert!(
            all.iter().all(|one| one.contains(" sent ")),
            "{status}: {all:?}"
        );
    }
    for status in [400, 409, 413, 418, 422] {
        let hook = Server::hook();
        let place = company(WELCOME, &http(&hook));
        hook.answers("statuses.json", &json!([status]));
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(ran.said("1 notice is refused for good"), "{status}: {ran}");
        assert_eq!(
            statuses(&place),
            ["1 failed 1", "3 sent 1", "4 sent 1", "6 sent 1"],
            "{status}"
        );
    }
}

/// What the trail says may be a repeat, in order.
fn repeats(place: &crate::cli::Place) -> Vec<Value> {
    let entries = trail(place).into_iter();
    entries
        .filter_map(|entry| entry.get("perhaps_again").cloned())
        .collect()
}

#[test]
fn what_may_have_arrived_may_be_a_repeat_whatever_came_between() {
    // By mail: for now, twice; for good, and then wanted all the same.
    for (between, status, again) in [
        ("451 4.3.2 not now", "due", &["notices", "--send"][..]),
        (
            "550 5.1.1 nobody",
            "failed",
            &["notices", "--send", "--refused"],
        ),
    ] {
        let server = Server::mail(&[]);
        let place = company(WELCOME, &plain(&server));
        server.answers("answers.json", &json!([["DATA", "vanish", 1]]));
        expect(0, &place, &["apply", "--yes"]);
        assert_eq!(statuses(&place)[0], "1 sending 1");
        server.answers("answers.json", &json!([["RCPT", between, 2]]));
        expect(4, &place, &["notices", "--send"]);
        assert_eq!(statuses(&place)[0], format!("1 {status} 2"));
        let ran = expect(0, &place, again);
        assert!(ran.said("1 notice sent, 1 of them perhaps again"), "{ran}");
        let both = json!([["mail", 0], ["mail", 1]]);
        assert_eq!(repeats(&place), [both.clone(), both], "{between}");
        let mails = server.mails();
        assert_eq!(mails[0].header("Message-ID"), mails[4].header("Message-ID"));
    }
    // Posted; and what never was in doubt is no repeat.
    let hook = Server::hook();
    let place = company(WELCOME, &http(&hook));
    hook.answers("statuses.json", &json!([0, 503]));
    expect(0, &place, &["apply", "--yes"]);
    hook.answers("statuses.json", &json!([503, 503]));
    expect(4, &place, &["notices", "--send"]);
    assert_eq!(statuses(&place)[..2], ["1 due 2", "3 due 2"]);
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("2 notices sent, 1 of them perhaps again"), "{ran}");
    let one = json!([["http", 0]]);
    assert_eq!(repeats(&place), [one.clone(), one]);
    // Nothing is sent any more.
    configure(&place, &http(&hook));
    assert!(tenure(&place, &["notices", "--send"]).said("nothing waits"));
}
