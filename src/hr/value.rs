//! A typed value of a person.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::{Date, Time};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::{Decimal, Duration, Employment, PersonId, Photo};

/// A value of an attribute, as [`Type`](super::Type) says. Missing is no value: `Option<Value>`.
///
/// Texts are shared: cloning a value copies no characters, and a thousand people of one department hold one text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text: trimmed, NFC, never empty. It may hold characters that must not reach a terminal as they are.
    Text(Arc<str>),
    /// A whole number.
    Int(i64),
    /// An exact decimal number.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// A calendar date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A length of time.
    Duration(Duration),
    /// The IANA name of a time zone, spelt as the time zone database spells it.
    Timezone(Arc<str>),
    /// The id of another person, who may be unknown or quarantined.
    Person(PersonId),
    /// One of a person's employments.
    Employment(Arc<Employment>),
    /// A photo.
    Photo(Arc<Photo>),
    /// One of the texts that the schema lists, spelt as there.
    OneOf(Arc<str>),
    /// Values of one type in the order of HR.
    List(Arc<[Value]>),
}

/// The value as a template prints it: digits, ISO dates, texts as they are (see [`crate::text::visible`]).
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Timezone(text) | Self::OneOf(text) => f.pad(text),
            Self::Int(number) => number.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::Time(time) if time.second() == 0 && time.subsec_nanosecond() == 0 => {
                write!(f, "{:02}:{:02}", time.hour(), time.minute())
            }
            Self::Time(time) => time.fmt(f),
            Self::Duration(duration) => duration.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Employment(employment) => employment.fmt(f),
            Self::Photo(photo) => photo.fmt(f),
            Self::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let comma = if index == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                Ok(())
            }
        }
    }
}

/// Text as it is compared and kept: without surrounding spaces, in normal form NFC.
pub(crate) fn normalise(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if is_nfc(text) {
        return Cow::Borrowed(text);
    }
    let composed: String = text.nfc().collect();
    Cow::Owned(composed)
}

#[cfg(test)]
mod tests {
    use super::{Value, normalise};

    #[test]
    fn a_value_is_small() {
        assert_eq!(size_of::<Option<Value>>(), 24);
    }

    #[test]
    fn text_is_composed_and_trimmed() {
        assert_eq!(normalise("\u{A0}Zoe\u{308} \n"), "Zoë");
    }
}
