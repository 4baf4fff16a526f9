//! `length` of a text.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static LENGTH: Builtin = Builtin {
    name: "length",
    on: Kind::Text,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "How many characters a text has.",
    details: "",
    examples: &[("\"Zoë\".length()", "3"), ("4711.length()", "4")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    i64::try_from(text(args, 0)?.chars().count())
        .ok()
        .map(Value::Int)
}
