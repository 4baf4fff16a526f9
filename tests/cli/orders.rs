//! What a human orders: somebody ended at once (S1), everything that gives frozen (S18).

use super::Place;
use super::company::{self, COPY, applied};

const NOW: [&str; 6] = [
    "terminate",
    "1",
    "--now",
    "--because",
    "a lost laptop",
    "--yes",
];

/// What a month in which everything happens at once needs.
const BUSY: [&str; 6] = [
    "apply",
    "--yes",
    "--override",
    "values",
    "--because",
    "test",
];

/// The record of an account in the working copy.
fn account(place: &Place, cn: &str) -> String {
    let all = place.read(COPY);
    let mut records = all.split("\n\n");
    let start = format!("dn: CN={cn},");
    records
        .find(|record| record.trim_start().starts_with(&start))
        .unwrap_or_else(|| panic!("{cn}\n{all}"))
        .to_owned()
}

fn is_enabled(place: &Place, cn: &str) -> bool {
    account(place, cn).contains("userAccountControl: 512")
}

fn clock(place: &Place, to: &str) {
    let config = place.read("tenure.toml");
    let start = config.find("clock = ").unwrap();
    let end = start + config[start..].find('\n').unwrap();
    let config = format!("{}clock = \"{to}\"{}", &config[..start], &config[end..]);
    place.write("tenure.toml", config);
}

fn deeds_of(place: &Place, person: &str) -> Vec<String> {
    let mut deeds = place.plan().deeds();
    deeds.retain(|deed| deed.contains(&format!(" of {person}:")));
    deeds
}

#[test]
fn who_is_ended_at_once_stays_ended_whatever_hr_says() {
    let place = applied();
    clock(&place, "2026-02-02T10:00:00+01:00");
    let ran = place.expect(0, &NOW);
    assert!(
        ran.said("1 is ended as of") && ran.said("disable") && ran.said("tickets"),
        "{ran}"
    );
    let anna = account(&place, "Anna Berg");
    assert!(!is_enabled(&place, "Anna Berg"), "{anna}");
    assert!(anna.contains("OU=Leavers"), "{anna}");
    assert!(is_enabled(&place, "Carl Ny"));
    // A quarter of an hour later, the next day, after the time of the stage's deletion: HR still says active.
    for at in [
        "2026-02-02T10:15:00+01:00",
        "2026-02-03T09:00:00+01:00",
        "2026-03-20T09:00:00+01:00",
    ] {
        clock(&place, at);
        assert_eq!(deeds_of(&place, "1"), Vec::<String>::new(), "{at}");
        let ran = place.run(&["apply", "--yes"]);
        assert!(ran.code == 0, "{ran}");
        assert!(!is_enabled(&place, "Anna Berg"), "{at}");
        let ran = place.run(&["plan"]);
        assert!(
            ran.out.contains("ended at once by") && ran.out.contains("a lost laptop"),
            "{ran}"
        );
    }
    // HR agrees: the order has done its work, and a later word of HR counts again.
    place.change("people.csv", "1,Anna,Berg,active", "1,Anna,Berg,inactive");
    place.expect(0, &["apply", "--yes"]);
    assert!(!place.run(&["plan"]).out.contains("ended at once"));
    place.change("people.csv", "1,Anna,Berg,inactive", "1,Anna,Berg,active");
    place.expect(0, &["apply", "--yes"]);
    assert!(is_enabled(&place, "Anna Berg"));
}

