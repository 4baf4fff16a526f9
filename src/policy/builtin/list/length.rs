//! `length` of a list.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static LENGTH: Builtin = Builtin {
    name: "length",
    on: Kind::List,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "How many items a list has.",
    details: "",
    examples: &[
        ("[\"a\", \"b\"].length()", "2"),
        ("\"a, b, c\".split(\",\").length()", "3"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    i64::try_from(list(args, 0)?.len()).ok().map(Value::Int)
}
