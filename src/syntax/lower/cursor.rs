//! A walk over the matches inside one match.

use crate::syntax::grammar::{Pair, Pairs, Rule};

/// The matches inside a pair, taken from the front.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'t> {
    pairs: Pairs<'t>,
}

impl<'t> Cursor<'t> {
    /// The inside of a match.
    pub(super) fn of(pair: Pair<'t>) -> Self {
        Self {
            pairs: pair.into_inner(),
        }
    }

    /// The rule of the next match.
    pub(super) fn peek(&self) -> Option<Rule> {
        self.pairs.peek().map(|pair| pair.as_rule())
    }

    /// The next match, if it is of that rule.
    pub(super) fn take(&mut self, rule: Rule) -> Option<Pair<'t>> {
        if self.peek()? == rule {
            self.pairs.next()
        } else {
            None
        }
    }

    /// Whether the next match is of that rule; moves over it if so.
    pub(super) fn skip(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }

    /// The next match, whatever it is.
    pub(super) fn next(&mut self) -> Option<Pair<'t>> {
        self.pairs.next()
    }
}
