//! `min`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static MIN: Builtin = Builtin {
    name: "min",
    on: Kind::Ordered,
    params: &[],
    result: Kind::Item,
    presence: Presence::Maybe,
    summary: "The least number, or the earliest date or time, of a list.",
    details: "A list that is written out leaves out what is missing: `[last_day, contract_end].min() else never` is the \
earlier one of those that there are.",
    examples: &[
        ("[2026-06-30, 2026-03-31, never].min()", "2026-03-31"),
        ("[38.5, 40].min()", "38.5"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut items = list(args, 0)?.iter();
    let first = items.next()?;
    let least = items.fold(first, |least, item| match item.order(least) {
        Some(order) if order.is_lt() => item,
        _ => least,
    });
    Some(least.clone())
}
