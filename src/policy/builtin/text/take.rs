//! `take`.

use crate::policy::builtin::args::{text, within};
use crate::policy::builtin::text::{MOST, kept};
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static TAKE: Builtin = Builtin {
    name: "take",
    on: Kind::Text,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "The first characters of a text, as many as `count` says.",
    details: "The middle of a text is `x.drop(2).take(3)`.",
    examples: &[
        ("\"Zoë\".take(2)", "\"Zo\""),
        ("\"Zoë\".take(9)", "\"Zoë\""),
        ("4711.take(2)", "\"47\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    let part: String = text(args, 0)?.chars().take(count).collect();
    kept(&part)
}
