//! Absences, where the policy names one: the same from both generations, all of them or nobody, and not asked for where
//! nobody named them.

use std::sync::Arc;

use jiff::civil::Date;

use super::faults::step;
use super::{kestrel, now, options, read, settings, shown};
use tenure::hr::{Attribute, Schema, Type};
use tenure::personio::client::{Api, Error, Last};
use tenure::personio_sim::{Absence, Company, Fault, Kind, Sim};

fn schema(names: &[&str]) -> Arc<Schema> {
    let mut all = vec![Attribute::new("id", Type::Int).key()];
    let field = |name: &&str| {
        let ty = if name.ends_with("type") {
            Type::Text
        } else {
            Type::Date
        };
        Attribute::new(name.replace('.', "_"), ty)
            .from(*name)
            .optional()
    };
    all.extend(names.iter().map(field));
    Arc::new(Schema::new(all).unwrap())
}

const ALL: &[&str] = &["absence.type", "absence.from", "absence.until"];

/// Twelve people; what some of them are away for, on the second of March.
fn away() -> Company {
    let mut company = kestrel();
    company.people.truncate(12);
    let ids: Vec<u64> = company.people.iter().map(|person| person.id).collect();
    let mut add = |who: usize, ty: &str, start: &str, end: &str, status: &str| {
        let absence = Absence {
            id: 17_000_001 + company.absences.len() as u64,
            person: ids[who],
            ty: company.absence_types.id(ty, 195_001),
            start: start.parse().unwrap(),
            end: Some(end.parse::<Date>().unwrap()),
            status: status.to_owned(),
            updated_at: now(),
        };
        company.absences.push(absence);
    };
    add(0, "Vacation", "2026-02-20", "2026-03-02", "approved");
    add(1, "Vacation", "2026-02-20", "2026-03-01", "approved");
    add(2, "Parental leave", "2026-03-02", "2026-09-30", "approved");
    add(3, "Vacation", "2026-02-27", "2026-03-20", "pending");
    add(4, "Vacation", "2026-02-27", "2026-03-20", "rejected");
    add(5, "Vacation", "2026-08-01", "2026-08-14", "approved");
    add(5, "Sick leave", "2026-04-01", "2026-04-02", "approved");
    add(6, "Vacation", "2026-03-01", "2026-03-05", "approved");
    add(6, "Sick leave", "2026-03-02", "2026-03-09", "approved");
    add(6, "Vacation", "2026-03-03", "2026-03-30", "approved");
    add(7, "Vacation", "2031-01-01", "2031-01-02", "approved");
    // So many that version 1 has them on two pages.
    for day in 0..210 {
        let start = Date::constant(2026, 6, 1) + jiff::Span::new().days(day);
        let text = start.to_string();
        add(8, "Vacation", &text, &text, "approved");
    }
    company
}

#[test]
fn the_absence_of_today_counts_and_else_the_next() {
    let schema = schema(ALL);
    let sim = Sim::start(away(), options()).unwrap();
    let both = [Api::V1, Api::V2].map(|api| {
        let found = read(&settings(&sim, api), &schema, &Last::default()).unwrap();
        shown(&found)
    });
    assert_eq!(both[0], both[1]);
    insta::assert_snapshot!("absences", both[0]);
}

/// The day is that of whoever is away: an hour after midnight in Berlin it is still yesterday in UTC.
#[test]
fn a_day_begins_where_somebody_is_away() {
    let schema = schema(ALL);
    for zone in ["Europe/Berlin", "Pacific/Honolulu"] {
        let mut options = options();
        options.zone = jiff::tz::TimeZone::get(zone).unwrap();
        let midnight = Date::constant(2026, 3, 2)
            .to_zoned_datetime(options.zone.clone())
            .unwrap();
        for (minutes, until) in [(-1, "2026-03-01"), (1, "2026-03-09")] {
            let instant = (&midnight + jiff::Span::new().minutes(minutes)).timestamp();
            options.now = Some(instant);
            let mut company = away();
            let ids: Vec<u64> = company.people.iter().map(|person| person.id).collect();
            company
                .absences
                .retain(|one| one.person == ids[1] || one.id == 17_000_009);
            for absence in &mut company.absences {
                absence.person = ids[1];
            }
            let sim = Sim::start(company, options.clone()).unwrap();
            for api in [Api::V1, Api::V2] {
                let world = tenure::personio::client::World {
                    now: &|| instant,
                    progress: &|_, _| {},
                };
                let settings = settings(&sim, api);
                let found =
                    tenure::personio::client::read(&settings, &schema, &Last::default(), &world);
                let text = format!("{:?}", found.unwrap().records);
                assert!(text.contains(until), "{zone}, {minutes}, {api:?}: {text}");
            }
        }
    }
}

#[test]
fn what_nobody_named_is_not_asked_for() {
    let sim = Sim::start(away(), options()).unwrap();
    let asked = |names: &[&str]| {
        [Api::V1, Api::V2].map(|api| {
            sim.recount();
            read(&settings(&sim, api), &schema(names), &Last::default()).unwrap();
            let requests = sim.requests();
            ["time-off", "absence-periods", "absence-types"]
                .map(|name| requests.iter().any(|line| line.contains(name)))
        })
    };
    let [no, yes] = [false, true];
    assert_eq!(asked(&[]), [[no, no, no], [no, no, no]]);
    assert_eq!(asked(&["absence.until"]), [[yes, no, no], [no, yes, no]]);
    assert_eq!(asked(ALL), [[yes, no, no], [no, yes, yes]]);
}

#[test]
fn absences_are_whole_or_the_reading_fails() {
    let schema = schema(ALL);
    for (api, lists, scope) in [
        (Api::V1, &["v1/time-offs"][..], "absences:read"),
        (
            Api::V2,
            &["v2/absence-periods", "v2/absence-types"],
            "personio:absences:read",
        ),
    ] {
        let mut options = options();
        options.slow = std::time::Duration::from_millis(700);
        let sim = Sim::start(away(), options).unwrap();
        let settings = settings(&sim, api);
        sim.recount();
        let before = shown(&read(&settings, &schema, &Last::default()).unwrap());
        let requests = sim.requests();
        for list in lists {
            let name = list.split_once('/').unwrap().1;
            let count = requests.iter().filter(|line| line.contains(name)).count();
            assert!(count >= 2, "{list}: {requests:?}");
            for (kind, name) in Kind::ALL {
                for at in (1..=count as u64).step_by(step().div_ceil(2)) {
                    sim.change(|company| *company = away());
                    sim.set(|options| {
                        options.faults = vec![Fault {
                            kind: *kind,
                            endpoint: Some((*list).to_owned()),
                            at,
                            times: 1,
                        }];
                    });
                    sim.recount();
                    match read(&settings, &schema, &Last::default()) {
                        // People who come and go are no matter of this list.
                        Ok(_) if matches!(kind, Kind::Created | Kind::Inserted | Kind::Deleted) => {
                        }
                        Ok(found) => assert_eq!(shown(&found), before, "{name} at {list}:{at}"),
                        Err(error) => {
                            assert_eq!(*kind, Kind::Skewed, "{name} at {list}:{at}: {error}");
                        }
                    }
                }
            }
        }
        sim.set(|options| {
            options.faults.clear();
            options.credentials[0].scopes.remove(scope);
        });
        let error = read(&settings, &schema, &Last::default()).unwrap_err();
        assert!(
            matches!(&error, Error::Right { scope: told, .. } if *told == scope),
            "{error}"
        );
    }
}
