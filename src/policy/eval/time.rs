//! Time in policies: days and instants in a person's zone, and when a comparison flips.
//!
//! A time in a gap of daylight saving is the first instant after the gap; in a fold the first of the two.
//! Months clamp: 31 January plus one month is the last day of February.

use crate::hr::Duration;
use crate::syntax::ast::{self, CompareOp, TimeUnit};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};
use std::cmp::Ordering;

/// A written length as HR's lengths are kept.
pub(crate) fn duration(written: ast::Duration) -> Duration {
    let count = i32::try_from(written.count).unwrap_or(i32::MAX);
    match written.unit {
        TimeUnit::Minute => Duration::seconds(i64::from(count) * 60),
        TimeUnit::Hour => Duration::seconds(i64::from(count) * 3600),
        TimeUnit::Day => Duration::days(count),
        TimeUnit::Week => Duration::days(count.saturating_mul(7)),
        TimeUnit::Month => Duration::months(count),
        TimeUnit::Year => Duration::months(count.saturating_mul(12)),
    }
}

/// A date so much later, or earlier; `None` outside the years -9999 to 9999: what is later is never.
pub(crate) fn shift_date(date: Date, by: Duration, back: bool) -> Option<Date> {
    let span = span(by, back)?;
    date.checked_add(span).ok()
}

/// An instant so much later, or earlier, on the clock of that zone.
pub(crate) fn shift_instant(
    instant: Timestamp,
    by: Duration,
    back: bool,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let local = zone.to_datetime(instant);
    let seconds = if back { -by.seconds } else { by.seconds };
    let days = Duration { seconds: 0, ..by };
    let moved = if days == Duration::default() {
        instant
    } else {
        at(local.checked_add(span(days, back)?).ok()?, zone)?
    };
    moved
        .checked_add(Span::new().try_seconds(seconds).ok()?)
        .ok()
}

fn span(by: Duration, back: bool) -> Option<Span> {
    let span = Span::new()
        .try_months(by.months)
        .ok()?
        .try_days(by.days)
        .ok()?
        .try_seconds(by.seconds)
        .ok()?;
    Some(if back { span.negate() } else { span })
}

/// Whether a date lies so near the end of the calendar that what is reckoned from it may have no name. HR writes
/// 9999-12-31 for *never*, and so it is taken.
pub(crate) fn is_last_year(date: Date) -> bool {
    date.year() == Date::MAX.year()
}

/// The instant of a local date and time.
pub(crate) fn instant(date: Date, time: Time, zone: &TimeZone) -> Option<Timestamp> {
    at(date.to_datetime(time), zone)
}

/// The first instant of a day.
pub(crate) fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    instant(date, Time::midnight(), zone)
}

fn at(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible().ok(),
        AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok(),
        AmbiguousOffset::Gap { .. } => {
            let after = ambiguous.later().ok()?;
            let next = after.checked_add(Span::new().nanoseconds(1)).ok()?;
            let transition = zone.preceding(next).next()?;
            Some(transition.timestamp())
        }
    }
}

/// The instant after `now` at which `now OP instant` changes, if it will.
pub(crate) fn flip_of_now(op: CompareOp, instant: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let after = instant.checked_add(Span::new().nanoseconds(1)).ok()?;
    let flips = match op {
        CompareOp::Less | CompareOp::GreaterOrEqual => [Some(instant), None],
        CompareOp::LessOrEqual | CompareOp::Greater => [Some(after), None],
        CompareOp::Equal | CompareOp::NotEqual => [Some(instant), Some(after)],
    };
    flips.into_iter().flatten().find(|flip| *flip > now)
}

/// The instant after `now` at which `today OP date` changes, if it will.
pub(crate) fn flip_of_today(
    op: CompareOp,
    date: Date,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let begins = start_of(date, zone);
    let ends = date.tomorrow().ok().and_then(|next| start_of(next, zone));
    let flips = match op {
        CompareOp::Less | CompareOp::GreaterOrEqual => [begins, None],
        CompareOp::LessOrEqual | CompareOp::Greater => [ends, None],
        CompareOp::Equal | CompareOp::NotEqual => [begins, ends],
    };
    flips.into_iter().flatten().find(|flip| *flip > now)
}

/// Whether an order satisfies an operator.
pub(crate) fn satisfies(op: CompareOp, order: Ordering) -> bool {
    match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessOrEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterOrEqual => order.is_ge(),
    }
}

/// The operator with its sides exchanged.
pub(crate) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Equal | CompareOp::NotEqual => op,
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterOrEqual => CompareOp::LessOrEqual,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_time_in_a_gap_is_the_first_instant_after_it() {
        let berlin = zone("Europe/Berlin");
        let gap = instant(date(2026, 3, 29), time(2, 30, 0, 0), &berlin).unwrap();
        assert_eq!(gap.to_string(), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn a_time_in_a_fold_is_the_first_of_the_two() {
        let berlin = zone("Europe/Berlin");
        let fold = instant(date(2026, 10, 25), time(2, 30, 0, 0), &berlin).unwrap();
        assert_eq!(fold.to_string(), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn months_clamp() {
        let by = Duration::months(1);
        assert_eq!(
            shift_date(date(2026, 1, 31), by, false),
            Some(date(2026, 2, 28))
        );
        assert_eq!(
            shift_date(date(2026, 3, 31), by, true),
            Some(date(2026, 2, 28))
        );
    }

    #[test]
    fn a_comparison_with_today_flips_at_local_midnight() {
        let honolulu = zone("Pacific/Honolulu");
        let now = "2026-03-02T08:00:00Z".parse().unwrap();
        let flip = flip_of_today(CompareOp::Greater, date(2026, 3, 2), now, &honolulu);
        assert_eq!(flip.unwrap().to_string(), "2026-03-03T10:00:00Z");
        let past = flip_of_today(CompareOp::Less, date(2026, 2, 1), now, &honolulu);
        assert_eq!(past, None);
    }
}
