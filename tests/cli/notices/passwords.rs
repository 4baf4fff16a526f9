//! Passwords that a notice brings: sent once, from memory, to those whom it names; where nobody has one for certain, it
//! is not the one that stays; and none is ever on a disk, in an output, or in what a server said.

mod kept;
#[cfg(debug_assertions)] // a release build has nothing that would halt it
mod killed;
mod real;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tenure::state::Store;

use super::{Mail, Server, certified, company, configure, expect, free_port, http, outbox, plain};
use super::{statuses, tenure, trail};
use crate::cli::ldif::Ldif;
use crate::cli::{Place, Ran, company as small};

/// What brings each password to two people.
const FIRST_DAY: &str = r#"notify "first day" {
  on      password
  to      "boss@small.example", "it@small.example"
  subject "First logon of {first_name}"
  body    "Login: {account.sAMAccountName}\nPassword: {password}"
}
"#;

/// One operation at a time, in the plan's order.
const ONE_BY_ONE: &str = "\n[apply]\nin_flight = 1\n";

/// The small company with this notice, which may go by mail.
fn telling(notice: &str, config: &str) -> Place {
    let place = company(notice, config);
    let allowed = "  random 16\n  allow plain password mail";
    place.change("policy/policy.tenure", "  random 16", allowed);
    place
}

/// Login and password, as a mail says them.
fn said_in(body: &str) -> (String, String) {
    let line = |word: &str| {
        let mut lines = body.lines();
        let line = lines.find_map(|line| line.strip_prefix(word));
        line.unwrap_or_else(|| panic!("no {word}in {body}"))
            .to_owned()
    };
    (line("Login: "), line("Password: "))
}

fn told(mails: &[Mail]) -> Vec<(String, String)> {
    let body = |mail: &Mail| mail.read()["body"].as_str().unwrap().to_owned();
    mails.iter().map(|mail| said_in(&body(mail))).collect()
}

fn passwords(told: &[(String, String)]) -> Vec<String> {
    told.iter().map(|(_, password)| password.clone()).collect()
}

/// The logins of enabled accounts that were not there before the first run.
fn enabled(place: &Place) -> BTreeSet<String> {
    let copy = place.path(small::COPY);
    if !copy.exists() {
        return BTreeSet::new();
    }
    let ldif = Ldif::parse(&place.read(small::COPY));
    let all = ldif.0.iter();
    let on = all.filter(|entry| entry.all("userAccountControl") == ["512"]);
    on.map(|entry| entry.one("sAMAccountName"))
        .filter(|login| !["bode", "ealt"].contains(&login.as_str()))
        .collect()
}

