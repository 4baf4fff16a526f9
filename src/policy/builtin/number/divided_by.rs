//! `divided_by`.

use crate::policy::builtin::args::number;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static DIVIDED_BY: Builtin = Builtin {
    name: "divided_by",
    on: Kind::Number,
    params: &[param("number", Kind::Number)],
    result: Kind::Number,
    presence: Presence::Maybe,
    summary: "A number divided by another, rounded to 6 places; missing where the other is 0.",
    details: "",
    examples: &[
        ("30.divided_by(38.5)", "0.779221"),
        ("30.divided_by(40).times(100)", "75"),
        ("30.divided_by(0)", "missing"),
    ],
    run,
};

/// How many digits behind the point are kept.
const PLACES: u8 = 6;

fn run(args: &[Value]) -> Option<Value> {
    let quotient = number(args, 0)?.divided_by(number(args, 1)?, PLACES)?;
    Some(Value::Number(quotient))
}
