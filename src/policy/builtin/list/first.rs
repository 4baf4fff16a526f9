//! `first`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static FIRST: Builtin = Builtin {
    name: "first",
    on: Kind::List,
    params: &[],
    result: Kind::Item,
    presence: Presence::Maybe,
    summary: "The first item of a list.",
    details: "",
    examples: &[
        ("[\"a\", \"b\"].first()", "\"a\""),
        ("\"Ada Mary King\".words().first()", "\"Ada\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    list(args, 0)?.first().cloned()
}
