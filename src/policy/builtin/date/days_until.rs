//! `days_until`.

use super::days_between;
use crate::policy::builtin::args::date;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static DAYS_UNTIL: Builtin = Builtin {
    name: "days_until",
    on: Kind::Date,
    params: &[param("other", Kind::Date)],
    result: Kind::Int,
    presence: Presence::Always,
    summary: "How many days later another date is; less than 0 where it is earlier.",
    details: "What is due in so many days from now is a comparison: `today >= last_day - 14 days`.",
    examples: &[
        ("2026-03-02.days_until(2026-03-16)", "14"),
        ("2024-02-28.days_until(2024-03-01)", "2"),
        ("2026-03-02.days_until(2026-03-02)", "0"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let days = days_between(date(args, 0)?, date(args, 1)?);
    Some(Value::Int(days))
}
