//! `drop`.

use super::{Builtin, Kind, N, count, text};
use crate::policy::eval::Value;

/// What is left of a text without its first characters.
pub(super) static DROP: Builtin = Builtin {
    name: "drop",
    summary: "What is left of a text without its first characters.",
    params: &[N],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let part: String = text(args, 0)?.chars().skip(count(args, 1)?).collect();
    Value::text(part.trim())
}
