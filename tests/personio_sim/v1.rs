//! The endpoints of version 1.

use serde_json::json;

use super::harness::{Asking, company, id, options, people, value};

#[test]
fn pages_count_people_from_0() {
    let asking = Asking::new(people(120), options()).logged_in();
    let got = asking.get("/v1/company/employees");
    assert_eq!(got.rows().len(), 50);
    assert_eq!(got.at("/limit"), 50);
    let got = asking.get("/v1/company/employees?limit=100&offset=100");
    assert_eq!(got.ids(), (101..=120).collect::<Vec<u64>>());
    assert_eq!(
        got.at("/metadata"),
        json!({"total_elements": 120, "current_page": 1, "total_pages": 2})
    );
    assert_eq!(
        asking
            .get("/v1/company/employees?limit=100&offset=500")
            .rows()
            .len(),
        0
    );
    for wrong in ["limit=101", "limit=0", "limit=many", "offset=-1"] {
        let got = asking.get(&format!("/v1/company/employees?{wrong}"));
        assert_eq!(got.status, 400, "{wrong}");
        assert_eq!(got.at("/success"), false);
    }
}

#[test]
fn people_can_be_asked_for_by_address_by_change_and_by_attribute() {
    let asking = Asking::new(
        company(
            r#"[
            {"id": 1, "email": "a@b.example", "last_modified_at": "2026-01-01T08:00:00Z", "dynamic_1": "x"},
            {"id": 2, "email": "c@b.example", "last_modified_at": "2026-02-01T08:00:00Z"}
            ]"#,
        ),
        options(),
    )
    .logged_in();
    let ids = |query: &str| asking.get(&format!("/v1/company/employees?{query}")).ids();
    assert_eq!(ids("email=c@b.example"), [2]);
    assert_eq!(ids("email=nobody@b.example"), [0; 0]);
    assert_eq!(ids("updated_since=2026-02-01T00:00:00"), [2]);
    let got = asking.get("/v1/company/employees?attributes[]=email&attributes[]=dynamic_1");
    let row = &got.rows()[0];
    let keys: Vec<&String> = row["attributes"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "email", "dynamic_1"]);
}

#[test]
fn what_is_not_there_is_answered_in_german() {
    let asking = Asking::new(people(1), options()).logged_in();
    let got = asking.get("/v1/company/employees/7");
    assert_eq!(got.status, 404);
    assert_eq!(
        got.json(),
        json!({"success": false, "error": {"code": 404, "message": "Es ist ein Problem aufgetreten "}})
    );
}

#[test]
fn a_value_stands_in_a_wrapper_and_may_be_one_itself() {
    let asking = Asking::new(
        company(
            r#"[
            {"id": 1, "first_name": "Ada", "last_name": "Byron", "email": "a@b.example"},
            {"id": 2, "supervisor": 1, "department": "IT", "office": "Berlin", "team": "",
             "cost_centers": ["CC IT"], "weekly_working_hours": 37.5, "hire_date": "2020-07-01"}
            ]"#,
        ),
        options(),
    )
    .logged_in();
    let got = asking.get("/v1/company/employees/2");
    let data = got.at("/data");
    assert_eq!(data["type"], "Employee");
    assert_eq!(data["attributes"]["hire_date"]["type"], "date");
    assert_eq!(data["attributes"]["hire_date"]["universal_id"], "hire_date");
    assert_eq!(value(&data, "hire_date"), "2020-07-01T00:00:00+02:00");
    assert_eq!(value(&data, "weekly_working_hours"), "37.5");
    assert_eq!(value(&data, "team"), json!(null));
    assert_eq!(value(&data, "preferred_name"), "");
    assert_eq!(value(&data, "department")["type"], "Department");
    assert_eq!(value(&data, "department")["attributes"]["name"], "IT");
    assert_eq!(
        value(&data, "cost_centers")[0]["attributes"]["percentage"],
        100
    );
    let supervisor = value(&data, "supervisor");
    assert_eq!(supervisor["type"], "Employee");
    assert_eq!(supervisor["attributes"]["id"]["value"], 1);
    assert_eq!(supervisor["attributes"]["email"]["value"], "a@b.example");
}

#[test]
fn custom_attributes_can_be_written_and_an_address_cannot() {
    let asking = Asking::new(
        company(r#"[{"id": 1, "email": "a@b.example", "dynamic_1": "old", "department": "IT"}]"#),
        options(),
    )
    .logged_in();
    let body = json!({"employee": {
        "email": "new@b.example",
        "position": "Engineer",
        "custom_attributes": {"dynamic_1": "new", "dynamic_9": "unknown"},
    }});
    let got = asking.json("PATCH", "/v1/company/employees/1", &body);
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(
        got.json(),
        json!({"success": true, "data": {"id": 1}, "meta": []})
    );
    let row = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&row, "dynamic_1"), "new");
    assert_eq!(value(&row, "position"), "Engineer");
    assert_eq!(value(&row, "email"), "a@b.example");
    assert_eq!(value(&row, "last_modified_at"), "2026-03-02T09:00:00+01:00");
    assert!(row["attributes"].get("dynamic_9").is_none());
    // The address, where it can be written.
    let body = json!({"email": "new@b.example"});
    assert_eq!(asking.json("PATCH", "/v2/persons/1", &body).status, 204);
    let row = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&row, "email"), "new@b.example");
}

