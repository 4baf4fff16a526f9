//! `end_of_month`.

use super::moved;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static END_OF_MONTH: Builtin = Builtin {
    name: "end_of_month",
    on: Kind::Date,
    params: &[],
    result: Kind::Date,
    presence: Presence::Always,
    summary: "The last day of the month of a date.",
    details: "The end of a later month is `(x + 3 months).end_of_month()`.",
    examples: &[
        ("2024-02-10.end_of_month()", "2024-02-29"),
        ("(2026-01-31 + 1 month).end_of_month()", "2026-02-28"),
        ("never.end_of_month()", "never"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    moved(args, |date| Value::Date(date.last_of_month()))
}
