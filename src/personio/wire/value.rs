//! From one JSON value of an attribute to a raw value: objects become names and references, tags become lists.

use serde::Deserialize;
use serde_json::value::RawValue as Json;

use crate::hr::RawValue;

/// An object within a value: `{"type": "Department", "attributes": {"id": 1, "name": "IT"}}`.
#[derive(Deserialize)]
struct Wrapper<'a> {
    #[serde(rename = "type")]
    ty: Option<String>,
    #[serde(borrow)]
    attributes: Option<Wrapped<'a>>,
}

/// What is used of such an object.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    id: Option<&'a Json>,
    #[serde(borrow)]
    name: Option<&'a Json>,
}

/// The id of a person within a value: the number itself, or an attribute with a `value`.
#[derive(Deserialize)]
struct Labelled<'a> {
    #[serde(borrow)]
    value: Option<&'a Json>,
}

/// Whether a text may be a list in disguise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tags {
    /// A text is a text.
    No,
    /// The policy wants a list: a text that is a JSON array is one.
    Wanted,
    /// Personio says that these are tags: a text is a JSON array or separated by commas.
    Told,
}

/// The value of an attribute.
pub(super) fn value(json: &Json, tags: Tags) -> RawValue {
    if !json.get().starts_with('[') {
        return scalar(json, tags);
    }
    match serde_json::from_str::<Vec<&Json>>(json.get()) {
        Ok(items) => RawValue::List(
            items
                .into_iter()
                .map(|item| scalar(item, Tags::No))
                .collect(),
        ),
        Err(_) => RawValue::Unusable("a damaged list".to_owned()),
    }
}

/// A value that is no list. Lists within lists do not occur; following them would let a file choose our stack depth.
fn scalar(json: &Json, tags: Tags) -> RawValue {
    let text = json.get();
    match text.as_bytes().first() {
        Some(b'n') | None => RawValue::Null,
        Some(b't') => RawValue::Bool(true),
        Some(b'f') => RawValue::Bool(false),
        Some(b'"') => match serde_json::from_str::<String>(text) {
            Ok(text) => tagged(text, tags),
            Err(_) => RawValue::Unusable("text with a broken `\\u` escape".to_owned()),
        },
        Some(b'{') => object(text),
        Some(b'[') => RawValue::Unusable("a list of lists".to_owned()),
        Some(_) => match text.parse() {
            Ok(number) => RawValue::Integer(number),
            Err(_) => RawValue::Decimal(text.to_owned()),
        },
    }
}

/// A text, or the list that it stands for: Personio writes tags as `["A","B"]`, `"A,B"` or `"[\"A\",\"B\"]"`.
fn tagged(text: String, tags: Tags) -> RawValue {
    if tags == Tags::No {
        return RawValue::Text(text);
    }
    if text.trim_start().starts_with('[')
        && let Ok(items) = serde_json::from_str::<Vec<String>>(&text)
    {
        return RawValue::List(items.into_iter().map(RawValue::Text).collect());
    }
    if tags == Tags::Wanted {
        return RawValue::Text(text);
    }
    RawValue::List(
        text.split(',')
            .map(|tag| RawValue::Text(tag.to_owned()))
            .collect(),
    )
}

/// An object: a person becomes a reference, whatever else has a name becomes that name.
fn object(text: &str) -> RawValue {
    let Ok(Wrapper { ty, attributes }) = serde_json::from_str::<Wrapper>(text) else {
        return RawValue::Unusable("an object of an unknown shape".to_owned());
    };
    let of_type = ty
        .as_deref()
        .map_or_else(String::new, |ty| format!(" of type `{ty}`"));
    let Some(attributes) = attributes else {
        return RawValue::Unusable(format!("an object{of_type} without `attributes`"));
    };
    match (ty.as_deref(), attributes.id, attributes.name) {
        (Some("Employee"), Some(id), _) => reference(id),
        (Some("Employee"), None, _) => RawValue::Unusable("a person without an id".to_owned()),
        (_, _, Some(name)) => scalar(name, Tags::No),
        // A name that is null is as good as no department.
        (_, Some(_), None) => RawValue::Null,
        (_, None, None) => RawValue::Unusable(format!("an object{of_type} without a name")),
    }
}

