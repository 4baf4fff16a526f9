//! `ends_with`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// Whether a text ends with another, exactly.
pub(super) static ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    summary: "Whether a text ends with another, exactly.",
    params: &[part("part")],
    result: Kind::Bool,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.ends_with(text(args, 1)?)))
}
