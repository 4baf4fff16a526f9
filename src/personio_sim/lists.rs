//! Lists: people page by page, and what they refer to.

use std::fmt::Write as _;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::absences;
use super::company::{Company, Employment, Person, Table};
use super::credential::Credential;
use super::quirk::Quirk;
use super::server::{Asked, Body, Reply, State, names};
use super::webhook::Webhook;
use super::{v1, v2};

/// The filters of persons.
const FILTERS: &[&str] = &[
    "id",
    "email",
    "status",
    "first_name",
    "last_name",
    "preferred_name",
    "created_at",
    "created_at.gt",
    "created_at.lt",
    "updated_at",
    "updated_at.gt",
    "updated_at.lt",
];

/// The filters of whatever has a name.
const NAMED: &[&str] = &[
    "type",
    "include_parent_chain",
    "sort",
    "id",
    "name",
    "country",
];

/// The filters of absences.
const ABSENCES: &[&str] = &[
    "id",
    "absence_type.id",
    "person.id",
    "starts_from.date_time.gte",
    "starts_from.date_time.lte",
    "ends_at.date_time.gte",
    "ends_at.date_time.lte",
];

/// The most people on a page of version 2.
const MOST_PEOPLE: usize = 50;

/// The most of anything else.
const MOST: usize = 100;

/// A picture, or the 404 that stands for none, for nobody, and for an attribute that is not released alike.
fn picture(company: &Company, asked: &Asked<'_>, credential: &Credential) -> Reply {
    let id = asked
        .id(3)
        .filter(|_| credential.may_see("profile_picture"));
    let found = id.and_then(|id| company.photos.get(&id));
    // A width that is none is no resource.
    let Some(bytes) = found.filter(|_| asked.id(5).is_some()) else {
        return Reply::old_error(StatusCode::NOT_FOUND, 404, "Etwas ist schiefgelaufen ...");
    };
    let mut reply = Reply::ok(Json::Null);
    reply.body = Body::Bytes(bytes.clone());
    // Whatever it is: the description says so of all.
    reply.headers.push(("content-type", "image/png".to_owned()));
    reply
}

/// Answers a GET of somebody who may.
pub(super) fn answer(
    state: &State,
    asked: &Asked<'_>,
    endpoint: &str,
    credential: &Credential,
) -> Reply {
    let company = &state.company;
    match endpoint {
        "v1/employees" => employees(state, asked, credential),
        "v1/attributes" => Reply::ok(v1::attributes(company, credential)),
        "v1/profile-picture" => picture(company, asked, credential),
        "v1/employee" => {
            let Some(person) = asked.id(3).and_then(|id| company.person(id)) else {
                let text = "Es ist ein Problem aufgetreten ";
                return Reply::old_error(StatusCode::NOT_FOUND, 404, text);
            };
            let mut body = r#"{"success":true,"data":"#.to_owned();
            writer_v1(state, credential, &[]).person(&mut body, person);
            body.push('}');
            Reply::text(body)
        }
        "v1/time-offs" => absences::time_offs(state, asked, &writer_v1(state, credential, &[])),
        "v1/time-off-types" => absences::types(state),
        "v2/persons" => persons(state, asked, credential),
        "v2/person" | "v2/employments" | "v2/employment" => {
            let Some(person) = asked.id(2).and_then(|id| company.person(id)) else {
                return not_found();
            };
            let writer = writer_v2(state, credential);
            let found = |one: &&Employment| one.id == asked.part(4);
            match endpoint {
                "v2/person" => Reply::ok(writer.person(person)),
                "v2/employments" => employments(state, asked, person, &writer),
                _ => match person.employments.iter().find(found) {
                    Some(one) => Reply::ok(writer.employment(person, one)),
                    None => not_found(),
                },
            }
        }
        "v2/org-units" | "v2/org-unit" => match list(asked, MOST, NAMED) {
            Err(reply) => *reply,
            Ok(query) => match query.value("type") {
                Some("department") => table_of(state, asked, &query, &company.departments),
                Some("team") => table_of(state, asked, &query, &company.teams),
                _ => bad("Provided value for type is not valid"),
            },
        },
        "v2/workplaces" => named(state, asked, &company.workplaces),
        "v2/cost-centers" => named(state, asked, &company.cost_centers),
        "v2/legal-entities" | "v2/legal-entity" => named(state, asked, &company.legal_entities),
        "v2/absence-types" => named(state, asked, &company.absence_types),
        "v2/absence-periods" => match list(asked, MOST, ABSENCES) {
            Err(reply) => *reply,
            Ok(query) => match absences::wanted(state, &query.pairs) {
                None => bad("Provided request parameters are invalid."),
                Some(all) => paged(state, asked, &query, &all, |one| {
                    absences::period(state, one)
                }),
            },
        },
        "v2/webhooks" => {
            let all = state.webhooks.iter().map(Webhook::shown);
            let all: Vec<Json> = all.collect();
            Reply::ok(v2::page("/v2/webhooks", &all, None, &state.options.quirks))
        }
        _ => Reply::problem(StatusCode::NOT_FOUND, "Not Found", "No such resource."),
    }
}

