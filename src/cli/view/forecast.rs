//! A forecast: for people by instant, as data, and as a calendar.
//!
//! What must not be shown is not in a [`Forecast`] (S11); here is only decided how the rest is told. Names stand on
//! the terminal, as in a plan; elsewhere only where they are asked for.

mod data;
mod ics;
mod sentence;

use super::Options;
use super::page::{Line, Page};
use super::words::{self, count};
use crate::forecast::{Event, Failure, Forecast, When};
use crate::hr::PersonId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sentence::{breached, deed, deeds, footers, tripped, way};
use std::collections::BTreeMap;

pub use data::json;
pub use ics::ics;

/// The forecast as people read it.
pub fn human(forecast: &Forecast, pinned: bool, options: &Options) -> String {
    let mut page = Page::new(options.width);
    let palette = &options.palette;
    let zone = zone(&forecast.zone);
    let mut head = Line::new()
        .styled(palette.heading, "Forecast")
        .plain(" for ")
        .styled(palette.name, &forecast.domain)
        .plain(" from ")
        .styled(palette.name, &local(forecast.from, &zone))
        .plain(" to ")
        .styled(palette.name, &local(forecast.until, &zone));
    if pinned {
        head = head.styled(palette.warn, ", the clock that the people source pins");
    }
    page.line(0, 2, &head);
    for note in &forecast.notes {
        page.line(2, 4, &Line::new().styled(palette.warn, note));
    }
    let mut moments: BTreeMap<Timestamp, Moment<'_>> = BTreeMap::new();
    for event in &forecast.events {
        moments.entry(event.at).or_default().events.push(event);
    }
    for failure in &forecast.failures {
        moments
            .entry(failure.at)
            .or_default()
            .failures
            .push(failure);
    }
    let mut elsewhen = Vec::new();
    for trip in &forecast.trips {
        let text = tripped(trip);
        match trip.when {
            When::At(at) => moments.entry(at).or_default().stops.push(text),
            When::Day(day) => elsewhen.push((day, text)),
        }
    }
    for breach in &forecast.breaches {
        let text = breached(breach, true);
        match breach.when {
            When::At(at) => moments.entry(at).or_default().stops.push(text),
            When::Day(day) => elsewhen.push((day, text)),
        }
    }
    for (at, moment) in &moments {
        moment.show(&mut page, *at, forecast, options);
    }
    if moments.is_empty() {
        page.blank();
        page.line(0, 2, &Line::of("Nothing is due that may be shown."));
    }
    if !elsewhen.is_empty() {
        page.blank();
        let title = "Dates that are sensitive";
        page.line(0, 2, &Line::new().styled(palette.heading, title));
        for (day, text) in elsewhen {
            let line = Line::new()
                .styled(palette.danger, "✗")
                .plain(&format!(" on {day}: {text}"));
            page.line(2, 4, &line);
        }
    }
    page.blank();
    for text in footers(forecast, "; `--reveal` shows it on a terminal") {
        page.line(0, 2, &Line::of(&text));
    }
    page.finish()
}

/// Everything at one instant.
#[derive(Default)]
struct Moment<'a> {
    events: Vec<&'a Event>,
    failures: Vec<&'a Failure>,
    stops: Vec<String>,
}

impl Moment<'_> {
    fn show(&self, page: &mut Page, at: Timestamp, forecast: &Forecast, options: &Options) {
        let palette = &options.palette;
        // People of several zones meet at one instant; each zone has its own words for it.
        let mut zones: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &self.events {
            zones.entry(&event.zone).or_default().push(event);
        }
        if zones.is_empty() {
            zones.insert(&forecast.zone, Vec::new());
        }
        page.blank();
        for (name, events) in zones {
            let when = format!("{} {name}", local(at, &zone(name)));
            let far = if at == forecast.from {
                "due now".to_owned()
            } else {
                words::until(forecast.from, at)
            };
            let line = Line::new()
                .styled(palette.heading, &when)
                .styled(palette.dim, &format!(", {far}"));
            page.line(0, 2, &line);
            for event in events {
                page.line(2, 6, &told(event, options));
            }
        }
        for failure in &self.failures {
            let line = Line::new()
                .styled(palette.danger, "✗")
                .plain(&format!(
                    " {} is not done for ",
                    deed(failure.kind, 1, false)
                ))
                .then(whom(failure.person.as_ref(), &failure.who, options))
                .plain(&format!(": {}", failure.text));
            page.line(2, 6, &line);
        }
        for stop in &self.stops {
            let line = Line::new()
                .styled(palette.danger, "✗")
                .plain(" ")
                .styled(palette.danger, stop);
            page.line(2, 6, &line);
        }
    }
}

fn whom(person: Option<&PersonId>, who: &str, options: &Options) -> Line {
    let line = Line::new().styled(options.palette.name, who);
    match person {
        Some(person) => line.styled(options.palette.dim, &format!(" ({person})")),
        None => line,
    }
}

/// One event on a line.
fn told(event: &Event, options: &Options) -> Line {
    let palette = &options.palette;
    let mut line = match &event.person {
        Some(person) => whom(Some(person), &event.who, options),
        None => Line::of("Units and groups"),
    };
    if let Some((from, to)) = &event.stage {
        line = line
            .plain("  ")
            .styled(palette.place, &way(from.as_deref(), to));
    }
    let deeds = match deeds(&event.actions, false) {
        text if text.is_empty() => "nothing to do".to_owned(),
        text => text,
    };
    line = line.plain(": ").plain(&deeds);
    if event.waiting > 0 {
        let waits = count(event.waiting as usize, "of it waits", "of it wait");
        line = line.styled(palette.warn, &format!("; {waits} for approval"));
    }
    line
}

/// An instant to the minute, with its offset.
fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M %:z")
        .to_string()
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}
