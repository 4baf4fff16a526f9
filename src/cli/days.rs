//! Days and instants as they are typed: a day is meant from its first instant to its last.

use super::report::Report;
use super::session;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The first instant of a day, or the instant itself.
pub(super) fn begin(text: &str) -> Result<Timestamp, Report> {
    match text.parse::<Date>() {
        Ok(day) if !text.contains(['T', ' ']) => start_of(day),
        Ok(_) | Err(_) => session::instant(text),
    }
}

/// The first instant after a day, or after the instant itself.
pub(super) fn end(text: &str) -> Result<Timestamp, Report> {
    match text.parse::<Date>() {
        Ok(day) if !text.contains(['T', ' ']) => start_of(day.tomorrow().unwrap_or(day)),
        Ok(_) | Err(_) => {
            let last = session::instant(text)?;
            let after = last.checked_add(jiff::SignedDuration::from_nanos(1));
            Ok(after.unwrap_or(last))
        }
    }
}

fn start_of(day: Date) -> Result<Timestamp, Report> {
    let start = TimeZone::system().to_timestamp(day.at(0, 0, 0, 0));
    start.map_err(|error| {
        Report::new("bad-instant", &error).help("write `2026-03-02` or `2026-03-02T09:00:00+01:00`")
    })
}
