//! Steps of other systems, asked for by the real binary at an address that judges signatures by itself: a yes, a not
//! yet, a no, nobody there, somebody else there, and a kill at every boundary.

use serde_json::{Value, json};
use tenure::state::{StepStanding, Store};

#[cfg(debug_assertions)] // a release build has nothing that would halt it
use super::killed::killed_at;
use super::{SECRET, Server, certified, company, configure, free_port};
use crate::cli::ldif::Ldif;
use crate::cli::{Place, Ran, company as small};

/// The mailbox comes before the account is enabled; four people are made, one of them prepared.
const MAILBOX: &str = r#"await "mailbox" within 4 hours {
  on     create
  before enable
  send   login = account.sAMAccountName
  send   team  = "{department}"
}
"#;

/// `[steps.mailbox]` at an address of this machine.
fn at(port: u16) -> String {
    format!(
        "[steps.mailbox]\nurl = \"http://127.0.0.1:{port}/mailboxes\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n"
    )
}

fn tenure(place: &Place, arguments: &[&str]) -> Ran {
    Ran::of(place.command(arguments).env("HOOK_SECRET", SECRET))
}

#[track_caller]
fn expect(code: i32, place: &Place, arguments: &[&str]) -> Ran {
    let ran = tenure(place, arguments);
    assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
    ran
}

/// It is so late, by the clock of the people source.
fn later(place: &Place, clock: &str) {
    let config = place.read("tenure.toml");
    let line = config.lines().find(|line| line.starts_with("clock = "));
    let line = line.unwrap().to_owned();
    place.write(
        "tenure.toml",
        config.replacen(
            &line,
            &format!("clock = \"2026-02-02T{clock}:00+01:00\""),
            1,
        ),
    );
}

fn enabled(place: &Place, login: &str) -> bool {
    let mut all = Ldif::parse(&place.read(small::COPY));
    let uac = all
        .having("sAMAccountName", login)
        .all("userAccountControl");
    let uac: u32 = uac.first().unwrap().parse().unwrap();
    uac & 2 == 0
}

fn store(place: &Place) -> Store {
    let store = Store::open_existing(&place.path(".tenure/state.db"));
    store.unwrap().unwrap()
}

/// Each step as `PERSON STANDING`.
fn standings(place: &Place) -> Vec<String> {
    let steps = store(place).prior().unwrap().steps;
    let steps = steps.iter();
    steps
        .map(|((person, _), step)| format!("{person} {}", step.standing.word()))
        .collect()
}

/// The events of steps on the trail, in order; the trail is whole.
fn trail(place: &Place) -> Vec<String> {
    let store = store(place);
    store.verify_audit().unwrap();
    let all = store.audit_trail().unwrap().into_iter();
    all.filter(|entry| entry.event.starts_with("step"))
        .map(|entry| entry.event)
        .collect()
}

fn count(events: &[String], wanted: &str) -> usize {
    events.iter().filter(|event| *event == wanted).count()
}

fn keys(taken: &[Value]) -> Vec<&str> {
    let keys = taken.iter();
    keys.map(|one| one["headers"]["idempotency-key"].as_str().unwrap())
        .collect()
}

#[test]
fn a_step_is_signed_says_all_there_is_to_say_and_opens_the_account() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    let plan = expect(2, &place, &["plan"]);
    assert!(plan.out.contains("step mailbox"), "{plan}");
    assert!(
        plan.out
            .contains("the account stays off until it is answered"),
        "{plan}"
    );
    let plan = place.plan();
    let kinds = plan.kinds().into_iter();
    assert_eq!(kinds.filter(|kind| *kind == "await").count(), 4);
    let ran = expect(2, &place, &["plan", "--format", "markdown"]);
    assert!(ran.out.contains("step mailbox"), "{ran}");
    let ran = expect(0, &place, &["forecast"]);
    assert!(ran.out.contains("ask for 1 step"), "{ran}");
    let ran = expect(0, &place, &["privacy"]);
    assert!(ran.out.contains("is sent to the step mailbox"), "{ran}");
    assert!(hook.taken().is_empty(), "only an apply asks");
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "aberg") && !enabled(&place, "dek"), "{ran}");
    let taken = hook.taken();
    assert_eq!(taken.len(), 4);
    for one in &taken {
        assert_eq!(one["good"], true, "{one}");
        assert!(
            one["age"].as_f64().unwrap() < 60.0,
            "by the real clock: {one}"
        );
        assert_eq!(one["path"], "/mailboxes");
        assert_eq!(one["headers"]["idempotency-key"], one["body"]["id"]);
    }
    let anna = taken
        .iter()
        .find(|one| one["body"]["person"] == "1")
        .unwrap();
    assert_eq!(
        anna["body"],
        json!({
            "format": "tenure-step/1",
            "id": anna["body"]["id"],
            "step": "mailbox",
            "event": "create",
            "person": "1",
            "fields": { "login": "aberg", "team": "Lab" },
        })
    );
    // HR has no department of Carl.
    let carl = taken
        .iter()
        .find(|one| one["body"]["person"] == "3")
        .unwrap();
    assert_eq!(
        carl["body"]["fields"],
        json!({ "login": "cny", "team": null })
    );
    expect(0, &place, &["plan"]);
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(hook.taken().len(), 4, "answered once, asked once");
    let events = trail(&place);
    assert_eq!(
        (
            count(&events, "step-begun"),
            count(&events, "step-answered")
        ),
        (4, 4)
    );
}

