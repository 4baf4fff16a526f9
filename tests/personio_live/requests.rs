//! What is asked, and how often: one log-in for all, a header where it is needed, and no write that counts for lost while
//! its value stands there.

use std::sync::Arc;

use super::{WORLD, kestrel, options, read, schema, settings, shown};
use tenure::hr::port::PortError;
use tenure::hr::{Attribute, Schema, Type};
use tenure::personio::client::{Api, Last, Settings, Writer};
use tenure::personio_sim::{Custom, Options, Sim};

/// A custom attribute that nobody has yet.
const FIELD: &str = "dynamic_3304500";

/// Somebody of the example.
const ID: &str = "4001";

fn count(sim: &Sim, what: &str) -> usize {
    let requests = sim.requests();
    requests.iter().filter(|line| line.contains(what)).count()
}

#[test]
fn however_many_requests_there_are_one_asks_for_a_token() {
    let schema = schema();
    for (api, log_in) in [(Api::V1, "POST /v1/auth"), (Api::V2, "POST /v2/auth/token")] {
        // In version 1 so many pages that several are asked for at a time.
        let mut company = kestrel();
        let sample = company.people.clone();
        for (person, id) in sample.iter().cycle().zip(100_000_u64..).take(600) {
            let mut person = person.clone();
            person.id = id;
            company.people.push(person);
        }
        if api == Api::V2 {
            company.people.truncate(200);
        }
        let sim = Sim::start(company, options()).unwrap();
        let settings = settings(&sim, api);
        let before = shown(&read(&settings, &schema, &Last::default()).unwrap());
        assert_eq!(count(&sim, log_in), 1, "{api:?}: {:?}", sim.requests());
        // It ends while many are on their way with it: they get one new token for all of them.
        let requests = sim.requests().len();
        for at in [3, requests / 2] {
            sim.set(|options| {
                options.faults = vec![format!("expired@{at}").parse().unwrap()];
            });
            sim.recount();
            let found = read(&settings, &schema, &Last::default()).unwrap();
            assert_eq!(shown(&found), before, "{api:?}");
            assert_eq!(count(&sim, log_in), 2, "{api:?}: {:?}", sim.requests());
        }
    }
}

#[test]
fn lists_that_were_not_generally_available_are_asked_for_as_such_after_a_404() {
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("department", Type::Text).optional(),
        Attribute::new("office", Type::Text).optional(),
        Attribute::new("company", Type::Text)
            .from("subcompany")
            .optional(),
        Attribute::new("centers", Type::List(Box::new(Type::Text)))
            .from("cost_centers")
            .optional(),
    ]);
    let schema = Arc::new(schema.unwrap());
    let mut all = Vec::new();
    let mut asked = Vec::new();
    for beta in [false, true] {
        // Several pages each: every one of them needs it.
        let options = Options {
            beta,
            page: 3,
            ..options()
        };
        let sim = Sim::start(kestrel(), options).unwrap();
        let found = read(&settings(&sim, Api::V2), &schema, &Last::default()).unwrap();
        all.push(shown(&found));
        let lists = ["org-units", "workplaces", "cost-centers", "legal-entities"];
        asked.push(lists.map(|list| count(&sim, &format!("GET /v2/{list}"))));
    }
    assert_eq!(all[0], all[1]);
    // Each list is read twice, for nothing tells how long it is, and finds out anew each time.
    let [units, places, centers, entities] = asked[0];
    assert!(units > 2 && places >= 2 && centers > 2, "{:?}", asked[0]);
    assert_eq!(asked[1], [units + 2, places + 2, centers + 2, entities]);
}

/// The example with an attribute of its own.
fn writable(options: Options) -> Sim {
    let sim = Sim::start(kestrel(), options).unwrap();
    let known_as = Custom {
        label: "Known to the directory as".to_owned(),
        ty: "standard".to_owned(),
        universal_id: None,
    };
    sim.change(|company| {
        company.custom.insert(FIELD.to_owned(), known_as);
        let person = company.person_mut(4001).unwrap();
        person.email.clear();
    });
    sim
}

fn there(sim: &Sim, name: &str) -> String {
    sim.change(|company| {
        let person = company.person(4001).unwrap();
        if name == "email" {
            return person.email.clone();
        }
        let value = person.custom.get(name);
        value
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    })
}

