//! The same company gives the same people, whoever is asked.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use super::{expected, kestrel, last, now, options, read, schema, settings, shown};
use tenure::hr::{Attribute, Origin, Schema, Snapshot, Type, type_records};
use tenure::personio::client::{self, Api, Last, Settings, World};
use tenure::personio_sim::{Company, Day, Habit, Options, Quirk, Sim, Tags};

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
                same(&shown(&found), &shown(&expected), &format!("{api:?}"));
            }
        }
    }
}

/// Equal but for where a record stands, and how a day that is none was written; the first line that differs is shown.
fn same(found: &str, expected: &str, whose: &str) {
    let place = regex::Regex::new(r", [^,]* record \d+$").unwrap();
    let midnight = regex::Regex::new(r"T00:00:00[+-]\d\d:?\d\d").unwrap();
    let plain = |line: &str| {
        let line = place.replace(line, "");
        midnight.replace(&line, "").into_owned()
    };
    for (one, other) in found.lines().zip(expected.lines()) {
        assert_eq!(plain(one), plain(other), "{whose}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "{whose}");
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

/// Everything that both generations have, and the custom attributes of the example.
fn wide() -> Arc<Schema> {
    let texts = || Type::List(Box::new(Type::Text));
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("first_name", Type::Text),
        Attribute::new("last_name", Type::Text),
        Attribute::new("preferred_name", Type::Text).optional(),
        Attribute::new("email", Type::Text).optional(),
        Attribute::new("gender", Type::one_of(["male", "female", "diverse"])).optional(),
        Attribute::new(
            "status",
            Type::one_of(["onboarding", "active", "leave", "inactive"]),
        ),
        Attribute::new("employment_type", Type::one_of(["internal", "external"])).optional(),
        Attribute::new("weekly_working_hours", Type::Number).optional(),
        Attribute::new("hire_date", Type::Date),
        Attribute::new("probation_period_end", Type::Date).optional(),
        Attribute::new("contract_end_date", Type::Date).optional(),
        Attribute::new("termination_date", Type::Date).optional(),
        Attribute::new("last_working_day", Type::Date).optional(),
        Attribute::new("termination_reason", Type::Text).optional(),
        Attribute::new("created_at", Type::Date),
        Attribute::new("supervisor", Type::Person).optional(),
        Attribute::new("position", Type::Text).optional(),
        Attribute::new("office", Type::Text).optional(),
        Attribute::new("department", Type::Text).optional(),
        Attribute::new("team", Type::Text).optional(),
        Attribute::new("subcompany", Type::Text).optional(),
        Attribute::new("cost_centers", texts()).optional(),
        Attribute::new("leave_kind", Type::Text)
            .from("dynamic_3304417")
            .optional(),
        Attribute::new("extension", Type::Text)
            .from("dynamic_3304419")
            .optional(),
        Attribute::new("duties", texts())
            .from("dynamic_3304420")
            .optional(),
    ]);
    Arc::new(schema.unwrap())
}

/// The example with what it lacks: a gender, a team, a reason, the end of a probation.
fn rich() -> Company {
    let mut company = kestrel();
    let team = company.teams.id("Night shift", 80_000);
    for (index, person) in company.people.iter_mut().enumerate() {
        ["male", "female", "diverse", ""][index % 4].clone_into(&mut person.gender);
        let day = Day(format!("2026-0{}-15", index % 9 + 1));
        let employment = person.employment_mut().unwrap();
        employment.team = (index % 3 == 0).then_some(team);
        employment.probation_period_end = (index % 5 == 0).then_some(day);
        if let Some(end) = &mut employment.termination {
            "Wanted to see the sea".clone_into(&mut end.reason);
        }
    }
    company
}

/// What each oddity may take from each generation, and nothing else: the attribute that is not there then.
fn taken(quirk: Quirk, api: Api) -> &'static [&'static str] {
    match (quirk, api) {
        (Quirk::NoEmploymentType, Api::V2) => &["employment_type"],
        (Quirk::BareTermination, Api::V2) => &["last_working_day", "termination_reason"],
        _ => &[],
    }
}

#[test]
fn no_oddity_of_the_wire_changes_a_person() {
    let schema = wide();
    let sim = Sim::start(rich(), options()).unwrap();
    let usual = shown(&read(&settings(&sim, Api::V1), &schema, &Last::default()).unwrap());
    for (quirk, name, _) in Quirk::ALL {
        sim.set(|options| options.quirks = vec![*quirk]);
        for api in [Api::V1, Api::V2] {
            let found = read(&settings(&sim, api), &schema, &Last::default());
            let found = found.unwrap_or_else(|error| panic!("{name}, {api:?}: {error}"));
            let taken = taken(*quirk, api);
            let kept = |line: &&str| {
                let attribute = line.trim().split(" = ").next().unwrap_or_default();
                !taken.contains(&attribute)
            };
            let expected: Vec<&str> = usual.lines().filter(kept).collect();
            assert_eq!(
                expected.len() < usual.lines().count(),
                !taken.is_empty(),
                "{name}: nobody has what it takes"
            );
            same(
                &shown(&found),
                &expected.join("\n"),
                &format!("{name}, {api:?}"),
            );
        }
    }
}

/// Everybody as they are read at that instant, which is the simulator's too.
fn read_at(settings: &Settings, schema: &Arc<Schema>, last: &Last, now: Timestamp) -> Snapshot {
    let world = World {
        now: &|| now,
        progress: &|_, _| {},
    };
    let found = client::read(settings, schema, last, &world).unwrap();
    type_records(schema, found.records, Origin::new("live")).unwrap()
}