#[test]
fn an_order_does_not_wait_for_hr() {
    let place = applied();
    let people = place.read("people.csv");
    let before = account(&place, "Carl Ny");
    place.write("people.csv", "");
    let ran = place.expect(0, &NOW);
    assert!(
        ran.said("by what the state knows") && ran.said("1 is ended as of"),
        "{ran}"
    );
    assert!(!is_enabled(&place, "Anna Berg"), "{ran}");
    // Only that: what the stage does besides needs the record, and nobody else is concerned.
    assert!(account(&place, "Anna Berg").contains("OU=Staff"));
    assert_eq!(account(&place, "Carl Ny"), before);
    let ran = place.expect(1, &["plan"]);
    assert!(ran.said("error["), "{ran}");
    // Lifted while HR is away it is lifted, and what follows comes later.
    let lift = ["terminate", "1", "--lift", "--because", "found", "--yes"];
    let ran = place.expect(4, &lift);
    assert!(
        ran.said("is lifted") && ran.said("not carried out yet"),
        "{ran}"
    );
    assert!(!is_enabled(&place, "Anna Berg"));
    place.expect(0, &NOW);
    place.write("people.csv", people);
    let deeds = deeds_of(&place, "1");
    assert!(
        deeds.iter().any(|deed| deed.starts_with("move")),
        "{deeds:?}"
    );
    place.expect(0, &["apply", "--yes"]);
    assert!(account(&place, "Anna Berg").contains("OU=Leavers"));
    place.expect(0, &["plan"]);
}

#[test]
fn somebody_whom_hr_no_longer_has_is_ended_all_the_same() {
    let place = applied();
    let people = place.read("people.csv");
    let gone: Vec<&str> = people
        .lines()
        .filter(|line| !line.starts_with("1,"))
        .collect();
    place.write("people.csv", format!("{}\n", gone.join("\n")));
    let ran = place.expect(0, &NOW);
    assert!(ran.said("HR does not have this person"), "{ran}");
    assert!(!is_enabled(&place, "Anna Berg"), "{ran}");
    let ran = place.run(&["plan"]);
    assert!(ran.out.contains("the account is off"), "{ran}");
    // Turned on by hand it goes off again: the order holds.
    place.change(
        COPY,
        &account(&place, "Anna Berg"),
        &account(&place, "Anna Berg").replace("userAccountControl: 514", "userAccountControl: 512"),
    );
    assert!(is_enabled(&place, "Anna Berg"));
    place.expect(0, &["apply", "--yes"]);
    assert!(!is_enabled(&place, "Anna Berg"));
    // Whom nobody knows cannot be ended.
    let ran = place.expect(1, &["terminate", "77", "--now", "--because", "x", "--yes"]);
    assert!(
        ran.said("neither HR nor the state has a person 77"),
        "{ran}"
    );
}

#[test]
fn an_end_is_lifted_and_everything_comes_back() {
    let place = applied();
    let before = account(&place, "Anna Berg");
    place.expect(0, &NOW);
    let lift = ["terminate", "1", "--lift", "--because", "found", "--yes"];
    let ran = place.expect(0, &lift);
    assert!(ran.said("is lifted"), "{ran}");
    let changed = ["whenChanged", "uSNChanged", "pwdLastSet"];
    let stable = |record: &str| -> Vec<String> {
        let lines = record.lines().map(str::to_owned);
        lines
            .filter(|line| !changed.iter().any(|name| line.starts_with(name)))
            .collect()
    };
    assert_eq!(stable(&account(&place, "Anna Berg")), stable(&before));
    place.expect(0, &["plan"]);
    let ran = place.expect(1, &lift);
    assert!(ran.said("error[not-terminated]"), "{ran}");
}

#[test]
fn a_plan_from_before_an_order_is_not_applied_after_it() {
    let place = applied();
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab",
        "6,Finn,Ro,active,Sales",
    );
    place.expect(2, &["plan", "-o", "plan.json"]);
    place.expect(0, &NOW);
    let ran = place.expect(1, &["apply", "plan.json", "--yes"]);
    assert!(ran.said("error[plan-stale]"), "{ran}");
    assert!(!is_enabled(&place, "Anna Berg"));
}

#[test]
fn an_exception_does_not_bring_back_who_was_ended_at_once() {
    let place = applied();
    let policy = place.read("policy/policy.tenure");
    let exception = "exception for 1 until 2026-02-20 because \"needed for a week\" { account enabled   grant \"SG-Sales\" }\n";
    place.write("policy/policy.tenure", format!("{policy}\n{exception}"));
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &NOW);
    assert!(!is_enabled(&place, "Anna Berg"));
    assert_eq!(deeds_of(&place, "1"), Vec::<String>::new());
    // HR agrees, and the exception still says otherwise: the order holds.
    place.change("people.csv", "1,Anna,Berg,active", "1,Anna,Berg,inactive");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(deeds_of(&place, "1"), Vec::<String>::new());
    assert!(!is_enabled(&place, "Anna Berg"));
}

