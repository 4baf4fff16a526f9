//! Functions that are called on a date or a time of day.

mod day;
mod days_until;
mod end_of_month;
mod format;
mod format_time;
mod is_working_day;
mod minus_working_days;
mod month;
mod names;
pub(super) mod pattern;
mod plus_working_days;
mod start_of_month;
mod weekday;
mod working;
mod working_days_until;
mod year;

pub(super) use pattern::Pattern;

use super::{Builtin, Kind, Param, optional, param};
use crate::policy::eval::Value;
use jiff::civil::Date;

/// Every function on dates and times, by name.
pub(super) static ALL: &[&Builtin] = &[
    &day::DAY,
    &days_until::DAYS_UNTIL,
    &end_of_month::END_OF_MONTH,
    &format::FORMAT,
    &format_time::FORMAT,
    &is_working_day::IS_WORKING_DAY,
    &minus_working_days::MINUS_WORKING_DAYS,
    &month::MONTH,
    &plus_working_days::PLUS_WORKING_DAYS,
    &start_of_month::START_OF_MONTH,
    &weekday::WEEKDAY,
    &working_days_until::WORKING_DAYS_UNTIL,
    &year::YEAR,
];

/// Days on which nobody works, from a column of a table.
const HOLIDAYS: Param = optional(param("holidays", Kind::Dates));

/// Another day made of the one at hand; `never` stays.
fn moved(args: &[Value], to: impl Fn(Date) -> Value) -> Option<Value> {
    match args.first()? {
        Value::Never => Some(Value::Never),
        Value::Date(date) => Some(to(*date)),
        _ => None,
    }
}

/// How many days lie from one to another.
fn days_between(from: Date, to: Date) -> i64 {
    const SECONDS_OF_A_DAY: i64 = 86_400;
    to.duration_since(from).as_secs() / SECONDS_OF_A_DAY
}
