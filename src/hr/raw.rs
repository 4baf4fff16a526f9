//! What a reader delivers, before anything is typed.

use std::fmt;
use std::sync::Arc;

use super::Photo;

/// A value as HR sent it; an attribute that was not sent at all is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue {
    /// Sent, and nothing.
    Null,
    /// Text, possibly empty.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// Another number, as it was written.
    Decimal(String),
    /// True or false.
    Bool(bool),
    /// Several values.
    List(Vec<RawValue>),
    /// An employment: by the order of its fields what was sent, if it was sent.
    Record(Box<[Option<RawValue>]>),
    /// Another person, by id.
    Reference(Box<RawValue>),
    /// A photo.
    Photo(Arc<Photo>),
    /// Something that no attribute can be, described in a few words.
    Unusable(String),
}

/// One record of HR: by the order of [`Schema::sources`](super::Schema::sources) what was sent, if it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// Where the record stands.
    pub place: Place,
    /// The values; `None` where the attribute was not sent.
    pub fields: Box<[Option<RawValue>]>,
}

/// Where a record stands, for people who have to mend it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, as the user knows it.
    pub file: Arc<str>,
    /// Where in the file.
    pub at: At,
}

/// Where in a file a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// On this line, from 1.
    Line(u32),
    /// It is this record of the file, from 1.
    Record(u32),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = crate::text::visible(&self.file);
        match self.at {
            At::Line(line) => write!(f, "{file} line {line}"),
            At::Record(record) => write!(f, "{file} record {record}"),
        }
    }
}
