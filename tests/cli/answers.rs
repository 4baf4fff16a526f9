//! What waits for approval is seen and answered without a run: `tenure approvals`, `tenure approve`, `tenure reject`.

use super::Place;
use super::company::{COPY, applied};
use serde_json::Value;

const POLICY: &str = "policy/policy.tenure";

fn say(place: &Place, line: &str) {
    let policy = place.read(POLICY);
    place.write(POLICY, format!("{policy}\n{line}\n"));
}

fn clock(place: &Place, to: &str) {
    let config = place.read("tenure.toml");
    let start = config.find("clock = ").unwrap();
    let end = start + config[start..].find('\n').unwrap();
    let config = format!("{}clock = \"{to}\"{}", &config[..start], &config[end..]);
    place.write("tenure.toml", config);
}

fn is_enabled(place: &Place, cn: &str) -> bool {
    let all = place.read(COPY);
    let start = format!("dn: CN={cn},");
    let record = all
        .split("\n\n")
        .find(|one| one.trim_start().starts_with(&start));
    record.unwrap().contains("userAccountControl: 512")
}

/// What `tenure approvals --format json` has.
fn approvals(place: &Place) -> Vec<Value> {
    let ran = place.expect(0, &["approvals", "--format", "json"]);
    let all: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(all["format"], "tenure-approvals/1");
    all["approvals"].as_array().unwrap().clone()
}

/// A leaver whose disabling waits, asked for by a run; with the id.
fn asked() -> (Place, String) {
    let place = applied();
    say(&place, "approve disable when status == \"inactive\"");
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    clock(&place, "2026-02-02T10:00:00+01:00");
    let ran = place.expect(0, &["approvals"]);
    assert!(ran.out.contains("Nothing waits for approval."), "{ran}");
    place.expect(0, &["apply", "--yes"]);
    let [one] = approvals(&place).try_into().unwrap();
    (place, one["id"].as_str().unwrap().to_owned())
}

#[test]
fn what_waits_is_listed_with_since_when_about_whom_why_and_by_which_rule() {
    let (place, id) = asked();
    let [one] = approvals(&place).try_into().unwrap();
    assert_eq!(one["status"], "waits");
    assert_eq!(
        (&one["person"], &one["kind"]),
        (&"6".into(), &"disable".into())
    );
    assert_eq!(one["takes_away"], true);
    assert_eq!(one["asked"], "2026-02-02T09:00:00Z");
    assert_eq!(one["until"], "2026-02-16T09:00:00Z", "14 days");
    assert_eq!(one["answer"], Value::Null);
    let rule = one["rule"]["rule"].as_str().unwrap();
    assert!(rule.starts_with("approve disable when"), "{rule}");
    assert!(one["reasons"][0]["rule"].is_string(), "{one}");
    let shown = place.expect(0, &["approvals"]);
    for part in [
        &*id,
        "fro · 6",
        "disable",
        "takes access away, and it is there until then",
        "approve disable when status",
        "policy.tenure:",
        "tenure approve ID --because",
    ] {
        assert!(shown.out.contains(part), "{part}\n{shown}");
    }
}

#[test]
fn a_yes_is_done_by_the_next_run_and_stands_on_the_trail_with_who_when_and_why() {
    let (place, id) = asked();
    let ran = place.expect(
        0,
        &[
            "approve",
            &id.to_uppercase(),
            "--because",
            "the head of lab said so",
        ],
    );
    assert!(
        ran.said("fro   disable") && ran.said("approved until 2026-02-09T09:00:00Z"),
        "{ran}"
    );
    assert!(is_enabled(&place, "Finn Ro"), "an answer is no run");
    let [one] = approvals(&place).try_into().unwrap();
    assert_eq!(one["status"], "approved");
    assert_eq!(one["answer"]["because"], "the head of lab said so");
    let by = one["answer"]["by"].as_str().unwrap();
    let plan = place.expect(2, &["plan"]);
    assert!(plan.out.contains(&format!("approved by {by}")), "{plan}");
    place.expect(0, &["apply", "--yes"]);
    assert!(!is_enabled(&place, "Finn Ro"));
    assert_eq!(
        approvals(&place),
        Vec::<Value>::new(),
        "a yes is to one deed"
    );
    let trail = place.expect(0, &["audit", "export"]);
    let entry = trail.out.lines().find(|line| line.contains("\"approved\""));
    let entry = entry.unwrap_or_else(|| panic!("{trail}"));
    assert!(
        entry.contains(by) && entry.contains("the head of lab said so"),
        "{entry}"
    );
    place.expect(0, &["audit", "verify"]);
}

