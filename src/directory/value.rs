//! Values of attributes and the names they stand under.
//!
//! A directory holds the same few departments, cities and group names a hundred thousand times: texts are
//! shared (`Arc`), names of known attributes are pointers into the schema's table.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::schema::{self, Attribute, Syntax};
use crate::text::picture::Picture;

/// One value of an attribute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Text of any syntax.
    Text(Arc<str>),
    /// Bytes: SIDs, GUIDs, and what is not UTF-8.
    Bytes(Arc<[u8]>),
    /// A picture, as an object has it in an attribute that holds one ([`Attribute::is_picture`]).
    Picture(Picture),
}

impl Value {
    /// The text; of a picture what stands for it; none for other bytes.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Picture(picture) => Some(picture.said()),
            Self::Bytes(_) => None,
        }
    }

    /// The bytes that are stored.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Picture(picture) => picture.bytes(),
        }
    }

    /// The value as an object keeps it under that name: bytes that are a picture as one.
    pub(super) fn kept_as(self, name: &AttributeName) -> Self {
        match self {
            Self::Bytes(bytes) if name.is_picture() => Self::Picture(Picture::new(bytes)),
            Self::Text(_) | Self::Bytes(_) | Self::Picture(_) => self,
        }
    }

    /// Whether both are the same value of that attribute under AD's matching rule.
    pub fn matches(&self, other: &Self, name: &AttributeName) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Arc::ptr_eq(a, b) || name.equal(a, b),
            (Self::Picture(picture), Self::Text(said))
            | (Self::Text(said), Self::Picture(picture)) => said == picture.said(),
            _ => self.bytes() == other.bytes(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => fmt::Debug::fmt(text, f),
            Self::Picture(picture) => fmt::Debug::fmt(picture, f),
            Self::Bytes(bytes) => {
                f.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

/// The name of an attribute; compares without case.
#[derive(Clone)]
pub enum AttributeName {
    /// One that the schema's table has.
    Known(&'static Attribute),
    /// Another one, of a schema that somebody extended.
    Other(Arc<str>),
}

impl AttributeName {
    /// The name, spelled as AD spells it where the table knows it.
    pub fn new(name: &str) -> Self {
        match schema::attribute(name) {
            Some(known) => Self::Known(known),
            None => Self::Other(name.into()),
        }
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(attribute) => attribute.name,
            Self::Other(name) => name,
        }
    }

    /// What the schema says of it, if the table has it.
    pub const fn schema(&self) -> Option<&'static Attribute> {
        match self {
            Self::Known(attribute) => Some(attribute),
            Self::Other(_) => None,
        }
    }

    /// Whether this is the attribute of that name.
    pub fn is(&self, name: &str) -> bool {
        self.as_str().eq_ignore_ascii_case(name)
    }

    /// Whether values name other objects.
    pub fn is_dn(&self) -> bool {
        self.schema().is_some_and(Attribute::is_dn)
    }

    /// Whether values are texts that the directory compares without regard to how they are spelled.
    pub fn is_spelled(&self) -> bool {
        self.schema()
            .is_none_or(|attribute| attribute.syntax == Syntax::Text)
    }

    /// Whether values are pictures of people.
    pub fn is_picture(&self) -> bool {
        self.schema().is_some_and(Attribute::is_picture)
    }

    /// Whether two values are equal under the attribute's matching rule.
    pub fn equal(&self, a: &str, b: &str) -> bool {
        match self.schema() {
            Some(attribute) => attribute.equal(a, b),
            None => a == b || schema::default_key(a) == schema::default_key(b),
        }
    }

    /// The key under which a value is found.
    pub fn key(&self, value: &str) -> String {
        match self.schema() {
            Some(attribute) => attribute.key(value).into_owned(),
            None => schema::default_key(value).into_owned(),
        }
    }
}

impl From<&str> for AttributeName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<&'static Attribute> for AttributeName {
    fn from(attribute: &'static Attribute) -> Self {
        Self::Known(attribute)
    }
}

impl fmt::Display for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for AttributeName {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(a), Self::Known(b)) => std::ptr::eq(*a, *b),
            (Self::Other(a), Self::Other(b)) => a.eq_ignore_ascii_case(b),
            _ => false,
        }
    }
}

impl Eq for AttributeName {}

impl Hash for AttributeName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.as_str().bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
    }
}

impl PartialOrd for AttributeName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for AttributeName {
    fn cmp(&self, other: &Self) -> Ordering {
        schema::compare(self.as_str(), other.as_str())
    }
}
