//! `day`.

use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static DAY: Builtin = Builtin {
    name: "day",
    on: Kind::Date,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "The day of the month of a date, from 1 to 31.",
    details: "",
    examples: &[("2026-03-02.day()", "2")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Int(date(args, 0)?.day().into()))
}
