//! Mail: received exactly, encrypted, let in or not, refused for now or for good, and never twice without a reason.

use super::{
    Mail, Server, WELCOME, certified, company, configure, expect, free_port, outbox, owners_alone,
    plain, statuses, trail,
};
use crate::cli::company::PEOPLE;
use serde_json::json;

#[test]
fn each_notice_arrives_once_with_the_head_that_it_should_have() {
    let server = Server::mail(&[]);
    let place = company(
        WELCOME,
        &(plain(&server) + "reply_to = \"desk@small.example\"\n"),
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("4 notices sent"), "{ran}");
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    let first = &mails[0];
    assert_eq!(first.to, ["helpdesk@small.example", "it@small.example"]);
    assert_eq!(first.header("From"), "Tenure <tenure@small.example>");
    assert_eq!(first.header("Reply-To"), "desk@small.example");
    assert_eq!(
        first.header("To"),
        "helpdesk@small.example, it@small.example"
    );
    assert_eq!(first.header("Subject"), "New colleague: Anna Berg");
    assert_eq!(first.header("Auto-Submitted"), "auto-generated");
    let listed = outbox(&place);
    let ids: Vec<String> = listed
        .iter()
        .map(|one| format!("<{}@small.example>", one["id"].as_str().unwrap()))
        .collect();
    let sent: Vec<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!(sent, ids);
    let read = first.read();
    // A dot alone on a line ends no mail.
    assert_eq!(read["body"], "The login of Anna is aberg.\n.\nBye\n");
    assert_eq!(
        (&read["type"], &read["defects"]),
        (&json!("text/plain"), &json!([]))
    );
    assert_eq!(read["mime"], "1.0");
    assert!(!first.tls && first.login.is_none());
    assert_eq!(
        statuses(&place),
        ["1 sent 1", "3 sent 1", "4 sent 1", "6 sent 1"]
    );
    // Nothing is sent a second time, whatever is said.
    expect(0, &place, &["apply", "--yes"]);
    let ran = expect(0, &place, &["notices", "--send", "--refused"]);
    assert!(ran.said("nothing waits to be sent"), "{ran}");
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn hostile_and_foreign_names_stay_where_they_belong() {
    let server = Server::mail(&[]);
    // The directory takes no such name, so no account is made that could be told of; a title is told of all the same.
    let notice = "notify \"n\" {\n  on when title == \"Chemist\"\n  to \"zoë@small.example\", \"a@small.example\"\n  \
                  subject \"{first_name} kommt\"\n  body \"Über {first_name}\"\n}\n";
    let place = company(notice, &plain(&server));
    let hostile = "Zoë\u{202E}\r\nBcc: all@small.example\r\n\r\nX";
    expect(0, &place, &["apply", "--yes"]);
    let later = PEOPLE.replace(
        "6,Finn,Ro,active,Lab,Apprentice",
        &format!("6,\"{hostile}\",Ro,active,Lab,Chemist"),
    );
    place.write("people.csv", later);
    super::tenure(&place, &["apply", "--yes"]);
    let mails = server.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let mail = &mails[0];
    assert_eq!(mail.to, ["zoë@small.example", "a@small.example"]);
    assert_eq!(mail.headers("Bcc"), Vec::<String>::new(), "{}", mail.raw);
    assert!(mail.header("Subject").contains("=?utf-8?"), "{}", mail.raw);
    let read = mail.read();
    assert_eq!(read["subject"], "Zoë Bcc: all@small.example X kommt");
    let body = read["body"].as_str().unwrap();
    assert!(body.starts_with("Über Zoë\\u{202e}"), "{body:?}");
    assert!(!body.contains('\u{202E}'), "{body:?}");
}

#[test]
fn an_address_with_letters_that_a_server_does_not_know_keeps_nobody_else_waiting() {
    let server = Server::mail(&["--no-utf8"]);
    let notice = WELCOME.replace("\"it@small.example\"", "\"zoë@small.example\"");
    let place = company(&notice, &plain(&server));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("zoë@small.example: the server takes no address with such letters"),
        "{ran}"
    );
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    assert!(
        mails
            .iter()
            .all(|mail| mail.to == ["helpdesk@small.example"])
    );
    assert!(mails[0].raw.is_ascii(), "{}", mails[0].raw);
    assert_eq!(statuses(&place)[0], "1 failed 1");
}

/// A server with TLS and a name and password, of an authority of our own.
fn private(tls: &str) -> (Server, crate::cli::Place, String) {
    let place = company(WELCOME, "");
    let folder = certified(&place, "localhost");
    let server = Server::start(
        "mail.py",
        folder,
        &["--tls", tls, "--logon", "tenure:right"],
    );
    let scheme = if tls == "implicit" { "smtps" } else { "smtp" };
    let config = format!(
        "[mail]\nsmtp = \"{scheme}://localhost:{}\"\nfrom = \"tenure@small.example\"\nca = \"ca.pem\"\n\
         user = \"tenure\"\npassword = {{ env = \"MAIL_PASSWORD\" }}\n",
        server.port
    );
    configure(&place, &config);
    (server, place, config)
}

