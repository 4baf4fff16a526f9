//! `round`.

use super::MOST_PLACES;
use crate::hr::Rounding;
use crate::policy::builtin::args::{self, number};
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;

pub(super) static ROUND: Builtin = Builtin {
    name: "round",
    on: Kind::Number,
    params: &[within("places", 0, MOST_PLACES)],
    result: Kind::Number,
    presence: Presence::WithLiterals,
    summary: "The number rounded to so many places behind the point; half is rounded away from 0, as in commerce.",
    details: "",
    examples: &[
        ("38.45.round(1)", "38.5"),
        ("38.45.round(0)", "38"),
        ("2.5.round(0)", "3"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    rounded(args, Rounding::HalfAway)
}

/// The number, rounded to as many places as the argument says.
pub(super) fn rounded(args: &[Value], how: Rounding) -> Option<Value> {
    let places = args::within(args, 1, 0, MOST_PLACES)?;
    let places = u8::try_from(places).ok()?;
    Some(Value::Number(number(args, 0)?.rounded(places, how)))
}
