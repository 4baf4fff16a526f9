//! `replace`.

use super::{Builtin, Kind, part, text};
use crate::policy::eval::Value;

/// The text with every `part` replaced by `with`.
pub(super) static REPLACE: Builtin = Builtin {
    name: "replace",
    summary: "The text with every `part` replaced by `with`.",
    params: &[part("part"), part("with")],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let replaced = text(args, 0)?.replace(text(args, 1)?, text(args, 2)?);
    Value::text(replaced.trim())
}
