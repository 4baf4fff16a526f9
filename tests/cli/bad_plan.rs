//! A kept plan is applied exactly as it was reviewed, or not at all (G3, S5).

use super::{Place, company};

/// A company whose plan is kept in `plan.json`.
fn kept() -> Place {
    let place = company::applied();
    company::make_it_later(&place);
    place.expect(2, &["plan", "-o", "plan.json"]);
    place
}

/// The plan is refused with this error, and nothing is written.
#[track_caller]
fn refused(place: &Place, code: &str, words: &[&str]) {
    let before = place.content();
    let ran = place.expect(1, &["apply", "--yes", "plan.json"]);
    assert!(ran.said(&format!("error[{code}]")), "{ran}");
    for word in words {
        assert!(ran.said(word), "no {word:?} in\n{ran}");
    }
    assert!(ran.said("help: "), "{ran}");
    let written = place.written_since(&before);
    assert!(written.is_empty(), "{written:?} was written\n{ran}");
}

#[test]
fn a_kept_plan_is_carried_out_once() {
    let place = kept();
    let shown = place.expect(0, &["apply", "--yes", "plan.json"]);
    assert!(shown.said(" done"), "{shown}");
    place.expect(0, &["plan"]);
    refused(&place, "plan-stale", &["another run changed the state"]);
}

#[test]
fn a_plan_of_another_policy_is_refused() {
    let place = kept();
    place.change("policy/policy.tenure", "random 16", "random 24");
    refused(&place, "plan-other-policy", &["the policy changed"]);
}

#[test]
fn a_plan_of_other_people_is_refused() {
    let place = kept();
    place.change("people.csv", "Finn", "Fynn");
    refused(&place, "plan-other-people", &["HR changed"]);
}

#[test]
fn a_plan_that_somebody_changed_is_refused() {
    for (from, to) in [
        ("OU=Sales", "OU=Staff"),
        ("\"by_hand\"", "\"hr\""),
        ("\"expires\": \"2026", "\"expires\": \"2036"),
        ("\"tripped\": false", "\"tripped\": true"),
        ("  \"digest\": \"", "  \"digest\": \"0"),
    ] {
        let place = kept();
        if place.read("plan.json").contains(from) {
            place.change("plan.json", from, to);
            refused(&place, "bad-plan-file", &["changed after it was made"]);
        }
    }
}

#[test]
fn a_plan_that_expired_is_refused() {
    let place = kept();
    place.change("tenure.toml", "2026-03-10T", "2026-03-12T");
    refused(
        &place,
        "plan-expired",
        &["expired at 2026-03-11", "plan again"],
    );
}

#[test]
fn a_plan_for_another_instant_is_refused() {
    let place = kept();
    place.expect(
        2,
        &[
            "plan",
            "--at",
            "2026-03-10T09:00:00+01:00",
            "-o",
            "plan.json",
        ],
    );
    refused(&place, "plan-hypothetical", &["--at"]);
}

#[test]
fn a_plan_for_another_directory_is_refused() {
    let place = kept();
    let copy = place.read(company::COPY);
    assert!(copy.contains("objectGUID:: AAECAwQFBgcICQoLDA0ODw=="));
    place.change(company::COPY, "objectGUID:: AAEC", "objectGUID:: AQEC");
    refused(&place, "plan-other-domain", &["DC=small,DC=example"]);
}

#[test]
fn a_plan_of_another_state_is_refused() {
    let place = kept();
    std::fs::remove_file(place.path(".tenure/state.db")).unwrap();
    place.expect(0, &["match", "--rebuild"]);
    refused(&place, "state-unknown", &["match --rebuild"]);
}

#[test]
fn what_is_no_plan_is_refused() {
    let cases = [
        ("", "the file is empty"),
        ("{\"format\": 1", "not JSON"),
        ("[]", "no plan of tenure"),
        ("{\"format\": 99}", "format 99"),
        ("{}", "no `format`"),
    ];
    for (text, words) in cases {
        let place = kept();
        place.write("plan.json", text);
        refused(&place, "bad-plan-file", &[words]);
    }
    let place = kept();
    std::fs::remove_file(place.path("plan.json")).unwrap();
    refused(&place, "unreadable-file", &["plan.json"]);
}

#[test]
fn what_changed_in_the_directory_since_is_a_conflict_and_never_overwritten() {
    let place = kept();
    place.change(company::COPY, "title: Apprentice", "title: Owner");
    let ran = place.expect(4, &["apply", "--yes", "plan.json"]);
    assert!(ran.said("overtaken by somebody else"), "{ran}");
    assert!(place.read(company::COPY).contains("title: Owner"));
}

#[test]
fn a_plan_that_cannot_be_written_is_an_error() {
    let place = company::small();
    place.write("in-the-way", "");
    let ran = place.expect(1, &["plan", "-o", "in-the-way/plan.json"]);
    assert!(ran.said("error[unwritable]"), "{ran}");
}