#[test]
fn a_wrong_change_changes_nothing() {
    let asking = Asking::new(people(2), options()).logged_in();
    let patch = |path: &str, body: serde_json::Value| asking.json("PATCH", path, &body);
    assert_eq!(patch("/v1/company/employees/1", json!({})).status, 422);
    assert_eq!(
        patch("/v1/company/employees/9", json!({"employee": {}})).status,
        404
    );
    let got = patch(
        "/v1/company/employees/1",
        json!({"employee": {"first_name": "Changed", "supervisor_id": 77}}),
    );
    assert_eq!(got.status, 422);
    assert_eq!(got.at("/error/message"), "Supervisor with ID 77 not found");
    let row = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&row, "first_name"), "First1");
    let got = patch(
        "/v1/company/employees/1",
        json!({"employee": {"supervisor_id": 2, "department": "No such"}}),
    );
    assert_eq!(got.status, 200);
    assert_eq!(got.at("/meta").as_array().unwrap().len(), 1);
    let row = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&row, "supervisor")["attributes"]["id"]["value"], 2);
    assert_eq!(value(&row, "department")["attributes"]["name"], "IT");
}

const AWAY: &str = r#"{
    "people": [{"id": 1, "first_name": "Ada"}, {"id": 2}],
    "absences": [
        {"person": 1, "type": "Parental leave", "start": "2026-01-05", "end": "2026-03-31"},
        {"person": 2, "type": "Vacation", "start": "2026-07-01", "end": "2026-07-10"},
        {"person": 2, "type": "Sabbatical", "start": "2026-09-01"}
    ]
}"#;

#[test]
fn time_off_has_pages_that_are_counted_from_1() {
    let asking = Asking::new(company(AWAY), options()).logged_in();
    let zero = asking.get("/v1/company/time-offs?limit=2&offset=0");
    let one = asking.get("/v1/company/time-offs?limit=2&offset=1");
    assert_eq!(zero.rows(), one.rows(), "0 is page 1 too");
    assert_eq!(
        one.at("/metadata"),
        json!({"total_elements": 3, "current_page": 1, "total_pages": 2})
    );
    let two = asking.get("/v1/company/time-offs?limit=2&offset=2");
    assert_eq!(two.rows().len(), 1);
    let first = &one.rows()[0]["attributes"];
    assert_eq!(first["start_date"], "2026-01-05T00:00:00+01:00");
    assert_eq!(first["end_date"], "2026-03-31T00:00:00+02:00");
    assert_eq!(
        first["half_day_start"], 0,
        "a number, whatever the documentation says"
    );
    assert_eq!(first["days_count"], 86);
    assert_eq!(
        first["time_off_type"]["attributes"]["name"],
        "Parental leave"
    );
    assert_eq!(
        first["employee"]["attributes"]["first_name"]["value"],
        "Ada"
    );

    let ids = |query: &str| {
        let got = asking.get(&format!("/v1/company/time-offs?{query}"));
        got.rows()
            .iter()
            .map(|row| id(&row["attributes"]["employee"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(ids("start_date=2026-03-31&end_date=2026-07-01"), [1, 2]);
    assert_eq!(
        ids("start_date=2027-01-01"),
        [2],
        "one without an end goes on"
    );
    assert_eq!(ids("employees[]=2"), [2, 2]);
    assert_eq!(asking.get("/v1/company/time-off-types").rows().len(), 3);
}

#[test]
fn version_2_tells_of_the_same_absences() {
    let asking = Asking::new(company(AWAY), options()).logged_in();
    let (all, pages) = asking.all("/v2/absence-periods?limit=2");
    assert_eq!((all.len(), pages), (3, 2));
    assert_eq!(all[0]["starts_from"]["date_time"], "2026-01-05T08:00:00");
    assert_eq!(all[0]["timezone_id"], "Europe/Berlin");
    assert_eq!(all[0]["approval"]["status"], "APPROVED");
    assert_eq!(all[2]["ends_at"], json!(null));
    let (of_one, _) = asking.all("/v2/absence-periods?person.id=1");
    assert_eq!(of_one.len(), 1);
    assert_eq!(asking.all("/v2/absence-types").0.len(), 3);
    assert_eq!(
        asking
            .get("/v2/absence-periods?starts_from.date_time.gte=soon")
            .status,
        400
    );
}

#[test]
fn a_picture_is_a_resource_of_its_own_and_404_where_there_is_none() {
    // A white dot.
    let dot =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsXc0AAAAAElFTkSuQmCC";
    let data = format!(
        r#"{{"people": [{{"id": 1, "first_name": "A", "photo": "{dot}"}}, {{"id": 2, "first_name": "B"}}]}}"#
    );
    let asking = Asking::new(company(&data), options()).logged_in();
    let address = "https://api.personio.de/v1/company/employees/1/profile-picture";
    let one = asking.get("/v1/company/employees/1").at("/data");
    assert_eq!(value(&one, "profile_picture"), address);
    let two = asking.get("/v1/company/employees/2").at("/data");
    assert_eq!(value(&two, "profile_picture"), serde_json::Value::Null);
    let keys = asking.get("/v1/company/employees/attributes");
    assert!(keys.text.contains("profile_picture"));

    let got = asking.get("/v1/company/employees/1/profile-picture/96");
    assert_eq!(
        (got.status, got.header("content-type")),
        (200, Some("image/png"))
    );
    assert!(got.text.contains("PNG") && got.text.contains("IEND"));
    for path in [
        "2/profile-picture/96",
        "77/profile-picture/96",
        "1/profile-picture/x",
    ] {
        let got = asking.get(&format!("/v1/company/employees/{path}"));
        assert_eq!(got.status, 404, "{path}");
        assert_eq!(got.at("/success"), false);
    }
    let gone = asking.json("PATCH", "/_sim/people/1", &serde_json::json!({"photo": ""}));
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(
        asking
            .get("/v1/company/employees/1/profile-picture/96")
            .status,
        404
    );
    let wrong = asking.json(
        "PATCH",
        "/_sim/people/1",
        &serde_json::json!({"photo": "?"}),
    );
    assert_eq!(wrong.status, 400);
}
