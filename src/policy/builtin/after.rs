//! `after`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// What stands behind the first `separator`; missing where there is none.
pub(super) static AFTER: Builtin = Builtin {
    name: "after",
    summary: "What stands behind the first `separator`; missing where there is none.",
    params: &[part("separator")],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (_, after) = text(args, 0)?.split_once(text(args, 1)?)?;
    Value::text(after.trim())
}
