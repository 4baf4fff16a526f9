//! `tenure undo RUN`, end to end: the run taken back, what stays, what is refused, and what the next plan says then.

use std::collections::BTreeSet;

use serde_json::Value;

use super::controller::Company;
use super::ldif::Ldif;
use super::{Place, Plan, Ran, company, kind, told};

/// Attributes of the embedded directory alone: what it keeps of a password, and what an export has and it computes.
const ITS_OWN: [&str; 2] = ["tenure-hasPassword", "distinguishedName"];

/// What the directory says, line by line, without what is its own.
fn essence(ldif: &str) -> BTreeSet<String> {
    let lines = Ldif::parse(ldif).essence().into_iter();
    let own = |line: &String| {
        ITS_OWN
            .iter()
            .any(|name| line.contains(&format!(" | {name}: ")))
    };
    lines.filter(|line| !own(line)).collect()
}

/// The plan that would take a run back.
#[track_caller]
fn undoing(place: &Place, run: &str) -> Plan {
    let ran = place.run(&["undo", run, "--format", "json"]);
    let file: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
    Plan(file["plan"].clone())
}

/// Takes a run back, past whatever guard trips, with every approval that is asked.
#[track_caller]
fn undo(place: &Place, run: &str) -> Ran {
    let arguments = consent(&undoing(place, run), run);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    place.expect(0, &arguments)
}

/// The command that takes a run back past whatever guard trips, with every approval that is asked.
fn consent(plan: &Plan, run: &str) -> Vec<String> {
    let mut arguments = vec!["undo".to_owned(), run.to_owned(), "--yes".to_owned()];
    let guards = plan.0["guards"].as_array().unwrap();
    for guard in guards.iter().filter(|guard| guard["tripped"] == true) {
        arguments.extend([
            "--override".to_owned(),
            guard["kind"].as_str().unwrap().to_owned(),
        ]);
    }
    arguments.extend(["--because".to_owned(), "the feed was wrong".to_owned()]);
    for action in plan.actions() {
        if let Some(id) = action["approval"]["id"].as_str() {
            arguments.extend(["--approve".to_owned(), id.to_owned()]);
        }
    }
    arguments
}

/// The id of the run so many runs ago.
pub(super) fn run_id(place: &Place, ago: usize) -> String {
    let ran = place.expect(0, &["history", "--format", "json"]);
    let runs: Value = serde_json::from_str(&ran.out).unwrap();
    runs["runs"][ago]["id"].as_str().unwrap().to_owned()
}

/// Where the objects are that an undo says it leaves.
fn left_behind(plan: &Plan) -> BTreeSet<String> {
    let findings = plan.0["findings"].as_array().unwrap();
    let stays = findings.iter().filter(|finding| finding["kind"] == "final");
    let accounts = stays.flat_map(|finding| finding["accounts"].as_array().unwrap());
    accounts.map(|dn| dn.as_str().unwrap().to_owned()).collect()
}

/// The deeds for everybody of whom nothing is made or deleted, and the people who are left out.
fn for_the_others(plan: &Plan) -> (Vec<String>, BTreeSet<String>) {
    let person = |action: &Value| action["person"].as_str().unwrap_or("-").to_owned();
    let left_out: BTreeSet<String> = plan
        .actions()
        .iter()
        .filter(|action| matches!(kind(action), "create_account" | "delete"))
        .map(person)
        .collect();
    (without(plan, &left_out), left_out)
}

fn without(plan: &Plan, left_out: &BTreeSet<String>) -> Vec<String> {
    let mut deeds: Vec<String> = plan
        .deeds()
        .into_iter()
        .filter(|deed| !deed.contains(" of -:"))
        .filter(|deed| {
            !left_out
                .iter()
                .any(|id| deed.contains(&format!(" of {id}:")))
        })
        .collect();
    deeds.sort();
    deeds
}

