//! `max`.

use crate::policy::builtin::args::list;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static MAX: Builtin = Builtin {
    name: "max",
    on: Kind::Ordered,
    params: &[],
    result: Kind::Item,
    presence: Presence::Maybe,
    summary: "The greatest number, or the latest date or time, of a list.",
    details: "",
    examples: &[
        ("[2026-06-30, 2026-03-31].max()", "2026-06-30"),
        ("[38.5, 40].max()", "40"),
        ("[09:00, 18:00].max()", "18:00"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut items = list(args, 0)?.iter();
    let first = items.next()?;
    let greatest = items.fold(first, |greatest, item| match item.order(greatest) {
        Some(order) if order.is_gt() => item,
        _ => greatest,
    });
    Some(greatest.clone())
}
