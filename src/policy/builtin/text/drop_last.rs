//! `drop_last`.

use crate::policy::builtin::args::{text, trimmed, within};
use crate::policy::builtin::text::MOST;
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static DROP_LAST: Builtin = Builtin {
    name: "drop_last",
    on: Kind::Text,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What is left of a text without its last characters.",
    details: "",
    examples: &[
        ("\"Berlin-1\".drop_last(2)", "\"Berlin\""),
        ("\"Zoë\".drop_last(3)", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let count = within(args, 1, 1, MOST)?;
    let left = text.chars().count().saturating_sub(count);
    let part: String = text.chars().take(left).collect();
    trimmed(&part)
}
