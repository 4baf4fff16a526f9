//! Statements of a policy that only a whole run can show: made, asked for, ruled out, vanished.

use super::company::{COPY, PEOPLE, applied, make_it_later, small};
use super::ldif::Ldif;
use super::{Place, kind};

const POLICY: &str = "policy/policy.tenure";

/// Adds to the policy.
fn say(place: &Place, text: &str) {
    let policy = place.read(POLICY) + "\n" + text + "\n";
    place.write(POLICY, policy);
}

/// The ids of what waits, in the order of the plan.
fn waiting(place: &Place) -> Vec<String> {
    let plan = place.plan();
    let asked = plan.actions().iter().filter_map(|action| {
        let approval = action["approval"].as_object()?;
        approval["given"]
            .is_null()
            .then(|| approval["id"].as_str().unwrap().to_owned())
    });
    asked.collect()
}

fn has(place: &Place, entry: &str, line: &str) -> bool {
    let directory = Ldif::parse(&place.read(COPY));
    let found = directory.0.iter().find(|one| {
        let (name, value) = &one.0[0];
        name == "dn" && value.starts_with(entry.as_bytes())
    });
    let (name, value) = line.split_once(": ").unwrap();
    found.is_some_and(|one| {
        let mut lines = one.0.iter();
        lines.any(|(known, text)| known == name && text == value.as_bytes())
    })
}

#[test]
fn a_group_is_made_with_its_first_member_and_then_nothing_is_left() {
    let place = applied();
    make_it_later(&place);
    let shown = place.expect(2, &["plan"]);
    assert!(shown.out.contains("New groups  1 group"), "{shown}");
    assert!(shown.out.contains("security, universal"), "{shown}");
    let markdown = place.expect(2, &["plan", "--format", "markdown"]);
    assert!(markdown.out.contains("### New groups (1)"), "{markdown}");
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
    let group = "CN=SG-Buyers,OU=Buyers,OU=Groups,OU=Small";
    assert!(has(&place, group, "groupType: -2147483640"));
    assert!(has(&place, group, "sAMAccountName: SG-Buyers"));
    assert!(has(
        &place,
        group,
        "description: made when the first buyer came"
    ));
    let told = place.expect(0, &["show", "last"]);
    assert!(
        told.out
            .contains("make group CN=SG-Buyers,OU=Buyers,OU=Groups"),
        "{told}"
    );
    let why = place.expect(0, &["explain", "1", "SG-Buyers"]);
    assert!(why.out.contains("member of SG-Buyers"), "{why}");
    assert!(
        why.out
            .contains("made if it is missing: create scope universal"),
        "{why}"
    );
}

#[test]
fn a_group_that_somebody_made_meanwhile_is_a_conflict_and_nobody_is_put_into_it() {
    let place = applied();
    make_it_later(&place);
    place.expect(2, &["plan", "-o", "plan.json"]);
    let unit = "dn: OU=Buyers,OU=Groups,OU=Small,DC=small,DC=example\nobjectClass: organizationalUnit\n\
                ou: Buyers\nobjectGUID:: MQECAwQFBgcICQoLDA0ODw==\n\n";
    let group = "dn: CN=SG-Buyers,OU=Buyers,OU=Groups,OU=Small,DC=small,DC=example\nobjectClass: group\n\
                 cn: SG-Buyers\nsAMAccountName: SG-Buyers\ngroupType: -2147483640\n\
                 objectGUID:: MgECAwQFBgcICQoLDA0ODw==\n";
    place.write(COPY, place.read(COPY) + "\n" + unit + group);
    let ran = place.expect(4, &["apply", "--yes", "plan.json"]);
    assert!(ran.said("it exists already"), "{ran}");
    let member = "member: CN=Anna Berg,OU=Sales,OU=Small,DC=small,DC=example";
    assert!(!has(&place, "CN=SG-Buyers", member));
}