#[test]
fn not_yet_ends_the_run_without_failing_and_the_next_asks_again_under_the_same_key() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    hook.answers(
        "statuses.json",
        &json!([202, 202, 500, 503, 202, 202, 302, 206]),
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("not yet, due by 2026-02-02T12:00:00Z: status 202"),
        "{ran}"
    );
    assert!(!enabled(&place, "aberg"), "{ran}");
    assert_eq!(
        standings(&place),
        ["1 waiting", "3 waiting", "4 waiting", "6 waiting"]
    );
    later(&place, "09:30");
    let plan = expect(2, &place, &["plan"]);
    assert!(
        plan.out
            .contains("asked for again, on create: waiting since"),
        "{plan}"
    );
    expect(0, &place, &["apply", "--yes"]);
    assert!(
        !enabled(&place, "aberg"),
        "a redirection and another success are no yes"
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "aberg") && enabled(&place, "fro"), "{ran}");
    let taken = hook.taken();
    assert_eq!(taken.len(), 12);
    let mut all = keys(&taken);
    for run in all.chunks_mut(4) {
        run.sort_unstable();
    }
    assert_eq!(all[..4], all[4..8]);
    assert_eq!(all[..4], all[8..]);
    // One key goes with one request, byte for byte.
    for one in &taken {
        let same = taken
            .iter()
            .filter(|other| other["body"]["id"] == one["body"]["id"]);
        assert!(same.clone().all(|other| other["body"] == one["body"]));
        assert_eq!(same.count(), 3);
    }
    let events = trail(&place);
    assert_eq!(count(&events, "step-begun"), 4);
    assert_eq!(count(&events, "step-asked"), 8);
    assert_eq!(count(&events, "step-answered"), 4);
}

#[test]
fn whoever_wants_to_be_left_alone_is_and_never_beyond_the_deadline() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    let rest = |seconds: &str| {
        json!([
            [202, seconds],
            [202, seconds],
            [429, seconds],
            [503, seconds]
        ])
    };
    hook.answers("statuses.json", &rest("600"));
    expect(0, &place, &["apply", "--yes"]);
    later(&place, "09:09");
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("not asked again before 2026-02-02T08:10:00Z"),
        "{ran}"
    );
    assert_eq!(hook.taken().len(), 4, "{ran}");
    // A day is longer than anybody may ask for: an hour it is.
    later(&place, "09:10");
    hook.answers("statuses.json", &rest("86400"));
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(hook.taken().len(), 8);
    later(&place, "10:09");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(hook.taken().len(), 8);
    later(&place, "10:10");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(hook.taken().len(), 12);
    assert!(enabled(&place, "aberg"));
}

