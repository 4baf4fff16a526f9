//! `take_last`.

use crate::policy::builtin::args::{text, within};
use crate::policy::builtin::text::{MOST, kept};
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static TAKE_LAST: Builtin = Builtin {
    name: "take_last",
    on: Kind::Text,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "The last characters of a text, as many as `count` says.",
    details: "",
    examples: &[
        ("\"+49 30 5550\".take_last(4)", "\"5550\""),
        ("\"Zoë\".take_last(9)", "\"Zoë\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let count = within(args, 1, 1, MOST)?;
    let skip = text.chars().count().saturating_sub(count);
    let part: String = text.chars().skip(skip).collect();
    kept(&part)
}
