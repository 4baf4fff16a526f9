//! Conditions as formulas: `and`, `or` and `not` over atoms.

use std::rc::Rc;

/// A formula in which `not` stands before atoms alone.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    /// Holds always.
    True,
    /// Never holds.
    False,
    /// The atom of that number holds, or does not.
    Literal(u32, bool),
    /// All of them; never fewer than two.
    And(Rc<[Formula]>),
    /// One of them; never fewer than two.
    Or(Rc<[Formula]>),
}

impl Formula {
    /// All of them hold.
    pub(super) fn and(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::True => {}
                Self::False => return Self::False,
                Self::And(inner) => kept.extend(inner.iter().cloned()),
                Self::Literal(..) | Self::Or(_) => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::True,
            1 => kept.pop().unwrap_or(Self::True),
            _ => Self::And(kept.into()),
        }
    }

    /// One of them holds.
    pub(super) fn or(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::False => {}
                Self::True => return Self::True,
                Self::Or(inner) => kept.extend(inner.iter().cloned()),
                Self::Literal(..) | Self::And(_) => kept.push(part),
            }
        }
        match kept.len() {
            0 => Self::False,
            1 => kept.pop().unwrap_or(Self::False),
            _ => Self::Or(kept.into()),
        }
    }

    /// The opposite.
    pub(super) fn not(&self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Literal(atom, holds) => Self::Literal(*atom, !holds),
            Self::And(parts) => Self::or(parts.iter().map(Self::not)),
            Self::Or(parts) => Self::and(parts.iter().map(Self::not)),
        }
    }

    /// Whichever truth is meant.
    pub(super) fn is(&self, wanted: bool) -> Self {
        if wanted { self.clone() } else { self.not() }
    }

    /// What is known of it without looking at any atom.
    pub(super) fn constant(&self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Literal(..) | Self::And(_) | Self::Or(_) => None,
        }
    }
}