#[test]
fn the_example_is_taken_back_but_for_what_is_declared() {
    const COPY: &str = "rules/.tenure/directory.ldif";
    let place = Place::example();
    let before = essence(&place.read("rules/directory.ldif"));
    let first = place.plan();
    place.expect(0, &["apply", "--yes"]);
    let after = essence(&place.read(COPY));

    let ran = place.expect(3, &["undo", "last"]);
    assert!(ran.out.starts_with("Plan that takes back run "), "{ran}");
    assert!(ran.out.contains("The next plan does again"), "{ran}");
    let stay = left_behind(&undoing(&place, "last"));
    let done = undo(&place, "last");
    assert!(done.said("the next plan does again"), "{done}");

    let back = essence(&place.read(COPY));
    let lost: Vec<&String> = before.difference(&back).collect();
    assert_eq!(lost, Vec::<&String>::new());
    let of_those = |line: &&String| stay.iter().any(|dn| line.starts_with(&format!("{dn} | ")));
    let more: Vec<&String> = back
        .difference(&before)
        .filter(|line| !of_those(line))
        .collect();
    assert_eq!(more, Vec::<&String>::new());
    let made: Vec<&String> = stay.iter().filter(|dn| dn.starts_with("CN=")).collect();
    assert!(made.len() > 8, "{stay:#?}");
    for dn in made {
        assert!(
            !back.contains(&format!("{dn} | userAccountControl: 512")),
            "{dn}"
        );
        assert!(
            !back
                .iter()
                .any(|line| line.ends_with(&format!(" | member: {dn}"))),
            "{dn}"
        );
    }

    let (wanted, left_out) = for_the_others(&first);
    let again = place.plan();
    assert_eq!(
        without(&again, &left_out),
        wanted,
        "for the same reasons as the first time"
    );
    let told = |plan: &Plan| -> BTreeSet<String> {
        let notices = plan.0["notices"].as_array().cloned().unwrap_or_default();
        let of = |notice: &Value| {
            (
                notice["person"].as_str().unwrap().to_owned(),
                notice["event"].clone(),
            )
        };
        let others = notices
            .iter()
            .map(of)
            .filter(|(person, _)| !left_out.contains(person));
        others
            .map(|(person, event)| format!("{person} {event}"))
            .collect()
    };
    assert_eq!(
        told(&again),
        told(&first),
        "and nobody is told more than then"
    );

    let nothing = undoing(&place, &run_id(&place, 1));
    assert_eq!(nothing.deeds(), Vec::<String>::new());
    undo(&place, "last");
    let forth = essence(&place.read(COPY));
    let differ: Vec<&String> = forth.symmetric_difference(&after).collect();
    assert_eq!(
        differ,
        Vec::<&String>::new(),
        "the undo of the undo is the run"
    );
    place.expect(0, &["plan"]);
    let history = place.expect(0, &["history"]);
    assert_eq!(history.out.matches("takes back").count(), 2, "{history}");
    assert_eq!(history.out.matches("taken back by").count(), 2, "{history}");
}

#[test]
fn a_run_with_an_action_of_every_kind_is_taken_back() {
    let place = company::a_busy_month_later();
    let before = essence(&place.read(company::COPY));
    let first = place.plan();
    place.expect(0, &["apply", "--yes"]);
    let after = essence(&place.read(company::COPY));
    let plan = undoing(&place, "last");
    let kinds: BTreeSet<&str> = plan.kinds().into_iter().collect();
    let expected = [
        "add_member",
        "disable",
        "enable",
        "modify",
        "move",
        "remove_member",
    ];
    assert_eq!(kinds, BTreeSet::from(expected));
    assert!(
        plan.actions()
            .iter()
            .all(|action| action["cause"] == "undone")
    );
    undo(&place, "last");
    let back = essence(&place.read(company::COPY));
    // That a password is not required is not said again.
    let lost: BTreeSet<&str> = before
        .difference(&back)
        .filter(|line| !line.ends_with("userAccountControl: 546"))
        .map(|line| line.split_once(" | ").unwrap().0)
        .collect();
    assert_eq!(
        lost,
        BTreeSet::from(["CN=Eva Alt,OU=Leavers,OU=Small,DC=small,DC=example"]),
        "a deletion is not taken back"
    );
    let more: BTreeSet<&str> = back
        .difference(&before)
        .filter(|line| !line.ends_with("userAccountControl: 514"))
        .map(|line| line.split_once(" | ").unwrap().0)
        .collect();
    assert_eq!(
        more,
        BTreeSet::from([
            "CN=SG-Buyers,OU=Buyers,OU=Groups,OU=Small,DC=small,DC=example",
            "CN=Zoë Ünal,OU=Sales,OU=Small,DC=small,DC=example",
            "OU=Buyers,OU=Groups,OU=Small,DC=small,DC=example",
            "OU=Sales,OU=Small,DC=small,DC=example",
        ])
    );
    let (wanted, left_out) = for_the_others(&first);
    // The clock of a deletion and a password that exists are no matter of an undo.
    let wanted: Vec<String> = wanted
        .into_iter()
        .filter(|deed| !deed.starts_with("set_password"))
        .collect();
    assert_eq!(without(&place.plan(), &left_out), wanted);
    undo(&place, "last");
    assert_eq!(essence(&place.read(company::COPY)), after);
    assert_eq!(place.plan().deeds(), Vec::<String>::new());
    let shown = place.expect(0, &["show", &run_id(&place, 2)]).out;
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    for told in [
        "2 in part, 3 cannot be taken back tenure undo ",
        "an undo cannot: the account stays, disabled",
        "an undo cannot: a deleted account comes back by reanimation alone",
    ] {
        assert!(shown.contains(told), "{told}: {shown}");
    }
}