#[test]
fn an_order_that_cannot_be_carried_out_is_kept() {
    let place = applied();
    let mut command = place.command(&NOW);
    command.env("TENURE_HALT_AT", "Begun");
    // Whoever holds the directory's file keeps the run from beginning.
    let copy = place.path(COPY);
    let lock = std::fs::File::create(copy.with_file_name("directory.ldif.lock")).unwrap();
    lock.try_lock().unwrap();
    let ran = place.expect(1, &NOW);
    assert!(ran.said("the order is kept"), "{ran}");
    lock.unlock().unwrap();
    assert!(is_enabled(&place, "Anna Berg"));
    place.expect(0, &["apply", "--yes"]);
    assert!(!is_enabled(&place, "Anna Berg"));
}

#[test]
fn what_is_wrong_with_an_order_is_said_and_nothing_is_written() {
    let place = applied();
    let before = place.content();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["terminate", "1", "--because", "x", "--yes"], 64, "--now"),
        (&["terminate", "1", "--now", "--yes"], 64, "--because"),
        (
            &["terminate", "99", "--now", "--because", "x", "--yes"],
            1,
            "error[unknown-person]",
        ),
        (
            &[
                "terminate",
                "1",
                "--now",
                "--because",
                "x",
                "--yes",
                "--stage",
                "employee",
            ],
            1,
            "error[no-end-stage]",
        ),
        (
            &[
                "terminate",
                "1",
                "--now",
                "--because",
                "x",
                "--yes",
                "--stage",
                "gone",
            ],
            1,
            "`leaver`",
        ),
        (
            &["terminate", "1", "--now", "--because", "x"],
            1,
            "error[not-confirmed]",
        ),
    ];
    for (arguments, code, said) in cases {
        let ran = place.expect(code, arguments);
        assert!(ran.said(said), "{arguments:?}\n{ran}");
    }
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    let config = place.read("tenure.toml");
    let config = config.replace(
        "path = \"policy\"",
        "path = \"policy\"\nterminate = \"employee\"",
    );
    place.write("tenure.toml", config);
    let ran = place.expect(1, &["check"]);
    assert!(ran.said("error[no-end-stage]"), "{ran}");
}

#[test]
fn while_it_is_frozen_only_access_goes() {
    let place = applied();
    let until = ["freeze", "--until", "2026-03-20", "--because", "a merger"];
    place.expect(0, &until);
    let ran = place.expect(0, &["freeze"]);
    assert!(
        ran.out.contains("frozen until 2026-03-20") && ran.out.contains("a merger"),
        "{ran}"
    );
    // A month later everything happens at once.
    company::make_it_later(&place);
    clock(&place, "2026-03-10T09:00:00+01:00");
    let plan = place.plan();
    let mut kinds = plan.kinds();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["disable", "remove_member"], "{:?}", plan.deeds());
    place.expect(0, &BUSY);
    assert!(!is_enabled(&place, "Ben Ode"));
    assert!(!place.read(COPY).contains("Zoë"));
    let ran = place.run(&["plan"]);
    assert!(ran.out.contains("actions wait (a merger)"), "{ran}");
    // The rest is done as if it had never been frozen.
    place.expect(0, &["freeze", "--lift", "--because", "done"]);
    let kinds = place.plan().kinds().join(" ");
    assert!(
        kinds.contains("create_account") && kinds.contains("delete"),
        "{kinds}"
    );
    place.expect(0, &BUSY);
    let twin = applied();
    company::make_it_later(&twin);
    clock(&twin, "2026-03-10T09:00:00+01:00");
    twin.expect(0, &BUSY);
    for cn in ["Anna Berg", "Ben Ode", "Dora Ek", "Finn Ro"] {
        let groups = |place: &Place| {
            let all = place.read(COPY);
            let member = format!("member: CN={cn},");
            all.matches(&member).count()
        };
        assert_eq!(groups(&place), groups(&twin), "{cn}");
        assert_eq!(is_enabled(&place, cn), is_enabled(&twin, cn), "{cn}");
    }
}

