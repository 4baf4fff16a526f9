//! Lists: people page by page, and what they refer to.

use std::fmt::Write as _;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::company::{Person, Table};
use super::credential::Credential;
use super::server::{Asked, Reply, State, names, pairs};
use super::webhook::Webhook;
use super::{v1, v2};

/// Answers a GET of somebody who may.
pub(super) fn answer(
    state: &State,
    asked: &Asked<'_>,
    endpoint: &str,
    credential: &Credential,
) -> Reply {
    let company = &state.company;
    let part = |index: usize| {
        asked
            .path
            .trim_matches('/')
            .split('/')
            .nth(index)
            .unwrap_or_default()
    };
    match endpoint {
        "v1/employees" => employees(state, asked, credential),
        "v1/attributes" => Reply::ok(v1::attributes(company, credential)),
        "v1/employee" => {
            let found = part(3).parse().ok().and_then(|id| company.person(id));
            let Some(person) = found else {
                return Reply::old_error(
                    StatusCode::NOT_FOUND,
                    404,
                    "Es ist ein Problem aufgetreten ",
                );
            };
            let mut body = r#"{"success":true,"data":"#.to_owned();
            writer(state, credential, &[]).person(&mut body, person);
            body.push('}');
            Reply::text(body)
        }
        "v2/persons" => persons(state, asked, credential),
        "v2/person" | "v2/employments" => {
            let found = part(2).parse().ok().and_then(|id| company.person(id));
            let Some(person) = found else {
                return Reply::problem(
                    StatusCode::NOT_FOUND,
                    "Resource not found",
                    "There is no resource for the specified id.",
                );
            };
            let writer = v2::Writer {
                company,
                credential,
                omit_empty: state.options.omit_empty,
            };
            if endpoint == "v2/person" {
                return Reply::ok(writer.person(person));
            }
            paged(state, asked, 50, &person.employments, |one| {
                writer.employment(person, one)
            })
        }
        "v2/org-units" => {
            let table = match asked.query("type") {
                Some("department") => &company.departments,
                Some("team") => &company.teams,
                _ => {
                    return Reply::problem(
                        StatusCode::BAD_REQUEST,
                        "Bad Request",
                        "type is required",
                    );
                }
            };
            table_of(state, asked, table)
        }
        "v2/workplaces" => table_of(state, asked, &company.workplaces),
        "v2/cost-centers" => table_of(state, asked, &company.cost_centers),
        "v2/legal-entities" => table_of(state, asked, &company.legal_entities),
        "v2/webhooks" => Reply::ok(v2::page(
            "/v2/webhooks",
            &state
                .webhooks
                .iter()
                .map(Webhook::shown)
                .collect::<Vec<_>>(),
            None,
        )),
        _ => Reply::problem(StatusCode::NOT_FOUND, "Not Found", "No such resource."),
    }
}

fn writer<'a>(state: &'a State, credential: &'a Credential, asked: &'a [String]) -> v1::Writer<'a> {
    v1::Writer {
        company: &state.company,
        credential,
        asked,
        zone: &state.options.zone,
        tags: state.options.tags,
    }
}

/// `GET /v1/company/employees`.
fn employees(state: &State, asked: &Asked<'_>, credential: &Credential) -> Reply {
    let number = |name: &str, default: usize| match asked.query(name) {
        None => Some(default),
        Some(text) => text.parse().ok(),
    };
    let (Some(limit @ 1..=100), Some(offset)) = (number("limit", 50), number("offset", 0)) else {
        return Reply::old_error(
            StatusCode::BAD_REQUEST,
            400,
            "The limit may not be greater than 100.",
        );
    };
    let attributes: Vec<String> = asked
        .query
        .iter()
        .filter(|(key, _)| key == "attributes[]" || key == "attributes")
        .map(|(_, value)| value.clone())
        .collect();
    // Without an offset; it is read as a local time of the company.
    let since = asked.query("updated_since").and_then(|text| {
        let local = text.parse::<jiff::civil::DateTime>();
        local
            .ok()?
            .to_zoned_datetime(state.options.zone.clone())
            .ok()
    });
    let wanted = |person: &&Person| {
        let email = asked
            .query("email")
            .is_none_or(|email| person.email.eq_ignore_ascii_case(email));
        email
            && since
                .as_ref()
                .is_none_or(|since| person.updated_at >= since.timestamp())
    };
    let people: Vec<&Person> = state.company.people.iter().filter(wanted).collect();
    let total = people.len();
    let writer = writer(state, credential, &attributes);
    let mut body = String::with_capacity(limit * 4_096);
    let _ = write!(
        body,
        r#"{{"success":true,"metadata":{{"total_elements":{total},"current_page":{},"total_pages":{}}},"offset":{offset},"limit":{limit},"data":["#,
        offset / limit,
        total.div_ceil(limit).max(1),
    );
    for (index, person) in people.into_iter().skip(offset).take(limit).enumerate() {
        if index > 0 {
            body.push(',');
        }
        writer.person(&mut body, person);
    }
    body.push_str("]}");
    Reply::text(body)
}

