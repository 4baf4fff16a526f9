//! `length`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// How many characters a text has.
pub(super) static LENGTH: Builtin = Builtin {
    name: "length",
    summary: "How many characters a text has.",
    params: &[],
    result: Kind::Int,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    i64::try_from(text(args, 0)?.chars().count())
        .ok()
        .map(Value::Int)
}
