//! `starts_with`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// Whether a text begins with another, exactly.
pub(super) static STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    summary: "Whether a text begins with another, exactly.",
    params: &[part("part")],
    result: Kind::Bool,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.starts_with(text(args, 1)?)))
}