#[test]
fn a_no_holds_in_every_plan_against_every_yes_until_it_is_lifted() {
    let (place, id) = asked();
    let kept = place.expect(2, &["plan", "-o", "plan.json"]);
    assert!(kept.out.contains("waits for approval"), "{kept}");
    place.expect(0, &["reject", &id, "--because", "he stays with us"]);
    let plan = place.expect(5, &["plan", "--fail-on", "open"]);
    for part in [
        "Rejected",
        "x rejected by ",
        "he stays with us",
        "somebody said no to what would disable it",
        "tenure reject ID --lift",
    ] {
        assert!(plan.out.contains(part), "{part}\n{plan}");
    }
    assert!(!plan.out.contains("Waiting for approval"), "{plan}");
    let markdown = place.expect(2, &["plan", "--format", "markdown"]);
    assert!(markdown.out.contains("### Rejected (1)"), "{markdown}");
    let stale = place.expect(1, &["apply", "--yes", "plan.json", "--approve", &id]);
    assert!(stale.said("plan-stale"), "{stale}");
    let ran = place.expect(1, &["apply", "--yes", "--approve", &id]);
    assert!(
        ran.said("approval-rejected") && ran.said("he stays with us"),
        "{ran}"
    );
    let ran = place.expect(1, &["approve", &id, "--because", "again"]);
    assert!(ran.said("approval-rejected"), "{ran}");
    let ran = place.expect(0, &["apply", "--yes"]);
    assert!(ran.said("somebody said no to what is left"), "{ran}");
    assert!(is_enabled(&place, "Finn Ro"));
    let ran = place.expect(0, &["reject", &id, "--lift", "--because", "he goes"]);
    assert!(ran.said("asked again"), "{ran}");
    let ran = place.expect(1, &["reject", &id, "--lift", "--because", "twice"]);
    assert!(ran.said("not-rejected"), "{ran}");
    place.expect(0, &["approve", &id, "--because", "he goes"]);
    place.expect(0, &["apply", "--yes"]);
    assert!(!is_enabled(&place, "Finn Ro"));
    let trail = place.expect(0, &["audit", "export"]);
    for event in ["rejected", "rejection-lifted", "approved"] {
        assert!(
            trail.out.contains(&format!("\"{event}\"")),
            "{event}\n{trail}"
        );
    }
}

#[test]
fn what_was_not_asked_or_is_over_or_would_hold_too_long_is_refused() {
    let (place, id) = asked();
    let ran = place.expect(1, &["approve", "0123456789ab", "--because", "x"]);
    assert!(ran.said("nothing-to-approve"), "{ran}");
    let both = place.expect(1, &["approve", &id, "0123456789ab", "--because", "x"]);
    assert!(both.said("nothing-to-approve"), "{both}");
    assert_eq!(approvals(&place)[0]["status"], "waits", "all or none");
    for until in ["2026-02-01", "2026-06-01", "soon"] {
        let ran = place.expect(1, &["approve", &id, "--because", "x", "--until", until]);
        assert!(ran.said("bad-instant"), "{ran}");
    }
    place.expect(64, &["approve", &id]);
    clock(&place, "2026-02-16T10:00:00+01:00");
    assert_eq!(approvals(&place)[0]["status"], "over");
    let ran = place.expect(1, &["approve", &id, "--because", "late"]);
    assert!(ran.said("approval-over"), "{ran}");
    place.expect(0, &["apply", "--yes"]);
    let [one] = approvals(&place).try_into().unwrap();
    assert_eq!(
        (&one["status"], &one["id"]),
        (&"waits".into(), &id.as_str().into())
    );
    assert_eq!(one["first"], "2026-02-02T09:00:00Z");
    assert_eq!(one["asked"], "2026-02-16T09:00:00Z");
    let shown = place.expect(0, &["approvals"]);
    assert!(shown.out.contains("and not answered in time"), "{shown}");
    let trail = place.expect(0, &["audit", "export"]);
    assert!(trail.out.contains("\"approval-expired\""), "{trail}");
}

