//! `contains`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// Whether a text contains another, exactly.
pub(super) static CONTAINS: Builtin = Builtin {
    name: "contains",
    summary: "Whether a text contains another, exactly.",
    params: &[part("part")],
    result: Kind::Bool,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.contains(text(args, 1)?)))
}
