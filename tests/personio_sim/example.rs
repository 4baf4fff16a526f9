//! The people of the example: version 1 serves what was recorded, and version 2 tells of the same people.

use std::collections::BTreeSet;

use serde_json::Value;

use super::harness::{Asking, id, value};

fn recorded() -> Vec<Value> {
    let pages = (0..4).map(|page| {
        let text = std::fs::read_to_string(format!("rules/people/page-{page}.json")).unwrap();
        let mut page: Value = serde_json::from_str(&text).unwrap();
        page["data"].take().as_array().unwrap().clone()
    });
    pages.flatten().collect()
}

#[test]
fn version_1_serves_the_recorded_people_value_by_value() {
    let asking = Asking::example();
    let mut served = Vec::new();
    for page in 0..4 {
        let path = format!("/v1/company/employees?limit=30&offset={}", page * 30);
        let got = asking.get(&path);
        assert_eq!(got.status, 200, "{}", got.text);
        assert_eq!(got.at("/metadata/total_elements"), 94);
        assert_eq!(got.at("/metadata/total_pages"), 4);
        assert_eq!(got.at("/metadata/current_page"), page);
        served.extend(got.rows());
    }
    let recorded = recorded();
    assert_eq!(served.len(), recorded.len());
    let mut values = 0;
    let mut wrong = Vec::new();
    for (served, recorded) in served.iter().zip(&recorded) {
        for (key, attribute) in recorded["attributes"].as_object().unwrap() {
            values += 1;
            let found = value(served, key);
            if found != attribute["value"] {
                wrong.push(format!(
                    "{} {key}: {found}, not {}",
                    id(recorded),
                    attribute["value"]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(values, 94 * 27);
}

#[test]
fn version_2_tells_of_the_same_people() {
    let asking = Asking::example();
    let (people, pages) = asking.all("/v2/persons?limit=50");
    assert_eq!(pages, 2);
    let served: BTreeSet<u64> = people.iter().map(id).collect();
    let recorded = recorded();
    let expected: BTreeSet<u64> = recorded.iter().map(id).collect();
    assert_eq!(served, expected);

    for (person, recorded) in people.iter().zip(&recorded) {
        let text = |key: &str| value(recorded, key).as_str().unwrap_or_default().to_owned();
        assert_eq!(
            person["first_name"].as_str().unwrap_or_default(),
            text("first_name")
        );
        let path = format!("/v2/persons/{}/employments", id(person));
        let (employments, _) = asking.all(&path);
        let [employment] = employments.as_slice() else {
            panic!("{employments:?}");
        };
        assert_eq!(employment["status"], text("status").to_uppercase());
        let start = employment["employment_start_date"]
            .as_str()
            .unwrap_or_default();
        let day = text("hire_date");
        // One day of the example is none, and is told as it is.
        assert_eq!(start, day.get(..10).unwrap_or_default());
    }
}

#[test]
fn whatever_was_recorded_stays_until_its_day_comes() {
    let asking = Asking::example();
    // Somebody who is active, and whose termination of 2024 still stands there.
    let stale = asking.get("/v1/company/employees/4058");
    assert_eq!(stale.at("/data/attributes/status/value"), "active");
    // Somebody whose last day is today: inactive at 00:00 UTC of tomorrow, not before.
    let leaver = "/v1/company/employees/4039";
    let status = || asking.get(leaver).at("/data/attributes/status/value");
    assert_eq!(status(), "active");
    asking
        .sim
        .set(|options| options.now = Some("2026-03-02T23:59:59Z".parse().unwrap()));
    assert_eq!(status(), "active");
    asking
        .sim
        .set(|options| options.now = Some("2026-03-03T00:00:00Z".parse().unwrap()));
    assert_eq!(status(), "inactive");
    let stale = asking.get("/v1/company/employees/4058");
    assert_eq!(stale.at("/data/attributes/status/value"), "active");
    // Who was expected today has begun; who is expected next week has not.
    assert_eq!(
        asking
            .get("/v1/company/employees/4070")
            .at("/data/attributes/status/value"),
        "onboarding"
    );
}
