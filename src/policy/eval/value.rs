//! Values while a policy is evaluated.

use crate::directory::Dn;
use crate::hr::{self, Decimal, PersonId};
use crate::policy::pattern::Search;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A value; missing is `None` around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(Arc<str>),
    Int(i64),
    Number(Decimal),
    Bool(bool),
    Date(Date),
    /// A date, and an instant, later than all.
    Never,
    Time(Time),
    Duration(hr::Duration),
    Timezone(Arc<str>),
    Unit(Dn),
    Person(PersonId),
    Photo(Arc<hr::Photo>),
    Employment(Arc<hr::Employment>),
    /// A row of a table.
    Row(u32, u32),
    Instant(Timestamp),
    List(Arc<[Value]>),
    /// A regular expression; only ever an argument.
    Search(Search),
}

impl Value {
    /// A text.
    pub(crate) fn text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Text(text.into()))
    }

    /// From HR.
    pub(crate) fn from_hr(value: &hr::Value) -> Self {
        match value {
            hr::Value::Text(text) | hr::Value::OneOf(text) => Self::Text(text.clone()),
            hr::Value::Int(number) => Self::Int(*number),
            hr::Value::Number(number) => Self::Number(*number),
            hr::Value::Bool(truth) => Self::Bool(*truth),
            hr::Value::Date(date) => Self::Date(*date),
            hr::Value::Time(time) => Self::Time(*time),
            hr::Value::Duration(duration) => Self::Duration(*duration),
            hr::Value::Timezone(zone) => Self::Timezone(zone.clone()),
            hr::Value::Person(id) => Self::Person(id.clone()),
            hr::Value::Photo(photo) => Self::Photo(photo.clone()),
            hr::Value::Employment(employment) => Self::Employment(employment.clone()),
            hr::Value::List(items) => Self::List(items.iter().map(Self::from_hr).collect()),
        }
    }

    /// The text, of texts and zones.
    pub(crate) fn as_text(&self) -> Option<&Arc<str>> {
        if let Self::Text(text) | Self::Timezone(text) = self {
            return Some(text);
        }
        None
    }

    /// The value as a text, sharing the letters where it is one.
    pub(crate) fn into_text(self) -> Arc<str> {
        match self {
            Self::Text(text) | Self::Timezone(text) => text,
            other => other.to_string().into(),
        }
    }

    /// Whether two values are equal: text exactly, numbers by value.
    pub(crate) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a) | Self::Timezone(a), Self::Text(b) | Self::Timezone(b)) => a == b,
            (Self::Int(a), Self::Number(b)) | (Self::Number(b), Self::Int(a)) => {
                Decimal::from(*a) == *b
            }
            _ => self == other,
        }
    }

    /// The order of two values of one type.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Never, Self::Never) => Some(Ordering::Equal),
            (Self::Never, Self::Date(_) | Self::Instant(_)) => Some(Ordering::Greater),
            (Self::Date(_) | Self::Instant(_), Self::Never) => Some(Ordering::Less),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Number(a), Self::Number(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Number(b)) => Some(Decimal::from(*a).cmp(b)),
            (Self::Number(a), Self::Int(b)) => Some(a.cmp(&Decimal::from(*b))),
            _ => None,
        }
    }
}

/// The value as a template prints it: digits, ISO dates, texts as they are.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Timezone(text) => f.write_str(text),
            Self::Int(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Never => f.write_str("never"),
            Self::Time(time) => hr::Value::Time(*time).fmt(f),
            Self::Duration(duration) => duration.fmt(f),
            Self::Unit(dn) => dn.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Photo(photo) => photo.fmt(f),
            Self::Employment(employment) => employment.fmt(f),
            Self::Row(_, row) => write!(f, "row {}", row + 1),
            Self::Instant(instant) => instant.fmt(f),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                Ok(())
            }
            Self::Search(search) => write!(f, "/{}/", search.regex()),
        }
    }
}
