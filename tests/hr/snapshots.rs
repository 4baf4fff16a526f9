//! Snapshots built by hand: sorting, lookup, duplicates, schemas.

use std::sync::Arc;

use tenure::hr::{
    At, Attribute, Origin, Person, PersonId, Place, Quarantined, Reason, Schema, SchemaError,
    Snapshot, Standing, Type, Value,
};

fn schema() -> Arc<Schema> {
    let attributes = vec![
        Attribute::new("key", Type::Text).from("id").key(),
        Attribute::new("name", Type::Text),
    ];
    Arc::new(Schema::new(attributes).unwrap())
}

fn person(id: &str, name: &str) -> Person {
    let values = vec![Some(Value::Text(id.into())), Some(Value::Text(name.into()))];
    Person::new(PersonId::parse(id).unwrap(), values)
}

fn quarantined(id: Option<&str>) -> Quarantined {
    Quarantined {
        id: id.map(|id| PersonId::parse(id).unwrap()),
        name: None,
        place: Place {
            file: "people.csv".into(),
            at: At::Line(2),
        },
        reasons: vec![Reason {
            position: 1,
            attribute: "name".into(),
            problem: "is missing".to_owned(),
            found: None,
            mend: "fill in `name`".to_owned(),
        }],
        good: vec![id.map(|id| Value::Text(id.into())), None].into(),
    }
}

#[test]
fn people_are_found_by_id_whatever_order_they_came_in() {
    let people = vec![person("x1", "A"), person("10", "B"), person("9", "C")];
    let bad = vec![quarantined(None), quarantined(Some("7"))];
    let snapshot = Snapshot::new(schema(), people, bad, Origin::new("test")).unwrap();
    let ids: Vec<String> = snapshot
        .people()
        .iter()
        .map(|person| person.id().to_string())
        .collect();
    assert_eq!(ids, ["9", "10", "x1"]);
    let standing = |id: &str| match snapshot.standing(&PersonId::parse(id).unwrap()) {
        Standing::Known(person) => person.get(1).unwrap().to_string(),
        Standing::Quarantined(record) => record.get(1).unwrap_err().to_string(),
        Standing::Unknown => "unknown".to_owned(),
    };
    assert_eq!(standing("x1"), "A");
    assert_eq!(standing("10"), "B");
    assert_eq!(standing("7"), "`name` is missing");
    assert_eq!(standing("8"), "unknown");
    assert_eq!(snapshot.len(), 5);
}

#[test]
fn a_quarantined_record_knows_what_is_good_and_what_is_not() {
    let record = quarantined(Some("7"));
    assert_eq!(record.get(0), Ok(Some(&Value::Text("7".into()))));
    assert_eq!(record.get(1).unwrap_err().mend, "fill in `name`");
}

#[test]
fn one_id_is_one_person_also_in_quarantine() {
    let people = vec![person("1", "A"), person("2", "B"), person("1", "C")];
    let error = Snapshot::new(
        schema(),
        people,
        vec![quarantined(Some("2"))],
        Origin::new("test"),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "person ids are not unique: 1 (2 times), 2 (2 times)"
    );
}

#[test]
fn a_schema_has_one_key_that_is_always_there() {
    let refused = |attributes: Vec<Attribute>| Schema::new(attributes).unwrap_err();
    let id = || Attribute::new("id", Type::Int).key();
    assert_eq!(
        refused(vec![Attribute::new("id", Type::Int)]),
        SchemaError::NoKey
    );
    for (attributes, problem) in [
        (
            vec![id(), Attribute::new("no", Type::Int).key()],
            "`id` and `no` are both marked `key`: exactly one attribute identifies a person",
        ),
        (
            vec![Attribute::new("id", Type::Date).key()],
            "the key `id` is date: a key is `int` or `text`",
        ),
        (
            vec![id().optional()],
            "the key `id` may be missing: a person without it could not be told from another; drop the `?`",
        ),
        (
            vec![
                id(),
                Attribute::new("a", Type::Text),
                Attribute::new("a", Type::Int),
            ],
            "the attribute `a` is declared twice",
        ),
        (
            vec![id(), Attribute::new("s", Type::one_of(["x", "X"]))],
            "`one of` of the attribute `s` must list at least one text, none empty and none twice regardless of case",
        ),
    ] {
        assert_eq!(refused(attributes).to_string(), problem);
    }
}

#[test]
fn two_attributes_may_come_from_one_source() {
    let attributes = vec![
        Attribute::new("id", Type::Int).key(),
        Attribute::new("number", Type::Text).from("id"),
        Attribute::new("office", Type::Text),
    ];
    let schema = Schema::new(attributes).unwrap();
    assert_eq!(
        schema
            .sources()
            .iter()
            .map(AsRef::as_ref)
            .collect::<Vec<&str>>(),
        ["id", "office"]
    );
    let from_id: Vec<&str> = schema
        .attributes_from(0)
        .map(|attribute| attribute.name.as_ref())
        .collect();
    assert_eq!(from_id, ["id", "number"]);
}
