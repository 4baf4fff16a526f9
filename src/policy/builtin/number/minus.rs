//! `minus`.

use super::together;
use crate::hr::Decimal;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static MINUS: Builtin = Builtin {
    name: "minus",
    on: Kind::Number,
    params: &[param("number", Kind::Number)],
    result: Kind::Sum,
    presence: Presence::Maybe,
    summary: "The difference of two numbers; missing where it has more digits than a number holds.",
    details: "Whole if both are whole.",
    examples: &[("104711.minus(100000)", "4711"), ("40.minus(2.5)", "37.5")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    together(args, i64::checked_sub, Decimal::minus)
}
