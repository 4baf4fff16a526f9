//! HTTP: signed so that others can verify it, repeated under the same key, and beside mail as the configuration says.

use super::{
    SECRET, Server, WELCOME, certified, company, configure, expect, free_port, http, outbox,
    owners_alone, plain, statuses, trail,
};
use serde_json::{Value, json};

#[test]
fn what_is_posted_is_signed_and_says_all_there_is_to_say() {
    let hook = Server::hook();
    let place = company(WELCOME, &http(&hook));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("4 notices sent"), "{ran}");
    let taken = hook.taken();
    assert_eq!(taken.len(), 4);
    for one in &taken {
        assert_eq!(one["good"], true, "{one}");
        assert!(
            one["age"].as_f64().unwrap() < 60.0,
            "by the real clock: {one}"
        );
        assert_eq!(one["path"], "/tenure");
        assert_eq!(one["headers"]["content-type"], "application/json");
        assert_eq!(one["headers"]["idempotency-key"], one["body"]["id"]);
    }
    let listed = outbox(&place);
    assert_eq!(
        taken[0]["body"],
        json!({
            "format": "tenure-notice/1",
            "id": listed[0]["id"],
            "notice": "welcome",
            "event": "create",
            "person": "1",
            "to": ["helpdesk@small.example", "it@small.example"],
            "subject": "New colleague: Anna Berg",
            "body": "The login of Anna is aberg.\n.\nBye",
        })
    );
    assert_eq!(
        listed[0]["deliveries"],
        json!([{ "way": "http", "position": 0, "status": "sent" }])
    );
}

#[test]
fn another_secret_makes_another_signature() {
    let hook = Server::hook();
    let place = company(
        WELCOME,
        &http(&hook).replace("{ env = \"HOOK_SECRET\" }", "{ file = \"secret\" }"),
    );
    place.write("secret", SECRET.to_uppercase());
    owners_alone(&place.path("secret"));
    expect(0, &place, &["apply", "--yes"]);
    assert!(hook.taken().iter().all(|one| one["good"] == false));
    place.write("secret", "short");
    configure(
        &place,
        &http(&hook).replace("{ env = \"HOOK_SECRET\" }", "{ file = \"secret\" }"),
    );
    place.write(
        "people.csv",
        place.read("people.csv") + "9,Una,Neu,active,Lab,\n",
    );
    expect(0, &place, &["apply", "--yes"]);
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(ran.said("the `secret` is shorter than 16 bytes"), "{ran}");
    assert_eq!(hook.taken().len(), 4);
}

#[test]
fn an_address_that_fails_gets_it_again_under_the_same_key() {
    let hook = Server::hook();
    let place = company(WELCOME, &http(&hook));
    hook.answers("statuses.json", &json!([500, 429, 408, 302]));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("4 notices are not sent yet"), "{ran}");
    assert!(ran.said("welcome of 1: http: status 500"), "{ran}");
    assert_eq!(
        statuses(&place),
        ["1 due 1", "3 due 1", "4 due 1", "6 due 1"]
    );
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("4 notices sent"), "{ran}");
    let keys: Vec<Value> = hook
        .taken()
        .iter()
        .map(|one| one["headers"]["idempotency-key"].clone())
        .collect();
    assert_eq!(keys[..4], keys[4..]);
    assert!(
        trail(&place)
            .iter()
            .all(|entry| entry.get("perhaps_again").is_none())
    );
}

#[test]
fn an_answer_that_is_lost_may_be_a_repeat_and_a_refusal_is_for_good() {
    let hook = Server::hook();
    let place = company(WELCOME, &http(&hook));
    hook.answers("statuses.json", &json!([0, 400, 422]));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("2 notices are refused for good"), "{ran}");
    assert_eq!(
        statuses(&place),
        ["1 sending 1", "3 failed 1", "4 failed 1", "6 sent 1"]
    );
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("1 notice sent, 1 of them perhaps again"), "{ran}");
    let again: Vec<Value> = trail(&place)
        .into_iter()
        .filter(|entry| entry.get("perhaps_again").is_some())
        .collect();
    assert_eq!(again.len(), 1);
    let taken = hook.taken();
    assert_eq!(
        taken[0]["headers"]["idempotency-key"],
        taken.last().unwrap()["headers"]["idempotency-key"]
    );
}

