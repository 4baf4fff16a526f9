//! `tenure test`: what passes, what fails and how it is told, in each format.

use super::{Place, Ran};
use crate::pipeline::Documents;
use std::process::Command;

/// The example with this test instead of its own.
fn with(test: &str) -> Place {
    let place = Place::example();
    place.write("rules/tests.tenure", test);
    place
}

/// A test about an engineer in Berlin with these statements.
fn engineer(statements: &str) -> Place {
    with(&format!(
        "test \"an engineer\" {{\n  on 2026-03-02\n  person {{\n    id = 7  first_name = \"Eva\"  last_name = \"Lind\"  \
         status = \"active\"  contract = \"internal\"\n    hire_date = 2020-01-01  department = \"Engineering\"  \
         office = \"Berlin\"\n  }}\n{statements}\n}}\n"
    ))
}

#[test]
fn the_tests_of_the_example_pass_and_nothing_is_written() {
    let place = Place::example();
    let before = place.content();
    let ran = place.expect(0, &["test"]);
    assert!(
        ran.out.is_empty() && ran.said("18 tests: all passed"),
        "{ran}"
    );
    assert_eq!(
        place.written_since(&before),
        Vec::<std::path::PathBuf>::new()
    );
}

/// Each form, met and not met, and what was found instead.
#[test]
fn each_expectation_can_fail() {
    let forms = [
        ("stage employee", "stage absent", "got stage employee"),
        ("account enabled", "account disabled", "got account enabled"),
        ("no account absent", "account absent", "got account enabled"),
        (
            "no account deleted",
            "account deleted",
            "got account enabled",
        ),
        (
            "no account prepared",
            "account prepared",
            "got account enabled",
        ),
        (
            "no account untouched",
            "account untouched",
            "got account enabled",
        ),
        (
            "unit \"OU=Engineering,OU=Berlin,OU=Staff\"",
            "unit \"OU=Leavers\"",
            "got unit \"OU=Engineering,OU=Berlin,OU=Staff,OU=Kestrel,DC=kestrel,DC=example\"",
        ),
        (
            "group \"SG-Git\"",
            "group \"SG-ERP\"",
            "got groups \"SG-CI\"",
        ),
        (
            "no group \"SG-ERP\"",
            "no group \"SG-Git\"",
            "got groups \"SG-CI\"",
        ),
        (
            "list \"DL-BER\"",
            "list \"DL-LIS\"",
            "got groups \"DL-BER\"",
        ),
        (
            "lists exactly \"DL-Everyone\", \"DL-BER\", \"DL-Germany\"",
            "lists none",
            "got lists \"DL-BER\", \"DL-Everyone\", \"DL-Germany\"",
        ),
        (
            "no groups none",
            "groups exactly [\"SG-Git\"]",
            "got groups \"SG-CI\"",
        ),
        (
            "account.mail == \"elind@kestrel.example\"",
            "account.mail == \"eva@kestrel.example\"",
            "got account.mail == \"elind@kestrel.example\"",
        ),
        (
            "account.title is missing",
            "account.title is present",
            "got account.title is missing",
        ),
        (
            "notice \"welcome\" to \"helpdesk@kestrel.example\"",
            "notice \"gone\"",
            "got notice \"welcome\" to \"helpdesk@kestrel.example\"",
        ),
        ("notice", "no notice", "got notice \"welcome\""),
        ("event create", "event disable", "got event create"),
        (
            "no quarantine",
            "quarantine",
            "got a record that can be read",
        ),
        ("no held", "held", "got nothing that is held"),
        (
            "no guard trips",
            "guard create trips",
            "got no guard that trips",
        ),
        ("no approval", "approval disable", "got nothing that waits"),
    ];
    let met: Vec<String> = forms
        .iter()
        .map(|(met, _, _)| format!("  expect {met}"))
        .collect();
    let ran = engineer(&met.join("\n")).expect(0, &["test"]);
    assert!(ran.said("1 test: all passed"), "{ran}");
    let unmet: Vec<String> = forms
        .iter()
        .map(|(_, unmet, _)| format!("  expect {unmet}"))
        .collect();
    let place = engineer(&unmet.join("\n"));
    let ran = place.expect(1, &["test", "--format", "tap"]);
    for (_, unmet, got) in forms {
        let line = ran.out.lines().find(|line| line.contains(got));
        assert!(line.is_some(), "{unmet}: {got}\n{ran}");
    }
    let count = ran
        .out
        .lines()
        .filter(|line| line.contains(": expected "))
        .count();
    assert_eq!(count, forms.len(), "{ran}");
}

