//! The simulator's own face, below `/_sim/`: what Personio's user interface is for, as JSON over HTTP.

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::company::Company;
use super::fault::Fault;
use super::habits::Habit;
use super::server::{Asked, Reply, State};

/// Answers a request below `/_sim/`.
pub(super) fn answer(state: &mut State, asked: &Asked<'_>) -> Reply {
    let parts: Vec<&str> = asked.path.trim_matches('/').split('/').skip(1).collect();
    let json: Json = serde_json::from_slice(asked.body).unwrap_or_default();
    let done = match (asked.method, parts.as_slice()) {
        (&Method::GET, ["requests"]) => return Reply::ok(json!(state.log)),
        (&Method::POST, ["people"]) => hire(state, &json),
        (&Method::PATCH, ["people", id]) => change(state, id, &json),
        (&Method::DELETE, ["people", id]) => remove(state, id),
        (&Method::POST, ["clock"]) => clock(state, &json),
        (&Method::POST, ["faults"]) => faults(state, &json),
        (&Method::POST, ["habits", name]) => habit(state, name),
        _ => Err("there are GET requests, POST people, PATCH and DELETE people/ID, POST clock, faults and habits/NAME".to_owned()),
    };
    match done {
        Ok(said) => Reply::ok(json!({"done": said})),
        Err(problem) => Reply::new(StatusCode::BAD_REQUEST, json!({"problem": problem})),
    }
}

fn hire(state: &mut State, json: &Json) -> Result<String, String> {
    let text = json!([json]).to_string();
    let now = state.now();
    let mut one =
        Company::parse(&[("the request", text.as_bytes())], now).map_err(|bad| bad.problem)?;
    let person = one.people.pop().ok_or("nobody")?;
    let id = person.id;
    if state.company.person(id).is_some() {
        return Err(format!("there is a person {id} already"));
    }
    // Ids of tables are those of this company.
    state.company.people.push(person);
    let mut fields = json.as_object().cloned().unwrap_or_else(Map::new);
    fields.retain(|key, _| !matches!(key.as_str(), "created_at" | "last_modified_at"));
    let again = state.company.rewrite(id, &fields)?;
    state.tell("person.created", id);
    state.tell("employment.created", id);
    Ok(again)
}

fn change(state: &mut State, id: &str, json: &Json) -> Result<String, String> {
    let id = id.parse().map_err(|_| "an id is a number")?;
    let fields = json
        .as_object()
        .ok_or("the body is no object of values by name")?;
    state.write(id, fields)
}

fn remove(state: &mut State, id: &str) -> Result<String, String> {
    let id: u64 = id.parse().map_err(|_| "an id is a number")?;
    let before = state.company.people.len();
    state.company.people.retain(|person| person.id != id);
    if state.company.people.len() == before {
        return Err(format!("there is no person {id}"));
    }
    state.tell("person.deleted", id);
    Ok(format!("{id} is deleted"))
}

fn clock(state: &mut State, json: &Json) -> Result<String, String> {
    const HOW: &str = "write {\"now\": \"2026-03-02T09:00:00+01:00\"} or {\"advance\": \"24h\"}";
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    let now: Timestamp = match (text("now"), text("advance")) {
        (Some(now), _) => now.parse().map_err(|_| format!("{now} is no instant"))?,
        (None, Some(by)) => {
            let by: SignedDuration = by.parse().map_err(|_| format!("{by} is no duration"))?;
            let now = state.now().checked_add(by);
            now.map_err(|_| "that is too far".to_owned())?
        }
        (None, None) => return Err(HOW.to_owned()),
    };
    state.options.now = Some(now);
    state.pass();
    Ok(format!("it is {now}"))
}

fn faults(state: &mut State, json: &Json) -> Result<String, String> {
    let texts = match json.get("faults") {
        Some(Json::Array(texts)) => texts.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(text)) => vec![text.as_str()],
        _ => return Err("write {\"faults\": [\"429@3\"]}".to_owned()),
    };
    let faults: Result<Vec<Fault>, String> = texts.into_iter().map(str::parse).collect();
    state.options.faults = faults?;
    state.recount();
    Ok(format!(
        "{} faults; requests are counted from 1 again",
        state.options.faults.len()
    ))
}

fn habit(state: &mut State, name: &str) -> Result<String, String> {
    let habit: Habit = name.parse()?;
    let now = state.now();
    habit.befall(&mut state.company, now)
}