#[test]
fn what_waits_is_not_done_until_somebody_says_yes_to_exactly_that() {
    let place = applied();
    say(&place, "approve disable when status == \"inactive\"");
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    let shown = place.expect(2, &["plan"]);
    let [id] = waiting(&place).try_into().unwrap();
    assert!(
        shown.out.contains(&format!("? waits for approval {id}")),
        "{shown}"
    );
    assert!(
        shown.out.contains(&format!("tenure apply --approve {id}")),
        "{shown}"
    );
    assert!(shown.out.contains("approve disable when status"), "{shown}");
    assert!(
        shown
            .out
            .contains("what would disable it waits for approval"),
        "{shown}"
    );
    place.expect(5, &["plan", "--fail-on", "open"]);
    let markdown = place.expect(2, &["plan", "--format", "markdown"]);
    assert!(
        markdown.out.contains("### Waiting for approval (1)"),
        "{markdown}"
    );

    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(ran.said("1 waiting for approval"), "{ran}");
    assert!(has(&place, "CN=Finn Ro", "userAccountControl: 512"));
    assert_eq!(
        waiting(&place),
        std::slice::from_ref(&id),
        "the same question, whatever else was done"
    );
    let before = place.content();
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(ran.said("nothing to do until somebody approves"), "{ran}");
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );

    let wrong = place.expect(1, &["apply", "--yes", "--approve", "0123456789ab"]);
    assert!(wrong.said("nothing-to-approve"), "{wrong}");
    place.change("people.csv", "5,Eva,Alt,inactive", "5,Eva,Alt,active");
    place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
    let both = waiting(&place);
    assert_eq!(both.len(), 2);
    place.expect(0, &["apply", "--yes", "--approve", &id]);
    assert!(has(&place, "CN=Finn Ro", "userAccountControl: 514"));
    assert!(
        has(&place, "CN=Ben Ode", "userAccountControl: 512"),
        "a yes is to one deed"
    );
    let told = place.expect(0, &["show", "last"]);
    assert!(told.out.contains("disable   approved by "), "{told}");
    let left = waiting(&place);
    assert_eq!(left.len(), 1);
    assert!(both.contains(&left[0]) && left[0] != id);
}

#[test]
fn a_yes_goes_with_a_kept_plan_and_is_refused_for_another() {
    let place = applied();
    say(&place, "approve disable");
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    place.expect(2, &["plan", "-o", "plan.json"]);
    let [id] = waiting(&place).try_into().unwrap();
    let ran = place.expect(
        1,
        &["apply", "--yes", "plan.json", "--approve", "ffffffffffff"],
    );
    assert!(ran.said("nothing-to-approve"), "{ran}");
    place.expect(0, &["apply", "--yes", "plan.json", "--approve", &id]);
    assert!(has(&place, "CN=Finn Ro", "userAccountControl: 514"));
    place.expect(0, &["plan"]);
}

#[test]
fn a_guard_counts_what_is_approved() {
    let place = applied();
    say(&place, "approve disable");
    place.change(POLICY, "disable at most 50", "disable at most 2");
    place.write("people.csv", PEOPLE.replace(",active,Lab", ",inactive,Lab"));
    place.expect(2, &["plan"]);
    let ids = waiting(&place);
    // One was disabled by the first run, less than a day ago.
    assert!(ids.len() >= 3, "{ids:?}");
    let ran = place.expect(3, &["apply", "--yes", "--approve", &ids.join(",")]);
    assert!(
        ran.said("with what is approved the guard `disable` stops this plan"),
        "{ran}"
    );
    place.expect(0, &["apply", "--yes", "--approve", &ids[0]]);
}

#[cfg(debug_assertions)]
#[test]
fn a_run_that_was_killed_after_a_yes_is_finished_with_it() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let template = applied();
    say(&template, "approve disable");
    template.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    let [id] = waiting(&template).try_into().unwrap();
    let mut finished = 0;
    for boundary in 1.. {
        let place = template.twin();
        let mut child = place
            .command(&["apply", "--yes", "--approve", &id])
            .env("TENURE_HALT_AT", boundary.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let halted = lines.any(|line| line.unwrap().starts_with("halted:"));
        if halted {
            child.kill().unwrap();
        }
        child.wait().unwrap();
        place.expect(0, &["apply", "--yes"]);
        assert!(
            has(&place, "CN=Finn Ro", "userAccountControl: 514"),
            "killed at {boundary}"
        );
        assert_eq!(waiting(&place), Vec::<String>::new());
        finished += 1;
        if !halted {
            break;
        }
    }
    assert!(finished > 8, "{finished}");
}

