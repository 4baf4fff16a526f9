//! Working days: Monday to Friday, without holidays.

use super::days_between;
use crate::policy::builtin::args;
use crate::policy::eval::Value;
use jiff::civil::{Date, Weekday};

/// The most working days that are counted off: some forty years.
pub(super) const MOST: i64 = 10_000;

/// Working days, with the holidays that fall on one of them.
#[derive(Debug)]
pub(super) struct Calendar {
    /// Sorted, each once, none at a weekend.
    holidays: Vec<Date>,
}

impl Calendar {
    /// With the holidays of the argument at `index`; without any where it was left out.
    pub(super) fn of(args: &[Value], index: usize) -> Option<Self> {
        let mut holidays = Vec::new();
        if args.len() > index {
            for value in args::list(args, index)? {
                if let Value::Date(date) = value
                    && !is_weekend(*date)
                {
                    holidays.push(*date);
                }
            }
        }
        holidays.sort_unstable();
        holidays.dedup();
        Some(Self { holidays })
    }

    pub(super) fn is_working(&self, date: Date) -> bool {
        !is_weekend(date) && self.holidays.binary_search(&date).is_err()
    }

    /// The working day so many working days on, in steps of one day; nothing beyond the calendar.
    pub(super) fn walk(
        &self,
        from: Date,
        mut count: usize,
        step: fn(Date) -> Option<Date>,
    ) -> Option<Date> {
        let mut date = from;
        while count > 0 {
            date = step(date)?;
            if self.is_working(date) {
                count -= 1;
            }
        }
        Some(date)
    }

    /// How many working days lie behind one day and not behind another.
    pub(super) fn between(&self, after: Date, until: Date) -> i64 {
        let holidays = self.up_to(until) - self.up_to(after);
        weekdays_up_to(until) - weekdays_up_to(after) - holidays
    }

    fn up_to(&self, date: Date) -> i64 {
        let count = self.holidays.partition_point(|holiday| *holiday <= date);
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// Mondays to Fridays up to a day, counted from a Monday long ago.
fn weekdays_up_to(date: Date) -> i64 {
    const A_MONDAY: Date = Date::constant(2001, 1, 1);
    let days = days_between(A_MONDAY, date);
    days.div_euclid(7) * 5 + (days.rem_euclid(7) + 1).min(5)
}