fn write(settings: &Settings, name: &str) -> Result<(), PortError> {
    let writer = Writer::new(settings, WORLD).unwrap();
    writer.write(ID, name, None, "fs@kestrel.example")
}

#[test]
fn a_write_whose_answer_is_lost_is_looked_at_before_it_counts_as_refused() {
    for (api, name, endpoint) in [
        (Api::V1, FIELD, "v1/employee"),
        (Api::V2, FIELD, "v2/person"),
        (Api::V2, "email", "v2/person"),
    ] {
        // The first request is for the value that is there, the second writes.
        for (fault, taken, patches) in [
            ("slow", true, 1),
            ("expired", true, 2),
            ("401", true, 2),
            ("429", true, 2),
            ("503", false, 1),
            ("502", false, 1),
        ] {
            let sim = writable(Options {
                slow: std::time::Duration::from_millis(900),
                faults: vec![format!("{fault}@{endpoint}:2").parse().unwrap()],
                ..options()
            });
            let written = write(&settings(&sim, api), name);
            assert_eq!(written.is_ok(), taken, "{api:?}, {fault}: {written:?}");
            assert_eq!(count(&sim, "PATCH"), patches, "{api:?}, {fault}");
            let value = there(&sim, name);
            assert_eq!(value == "fs@kestrel.example", taken, "{api:?}, {fault}");
        }
    }
}

/// What is lost and did not arrive, either, is refused and not sent again.
#[test]
fn a_write_that_never_arrived_is_refused() {
    let sim = writable(options());
    let settings = settings(&sim, Api::V2);
    let writer = Writer::new(&settings, WORLD).unwrap();
    assert_eq!(writer.value(ID, FIELD).unwrap(), None);
    // Nobody takes the connection any more.
    drop(sim);
    let refused = writer.write(ID, FIELD, None, "x").unwrap_err().to_string();
    assert!(refused.contains("cannot be reached"), "{refused}");
}

#[test]
fn with_auto_the_first_generation_writes_what_the_credential_may_not_in_the_second() {
    let without = |scopes: &[&str]| {
        let mut options = options();
        for scope in scopes {
            options.credentials[0].scopes.remove(*scope);
        }
        options
    };
    // May do only version 1.
    let old = ["personio:persons:read", "personio:persons:write"];
    let sim = writable(without(&old));
    let writer = Writer::new(&settings(&sim, Api::Auto), WORLD).unwrap();
    assert_eq!(writer.value(ID, FIELD).unwrap(), None);
    writer.write(ID, FIELD, None, "a").unwrap();
    let asked = count(&sim, "/v2/");
    writer.write(ID, FIELD, Some("a"), "b").unwrap();
    assert_eq!(there(&sim, FIELD), "b");
    // It is known by then.
    assert_eq!(count(&sim, "/v2/"), asked, "{:?}", sim.requests());
    // The address is only for the second: what is missing there is told, and nothing is written.
    let refused = writer
        .write(ID, "email", None, "c")
        .unwrap_err()
        .to_string();
    assert!(refused.contains("personio:persons:read"), "{refused}");
    assert_eq!(count(&sim, "PATCH /v1/"), 2);
    // May read both, and write in version 1.
    let sim = writable(without(&["personio:persons:write"]));
    write(&settings(&sim, Api::Auto), FIELD).unwrap();
    assert_eq!(there(&sim, FIELD), "fs@kestrel.example");
    let refused = write(&settings(&sim, Api::Auto), "email").unwrap_err();
    assert!(refused.to_string().contains("personio:persons:write"));
    // The second, where it may.
    let sim = writable(options());
    write(&settings(&sim, Api::Auto), FIELD).unwrap();
    write(&settings(&sim, Api::Auto), "email").unwrap();
    assert_eq!(
        (count(&sim, "PATCH /v1/"), count(&sim, "PATCH /v2/")),
        (0, 2)
    );
    // Neither: the newer one is worth mending.
    let sim = writable(without(&["personio:persons:write", "employees:write"]));
    let refused = write(&settings(&sim, Api::Auto), FIELD).unwrap_err();
    assert!(refused.to_string().contains("personio:persons:write"));
    assert_eq!(there(&sim, FIELD), "");
}
