//! `upper`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static UPPER: Builtin = Builtin {
    name: "upper",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The text in upper case.",
    details: "",
    examples: &[
        ("\"Zoë\".upper()", "\"ZOË\""),
        ("\"Groß\".upper()", "\"GROSS\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Value::text(&text(args, 0)?.to_uppercase())
}