#[test]
fn a_unit_that_is_empty_again_goes_and_comes_back_with_the_undo_of_the_undo() {
    let place = company::applied();
    place.change(
        "people.csv",
        "1,Anna,Berg,active,Lab",
        "1,Anna,Berg,active,Sales",
    );
    place.expect(0, &["apply", "--yes"]);
    let unit = "OU=Sales,OU=Small,DC=small,DC=example";
    let there = |place: &Place| {
        essence(&place.read(company::COPY)).contains(&format!("{unit} | dn: {unit}"))
    };
    assert!(there(&place));
    let kinds = undoing(&place, "last").kinds().join(" ");
    assert!(
        kinds.contains(" move ") && kinds.ends_with(" delete_unit"),
        "{kinds}"
    );
    undo(&place, "last");
    assert!(!there(&place));
    undo(&place, "last");
    assert!(there(&place));
    assert_eq!(place.plan().deeds(), Vec::<String>::new());
}

#[test]
fn what_somebody_or_a_later_run_changed_since_stays_and_is_told() {
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes"]);
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    ldif.having("employeeID", "6").set("title", "Boss");
    ldif.having("employeeID", "2")
        .set("userAccountControl", "512");
    let anna = ldif.having("employeeID", "1").dn();
    ldif.having("sAMAccountName", "SG-Sales")
        .remove("member", &anna);
    place.write(company::COPY, ldif.text());
    let plan = undoing(&place, "last");
    assert_eq!(
        plan.findings("changed_since"),
        ["6"],
        "what is as it was before is no finding"
    );
    let deeds = plan.deeds().join("\n");
    assert!(!deeds.contains(" of 6:"), "{deeds}");
    assert!(!deeds.contains("enable of 2:"), "{deeds}");
    undo(&place, "last");
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    assert_eq!(ldif.having("employeeID", "6").one("title"), "Boss");

    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes"]);
    place.change(
        "people.csv",
        "6,Finn,Ro,active,Lab,Chemist",
        "6,Finn,Ro,active,Lab,Doctor",
    );
    place.expect(0, &["apply", "--yes"]);
    let (first, later) = (run_id(&place, 1), run_id(&place, 0));
    let ran = place.run(&["undo", &first]);
    let says = format!("title was changed again by run {later}");
    assert!(ran.out.replace("\n      ", " ").contains(&says), "{ran}");
    assert!(ran.out.contains(&format!("tenure undo {later}")), "{ran}");
}

#[test]
fn it_is_shown_kept_and_applied_like_any_plan() {
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes"]);
    let before = place.content();
    place.expect(2, &["undo", "last"]);
    place.expect(2, &["undo", "last", "--format", "markdown"]);
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
    let kept = place.expect(2, &["undo", "last", "-o", "undo.json", "--quiet"]);
    assert!(kept.out.starts_with("Plan that takes back run "), "{kept}");
    place.expect(0, &["apply", "--yes", "undo.json"]);
    let history = place.expect(0, &["history"]);
    assert!(history.out.contains("taken back by"), "{history}");
    let stale = place.expect(1, &["apply", "--yes", "undo.json"]);
    assert!(stale.said("error[plan-stale]"), "{stale}");
    assert_eq!(place.run(&["undo"]).code, 64);

    // A limit holds for an undo as for any run, and so does an approval.
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes"]);
    place.change(
        "policy/policy.tenure",
        "  revoke  at most 50",
        "  revoke  at most 1",
    );
    let ran = place.expect(3, &["undo", "last", "--yes"]);
    assert!(ran.out.contains("memberships taken"), "{ran}");
    place.write("policy/approve.tenure", "approve enable\n");
    let plan = undoing(&place, "last");
    let waiting: Vec<&Value> = plan
        .actions()
        .iter()
        .filter(|one| one["approval"].is_object())
        .collect();
    assert_eq!(waiting.len(), 1);
    place.expect(
        0,
        &[
            "undo",
            "last",
            "--yes",
            "--override",
            "revoke",
            "--because",
            "meant",
        ],
    );
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    assert_eq!(
        ldif.having("employeeID", "2").one("userAccountControl"),
        "514",
        "it waits"
    );
    let id = waiting[0]["approval"]["id"].as_str().unwrap();
    let first = run_id(&place, 1);
    place.expect(0, &["undo", &first, "--yes", "--approve", id]);
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    assert_eq!(
        ldif.having("employeeID", "2").one("userAccountControl"),
        "512"
    );
}