/// `GET /v2/persons`.
fn persons(state: &State, asked: &Asked<'_>, credential: &Credential) -> Reply {
    const KNOWN: &[&str] = &[
        "limit",
        "cursor",
        "id",
        "email",
        "status",
        "updated_at.gt",
        "first_name",
        "last_name",
    ];
    if let Some((key, _)) = asked
        .query
        .iter()
        .find(|(key, _)| !KNOWN.contains(&key.as_str()))
    {
        return Reply::problem(
            StatusCode::BAD_REQUEST,
            "Invalid filter",
            &format!("Unknown filter {key}"),
        );
    }
    let query = resumed(asked);
    let filter = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let since = filter("updated_at.gt").map(str::parse::<jiff::Timestamp>);
    if let Some(Err(_)) = since {
        return Reply::problem(
            StatusCode::BAD_REQUEST,
            "Invalid filter",
            "updated_at.gt is no date-time",
        );
    }
    let wanted = |person: &&Person| {
        let active = person
            .employments
            .iter()
            .any(|one| one.status != "inactive");
        filter("id").is_none_or(|ids| names(ids).contains(person.id.to_string().as_str()))
            && filter("email").is_none_or(|emails| names(emails).contains(person.email.as_str()))
            && filter("first_name").is_none_or(|name| person.first_name == name)
            && filter("last_name").is_none_or(|name| person.last_name == name)
            && filter("status").is_none_or(|status| (status == "ACTIVE") == active)
            && since
                .as_ref()
                .is_none_or(|since| since.as_ref().is_ok_and(|since| person.updated_at > *since))
    };
    let people: Vec<&Person> = state.company.people.iter().filter(wanted).collect();
    let writer = v2::Writer {
        company: &state.company,
        credential,
        omit_empty: state.options.omit_empty,
    };
    paged(state, asked, 50, &people, |person| writer.person(person))
}

fn table_of(state: &State, asked: &Asked<'_>, table: &Table) -> Reply {
    let ids = asked.query("id").map(names);
    let wanted = |(id, _): &(&u64, &String)| {
        ids.as_ref()
            .is_none_or(|ids| ids.contains(id.to_string().as_str()))
    };
    let rows: Vec<(&u64, &String)> = table.names.iter().filter(wanted).collect();
    paged(
        state,
        asked,
        100,
        &rows,
        |(id, name)| json!({"id": id.to_string(), "name": name}),
    )
}

/// The query of a request, or the one that its cursor carries.
fn resumed(asked: &Asked<'_>) -> Vec<(String, String)> {
    let mut query = asked.query.clone();
    if let Some(cursor) = asked.query("cursor") {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap_or_default();
        query.splice(0..0, pairs(&String::from_utf8_lossy(&bytes)));
    }
    query
}

/// A page of a list of version 2: 10 unless told, and at most so many.
fn paged<T>(
    state: &State,
    asked: &Asked<'_>,
    most: usize,
    items: &[T],
    write: impl Fn(&T) -> Json,
) -> Reply {
    let query = resumed(asked);
    let number = |name: &str, default: usize| {
        let found = query.iter().find(|(key, _)| key == name);
        found.map_or(Some(default), |(_, value)| value.parse::<usize>().ok())
    };
    let (Some(limit), Some(offset)) = (number("limit", 10), number("offset", 0)) else {
        return Reply::problem(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "Provided value is not valid",
        );
    };
    if !(1..=most).contains(&limit) {
        return Reply::problem(
            StatusCode::BAD_REQUEST,
            "Bad Request",
            "Provided value for limit is not valid",
        );
    }
    let limit = limit.min(state.options.page);
    let page: Vec<Json> = items.iter().skip(offset).take(limit).map(write).collect();
    let next = (offset + limit < items.len()).then(|| {
        let others = query
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "offset" | "cursor" | "limit"));
        let mut carried = format!("offset={}&limit={limit}", offset + limit);
        for (key, value) in others {
            let _ = write!(carried, "&{key}={value}");
        }
        URL_SAFE_NO_PAD.encode(carried)
    });
    Reply::ok(v2::page(asked.path, &page, next.as_deref()))
}