#[test]
fn what_hr_took_back_cannot_be_approved_any_more() {
    let (place, id) = asked();
    place.change("people.csv", "6,Finn,Ro,inactive", "6,Finn,Ro,active");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(approvals(&place), Vec::<Value>::new());
    let ran = place.expect(1, &["approve", &id, "--because", "late"]);
    assert!(ran.said("nothing-to-approve"), "{ran}");
}

#[test]
fn a_run_for_others_forgets_no_question_and_no_answer() {
    let (place, id) = asked();
    place.expect(0, &["reject", &id, "--because", "no"]);
    place.change("people.csv", "2,Ben,Ode,active", "2,Ben,Ode,inactive");
    place.expect(0, &["apply", "--yes", "--only", "2"]);
    let all = approvals(&place);
    let of = |person: &str| {
        let found = all.iter().find(|one| one["person"] == person);
        found.unwrap_or_else(|| panic!("{person}: {all:?}"))["status"].clone()
    };
    assert_eq!((of("2"), of("6")), ("waits".into(), "rejected".into()));
    clock(&place, "2026-02-03T10:00:00+01:00");
    place.expect(0, &["apply", "--yes"]);
    for one in approvals(&place) {
        assert_eq!(one["asked"], "2026-02-02T09:00:00Z", "since then");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_no_is_heard_by_a_run_that_was_broken_off_after_a_yes() {
    use std::io::{BufRead as _, BufReader};
    use std::process::Stdio;
    let (place, id) = asked();
    place.expect(0, &["approve", &id, "--because", "yes"]);
    let mut child = place
        .command(&["apply", "--yes"])
        .env("TENURE_HALT_AT", "Begun")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("halted:")));
    child.kill().unwrap();
    child.wait().unwrap();
    place.expect(0, &["reject", &id, "--because", "no"]);
    let ran = place.run(&["resume"]);
    assert!(ran.said("somebody said no to it meanwhile"), "{ran}");
    assert!(is_enabled(&place, "Finn Ro"));
    let plan = place.expect(2, &["plan"]);
    assert!(plan.out.contains("x rejected by "), "{plan}");
}

#[test]
fn a_reminder_and_the_end_of_a_question_are_next_changes() {
    let place = applied();
    say(&place, "approve disable when status == \"inactive\"");
    let next = |place: &Place| {
        let changes = place.plan().0["next_changes"].clone();
        let changes = changes.as_array().cloned().unwrap_or_default();
        let of = changes.iter().find(|one| one["person"] == "6");
        of.map(|one| one["at"].as_str().unwrap().to_owned())
    };
    place.change("people.csv", "6,Finn,Ro,active", "6,Finn,Ro,inactive");
    clock(&place, "2026-02-02T10:00:00+01:00");
    assert_eq!(
        next(&place).as_deref(),
        Some("2026-02-16T09:00:00Z"),
        "14 days"
    );
    let notice = "notify \"to approve\" { on approval every 3 days  to \"ciso@example.com\"  subject \"waits\"  \
                  body \"{approvals}\" }";
    say(&place, notice);
    let midnight = Some("2026-02-04T23:00:00Z");
    assert_eq!(next(&place).as_deref(), midnight, "the third day in Berlin");
    place.expect(0, &["apply", "--yes"]);
    assert_eq!(next(&place).as_deref(), midnight);
    clock(&place, "2026-02-05T00:00:00+01:00");
    let plan = place.expect(2, &["plan"]);
    assert!(plan.out.contains("to approve"), "{plan}");
}
