//! Reading arguments and bounding results, for all functions.

use crate::hr::{Decimal, MAX_TEXT_BYTES};
use crate::policy::eval::Value;
use jiff::civil::Date;

/// The text a function is called on, or its argument at `index`.
pub(super) fn text(args: &[Value], index: usize) -> Option<&str> {
    args.get(index)?.as_text().map(AsRef::as_ref)
}

/// The whole number at `index`.
pub(super) fn int(args: &[Value], index: usize) -> Option<i64> {
    let Value::Int(number) = args.get(index)? else {
        return None;
    };
    Some(*number)
}

/// The whole number at `index`, if it lies in the bounds.
pub(super) fn within(args: &[Value], index: usize, least: i64, most: i64) -> Option<usize> {
    let number = int(args, index)?;
    let number = (least..=most).contains(&number).then_some(number)?;
    usize::try_from(number).ok()
}

/// The number at `index`, whole or not.
pub(super) fn number(args: &[Value], index: usize) -> Option<Decimal> {
    match args.get(index)? {
        Value::Int(number) => Some(Decimal::from(*number)),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

/// The date at `index`; `never` is the last day of the calendar.
pub(super) fn date(args: &[Value], index: usize) -> Option<Date> {
    match args.get(index)? {
        Value::Date(date) => Some(*date),
        Value::Never => Some(Date::MAX),
        _ => None,
    }
}

/// The list at `index`.
pub(super) fn list(args: &[Value], index: usize) -> Option<&[Value]> {
    let Value::List(items) = args.get(index)? else {
        return None;
    };
    Some(items)
}

/// A list, or nothing where it would be empty.
pub(super) fn listed(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then(|| Value::List(items.into()))
}

/// A text without blanks at its ends, or nothing where only blanks are left.
pub(super) fn trimmed(text: &str) -> Option<Value> {
    Value::text(text.trim())
}

/// A text that is being put together and may not become longer than any text is.
#[derive(Debug, Default)]
pub(super) struct Growing(String);

impl Growing {
    /// Adds a piece; nothing where the whole becomes too long.
    pub(super) fn push(&mut self, piece: &str) -> Option<()> {
        if self.0.len() + piece.len() > MAX_TEXT_BYTES {
            return None;
        }
        self.0.push_str(piece);
        Some(())
    }

    /// The text, trimmed.
    pub(super) fn finish(&self) -> Option<Value> {
        trimmed(&self.0)
    }
}
