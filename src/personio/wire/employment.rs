//! Employments within a record: an array of objects, each in the shape of version 1 (`attributes` with labelled
//! values) or of version 2 (plain fields, some of them objects, which a policy names as `termination.termination_date`).

use std::collections::BTreeMap;

use serde_json::value::RawValue as Json;

use super::v2::word;
use super::value::{Tags, value};
use crate::hr::{Attribute, RawValue};

/// The fields of an object, unread.
type Object<'a> = BTreeMap<String, &'a Json>;

/// What is a word of a closed list there, and stands in capitals.
const WORDS: &[&str] = &["status", "type", "termination.type"];

/// What an object that is null says of a value within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NullObject {
    /// That there is none: `"termination": null` is no termination, so it has no date.
    HasNothing,
    /// Nothing, as long as nobody has proved that the value would be sent.
    SaysNothing,
}

/// The employments of one person, each by the order of `fields`.
pub(super) fn employments(json: &Json, fields: &[Attribute], null: NullObject) -> RawValue {
    if !json.get().starts_with('[') {
        return employment(json, fields, null);
    }
    match serde_json::from_str::<Vec<&Json>>(json.get()) {
        Ok(items) => RawValue::List(
            items
                .into_iter()
                .map(|item| employment(item, fields, null))
                .collect(),
        ),
        Err(_) => RawValue::Unusable("a damaged list".to_owned()),
    }
}

fn employment(json: &Json, fields: &[Attribute], null: NullObject) -> RawValue {
    let Some(object) = object(json) else {
        return value(json, Tags::No);
    };
    let inner = object
        .get("attributes")
        .and_then(|inner| self::object(inner));
    let object = inner.unwrap_or(object);
    let values = fields.iter().map(|field| {
        let list = matches!(field.ty, crate::hr::Type::List(_));
        let tags = if list { Tags::Wanted } else { Tags::No };
        let is_word = WORDS.contains(&field.source.as_ref());
        find(&object, &field.source, null, &|json| {
            if is_word {
                word(json)
            } else {
                value(json, tags)
            }
        })
    });
    RawValue::Record(values.collect())
}

/// What stands under a name, or under names within names; nothing where it was not sent.
fn find(
    object: &Object<'_>,
    name: &str,
    null: NullObject,
    read: &dyn Fn(&Json) -> RawValue,
) -> Option<RawValue> {
    if let Some(json) = object.get(name) {
        return Some(read(unlabelled(json)));
    }
    let (first, rest) = name.split_once('.')?;
    let json = unlabelled(object.get(first)?);
    match self::object(json) {
        Some(inner) => find(&inner, rest, null, read),
        None if json.get() == "null" => (null == NullObject::HasNothing).then_some(RawValue::Null),
        None => Some(RawValue::Unusable(format!(
            "no object, so it has no `{rest}`"
        ))),
    }
}

fn object(json: &Json) -> Option<Object<'_>> {
    if !json.get().starts_with('{') {
        return None;
    }
    serde_json::from_str(json.get()).ok()
}

/// The value of `{"label": …, "value": …}`; anything else is its own.
fn unlabelled(json: &Json) -> &Json {
    match object(json) {
        Some(object) if object.contains_key("label") => {
            object.get("value").copied().unwrap_or(json)
        }
        Some(_) | None => json,
    }
}

#[cfg(test)]
mod tests {
    use super::{NullObject, employments};
    use crate::hr::{Attribute, RawValue, Type};

    fn read(json: &str) -> RawValue {
        let fields = [
            Attribute::new("start", Type::Date),
            Attribute::new("boss", Type::Person).from("supervisor.id"),
            Attribute::new("ends", Type::Date).from("termination.termination_date"),
        ];
        let json = serde_json::from_str(json).unwrap();
        employments(json, &fields, NullObject::HasNothing)
    }

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn both_shapes_are_read() {
        let plain = r#"[{"start":"2020-01-01","supervisor":{"id":"7"},"termination":null}]"#;
        let wrapped = r#"[{"type":"Employment","attributes":{
            "start":{"label":"Start","value":"2020-01-01","type":"date"},
            "supervisor":{"id":"7"},"termination":{"label":"End","value":null}}}]"#;
        for json in [plain, wrapped] {
            let fields = vec![
                Some(text("2020-01-01")),
                Some(text("7")),
                Some(RawValue::Null),
            ];
            let record = RawValue::Record(fields.into());
            assert_eq!(read(json), RawValue::List(vec![record]), "{json}");
        }
    }

    #[test]
    fn what_is_not_sent_is_not_there_and_what_is_no_object_is_no_employment() {
        let none: Vec<Option<RawValue>> = vec![None, None, None];
        assert_eq!(
            read("[{}]"),
            RawValue::List(vec![RawValue::Record(none.into())])
        );
        assert_eq!(read("null"), RawValue::Null);
        assert_eq!(read("[3]"), RawValue::List(vec![RawValue::Integer(3)]));
        let odd = read(r#"[{"start":null,"supervisor":4,"termination":{}}]"#);
        let boss = RawValue::Unusable("no object, so it has no `id`".to_owned());
        let fields = vec![Some(RawValue::Null), Some(boss), None];
        assert_eq!(odd, RawValue::List(vec![RawValue::Record(fields.into())]));
    }
}
