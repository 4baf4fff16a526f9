//! `starts_with`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    on: Kind::Text,
    params: &[param("part", Kind::Text)],
    result: Kind::Bool,
    presence: Presence::Always,
    summary: "Whether a text begins with another, exactly.",
    details: "",
    examples: &[
        ("\"Head of Sales\".starts_with(\"Head of\")", "true"),
        ("\"Head of Sales\".starts_with(\"head of\")", "false"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.starts_with(text(args, 1)?)))
}
