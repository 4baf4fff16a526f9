//! `item`.

use super::MOST;
use crate::policy::builtin::args::{list, within};
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static ITEM: Builtin = Builtin {
    name: "item",
    on: Kind::List,
    params: &[builtin::within("position", 1, MOST)],
    result: Kind::Item,
    presence: Presence::Maybe,
    summary: "The item at a position, which begins with 1; missing where the list is shorter.",
    details: "",
    examples: &[
        ("[\"a\", \"b\"].item(2)", "\"b\""),
        ("[\"a\", \"b\"].item(3)", "missing"),
        ("\"10-20-30\".split(\"-\").item(2)", "\"20\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let position = within(args, 1, 1, MOST)?;
    list(args, 0)?.get(position.checked_sub(1)?).cloned()
}