#[test]
fn an_address_where_nobody_is_costs_no_notice_anything() {
    let place = company(
        WELCOME,
        &format!(
            "[http]\nurl = \"http://127.0.0.1:{}\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n",
            free_port()
        ),
    );
    expect(0, &place, &["apply", "--yes"]);
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(ran.said("error[notice-unreachable]"), "{ran}");
    let all = statuses(&place);
    assert!(all.iter().all(|one| one.contains(" due ")), "{all:?}");
    // One was begun by each of the two passes, and none was refused.
    assert!(all[2..].iter().all(|one| one.ends_with(" 0")), "{all:?}");
}

#[test]
fn an_address_of_a_private_authority_is_trusted_once_that_is_named() {
    let place = company(WELCOME, "");
    let folder = certified(&place, "localhost");
    let hook = Server::start("hook.py", folder, &[SECRET, "--tls"]);
    let config = "[http]\nurl = { env = \"HOOK_URL\" }\nsecret = { env = \"HOOK_SECRET\" }\nca = \"ca.pem\"\n";
    let send = |config: &str| {
        configure(&place, config);
        let url = format!("https://localhost:{}/tenure", hook.port);
        let mut command = place.command(&["notices", "--send"]);
        command.env("HOOK_SECRET", SECRET).env("HOOK_URL", url);
        super::Ran::of(&mut command)
    };
    expect(0, &place, &["apply", "--yes"]);
    let ran = send(&config.replace("ca = \"ca.pem\"\n", ""));
    assert!(
        ran.code == 1 && ran.said("error[notice-certificate]"),
        "{ran}"
    );
    let ran = send(config);
    assert_eq!(ran.code, 0, "{ran}");
    assert_eq!(hook.taken().len(), 4);
}

#[test]
fn the_configuration_says_what_is_posted_and_whether_it_is_mailed_too() {
    let more = WELCOME.replace("\"welcome\"", "\"ticket\"");
    let policy = format!("{WELCOME}{more}");
    let count = |config: &str| {
        let (server, hook) = (Server::mail(&[]), Server::hook());
        let place = company(&policy, &(plain(&server) + &http(&hook) + config));
        let ran = expect(0, &place, &["apply", "--yes"]);
        assert!(ran.said("8 notices sent"), "{ran}");
        let posted = hook.taken();
        assert!(posted.iter().all(|one| one["good"] == true));
        (server.mails().len(), posted.len())
    };
    assert_eq!(count(""), (8, 8));
    assert_eq!(count("notices = [\"ticket\"]\n"), (8, 4));
    assert_eq!(
        count("notices = [\"ticket\"]\ninstead_of_mail = true\n"),
        (4, 4)
    );
    // Of what has no way nothing is lost.
    let hook = Server::hook();
    let place = company(&policy, &(http(&hook) + "notices = [\"ticket\"]\n"));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("4 notices sent") && ran.said("4 notices wait: `tenure.toml` does not say how"),
        "{ran}"
    );
    configure(&place, &(http(&hook) + "notices = [\"tickets\"]\n"));
    let ran = expect(1, &place, &["check"]);
    assert!(
        ran.out.contains("bad-notice") && ran.out.contains("did you mean `ticket`"),
        "{ran}"
    );
}

#[test]
fn one_way_that_is_closed_does_not_hold_up_the_other() {
    let hook = Server::hook();
    let closed = format!(
        "[mail]\nsmtp = \"smtp://127.0.0.1:{}\"\nplain = true\nfrom = \"t@small.example\"\n",
        free_port()
    );
    let place = company(WELCOME, &(closed + &http(&hook)));
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(hook.taken().len(), 4);
    assert_eq!(statuses(&place)[0], "1 due 1");
    let server = Server::mail(&[]);
    configure(&place, &(plain(&server) + &http(&hook)));
    expect(0, &place, &["notices", "--send"]);
    assert_eq!((server.mails().len(), hook.taken().len()), (4, 4));
    assert_eq!(statuses(&place)[0], "1 sent 2");
}