#[test]
fn a_step_that_is_never_done_fails_when_its_time_is_over_and_opens_nothing() {
    let hook = Server::hook();
    let told = "notify \"late\" {\n  on      failure\n  to      \"it@small.example\"\n  subject \"Late\"\n  body    \"{failures}\"\n}\n";
    let place = company(&format!("{MAILBOX}{told}"), &at(hook.port));
    let never: Vec<u16> = vec![202; 16];
    hook.answers("statuses.json", &json!(never));
    expect(0, &place, &["apply", "--yes"]);
    later(&place, "12:59");
    expect(0, &place, &["apply", "--yes"]);
    later(&place, "13:00");
    let plan = expect(2, &place, &["plan"]);
    assert!(plan.out.contains("should have been answered by"), "{plan}");
    let ran = expect(4, &place, &["apply", "--yes"]);
    assert!(ran.said("no yes since 2026-02-02T08:00:00Z"), "{ran}");
    for login in ["aberg", "cny", "fro"] {
        assert!(!enabled(&place, login), "{login}");
    }
    let told = expect(0, &place, &["notices", "--format", "json"]);
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["notices"].as_array().unwrap().len(), 4, "{told}");
    assert_eq!(count(&trail(&place), "step-late"), 4);
    let listed = expect(0, &place, &["steps"]);
    assert!(
        listed.out.contains("4 waiting") && listed.out.contains("late"),
        "{listed}"
    );
    // It is told once, asked for on, and a yes still counts.
    later(&place, "14:00");
    expect(4, &place, &["apply", "--yes"]);
    assert_eq!(count(&trail(&place), "step-late"), 4);
    expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "aberg"));
}

#[test]
fn a_no_stands_until_somebody_has_it_asked_once_more() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    hook.answers("statuses.json", &json!([422, 409, 400, 422]));
    let ran = expect(4, &place, &["apply", "--yes"]);
    assert!(ran.said("refused: status 422"), "{ran}");
    assert_eq!(
        standings(&place),
        ["1 refused", "3 refused", "4 refused", "6 refused"]
    );
    let plan = expect(0, &place, &["plan"]);
    assert!(plan.out.contains("it was refused at"), "{plan}");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(
        hook.taken().len(),
        4,
        "a no is not asked for again by itself"
    );
    let ran = expect(1, &place, &["steps", "--again", "2", "--because", "mended"]);
    assert!(ran.said("error[unknown-step]"), "{ran}");
    expect(0, &place, &["steps", "--again", "1", "--because", "mended"]);
    expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "aberg") && !enabled(&place, "fro"));
    let taken = hook.taken();
    let of_anna: Vec<Value> = taken
        .into_iter()
        .filter(|one| one["body"]["person"] == "1")
        .collect();
    assert_eq!(of_anna.len(), 2);
    assert_ne!(keys(&of_anna)[0], keys(&of_anna)[1]);
    // What is sent differs: then it is another request.
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab",
        "6,Finn,Ro,active,Sales",
    );
    expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "fro"));
}

#[test]
fn nobody_there_or_nobody_to_be_trusted_costs_no_one_but_who_waits() {
    let place = company(MAILBOX, &at(free_port()));
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("cannot be reached"), "{ran}");
    assert!(!enabled(&place, "aberg"));
    assert_eq!(standings(&place)[0], "1 waiting");
    let ran = expect(1, &place, &["doctor"]);
    assert!(
        ran.out
            .contains("error[notice-unreachable]: the step `mailbox`"),
        "{ran}"
    );
    // A leaver is off at once, whoever waits for whom.
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!(
        standings(&place),
        ["1 waiting", "3 waiting", "4 waiting", "6 over"]
    );
    assert_eq!(count(&trail(&place), "step-given-up"), 1);
    let folder = certified(&place, "localhost");
    let hook = Server::start("hook.py", folder, &[SECRET, "--tls"]);
    let secure = format!(
        "[steps.mailbox]\nurl = \"https://localhost:{}/mailboxes\"\nsecret = {{ env = \"HOOK_SECRET\" }}\n",
        hook.port
    );
    configure(&place, &secure);
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(
        ran.said("is signed by nobody whom this machine trusts"),
        "{ran}"
    );
    assert_eq!((hook.taken().len(), enabled(&place, "aberg")), (0, false));
    configure(&place, &format!("{secure}ca = \"ca.pem\"\n"));
    expect(0, &place, &["doctor"]);
    expect(0, &place, &["apply", "--yes"]);
    assert_eq!((hook.taken().len(), enabled(&place, "aberg")), (3, true));
}

