//! `take`.

use super::{Builtin, Kind, N, count, text};
use crate::policy::eval::Value;

/// The first characters of a text, as many as `count` says.
pub(super) static TAKE: Builtin = Builtin {
    name: "take",
    summary: "The first characters of a text, as many as `count` says.",
    params: &[N],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let part: String = text(args, 0)?.chars().take(count(args, 1)?).collect();
    Value::text(&part)
}
