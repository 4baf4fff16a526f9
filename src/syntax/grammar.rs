//! The parser that `grammar/tenure.pest` describes.
//!
//! Only this folder knows it: nothing outside `syntax` names a [`Rule`] or a [`Pair`], so that another
//! parser could take its place under the same tests.

/// The generated parser.
#[derive(Debug, pest_derive::Parser)]
#[grammar = "../grammar/tenure.pest"]
pub(super) struct Grammar;

/// One match of a rule.
pub(super) type Pair<'t> = pest::iterators::Pair<'t, Rule>;

/// A sequence of matches.
pub(super) type Pairs<'t> = pest::iterators::Pairs<'t, Rule>;