#[test]
fn a_plan_that_breaks_an_invariant_is_shown_and_not_applied() {
    let place = applied();
    let vault = "\ndn: CN=SG-Vault,OU=Groups,OU=Small,DC=small,DC=example\nobjectClass: group\n\
                 cn: SG-Vault\nsAMAccountName: SG-Vault\ngroupType: -2147483646\n\
                 objectGUID:: MgECAwQFBgcICQoLDA0ODw==\n";
    place.write(COPY, place.read(COPY) + vault);
    say(
        &place,
        "invariant \"staff stay out of the vault\" when status == \"active\" never group \"SG-Vault\" never unit \"OU=Leavers\"",
    );
    place.expect(0, &["plan"]);
    let member = "member: CN=SG-Lab,OU=Groups,OU=Small,DC=small,DC=example\n";
    place.change(
        COPY,
        "sAMAccountName: SG-Vault\n",
        &format!("{member}sAMAccountName: SG-Vault\n"),
    );
    let shown = place.expect(3, &["plan"]);
    for text in [
        "staff stay out of the vault",
        "Anna Berg",
        "member of `SG-Vault`: `SG-Lab` leads to `SG-Vault`",
        "3 invariants would be broken",
    ] {
        assert!(shown.out.contains(text), "{text}: {shown}");
    }
    let markdown = place.expect(3, &["plan", "--format", "markdown"]);
    assert!(
        markdown
            .out
            .contains("### Invariants that would be broken (3)"),
        "{markdown}"
    );
    let before = place.content();
    place.expect(3, &["apply", "--yes"]);
    place.expect(
        3,
        &["apply", "--yes", "--override", "grant", "--because", "x"],
    );
    let written = place.written_since(&before);
    let ldif = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "ldif");
    assert!(!written.iter().any(ldif), "{written:?}");
    let why = place.expect(0, &["explain", "1", "SG-Vault"]);
    assert!(why.out.contains("no plan may give it: invariant"), "{why}");
    place.change(COPY, member, "");
    place.expect(0, &["plan"]);
}

/// The small company, whose policy says what becomes of people who vanish.
fn that_misses_people() -> Place {
    let place = small();
    place.change(
        POLICY,
        "lifecycle {\n",
        "lifecycle {\n  vanished for 14 days        => gone\n",
    );
    place.change(
        POLICY,
        "stage leaver ",
        "stage gone { account disabled  groups none }\nstage leaver ",
    );
    place.change(
        POLICY,
        "  title      : text?\n",
        "  title      : text?\n  remark     : text? sensitive\n",
    );
    place.write(
        "people.csv",
        PEOPLE
            .replace("title\n", "title,remark\n")
            .replace("Chemist\n", "Chemist,Ipecacuanha\n")
            .replace("Porter\n", "Porter,\n")
            .replace("Lab,\n", "Lab,,\n")
            .replace("Apprentice\n", "Apprentice,\n"),
    );
    place.expect(0, &["apply", "--yes"]);
    place
}

fn without(place: &Place, line: &str) {
    let people = place.read("people.csv");
    let left: Vec<&str> = people
        .lines()
        .filter(|one| !one.starts_with(line))
        .collect();
    place.write("people.csv", left.join("\n") + "\n");
}

fn on(place: &Place, day: &str) {
    let config = place.read("tenure.toml");
    let line = config
        .lines()
        .find(|line| line.starts_with("clock"))
        .unwrap();
    place.write(
        "tenure.toml",
        config.replace(line, &format!("clock = \"{day}T09:00:00+01:00\"")),
    );
}

#[test]
fn whoever_vanishes_is_ended_by_the_last_record_after_the_time_that_the_policy_names() {
    let place = that_misses_people();
    for (path, bytes) in place.content() {
        let kept = path.to_string_lossy().contains("state");
        let plain = bytes.windows(11).any(|window| window == b"Ipecacuanha");
        assert!(
            !(kept && plain),
            "{} keeps a value in clear",
            path.display()
        );
    }
    without(&place, "2,");
    on(&place, "2026-02-03");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(place.plan().findings("vanished"), ["2"]);
    let plan = place.plan();
    assert_eq!(plan.0["next_change"], "2026-02-17T08:00:00Z");
    on(&place, "2026-02-16");
    place.expect(0, &["plan"]);
    on(&place, "2026-02-17");
    let plan = place.plan();
    let kinds: Vec<&str> = plan.actions().iter().map(kind).collect();
    assert_eq!(kinds, ["disable", "remove_member", "remove_member"]);
    place.expect(0, &["apply", "--yes"]);
    assert!(has(&place, "CN=Ben Ode", "userAccountControl: 514"));
    on(&place, "2026-02-18");
    let people = place.read("people.csv") + "2,Ben,Ode,active,Lab,Chemist,Ipecacuanha\n";
    place.write("people.csv", people);
    place.expect(0, &["apply", "--yes"]);
    assert!(
        has(&place, "CN=Ben Ode", "userAccountControl: 512"),
        "as if nothing had been"
    );
    place.expect(0, &["plan"]);
}

