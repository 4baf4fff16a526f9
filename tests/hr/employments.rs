//! Employments: from recorded answers and from a table of their own.

use std::sync::Arc;

use tenure::hr::{
    Attribute, CsvError, Origin, Schema, Snapshot, Type, read_csv, read_employments_csv,
    type_records,
};
use tenure::personio::read_recording;

use super::show;

fn schema() -> Arc<Schema> {
    let fields = vec![
        Attribute::new("start", Type::Date).from("employment_start_date"),
        Attribute::new("end", Type::Date)
            .from("termination.termination_date")
            .optional()
            .sensitive(),
        Attribute::new("status", Type::one_of(["active", "ended"])),
        Attribute::new("boss", Type::Person)
            .from("supervisor.id")
            .optional(),
    ];
    let ty = Type::List(Box::new(Type::Employment(fields.into())));
    let attributes = vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("employments", ty).optional(),
    ];
    Arc::new(Schema::new(attributes).unwrap())
}

fn recorded(people: &str) -> Snapshot {
    let schema = schema();
    let answer = format!(
        r#"{{"success":true,"metadata":{{"total_elements":1,"current_page":0,"total_pages":1}},
             "offset":0,"limit":50,"data":[{people}]}}"#
    );
    let files = [("page.json", answer.as_bytes())];
    let records = read_recording(&files, &schema).unwrap();
    type_records(&schema, records, Origin::new("case")).unwrap()
}

fn employed(employments: &str) -> Snapshot {
    recorded(&format!(
        r#"{{"type":"Employee","attributes":{{
            "id":{{"label":"ID","value":7,"type":"integer"}},
            "employments":{{"label":"Employments","value":{employments},"type":"standard"}}}}}}"#
    ))
}

#[test]
fn a_recorded_answer_carries_employments_as_objects() {
    let snapshot = employed(
        r#"[{"id":"b","status":"ACTIVE","employment_start_date":"2025-01-01","supervisor":{"id":"4"},"termination":null},
            {"id":"a","status":"Ended","employment_start_date":"2020-01-01T00:00:00+01:00","supervisor":{"id":null},
             "termination":{"termination_date":"2021-12-31"}}]"#,
    );
    insta::assert_snapshot!(show::snapshot(&snapshot), @r#"
    person 7
        id = "7"
        employments = ["(2020-01-01, 2021-12-31, ended, -)", "(2025-01-01, -, active, 4)"]
    "#);
    let other_order = employed(
        r#"[{"status":"ended","supervisor":{"id":""},"employment_start_date":"2020-01-01",
             "termination":{"termination_date":"2021-12-31"}},
            {"status":"active","employment_start_date":"2025-01-01","supervisor":{"id":4},"termination":null}]"#,
    );
    assert_eq!(other_order.digest(), snapshot.digest());
}

#[test]
fn whoever_has_no_employment_is_without_and_a_bad_one_says_which() {
    insta::assert_snapshot!(show::snapshot(&employed("[]")), @r#"
    person 7
        id = "7"
    "#);
    insta::assert_snapshot!(show::snapshot(&employed("null")), @r#"
    person 7
        id = "7"
    "#);
    let bad = employed(
        r#"[{"status":"active","employment_start_date":"2025-01-01","supervisor":{"id":4},"termination":null},
            {"status":"gone","employment_start_date":"2020-02-31","supervisor":{},"termination":{"termination_date":"soon"}}, 5]"#,
    );
    insta::assert_snapshot!(show::snapshot(&bad), @r#"
    quarantined record of 7 (no name), page.json record 1
      `employments` 2 of 3: `start` is a date that is in no calendar: `2020-02-31`
        -> correct the date in HR
      `employments` 2 of 3: `end` is not a date: •••
        -> write dates as `2026-01-31`
      `employments` 2 of 3: `status` is none of `active`, `ended`: `gone`
        -> correct it in HR, or add the value to the policy's `one of (…)`
      `employments` 2 of 3: `boss` was not sent
        -> HR sends it of other people: check what the credential may read of this person, and record again
      `employments` is not an employment: `5`
        -> record each employment as an object with its fields
      good are
        id = "7"
    "#);
}

fn table(employments: &str) -> Result<Snapshot, CsvError> {
    let schema = schema();
    let mut records = read_csv("people.csv", b"id\n7\n8\n", &schema)?;
    read_employments_csv("jobs.csv", employments.as_bytes(), &schema, &mut records)?;
    Ok(type_records(&schema, records, Origin::new("case")).unwrap())
}

#[test]
fn a_table_of_employments_names_the_person_of_each_row() {
    let snapshot = table(
        "status,person,termination.termination_date,employment_start_date,supervisor.id\n\
         active, 8 ,,2025-01-01,7\nended,8,2021-12-31,2020-01-01,\n",
    );
    insta::assert_snapshot!(show::snapshot(&snapshot.unwrap()), @r#"
    person 7
        id = "7"
    person 8
        id = "8"
        employments = ["(2020-01-01, 2021-12-31, ended, -)", "(2025-01-01, -, active, 7)"]
    "#);
}

#[test]
fn tables_that_do_not_belong_together_are_refused() {
    const HEADER: &str =
        "person,status,termination.termination_date,employment_start_date,supervisor.id\n";
    let said = |employments: &str| {
        let error = table(employments).unwrap_err();
        format!("{}: {error}\n  help: {}", error.code(), error.help())
    };
    insta::assert_snapshot!(said(&format!("{HEADER}7,active,,2025-01-01,\n9,active,,2025-01-01,\n")), @r"
    csv-nobody: jobs.csv, line 3: there is no person `9` among the people
      help: export both tables at one time: people without their employments, or the other way round, are not what HR has
    ");
    insta::assert_snapshot!(said(&format!("{HEADER},active,,2025-01-01,\n")), @r"
    csv-nobody: jobs.csv, line 2: there is no person `` among the people
      help: export both tables at one time: people without their employments, or the other way round, are not what HR has
    ");
    insta::assert_snapshot!(said("persn,status,end,employment_start_date\n"), @r"
    csv-no-column: jobs.csv lacks the columns `person`, `termination.termination_date` (the policy's `end`), `supervisor.id` (the policy's `boss`)
      help: did you mean `persn` instead of `person`?; the table has `persn`, `status`, `end`, `employment_start_date`: name one of them with `from`
    ");
}

#[test]
fn without_their_table_nobodys_employments_are_known() {
    let schema = schema();
    let records = read_csv("people.csv", b"id\n7\n", &schema).unwrap();
    let snapshot = type_records(&schema, records, Origin::new("case")).unwrap();
    assert_eq!(snapshot.people(), []);
    let reasons: Vec<String> = snapshot.quarantined()[0]
        .reasons
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(reasons, ["`employments` was not sent"]);
}
