//! The endpoints of version 2.

use serde_json::{Value, json};

use super::harness::{Asking, company, id, options, people};

const TWICE: &str = r#"[
    {"id": 1, "first_name": "Ada", "last_name": "Byron", "email": "ada@b.example", "gender": "female",
     "created_at": "2020-01-01T08:00:00Z", "last_modified_at": "2026-02-01T08:00:00Z",
     "status": "active", "hire_date": "2025-01-01", "department": "IT", "team": "Core", "office": "Berlin",
     "subcompany": "Second SE", "cost_centers": [{"name": "CC IT", "percentage": 40}, "CC PRD"],
     "position": "Engineer", "weekly_working_hours": "37.5", "supervisor": 2,
     "dynamic_1": "text", "dynamic_2": ["A", "B"], "dynamic_3": ""},
    {"id": 1, "status": "inactive", "hire_date": "2020-01-01", "subcompany": "First SE",
     "termination_date": "2024-12-31", "termination_type": "sub-company-switch"},
    {"id": 2, "status": "inactive", "termination_date": "2025-12-31", "last_working_day": "2025-11-30",
     "termination_type": "mutual-agreement", "termination_reason": "moves away",
     "created_at": "2021-01-01T08:00:00Z", "last_modified_at": "2025-12-01T08:00:00Z"}
]"#;

fn asking() -> Asking {
    Asking::new(company(TWICE), options()).logged_in()
}

#[test]
fn a_cursor_leads_through_the_list_and_carries_the_filters() {
    let asking = Asking::new(people(120), options()).logged_in();
    let got = asking.get("/v2/persons");
    assert_eq!(got.rows().len(), 10);
    let (rows, pages) = asking.all("/v2/persons?limit=50");
    let ids: Vec<u64> = rows.iter().map(id).collect();
    assert_eq!((pages, ids), (3, (1..=120).collect()));

    let filtered = asking.get("/v2/persons?limit=2&id=3,5,7");
    assert_eq!(filtered.ids(), [3, 5]);
    let next = filtered.next().unwrap();
    assert!(
        !next.contains("id="),
        "the address has nothing but the cursor: {next}"
    );
    assert_eq!(asking.get(&next).ids(), [7]);
    // Filters may be said again beside the cursor.
    assert_eq!(asking.get(&format!("{next}&limit=2&id=3,5,7")).ids(), [7]);
    assert!(asking.get(&next).next().is_none());
}

#[test]
fn links_lead_to_personio_whatever_was_asked() {
    let asking = Asking::new(people(11), options()).logged_in();
    let got = asking.get("/v2/persons");
    let next = got.at("/_meta/links/next/href");
    assert!(
        next.as_str()
            .unwrap()
            .starts_with("https://api.personio.de/v2/persons?cursor=")
    );
    assert!(got.json().get("metadata").is_none(), "there is no total");
}

#[test]
fn a_wrong_question_is_a_bad_request() {
    let asking = Asking::new(people(11), options()).logged_in();
    for wrong in [
        "limit=51",
        "limit=0",
        "limit=x",
        "cursor=x",
        "status=LEAVE",
        "department=IT",
        "updated_at.gte=2026-01-01",
        "updated_at.gt=yesterday",
    ] {
        let got = asking.get(&format!("/v2/persons?{wrong}"));
        assert_eq!(got.status, 400, "{wrong}: {}", got.text);
        assert_eq!(got.header("content-type"), Some("application/problem+json"));
        assert!(got.at("/errors/0/detail").is_string());
        assert!(got.at("/personio_trace_id").is_string());
    }
    assert_eq!(asking.get("/v2/persons/99").status, 404);
    assert_eq!(asking.get("/v2/persons/99/employments").status, 404);
    assert_eq!(asking.get("/v2/nothing").status, 404);
}

