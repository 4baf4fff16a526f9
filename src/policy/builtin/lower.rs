//! `lower`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The text in lower case.
pub(super) static LOWER: Builtin = Builtin {
    name: "lower",
    summary: "The text in lower case.",
    params: &[],
    result: Kind::Text,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Value::text(&text(args, 0)?.to_lowercase())
}
