//! `drop` of a list.

use super::MOST;
use crate::policy::builtin::args::{list, listed, within};
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static DROP: Builtin = Builtin {
    name: "drop",
    on: Kind::List,
    params: &[builtin::within("count", 1, MOST)],
    result: Kind::Items,
    presence: Presence::Maybe,
    summary: "What is left of a list without its first items; missing where nothing is left.",
    details: "",
    examples: &[
        ("[\"a\", \"b\", \"c\"].drop(1)", "[\"b\", \"c\"]"),
        ("[\"a\"].drop(1)", "missing"),
        (
            "\"Ada Mary King\".words().drop(1).join(\" \")",
            "\"Mary King\"",
        ),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    listed(list(args, 0)?.iter().skip(count).cloned().collect())
}
