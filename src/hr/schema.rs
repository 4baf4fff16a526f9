//! Which attributes a person has: the policy's `person { … }`, as HR readers need it.

use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Value;

/// The most attributes that one schema may name; Personio accounts have a few hundred at most.
pub const MAX_ATTRIBUTES: usize = 1_000;

/// The name of the attribute that says to whom a person reports, where several refer to people.
pub const SUPERVISOR: &str = "supervisor";

/// What Personio and most exports call the parts of a name.
const GIVEN_AND_FAMILY_NAME: &[&str] = &["first_name", "last_name"];

/// What exports without these parts call a name.
const FULL_NAME: &[&str] = &["display_name", "full_name", "name"];

/// The type of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text: trimmed, NFC, never empty.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// An exact decimal number.
    Number,
    /// True or false.
    Bool,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A length of time such as `14 days`.
    Duration,
    /// The IANA name of a time zone.
    Timezone,
    /// A reference to another person by id.
    Person,
    /// One of a person's employments, with these fields.
    Employment(Arc<[Attribute]>),
    /// A photo, which no output shows.
    Photo,
    /// One of these texts, recognised regardless of case.
    OneOf(Arc<[Arc<str>]>),
    /// Any number of values of one type.
    List(Box<Type>),
}

impl Type {
    /// The type `one of (…)` of these texts.
    pub fn one_of<T: Into<Arc<str>>>(choices: impl IntoIterator<Item = T>) -> Self {
        Self::OneOf(choices.into_iter().map(Into::into).collect())
    }
}

/// The type as a policy writes it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Int => f.write_str("int"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Duration => f.write_str("duration"),
            Self::Timezone => f.write_str("timezone"),
            Self::Person => f.write_str("person"),
            Self::Photo => f.write_str("photo"),
            Self::Employment(_) => f.write_str("employment"),
            Self::List(item) => write!(f, "list of {item}"),
            Self::OneOf(choices) => {
                f.write_str("one of (")?;
                for (index, choice) in choices.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{choice:?}")?;
                }
                f.write_str(")")
            }
        }
    }
}

/// One attribute of a person: its name in policies, its name in HR, and what its values are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Attribute {
    /// The name that policies use.
    pub name: Arc<str>,
    /// The name that HR uses: the policy's `from`, else the same.
    pub source: Arc<str>,
    /// What its values are.
    pub ty: Type,
    /// Whether a person may be without it (`text?`).
    pub optional: bool,
    /// Whether it identifies the person; exactly one attribute does.
    pub key: bool,
    /// Whether its values are shown as `•••` everywhere (S11).
    pub sensitive: bool,
}

impl Attribute {
    /// A required attribute that HR calls by the same name.
    pub fn new(name: impl Into<Arc<str>>, ty: Type) -> Self {
        let name = name.into();
        Self {
            source: name.clone(),
            name,
            ty,
            optional: false,
            key: false,
            sensitive: false,
        }
    }

    /// The same attribute, which HR calls `source`.
    #[must_use]
    pub fn from(mut self, source: impl Into<Arc<str>>) -> Self {
        self.source = source.into();
        self
    }

    /// The same attribute, which a person may be without.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same attribute, which identifies the person.
    #[must_use]
    pub fn key(mut self) -> Self {
        self.key = true;
        self
    }

    /// The same attribute, whose values are never shown.
    #[must_use]
    pub fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }
}

/// Why attributes make no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// No attribute identifies a person.
    #[error(
        "no attribute is marked `key`: say which one identifies a person, as in `id : int key`"
    )]
    NoKey,
    /// Several attributes identify a person.
    #[error(
        "`{first}` and `{second}` are both marked `key`: exactly one attribute identifies a person"
    )]
    TwoKeys {
        /// The first one.
        first: Arc<str>,
        /// Another one.
        second: Arc<str>,
    },
    /// The key is of a type by which nobody can be identified.
    #[error("the key `{name}` is {ty}: a key is `int` or `text`")]
    KeyType {
        /// The key.
        name: Arc<str>,
        /// Its type.
        ty: Type,
    },
    /// The key may be missing.
    #[error(
        "the key `{name}` may be missing: a person without it could not be told from another; drop the `?`"
    )]
    OptionalKey {
        /// The key.
        name: Arc<str>,
    },
    /// Two attributes of one name.
    #[error("the attribute `{name}` is declared twice")]
    Twice {
        /// The name.
        name: Arc<str>,
    },
    /// A `one of` that admits nothing, or one value twice.
    #[error(
        "`one of` of the attribute `{name}` must list at least one text, none empty and none twice regardless of case"
    )]
    Choices {
        /// The attribute.
        name: Arc<str>,
    },
    /// More than [`MAX_ATTRIBUTES`].
    #[error("{count} attributes are more than the {MAX_ATTRIBUTES} that a person may have")]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

/// All attributes of a person. A *position* is an index into [`Schema::attributes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    attributes: Vec<Attribute>,
    key: usize,
    supervisor: Option<usize>,
    positions: FxHashMap<Arc<str>, usize>,
    sources: Vec<Arc<str>>,
    source_of: Vec<usize>,
}

