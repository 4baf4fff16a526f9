//! `plus_working_days`.

use super::working::{Calendar, MOST};
use super::{HOLIDAYS, moved};
use crate::policy::builtin::args::within;
use crate::policy::builtin::{self, Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static PLUS_WORKING_DAYS: Builtin = Builtin {
    name: "plus_working_days",
    on: Kind::Date,
    params: &[builtin::within("count", 1, MOST), HOLIDAYS],
    result: Kind::Date,
    presence: Presence::WithLiterals,
    summary: "The day that is so many working days later.",
    details: "Working days are Monday to Friday without `holidays`, a list of dates: the column of a table, as in \
`table holidays from \"holidays.csv\" key date { date : date }` and `hire_date.plus_working_days(3, holidays.date)`. \
The first working day from a date on is `(x - 1 day).plus_working_days(1)`.",
    examples: &[
        ("2026-03-05.plus_working_days(2)", "2026-03-09"),
        (
            "2026-04-02.plus_working_days(1, [2026-04-03, 2026-04-06])",
            "2026-04-07",
        ),
        ("(2026-03-07 - 1 day).plus_working_days(1)", "2026-03-09"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let count = within(args, 1, 1, MOST)?;
    let calendar = Calendar::of(args, 2)?;
    let next = |date: jiff::civil::Date| date.tomorrow().ok();
    moved(args, |date| {
        calendar
            .walk(date, count, next)
            .map_or(Value::Never, Value::Date)
    })
}
