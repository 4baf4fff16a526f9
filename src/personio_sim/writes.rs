//! What is written to the simulator: values of people, and webhooks.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};

use super::company::Table;
use super::credential::Credential;
use super::server::{Asked, Reply, State};
use super::webhook::Webhook;

/// What version 1 lets be written, beside names of units and custom attributes.
const WRITABLE: &[&str] = &[
    "first_name",
    "last_name",
    "preferred_name",
    "gender",
    "position",
    "hire_date",
    "weekly_working_hours",
    "status",
];

/// The statuses of version 1.
const STATUSES: &[&str] = &["onboarding", "active", "leave", "inactive"];

/// The words of version 2.
const GENDERS: &[&str] = &["MALE", "FEMALE", "DIVERSE", "UNKNOWN", "UNDEFINED"];
const LANGUAGES: &[&str] = &["en", "de", "es", "fr", "nl", "it", "sv", "fi"];

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

/// `PATCH /v1/company/employees/{id}`: an address cannot be written here. What is unknown is ignored: an attribute in
/// silence, the name of a department with a word in `meta`.
fn old(state: &mut State, id: &str, json: &Json) -> Reply {
    let company = &mut state.company;
    let found = id.parse().ok().filter(|id| company.person(*id).is_some());
    let Some(id) = found else {
        let text = "Es ist ein Problem aufgetreten ";
        return Reply::old_error(StatusCode::NOT_FOUND, 404, text);
    };
    let refused = |text: &str| Reply::old_error(StatusCode::UNPROCESSABLE_ENTITY, 422, text);
    let Some(Json::Object(fields)) = json.get("employee") else {
        return refused("The employee field is required.");
    };
    let mut taken = Map::new();
    let mut meta = Vec::new();
    for (key, value) in fields {
        let table = match key.as_str() {
            "department" => Some(&company.departments),
            "office" => Some(&company.workplaces),
            "subcompany" => Some(&company.legal_entities),
            _ => None,
        };
        let known = |table: &Table| {
            let name = value.as_str().unwrap_or_default();
            table.names.values().any(|known| known == name)
        };
        if table.is_some_and(|table| !known(table)) {
            meta.push(format!("The {key} {value} does not exist and was ignored"));
            continue;
        }
        match key.as_str() {
            "supervisor_id" => {
                let other = value.as_u64();
                let unknown =
                    other.filter(|other| *other == id || company.person(*other).is_none());
                if let Some(other) = unknown {
                    return refused(&format!("Supervisor with ID {other} not found"));
                }
                taken.insert("supervisor".to_owned(), value.clone());
            }
            "status" if !STATUSES.contains(&value.as_str().unwrap_or_default()) => {
                return refused("The selected status is invalid.");
            }
            "custom_attributes" => {
                let all = value.as_object().into_iter().flatten();
                let known = all.filter(|(key, _)| company.custom.contains_key(*key));
                taken.extend(known.map(|(key, value)| (key.clone(), value.clone())));
            }
            key if WRITABLE.contains(&key) || table.is_some() => {
                taken.insert(key.to_owned(), value.clone());
            }
            _ => {}
        }
    }
    if let Err(problem) = state.write(id, &taken) {
        return refused(&problem);
    }
    Reply::ok(json!({"success": true, "data": {"id": id}, "meta": meta}))
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
    let mut taken = Map::new();
    for (key, value) in fields {
        let text = value.as_str().unwrap_or_default();
        match key.as_str() {
            "language_code" => {}
            "gender" => drop(taken.insert(key.clone(), text.to_lowercase().into())),
            "custom_attributes" => {
                for attribute in value.as_array().into_iter().flatten() {
                    if let Some(key) = attribute.get("id").and_then(Json::as_str) {
                        let value = attribute.get("value").cloned().unwrap_or_default();
                        taken.insert(key.to_owned(), value);
                    }
                }
            }
            _ => drop(taken.insert(key.clone(), value.clone())),
        }
    }
    match state.write(id, &taken) {
        Ok(_) => Reply::nothing(),
        Err(problem) => bad(&problem),
    }
}

/// What a PATCH of version 2 refuses: other fields, words that there are not, an address that is none or somebody
/// else's, an unknown attribute.
fn check(state: &State, id: u64, fields: &Map<String, Json>) -> Result<(), String> {
    if fields.is_empty() {
        return Err("The body is empty.".to_owned());
    }
    for (key, value) in fields {
        let invalid = || format!("Provided value for {key} is not valid");
        let text = value.as_str();
        let good = match key.as_str() {
            "email" => text.is_some_and(is_address),
            "first_name" | "last_name" => text.is_some_and(|text| !text.trim().is_empty()),
            "preferred_name" => text.is_some(),
            "gender" => text.is_some_and(|word| GENDERS.contains(&word)),
            "language_code" => text.is_some_and(|word| LANGUAGES.contains(&word)),
            "custom_attributes" => value.is_array(),
            _ => return Err(format!("Unknown field {key}.")),
        };
        if !good {
            return Err(invalid());
        }
    }
    if let Some(email) = fields.get("email").and_then(Json::as_str) {
        let mut others = state.company.people.iter().filter(|person| person.id != id);
        if others.any(|person| person.email.eq_ignore_ascii_case(email)) {
            return Err("The email is already in use.".to_owned());
        }
    }
    let custom = fields.get("custom_attributes").and_then(Json::as_array);
    for attribute in custom.into_iter().flatten() {
        let key = attribute.get("id").and_then(Json::as_str);
        let key = key.unwrap_or_default();
        if !state.company.custom.contains_key(key) {
            return Err(format!("There is no custom attribute {key}."));
        }
        let good = match attribute.get("value") {
            Some(Json::String(_)) => true,
            Some(Json::Array(words)) => words.iter().all(Json::is_string),
            _ => false,
        };
        if !good {
            return Err(format!("Provided value for {key} is not valid"));
        }
    }
    Ok(())
}

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let spaces = text.contains(char::is_whitespace);
    !local.is_empty() && domain.contains('.') && !domain.contains('@') && !spaces
}