impl Schema {
    /// The schema of these attributes, in this order.
    pub fn new(attributes: Vec<Attribute>) -> Result<Self, SchemaError> {
        if attributes.len() > MAX_ATTRIBUTES {
            let count = attributes.len();
            return Err(SchemaError::TooMany { count });
        }
        let key = find_key(&attributes)?;
        let mut positions = FxHashMap::default();
        let mut sources: Vec<Arc<str>> = Vec::new();
        let mut indices: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        let mut source_of = Vec::with_capacity(attributes.len());
        for (position, attribute) in attributes.iter().enumerate() {
            let name = attribute.name.clone();
            if positions.insert(name.clone(), position).is_some() {
                return Err(SchemaError::Twice { name });
            }
            if !choices_are_distinct(&attribute.ty) {
                return Err(SchemaError::Choices { name });
            }
            let source = attribute.source.clone();
            let index = *indices.entry(source.clone()).or_insert_with(|| {
                sources.push(source);
                sources.len() - 1
            });
            source_of.push(index);
        }
        Ok(Self {
            supervisor: find_supervisor(&attributes),
            attributes,
            key,
            positions,
            sources,
            source_of,
        })
    }

    /// The attributes in the order of the policy.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The position of the key.
    pub fn key(&self) -> usize {
        self.key
    }

    /// The position of the attribute that says to whom a person reports: the one that policies call
    /// [`SUPERVISOR`], else the only one that refers to a person.
    pub fn supervisor(&self) -> Option<usize> {
        self.supervisor
    }

    /// The position of a person's employments and the fields of each, where the schema has them.
    pub fn employments(&self) -> Option<(usize, &Arc<[Attribute]>)> {
        let mut pairs = self.attributes.iter().enumerate();
        pairs.find_map(|(position, attribute)| Some((position, employment_fields(&attribute.ty)?)))
    }

    /// The position of the attribute that policies call `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The attribute that policies call `name`.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(self.position(name)?)
    }

    /// The distinct names under which HR keeps the attributes; a [`RawRecord`](super::RawRecord) follows this order.
    pub fn sources(&self) -> &[Arc<str>] {
        &self.sources
    }

    /// The index into [`Schema::sources`] of the attribute at that position.
    pub fn source_of(&self, position: usize) -> Option<usize> {
        self.source_of.get(position).copied()
    }

    /// The person's name among the values of a record, safe to be shown: first and last name, else the full name.
    pub fn name_of(&self, values: &[Option<Value>]) -> Option<String> {
        let part = |name: &str| {
            let mut pairs = self.attributes.iter().zip(values);
            let is_called = |attribute: &Attribute| {
                [&attribute.name, &attribute.source]
                    .iter()
                    .any(|called| called.as_ref() == name)
            };
            let (attribute, value) = pairs.find(|(attribute, _)| is_called(attribute))?;
            match value {
                Some(Value::Text(text)) if !attribute.sensitive => Some(text.as_ref()),
                _ => None,
            }
        };
        let parts: Vec<&str> = GIVEN_AND_FAMILY_NAME
            .iter()
            .filter_map(|source| part(source))
            .collect();
        let name = if parts.is_empty() {
            FULL_NAME.iter().find_map(|source| part(source))?.to_owned()
        } else {
            parts.join(" ")
        };
        Some(crate::text::visible(&name).into_owned())
    }

    /// The attributes that HR keeps under the source of that index.
    pub fn attributes_from(&self, source: usize) -> impl Iterator<Item = &Attribute> {
        let pairs = self.source_of.iter().zip(&self.attributes);
        pairs.filter_map(move |(index, attribute)| (*index == source).then_some(attribute))
    }
}

/// The fields of an employment, where the type is a list of them.
pub(super) fn employment_fields(ty: &Type) -> Option<&Arc<[Attribute]>> {
    match ty {
        Type::List(item) => match &**item {
            Type::Employment(fields) => Some(fields),
            Type::Text
            | Type::Int
            | Type::Number
            | Type::Bool
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::Timezone
            | Type::Person
            | Type::Photo
            | Type::OneOf(_)
            | Type::List(_) => None,
        },
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Timezone
        | Type::Person
        | Type::Photo
        | Type::Employment(_)
        | Type::OneOf(_) => None,
    }
}

fn find_supervisor(attributes: &[Attribute]) -> Option<usize> {
    let mut people = attributes
        .iter()
        .enumerate()
        .filter(|(_, attribute)| attribute.ty == Type::Person);
    let named = people.clone();
    let mut named = named.filter(|(_, attribute)| &*attribute.name == SUPERVISOR);
    if let Some((position, _)) = named.next() {
        return Some(position);
    }
    match (people.next(), people.next()) {
        (Some((position, _)), None) => Some(position),
        (_, _) => None,
    }
}

fn find_key(attributes: &[Attribute]) -> Result<usize, SchemaError> {
    let mut keys = attributes
        .iter()
        .enumerate()
        .filter(|(_, attribute)| attribute.key);
    let Some((position, key)) = keys.next() else {
        return Err(SchemaError::NoKey);
    };
    let name = key.name.clone();
    if let Some((_, other)) = keys.next() {
        let second = other.name.clone();
        return Err(SchemaError::TwoKeys {
            first: name,
            second,
        });
    }
    if !matches!(key.ty, Type::Int | Type::Text) {
        let ty = key.ty.clone();
        return Err(SchemaError::KeyType { name, ty });
    }
    if key.optional {
        return Err(SchemaError::OptionalKey { name });
    }
    Ok(position)
}

/// Whether each `one of` within the type lists at least one text, none empty, none twice.
fn choices_are_distinct(ty: &Type) -> bool {
    match ty {
        Type::List(item) => choices_are_distinct(item),
        Type::Employment(fields) => fields.iter().all(|field| choices_are_distinct(&field.ty)),
        Type::OneOf(choices) => {
            let mut folded: Vec<String> =
                choices.iter().map(|choice| choice.to_lowercase()).collect();
            folded.sort();
            folded.dedup();
            !choices.is_empty()
                && folded.len() == choices.len()
                && folded.iter().all(|text| !text.is_empty())
        }
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Timezone
        | Type::Person
        | Type::Photo => true,
    }
}
