//! `year`.

use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static YEAR: Builtin = Builtin {
    name: "year",
    on: Kind::Date,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "The year of a date.",
    details: "",
    examples: &[("2026-03-02.year()", "2026"), ("never.year()", "9999")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Int(date(args, 0)?.year().into()))
}
