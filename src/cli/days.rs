//! Days and instants as they are typed: a day is meant from its first instant to its last.

use super::report::Report;
use super::session;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// The day that a text names; `None` where it says more than a day, or none.
pub(super) fn day(text: &str) -> Option<Date> {
    let is_day = !text.contains(['T', 't', ' ']);
    text.parse().ok().filter(|_| is_day)
}

/// The first instant of a day, or the instant itself.
pub(super) fn begin(text: &str) -> Result<Timestamp, Report> {
    match day(text) {
        Some(day) => start_of(day, &TimeZone::system()),
        None => session::instant(text),
    }
}

/// The first instant after a day, or after the instant itself.
pub(super) fn end(text: &str) -> Result<Timestamp, Report> {
    let last = last(text, &TimeZone::system())?;
    let after = last.checked_add(SignedDuration::from_nanos(1));
    Ok(after.unwrap_or(last))
}

/// The last instant of a day in a zone, or the instant itself.
pub(super) fn last(text: &str, zone: &TimeZone) -> Result<Timestamp, Report> {
    let Some(day) = day(text) else {
        return session::instant(text);
    };
    // Behind the last day that there is no other begins.
    let Ok(next) = day.tomorrow() else {
        return Ok(Timestamp::MAX);
    };
    let next = start_of(next, zone)?;
    let last = next.checked_sub(SignedDuration::from_nanos(1));
    Ok(last.unwrap_or(next))
}

fn start_of(day: Date, zone: &TimeZone) -> Result<Timestamp, Report> {
    let start = zone.to_timestamp(day.at(0, 0, 0, 0));
    start.map_err(|error| {
        Report::new("bad-instant", &error).help("write `2026-03-02` or `2026-03-02T09:00:00+01:00`")
    })
}
