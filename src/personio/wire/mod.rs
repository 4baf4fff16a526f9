//! Personio's JSON as it comes over the wire. Nothing of it leaves this module but raw values.
//!
//! An answer is read in one pass. Of an employee's attributes only those are looked at that the schema names, by
//! Personio's key (`first_name`, `dynamic_2817401`) or else by `universal_id` (`date_of_birth`); labels are localised
//! and edited by administrators, so they are never a key. Everything else is skipped unread.

pub(super) mod absence;
mod employment;
mod page;
pub(super) mod record;
pub(super) mod v2;
mod value;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use rustc_hash::FxHashMap;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde::{Deserialize, de};
use serde_json::value::RawValue as Json;

use self::employment::{NullObject, employments};
use self::value::{Tags, value};
use crate::hr::{self, RawValue, Schema, Type};

/// The longest key that is worth suggesting; Personio's have some thirty bytes.
const MAX_KEY_BYTES: usize = 100;

/// What is a word of a closed list. Both generations have been seen to write such words in capitals and in small letters,
/// so they are read in small ones: a rule that asks for `"active"` must not depend on it.
const WORDS: &[&str] = &["status", "employment_type", "termination_type", "gender"];

/// One answer of Personio.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) success: Option<bool>,
    pub(super) metadata: Option<Metadata>,
    pub(super) offset: Option<Count>,
    pub(super) limit: Option<Count>,
    pub(super) error: Option<Failure>,
    /// The people, each by the order of the schema's sources; `None` without `data`.
    pub(super) people: Option<Vec<Fields>>,
}

/// What one person's record says of each source of the schema.
pub(super) type Fields = Box<[Option<RawValue>]>;

/// Which page of how many.
#[derive(Debug, Deserialize)]
#[serde(expecting = "`metadata` with total_elements, current_page and total_pages")]
pub(super) struct Metadata {
    pub(super) total_elements: Count,
    pub(super) current_page: Count,
    pub(super) total_pages: Count,
}

/// The `error` of an answer with `"success": false`.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "`error` with a message")]
pub(super) struct Failure {
    pub(super) message: Option<String>,
}

/// A number of people or pages; some answers of Personio write numbers as texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Count(pub(super) u64);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;
        impl Visitor<'_> for CountVisitor {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a count")
            }
            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Count, E> {
                Ok(Count(count))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
                text.parse()
                    .map(Count)
                    .map_err(|_| E::custom("a count is not a number"))
            }
        }
        deserializer.deserialize_any(CountVisitor)
    }
}

/// What to look for in the records, and what was seen on the way.
#[derive(Debug)]
pub(super) struct Wanted<'s> {
    /// Index of each source.
    sources: FxHashMap<&'s str, usize>,
    /// Whether an attribute of that source is a list.
    lists: Vec<bool>,
    /// Whether it is a word of a closed list.
    words: Vec<bool>,
    /// The source of the employments, and the fields of each.
    employments: Option<(usize, &'s [hr::Attribute])>,
    /// Whether an attribute with a `type` was seen.
    pub(super) typed: Cell<bool>,
    /// The keys of the first record, for suggestions.
    pub(super) keys: RefCell<Vec<String>>,
    first: Cell<bool>,
}

impl<'s> Wanted<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let names = schema.sources().iter().map(AsRef::as_ref);
        let is_list = |source| {
            schema
                .attributes_from(source)
                .any(|attribute| matches!(attribute.ty, Type::List(_)))
        };
        Self {
            sources: names.zip(0..).collect(),
            lists: (0..schema.sources().len()).map(is_list).collect(),
            words: schema
                .sources()
                .iter()
                .map(|source| WORDS.contains(&source.as_ref()))
                .collect(),
            employments: schema
                .employments()
                .and_then(|(position, fields)| Some((schema.source_of(position)?, &**fields))),
            typed: Cell::new(false),
            keys: RefCell::default(),
            first: Cell::new(true),
        }
    }

    fn tags(&self, source: usize, ty: Option<&Json>) -> Tags {
        if ty.is_some_and(|ty| ty.get() == r#""tags""#) {
            return Tags::Told;
        }
        match self.lists.get(source) {
            Some(true) => Tags::Wanted,
            _ => Tags::No,
        }
    }
}

/// Reads an answer, or an array of answers.
pub(super) struct Answers<'w, 's>(pub(super) &'w Wanted<'s>);