#[test]
fn what_cannot_be_taken_back_at_all_is_refused() {
    let place = company::small();
    let ran = place.expect(1, &["undo", "last"]);
    assert!(ran.said("error[unknown-run]"), "{ran}");
    let place = company::a_busy_month_later();
    place.expect(0, &["apply", "--yes"]);
    for (run, code) in [("ffff", "unknown-run"), ("0", "ambiguous-run")] {
        let ran = place.expect(1, &["undo", run, "--yes"]);
        assert!(ran.said(&format!("error[{code}]")), "{ran}");
    }
    let run = run_id(&place, 0);

    // A state that was put back from before the run: another one may have gone on since.
    let older = place.twin();
    let state = std::fs::read(older.path(".tenure/state.db")).unwrap();
    older.write("people.csv", company::PEOPLE);
    older.expect(0, &["apply", "--yes"]);
    older.write(".tenure/state.db", state);
    let ran = older.expect(1, &["undo", &run, "--yes"]);
    assert!(ran.said("error[state-older]"), "{ran}");

    let foreign = place.twin();
    let db = rusqlite::Connection::open(foreign.path(".tenure/state.db")).unwrap();
    db.execute(
        "UPDATE run SET domain = x'00112233445566778899aabbccddeeff'",
        [],
    )
    .unwrap();
    drop(db);
    let ran = foreign.expect(1, &["undo", &run, "--yes"]);
    assert!(ran.said("error[run-other-domain]"), "{ran}");

    let running = place.twin();
    let db = rusqlite::Connection::open(running.path(".tenure/state.db")).unwrap();
    db.execute(
        "UPDATE run SET status = 'running', ended = NULL WHERE id = ?1",
        [&run],
    )
    .unwrap();
    drop(db);
    let ran = running.expect(1, &["undo", &run, "--yes"]);
    assert!(ran.said("error[unfinished-run]"), "{ran}");

    // Values have their time, and then nobody knows any more what to write.
    place.change("tenure.toml", "2026-03-10T09", "2026-12-10T09");
    place.run(&["apply", "--yes"]);
    let ran = place.expect(1, &["undo", &run, "--yes"]);
    assert!(ran.said("error[run-forgotten]"), "{ran}");
    assert!(ran.said("2026-12-10"), "it says since when: {ran}");
}

/// The essence of a real domain: every object below the company's unit as `ldapsearch` tells it.
fn told_by_the_domain(company: &Company) -> BTreeSet<String> {
    const PASSING: [&str; 12] = [
        "whenChanged",
        "whenCreated",
        "uSNChanged",
        "uSNCreated",
        "pwdLastSet",
        "lastLogonTimestamp",
        "dSCorePropagationData",
        "badPasswordTime",
        "badPwdCount",
        "logonCount",
        "memberOf",
        "directReports",
    ];
    let client = company.domain.client();
    let base = format!("OU=Kestrel,{}", company.domain.base_dn());
    let found = client
        .with(&["-E", "pr=500/noprompt"])
        .search(&base, "(objectClass=*)", &[])
        .done();
    let mut lines = BTreeSet::new();
    for entry in found.entries {
        for (name, values) in &entry.attributes {
            for value in values.iter().filter(|_| !PASSING.contains(&name.as_str())) {
                lines.insert(format!(
                    "{} | {name}: {}",
                    entry.dn,
                    String::from_utf8_lossy(value)
                ));
            }
        }
    }
    lines.retain(|line| !line.starts_with("CN=tenure,"));
    lines
}