/// All logins in the directory.
fn logins(place: &Place) -> BTreeSet<String> {
    let ldif = Ldif::parse(&place.read(small::COPY));
    let all = ldif.0.iter();
    let users = all.filter(|entry| !entry.all("userAccountControl").is_empty());
    users.map(|entry| entry.one("sAMAccountName")).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the program says of everything that it keeps.
fn everything_said(place: &Place) -> String {
    let mut said = String::new();
    for arguments in [
        &["notices"][..],
        &["notices", "--format", "json"],
        &["notices", "--preview", "1"],
        &["history"],
        &["show", "last"],
        &["show", "last", "--format", "json"],
        &["plan"],
        &["plan", "--format", "json"],
        &["explain", "1"],
        &["audit", "export"],
        &["privacy"],
    ] {
        let ran = tenure(place, arguments);
        said.push_str(&ran.out);
        said.push_str(&ran.err);
    }
    said
}

/// None of these stands in a file of the folder, the state and its log among them, or was said.
#[track_caller]
fn nowhere(place: &Place, ran: &[&Ran], passwords: &[String]) {
    assert!(!passwords.is_empty());
    let mut said = everything_said(place);
    for ran in ran {
        said.push_str(&ran.out);
        said.push_str(&ran.err);
    }
    for password in passwords {
        assert_eq!(password.len(), 16, "{password}");
        assert!(!said.contains(password.as_str()), "a password was said");
        // In UTF-16 and in quotes a directory is told.
        let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (path, bytes) in place.content() {
            for needle in [password.as_bytes(), &wide] {
                let there = bytes.windows(needle.len()).any(|window| window == needle);
                assert!(!there, "a password stands in {}", path.display());
            }
        }
    }
}

#[test]
fn a_password_goes_to_those_whom_the_notice_names_and_is_kept_nowhere() {
    let server = Server::mail(&[]);
    let place = telling(FIRST_DAY, &plain(&server));
    // A plan knows where it will stand, and not what it is.
    let planned = expect(2, &place, &["plan", "-o", "plan.json"]);
    let file: Value = serde_json::from_str(&place.read("plan.json")).unwrap();
    let notice = &file["plan"]["notices"][0];
    assert_eq!(notice["body"], "Login: aberg\nPassword: {password}");
    assert_eq!(notice["password"], json!([23]));
    let ran = expect(0, &place, &["apply", "plan.json", "--yes"]);
    assert!(ran.said("3 new passwords were told by notice"), "{ran}");
    assert!(!ran.said("known to nobody"), "{ran}");
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        assert_eq!(mail.to, ["boss@small.example", "it@small.example"]);
        assert_eq!(mail.header("X-Tenure-Notice"), "first day");
    }
    let told = told(&mails);
    let who: BTreeSet<String> = told.iter().map(|(login, _)| login.clone()).collect();
    assert_eq!(who, set(&["aberg", "cny", "fro"]));
    assert_eq!(enabled(&place), who);
    let passwords = passwords(&told);
    assert_eq!(passwords.iter().collect::<BTreeSet<_>>().len(), 3);

    let mut all = statuses(&place);
    all.sort();
    assert_eq!(all, ["1 sent 1", "3 sent 1", "6 sent 1"]);
    let listed = outbox(&place);
    let sent = json!([
        { "way": "mail", "position": 0, "status": "sent" },
        { "way": "mail", "position": 1, "status": "sent" },
    ]);
    assert!(listed.iter().all(|one| one["deliveries"] == sent));
    let ids: BTreeSet<String> = listed
        .iter()
        .map(|one| format!("<{}@small.example>", one["id"].as_str().unwrap()))
        .collect();
    let headed = mails.iter().map(|mail| mail.header("Message-ID"));
    assert_eq!(headed.collect::<BTreeSet<_>>(), ids);
    let at_once = trail(&place);
    assert_eq!(at_once.len(), 3);
    assert!(at_once.iter().all(|entry| entry["at_once"] == true));
    let store = Store::open_existing(&place.path(".tenure/state.db"));
    let prior = store.unwrap().unwrap().prior().unwrap();
    let counted = prior.guard_counts.iter();
    let counted = counted.filter(|count| &*count.kind == "notify");
    assert_eq!(counted.map(|count| count.count).sum::<u32>(), 3);

    let again = expect(0, &place, &["apply", "--yes"]);
    assert!(again.said("nothing to do"), "{again}");
    expect(0, &place, &["notices", "--send", "--refused"]);
    assert_eq!(server.mails().len(), 3);
    nowhere(&place, &[&planned, &ran, &again], &passwords);
}

#[test]
fn a_password_that_may_not_go_by_mail_is_posted_signed_and_goes_by_no_mail() {
    let (server, hook) = (Server::mail(&[]), Server::hook());
    let place = company(FIRST_DAY, &plain(&server));
    let ran = expect(1, &place, &["check"]);
    assert!(ran.out.contains("plain-password-mail"), "{ran}");
    let others = http(&hook) + "notices = [\"another\"]\n";
    configure(&place, &(plain(&server) + &others));
    assert!(
        expect(1, &place, &["check"])
            .out
            .contains("plain-password-mail")
    );
    configure(&place, &(plain(&server) + &http(&hook)));
    place.change(
        "policy/policy.tenure",
        "  random 16",
        "  random 16\n  change at first logon",
    );
    let checked = expect(0, &place, &["check", "--deny", "warnings"]);
    let ran = expect(0, &place, &["apply", "--yes"]);
    let taken = hook.taken();
    assert_eq!((server.mails().len(), taken.len()), (0, 3));
    let mut told = Vec::new();
    for one in &taken {
        assert_eq!(one["good"], true, "{one}");
        assert_eq!(one["body"]["event"], "password");
        assert_eq!(one["headers"]["idempotency-key"], one["body"]["id"]);
        told.push(said_in(one["body"]["body"].as_str().unwrap()));
    }
    assert_eq!(enabled(&place), set(&["aberg", "cny", "fro"]));
    nowhere(&place, &[&checked, &ran], &passwords(&told));
}

#[test]
fn a_password_is_encrypted_to_a_server_that_is_not_this_machine_s() {
    let place = telling(FIRST_DAY, "");
    let folder = certified(&place, "localhost");
    let server = Server::start(
        "mail.py",
        folder,
        &["--tls", "starttls", "--logon", "tenure:right"],
    );
    let config = format!(
        "[mail]\nsmtp = \"smtp://localhost:{}\"\nfrom = \"tenure@small.example\"\nca = \"ca.pem\"\n\
         user = \"tenure\"\npassword = {{ env = \"MAIL_PASSWORD\" }}\n",
        server.port
    );
    // Without its authority, or without the password of the server, nothing is begun that leads to one.
    for broken in [
        config.replace("ca = \"ca.pem\"\n", ""),
        config.replace("MAIL_PASSWORD", "NOT_SET"),
    ] {
        configure(&place, &broken);
        let ran = expect(4, &place, &["apply", "--yes"]);
        assert!(ran.said("could reach nobody"), "{ran}");
        assert_eq!(enabled(&place), BTreeSet::new());
    }
    assert_eq!(server.mails().len(), 0);
    configure(&place, &config);
    expect(0, &place, &["apply", "--yes"]);
    let mails = server.mails();
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().all(|mail| mail.tls && mail.login.is_some()));
}

