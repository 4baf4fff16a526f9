//! The same company gives the same people, whoever is asked.

use std::sync::Arc;

use super::{expected, kestrel, last, options, read, schema, settings, shown};
use tenure::hr::{Attribute, Schema, Type};
use tenure::personio::client::{Api, Last};
use tenure::personio_sim::{Options, Sim, Tags};

/// The quirks of live answers, one set after the other.
fn quirks() -> Vec<Options> {
    vec![
        options(),
        Options {
            tags: Tags::Array,
            omit_empty: true,
            ..options()
        },
        Options {
            tags: Tags::Commas,
            beta: true,
            ..options()
        },
        Options {
            tags: Tags::JsonText,
            zone: jiff::tz::TimeZone::get("Pacific/Honolulu").unwrap(),
            ..options()
        },
    ]
}

#[test]
fn both_generations_give_the_people_of_the_recording() {
    let schema = schema();
    let expected = expected(&schema);
    for quirk in quirks() {
        let sim = Sim::start(kestrel(), quirk).unwrap();
        for api in [Api::V1, Api::V2, Api::Auto] {
            for last in [Last::default(), last(&expected)] {
                let found = read(&settings(&sim, api), &schema, &last).unwrap();
                same(&shown(&found), &shown(&expected), api);
            }
        }
    }
}

/// Equal but for where a record stands, and how a day that is none was written; the first line that differs is shown.
fn same(found: &str, expected: &str, api: Api) {
    let place = regex::Regex::new(r", [^,]* record \d+$").unwrap();
    let plain = |line: &str| {
        place
            .replace(line, "")
            .replace("T00:00:00+01:00", "")
            .replace("T00:00:00-10:00", "")
    };
    for (one, other) in found.lines().zip(expected.lines()) {
        assert_eq!(plain(one), plain(other), "{api:?}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{api:?}");
}

/// That nobody says when somebody's employment ends does not mean that it goes on: such a record is set aside, also
/// where the policy asks of nothing but an optional last day.
#[test]
fn a_person_without_an_employment_has_no_open_end() {
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional(),
    ]);
    let schema = Arc::new(schema.unwrap());
    for omit_empty in [false, true] {
        let sim = Sim::start(
            kestrel(),
            Options {
                omit_empty,
                ..options()
            },
        )
        .unwrap();
        sim.change(|company| company.person_mut(4002).unwrap().employments.clear());
        let found = read(&settings(&sim, Api::V2), &schema, &Last::default()).unwrap();
        let aside: Vec<String> = found
            .quarantined()
            .iter()
            .filter_map(|record| Some(record.id.as_ref()?.to_string()))
            .collect();
        assert_eq!(aside, ["4002"]);
    }
}
