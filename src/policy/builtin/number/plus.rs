//! `plus`.

use super::together;
use crate::hr::Decimal;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static PLUS: Builtin = Builtin {
    name: "plus",
    on: Kind::Number,
    params: &[param("number", Kind::Number)],
    result: Kind::Sum,
    presence: Presence::Maybe,
    summary: "The sum of two numbers; missing where it has more digits than a number holds.",
    details: "Whole if both are whole.",
    examples: &[("4711.plus(100000)", "104711"), ("37.5.plus(2.5)", "40")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    together(args, i64::checked_add, Decimal::plus)
}