impl<'de> DeserializeSeed<'de> for Answers<'_, '_> {
    type Value = Vec<Answer>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Answer>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Answers<'_, '_> {
    type Value = Vec<Answer>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Personio, or an array of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<Answer>, A::Error> {
        let mut answers = Vec::new();
        while let Some(answer) = seq.next_element_seed(OneAnswer(self.0))? {
            answers.push(answer);
        }
        Ok(answers)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<Answer>, A::Error> {
        Ok(vec![OneAnswer(self.0).visit_map(map)?])
    }
}

/// Reads one answer.
struct OneAnswer<'w, 's>(&'w Wanted<'s>);

impl<'de> DeserializeSeed<'de> for OneAnswer<'_, '_> {
    type Value = Answer;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneAnswer<'_, '_> {
    type Value = Answer;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer of Personio")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<Key>()? {
            let known = matches!(
                &*key.0,
                "success" | "metadata" | "offset" | "limit" | "error" | "data"
            );
            if known && seen.iter().any(|other| *other == key.0) {
                return Err(A::Error::custom(format!(
                    "`{}` stands twice in one answer",
                    key.0
                )));
            }
            match &*key.0 {
                "success" => answer.success = map.next_value()?,
                "metadata" => answer.metadata = map.next_value()?,
                "offset" => answer.offset = map.next_value()?,
                "limit" => answer.limit = map.next_value()?,
                "error" => answer.error = map.next_value()?,
                "data" => answer.people = map.next_value_seed(People(self.0))?,
                "_data" | "_meta" => {
                    return Err(A::Error::custom(
                        "this is an answer of version 2 of the API, not 1",
                    ));
                }
                "attributes" => {
                    return Err(A::Error::custom(
                        "this is a person without the answer around it",
                    ));
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
            if known {
                seen.push(key.0.into_owned());
            }
        }
        Ok(answer)
    }
}

/// Reads `data`: the people of one page.
struct People<'w, 's>(&'w Wanted<'s>);

impl<'de> DeserializeSeed<'de> for People<'_, '_> {
    type Value = Option<Vec<Fields>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for People<'_, '_> {
    type Value = Option<Vec<Fields>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`data` with a list of people")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(
            "`data` is one object, not the list of people",
        ))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut people = Vec::new();
        while let Some(person) = seq.next_element_seed(Employee(self.0))? {
            people.push(person);
        }
        Ok(Some(people))
    }
}

/// Reads one element of `data`.
struct Employee<'w, 's>(&'w Wanted<'s>);

impl<'de> DeserializeSeed<'de> for Employee<'_, '_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Employee<'_, '_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an `Employee`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let mut fields = None;
        while let Some(key) = map.next_key::<Key>()? {
            match &*key.0 {
                "type" => {
                    let ty = map.next_value::<Key>()?.0;
                    if ty != "Employee" {
                        return Err(A::Error::custom(format!(
                            "`data` holds `{ty}`, not `Employee`"
                        )));
                    }
                }
                "attributes" if fields.is_some() => {
                    return Err(A::Error::custom("`attributes` stands twice in one record"));
                }
                "attributes" => fields = Some(map.next_value_seed(Attributes(self.0))?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        fields.ok_or_else(|| A::Error::custom("an element of `data` has no `attributes`"))
    }
}

/// Reads the attributes of one employee.
struct Attributes<'w, 's>(&'w Wanted<'s>);

impl<'de> DeserializeSeed<'de> for Attributes<'_, '_> {
    type Value = Fields;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Fields, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attributes<'_, '_> {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the `attributes` of an employee")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
        let wanted = self.0;
        let first = wanted.first.replace(false);
        let mut fields = vec![None; wanted.sources.len()];
        let mut aliases: Vec<(usize, RawValue)> = Vec::new();
        while let Some(key) = map.next_key::<Key>()? {
            let key = &*key.0;
            if first && key.len() <= MAX_KEY_BYTES {
                wanted.keys.borrow_mut().push(key.to_owned());
            }
            if let Some(&source) = wanted.sources.get(key) {
                let attribute: Attribute = map.next_value()?;
                wanted
                    .typed
                    .set(wanted.typed.get() || attribute.ty.is_some());
                let slot = fields.get_mut(source);
                let before =
                    slot.and_then(|slot| std::mem::replace(slot, attribute.raw(wanted, source)));
                if before.is_some() {
                    return Err(A::Error::custom(format!(
                        "the attribute `{key}` stands twice in one record"
                    )));
                }
            } else if key.starts_with("dynamic_") {
                let attribute: Attribute = map.next_value()?;
                let alias = attribute.universal_id();
                let source = alias.and_then(|name| wanted.sources.get(&*name).copied());
                if let Some(source) = source
                    && let Some(raw) = attribute.raw(wanted, source)
                {
                    aliases.push((source, raw));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        for (source, raw) in aliases {
            if let Some(slot @ None) = fields.get_mut(source) {
                *slot = Some(raw);
            }
        }
        Ok(fields.into())
    }
}

/// One attribute: `{"label": …, "value": …, "type": …, "universal_id": …}`; older answers have no type.
#[derive(Deserialize)]
#[serde(expecting = "an attribute with a `value`")]
struct Attribute<'a> {
    #[serde(borrow, default, deserialize_with = "sent")]
    value: Option<&'a Json>,
    #[serde(borrow, rename = "type")]
    ty: Option<&'a Json>,
    #[serde(borrow)]
    universal_id: Option<&'a Json>,
}

impl<'a> Attribute<'a> {
    fn raw(&self, wanted: &Wanted, source: usize) -> Option<RawValue> {
        let json = self.value?;
        match wanted.employments {
            Some((employed, fields)) if employed == source => {
                Some(employments(json, fields, NullObject::HasNothing))
            }
            Some(_) | None => {
                let mut raw = value(json, wanted.tags(source, self.ty));
                if let RawValue::Text(word) = &mut raw
                    && wanted.words.get(source) == Some(&true)
                    && is_plain(word)
                {
                    word.make_ascii_lowercase();
                }
                Some(raw)
            }
        }
    }

    fn universal_id(&self) -> Option<Cow<'a, str>> {
        serde_json::from_str::<Key>(self.universal_id?.get())
            .ok()
            .map(|key| key.0)
    }
}

/// Whether a text may be one of Personio's words; whatever else HR has there is told as it is.
fn is_plain(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'))
}

/// A value that is there, even if it is null.
fn sent<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a Json>, D::Error> {
    <&Json>::deserialize(deserializer).map(Some)
}

/// A text that is borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);
