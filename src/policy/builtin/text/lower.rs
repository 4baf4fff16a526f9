//! `lower`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static LOWER: Builtin = Builtin {
    name: "lower",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The text in lower case.",
    details: "Compare texts without regard to case with it: `office.lower() == \"berlin\"`.",
    examples: &[
        ("\"ZOË\".lower()", "\"zoë\""),
        ("\"Berlin\".lower() == \"berlin\"", "true"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Value::text(&text(args, 0)?.to_lowercase())
}
