//! `last`.

use super::{Builtin, Kind, N, count, text};
use crate::policy::eval::Value;

/// The last characters of a text, as many as `count` says.
pub(super) static LAST: Builtin = Builtin {
    name: "last",
    summary: "The last characters of a text, as many as `count` says.",
    params: &[N],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let skip = text.chars().count().saturating_sub(count(args, 1)?);
    let part: String = text.chars().skip(skip).collect();
    Value::text(part.trim())
}
