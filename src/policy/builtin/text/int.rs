//! `int` of a text.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static INT: Builtin = Builtin {
    name: "int",
    on: Kind::Text,
    params: &[],
    result: Kind::Int,
    presence: Presence::Maybe,
    summary: "The whole number that a text is; missing where it is none.",
    details: "Digits, and a sign before them; `number` reads thousands marks, `digits` looks for digits in a text.",
    examples: &[
        ("\"0042\".int()", "42"),
        ("\"4.2\".int()", "missing"),
        ("\"K42\".digits().int()", "42"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    text(args, 0)?.trim().parse().ok().map(Value::Int)
}
