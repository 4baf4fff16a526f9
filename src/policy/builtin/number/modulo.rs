//! `modulo`.

use crate::policy::builtin::args::int;
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;

pub(super) static MODULO: Builtin = Builtin {
    name: "modulo",
    on: Kind::Int,
    params: &[within("count", 1, i64::MAX)],
    result: Kind::Int,
    presence: Presence::WithLiterals,
    summary: "What is left of a whole number when it is divided, from 0 to `count` less 1.",
    details: "To divide people into groups of equal size there is `bucket`, which does not depend on how HR numbers them.",
    examples: &[("4711.modulo(2)", "1"), ("4711.modulo(100)", "11")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = int(args, 1).filter(|count| *count > 0)?;
    int(args, 0)?.checked_rem_euclid(count).map(Value::Int)
}
