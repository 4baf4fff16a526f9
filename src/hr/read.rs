//! From raw records to a snapshot: typed one by one, quarantined one by one, refused as a whole.

use std::sync::Arc;

use super::employment::type_employments;
use super::notation::Problem;
use super::schema::employment_fields;
use super::snapshot::MAX_LISTED;
use super::typing::Typist;
use super::value::normalise;
use super::{
    Attribute, BadPersonId, Origin, Person, PersonId, Place, Quarantined, RawRecord, RawValue,
    Reason, Schema, Snapshot, Type, Value,
};
use crate::text::{excerpt, visible};

/// The most people of one snapshot; the largest employers have about as many.
pub const MAX_PEOPLE: usize = 2_000_000;

/// How much of a bad value is shown, in characters.
const SHOWN_CHARS: usize = 60;

/// Why records make no snapshot at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no record.
    #[error("{}: HR lists nobody", visible(.source_name))]
    Nobody {
        /// The source.
        source_name: Arc<str>,
    },
    /// More than [`MAX_PEOPLE`].
    #[error("{}: more than {MAX_PEOPLE} people", visible(.source_name))]
    TooMany {
        /// The source.
        source_name: Arc<str>,
    },
    /// Several records claim to be the same person.
    #[error("{}: person ids are not unique: {}", visible(.source_name), list_duplicates(.ids))]
    DuplicateIds {
        /// The source.
        source_name: Arc<str>,
        /// The ids, sorted, each with the places where it stands.
        ids: Vec<(PersonId, Vec<Place>)>,
    },
    /// Two sources have people of one key.
    #[error("two sources have people of one key: {}", list_twice(.ids))]
    InTwoSources {
        /// The keys, sorted, each with the sources that have it.
        ids: Vec<(PersonId, Vec<Arc<str>>)>,
    },
    /// A key that is none once its prefix stands before it.
    #[error("{}: the key {id} cannot bear the prefix of the source: {why}", visible(.source_name))]
    BadKey {
        /// The source.
        source_name: Arc<str>,
        /// The key without the prefix.
        id: PersonId,
        /// Why not.
        why: BadPersonId,
    },
}

impl Error {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nobody { .. } => "no-people",
            Self::TooMany { .. } => "too-many-people",
            Self::DuplicateIds { .. } => "duplicate-person-ids",
            Self::InTwoSources { .. } => "person-in-two-sources",
            Self::BadKey { .. } => "bad-key",
        }
    }

    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Nobody { .. } => {
                "nobody is no news: a company without people is a failed export; export or record the people again"
            }
            Self::TooMany { .. } => "check whether a file was given many times",
            Self::DuplicateIds { .. } => {
                "the list shifted while its pages were recorded, or a page was recorded twice: record all pages again; \
                 in a CSV keep one row for each person"
            }
            Self::InTwoSources { .. } => {
                "give one of the sources a prefix in the policy, as in `source \"externals.csv\" prefix \"x\"`, \
                 or take the records out of one of them"
            }
            Self::BadKey { .. } => "choose a shorter prefix, or correct the id in the source",
        }
    }
}

/// Types raw records by the schema.
///
/// A record that breaks the schema is quarantined with every reason; its good values are kept (S4). So is a record
/// without an attribute that HR sends of others: not sent is unknown, not missing. A reference to a person who is not
/// there is kept as it is. Nobody at all, or one id on several records, good or bad, is an error of the whole: such a
/// list is not what HR has (G6).
pub fn type_records(
    schema: &Arc<Schema>,
    records: impl IntoIterator<Item = RawRecord>,
    origin: Origin,
) -> Result<Snapshot, Error> {
    let key = schema
        .attributes()
        .get(schema.key())
        .map_or(Type::Text, |key| key.ty.clone());
    let mut typist = Typist::new(key);
    let mut people = Vec::new();
    let mut quarantined = Vec::new();
    let mut places = Vec::new();
    for record in records {
        if people.len() + quarantined.len() == MAX_PEOPLE {
            let source_name = origin.description;
            return Err(Error::TooMany { source_name });
        }
        let (values, reasons) = type_values(schema, &mut typist, &record);
        let id = id_of(values.get(schema.key()));
        if let Some(id) = &id {
            places.push((id.clone(), record.place.clone()));
        }
        match id {
            Some(id) if reasons.is_empty() => people.push(Person::new(id, values)),
            id => quarantined.push(Quarantined {
                id,
                name: schema.name_of(&values).map(Into::into),
                place: record.place,
                reasons,
                good: values.into(),
            }),
        }
    }
    let source_name = origin.description.clone();
    if people.is_empty() && quarantined.is_empty() {
        return Err(Error::Nobody { source_name });
    }
    let read = Snapshot::new(schema.clone(), people, quarantined, origin);
    read.map_err(|_| Error::DuplicateIds {
        source_name,
        ids: places_of_duplicates(places),
    })
}

fn places_of_duplicates(mut places: Vec<(PersonId, Place)>) -> Vec<(PersonId, Vec<Place>)> {
    places.sort();
    let same = places.chunk_by(|(a, _), (b, _)| a == b);
    let several = same.filter(|group| group.len() > 1);
    let listed = several.filter_map(|group| {
        let (id, _) = group.first()?;
        let at = group.iter().map(|(_, place)| place.clone()).collect();
        Some((id.clone(), at))
    });
    listed.collect()
}

