//! `tenure query`: whom a condition is about, in the policy's own language.

use crate::cli::Place;
use crate::cli::company;
use serde_json::Value;

#[test]
fn whoever_meets_it_is_listed_with_what_it_reads() {
    let place = company::small();
    let ran = place.expect(0, &["query", "department == \"Lab\" and title is missing"]);
    let lines: Vec<&str> = ran.out.lines().map(str::trim_end).collect();
    assert_eq!(
        lines,
        ["id  department  title", "4   Lab         –", "", "1 person"]
    );
    let ran = place.expect(
        0,
        &[
            "query",
            "status == \"active\"",
            "--columns",
            "last_name,stage",
            "--format",
            "csv",
        ],
    );
    assert_eq!(
        ran.out,
        "last_name,stage\r\nBerg,employee\r\nOde,employee\r\nNy,employee\r\nRo,employee\r\n"
    );
    let ran = place.expect(0, &["query", "department is missing", "--format", "json"]);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["format"], "tenure-query/1");
    assert_eq!(
        answer["people"],
        serde_json::json!([{ "id": "3", "department": null }])
    );
    assert_eq!(
        place.expect(0, &["query", "id > 99"]).out.trim(),
        "0 people"
    );
}

#[test]
fn a_mistake_is_shown_where_it_was_typed() {
    let place = company::small();
    let ran = place.expect(1, &["query", "departmint == \"Lab\""]);
    for part in [
        "unknown-name",
        "departmint == \"Lab\"",
        "the command line",
        "did you mean `department`?",
    ] {
        assert!(ran.said(part), "{part}\n{ran}");
    }
    assert!(!ran.said("expect \"asked\""), "{ran}");
    let ran = place.expect(1, &["query", "id + \"x\" == 3"]);
    assert!(ran.said("id + \"x\" == 3"), "{ran}");
    let ran = place.expect(1, &["query", "id == 1", "--columns", "titel"]);
    assert!(
        ran.said("error[no-such-field]") && ran.said("did you mean `title`?"),
        "{ran}"
    );
}

#[test]
fn a_spreadsheet_sees_no_formula() {
    let place = company::small();
    place.change("people.csv", "Porter", "=1+1");
    let ran = place.expect(
        0,
        &[
            "query",
            "id == 3",
            "--columns",
            "id,title",
            "--format",
            "csv",
        ],
    );
    assert_eq!(ran.out, "id,title\r\n3,\"'=1+1\"\r\n");
}

#[test]
fn sensitive_values_are_neither_shown_nor_asked_for() {
    let place = Place::example();
    for arguments in [
        &["query", "last_day is present"][..],
        &["query", "end > today"],
        &["query", "status == \"active\"", "--columns", "last_day"],
        &["query", "supervisor.last_day is present"],
    ] {
        let ran = place.expect(1, arguments);
        assert!(ran.said("error[sensitive-question]"), "{ran}");
        assert_eq!(ran.out, "");
    }
    let ran = place.expect(1, &["query", "last_day is present", "--reveal"]);
    assert!(ran.said("error[not-a-terminal]"), "{ran}");
    let ran = place.expect(
        0,
        &[
            "query",
            "supervisor.department == \"IT\" and office == \"Berlin\"",
            "--format",
            "csv",
        ],
    );
    assert!(
        ran.out
            .starts_with("id,office,supervisor,supervisor.department\r\n4030,Berlin,4007,IT\r\n"),
        "{ran}"
    );
    assert!(
        ran.said("4 people cannot be asked") && ran.said("1 person cannot be told"),
        "{ran}"
    );
}

#[test]
fn at_a_terminal_they_are_and_the_trail_knows() {
    let place = Place::example();
    let asked = "query 'last_day is present and office == \"Berlin\"' --reveal";
    let (fine, shown) = crate::cli::canary::at_a_terminal(&place, asked);
    assert!(fine && shown.contains("2026-03-31"), "{shown}");
    let trail = place.expect(0, &["audit", "export", "--config", "rules/tenure.toml"]);
    assert!(
        trail.out.contains("revealed") && trail.out.contains("query"),
        "{trail}"
    );
}

#[test]
fn another_instant_is_another_answer() {
    let place = Place::example();
    let count = |at: &str| {
        let ran = place.expect(
            0,
            &["query", "today < hire_date", "--at", at, "--format", "csv"],
        );
        ran.out.lines().count()
    };
    assert!(count("2026-01-01") > count("2030-01-01"));
}
