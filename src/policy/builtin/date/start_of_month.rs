//! `start_of_month`.

use super::moved;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static START_OF_MONTH: Builtin = Builtin {
    name: "start_of_month",
    on: Kind::Date,
    params: &[],
    result: Kind::Date,
    presence: Presence::Always,
    summary: "The first day of the month of a date.",
    details: "",
    examples: &[
        ("2026-03-17.start_of_month()", "2026-03-01"),
        ("never.start_of_month()", "never"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    moved(args, |date| Value::Date(date.first_of_month()))
}
