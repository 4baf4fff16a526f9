//! Types of expressions, and the marks that travel with them.
#![allow(
    clippy::struct_excessive_bools,
    reason = "marks are independent facts that travel together"
)]

use crate::diagnostic::Span;
use std::fmt;
use std::sync::Arc;

/// The type of an expression. Whether it may be missing is a mark, not a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Int,
    Number,
    Bool,
    Date,
    Time,
    Duration,
    Timezone,
    Unit,
    Person,
    Photo,
    /// One of a person's employments, as `employment { … }` declares it.
    Employment,
    /// A point in time: `last_day at 18:00`, `now`.
    Instant,
    OneOf(Arc<[Arc<str>]>),
    List(Box<Type>),
    /// A row of the table of that index.
    Row(u32, Arc<str>),
    /// Something that is wrong and has been reported; it fits everywhere.
    Error,
}

impl Type {
    /// Whether it is text in the wider sense.
    pub(crate) fn is_textual(&self) -> bool {
        matches!(self, Self::Text | Self::OneOf(_) | Self::Error)
    }

    /// The type that holds values of both, if one does.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::Error, _) | (_, Self::Error) => Some(Self::Error),
            (a, b) if a == b => Some(a.clone()),
            (Self::Text | Self::OneOf(_), Self::Text | Self::OneOf(_)) => Some(Self::Text),
            (Self::Int | Self::Number, Self::Int | Self::Number) => Some(Self::Number),
            (Self::List(a), Self::List(b)) => a.join(b).map(|item| Self::List(Box::new(item))),
            _ => None,
        }
    }

    /// Whether values of the two can be compared for equality. Photos cannot: they are written, or not, and nothing else
    /// is done with them.
    pub(crate) fn comparable(&self, other: &Self) -> bool {
        (self.join(other).is_some() && *self != Self::Photo)
            || matches!(
                (self, other),
                (Self::Timezone, Self::Text) | (Self::Text, Self::Timezone)
            )
    }

    /// Whether values have an order.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(
            self,
            Self::Int | Self::Number | Self::Date | Self::Time | Self::Instant | Self::Error
        )
    }

    /// From HR's types.
    pub(crate) fn from_hr(ty: &crate::hr::Type) -> Self {
        use crate::hr::Type as Hr;
        match ty {
            Hr::Text => Self::Text,
            Hr::Int => Self::Int,
            Hr::Number => Self::Number,
            Hr::Bool => Self::Bool,
            Hr::Date => Self::Date,
            Hr::Time => Self::Time,
            Hr::Duration => Self::Duration,
            Hr::Timezone => Self::Timezone,
            Hr::Person => Self::Person,
            Hr::Photo => Self::Photo,
            Hr::Employment(_) => Self::Employment,
            Hr::OneOf(choices) => Self::OneOf(choices.clone()),
            Hr::List(item) => Self::List(Box::new(Self::from_hr(item))),
        }
    }
}

/// The type as an author reads it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a text"),
            Self::Int => f.write_str("a whole number"),
            Self::Number => f.write_str("a number"),
            Self::Bool => f.write_str("a condition"),
            Self::Date => f.write_str("a date"),
            Self::Time => f.write_str("a time of day"),
            Self::Duration => f.write_str("a duration"),
            Self::Timezone => f.write_str("a time zone"),
            Self::Unit => f.write_str("a unit"),
            Self::Person => f.write_str("a person"),
            Self::Photo => f.write_str("a photo"),
            Self::Employment => f.write_str("an employment"),
            Self::Instant => f.write_str("a point in time"),
            Self::OneOf(_) => f.write_str("one of a list of texts"),
            Self::List(item) => write!(f, "a list ({item} each)"),
            Self::Row(_, table) => write!(f, "a row of `{table}`"),
            Self::Error => f.write_str("unknown"),
        }
    }
}

/// What travels with a type through an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Marks {
    /// It may have no value.
    pub(crate) missing: bool,
    /// It depends on a `unique` and is known only when the directory is.
    pub(crate) assigned: bool,
    /// It holds or tests a sensitive HR value.
    pub(crate) sensitive: bool,
    /// It reads the clock.
    pub(crate) clock: bool,
    /// It holds text that HR types freely.
    pub(crate) free: bool,
    /// A list that lacks an element where the element's value is missing.
    pub(crate) gaps: bool,
    /// A condition that may be true only because the value at this place is missing.
    pub(crate) hollow_true: Option<Span>,
    /// A condition that may be false only because the value at this place is missing.
    pub(crate) hollow_false: Option<Span>,
    /// An ordered comparison that may be false only because the value at this place is missing.
    pub(crate) hollow_order: Option<Span>,
}

impl Marks {
    /// The marks of something made of both; whether it may be missing is for the caller to say.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            missing: self.missing || other.missing,
            assigned: self.assigned || other.assigned,
            sensitive: self.sensitive || other.sensitive,
            clock: self.clock || other.clock,
            free: self.free || other.free,
            gaps: self.gaps || other.gaps,
            hollow_true: self.hollow_true.or(other.hollow_true),
            hollow_false: self.hollow_false.or(other.hollow_false),
            hollow_order: self.hollow_order.or(other.hollow_order),
        }
    }

    /// The same, surely present.
    pub(crate) fn present(self) -> Self {
        Self {
            missing: false,
            ..self
        }
    }

    /// The marks of a condition that is compared: what may be hollow may be so either way.
    pub(crate) fn either_way(self) -> Self {
        let any = self.hollow_true.or(self.hollow_false);
        Self {
            hollow_true: any,
            hollow_false: any,
            ..self
        }
    }

    /// The marks of a value that conditions have decided.
    pub(crate) fn decided(self) -> Self {
        Self {
            hollow_true: None,
            hollow_false: None,
            hollow_order: None,
            ..self
        }
    }

    /// Where it hangs on something that is missing, if it does.
    pub(crate) fn hollow(self) -> Option<Span> {
        self.hollow_true.or(self.hollow_false).or(self.hollow_order)
    }

    /// The marks of the opposite condition.
    pub(crate) fn negated(self) -> Self {
        Self {
            hollow_true: self.hollow_false,
            hollow_false: self.hollow_true,
            ..self
        }
    }
}