#[test]
fn mail_is_encrypted_to_a_server_of_a_private_authority_which_knows_the_sender() {
    for tls in ["implicit", "starttls"] {
        let (server, place, _) = private(tls);
        expect(0, &place, &["apply", "--yes"]);
        let mails = server.mails();
        assert_eq!(mails.len(), 4, "{tls}");
        let known = |mail: &Mail| mail.tls && mail.login.as_deref() == Some("tenure");
        assert!(mails.iter().all(known), "{tls}: {mails:?}");
    }
}

#[test]
fn whoever_cannot_be_trusted_or_does_not_know_us_gets_nothing_and_costs_nothing() {
    let (server, place, config) = private("implicit");
    let cases = [
        (
            config.replace("ca = \"ca.pem\"\n", ""),
            "notice-certificate",
            "signed by nobody whom this machine trusts",
        ),
        (
            config.replace("localhost", "127.0.0.1"),
            "notice-certificate",
            "its certificate is another host's",
        ),
        (
            config.replace("smtps://", "smtp://"),
            "notice-unreachable",
            "no answer in time",
        ),
        (
            config.replace("{ env = \"MAIL_PASSWORD\" }", "{ file = \"wrong\" }"),
            "notice-credentials",
            "535",
        ),
        (
            config.replace(
                "user = \"tenure\"\npassword = { env = \"MAIL_PASSWORD\" }\n",
                "",
            ),
            "notice-credentials",
            "530",
        ),
        (
            config.replace("\"MAIL_PASSWORD\"", "\"NOT_SET\""),
            "no-secret",
            "the variable `NOT_SET` is not set",
        ),
        (
            config.replace("ca.pem", "wrong"),
            "notice-setup",
            "`ca` holds no certificate",
        ),
    ];
    place.write("wrong", "a wrong password\n");
    owners_alone(&place.path("wrong"));
    let mut first = true;
    for (config, code, says) in cases {
        if code == "notice-unreachable" {
            // To wait for words of a server that waits for TLS takes half a minute.
            continue;
        }
        configure(&place, &config);
        if first {
            // The run itself ended well, and says so.
            let ran = expect(0, &place, &["apply", "--yes"]);
            assert!(ran.said(says) && ran.said(" done"), "{ran}");
            first = false;
        }
        let ran = expect(1, &place, &["notices", "--send"]);
        assert!(
            ran.said(&format!("error[{code}]")) && ran.said(says),
            "{ran}"
        );
        let ran = expect(0, &place, &["apply", "--yes", "--quiet"]);
        assert!(ran.said(says), "said even where nothing else is: {ran}");
    }
    let statuses_now = statuses(&place);
    assert!(
        statuses_now.iter().all(|one| one.contains(" due ")),
        "{statuses_now:?}"
    );
    assert_eq!(server.mails().len(), 0);
    configure(&place, &config);
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn a_server_without_starttls_gets_nothing() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, "");
    certified(&place, "localhost");
    configure(
        &place,
        &format!(
            "[mail]\nsmtp = \"smtp://localhost:{}\"\nfrom = \"tenure@small.example\"\nca = \"ca.pem\"\n",
            server.port
        ),
    );
    expect(0, &place, &["apply", "--yes"]);
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(
        ran.said("error[notice-setup]") && ran.said("it offers no STARTTLS"),
        "{ran}"
    );
    assert_eq!(server.mails().len(), 0);
}