fn not_found() -> Reply {
    Reply::problem(
        StatusCode::NOT_FOUND,
        "Resource not found",
        "There is no resource for the specified id.",
    )
}

fn bad(detail: &str) -> Reply {
    Reply::problem(StatusCode::BAD_REQUEST, "Bad request", detail)
}

fn writer_v1<'a>(
    state: &'a State,
    credential: &'a Credential,
    asked: &'a [String],
) -> v1::Writer<'a> {
    v1::Writer {
        company: &state.company,
        credential,
        asked,
        zone: &state.options.zone,
        tags: state.options.tags,
        quirks: &state.options.quirks,
    }
}

fn writer_v2<'a>(state: &'a State, credential: &'a Credential) -> v2::Writer<'a> {
    v2::Writer {
        company: &state.company,
        credential,
        omit_empty: state.options.omit_empty,
        quirks: &state.options.quirks,
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
        let zone = state.options.zone.clone();
        local.ok()?.to_zoned_datetime(zone).ok()
    });
    let wanted = |person: &&Person| {
        let email = asked.query("email");
        email.is_none_or(|email| person.email.eq_ignore_ascii_case(email))
            && since
                .as_ref()
                .is_none_or(|since| person.modified_at() >= since.timestamp())
    };
    let people: Vec<&Person> = state.company.people.iter().filter(wanted).collect();
    let total = people.len();
    let writer = writer_v1(state, credential, &attributes);
    let quote = if state.options.quirks.contains(&Quirk::TextPaging) {
        "\""
    } else {
        ""
    };
    let mut body = String::with_capacity(limit * 4_096);
    let _ = write!(
        body,
        r#"{{"success":true,"metadata":{{"total_elements":{total},"current_page":{},"total_pages":{}}},"offset":{quote}{offset}{quote},"limit":{quote}{limit}{quote},"data":["#,
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
    let query = match list(asked, MOST_PEOPLE, FILTERS) {
        Ok(query) => query,
        Err(reply) => return *reply,
    };
    let mut people: Vec<&Person> = Vec::new();
    let filtered = !query.pairs.is_empty();
    for person in &state.company.people {
        let fit = if filtered {
            fits(person, &query)
        } else {
            Some(true)
        };
        match fit {
            Some(true) => people.push(person),
            Some(false) => {}
            None => return bad("Provided request parameters are invalid."),
        }
    }
    let writer = writer_v2(state, credential);
    paged(state, asked, &query, &people, |person| {
        writer.person(person)
    })
}

/// Whether all filters let a person pass; nothing, if one of them has no value that it could have.
fn fits(person: &Person, query: &Query) -> Option<bool> {
    let active = person
        .employments
        .iter()
        .any(|one| one.status != "inactive");
    let status = match query.value("status") {
        None => true,
        Some("ACTIVE") => active,
        Some("INACTIVE") => !active,
        Some(_) => return None,
    };
    let one_of = |name, value: &str| {
        let all = query.value(name);
        all.is_none_or(|all| names(all).contains(value))
    };
    let same = |name, value: &str| query.value(name).is_none_or(|asked| asked == value);
    Some(
        status
            && one_of("id", &person.id.to_string())
            && one_of("email", &person.email)
            && same("first_name", &person.first_name)
            && same("last_name", &person.last_name)
            && same("preferred_name", &person.preferred_name)
            && since("created_at", person.created_at, query)?
            && since("updated_at", person.updated_at, query)?,
    )
}

/// Whether a timestamp passes the filters of its name: itself, later, earlier.
fn since(name: &str, at: Timestamp, query: &Query) -> Option<bool> {
    let mut fits = true;
    for (filter, order) in [
        (name.to_owned(), std::cmp::Ordering::Equal),
        (format!("{name}.gt"), std::cmp::Ordering::Greater),
        (format!("{name}.lt"), std::cmp::Ordering::Less),
    ] {
        if let Some(text) = query.value(&filter) {
            fits &= at.cmp(&instant(text)?) == order;
        }
    }
    Some(fits)
}

/// A date-time, or the midnight in UTC of a date.
fn instant(text: &str) -> Option<Timestamp> {
    let midnight = || {
        let day: jiff::civil::Date = text.parse().ok()?;
        let zoned = day.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    };
    text.parse().ok().or_else(midnight)
}

/// `GET /v2/persons/{id}/employments`: the latest first, with links to a path that there is not, as they are.
fn employments(
    state: &State,
    asked: &Asked<'_>,
    person: &Person,
    writer: &v2::Writer<'_>,
) -> Reply {
    let filters = ["id", "updated_at", "updated_at.gt", "updated_at.lt"];
    let query = match list(asked, MOST_PEOPLE, &filters) {
        Ok(query) => query,
        Err(reply) => return *reply,
    };
    let mut all: Vec<&Employment> = Vec::new();
    for one in &person.employments {
        let named = query
            .value("id")
            .is_none_or(|ids| names(ids).contains(one.id.as_str()));
        let at = one.updated_at.unwrap_or(person.updated_at);
        match since("updated_at", at, &query) {
            Some(in_time) if in_time && named => all.push(one),
            Some(_) => {}
            None => return bad("Provided request parameters are invalid."),
        }
    }
    paged(state, asked, &query, &all, |one| {
        writer.employment(person, one)
    })
}