#[test]
fn records_are_kept_only_while_the_policy_asks_for_them() {
    let place = that_misses_people();
    let kept = || {
        let db = rusqlite::Connection::open(place.path(".tenure/state.db")).unwrap();
        let count = |query: &str| db.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
        (
            count("SELECT count(*) FROM last_record"),
            count("SELECT count(*) FROM private WHERE id IN (SELECT record FROM last_record)"),
        )
    };
    assert_eq!(kept(), (6, 6));
    place.change(POLICY, "  vanished for 14 days        => gone\n", "");
    place.change(
        POLICY,
        "when status == \"inactive\"   => leaver",
        "when status == \"inactive\" => leaver when first_name == \"Nobody\" => gone",
    );
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(kept(), (0, 0));
}

#[test]
fn what_is_protected_by_name_or_by_an_attribute_is_never_written_and_stands_open() {
    for statement in [
        "protect account \"bode\"",
        "protect account \"b?de*\"",
        "protect account when account.title == \"Chemist\" and account.sn == \"Ode\"",
        "protect account when account.sAMAccountName matches \"bo*\"",
    ] {
        let place = applied();
        place.change(POLICY, "guard {\n", &format!("guard {{\n  {statement}\n"));
        place.expect(0, &["plan"]);
        place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
        let plan = place.plan();
        assert_eq!(plan.kinds(), Vec::<&str>::new(), "{statement}");
        assert_eq!(plan.findings("blocked"), ["2"], "{statement}");
        assert_eq!(plan.0["open_accounts"][0]["why"], "blocked", "{statement}");
        place.expect(5, &["plan", "--fail-on", "open"]);
        place.expect(0, &["apply", "--yes"]);
        assert!(has(&place, "CN=Ben Ode", "userAccountControl: 512"));
    }
}

#[test]
fn an_override_in_the_policy_lifts_a_limit_on_its_day_alone() {
    let place = applied();
    place.change(
        POLICY,
        "disable at most 50",
        "disable at most 0\n  override disable 1 on 2026-02-03 because \"Finn leaves\"",
    );
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    place.expect(3, &["plan"]);
    on(&place, "2026-02-03");
    let shown = place.expect(2, &["plan"]);
    assert!(
        shown.out.contains("override disable 1 on 2026-02-03"),
        "{shown}"
    );
    on(&place, "2026-02-04");
    place.expect(3, &["plan"]);
    on(&place, "2026-02-03");
    place.expect(0, &["apply", "--yes"]);
    assert!(has(&place, "CN=Finn Ro", "userAccountControl: 514"));
}

#[test]
fn units_may_lie_under_any_write_base_and_under_no_other_place() {
    let place = small();
    let second = "\ndn: OU=Second,DC=small,DC=example\nobjectClass: top\nobjectClass: organizationalUnit\n\
                  ou: Second\nobjectGUID:: MwECAwQFBgcICQoLDA0ODw==\n";
    place.write("directory.ldif", place.read("directory.ldif") + second);
    place.change(
        "tenure.toml",
        "write = [\"OU=Small,DC=small,DC=example\"]",
        "write = [\"OU=Small,DC=small,DC=example\", \"OU=Second,DC=small,DC=example\"]",
    );
    let row = "when department == \"Sales\"   => \"OU=Sales\"";
    place.change(
        POLICY,
        row,
        "when department == \"Lab\"   => \"OU=Lab,OU=Second,DC=small,DC=example\"",
    );
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
    let lab = "OU=Lab,OU=Second,DC=small,DC=example";
    assert!(
        has(&place, &format!("CN=Anna Berg,{lab}"), "employeeID: 1"),
        "made there"
    );
    assert!(
        has(&place, &format!("CN=Ben Ode,{lab}"), "employeeID: 2"),
        "moved there"
    );
    assert!(
        has(&place, "CN=Carl Ny,OU=Staff,OU=Small", "employeeID: 3"),
        "relative to the first"
    );
    place.change(
        POLICY,
        "OU=Lab,OU=Second,DC=small,DC=example",
        "OU=Lab,OU=Third,DC=small,DC=example",
    );
    let ran = place.expect(1, &["plan"]);
    assert!(ran.said("unit-outside-base"), "{ran}");
}

#[test]
fn a_stage_with_another_name_is_the_same_stage() {
    let place = applied();
    place.change(POLICY, "stage employee {", "stage staff was employee {");
    place.change(POLICY, "=> employee", "=> staff");
    place.change(POLICY, "stage leaver   {", "stage former was leaver {");
    place.change(POLICY, "=> leaver", "=> former");
    place.expect(0, &["plan"]);
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    let shown = place.expect(2, &["plan"]);
    assert!(shown.out.contains("staff → former"), "{shown}");
}
