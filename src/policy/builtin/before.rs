//! `before`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// What stands before the first `separator`; missing where there is none.
pub(super) static BEFORE: Builtin = Builtin {
    name: "before",
    summary: "What stands before the first `separator`; missing where there is none.",
    params: &[part("separator")],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (before, _) = text(args, 0)?.split_once(text(args, 1)?)?;
    Value::text(before.trim())
}