#[test]
fn a_server_that_is_down_is_tried_again_by_the_next_run() {
    let port = free_port();
    let place = company(
        WELCOME,
        &format!(
            "[mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\nplain = true\nfrom = \"t@small.example\"\n"
        ),
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("cannot be reached") && ran.said("help: "), "{ran}");
    // It cost no notice an attempt, and each says why it waits.
    assert_eq!(
        statuses(&place),
        ["1 due 0", "3 due 0", "4 due 0", "6 due 0"]
    );
    let listed = outbox(&place);
    assert!(
        listed
            .iter()
            .all(|one| one["problem"].as_str().unwrap().contains("refused")),
        "{listed:?}"
    );
    let closed = trail(&place).pop().unwrap();
    assert_eq!(closed, json!({ "way": "mail", "waiting": 4 }));
    expect(1, &place, &["notices", "--send"]);
    let server = Server::mail(&["--port", &port.to_string()]);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("nothing to do") && ran.said("4 notices sent"),
        "{ran}"
    );
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn who_is_refused_for_now_gets_it_later_and_nobody_gets_it_twice() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    server.answers(
        "answers.json",
        &json!([
            [
                "RCPT",
                "451 4.7.1 greylisted, come again",
                1,
                "it@small.example"
            ],
            ["DATA", "452 4.3.1 no room", 1],
            ["MAIL", "421 4.3.2 going away", 0],
        ]),
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("greylisted") && ran.said("no room"), "{ran}");
    assert!(ran.said("1 notice is not sent yet"), "{ran}");
    assert_eq!(
        statuses(&place),
        ["1 due 1", "3 sent 1", "4 sent 1", "6 sent 1"]
    );
    let listed = outbox(&place);
    let problem = listed[0]["problem"].as_str().unwrap();
    assert!(
        problem.contains("it@small.example: 451")
            && problem.contains("helpdesk@small.example: 452"),
        "{problem}"
    );
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(statuses(&place)[0], "1 sent 2");
    let mails = server.mails();
    assert_eq!(mails.len(), 4);
    assert!(mails.iter().all(|mail| mail.to.len() == 2), "{mails:?}");
    // Partly taken: only the rest is tried again, under the same id and with the whole head.
    let place = company(WELCOME, &plain(&server));
    server.answers(
        "answers.json",
        &json!([["RCPT", "451 4.7.1 greylisted", 1, "it@small.example"]]),
    );
    expect(0, &place, &["apply", "--yes"]);
    expect(0, &place, &["notices", "--send"]);
    let mails = server.mails();
    let (part, rest) = (&mails[4], mails.last().unwrap());
    assert_eq!(
        (part.to.len(), &*rest.to),
        (1, &["it@small.example".to_owned()][..])
    );
    assert_eq!(part.header("Message-ID"), rest.header("Message-ID"));
    assert_eq!(part.header("To"), rest.header("To"));
    assert!(
        trail(&place)
            .iter()
            .all(|entry| entry.get("perhaps_again").is_none())
    );
}

#[test]
fn what_is_refused_for_good_is_told_and_tried_again_only_when_that_is_said() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    server.answers(
        "answers.json",
        &json!([
            ["RCPT", "550 5.1.1 no such user", 1, "it@small.example"],
            ["DATA", "554 5.7.1 we do not like this", 0],
        ]),
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("1 notice is refused for good") && ran.said("3 notices sent"),
        "{ran}"
    );
    assert!(
        ran.said("welcome of 1: it@small.example: 550 5.1.1 no such user"),
        "{ran}"
    );
    assert_eq!(statuses(&place)[0], "1 failed 1");
    // The other one has it.
    assert_eq!(server.mails()[0].to, ["helpdesk@small.example"]);
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("nothing waits to be sent"), "{ran}");
    let shown = expect(0, &place, &["notices"]).out;
    assert!(shown.contains("1 refused for good, 3 sent"), "{shown}");
    expect(0, &place, &["notices", "--send", "--refused"]);
    let mails = server.mails();
    assert_eq!(
        (mails.len(), &*mails[4].to),
        (5, &["it@small.example".to_owned()][..])
    );
    assert_eq!(statuses(&place)[0], "1 sent 2");
}

#[test]
fn a_sender_that_is_not_allowed_is_no_fault_of_a_notice() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    server.answers("answers.json", &json!([["MAIL", "553 5.7.1 not yours", 1]]));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("takes no mail from `tenure@small.example`: 553"),
        "{ran}"
    );
    let all = statuses(&place);
    assert!(all.iter().all(|one| one.contains(" due ")), "{all:?}");
    server.answers("answers.json", &json!([["MAIL", "553 5.7.1 not yours", 1]]));
    let ran = expect(1, &place, &["notices", "--send"]);
    assert!(ran.said("error[notice-sender]"), "{ran}");
    expect(0, &place, &["notices", "--send"]);
    assert_eq!(server.mails().len(), 4);
}

#[test]
fn an_answer_that_is_lost_is_a_repeat_under_the_same_id_and_the_trail_says_so() {
    let server = Server::mail(&[]);
    let place = company(WELCOME, &plain(&server));
    server.answers("answers.json", &json!([["DATA", "vanish", 1]]));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("whether it was taken is not known"), "{ran}");
    // The connection broke, and the next notice has another.
    assert_eq!(
        statuses(&place),
        ["1 sending 1", "3 sent 1", "4 sent 1", "6 sent 1"]
    );
    let ran = expect(0, &place, &["notices", "--send"]);
    assert!(ran.said("1 notice sent, 1 of them perhaps again"), "{ran}");
    let mails = server.mails();
    assert_eq!(mails.len(), 5);
    assert_eq!(mails[0].header("Message-ID"), mails[4].header("Message-ID"));
    let again: Vec<_> = trail(&place)
        .into_iter()
        .filter(|entry| entry.get("perhaps_again").is_some())
        .collect();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0]["perhaps_again"], json!([["mail", 0], ["mail", 1]]));
}
