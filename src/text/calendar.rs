//! iCalendar (RFC 5545): a calendar of events, as every calendar program reads it.
//!
//! Lines end with CR LF and are folded at 75 bytes, never inside a character; texts are escaped, and what could
//! rearrange them is made visible first. Instants are written in UTC, so that no zone has to be described.

use super::visible;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The most bytes of a line, its end not counted (RFC 5545, 3.1).
const MAX_LINE_BYTES: usize = 75;

/// A calendar that grows event by event.
#[derive(Debug, Clone)]
pub struct Calendar {
    out: String,
}

/// When an event begins; how long it lasts is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At an instant, to the second.
    At(Timestamp),
    /// On a day as a whole.
    Day(Date),
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is known by: a later calendar with the same one tells the same event anew.
    pub uid: &'a str,
    /// As of when it is told.
    pub stamp: Timestamp,
    /// When it begins.
    pub start: Start,
    /// What it is, on one line.
    pub summary: &'a str,
    /// All about it; may have several lines.
    pub description: &'a str,
}

impl Calendar {
    /// A calendar without events; `product` names who writes it, `name` is shown as its name.
    pub fn new(product: &str, name: &str) -> Self {
        let mut calendar = Self { out: String::new() };
        calendar.line("BEGIN", "VCALENDAR");
        calendar.line("VERSION", "2.0");
        calendar.line("PRODID", &escaped(product));
        calendar.line("CALSCALE", "GREGORIAN");
        calendar.line("METHOD", "PUBLISH");
        calendar.line("X-WR-CALNAME", &escaped(name));
        calendar
    }

    /// Adds an event; it blocks nobody's time.
    pub fn add(&mut self, entry: &Entry<'_>) {
        self.line("BEGIN", "VEVENT");
        self.line("UID", &escaped(entry.uid));
        self.line("DTSTAMP", &utc(entry.stamp));
        match entry.start {
            Start::At(at) => self.line("DTSTART", &utc(at)),
            Start::Day(day) => {
                self.line("DTSTART;VALUE=DATE", &day.strftime("%Y%m%d").to_string());
            }
        }
        self.line("SUMMARY", &escaped(entry.summary));
        self.line("DESCRIPTION", &escaped(entry.description));
        self.line("TRANSP", "TRANSPARENT");
        self.line("END", "VEVENT");
    }

    /// The text. The standard asks for one event at least.
    pub fn finish(mut self) -> String {
        self.line("END", "VCALENDAR");
        self.out
    }

    /// A line, folded: what follows stands behind a space on lines of its own.
    fn line(&mut self, name: &str, value: &str) {
        let mut bytes = 0;
        for c in name.chars().chain([':']).chain(value.chars()) {
            if bytes + c.len_utf8() > MAX_LINE_BYTES {
                self.out.push_str("\r\n ");
                bytes = 1;
            }
            self.out.push(c);
            bytes += c.len_utf8();
        }
        self.out.push_str("\r\n");
    }
}

/// A text with everything escaped that ends or parts a value (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str("\\n");
        }
        for c in visible(line).chars() {
            if matches!(c, '\\' | ';' | ',') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// An instant in UTC.
fn utc(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::UTC)
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::{Calendar, Entry, MAX_LINE_BYTES, Start};

    fn calendar(summary: &str, description: &str) -> String {
        let mut calendar = Calendar::new("-//tenure//forecast//EN", "what comes; and when");
        calendar.add(&Entry {
            uid: "1@tenure",
            stamp: "2026-03-02T08:00:00Z".parse().unwrap(),
            start: Start::At("2026-03-29T01:00:00.000000001Z".parse().unwrap()),
            summary,
            description,
        });
        calendar.finish()
    }

    #[test]
    fn texts_are_escaped_and_lines_end_as_the_standard_says() {
        let text = calendar("a, b; c\\d", "one\ntwo\r\u{202e}three");
        let wanted = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tenure//forecast//EN\r\nCALSCALE:GREGORIAN\r\n\
                      METHOD:PUBLISH\r\nX-WR-CALNAME:what comes\\; and when\r\nBEGIN:VEVENT\r\nUID:1@tenure\r\n\
                      DTSTAMP:20260302T080000Z\r\nDTSTART:20260329T010000Z\r\nSUMMARY:a\\, b\\; c\\\\d\r\n\
                      DESCRIPTION:one\\ntwo\\\\u{d}\\\\u{202e}three\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n\
                      END:VCALENDAR\r\n";
        assert_eq!(text, wanted);
    }

    #[test]
    fn long_lines_are_folded_between_characters_and_unfold_to_what_they_were() {
        for letter in ["x", "ß", "漢", "🙂"] {
            let long = letter.repeat(400);
            let text = calendar("s", &long);
            let lines: Vec<&str> = text.split("\r\n").collect();
            assert!(
                lines.iter().all(|line| line.len() <= MAX_LINE_BYTES),
                "{text}"
            );
            assert!(lines.iter().filter(|line| line.starts_with(' ')).count() > 4);
            let whole = text.replace("\r\n ", "");
            assert!(
                whole.contains(&format!("DESCRIPTION:{long}\r\n")),
                "{whole}"
            );
        }
    }
}