#[test]
fn persons_can_be_filtered() {
    let asking = asking();
    let ids = |query: &str| asking.get(&format!("/v2/persons?{query}")).ids();
    assert_eq!(ids("status=ACTIVE"), [1]);
    assert_eq!(ids("status=INACTIVE"), [2]);
    assert_eq!(ids("email=nobody@b.example,ada@b.example"), [1]);
    assert_eq!(ids("first_name=Ada"), [1]);
    assert_eq!(ids("updated_at.gt=2026-01-01"), [1]);
    assert_eq!(
        ids("updated_at.gt=2025-12-01T08:00:00Z"),
        [1],
        "later, and not the same"
    );
    assert_eq!(ids("updated_at=2025-12-01T08:00:00Z"), [2]);
    assert_eq!(ids("created_at.lt=2021-01-01T00:00:00Z"), [1]);
}

#[test]
fn a_person_has_the_fields_of_the_documentation() {
    let person = asking().get("/v2/persons/1").json();
    let employments: Vec<&Value> = person["employments"].as_array().unwrap().iter().collect();
    assert_eq!(employments.len(), 2);
    let mut bare = person.clone();
    bare.as_object_mut().unwrap().remove("employments");
    assert_eq!(
        bare,
        json!({
            "id": "1",
            "email": "ada@b.example",
            "created_at": "2020-01-01T08:00:00Z",
            "updated_at": "2026-02-01T08:00:00Z",
            "first_name": "Ada",
            "last_name": "Byron",
            "preferred_name": null,
            "gender": "FEMALE",
            "status": "ACTIVE",
            "profile_picture": {"url": "https://api.personio.de/v1/company/employees/1/profile-picture"},
            "custom_attributes": [
                {"id": "dynamic_1", "type": "string", "value": "text"},
                {"id": "dynamic_2", "type": "string_list", "value": ["A", "B"]},
            ],
            "_meta": {"links": {"employments": {"href": "https://api.personio.de/v2/persons/1/employments"}}},
        })
    );
}

#[test]
fn employments_are_listed_the_latest_first_and_hold_ids_alone() {
    let asking = asking();
    let got = asking.get("/v2/persons/1/employments");
    let [now, before] = got.rows().try_into().unwrap();
    assert_eq!(now["status"], "ACTIVE");
    assert_eq!(now["type"], "INTERNAL");
    assert_eq!(now["position"], json!({"title": "Engineer"}));
    assert_eq!(now["weekly_working_hours"], 37.5);
    assert_eq!(now["employment_start_date"], "2025-01-01");
    assert_eq!(now["employment_end_date"], json!(null));
    assert_eq!(now["supervisor"], json!({"id": "2"}));
    assert_eq!(now["termination"], json!(null));
    assert_eq!(now["cost_centers"][0]["weight"], 40);
    assert_eq!(before["status"], "INACTIVE");
    assert_eq!(before["full_time_weekly_working_hours"].to_string(), "40");
    assert_eq!(before["termination"]["type"], "SUB_COMPANY_SWITCH");
    assert_eq!(before["employment_end_date"], "2024-12-31");
    let one = format!(
        "/v2/persons/1/employments/{}",
        before["id"].as_str().unwrap()
    );
    assert_eq!(asking.get(&one).json(), before);

    let name = |path: &str, id: &Value| {
        let rows = asking.all(path).0;
        let found = rows.iter().find(|row| row["id"] == *id).cloned();
        found.unwrap_or_else(|| panic!("no {id} in {path}"))["name"].clone()
    };
    let unit = |ty: &str| {
        let units = now["org_units"].as_array().unwrap();
        units.iter().find(|unit| unit["type"] == ty).unwrap()["id"].clone()
    };
    assert_eq!(
        name("/v2/org-units?type=department", &unit("department")),
        "IT"
    );
    assert_eq!(name("/v2/org-units?type=team", &unit("team")), "Core");
    assert_eq!(name("/v2/workplaces", &now["office"]["id"]), "Berlin");
    assert_eq!(
        name("/v2/legal-entities", &now["legal_entity"]["id"]),
        "Second SE"
    );
    assert_eq!(
        name("/v2/cost-centers", &now["cost_centers"][1]["id"]),
        "CC PRD"
    );

    // Version 1 shows the one that goes on.
    let old = asking.get("/v1/company/employees/1");
    assert_eq!(
        old.at("/data/attributes/subcompany/value/attributes/name"),
        "Second SE"
    );
    assert_eq!(
        old.at("/data/attributes/termination_date/value"),
        json!(null)
    );
}

