//! `distinct`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use std::collections::BTreeSet;

pub(super) static DISTINCT: Builtin = Builtin {
    name: "distinct",
    on: Kind::Printable,
    params: &[],
    result: Kind::Items,
    presence: Presence::Always,
    summary: "The items of a list, each once, where it stands first.",
    details: "",
    examples: &[
        ("[\"b\", \"a\", \"b\"].distinct()", "[\"b\", \"a\"]"),
        ("[1, 1].distinct().length()", "1"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut seen = BTreeSet::new();
    let items = list(args, 0)?.iter();
    let first = items.filter(|item| seen.insert(item.to_string()));
    Some(Value::List(first.cloned().collect()))
}