#[test]
fn a_freeze_ends_by_itself_and_is_refused_where_it_is_over() {
    let place = applied();
    let ran = place.expect(1, &["freeze", "--until", "2026-01-01", "--because", "x"]);
    assert!(ran.said("error[bad-instant]"), "{ran}");
    place.expect(64, &["freeze", "--until", "2026-03-01"]);
    place.expect(64, &["freeze", "--because", "x"]);
    place.expect(0, &["freeze", "--until", "2026-02-05", "--because", "x"]);
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab",
        "6,Finn,Ro,active,Sales",
    );
    let kinds = place.plan().kinds().join(" ");
    assert!(!kinds.contains("add_member"), "{kinds}");
    clock(&place, "2026-02-06T09:00:00+01:00");
    let kinds = place.plan().kinds().join(" ");
    assert!(kinds.contains("add_member"), "{kinds}");
    assert_eq!(place.expect(0, &["freeze"]).out, "nothing is frozen\n");
}

#[test]
fn no_limit_stands_in_the_way_of_an_order() {
    let place = applied();
    let policy = place.read("policy/policy.tenure");
    let none = policy
        .replace("disable at most 50", "disable at most 0")
        .replace("revoke  at most 50", "revoke  at most 0")
        .replace("move    at most 50", "move    at most 0");
    assert_ne!(policy, none);
    place.write("policy/policy.tenure", none);
    // HR is broken: everybody seems to have left.
    place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
    place.expect(3, &["apply", "--yes"]);
    place.expect(0, &NOW);
    assert!(!is_enabled(&place, "Anna Berg"));
    assert!(is_enabled(&place, "Ben Ode"));
    // To lift it is judged as anything else.
    let lift = ["terminate", "1", "--lift", "--because", "found", "--yes"];
    place.expect(3, &lift);
}

/// Changes a text of the policy, which must have it.
fn policy(place: &Place, from: &str, to: &str) {
    place.change("policy/policy.tenure", from, to);
}

fn adds(place: &Place, item: &str) {
    let policy = place.read("policy/policy.tenure");
    place.write("policy/policy.tenure", format!("{policy}\n{item}\n"));
}

#[test]
fn an_order_holds_until_the_account_is_off_and_not_only_until_hr_agrees() {
    let place = applied();
    adds(&place, "approve disable");
    place.change("people.csv", "1,Anna,Berg,active", "1,Anna,Berg,inactive");
    place.run(&["apply", "--yes"]);
    assert!(is_enabled(&place, "Anna Berg"), "it waits for approval");
    place.expect(0, &NOW);
    assert!(!is_enabled(&place, "Anna Berg"));
}

#[test]
fn who_vanishes_from_hr_is_not_agreed_upon() {
    let place = applied();
    policy(
        &place,
        "when status == \"active\"     => employee",
        "when status == \"active\"     => employee\n  vanished for 3 days => gone",
    );
    adds(&place, "stage gone { account disabled   groups none }");
    place.expect(0, &["apply", "--yes"]);
    let mut order = NOW.to_vec();
    order.extend(["--stage", "leaver"]);
    place.expect(0, &order);
    let people = place.read("people.csv");
    let others = people.lines().filter(|line| !line.starts_with("1,"));
    place.write("people.csv", others.collect::<Vec<_>>().join("\n"));
    place.run(&["apply", "--yes", "--override", "lose", "--because", "test"]);
    // The row comes back as if nothing had been.
    place.write("people.csv", people);
    assert_eq!(deeds_of(&place, "1"), Vec::<String>::new());
    assert!(!is_enabled(&place, "Anna Berg"));
    let lift = ["terminate", "1", "--lift", "--because", "found", "--yes"];
    place.expect(0, &lift);
    assert!(is_enabled(&place, "Anna Berg"));
}

