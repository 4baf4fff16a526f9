//! What is written to the simulator: values of people, and webhooks.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};

use super::credential::Credential;
use super::server::{Asked, Reply, State};
use super::webhook::Webhook;

/// Answers a POST, PATCH or DELETE of somebody who may.
pub(super) fn answer(
    state: &mut State,
    asked: &Asked<'_>,
    endpoint: &str,
    _: &Credential,
) -> Reply {
    let part = |index: usize| {
        asked
            .path
            .trim_matches('/')
            .split('/')
            .nth(index)
            .unwrap_or_default()
    };
    let json: Json = serde_json::from_slice(asked.body).unwrap_or_default();
    match endpoint {
        "v1/employee" => old(state, part(3), &json),
        "v2/person" => new(state, part(2), &json),
        "v2/webhooks" if *asked.method == Method::POST => {
            match Webhook::of(&json, state.webhooks.len()) {
                Ok(hook) => {
                    let shown = hook.shown();
                    state.webhooks.push(hook);
                    Reply::new(StatusCode::CREATED, shown)
                }
                Err(problem) => {
                    Reply::problem(StatusCode::UNPROCESSABLE_ENTITY, "Unprocessable", &problem)
                }
            }
        }
        "v2/webhooks" if *asked.method == Method::DELETE => {
            let id = part(2);
            let before = state.webhooks.len();
            state.webhooks.retain(|hook| hook.id != id);
            if state.webhooks.len() < before {
                Reply::nothing()
            } else {
                Reply::problem(
                    StatusCode::NOT_FOUND,
                    "Resource not found",
                    "There is no such webhook.",
                )
            }
        }
        _ => Reply::problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "Method Not Allowed",
            "Not here.",
        ),
    }
}

/// `PATCH /v1/company/employees/{id}`: the address cannot be written here, and what is unknown is ignored in silence.
fn old(state: &mut State, id: &str, json: &Json) -> Reply {
    let now = state.now();
    let known: Vec<String> = state.company.custom.keys().cloned().collect();
    let found = id.parse().ok().and_then(|id| state.company.person_mut(id));
    let Some(person) = found else {
        return Reply::old_error(
            StatusCode::NOT_FOUND,
            404,
            "Es ist ein Problem aufgetreten ",
        );
    };
    let Some(Json::Object(fields)) = json.get("employee") else {
        return Reply::old_error(
            StatusCode::UNPROCESSABLE_ENTITY,
            422,
            "The employee field is required.",
        );
    };
    let text = |key: &str| fields.get(key).and_then(Json::as_str).map(str::to_owned);
    for (key, slot) in [
        ("first_name", &mut person.first_name),
        ("last_name", &mut person.last_name),
        ("preferred_name", &mut person.preferred_name),
        ("gender", &mut person.gender),
    ] {
        if let Some(text) = text(key) {
            *slot = text;
        }
    }
    let position = text("position");
    if let (Some(position), Some(employment)) = (position, person.employment_mut()) {
        employment.position = position;
    }
    if let Some(Json::Object(custom)) = fields.get("custom_attributes") {
        for (key, value) in custom.iter().filter(|(key, _)| known.contains(key)) {
            person.custom.insert(key.clone(), value.clone());
        }
    }
    person.updated_at = now;
    let id = person.id;
    state.tell("person.updated", id);
    Reply::ok(json!({"success": true, "data": {"id": id}, "meta": []}))
}

/// `PATCH /v2/persons/{id}`.
fn new(state: &mut State, id: &str, json: &Json) -> Reply {
    let bad = |detail: &str| Reply::problem(StatusCode::BAD_REQUEST, "Invalid request", detail);
    let Ok(id) = id.parse::<u64>() else {
        return bad("The id is not valid.");
    };
    if state.company.person(id).is_none() {
        return Reply::problem(
            StatusCode::NOT_FOUND,
            "Resource not found",
            "There is no resource for the specified id.",
        );
    }
    let Json::Object(fields) = json else {
        return bad("The body is no object.");
    };
    if let Err(problem) = check(state, id, fields) {
        return bad(&problem);
    }
    let now = state.now();
    if let Some(person) = state.company.person_mut(id) {
        for (key, value) in fields {
            let text = value.as_str().unwrap_or_default().to_owned();
            match key.as_str() {
                "email" => person.email = text,
                "first_name" => person.first_name = text,
                "last_name" => person.last_name = text,
                "preferred_name" => person.preferred_name = text,
                "gender" => person.gender = text.to_lowercase(),
                "custom_attributes" => {
                    for attribute in value.as_array().into_iter().flatten() {
                        if let Some(key) = attribute.get("id").and_then(Json::as_str) {
                            let value = attribute.get("value").cloned().unwrap_or_default();
                            person.custom.insert(key.to_owned(), value);
                        }
                    }
                }
                _ => {}
            }
        }
        person.updated_at = now;
    }
    state.tell("person.updated", id);
    Reply::nothing()
}

/// What a PATCH of version 2 refuses: other fields, an address that is none or somebody else's, an unknown attribute.
fn check(state: &State, id: u64, fields: &Map<String, Json>) -> Result<(), String> {
    const KNOWN: &[&str] = &[
        "email",
        "first_name",
        "last_name",
        "preferred_name",
        "gender",
        "language_code",
        "custom_attributes",
    ];
    if let Some(key) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("Unknown field {key}."));
    }
    if let Some(email) = fields.get("email") {
        let email = email.as_str().unwrap_or_default();
        if email.split('@').filter(|part| !part.is_empty()).count() != 2 {
            return Err("The email is not valid.".to_owned());
        }
        let taken = |person: &&super::company::Person| {
            person.id != id && person.email.eq_ignore_ascii_case(email)
        };
        if state.company.people.iter().any(|person| taken(&person)) {
            return Err("The email is already in use.".to_owned());
        }
    }
    for attribute in fields
        .get("custom_attributes")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        let key = attribute
            .get("id")
            .and_then(Json::as_str)
            .unwrap_or_default();
        if !state.company.custom.contains_key(key) {
            return Err(format!("There is no custom attribute {key}."));
        }
    }
    Ok(())
}
