//! The way back: raw records of any source as answers of version 1, so that a recording can hold them.
//!
//! Whatever HR said of a person reads back as it was: what it did not send is not there, what it sent empty is null, and
//! a text stays a text.

use std::fmt::Write as _;

use super::WORDS;
use crate::hr::{Photo, RawRecord, RawValue, Schema};

/// How many people stand on one page: a page is read whole, and a file has an end to its size.
const PEOPLE_A_PAGE: usize = 5_000;

/// The fields of an employment that are words of a closed list, too.
const EMPLOYMENT_WORDS: &[&str] = &["status", "type", "termination.type"];

/// People as a recording holds them.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The pages, in their order.
    pub pages: Vec<String>,
    /// The photos, each with the key of its person, which is the name of its file.
    pub photos: Vec<(String, Vec<u8>)>,
    /// Of whom the photo is left out: their key cannot be the name of a file.
    pub without_photo: usize,
}

/// Writes records as recorded answers of `GET /v1/company/employees`; [`super::super::read_recording`] reads them back.
pub fn record(records: &[RawRecord], schema: &Schema) -> Recording {
    let mut recording = Recording::default();
    let all = records.chunks(PEOPLE_A_PAGE);
    let pages = all.len();
    for (number, chunk) in all.enumerate() {
        let mut page = format!(
            "{{\"success\":true,\"metadata\":{{\"total_elements\":{},\"total_pages\":{pages},\"current_page\":{number}}},\
             \"data\":[",
            records.len()
        );
        for (index, record) in chunk.iter().enumerate() {
            page.push_str(if index == 0 { "\n" } else { ",\n" });
            person(&mut page, record, schema);
            photo(&mut recording, record, schema);
        }
        page.push_str("\n]}\n");
        recording.pages.push(page);
    }
    recording
}

fn person(out: &mut String, record: &RawRecord, schema: &Schema) {
    out.push_str("{\"type\":\"Employee\",\"attributes\":{");
    let mut first = true;
    for (source, value) in schema.sources().iter().zip(&record.fields) {
        let Some(value) = value else {
            continue;
        };
        let comma = if first { "" } else { "," };
        first = false;
        // Writing to a string cannot fail, here and below.
        let _ = write!(out, "{comma}{}:{{\"label\":\"\",\"value\":", quoted(source));
        let is_word = WORDS.contains(&source.as_ref());
        write_value(out, value, is_word, schema);
        out.push_str(",\"type\":\"standard\"}");
    }
    out.push_str("}}");
}

fn write_value(out: &mut String, value: &RawValue, is_word: bool, schema: &Schema) {
    match value {
        RawValue::Null => out.push_str("null"),
        RawValue::Text(text) if is_word => out.push_str(&quoted(&as_it_stands(text))),
        RawValue::Text(text) => out.push_str(&quoted(text)),
        RawValue::Integer(number) => {
            let _ = write!(out, "{number}");
        }
        RawValue::Decimal(text) => out.push_str(text),
        RawValue::Bool(truth) => {
            let _ = write!(out, "{truth}");
        }
        RawValue::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_value(out, item, false, schema);
            }
            out.push(']');
        }
        RawValue::Record(values) => employment(out, values, schema),
        RawValue::Reference(id) => {
            out.push_str(
                "{\"type\":\"Employee\",\"attributes\":{\"id\":{\"label\":\"\",\"value\":",
            );
            write_value(out, id, false, schema);
            out.push_str("}}}");
        }
        // A recording says that there is one; the picture lies beside it.
        RawValue::Photo(_) => out.push_str("\"recorded\""),
        RawValue::Unusable(what) => {
            let _ = write!(out, "{{\"type\":{}}}", quoted(what));
        }
    }
}

fn employment(out: &mut String, values: &[Option<RawValue>], schema: &Schema) {
    let fields = schema.employments().map(|(_, fields)| &**fields);
    out.push('{');
    let mut first = true;
    for (field, value) in fields.unwrap_or_default().iter().zip(values) {
        let Some(value) = value else {
            continue;
        };
        let comma = if first { "" } else { "," };
        first = false;
        let _ = write!(out, "{comma}{}:", quoted(&field.source));
        let is_word = EMPLOYMENT_WORDS.contains(&field.source.as_ref());
        write_value(out, value, is_word, schema);
    }
    out.push('}');
}

/// Words of Personio are read in small letters, and this may be somebody else's: the space, which means nothing at the
/// end of a text, says that it is none of Personio's.
fn as_it_stands(text: &str) -> String {
    let is_personios = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if is_personios && text != "unspecified" {
        text.to_owned()
    } else {
        format!("{text} ")
    }
}

