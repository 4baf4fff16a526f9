//! Values of expressions of which the person is not known: a few cases, each with what it is then.

use super::atom::TermId;
use super::formula::Formula;
use crate::policy::eval::Value;
use std::sync::Arc;

/// What an expression is in one case, where it has a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Simple {
    /// A text, of whatever kind of text.
    Text(Arc<str>),
    /// True or false.
    Bool(bool),
    /// A value with an order: so far behind a term, or behind nought.
    Line(Line, Option<TermId>, i128),
    /// Another constant.
    Other(Value),
    /// The value of a term.
    Term(TermId),
}

/// Values with an order, by kind: those of one kind alone are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Whole numbers and others, in parts of one.
    Number,
    /// Dates, in nanoseconds.
    Date,
    /// Times of day, in nanoseconds.
    Time,
    /// A local time of a day, which stands for the instant that it is in the person's zone.
    Instant,
}

/// The cases of a value: no two of them hold together, and where none does it is missing.
#[derive(Debug, Clone)]
pub(super) struct Cases(pub(super) Vec<(Formula, Simple)>);

impl Cases {
    /// One value, always.
    pub(super) fn always(simple: Simple) -> Self {
        Self(vec![(Formula::True, simple)])
    }

    /// No value, ever.
    pub(super) fn missing() -> Self {
        Self(Vec::new())
    }

    /// Whether there is a value.
    pub(super) fn present(&self) -> Formula {
        Formula::or(self.0.iter().map(|(when, _)| when.clone()))
    }

    /// The same where something else holds as well.
    pub(super) fn when(self, condition: &Formula) -> Self {
        let cases = self.0.into_iter();
        let cases = cases.map(|(when, simple)| (Formula::and([condition.clone(), when]), simple));
        Self(
            cases
                .filter(|(when, _)| when.constant() != Some(false))
                .collect(),
        )
    }
}
