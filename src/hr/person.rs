//! A person and what identifies one.

use std::fmt;
use std::sync::Arc;

use super::Value;

/// The longest key, in bytes; longer ones are no keys but a shifted column.
pub const MAX_ID_BYTES: usize = 256;

/// What identifies a person in HR: a number or a text.
///
/// A text that is a plain whole number *is* that number, so that `4711` is one person whether HR, a policy or a plan
/// file names it. Ordered as people count: numbers by value, then texts.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(Repr);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Repr {
    Number(i64),
    Text(Arc<str>),
}

/// Why a text identifies nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPersonId {
    /// Nothing but spaces.
    #[error("an id cannot be empty")]
    Empty,
    /// More than [`MAX_ID_BYTES`].
    #[error("an id has at most {MAX_ID_BYTES} bytes")]
    TooLong,
    /// A character that hides or rearranges what stands around it.
    #[error("an id cannot contain control characters or invisible ones")]
    Invisible,
}

impl PersonId {
    /// Reads an id from text, surrounding spaces aside.
    pub fn parse(text: &str) -> Result<Self, BadPersonId> {
        let text = super::value::normalise(text);
        if text.is_empty() {
            return Err(BadPersonId::Empty);
        }
        if text.len() > MAX_ID_BYTES {
            return Err(BadPersonId::TooLong);
        }
        if text.chars().any(crate::text::is_hostile) {
            return Err(BadPersonId::Invisible);
        }
        if let Ok(number) = text.parse::<i64>()
            && number.to_string() == text
        {
            return Ok(Self(Repr::Number(number)));
        }
        Ok(Self(Repr::Text(text.as_ref().into())))
    }

    /// The number, where the id is one.
    pub fn number(&self) -> Option<i64> {
        match self.0 {
            Repr::Number(number) => Some(number),
            Repr::Text(_) => None,
        }
    }
}

impl From<i64> for PersonId {
    fn from(number: i64) -> Self {
        Self(Repr::Number(number))
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(number) => number.fmt(f),
            Repr::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonId({self})")
    }
}

/// A record of HR that keeps to its schema: an id, and a value for each attribute that the person has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    id: PersonId,
    values: Box<[Option<Value>]>,
}

impl Person {
    /// A person with values in the order of the schema; what is not given at the end is missing.
    pub fn new(id: PersonId, values: impl Into<Box<[Option<Value>]>>) -> Self {
        let values = values.into();
        Self { id, values }
    }

    /// What identifies the person.
    pub fn id(&self) -> &PersonId {
        &self.id
    }

    /// The value at a position of the schema, if the person has one.
    pub fn get(&self, position: usize) -> Option<&Value> {
        self.values.get(position)?.as_ref()
    }

    /// All values in the order of the schema.
    pub fn values(&self) -> &[Option<Value>] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::{BadPersonId, PersonId};

    #[test]
    fn numbers_come_by_value_then_texts() {
        let mut ids: Vec<PersonId> = ["x7", "10", "9", "007", "-1", "12345678901234567890"]
            .iter()
            .map(|text| PersonId::parse(text).unwrap())
            .collect();
        ids.sort();
        let shown: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            ["-1", "9", "10", "007", "12345678901234567890", "x7"]
        );
    }

    #[test]
    fn a_number_is_one_person_however_it_is_written_down() {
        assert_eq!(PersonId::parse(" 4711 ").unwrap(), PersonId::from(4711));
        assert_ne!(PersonId::parse("04711").unwrap(), PersonId::from(4711));
    }

    #[test]
    fn what_cannot_be_shown_identifies_nobody() {
        assert_eq!(PersonId::parse("  "), Err(BadPersonId::Empty));
        assert_eq!(PersonId::parse("a\u{202E}b"), Err(BadPersonId::Invisible));
        assert_eq!(PersonId::parse(&"x".repeat(300)), Err(BadPersonId::TooLong));
    }
}