#[test]
fn an_address_that_turns_us_away_refuses_nobody() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    hook.answers("statuses.json", &json!([401, 404]));
    // One after the other, so that the first answer closes the way for the rest of the run.
    place.change(
        "tenure.toml",
        "[people]",
        "[apply]\nin_flight = 1\n\n[people]",
    );
    let ran = expect(0, &place, &["apply", "--yes"]);
    assert!(ran.said("status 401") && ran.said("turns"), "{ran}");
    assert_eq!(hook.taken().len(), 1);
    assert_eq!(
        standings(&place),
        ["1 waiting", "3 waiting", "4 waiting", "6 waiting"]
    );
    expect(0, &place, &["apply", "--yes"]);
    expect(0, &place, &["apply", "--yes"]);
    assert!(enabled(&place, "aberg"));
    // A secret that is not there is said, and stands in nobody's way.
    let place = company(MAILBOX, &at(hook.port));
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(
        ran.said("`[steps.mailbox]`") && ran.said("`HOOK_SECRET` is not set"),
        "{ran}"
    );
    assert!(!enabled(&place, "aberg"));
}

#[test]
fn policy_and_configuration_name_the_same_steps() {
    let place = company(MAILBOX, "");
    let ran = place.expect(1, &["check"]);
    assert!(
        ran.out.contains("bad-step") && ran.out.contains("[steps.mailbox]"),
        "{ran}"
    );
    configure(&place, &at(1).replace("mailbox]", "mailboxes]"));
    let ran = place.expect(1, &["check"]);
    assert!(ran.out.contains("did you mean `mailbox`?"), "{ran}");
    configure(
        &place,
        &at(1).replace("http://127.0.0.1", "http://mail.small.example"),
    );
    let ran = place.expect(1, &["check"]);
    assert!(ran.said("would be posted to in the clear"), "{ran}");
}

#[test]
fn who_is_forgotten_leaves_no_step_behind() {
    let hook = Server::hook();
    let place = company(MAILBOX, &at(hook.port));
    expect(0, &place, &["apply", "--yes"]);
    place.change("people.csv", "1,Anna,Berg,active,Lab,Chemist\n", "");
    expect(0, &place, &["forget", "1", "--yes"]);
    let store = store(&place);
    store.verify_audit().unwrap();
    let steps = store.prior().unwrap().steps;
    assert!(
        steps.keys().all(|(person, _)| person.to_string() != "1"),
        "{steps:?}"
    );
    assert!(
        steps
            .values()
            .all(|step| step.standing == StepStanding::Answered)
    );
}

#[test]
#[cfg(debug_assertions)]
fn killed_at_every_boundary_nobody_is_on_without_a_recorded_yes_and_a_repeat_has_the_same_key() {
    let hook = Server::hook();
    let template = company(MAILBOX, &at(hook.port));
    // One person is enough: every boundary is tried.
    template.write(
        "people.csv",
        "id,first_name,last_name,status,department,title\n1,Anna,Berg,active,,Chemist\n",
    );
    let mut boundary = 0;
    let mut repeated = 0;
    loop {
        let place = template.twin();
        let before = hook.taken().len();
        if !halts(&place, boundary) {
            break;
        }
        let answered =
            place.path(".tenure/state.db").is_file() && standings_if_any(&place) == ["1 answered"];
        let is_on = place.path(small::COPY).is_file()
            && place.read(small::COPY).contains("aberg")
            && enabled(&place, "aberg");
        assert!(answered || !is_on, "boundary {boundary}: on without a yes");
        expect(0, &place, &["apply", "--yes"]);
        assert!(enabled(&place, "aberg"), "boundary {boundary}");
        assert_eq!(standings(&place), ["1 answered"], "boundary {boundary}");
        let taken = hook.taken();
        let mut all = keys(&taken[before..]);
        repeated += usize::from(all.len() == 2);
        assert!(matches!(all.len(), 1 | 2), "boundary {boundary}: {all:?}");
        all.dedup();
        assert_eq!(all.len(), 1, "boundary {boundary}: another key");
        boundary += 1;
    }
    assert!(boundary > 15, "only {boundary} boundaries");
    assert_eq!(
        repeated, 1,
        "killed between the answer and its record it is asked again"
    );
}

/// What stands in a state that may just have been made.
#[cfg(debug_assertions)]
fn standings_if_any(place: &Place) -> Vec<String> {
    match Store::open_existing(&place.path(".tenure/state.db")) {
        Ok(Some(_)) => standings(place),
        Ok(None) | Err(_) => Vec::new(),
    }
}

/// Applies until a boundary and is killed there; false if the run ended before it.
#[cfg(debug_assertions)]
fn halts(place: &Place, boundary: usize) -> bool {
    killed_at(place, &boundary.to_string(), &["apply", "--yes"])
}
