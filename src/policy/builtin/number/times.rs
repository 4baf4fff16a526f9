//! `times`.

use super::together;
use crate::hr::Decimal;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static TIMES: Builtin = Builtin {
    name: "times",
    on: Kind::Number,
    params: &[param("number", Kind::Number)],
    result: Kind::Sum,
    presence: Presence::Maybe,
    summary: "The product of two numbers; missing where it has more digits than a number holds.",
    details: "Whole if both are whole.",
    examples: &[("30.times(2.5)", "75"), ("12.times(12)", "144")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    together(args, i64::checked_mul, Decimal::times)
}
