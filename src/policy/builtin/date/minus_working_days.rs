//! `minus_working_days`.

use super::working::{Calendar, MOST};
use super::{HOLIDAYS, moved};
use crate::policy::builtin::args::within;
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;
use jiff::civil::Date;

pub(super) static MINUS_WORKING_DAYS: Builtin = Builtin {
    name: "minus_working_days",
    on: Kind::Date,
    params: &[builtin::within("count", 1, MOST), HOLIDAYS],
    result: Kind::Date,
    presence: Presence::WithLiterals,
    summary: "The day that is so many working days earlier.",
    details: "Working days are Monday to Friday without `holidays`, as for `plus_working_days`. The last working day up to \
a date is `(x + 1 day).minus_working_days(1)`.",
    examples: &[
        ("2026-03-09.minus_working_days(2)", "2026-03-05"),
        (
            "2026-04-07.minus_working_days(1, [2026-04-03, 2026-04-06])",
            "2026-04-02",
        ),
        ("(2026-03-08 + 1 day).minus_working_days(1)", "2026-03-06"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    let calendar = Calendar::of(args, 2)?;
    let before = |date: Date| date.yesterday().ok();
    moved(args, |date| {
        Value::Date(calendar.walk(date, count, before).unwrap_or(Date::MIN))
    })
}
