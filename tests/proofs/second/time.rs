//! The reference's chapter 'Time'.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan as _};
use tenure::syntax::ast::{CompareOp, Duration, TimeUnit};

use super::value::{Length, Moment, NEVER, Value};

pub(super) fn length(written: Duration) -> Length {
    let count = i32::try_from(written.count).unwrap();
    let (months, days, minutes) = match written.unit {
        TimeUnit::Minute => (0, 0, i64::from(count)),
        TimeUnit::Hour => (0, 0, i64::from(count) * 60),
        TimeUnit::Day => (0, count, 0),
        TimeUnit::Week => (0, count * 7, 0),
        TimeUnit::Month => (count, 0, 0),
        TimeUnit::Year => (count * 12, 0, 0),
    };
    Length {
        months,
        days,
        minutes,
    }
}

/// `DATE at TIME`.
pub(super) fn at(day: &Value, at: &Value, zone: &TimeZone) -> Value {
    match (day, at) {
        (Value::Date(NEVER), Value::Time(_)) => Value::Moment(Moment::Never),
        (Value::Date(date), Value::Time(time)) => {
            Value::Moment(Moment::At(instant(date.to_datetime(*time), zone)))
        }
        _ => unreachable!("the checker lets {at:?} not stand behind {day:?}"),
    }
}

/// A time of a day in a zone: in the hour that is skipped the instant after the gap, in the hour that comes twice
/// the first of the two.
pub(super) fn instant(civil: DateTime, zone: &TimeZone) -> Timestamp {
    let mut civil = civil;
    loop {
        let offset = match zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, .. } => before,
            AmbiguousOffset::Gap { .. } => {
                civil += 1.minute();
                continue;
            }
        };
        return offset.to_timestamp(civil).unwrap();
    }
}

/// Something plus a duration, or minus it (`sign` is -1).
pub(super) fn plus(left: &Value, right: &Value, sign: i32, zone: &TimeZone) -> Value {
    let Value::Length(length) = right else {
        unreachable!("the checker adds durations alone, not {right:?}");
    };
    let calendar = Span::new()
        .months(sign * length.months)
        .days(sign * length.days);
    match left {
        Value::Date(NEVER) => Value::Date(NEVER),
        Value::Moment(Moment::Never) => Value::Moment(Moment::Never),
        Value::Date(date) => {
            // Hours and minutes count as far as they make whole days.
            let whole_days = i64::from(sign) * (length.minutes / (24 * 60));
            Value::Date(*date + calendar + whole_days.days())
        }
        Value::Moment(Moment::At(at)) => {
            let civil = zone.to_datetime(*at);
            let moved = if calendar.is_zero() {
                *at
            } else {
                instant(civil + calendar, zone)
            };
            let minutes = i64::from(sign) * length.minutes;
            Value::Moment(Moment::At(moved + minutes.minutes()))
        }
        other => unreachable!("the checker adds no duration to {other:?}"),
    }
}

/// When a comparison of `now` or `today` with a value changes: the table of 'When a person changes next'.
pub(super) fn changes(op: CompareOp, value: &Value, zone: &TimeZone) -> Vec<Timestamp> {
    let (first, second) = match value {
        Value::Date(NEVER) | Value::Moment(Moment::Never) => return Vec::new(),
        Value::Date(date) => (begin(*date, zone), begin(*date + 1.day(), zone)),
        Value::Moment(Moment::At(at)) => (*at, *at + 1.nanosecond()),
        other => unreachable!("the checker compares no clock with {other:?}"),
    };
    match op {
        CompareOp::Less | CompareOp::GreaterOrEqual => vec![first],
        CompareOp::LessOrEqual | CompareOp::Greater => vec![second],
        CompareOp::Equal | CompareOp::NotEqual => vec![first, second],
    }
}

/// The first instant of a day.
pub(super) fn begin(day: Date, zone: &TimeZone) -> Timestamp {
    instant(day.to_datetime(jiff::civil::Time::midnight()), zone)
}
