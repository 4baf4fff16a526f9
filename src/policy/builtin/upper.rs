//! `upper`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The text in upper case.
pub(super) static UPPER: Builtin = Builtin {
    name: "upper",
    summary: "The text in upper case.",
    params: &[],
    result: Kind::Text,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Value::text(&text(args, 0)?.to_uppercase())
}
