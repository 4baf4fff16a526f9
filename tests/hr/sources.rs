//! Several sources of people as one: keys with a prefix, references, and who is in two of them.

use std::sync::Arc;

use tenure::hr::{
    Attribute, Origin, PersonId, Schema, Snapshot, SourceSnapshot, Standing, Type, Value, merge,
    read_csv, type_records,
};

fn schema() -> Arc<Schema> {
    let people = Type::List(Box::new(Type::Person));
    let schema = Schema::new(vec![
        Attribute::new("id", Type::Text).key(),
        Attribute::new("name", Type::Text),
        Attribute::new("boss", Type::Person).optional(),
        Attribute::new("peers", people).optional(),
    ]);
    Arc::new(schema.unwrap())
}

fn source(name: &str, prefix: Option<&str>, csv: &str) -> SourceSnapshot {
    let schema = schema();
    let csv = format!("id,name,boss,peers\n{csv}");
    let records = read_csv(name, csv.as_bytes(), &schema).unwrap();
    SourceSnapshot {
        name: name.into(),
        prefix: prefix.map(Into::into),
        snapshot: type_records(&schema, records, Origin::new(name)).unwrap(),
    }
}

fn id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

/// Each person with everything that is said of them; records that cannot be read behind them.
fn shown(snapshot: &Snapshot) -> Vec<String> {
    let line = |key: String, values: &[Option<Value>]| {
        let values: Vec<String> = values
            .iter()
            .map(|value| value.as_ref().map_or("-".to_owned(), ToString::to_string))
            .collect();
        format!("{key}: {}", values.join(" | "))
    };
    let people = snapshot.people().iter();
    let people = people.map(|person| line(person.id().to_string(), person.values()));
    let bad = snapshot.quarantined().iter();
    let bad = bad.map(|record| line(format!("bad {:?}", record.id), &record.good));
    people.chain(bad).collect()
}

const STAFF: &str = "1,Ada,,\"2,x9\"\n2,Bob,1,1\n";
const EXTERNALS: &str = "1,Eve,2,\"1,7\"\n7,Kim,1,2\n8,,7,\n";

fn both() -> Vec<SourceSnapshot> {
    vec![
        source("staff.csv", None, STAFF),
        source("externals.csv", Some("x"), EXTERNALS),
    ]
}

fn merged(sources: Vec<SourceSnapshot>) -> Snapshot {
    merge(&schema(), sources, Origin::new("")).unwrap()
}

#[test]
fn keys_bear_the_prefix_and_references_mean_their_own_source_first() {
    assert_eq!(
        shown(&merged(both())),
        [
            // Nobody is called x9 yet: a reference is kept as it stands.
            "1: 1 | Ada | - | 2, x9",
            "2: 2 | Bob | 1 | 1",
            // Two is nobody's key among the externals, so it is the one of the staff; one and seven are theirs.
            "x1: x1 | Eve | 2 | x1, x7",
            "x7: x7 | Kim | x1 | 2",
            "bad Some(PersonId(x8)): x8 | - | x7 | -",
        ]
    );
}

#[test]
fn whoever_is_nowhere_stays_a_stranger_of_the_own_source() {
    let all = merged(vec![
        source("staff.csv", None, "1,Ada,77,\n"),
        source("externals.csv", Some("x"), "5,Eve,99,\n"),
    ]);
    assert_eq!(
        shown(&all),
        ["1: 1 | Ada | 77 | -", "x5: x5 | Eve | x99 | -"]
    );
    assert_eq!(all.standing(&id("x99")), Standing::Unknown);
}

#[test]
fn a_person_whose_record_cannot_be_read_is_meant_all_the_same() {
    let all = merged(both());
    let Standing::Quarantined(record) = all.standing(&id("x8")) else {
        panic!("x8 is quarantined");
    };
    assert_eq!(record.reasons.len(), 1);
    assert_eq!(all.standing(&id("8")), Standing::Unknown);
}

#[test]
fn the_order_of_sources_leaves_no_trace() {
    let (one, mut other) = (both(), both());
    other.reverse();
    let (one, other) = (merged(one), merged(other));
    assert_eq!(shown(&one), shown(&other));
    assert_eq!(one.digest(), other.digest());
    assert_eq!(one.origin(), other.origin());
    assert_eq!(one.sources(), other.sources());
    let read: Vec<(&str, u32)> = one
        .sources()
        .iter()
        .map(|source| (&*source.name, source.records))
        .collect();
    assert_eq!(read, [("externals.csv", 3), ("staff.csv", 2)]);
    assert_ne!(one.sources()[0].digest, one.sources()[1].digest);
}

#[test]
fn who_is_in_two_sources_under_one_key_is_refused() {
    let refused = |sources| {
        let error = merge(&schema(), sources, Origin::new("")).unwrap_err();
        format!("{}: {error}", error.code())
    };
    assert_eq!(
        refused(vec![
            source("a.csv", None, "1,Ada,,\n2,Bob,,\n"),
            source("b.csv", None, "2,Bob,,\n3,Cy,,\n"),
        ]),
        "person-in-two-sources: two sources have people of one key: 2 is in `a.csv` and `b.csv`"
    );
    // The prefix makes them the same, and a record that cannot be read counts as well.
    assert_eq!(
        refused(vec![
            source("a.csv", None, "x2,,,\n"),
            source("b.csv", Some("x"), "2,Bob,,\n"),
        ]),
        "person-in-two-sources: two sources have people of one key: x2 is in `a.csv` and `b.csv`"
    );
    let long = "9".repeat(250);
    let refused = refused(vec![source(
        "b.csv",
        Some("external-"),
        &format!("{long},Bob,,\n"),
    )]);
    assert!(
        refused.ends_with("cannot bear the prefix of the source: an id has at most 256 bytes"),
        "{refused}"
    );
}
