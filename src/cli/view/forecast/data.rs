//! A forecast for machines.

use super::sentence::UNKNOWN;
use super::zone;
use crate::cli::view::json::pretty;
use crate::forecast::{Event, Forecast, Tally, When};
use crate::hr::PersonId;
use serde_json::{Value, json};

/// The version of the form.
const VERSION: u32 = 2;

/// The forecast for machines; docs/forecast.md tells each field.
pub fn json(forecast: &Forecast, names: bool) -> String {
    let numbers = |tally: &Tally| -> Value {
        let numbers = tally.iter().map(|(kind, n)| (kind.word(), *n));
        numbers
            .map(|(word, n)| (word.to_owned(), Value::from(n)))
            .collect()
    };
    let key = |person: Option<&PersonId>| person.map(ToString::to_string);
    let events: Vec<Value> = forecast
        .events
        .iter()
        .map(|event| {
            let mut value = json!({
                "at": event.at.to_string(),
                "due_now": event.at == forecast.from,
                "local": local(event),
                "zone": &*event.zone,
                "person": key(event.person.as_ref()),
                "stage": event.stage.as_ref().map(|(from, to)| json!({ "from": from.as_deref(), "to": &**to })),
                "actions": numbers(&event.actions),
                "waiting": event.waiting,
            });
            named(&mut value, names, "name", &event.who);
            value
        })
        .collect();
    let guards: Vec<Value> = forecast
        .trips
        .iter()
        .map(|trip| {
            let mut value = json!({
                "guard": trip.kind.word(),
                "count": trip.counts.map(|(count, _)| count),
                "recent": trip.counts.map(|(_, recent)| recent),
                "limit": trip.limit,
                "source": &*trip.source,
            });
            timed(&mut value, trip.when);
            value
        })
        .collect();
    let invariants: Vec<Value> = forecast
        .breaches
        .iter()
        .map(|breach| {
            let (person, who) = &breach.person;
            let mut value = json!({
                "invariant": &*breach.title,
                "person": person.to_string(),
            });
            timed(&mut value, breach.when);
            named(&mut value, names, "name", who);
            value
        })
        .collect();
    let failures: Vec<Value> = forecast
        .failures
        .iter()
        .map(|failure| {
            let mut value = json!({
                "at": failure.at.to_string(),
                "person": key(failure.person.as_ref()),
                "action": failure.kind.word(),
            });
            named(&mut value, names, "name", &failure.who);
            named(&mut value, names, "text", &failure.text);
            value
        })
        .collect();
    let notes: Vec<&str> = forecast.notes.iter().map(|note| &**note).collect();
    pretty(&json!({
        "version": VERSION,
        "domain": &*forecast.domain,
        "from": forecast.from.to_string(),
        "until": forecast.until.to_string(),
        "zone": &*forecast.zone,
        "events": events,
        "guards": guards,
        "invariants": invariants,
        "failures": failures,
        "quarantined": forecast.quarantined,
        "notes": notes,
        "unknown": UNKNOWN,
    }))
}

/// Adds a field that holds names, where they are wanted.
fn named(value: &mut Value, names: bool, field: &str, text: &str) {
    if let (Some(object), true) = (value.as_object_mut(), names) {
        object.insert(field.to_owned(), text.into());
    }
}

/// Adds when something is: an instant, or a day.
fn timed(value: &mut Value, when: When) {
    if let Some(object) = value.as_object_mut() {
        let (at, day) = match when {
            When::At(at) => (Some(at.to_string()), None),
            When::Day(day) => (None, Some(day.to_string())),
        };
        object.insert("at".to_owned(), at.into());
        object.insert("day".to_owned(), day.into());
    }
}

/// When an event is by the clock of its person.
fn local(event: &Event) -> String {
    let at = event.at.to_zoned_datetime(zone(&event.zone));
    at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
