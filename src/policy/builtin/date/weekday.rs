//! `weekday`.

use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static WEEKDAY: Builtin = Builtin {
    name: "weekday",
    on: Kind::Date,
    params: &[],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "The day of the week of a date, from 1 for Monday to 7 for Sunday.",
    details: "Its name is `x.format(\"dddd\")`.",
    examples: &[("2026-03-02.weekday()", "1"), ("2026-03-08.weekday()", "7")],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let weekday = date(args, 0)?.weekday();
    Some(Value::Int(weekday.to_monday_one_offset().into()))
}