#[test]
fn where_nobody_answers_no_account_is_made_whose_password_could_reach_nobody() {
    let port = free_port();
    let config = format!(
        "[mail]\nsmtp = \"smtp://127.0.0.1:{port}\"\nplain = true\nfrom = \"t@small.example\"\n"
    );
    let hook_down = format!(
        "[http]\nurl = \"http://127.0.0.1:{}\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n",
        free_port()
    );
    for config in [config.clone(), hook_down, String::new()] {
        let place = telling(FIRST_DAY, &config);
        let ran = expect(4, &place, &["apply", "--yes"]);
        let said = ran.err.clone();
        let warned = said.find("3 new passwords could reach nobody, and their accounts wait");
        assert!(warned.unwrap() < said.find(" done").unwrap(), "{ran}");
        // What needs no password is done: who left is off, who begins later is prepared.
        assert_eq!(logins(&place), set(&["bode", "ealt", "dek"]), "{ran}");
        let mut ldif = Ldif::parse(&place.read(small::COPY));
        let eva = ldif.having("sAMAccountName", "ealt");
        assert_eq!(eva.all("userAccountControl"), ["514"]);
        assert_eq!(outbox(&place).len(), 0);
        let shown = expect(0, &place, &["show", "last"]).out;
        assert!(shown.contains("reach nobody"), "{shown}");
    }
    let place = telling(FIRST_DAY, &config);
    expect(4, &place, &["apply", "--yes"]);
    let server = Server::mail(&["--port", &port.to_string()]);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert_eq!(enabled(&place), set(&["aberg", "cny", "fro"]));
    nowhere(&place, &[&ran], &passwords(&told(&server.mails())));
}

#[test]
fn whoever_has_no_recipient_waits_and_the_plan_says_why() {
    let server = Server::mail(&[]);
    let notice = FIRST_DAY.replace(
        "\"boss@small.example\", \"it@small.example\"",
        "account.mail",
    );
    let place = telling(&notice, &plain(&server));
    let ran = expect(2, &place, &["plan"]);
    assert!(ran.out.contains("goes to nobody"), "{ran}");
    let ran = expect(4, &place, &["apply", "--yes"]);
    assert!(
        ran.said("no notice goes to anybody who could bring it"),
        "{ran}"
    );
    assert_eq!(enabled(&place), BTreeSet::new());
    place.write("policy/told.tenure", FIRST_DAY);
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(server.mails().len(), 3);
    assert_eq!(enabled(&place).len(), 3);
}

#[test]
fn the_guard_of_notices_counts_them() {
    let server = Server::mail(&[]);
    let place = telling(FIRST_DAY, &plain(&server));
    let guard = "  revoke  at most 50\n  notify  at most 2\n";
    place.change("policy/policy.tenure", "  revoke  at most 50\n", guard);
    let ran = expect(3, &place, &["apply", "--yes"]);
    assert!(ran.said("notify"), "{ran}");
    assert_eq!(server.mails().len(), 0);
    assert!(!place.path(small::COPY).exists());
}

#[test]
fn check_says_where_passwords_would_reach_nobody() {
    let place = small::small();
    let ran = expect(0, &place, &["check"]);
    assert!(ran.out.contains("password-to-nobody"), "{ran}");
    assert!(ran.out.contains("policy.tenure:43:1"), "{ran}");
    expect(1, &place, &["check", "--deny", "warnings"]);
    // A notice and no way, then one.
    let place = telling(FIRST_DAY, "");
    let ran = expect(0, &place, &["check"]);
    assert!(ran.out.contains("does not say how"), "{ran}");
    assert!(ran.out.contains("told.tenure:1"), "{ran}");
    let server = Server::mail(&[]);
    configure(&place, &plain(&server));
    place.change(
        "policy/policy.tenure",
        "  random 16",
        "  random 16\n  change at first logon",
    );
    expect(0, &place, &["check", "--deny", "warnings"]);
    // A key alone.
    let place = small::small();
    let key = age::x25519::Identity::generate().to_public();
    let sealed = format!("  random 16\n  sealed to \"{key}\"\n  change at first logon");
    place.change("policy/policy.tenure", "  random 16", &sealed);
    expect(0, &place, &["check", "--deny", "warnings"]);
}
