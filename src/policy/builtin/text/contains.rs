//! `contains`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static CONTAINS: Builtin = Builtin {
    name: "contains",
    on: Kind::Text,
    params: &[param("part", Kind::Text)],
    result: Kind::Bool,
    presence: Presence::Always,
    summary: "Whether a text contains another, exactly.",
    details: "Whether a list contains a value is `value in list`.",
    examples: &[
        ("\"Head of Sales\".contains(\"Sales\")", "true"),
        ("\"Head of Sales\".contains(\"sales\")", "false"),
        ("\"Head of Sales\".lower().contains(\"sales\")", "true"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.contains(text(args, 1)?)))
}