/// The lines of people that are gone, with `-`, and those that are new, with `+`; below the person whose they are.
fn difference(before: &Snapshot, after: &Snapshot) -> String {
    let place = regex::Regex::new(r", [^,]* record \d+$").unwrap();
    let midnight = regex::Regex::new(r"T00:00:00[+-]\d\d:?\d\d").unwrap();
    let lines = |snapshot: &Snapshot| -> BTreeSet<String> {
        let mut whose = String::new();
        let shown = shown(snapshot);
        let lines = shown.lines().map(|line| {
            let line = place.replace(line, "");
            let line = midnight.replace(&line, "");
            if !line.starts_with(' ') {
                whose = line.into_owned();
                return whose.clone();
            }
            format!("{whose}: {}", line.trim())
        });
        lines.collect()
    };
    let (before, after) = (lines(before), lines(after));
    let gone = before.difference(&after).map(|line| format!("- {line}"));
    let new = after.difference(&before).map(|line| format!("+ {line}"));
    gone.chain(new).collect::<Vec<_>>().join("\n")
}

/// What HR does, both generations tell alike; and what they tell stands in the snapshot, for a person to judge.
#[test]
fn whatever_hr_does_both_generations_tell_it_alike() {
    let schema = wide();
    let mut told = String::new();
    for (habit, name, _) in Habit::ALL {
        let sim = Sim::start(rich(), options()).unwrap();
        let before = read(&settings(&sim, Api::V1), &schema, &Last::default()).unwrap();
        sim.change(|company| habit.befall(company, now())).unwrap();
        let both = [Api::V1, Api::V2].map(|api| {
            let after = read(&settings(&sim, api), &schema, &last(&before)).unwrap();
            difference(&before, &after)
        });
        assert_eq!(both[0], both[1], "{name}");
        assert!(!both[0].is_empty(), "{name} is not to be seen");
        let _ = writeln!(told, "{name}\n{}\n", both[0]);
    }
    insta::assert_snapshot!("habits", told);
}

/// Inactive from the first second of the day after in UTC, which is one o'clock in Berlin; not before.
#[test]
fn the_last_day_ends_at_midnight_in_utc_in_both_generations() {
    let schema = wide();
    for api in [Api::V1, Api::V2] {
        let sim = Sim::start(rich(), options()).unwrap();
        let settings = settings(&sim, api);
        sim.change(|company| Habit::LastDay.befall(company, now()))
            .unwrap();
        let befallen = read(&settings, &schema, &Last::default()).unwrap();
        let at = |instant: &str| {
            let instant: Timestamp = instant.parse().unwrap();
            sim.set(|options| options.now = Some(instant));
            difference(
                &befallen,
                &read_at(&settings, &schema, &last(&befallen), instant),
            )
        };
        let before = at("2026-03-02T23:59:59Z");
        assert!(!before.contains("inactive"), "{api:?}: {before}");
        let after = at("2026-03-03T00:00:00Z");
        let inactive = after
            .lines()
            .filter(|line| line.starts_with('+') && line.contains(r#"status = "inactive""#));
        // The one whose last day it is, and three of the example's.
        assert_eq!(inactive.count(), 4, "{api:?}: {after}");
        assert!(after.contains("person 5120"), "{api:?}: {after}");
    }
}

/// Numbers that JavaScript's cannot hold, and neither can a 64-bit float: whoever rounds one finds another person.
#[test]
fn ids_beyond_the_53rd_bit_stay_what_they_are() {
    const ADA: u64 = (1 << 53) + 1;
    const GRACE: u64 = (1 << 53) + 2;
    const LAST: u64 = i64::MAX.unsigned_abs();
    let json = format!(
        r#"[{{"id": {ADA}, "first_name": "Ada", "last_name": "A", "hire_date": "2020-01-01", "supervisor": {GRACE}}},
            {{"id": {GRACE}, "first_name": "Grace", "last_name": "G", "hire_date": "2020-01-01", "supervisor": {LAST},
              "department": "Navy", "dynamic_1": {ADA}}},
            {{"id": {LAST}, "first_name": "Max", "last_name": "M", "hire_date": "2020-01-01",
              "status": "inactive", "termination_date": "2025-01-31"}}]"#
    );
    let mut company = Company::parse(&[("people.json", json.as_bytes())], now()).unwrap();
    // A department whose id is as long: its name must be found.
    let (id, name) = company.departments.names.pop_first().unwrap();
    company.departments.names.insert(LAST - id, name);
    company
        .departments
        .names
        .insert(LAST - id - 1, "Army".to_owned());
    for person in &mut company.people {
        let employment = person.employment_mut().unwrap();
        employment.department = employment.department.map(|id| LAST - id);
    }
    let sim = Sim::start(company, options()).unwrap();
    for key in [Type::Int, Type::Text] {
        let schema = Schema::new(vec![
            Attribute::new("id", key).key(),
            Attribute::new("name", Type::Text).from("first_name"),
            Attribute::new("boss", Type::Person)
                .from("supervisor")
                .optional(),
            Attribute::new("department", Type::Text).optional(),
            Attribute::new("number", Type::Int)
                .from("dynamic_1")
                .optional(),
        ]);
        let schema = Arc::new(schema.unwrap());
        let mut all = Vec::new();
        for api in [Api::V1, Api::V2] {
            let first = read(&settings(&sim, api), &schema, &Last::default()).unwrap();
            sim.recount();
            let again = read(&settings(&sim, api), &schema, &last(&first)).unwrap();
            // Nobody of them is missed and asked for.
            let singly = |line: &String| line.contains(&ADA.to_string()[..9]);
            let asked = sim.requests().into_iter().filter(singly);
            assert!(asked.filter(|line| !line.contains("/employments")).count() == 0);
            all.push(shown(&again));
        }
        assert_eq!(all[0], all[1]);
        insta::assert_snapshot!("long_ids", all[0]);
    }
}
