//! Lengths of time on the calendar: when something that began becomes due.

use crate::policy::ruleset::{Duration, TimeUnit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// The instant that lies so long before a day begins somewhere.
pub(crate) fn earlier(day: Date, by: Duration, zone: &str) -> Option<Timestamp> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let start = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
    let start = start.to_zoned_datetime(zone);
    Some(start.checked_sub(span(by)?).ok()?.timestamp())
}

/// A time of the policy, in the calendar.
fn span(by: Duration) -> Option<Span> {
    let count = i64::from(by.count);
    let span = match by.unit {
        TimeUnit::Minute => Span::new().try_minutes(count),
        TimeUnit::Hour => Span::new().try_hours(count),
        TimeUnit::Day => Span::new().try_days(count),
        TimeUnit::Week => Span::new().try_weeks(count),
        TimeUnit::Month => Span::new().try_months(count),
        TimeUnit::Year => Span::new().try_years(count),
    };
    span.ok()
}

/// The instant that lies that long after another, counted on the calendar of that zone.
///
/// Days, months and years are those of the calendar: a day that loses an hour is still a day. Beyond the
/// calendar it is the last instant there is.
pub(crate) fn later(from: Timestamp, by: Duration, zone: &str) -> Timestamp {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let start = from.to_zoned_datetime(zone);
    span(by)
        .and_then(|span| start.checked_add(span).ok())
        .map_or(Timestamp::MAX, |end| end.timestamp())
}

/// Whole days between two instants.
pub(crate) fn whole_days(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.as_second().saturating_sub(from.as_second());
    u32::try_from(seconds / 86_400).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{later, whole_days};
    use crate::policy::ruleset::{Duration, TimeUnit};

    #[test]
    fn days_are_those_of_the_calendar() {
        let from = "2026-03-28T11:00:00Z".parse().unwrap();
        let day = |count| Duration {
            count,
            unit: TimeUnit::Day,
        };
        let next = later(from, day(1), "Europe/Berlin");
        assert_eq!(next.to_string(), "2026-03-29T10:00:00Z");
        assert_eq!(whole_days(from, next), 0, "23 hours are no whole day");
        assert_eq!(later(from, day(u32::MAX), "UTC"), jiff::Timestamp::MAX);
    }
}
