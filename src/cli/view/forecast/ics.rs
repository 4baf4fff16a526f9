//! A forecast as a calendar: an event for each instant, with kinds and numbers.

use super::sentence::{breached, deed, deeds, footers, tripped, way};
use super::{local, zone};
use crate::cli::view::words::count;
use crate::directory::Guid;
use crate::forecast::{Event, Failure, Forecast, Tally, When};
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
    // By what is due now an event is known as such, and goes when that is done.
    let at_or_now = |at: Timestamp| {
        if at == forecast.from {
            "now".to_owned()
        } else {
            at.to_string()
        }
    };
    let mut instants: BTreeMap<Timestamp, Vec<&Event>> = BTreeMap::new();
    for event in &forecast.events {
        instants.entry(event.at).or_default().push(event);
    }
    for (at, events) in instants {
        let before = if at == forecast.from { "due now: " } else { "" };
        let summary = format!("tenure: {before}{}", summed(&events));
        let description = description(&events, names);
        add(&at_or_now(at), Start::At(at), &summary, &description);
    }
    for (what, (start, texts)) in stops(forecast, names) {
        let first = texts.first().map_or("", String::as_str);
        let more = match texts.len() {
            0 | 1 => String::new(),
            all => format!(" (and {} more)", all - 1),
        };
        add(
            &what,
            start,
            &format!("tenure: {first}{more}"),
            &texts.join("\n"),
        );
    }
    let mut failures: BTreeMap<Timestamp, Vec<&Failure>> = BTreeMap::new();
    for failure in &forecast.failures {
        failures.entry(failure.at).or_default().push(failure);
    }
    for (at, failures) in failures {
        let actions = count(failures.len(), "action does", "actions do");
        let summary = format!("tenure: {actions} not succeed");
        let texts: Vec<String> = failures
            .iter()
            .map(|failure| refused(failure, names))
            .collect();
        let what = format!("failed {}", at_or_now(at));
        add(&what, Start::At(at), &summary, &texts.join("\n"));
    }
    // A calendar has one event at least, and what holds for all of it has to stand somewhere.
    let notes = forecast.notes.iter().map(ToString::to_string);
    let last: Vec<String> = notes.chain(footers(forecast, "")).collect();
    let end = "tenure: the forecast ends here";
    add("end", Start::At(forecast.until), end, &last.join("\n"));
    calendar.finish()
}

/// Guards that would trip and invariants that would be broken, by what they are known by: several of one guard at one time
/// are one event.
fn stops(forecast: &Forecast, names: bool) -> BTreeMap<String, (Start, Vec<String>)> {
    let trips = forecast.trips.iter().map(|trip| {
        let what = format!("guard {}", trip.kind.word());
        (trip.when, what, tripped(trip))
    });
    let breaches = forecast.breaches.iter().map(|breach| {
        let what = format!("invariant {} {}", breach.title, breach.person.0);
        (breach.when, what, breached(breach, names))
    });
    let mut stops: BTreeMap<String, (Start, Vec<String>)> = BTreeMap::new();
    for (when, what, text) in trips.chain(breaches) {
        let (what, start) = match when {
            When::At(at) => (format!("{what} {at}"), Start::At(at)),
            When::Day(day) => (format!("{what} {day}"), Start::Day(day)),
        };
        stops
            .entry(what)
            .or_insert_with(|| (start, Vec::new()))
            .1
            .push(text);
    }
    stops
}

/// What the copy of the directory did not take; of whom and why with names alone.
fn refused(failure: &Failure, names: bool) -> String {
    let mut text = format!("{} is not done", deed(failure.kind, 1, false));
    if names {
        let _ = write!(text, " for {}", failure.who);
        if let Some(person) = &failure.person {
            let _ = write!(text, " ({person})");
        }
        let _ = write!(text, ": {}", failure.text);
    }
    text
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forecast::{Breach, Kind, Trip};
    use crate::hr::PersonId;
    use crate::policy::GuardKind;
    use std::collections::BTreeSet;

    fn forecast() -> Forecast {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let trip = |when, source: &str| Trip {
            when,
            kind: GuardKind::Disable,
            counts: None,
            limit: 2,
            source: source.into(),
        };
        let (noon, day) = (at("2026-02-17T12:00:00Z"), "2026-02-17".parse().unwrap());
        let breach = |person: &str| Breach {
            when: When::At(noon),
            title: "nobody is in both".into(),
            person: (PersonId::parse(person).unwrap(), "Ada".into()),
        };
        let failure = |at| Failure {
            at,
            person: Some(PersonId::parse("11").unwrap()),
            who: "Ada King".into(),
            kind: Kind::Disable,
            text: "refused".into(),
        };
        Forecast {
            from: at("2026-02-01T00:00:00Z"),
            until: at("2026-03-01T00:00:00Z"),
            domain: "DC=small".into(),
            zone: "UTC".into(),
            revealed: false,
            events: Vec::new(),
            trips: vec![
                trip(When::Day(day), "disable at most 2"),
                trip(When::Day(day), "disable at most 3"),
                trip(
                    When::Day("2026-02-18".parse().unwrap()),
                    "disable at most 2",
                ),
                trip(When::At(noon), "disable at most 2"),
                trip(When::At(noon), "disable at most 3"),
            ],
            breaches: vec![breach("1"), breach("2"), breach("2")],
            failures: vec![
                failure(noon),
                failure(noon),
                failure(at("2026-02-01T00:00:00Z")),
            ],
            notes: vec!["frozen until tomorrow".into()],
            quarantined: 0,
        }
    }

    /// Lines as a calendar reads them.
    fn lines(names: bool) -> Vec<String> {
        let text = ics(&forecast(), names).replace("\r\n ", "");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_event_has_a_uid_of_its_own_and_what_a_guard_has_twice_at_a_time_is_one_event() {
        let lines = lines(false);
        let uids: Vec<&String> = lines
            .iter()
            .filter(|line| line.starts_with("UID:"))
            .collect();
        let different: BTreeSet<&&String> = uids.iter().collect();
        assert_eq!(uids.len(), different.len(), "{uids:?}");
        // Three times of the guard, two people of the invariant, two times of failures, the end.
        assert_eq!(uids.len(), 8);
        let of_two = |line: &&String| {
            line.starts_with("DESCRIPTION:")
                && line.contains("at most 2")
                && line.contains("at most 3")
        };
        assert_eq!(lines.iter().filter(of_two).count(), 2);
    }

    #[test]
    fn what_is_refused_and_what_has_to_be_known_stands_in_the_calendar() {
        let plain = lines(false).join("\n");
        assert!(
            plain.contains("SUMMARY:tenure: 2 actions do not succeed"),
            "{plain}"
        );
        assert!(
            plain.contains("SUMMARY:tenure: 1 action does not succeed"),
            "{plain}"
        );
        assert!(plain.contains("disable the account is not done"), "{plain}");
        assert!(plain.contains("frozen until tomorrow"), "{plain}");
        assert!(!plain.contains("Ada"), "{plain}");
        let named = lines(true).join("\n");
        assert!(
            named.contains("disable the account is not done for Ada King (11): refused"),
            "{named}"
        );
    }
}
