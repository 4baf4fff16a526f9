//! The oddities of the wire.

use serde_json::json;
use tenure::personio_sim::{Options, Quirk, Tags};

use super::harness::{Asking, company, options, people, value};

const ONE: &str = r#"[{"id": 1, "first_name": "Ada", "hire_date": "2020-07-01", "status": "active",
    "employment_type": "external", "dynamic_1": ["A", "B"], "dynamic_2": "",
    "termination_date": "2026-12-31", "termination_type": "employee", "last_working_day": "2026-11-30"}]"#;

fn with(quirks: &[Quirk]) -> Asking {
    let options = Options {
        quirks: quirks.to_vec(),
        ..options()
    };
    Asking::new(company(ONE), options).logged_in()
}

fn old(asking: &Asking) -> serde_json::Value {
    asking.get("/v1/company/employees/1").at("/data")
}

fn employment(asking: &Asking) -> serde_json::Value {
    asking.get("/v2/persons/1/employments").rows().remove(0)
}

#[test]
fn dates_come_in_three_notations() {
    assert_eq!(
        value(&old(&with(&[])), "hire_date"),
        "2020-07-01T00:00:00+02:00"
    );
    let compact = with(&[Quirk::CompactDates]);
    assert_eq!(
        value(&old(&compact), "hire_date"),
        "2020-07-01T00:00:00+0200"
    );
    let plain = with(&[Quirk::PlainDates]);
    assert_eq!(value(&old(&plain), "hire_date"), "2020-07-01");
    assert_eq!(employment(&compact)["employment_start_date"], "2020-07-01");
}

#[test]
fn tags_come_in_three_notations() {
    for (tags, written) in [
        (Tags::AsData, json!(["A", "B"])),
        (Tags::Array, json!(["A", "B"])),
        (Tags::Commas, json!("A,B")),
        (Tags::JsonText, json!("[\"A\",\"B\"]")),
    ] {
        let options = Options { tags, ..options() };
        let asking = Asking::new(company(ONE), options).logged_in();
        assert_eq!(value(&old(&asking), "dynamic_1"), written);
    }
}

#[test]
fn nothing_is_an_empty_text_or_null_or_not_there() {
    let usual = old(&with(&[]));
    assert_eq!(value(&usual, "last_name"), "");
    assert_eq!(value(&usual, "department"), json!(null));
    assert_eq!(value(&usual, "cost_centers"), json!([]));
    let null = old(&with(&[Quirk::NullTexts]));
    assert_eq!(value(&null, "last_name"), json!(null));
    let absent = old(&with(&[Quirk::AbsentEmpty]));
    for key in ["last_name", "department", "cost_centers", "dynamic_2"] {
        assert!(absent["attributes"].get(key).is_none(), "{key}");
    }
    assert_eq!(value(&absent, "first_name"), "Ada");

    let custom = |asking: &Asking| asking.get("/v2/persons/1").at("/custom_attributes");
    assert_eq!(custom(&with(&[])).as_array().unwrap().len(), 1);
    assert_eq!(
        custom(&with(&[Quirk::EmptyCustom]))[1],
        json!({"id": "dynamic_2", "type": "string", "value": ""})
    );
    let options = Options {
        omit_empty: true,
        ..options()
    };
    let omitting = Asking::new(company(ONE), options).logged_in();
    assert!(
        omitting
            .get("/v2/persons/1")
            .json()
            .get("last_name")
            .is_none()
    );
    assert_eq!(with(&[]).get("/v2/persons/1").at("/last_name"), json!(null));
}

#[test]
fn words_are_spelled_small_and_in_capitals() {
    let usual = with(&[]);
    assert_eq!(value(&old(&usual), "status"), "active");
    assert_eq!(employment(&usual)["status"], "ACTIVE");
    let upper = with(&[Quirk::Upper]);
    assert_eq!(value(&old(&upper), "status"), "ACTIVE");
    assert_eq!(
        upper.get("/v2/persons/1").at("/custom_attributes/0/type"),
        "STRING_LIST"
    );
    let lower = with(&[Quirk::Lower]);
    assert_eq!(employment(&lower)["status"], "active");
    assert_eq!(employment(&lower)["type"], "external");
    assert_eq!(lower.get("/v2/persons/1").at("/status"), "active");
    assert_eq!(employment(&lower)["termination"]["type"], "employee");
}

#[test]
fn attributes_may_have_no_type() {
    let row = old(&with(&[Quirk::Untyped]));
    let name = row["attributes"]["first_name"].as_object().unwrap();
    assert_eq!(name.keys().collect::<Vec<_>>(), ["label", "value"]);
}

#[test]
fn places_in_the_list_may_be_texts() {
    let got = with(&[Quirk::TextPaging]).get("/v1/company/employees?limit=10");
    assert_eq!(got.at("/offset"), "0");
    assert_eq!(got.at("/limit"), "10");
    assert_eq!(got.at("/metadata/total_elements"), 1);
}

#[test]
fn an_employment_may_say_less() {
    assert_eq!(employment(&with(&[]))["type"], "EXTERNAL");
    assert_eq!(
        employment(&with(&[Quirk::NoEmploymentType]))["type"],
        "UNSPECIFIED"
    );
    let bare = employment(&with(&[Quirk::BareTermination]));
    assert_eq!(
        bare["termination"],
        json!({"termination_date": "2026-12-31", "terminated_at": null})
    );
}

#[test]
fn a_link_may_have_no_host() {
    let options = Options {
        quirks: vec![Quirk::RelativeLinks],
        ..options()
    };
    let asking = Asking::new(people(25), options).logged_in();
    let got = asking.get("/v2/persons");
    let next = got.at("/_meta/links/next/href");
    assert!(next.as_str().unwrap().starts_with("/v2/persons?cursor="));
    assert_eq!(asking.all("/v2/persons").0.len(), 25);
}

#[test]
fn units_may_need_a_header() {
    let options = Options {
        beta: true,
        ..options()
    };
    let asking = Asking::new(people(1), options).logged_in();
    for path in [
        "/v2/org-units?type=department",
        "/v2/workplaces",
        "/v2/cost-centers",
    ] {
        assert_eq!(asking.get(path).status, 404, "{path}");
        assert_eq!(
            asking.get_with(path, ("Beta", "true")).status,
            200,
            "{path}"
        );
    }
    assert_eq!(asking.get("/v2/legal-entities").status, 200);
}

#[test]
fn ids_may_be_larger_than_a_double_can_hold() {
    let asking = Asking::example();
    let got = asking.get("/v1/company/employees/1042");
    assert!(got.text.contains("1067807102794693042"), "not rounded");
}

#[test]
fn every_oddity_can_be_named() {
    for (quirk, name, _) in Quirk::ALL {
        assert_eq!(name.parse::<Quirk>().as_ref(), Ok(quirk));
        assert_eq!(&quirk.to_string(), name);
    }
    assert!(
        "no-such"
            .parse::<Quirk>()
            .unwrap_err()
            .contains("compact-dates")
    );
}
