//! A large company.

use std::fmt::Write as _;

use tenure::hr::{Origin, PersonId, type_records};
use tenure::personio::read_recording;

use crate::hr::show;

/// A page of a hundred people as Personio sends them, with attributes that nobody asked for.
fn page(number: u64, pages: u64) -> String {
    let mut people = Vec::new();
    for id in number * 100..number * 100 + 100 {
        let attribute = |name: &str, value: &str| {
            format!(
                r#""{name}":{{"label":"{name}","value":{value},"type":"standard","universal_id":"{name}"}}"#
            )
        };
        let wrapped = |kind: &str, name: &str| {
            format!(r#"{{"type":"{kind}","attributes":{{"id":5,"name":"{name}"}}}}"#)
        };
        let boss = format!(
            r#"{{"type":"Employee","attributes":{{"id":{{"label":"ID","value":{},"type":"integer"}}}}}}"#,
            id / 10
        );
        let attributes = [
            attribute("id", &id.to_string()),
            attribute("first_name", r#""Ingrid""#),
            attribute("last_name", &format!(r#""Solheim {id}""#)),
            attribute("preferred_name", r#""""#),
            attribute("email", &format!(r#""p{id}@fjord.example""#)),
            attribute("status", r#""active""#),
            attribute("employment_type", r#""internal""#),
            attribute("hire_date", r#""2018-09-10T00:00:00+02:00""#),
            attribute("termination_date", "null"),
            attribute(
                "department",
                &wrapped("Department", &format!("Department {}", id % 300)),
            ),
            attribute("office", &wrapped("Office", "Tromsø")),
            attribute("position", &format!(r#""Position {}""#, id % 1000)),
            attribute("supervisor", &boss),
            attribute("cost_centers", "[]"),
            attribute("weekly_working_hours", r#""40""#),
            attribute("dynamic_31", r#""A,B""#),
            attribute("date_of_birth", r#""1983-08-18""#),
            attribute("dynamic_33", "1250.5"),
            attribute("work_schedule", &wrapped("WorkSchedule", "40 h")),
            attribute(
                "absence_entitlement",
                r#"[{"type":"TimeOffType","attributes":{"id":1,"name":"Vacation"}}]"#,
            ),
            attribute("profile_picture", "null"),
        ];
        let mut person = String::new();
        write!(
            person,
            r#"{{"type":"Employee","attributes":{{{}}}}}"#,
            attributes.join(",")
        )
        .unwrap();
        people.push(person);
    }
    format!(
        r#"{{"success":true,"metadata":{{"total_elements":{},"current_page":{number},"total_pages":{pages}}},
        "offset":{},"limit":100,"data":[{}]}}"#,
        pages * 100,
        number * 100,
        people.join(",")
    )
}

#[test]
fn ten_thousand_people_are_read_whole() {
    let pages: Vec<(String, String)> = (0..100)
        .map(|number| (format!("{number}.json"), page(number, 100)))
        .collect();
    let files: Vec<(&str, &[u8])> = pages
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let schema = show::full_schema();
    let records = read_recording(&files, &schema).unwrap();
    let snapshot = type_records(&schema, records, Origin::new("large")).unwrap();
    assert_eq!(
        (snapshot.people().len(), snapshot.quarantined().len()),
        (10_000, 0)
    );
    let person = snapshot.get(&PersonId::from(9_999)).unwrap();
    let supervisor = schema.position("supervisor").unwrap();
    assert_eq!(person.get(supervisor).unwrap().to_string(), "999");
}
