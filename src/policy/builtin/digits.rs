//! `digits`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The digits of a text, without what stands between them.
pub(super) static DIGITS: Builtin = Builtin {
    name: "digits",
    summary: "The digits of a text, without what stands between them.",
    params: &[],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let digits: String = text(args, 0)?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Value::text(&digits)
}