fn reference(id: &Json) -> RawValue {
    let plain = if id.get().starts_with('{') {
        match serde_json::from_str::<Labelled>(id.get()) {
            Ok(Labelled { value: Some(value) }) => value,
            Ok(Labelled { value: None }) | Err(_) => {
                return RawValue::Unusable("a person without an id".to_owned());
            }
        }
    } else {
        id
    };
    if plain.get().starts_with(['{', '[']) {
        return RawValue::Unusable("a person without an id".to_owned());
    }
    let id = scalar(plain, Tags::No);
    if id == RawValue::Null {
        id
    } else {
        RawValue::Reference(Box::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::{Tags, value};
    use crate::hr::RawValue;

    fn read(json: &str, tags: Tags) -> String {
        let json: &serde_json::value::RawValue = serde_json::from_str(json).unwrap();
        show(&value(json, tags))
    }

    fn show(raw: &RawValue) -> String {
        match raw {
            RawValue::Null => "null".into(),
            RawValue::Text(text) => format!("{text:?}"),
            RawValue::Integer(number) => number.to_string(),
            RawValue::Decimal(text) => format!("decimal {text}"),
            RawValue::Bool(truth) => truth.to_string(),
            RawValue::List(items) => {
                format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            RawValue::Reference(id) => format!("person {}", show(id)),
            RawValue::Record(_) => "an employment".into(),
            RawValue::Photo(photo) => photo.to_string(),
            RawValue::Unusable(what) => format!("unusable: {what}"),
        }
    }

    #[test]
    fn plain_values_keep_their_kind() {
        for (json, raw) in [
            ("null", "null"),
            ("true", "true"),
            (r#""""#, r#""""#),
            (r#""Zo\u00eb""#, r#""Zoë""#),
            ("1067807102794692000", "1067807102794692000"),
            ("-0", "0"),
            ("3000.10", "decimal 3000.10"),
            ("18446744073709551616", "decimal 18446744073709551616"),
            (r#""\ud800""#, "unusable: text with a broken `\\u` escape"),
        ] {
            assert_eq!(read(json, Tags::No), raw, "{json}");
        }
    }

    #[test]
    fn objects_become_names_and_people_become_references() {
        for (json, raw) in [
            (
                r#"{"type":"Office","attributes":{"id":7,"name":"Lisboa"}}"#,
                r#""Lisboa""#,
            ),
            (
                r#"{"type":"Team","attributes":{"id":7,"name":null}}"#,
                "null",
            ),
            (
                r#"{"type":"Team","attributes":{}}"#,
                "unusable: an object of type `Team` without a name",
            ),
            (
                r#"{"type":"Team"}"#,
                "unusable: an object of type `Team` without `attributes`",
            ),
            ("{}", "unusable: an object without `attributes`"),
            (
                r#"{"attributes":[]}"#,
                "unusable: an object of an unknown shape",
            ),
            (
                r#"{"type":"Employee","attributes":{"id":{"label":"ID","value":42,"type":"integer"},"first_name":{}}}"#,
                "person 42",
            ),
            (r#"{"type":"Employee","attributes":{"id":42}}"#, "person 42"),
            (
                r#"{"type":"Employee","attributes":{"id":{"value":null}}}"#,
                "unusable: a person without an id",
            ),
            (
                r#"{"type":"Employee","attributes":{"email":{}}}"#,
                "unusable: a person without an id",
            ),
            (
                r#"{"type":"Employee","attributes":{"id":{"value":[[]]}}}"#,
                "unusable: a person without an id",
            ),
        ] {
            assert_eq!(read(json, Tags::No), raw, "{json}");
        }
    }

    #[test]
    fn lists_hold_what_their_elements_are() {
        for (json, raw) in [
            ("[]", "[]"),
            (
                r#"[{"type":"CostCenter","attributes":{"id":1,"name":"4200","percentage":100}}]"#,
                r#"["4200"]"#,
            ),
            (r#"["A", 1, null]"#, r#"["A" 1 null]"#),
            ("[[1]]", "[unusable: a list of lists]"),
        ] {
            assert_eq!(read(json, Tags::No), raw, "{json}");
        }
    }

    #[test]
    fn tags_come_in_three_notations() {
        for json in [r#"["A","B"]"#, r#""A,B""#, r#""[\"A\",\"B\"]""#] {
            assert_eq!(read(json, Tags::Told), r#"["A" "B"]"#, "{json}");
        }
        assert_eq!(read(r#""[\"A\",\"B\"]""#, Tags::Wanted), r#"["A" "B"]"#);
        assert_eq!(read(r#""A,B""#, Tags::Wanted), r#""A,B""#);
        assert_eq!(read(r#""[\"A\"]""#, Tags::No), r#""[\"A\"]""#);
        assert_eq!(read(r#""[not json""#, Tags::Told), r#"["[not json"]"#);
    }
}
