//! `drop`.

use crate::policy::builtin::args::{text, trimmed, within};
use crate::policy::builtin::text::MOST;
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static DROP: Builtin = Builtin {
    name: "drop",
    on: Kind::Text,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What is left of a text without its first characters.",
    details: "",
    examples: &[
        ("\"Zoë\".drop(1)", "\"oë\""),
        ("\"Zoë\".drop(3)", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    let part: String = text(args, 0)?.chars().skip(count).collect();
    trimmed(&part)
}
