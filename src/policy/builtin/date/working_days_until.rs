//! `working_days_until`.

use super::HOLIDAYS;
use super::working::Calendar;
use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;
use jiff::ToSpan;
use jiff::civil::Date;

pub(super) static WORKING_DAYS_UNTIL: Builtin = Builtin {
    name: "working_days_until",
    on: Kind::Date,
    params: &[param("other", Kind::Date), HOLIDAYS],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "How many working days later another date is; less than 0 where it is earlier.",
    details: "The day itself does not count, the other one does: the opposite of `plus_working_days` and \
`minus_working_days`. A spreadsheet's `NETWORKDAYS` counts both: `(a - 1 day).working_days_until(b)`.",
    examples: &[
        ("2026-03-05.working_days_until(2026-03-09)", "2"),
        (
            "2026-04-02.working_days_until(2026-04-07, [2026-04-03, 2026-04-06])",
            "1",
        ),
        ("2026-03-06.working_days_until(2026-03-08)", "0"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (from, to) = (date(args, 0)?, date(args, 1)?);
    let calendar = Calendar::of(args, 2)?;
    let days = if from <= to {
        calendar.between(from, to)
    } else {
        let before = |date: Date| date.saturating_sub(1.day());
        -calendar.between(before(to), before(from))
    };
    Some(Value::Int(days))
}