/// The picture of a person, by the key that names its file.
fn photo(recording: &mut Recording, record: &RawRecord, schema: &Schema) {
    let known = record
        .fields
        .iter()
        .flatten()
        .find_map(|value| match value {
            RawValue::Photo(photo) => match &**photo {
                Photo::Known(picture) => Some(picture.bytes().to_vec()),
                Photo::Unknown(_) => None,
            },
            RawValue::Null
            | RawValue::Text(_)
            | RawValue::Integer(_)
            | RawValue::Decimal(_)
            | RawValue::Bool(_)
            | RawValue::List(_)
            | RawValue::Record(_)
            | RawValue::Reference(_)
            | RawValue::Unusable(_) => None,
        });
    let Some(bytes) = known else {
        return;
    };
    let key = schema.source_of(schema.key());
    let key = key.and_then(|index| record.fields.get(index)?.as_ref());
    let key = match key {
        Some(RawValue::Integer(number)) => number.to_string(),
        Some(RawValue::Text(text)) => text.clone(),
        Some(_) | None => String::new(),
    };
    let can_be_a_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if key.is_empty() || !key.bytes().all(can_be_a_name) {
        recording.without_photo += 1;
        return;
    }
    recording.photos.push((key, bytes));
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::record;
    use crate::hr::{At, Attribute, Place, RawRecord, RawValue, Schema, Type};
    use crate::personio::read_recording;

    fn schema() -> Schema {
        let fields = [
            Attribute::new("status", Type::Text),
            Attribute::new("boss", Type::Person).from("supervisor.id"),
        ];
        let list = |ty| Type::List(Box::new(ty));
        Schema::new(vec![
            Attribute::new("id", Type::Int).key(),
            Attribute::new("status", Type::Text),
            Attribute::new("name", Type::Text).optional(),
            Attribute::new("hours", Type::Number).optional(),
            Attribute::new("tags", list(Type::Text)).optional(),
            Attribute::new("chief", Type::Person).optional(),
            Attribute::new("jobs", list(Type::Employment(fields.into()))).optional(),
        ])
        .unwrap()
    }

    fn person(fields: Vec<Option<RawValue>>) -> RawRecord {
        RawRecord {
            place: Place {
                file: "page-0.json".into(),
                at: At::Record(1),
            },
            fields: fields.into(),
        }
    }

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn whatever_was_said_reads_back() {
        let job = RawValue::Record(vec![Some(text("active")), Some(RawValue::Null)].into());
        let all = vec![
            person(vec![
                Some(RawValue::Integer(1)),
                Some(text("active")),
                Some(text("Zoë \"Q\" \u{202e}\n")),
                Some(RawValue::Decimal("38.50".to_owned())),
                Some(RawValue::List(vec![
                    RawValue::Text("a,b".to_owned()),
                    RawValue::Integer(3),
                ])),
                Some(RawValue::Reference(Box::new(RawValue::Integer(2)))),
                Some(RawValue::List(vec![job])),
            ]),
            person(vec![
                Some(text("2")),
                Some(text("on-leave")),
                Some(RawValue::Bool(true)),
                Some(RawValue::Null),
                Some(text("[\"x\"]")),
                None,
                Some(RawValue::List(Vec::new())),
            ]),
        ];
        let recording = record(&all, &schema());
        let page = recording.pages.first().unwrap();
        let back = read_recording(&[("page-0.json", page.as_bytes())], &schema()).unwrap();
        let fields = |records: &[RawRecord]| -> Vec<_> {
            records.iter().map(|record| record.fields.clone()).collect()
        };
        let mut wanted = all;
        // The one text that is a list there, too, as it would be in any recording.
        wanted[1].fields[4] = Some(RawValue::List(vec![RawValue::Text("x".to_owned())]));
        assert_eq!(fields(&back), fields(&wanted));
    }

    #[test]
    fn a_word_of_another_source_keeps_its_letters() {
        for word in ["Active", "FIXED_TERM", "unspecified", "in Rente"] {
            let one = person(vec![
                Some(RawValue::Integer(1)),
                Some(text(word)),
                Some(RawValue::Null),
                Some(RawValue::Null),
                Some(RawValue::Null),
                Some(RawValue::Null),
                Some(RawValue::Null),
            ]);
            let recording = record(&[one], &schema());
            let page = recording.pages.first().unwrap();
            let back = read_recording(&[("page-0.json", page.as_bytes())], &schema()).unwrap();
            match &back[0].fields[1] {
                Some(RawValue::Text(read)) => assert_eq!(read.trim(), word),
                other => panic!("{other:?}"),
            }
        }
    }
}