#[test]
fn a_failure_stands_at_its_expectation_and_names_the_rule() {
    let place = engineer("  expect group \"SG-ERP\"\n  expect no group \"SG-Git\"");
    let ran = place.expect(1, &["test"]);
    insta::assert_snapshot!(ran.out);
}

#[test]
fn what_is_sensitive_stands_in_no_failure() {
    let place = with(
        "test \"a last day\" {\n  on 2026-03-31 at 18:00\n  person {\n    id = 7  first_name = \"Eva\"  last_name = \"Lind\"  \
         status = \"active\"  contract = \"internal\"\n    hire_date = 2020-01-01  last_day = 2026-03-30\n  }\n  \
         expect stage employee\n}\n",
    );
    let ran = place.expect(1, &["test"]);
    assert!(
        ran.out.contains("•••") && !ran.out.contains("2026-03-30 "),
        "{ran}"
    );
}

#[test]
fn only_those_that_are_named_run() {
    let place = Place::example();
    let ran = place.expect(0, &["test", "--only", "HONOLULU"]);
    assert!(ran.said("1 test: all passed"), "{ran}");
    let ran = place.expect(0, &["test", "--filter", "nothing like it"]);
    assert!(ran.said("none of 18 tests has such a name"), "{ran}");
}

#[test]
fn no_test_at_all_passes_with_a_hint_and_reaches_nothing() {
    let place = with("");
    let ran = place.expect(0, &["test"]);
    assert!(ran.said("there are no tests"), "{ran}");
    let ran = place.expect(1, &["test", "--coverage-threshold", "1"]);
    assert!(ran.said("0 % of the policy is reached"), "{ran}");
}

#[test]
fn coverage_says_what_was_never_true_or_never_false() {
    let place = engineer("  expect stage employee");
    let ran = place.expect(0, &["test", "--coverage"]);
    let never = |kind: &str, rule: &str| {
        ran.out
            .lines()
            .any(|line| line.contains(kind) && line.contains(rule))
    };
    assert!(never("never true", "department == \"Finance\""), "{ran}");
    assert!(
        never("never false", "department == \"Engineering\""),
        "{ran}"
    );
    assert!(never("never true", "status == \"leave\""), "{ran}");
    let ran = place.expect(1, &["test", "--coverage-threshold", "100"]);
    assert!(ran.said("100 % is wanted"), "{ran}");
    let ran = place.expect(0, &["test", "--coverage-threshold", "10"]);
    assert!(ran.said("all passed"), "{ran}");
    let ran = place.expect(0, &["test", "--coverage-source"]);
    assert!(ran.out.contains("!0/"), "{ran}");
}

#[test]
fn json_tells_each_failure_with_its_places() {
    let place = engineer("  expect group \"SG-ERP\"");
    let ran = place.expect(1, &["test", "--format", "json", "--coverage"]);
    let read: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(read["failed"], 1);
    let failure = &read["tests"][0]["failures"][0];
    assert_eq!(failure["line"], 7);
    assert_eq!(failure["because"][0]["file"], "groups.tenure");
    assert!(read["coverage"]["percent"].as_u64().unwrap() > 0, "{ran}");
}

#[test]
fn a_consumer_of_tap_reads_it() {
    let place = engineer("  expect group \"SG-ERP\"");
    let ran = place.expect(1, &["test", "--format", "tap"]);
    assert!(!prove(&place, &ran).0);
    let ran = Place::example().expect(0, &["test", "--format", "tap"]);
    let (passed, told) = prove(&place, &ran);
    assert!(passed && told.contains("Tests=18"), "{told}");
}

/// What Perl's harness makes of an output.
fn prove(place: &Place, ran: &Ran) -> (bool, String) {
    place.write("out.tap", &ran.out);
    let output = Command::new("prove")
        .args(["--exec", "cat"])
        .arg(place.path("out.tap"))
        .output()
        .unwrap();
    (
        output.status.success(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn junit_is_whole_whatever_a_name_holds() {
    let place = with(
        "test \"a < b & c\" {\n  on 2026-03-02\n  person {\n    id = 7  first_name = \"Eva\"  last_name = \"Lind\"  \
         status = \"active\"  contract = \"internal\"  hire_date = 2020-01-01\n  }\n  expect stage leaver\n}\n",
    );
    let ran = place.expect(1, &["test", "--format", "junit"]);
    insta::assert_snapshot!(ran.out);
    // The schema that Jenkins publishes, and a reader of others.
    let documents = Documents::new();
    documents.add("hostile.junit.xml", &ran.out);
    let ran = Place::example().expect(0, &["test", "--format", "junit"]);
    documents.add("example.junit.xml", &ran.out);
    let told = documents.sound();
    assert_eq!(told["example.junit.xml"].read.len(), 18);
}
