//! Functions that are called on a list.

mod distinct;
mod drop;
mod first;
mod item;
mod join;
mod last;
mod length;
mod max;
mod min;
mod sort;
mod take;

use super::Builtin;
use crate::hr::MAX_ITEMS;

/// Every function on lists, by name.
pub(super) static ALL: &[&Builtin] = &[
    &distinct::DISTINCT,
    &drop::DROP,
    &first::FIRST,
    &item::ITEM,
    &join::JOIN,
    &last::LAST,
    &length::LENGTH,
    &max::MAX,
    &min::MIN,
    &sort::SORT,
    &take::TAKE,
];

/// The most items that can be counted off: no list of HR has more.
#[expect(clippy::cast_possible_wrap, reason = "a thousand")]
const MOST: i64 = MAX_ITEMS as i64;
