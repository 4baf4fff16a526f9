//! `is_working_day`.

use super::HOLIDAYS;
use super::working::Calendar;
use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static IS_WORKING_DAY: Builtin = Builtin {
    name: "is_working_day",
    on: Kind::Date,
    params: &[HOLIDAYS],
    result: Kind::Bool,
    presence: Presence::Always,
    summary: "Whether a date is Monday to Friday and no holiday.",
    details: "`holidays` are a list of dates, as for `plus_working_days`.",
    examples: &[
        ("2026-03-02.is_working_day()", "true"),
        ("2026-03-07.is_working_day()", "false"),
        ("2026-04-03.is_working_day([2026-04-03])", "false"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let calendar = Calendar::of(args, 1)?;
    Some(Value::Bool(calendar.is_working(date(args, 0)?)))
}
