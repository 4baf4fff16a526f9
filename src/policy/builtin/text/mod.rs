//! Functions that are called on a text.

mod after;
mod after_last;
mod ascii;
mod before;
mod before_last;
mod bucket;
mod clean;
mod contains;
mod date;
mod digits;
mod drop;
mod drop_last;
mod email;
mod ends_with;
mod extract;
mod extract_all;
mod hash;
mod initials;
mod int;
mod length;
mod lines;
mod lower;
mod name_case;
mod number;
mod pad_end;
mod pad_start;
mod remove;
mod replace;
mod shorten;
mod slug;
mod split;
mod starts_with;
mod take;
mod take_last;
mod title;
mod upper;
mod without_accents;
mod without_prefix;
mod without_suffix;
mod words;

pub(crate) use ascii::ascii;
pub(crate) use replace::groups_named;

use super::Builtin;
use crate::hr::MAX_TEXT_BYTES;
use crate::policy::eval::Value;
use crate::policy::pattern::Search;

/// Every function on texts, by name.
pub(super) static ALL: &[&Builtin] = &[
    &after::AFTER,
    &after_last::AFTER_LAST,
    &ascii::ASCII,
    &before::BEFORE,
    &before_last::BEFORE_LAST,
    &bucket::BUCKET,
    &clean::CLEAN,
    &contains::CONTAINS,
    &date::DATE,
    &digits::DIGITS,
    &drop::DROP,
    &drop_last::DROP_LAST,
    &email::EMAIL,
    &ends_with::ENDS_WITH,
    &extract::EXTRACT,
    &extract_all::EXTRACT_ALL,
    &hash::HASH,
    &initials::INITIALS,
    &int::INT,
    &length::LENGTH,
    &lines::LINES,
    &lower::LOWER,
    &name_case::NAME_CASE,
    &number::NUMBER,
    &pad_end::PAD_END,
    &pad_start::PAD_START,
    &remove::REMOVE,
    &replace::REPLACE,
    &shorten::SHORTEN,
    &slug::SLUG,
    &split::SPLIT,
    &starts_with::STARTS_WITH,
    &take::TAKE,
    &take_last::TAKE_LAST,
    &title::TITLE,
    &upper::UPPER,
    &without_accents::WITHOUT_ACCENTS,
    &without_prefix::WITHOUT_PREFIX,
    &without_suffix::WITHOUT_SUFFIX,
    &words::WORDS,
];

/// The most characters that can be counted off: no text has more.
#[expect(clippy::cast_possible_wrap, reason = "a few thousand")]
const MOST: i64 = MAX_TEXT_BYTES as i64;

/// A part of a text without blanks at its ends; a part of nothing but blanks is kept.
fn kept(part: &str) -> Option<Value> {
    let trimmed = part.trim();
    Value::text(if trimmed.is_empty() { part } else { trimmed })
}

/// What a text is searched for: another text, or a regular expression.
enum Needle<'a> {
    Text(&'a str),
    Search(&'a Search),
}

impl<'a> Needle<'a> {
    fn of(args: &'a [Value], index: usize) -> Option<Self> {
        match args.get(index)? {
            Value::Search(search) => Some(Self::Search(search)),
            other => Some(Self::Text(other.as_text()?)),
        }
    }

    /// What stands between its matches.
    fn split<'t>(&'t self, text: &'t str) -> Box<dyn Iterator<Item = &'t str> + 't> {
        match self {
            Self::Text(part) => Box::new(text.split(*part)),
            Self::Search(search) => Box::new(search.regex().split(text)),
        }
    }
}
