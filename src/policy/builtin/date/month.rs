//! `month`.

use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static MONTH: Builtin = Builtin {
    name: "month",
    on: Kind::Date,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "The month of a date, from 1 to 12.",
    details: "",
    examples: &[("2026-03-02.month()", "3")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Int(date(args, 0)?.month().into()))
}