fn list_duplicates(ids: &[(PersonId, Vec<Place>)]) -> String {
    let mut listed: Vec<String> = Vec::new();
    for (id, places) in ids.iter().take(MAX_LISTED) {
        let at: Vec<String> = places
            .iter()
            .take(MAX_LISTED)
            .map(ToString::to_string)
            .collect();
        listed.push(format!("{id} stands in {}", at.join(", ")));
    }
    if ids.len() > MAX_LISTED {
        listed.push(format!("{} more", ids.len() - MAX_LISTED));
    }
    listed.join("; ")
}

fn list_twice(ids: &[(PersonId, Vec<Arc<str>>)]) -> String {
    let mut listed: Vec<String> = Vec::new();
    for (id, names) in ids.iter().take(MAX_LISTED) {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", visible(name)))
            .collect();
        listed.push(format!("{id} is in {}", names.join(" and ")));
    }
    if ids.len() > MAX_LISTED {
        listed.push(format!("{} more", ids.len() - MAX_LISTED));
    }
    listed.join("; ")
}

fn id_of(key: Option<&Option<Value>>) -> Option<PersonId> {
    match key? {
        Some(Value::Int(number)) => Some(PersonId::from(*number)),
        Some(Value::Text(text)) => PersonId::parse(text).ok(),
        _ => None,
    }
}

fn type_values(
    schema: &Schema,
    typist: &mut Typist,
    record: &RawRecord,
) -> (Vec<Option<Value>>, Vec<Reason>) {
    let mut values = Vec::with_capacity(schema.attributes().len());
    let mut reasons = Vec::new();
    for (position, attribute) in schema.attributes().iter().enumerate() {
        let source = schema
            .source_of(position)
            .and_then(|index| record.fields.get(index));
        let raw = source.and_then(Option::as_ref);
        if let Some(fields) = employment_fields(&attribute.ty) {
            match type_employments(typist, position, attribute, fields, raw) {
                Ok(value) => values.push(value),
                Err(found) => {
                    values.push(None);
                    reasons.extend(found);
                }
            }
            continue;
        }
        match type_value(typist, attribute, raw) {
            Ok(value) => values.push(value),
            Err(problem) => {
                values.push(None);
                reasons.push(reason(position, attribute, raw, problem));
            }
        }
    }
    (values, reasons)
}

pub(super) fn type_value(
    typist: &mut Typist,
    attribute: &Attribute,
    raw: Option<&RawValue>,
) -> Result<Option<Value>, Problem> {
    // Not sent is unknown, also where the attribute may be missing: it must not read as "no last day".
    let Some(raw) = raw else {
        return Err(Problem::new(
            "was not sent",
            "HR sends it of other people: check what the credential may read of this person, and record again",
        ));
    };
    let value = typist.value(&attribute.ty, raw)?;
    match &value {
        Some(Value::Text(text)) if attribute.key => {
            let checked = PersonId::parse(text);
            checked.map_err(|bad| {
                Problem::new(format!("identifies nobody, {bad}"), "correct the id in HR")
            })?;
        }
        Some(_) => {}
        None if attribute.optional => {}
        None => return Err(missing(attribute)),
    }
    Ok(value)
}

fn missing(attribute: &Attribute) -> Problem {
    let source = visible(&attribute.source);
    let mend = if attribute.key {
        format!("give the record an id in `{source}`")
    } else {
        format!(
            "fill in `{source}` in HR, or declare it `{}?` if people may be without it",
            attribute.ty
        )
    };
    Problem::new("is missing", mend)
}

pub(super) fn reason(
    position: usize,
    attribute: &Attribute,
    raw: Option<&RawValue>,
    problem: Problem,
) -> Reason {
    let found = raw.and_then(shown);
    let (found, mend) = if attribute.sensitive {
        (found.map(|_| "•••".to_owned()), problem.mend)
    } else {
        (found, problem.hint.unwrap_or(problem.mend))
    };
    Reason {
        position,
        attribute: attribute.name.clone(),
        problem: problem.what,
        found,
        mend,
    }
}

/// A raw value as an error may show it: short, in backticks, hostile characters made visible.
fn shown(raw: &RawValue) -> Option<String> {
    let text = match raw {
        RawValue::Null | RawValue::Unusable(_) | RawValue::Record(_) | RawValue::Photo(_) => {
            return None;
        }
        RawValue::Text(text) | RawValue::Decimal(text) => normalise(text).into_owned(),
        RawValue::Integer(number) => number.to_string(),
        RawValue::Bool(truth) => truth.to_string(),
        RawValue::Reference(id) => return shown(id),
        RawValue::List(items) => {
            let items: Vec<String> = items.iter().take(MAX_LISTED).filter_map(shown).collect();
            return (!items.is_empty()).then(|| items.join(", "));
        }
    };
    if text.is_empty() {
        return None;
    }
    Some(format!("`{}`", excerpt(&text, SHOWN_CHARS)))
}