fn named(state: &State, asked: &Asked<'_>, table: &Table) -> Reply {
    match list(asked, MOST, NAMED) {
        Ok(query) => table_of(state, asked, &query, table),
        Err(reply) => *reply,
    }
}

/// What has a name: one of it, if the path says which; else all that the filters let pass.
fn table_of(state: &State, asked: &Asked<'_>, query: &Query, table: &Table) -> Reply {
    let write = |(id, name): &(&u64, &String)| {
        let (id, ty) = (id.to_string(), query.value("type"));
        match ty {
            Some(ty) => json!({"id": id, "type": ty, "name": name, "parent_id": null}),
            None => json!({"id": id, "name": name}),
        }
    };
    if let Some(id) = asked.id(2) {
        let found = table.names.get_key_value(&id);
        return found.map_or_else(not_found, |one| Reply::ok(write(&one)));
    }
    let ids = query.value("id").map(names);
    let wanted = |(id, name): &(&u64, &String)| {
        ids.as_ref()
            .is_none_or(|ids| ids.contains(id.to_string().as_str()))
            && query
                .value("name")
                .is_none_or(|asked| name.as_str() == asked)
    };
    let mut rows: Vec<(&u64, &String)> = table.names.iter().filter(wanted).collect();
    match query.value("sort") {
        None | Some("id") => {}
        Some("-id") => rows.reverse(),
        Some("name") => rows.sort_by_key(|(_, name)| *name),
        Some("-name") => rows.sort_by_key(|(_, name)| std::cmp::Reverse(*name)),
        Some(_) => return bad("Provided value for sort is not valid"),
    }
    paged(state, asked, query, &rows, write)
}

/// What a list of version 2 is asked for: its filters, with those that a cursor carries.
#[derive(Debug)]
struct Query {
    pairs: Vec<(String, String)>,
    offset: usize,
    limit: usize,
}

impl Query {
    fn value(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads the query of a list: 10 unless told, at most so many, and no other filters.
fn list(asked: &Asked<'_>, most: usize, filters: &[&str]) -> Result<Query, Box<Reply>> {
    let (offset, carried) = match asked.query("cursor") {
        None => (0, Vec::new()),
        Some(cursor) => {
            opened(cursor).ok_or_else(|| Box::new(bad("Provided value for cursor is not valid")))?
        }
    };
    let mut pairs = carried;
    let own = asked.query.iter().filter(|(key, _)| key != "cursor");
    for (key, value) in own {
        if !pairs.iter().any(|(known, _)| known == key) {
            pairs.push((key.clone(), value.clone()));
        }
    }
    let mut query = Query {
        pairs,
        offset,
        limit: 10,
    };
    if let Some(limit) = query.value("limit") {
        let limit = limit
            .parse()
            .ok()
            .filter(|limit| (1..=most).contains(limit));
        let invalid = || Box::new(bad("Provided value for limit is not valid"));
        query.limit = limit.ok_or_else(invalid)?;
    }
    query.pairs.retain(|(key, _)| key != "limit");
    let known = |(key, _): &(String, String)| filters.contains(&key.as_str());
    if !query.pairs.iter().all(known) {
        return Err(Box::new(bad("Provided request parameters are invalid.")));
    }
    Ok(query)
}

/// A cursor carries its place, its limit and its filters; nobody but us can read it.
fn sealed(query: &Query, offset: usize) -> String {
    let mut pairs = query.pairs.clone();
    pairs.push(("limit".to_owned(), query.limit.to_string()));
    URL_SAFE_NO_PAD.encode(json!([offset, pairs]).to_string())
}

fn opened(cursor: &str) -> Option<(usize, Vec<(String, String)>)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The cursor of the page that is asked for, or that of the first page: for lists that never end.
pub(super) fn cursor_again(asked: &Asked<'_>, first: bool) -> String {
    let query = list(asked, MOST, FILTERS).unwrap_or(Query {
        pairs: Vec::new(),
        offset: 0,
        limit: 10,
    });
    let offset = if first { 0 } else { query.offset };
    sealed(&query, offset)
}

/// A page of a list of version 2. Behind a cursor is a place, so rows shift when somebody comes or goes meanwhile;
/// nothing promises that they do not.
fn paged<T>(
    state: &State,
    asked: &Asked<'_>,
    query: &Query,
    items: &[T],
    write: impl Fn(&T) -> Json,
) -> Reply {
    let (offset, limit) = (query.offset, query.limit.min(state.options.page));
    let page: Vec<Json> = items.iter().skip(offset).take(limit).map(write).collect();
    let next = (offset + limit < items.len()).then(|| sealed(query, offset + limit));
    Reply::ok(v2::page(
        asked.path,
        &page,
        next.as_deref(),
        &state.options.quirks,
    ))
}