#[test]
fn a_run_is_taken_back_in_a_real_domain() {
    let company = Company::example();
    let before = told_by_the_domain(&company);
    company.expect(0, &["apply", "--yes"]);
    let ran = Ran::of(&mut company.command(&["undo", "last", "--format", "json"]));
    let file: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
    let plan = Plan(file["plan"].clone());
    let stay = left_behind(&plan);
    let arguments = consent(&plan, "last");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    company.expect(0, &arguments);
    let back = told_by_the_domain(&company);
    let lost: Vec<&String> = before.difference(&back).collect();
    // PASSWD_NOTREQD does not come back.
    let lost: Vec<&&String> = lost
        .iter()
        .filter(|line| !line.contains("userAccountControl: 54"))
        .collect();
    assert_eq!(lost, Vec::<&&String>::new());
    let of_those = |line: &&String| stay.iter().any(|dn| line.starts_with(&format!("{dn} | ")));
    let more: Vec<&String> = back
        .difference(&before)
        .filter(|line| !of_those(line))
        .collect();
    assert_eq!(more, Vec::<&String>::new());
}

/// Takes the last run back until a boundary and is killed there; false if it ended before it.
#[cfg(debug_assertions)]
fn kill_at(place: &Place, run: &str, boundary: usize) -> bool {
    use std::io::{BufRead as _, BufReader};
    let mut child = place
        .command(&["undo", run, "--yes"])
        .env("TENURE_HALT_AT", boundary.to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let halted = lines
        .map(Result::unwrap)
        .any(|line| line.starts_with("halted:"));
    if halted {
        child.kill().unwrap();
    }
    assert_eq!(child.wait().unwrap().success(), !halted);
    halted
}

#[test]
#[cfg(debug_assertions)]
fn an_undo_that_is_killed_is_finished_by_the_same_command() {
    /// Every so many boundaries; a prime, so that each kind of boundary is met.
    const STEP: usize = 5;
    let template = company::a_busy_month_later();
    template.expect(0, &["apply", "--yes"]);
    let run = run_id(&template, 0);
    let whole = template.twin();
    undo(&whole, &run);
    let (directory, left) = (essence(&whole.read(company::COPY)), whole.plan().deeds());
    let mut survived = 0;
    for boundary in (0..).step_by(STEP) {
        let place = template.twin();
        if !kill_at(&place, &run, boundary) {
            break;
        }
        place.expect(0, &["undo", &run, "--yes"]);
        let again = place.expect(0, &["undo", &run, "--yes"]);
        assert!(
            again.said("nothing to take back"),
            "boundary {boundary}: {again}"
        );
        assert_eq!(
            essence(&place.read(company::COPY)),
            directory,
            "boundary {boundary}"
        );
        assert_eq!(place.plan().deeds(), left, "boundary {boundary}");
        survived += 1;
    }
    assert!(survived > 10, "{survived}");
}

#[test]
fn what_was_written_back_to_hr_goes_back_to_what_was_ours_and_else_stays() {
    let place = told::a_first_day();
    place.expect(0, &["apply", "--yes"]);
    let first = run_id(&place, 0);
    let written = place.read(told::FILE);
    let plan = undoing(&place, &first);
    assert!(!plan.kinds().contains(&"write_back"), "{:?}", plan.deeds());
    let text = plan.0["findings"].to_string();
    assert!(text.contains("`email` was empty in HR"), "{text}");

    // The account has another address, so HR gets to know it; then that run is taken back.
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    ldif.having("employeeID", "4")
        .set("mail", "dora@small.example");
    place.write(company::COPY, ldif.text());
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(
        place.read(told::FILE).lines().count(),
        written.lines().count() + 1
    );
    let next = place.plan();
    undo(&place, "last");
    let lines = place.read(told::FILE);
    assert_eq!(
        lines.lines().last(),
        Some("\"4\",\"email\",\"dora@small.example\",\"dek@small.example\"")
    );
    assert_eq!(next.deeds(), Vec::<String>::new());
    assert_eq!(
        place.plan().kinds(),
        ["write_back"],
        "and the next plan tells it again"
    );
}

#[test]
fn nothing_is_made_before_the_lock_is_held() {
    let place = company::applied();
    let copies: Vec<_> = std::fs::read_dir(place.path(".tenure"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "ldif")
        })
        .collect();
    assert_eq!(copies.len(), 1);
    std::fs::remove_file(&copies[0]).unwrap();
    let holder = crate::state::holder("somebody else");
    let state = place.path(".tenure/state.db");
    let lock = tenure::state::Lock::take(&state, &holder, std::time::Duration::ZERO).unwrap();
    let ran = place.expect(1, &["undo", "last", "--yes"]);
    assert!(ran.said("error[locked]"), "{ran}");
    assert!(!copies[0].exists());
    drop(lock);
}
