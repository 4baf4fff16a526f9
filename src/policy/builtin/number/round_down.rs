//! `round_down`.

use super::MOST_PLACES;
use super::round::rounded;
use crate::hr::Rounding;
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;

pub(super) static ROUND_DOWN: Builtin = Builtin {
    name: "round_down",
    on: Kind::Number,
    params: &[within("places", 0, MOST_PLACES)],
    result: Kind::Number,
    presence: Presence::WithLiterals,
    summary: "The number without the digits behind so many places, rounded towards 0.",
    details: "",
    examples: &[
        ("38.49.round_down(1)", "38.4"),
        ("38.99.round_down(0)", "38"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    rounded(args, Rounding::TowardsZero)
}
