//! `last`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static LAST: Builtin = Builtin {
    name: "last",
    on: Kind::List,
    params: &[],
    result: Kind::Item,
    presence: Presence::Maybe,
    summary: "The last item of a list.",
    details: "The last characters of a text are `x.take_last(2)`.",
    examples: &[("[\"a\", \"b\"].last()", "\"b\""), ("[7].last()", "7")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    list(args, 0)?.last().cloned()
}