#[test]
fn a_termination_has_its_words_in_capitals() {
    let employment = asking().get("/v2/persons/2/employments").rows().remove(0);
    assert_eq!(
        employment["termination"],
        json!({
            "termination_date": "2025-12-31",
            "terminated_at": null,
            "last_working_day": "2025-11-30",
            "type": "AGREEMENT",
            "reason": "moves away",
        })
    );
}

#[test]
fn units_need_their_type_and_can_be_sorted() {
    let asking = Asking::new(
        company(r#"[{"id": 1, "department": "IT"}, {"id": 2, "department": "Art"}, {"id": 3, "team": "Core"}]"#),
        options(),
    )
    .logged_in();
    assert_eq!(asking.get("/v2/org-units").status, 400);
    assert_eq!(asking.get("/v2/org-units?type=division").status, 400);
    let names = |query: &str| {
        let rows = asking
            .get(&format!("/v2/org-units?type=department{query}"))
            .rows();
        rows.iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(""), ["IT", "Art"]);
    assert_eq!(names("&sort=name"), ["Art", "IT"]);
    assert_eq!(names("&sort=-id"), ["Art", "IT"]);
    assert_eq!(names("&name=Art"), ["Art"]);
    // The next page keeps to the type.
    let first = asking.get("/v2/org-units?type=department&limit=1");
    assert_eq!(asking.get(&first.next().unwrap()).rows()[0]["name"], "Art");
    let id = first.rows()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        asking
            .get(&format!("/v2/org-units/{id}?type=department"))
            .at("/name"),
        "IT"
    );
    assert_eq!(
        asking.get(&format!("/v2/org-units/{id}?type=team")).status,
        404
    );
}

#[test]
fn a_person_can_be_changed_and_is_told_to_have_been() {
    let asking = asking();
    let body = json!({
        "email": "byron@b.example",
        "gender": "DIVERSE",
        "custom_attributes": [{"id": "dynamic_1", "value": "new"}, {"id": "dynamic_2", "value": ["C"]}],
    });
    let got = asking.json("PATCH", "/v2/persons/1", &body);
    assert_eq!((got.status, got.text.as_str()), (204, ""));
    let person = asking.get("/v2/persons/1").json();
    assert_eq!(person["email"], "byron@b.example");
    assert_eq!(person["gender"], "DIVERSE");
    assert_eq!(person["updated_at"], "2026-03-02T08:00:00Z");
    assert_eq!(person["custom_attributes"][0]["value"], "new");
    assert_eq!(person["custom_attributes"][1]["value"], json!(["C"]));
}

#[test]
fn a_wrong_change_is_refused_as_a_whole() {
    let asking = Asking::new(
        company(r#"[{"id": 1, "email": "a@b.example", "dynamic_1": ""}, {"id": 2, "email": "b@b.example"}]"#),
        options(),
    )
    .logged_in();
    let before = asking.get("/v2/persons/1").json();
    for wrong in [
        json!({"first_name": "A", "email": "no address"}),
        json!({"first_name": "A", "email": "B@b.example"}),
        json!({"first_name": "A", "department": "IT"}),
        json!({"first_name": "A", "gender": "female"}),
        json!({"first_name": "A", "last_name": 7}),
        json!({"first_name": "A", "language_code": "tlh"}),
        json!({"first_name": "A", "custom_attributes": [{"id": "dynamic_9", "value": "x"}]}),
        json!({"first_name": "A", "custom_attributes": [{"id": "dynamic_1", "value": {"a": 1}}]}),
        json!({"first_name": "A", "custom_attributes": [{"id": "dynamic_1"}]}),
        json!({}),
        json!([]),
    ] {
        let got = asking.json("PATCH", "/v2/persons/1", &wrong);
        assert_eq!(got.status, 400, "{wrong}");
        assert!(got.at("/errors/0/detail").is_string());
        assert_eq!(asking.get("/v2/persons/1").json(), before, "{wrong}");
    }
    assert_eq!(
        asking
            .json("PATCH", "/v2/persons/9", &json!({"first_name": "A"}))
            .status,
        404
    );
}
