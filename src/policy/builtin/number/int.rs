//! `int` of a number.

use crate::policy::builtin::args::number;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static INT: Builtin = Builtin {
    name: "int",
    on: Kind::Number,
    params: &[],
    result: Kind::Int,
    presence: Presence::Maybe,
    summary: "The number as a whole one; missing where digits stand behind the point.",
    details: "Round it first: `x.round(0).int()`.",
    examples: &[
        ("40.0.int()", "40"),
        ("38.5.int()", "missing"),
        ("38.5.round(0).int()", "39"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    number(args, 0)?.whole().map(Value::Int)
}
