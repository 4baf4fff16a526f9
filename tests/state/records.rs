//! Last records: sealed, exact, and only of people whom the state knows.

use std::sync::Arc;

use tenure::hr::{Attribute, Employment, Origin, Person, PersonId, Schema, Snapshot, Type, Value};
use tenure::state::{Keep, PersonMemory};

use super::{Bench, at};

fn schema(more: Vec<Attribute>) -> Arc<Schema> {
    let mut all = vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("name", Type::Text),
        Attribute::new("left", Type::Date).optional(),
        Attribute::new("duties", Type::List(Box::new(Type::Text))).optional(),
    ];
    all.extend(more);
    Arc::new(Schema::new(all).unwrap())
}

fn person(id: i64, name: &str, duties: &[&str]) -> Person {
    let list = duties.iter().map(|duty| Value::Text((*duty).into()));
    let values = vec![
        Some(Value::Int(id)),
        Some(Value::Text(name.into())),
        Some(Value::Date("2026-03-02".parse().unwrap())),
        (!duties.is_empty()).then(|| Value::List(list.collect())),
    ];
    Person::new(PersonId::from(id), values)
}

/// Keeps what HR says of these; the state knows Ada and Bob.
fn keep(bench: &Bench, people: &[Person]) {
    let people = Snapshot::new(
        schema(Vec::new()),
        people.to_vec(),
        Vec::new(),
        Origin::new("test"),
    );
    bench
        .write(|writer| {
            for id in [1, 2] {
                writer.set_person(&PersonId::from(id), &PersonMemory::default())?;
            }
            writer.keep_records(people.as_ref().unwrap(), at(0))
        })
        .unwrap();
}

fn kept(bench: &Bench, schema: &Schema) -> Vec<Person> {
    let all = [1, 2, 3].map(PersonId::from);
    bench.store().last_records(schema, &all).unwrap()
}

fn bytes(bench: &Bench) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(bench.folder.path()).unwrap() {
        all.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    all
}

#[test]
fn a_record_is_read_as_it_was_kept_and_stays_when_hr_has_it_no_more() {
    let bench = Bench::new();
    let ada = person(1, "Ada", &["First aid, day shift", "Works council"]);
    let bob = person(2, "Bob", &[]);
    keep(
        &bench,
        &[ada.clone(), bob.clone(), person(3, "A stranger", &[])],
    );
    assert_eq!(kept(&bench, &schema(Vec::new())), [ada.clone(), bob]);
    let married = person(2, "Bob Ross", &[]);
    keep(&bench, std::slice::from_ref(&married));
    assert_eq!(kept(&bench, &schema(Vec::new())), [ada, married]);
}

#[test]
fn nothing_of_it_lies_in_clear_and_the_old_one_is_gone() {
    let bench = Bench::new();
    keep(&bench, &[person(1, "Ipecacuanha", &["Fumigation"])]);
    keep(&bench, &[person(1, "Jaborandi", &["Fumigation"])]);
    for word in ["Ipecacuanha", "Jaborandi", "Fumigation"] {
        let found = bytes(&bench);
        let found = found
            .windows(word.len())
            .any(|window| window == word.as_bytes());
        assert!(!found, "{word}");
    }
    let store = bench.store();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let rows: i64 = db
        .query_row("SELECT count(*) FROM private", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn a_record_that_no_longer_fits_the_policy_is_none() {
    let bench = Bench::new();
    keep(&bench, &[person(1, "Ada", &[])]);
    let needed = schema(vec![Attribute::new("office", Type::Text)]);
    assert_eq!(kept(&bench, &needed), []);
    let optional = schema(vec![Attribute::new("office", Type::Text).optional()]);
    let found = kept(&bench, &optional);
    assert_eq!((found.len(), found[0].get(4)), (1, None));
}

#[test]
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method alone is of one lifetime only"
)]
fn whoever_is_forgotten_has_no_last_record_and_dropping_all_leaves_none() {
    let bench = Bench::new();
    keep(&bench, &[person(1, "Ada", &[]), person(2, "Bob", &[])]);
    bench
        .write(|writer| writer.forget(&PersonId::from(1), at(1)))
        .unwrap();
    assert_eq!(kept(&bench, &schema(Vec::new())).len(), 1);
    bench.write(|writer| writer.drop_records()).unwrap();
    assert_eq!(kept(&bench, &schema(Vec::new())), []);
}

#[test]
fn employments_are_read_as_they_were_kept() {
    let bench = Bench::new();
    let fields: Arc<[Attribute]> = [
        Attribute::new("job", Type::Text),
        Attribute::new("until", Type::Date).optional(),
    ]
    .into();
    let list = Type::List(Box::new(Type::Employment(fields)));
    let schema = Arc::new(
        Schema::new(vec![
            Attribute::new("id", Type::Int).key(),
            Attribute::new("employments", list).optional(),
        ])
        .unwrap(),
    );
    let employment = |job: &str, until: Option<&str>| {
        let until = until.map(|day| Value::Date(day.parse().unwrap()));
        let values = vec![Some(Value::Text(job.into())), until];
        Value::Employment(Arc::new(Employment::new(values)))
    };
    let both = [
        employment("Porter, nights", Some("2026-03-02")),
        employment("Cook", None),
    ];
    let values = vec![Some(Value::Int(1)), Some(Value::List(both.into()))];
    let ada = Person::new(PersonId::from(1), values);
    let people = Snapshot::new(
        schema.clone(),
        vec![ada.clone()],
        Vec::new(),
        Origin::new("test"),
    );
    bench
        .write(|writer| {
            writer.set_person(&PersonId::from(1), &PersonMemory::default())?;
            writer.keep_records(people.as_ref().unwrap(), at(0))
        })
        .unwrap();
    assert_eq!(kept(&bench, &schema), [ada]);
}

#[test]
fn the_last_record_of_somebody_who_is_there_does_not_age() {
    let bench = Bench::new();
    let (ada, bob) = (person(1, "Ada", &[]), person(2, "Bob", &[]));
    keep(&bench, &[ada.clone(), bob]);
    bench
        .write(|writer| {
            let gone = PersonMemory {
                vanished: Some(at(0)),
                ..PersonMemory::default()
            };
            writer.set_person(&PersonId::from(2), &gone)
        })
        .unwrap();
    let later = at(200 * 86_400);
    let retention = Keep {
        values_since: at(20 * 86_400),
        trail_since: at(0),
    };
    bench.store().prune(&bench.lock, &retention, later).unwrap();
    // Of who has been gone for as long as values are kept, nothing is.
    assert_eq!(kept(&bench, &schema(Vec::new())), [ada]);
}
