//! `take` of a list.

use super::MOST;
use crate::policy::builtin::args::{list, listed, within};
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static TAKE: Builtin = Builtin {
    name: "take",
    on: Kind::List,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Items,
    presence: Presence::Maybe,
    summary: "The first items of a list, as many as `count` says; missing where it has none.",
    details: "",
    examples: &[
        ("[\"a\", \"b\", \"c\"].take(2)", "[\"a\", \"b\"]"),
        ("[\"a\"].take(2)", "[\"a\"]"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    listed(list(args, 0)?.iter().take(count).cloned().collect())
}