#[test]
fn no_invariant_stands_in_the_way_of_an_order() {
    let place = applied();
    adds(
        &place,
        "invariant \"who is active works\" when status == \"active\" never account disabled",
    );
    place.expect(0, &NOW);
    assert!(!is_enabled(&place, "Anna Berg"));
    let ran = place.expect(0, &["plan"]);
    assert!(ran.out.contains("breaks the invariant"), "{ran}");
}

#[test]
fn an_order_says_so_where_an_account_stays_on() {
    let place = applied();
    policy(
        &place,
        "guard {\n",
        "guard {\n  protect account \"aberg\"\n",
    );
    let ran = place.expect(4, &NOW);
    assert!(ran.said("STILL ON: CN=Anna Berg"), "{ran}");
    let ignored = applied();
    policy(&ignored, "identity {\n", "identity {\n  ignore person 1\n");
    let ran = ignored.expect(4, &NOW);
    assert!(ran.said("STILL ON: CN=Anna Berg"), "{ran}");
    assert!(ran.said("takes this person out"), "{ran}");
}

#[test]
fn a_key_with_any_character_is_the_person_that_it_names() {
    let place = company::small();
    policy(
        &place,
        "id         : int     key",
        "id         : text    key",
    );
    let people = place.read("people.csv");
    place.write("people.csv", people.replace("\n1,", "\nX:2 a,"));
    place.expect(0, &["apply", "--yes"]);
    assert!(is_enabled(&place, "Anna Berg"));
    let order = ["terminate", "X:2 a", "--now", "--because", "x", "--yes"];
    place.expect(0, &order);
    assert!(!is_enabled(&place, "Anna Berg"));
    assert!(is_enabled(&place, "Ben Ode"));
}

#[test]
fn an_order_outlives_its_stage() {
    let place = applied();
    place.expect(0, &NOW);
    let text = place.read("policy/policy.tenure");
    place.write("policy/policy.tenure", text.replace("leaver", "gone"));
    let copy = place.read(COPY);
    let anna = account(&place, "Anna Berg");
    let on = anna.replace("userAccountControl: 514", "userAccountControl: 512");
    assert_ne!(anna, on);
    place.write(COPY, copy.replace(&anna, &on));
    place.run(&["apply", "--yes"]);
    assert!(!is_enabled(&place, "Anna Berg"));
}

#[test]
fn what_a_freeze_ended_comes_back_when_hr_takes_it_back() {
    let place = applied();
    place.expect(0, &["freeze", "--until", "2026-02-05", "--because", "x"]);
    place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
    place.expect(0, &["apply", "--yes"]);
    assert!(!is_enabled(&place, "Ben Ode"));
    place.change("people.csv", "2,Ben,Ode,inactive", "2,Ben,Ode,active");
    place.expect(0, &["freeze", "--lift", "--because", "x"]);
    place.expect(0, &["apply", "--yes"]);
    assert!(is_enabled(&place, "Ben Ode"));
}

#[cfg(debug_assertions)] // a release build has nothing that would halt it
#[test]
fn a_run_that_was_broken_off_gives_nothing_that_was_ordered_away_meanwhile() {
    for order in [
        vec!["freeze", "--until", "2026-02-20", "--because", "x"],
        vec!["terminate", "9", "--now", "--because", "x", "--yes"],
    ] {
        let place = applied();
        let people = place.read("people.csv");
        place.write("people.csv", people + "9,Gus,Neu,active,Lab,Chemist\n");
        halted(&place, "Begun");
        place.run(&order);
        place.run(&["apply", "--yes"]);
        let all = place.read(COPY);
        let gus = all.find("dn: CN=Gus Neu,");
        assert!(gus.is_none(), "{order:?}\n{}", &all[gus.unwrap_or(0)..]);
    }
}

/// Applies until a boundary and is killed there.
#[cfg(debug_assertions)]
fn halted(place: &Place, boundary: &str) {
    use std::io::{BufRead as _, BufReader};
    let mut command = place.command(&["apply", "--yes"]);
    command.env("TENURE_HALT_AT", boundary);
    command.stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        if line.starts_with("halted:") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
