//! A forecast as a calendar: an event for each instant, with kinds and numbers.

use super::sentence::{breached, deeds, footers, tripped, way};
use super::{local, zone};
use crate::cli::view::words::count;
use crate::directory::Guid;
use crate::forecast::{Event, Forecast, Tally, When};
use crate::text::calendar::{Calendar, Entry, Start};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Who writes the calendar.
const PRODUCT: &str = "-//tenure//forecast//EN";

/// The forecast as iCalendar. An event keeps its UID from run to run for as long as it is at the same instant, so that
/// a calendar program takes a newer forecast in place of the older one.
pub fn ics(forecast: &Forecast, names: bool) -> String {
    let mut calendar = Calendar::new(PRODUCT, &format!("tenure forecast for {}", forecast.domain));
    let uid = |what: &str| {
        let guid = Guid::derived(&["forecast", &forecast.domain, what]);
        format!("{guid}@tenure")
    };
    let mut add = |what: &str, start: Start, summary: &str, description: &str| {
        calendar.add(&Entry {
            uid: &uid(what),
            stamp: forecast.from,
            start,
            summary,
            description,
        });
    };
    let mut instants: BTreeMap<Timestamp, Vec<&Event>> = BTreeMap::new();
    for event in &forecast.events {
        instants.entry(event.at).or_default().push(event);
    }
    for (at, events) in instants {
        let due = at == forecast.from;
        let what = if due {
            "now".to_owned()
        } else {
            at.to_string()
        };
        let before = if due { "due now: " } else { "" };
        let summary = format!("tenure: {before}{}", summed(&events));
        add(&what, Start::At(at), &summary, &description(&events, names));
    }
    let trips = forecast.trips.iter().map(|trip| {
        let what = format!("guard {}", trip.kind.word());
        (trip.when, what, tripped(trip))
    });
    let breaches = forecast.breaches.iter().map(|breach| {
        let person = breach.person.as_ref();
        let person = person.map_or_else(String::new, |(person, _)| person.to_string());
        let what = format!("invariant {} {person}", breach.title);
        (breach.when, what, breached(breach, names))
    });
    let mut untold = Vec::new();
    for (when, what, text) in trips.chain(breaches) {
        let (what, start) = match when {
            When::At(at) => (format!("{what} {at}"), Start::At(at)),
            When::Day(day) => (format!("{what} {day}"), Start::Day(day)),
            When::Untold => {
                untold.push(text);
                continue;
            }
        };
        add(&what, start, &format!("tenure: {text}"), &text);
    }
    // A calendar has one event at least, and what holds for all of it has to stand somewhere.
    let mut last = footers(forecast, "");
    last.extend(untold);
    let end = "tenure: the forecast ends here";
    add("end", Start::At(forecast.until), end, &last.join("\n"));
    calendar.finish()
}

/// How many people, and what is done.
fn summed(events: &[&Event]) -> String {
    let mut sum = Tally::new();
    for event in events {
        for (kind, n) in &event.actions {
            let all = sum.entry(*kind).or_default();
            *all = all.saturating_add(*n);
        }
    }
    let people = events.iter().filter(|event| event.person.is_some()).count();
    let people = count(people, "person", "people");
    match deeds(&sum, true) {
        deeds if deeds.is_empty() => people,
        deeds => format!("{people}, {deeds}"),
    }
}

/// Stages and numbers; with names a line for each person.
fn description(events: &[&Event], names: bool) -> String {
    let mut lines = Vec::new();
    if names {
        for event in events {
            let mut line = match &event.person {
                Some(person) => format!("{} ({person})", event.who),
                None => "Units and groups".to_owned(),
            };
            if let Some((from, to)) = &event.stage {
                let _ = write!(line, ", {}", way(from.as_deref(), to));
            }
            let when = local(event.at, &zone(&event.zone));
            let _ = write!(line, ", {when} {}", event.zone);
            let deeds = deeds(&event.actions, false);
            if !deeds.is_empty() {
                let _ = write!(line, ": {deeds}");
            }
            lines.push(line);
        }
        return lines.join("\n");
    }
    let mut stages: BTreeMap<String, usize> = BTreeMap::new();
    for event in events {
        if let Some((from, to)) = &event.stage {
            *stages.entry(way(from.as_deref(), to)).or_default() += 1;
        }
    }
    for (way, people) in stages {
        lines.push(format!("{way}: {}", count(people, "person", "people")));
    }
    let waiting: u32 = events.iter().map(|event| event.waiting).sum();
    if waiting > 0 {
        let waits = count(waiting as usize, "action waits", "actions wait");
        lines.push(format!("{waits} for approval"));
    }
    lines.join("\n")
}
