//! All employments of a person, which version 2 alone has: what is left out of one is nothing there, if it is proved to be
//! sent; and one that comes without its state is not believed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{kestrel, last, now, options, read, settings, shown};
use tenure::hr::{Attribute, Schema, Snapshot, Type};
use tenure::personio::client::{Api, Error, Last};
use tenure::personio_sim::{Habit, Options, Sim};

fn fields() -> Vec<Attribute> {
    vec![
        Attribute::new("since", Type::Date).from("employment_start_date"),
        Attribute::new("state", Type::Text).from("status"),
        Attribute::new("title", Type::Text)
            .from("position.title")
            .optional(),
        Attribute::new("boss", Type::Person)
            .from("supervisor.id")
            .optional(),
        Attribute::new("end", Type::Date)
            .from("termination.termination_date")
            .optional(),
        Attribute::new("left", Type::Date)
            .from("termination.last_working_day")
            .optional(),
    ]
}

/// A person with all employments, and with the state of the one that counts.
fn schema(more: Vec<Attribute>) -> Arc<Schema> {
    let mut all = vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("last_name", Type::Text),
        Attribute::new(
            "employments",
            Type::List(Box::new(Type::Employment(fields().into()))),
        )
        .optional(),
    ];
    all.extend(more);
    Arc::new(Schema::new(all).unwrap())
}

/// The ids of those who were set aside.
fn aside(snapshot: &Snapshot) -> Vec<String> {
    let ids = snapshot.quarantined().iter();
    ids.filter_map(|record| Some(record.id.as_ref()?.to_string()))
        .collect()
}

#[test]
fn what_is_left_out_of_an_employment_is_nothing_there() {
    let schema = schema(Vec::new());
    let mut all = Vec::new();
    for omit_empty in [false, true] {
        let options = Options {
            omit_empty,
            ..options()
        };
        let sim = Sim::start(kestrel(), options).unwrap();
        sim.change(|company| {
            // A day that is none is nobody's fault here.
            company.people.retain(|person| person.verbatim.is_empty());
            company.people.truncate(40);
            Habit::CompanySwitch.befall(company, now())
        })
        .unwrap();
        let found = read(&settings(&sim, Api::V2), &schema, &Last::default()).unwrap();
        assert_eq!(aside(&found), Vec::<String>::new(), "{omit_empty}");
        all.push(shown(&found));
    }
    assert_eq!(all[0], all[1]);
    assert!(all[0].contains("active"), "{}", all[0]);
    // Whoever changed companies has two, and the first one ends.
    let two = all[0]
        .lines()
        .filter(|line| line.contains("\", \"("))
        .count();
    assert_eq!(two, 1, "{}", all[0]);
}

#[test]
fn a_field_that_is_not_released_is_told_and_so_is_one_that_nothing_proves() {
    let schema = schema(Vec::new());
    let without = |name: &str| {
        let names = ["last_name", "status", "hire_date", "position", "supervisor"];
        let more = ["termination_date", "last_working_day"];
        let all = names.into_iter().chain(more).filter(|one| *one != name);
        let all: BTreeSet<String> = all.map(str::to_owned).collect();
        let mut options = options();
        options.credentials[0].attributes = Some(all);
        options
    };
    let ask = |options: Options, ends: bool| {
        let sim = Sim::start(kestrel(), options).unwrap();
        if !ends {
            sim.change(|company| {
                let employments = company.people.iter_mut().map(|one| &mut one.employments);
                for employment in employments.flatten() {
                    employment.termination = None;
                }
            });
        }
        read(&settings(&sim, Api::V2), &schema, &Last::default())
    };
    for (name, field) in [
        ("termination_date", "termination.termination_date"),
        ("last_working_day", "termination.last_working_day"),
        ("position", "position.title"),
        ("supervisor", "supervisor.id"),
        ("hire_date", "employment_start_date"),
        ("status", "status"),
    ] {
        for omit_empty in [false, true] {
            let options = Options {
                omit_empty,
                ..without(name)
            };
            let error = ask(options, true).unwrap_err();
            let Error::NotReleased { missing } = &error else {
                panic!("{name}: {error}");
            };
            let missing: Vec<&str> = missing.iter().map(|one| one.source.as_ref()).collect();
            assert_eq!(missing, [field], "{name}");
        }
    }
    // Without the list of attributes somebody who is inactive must have a last day.
    let unlisted = |omit_empty| {
        let mut options = without("");
        options.omit_empty = omit_empty;
        options.credentials[0].scopes.remove("employees:attributes");
        options
    };
    assert!(ask(unlisted(false), true).is_ok());
    let error = ask(unlisted(false), false).unwrap_err();
    assert!(
        error.to_string().contains("termination.termination_date"),
        "{error}"
    );
    // Listed, it need not be seen.
    assert!(ask(without(""), false).is_ok());
}

#[test]
fn an_employment_without_its_state_is_asked_for_again_and_then_not_believed() {
    let status = || Attribute::new("status", Type::Text);
    for (schema, at_a_time) in [(schema(vec![status()]), 1), (schema(Vec::new()), 7)] {
        let sim = Sim::start(kestrel(), options()).unwrap();
        sim.change(|company| company.people.truncate(30));
        let settings = settings(&sim, Api::V2);
        let clean = read(&settings, &schema, &Last::default()).unwrap();
        for at in (1..=30).step_by(at_a_time) {
            sim.set(|options| {
                options.faults = vec![format!("no-status@v2/employments:{at}").parse().unwrap()];
            });
            sim.recount();
            let found = read(&settings, &schema, &last(&clean)).unwrap();
            assert_eq!(shown(&found), shown(&clean), "from {at}");
        }
        // The last three of them stay so: which employment counts is not known of these, and of nobody else.
        sim.set(|options| {
            options.faults = vec!["no-status@v2/employments:28*99".parse().unwrap()];
        });
        sim.recount();
        let found = read(&settings, &schema, &last(&clean)).unwrap();
        let new: Vec<String> = aside(&found)
            .into_iter()
            .filter(|id| !aside(&clean).contains(id))
            .collect();
        assert_eq!(new.len(), 3, "{new:?}");
        assert!(
            shown(&found).contains("of a person with an employment without a status"),
            "{}",
            shown(&found)
        );
    }
}

/// Also where the policy asks for no state at all: whose employment counts hangs on it.
#[test]
fn the_employment_that_counts_is_not_guessed() {
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("last_day", Type::Date)
            .from("termination_date")
            .optional(),
    ]);
    let schema = Arc::new(schema.unwrap());
    let sim = Sim::start(kestrel(), options()).unwrap();
    sim.change(|company| company.people.truncate(30));
    let settings = settings(&sim, Api::V2);
    let clean = read(&settings, &schema, &Last::default()).unwrap();
    sim.set(|options| {
        options.faults = vec!["no-status@v2/employments:28*99".parse().unwrap()];
    });
    sim.recount();
    let found = read(&settings, &schema, &Last::default()).unwrap();
    assert_eq!(aside(&found).len(), aside(&clean).len() + 3);
}

#[test]
fn version_1_has_no_list_of_employments_and_says_so() {
    let schema = schema(Vec::new());
    let sim = Sim::start(kestrel(), options()).unwrap();
    let error = read(&settings(&sim, Api::V1), &schema, &Last::default()).unwrap_err();
    assert_eq!(
        (error.code(), error.help().contains("api = \"v2\"")),
        ("personio-other-version", true),
        "{error}"
    );
    assert!(read(&settings(&sim, Api::Auto), &schema, &Last::default()).is_ok());
}
