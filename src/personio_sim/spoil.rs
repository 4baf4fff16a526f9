//! Requests that something befalls: before they are looked at, or in what is answered.

use axum::http::StatusCode;
use serde_json::{Value as Json, json};

use super::fault::Kind;
use super::server::{Asked, Body, Reply, State, text_of, unauthorized};
use super::{lists, v2};

impl State {
    /// What becomes of a request that something may befall.
    pub(super) fn befallen(
        &mut self,
        asked: &Asked<'_>,
        endpoint: &'static str,
        fault: Option<Kind>,
    ) -> Reply {
        match fault {
            Some(Kind::Unauthorized) => return unauthorized(endpoint),
            Some(Kind::Unavailable) => {
                return Reply::problem(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Service Unavailable",
                    "Try again later.",
                );
            }
            Some(Kind::BadGateway | Kind::Html) => {
                let mut reply =
                    Reply::text("<html><body><h1>502 Bad Gateway</h1></body></html>".to_owned());
                if fault == Some(Kind::BadGateway) {
                    reply.status = StatusCode::BAD_GATEWAY;
                }
                reply.headers.push(("content-type", "text/html".to_owned()));
                return reply;
            }
            Some(Kind::Expired) => self.tokens.end(),
            Some(Kind::Deleted) if !self.company.people.is_empty() => {
                self.company.people.remove(0);
            }
            Some(Kind::Created) => self.create(false),
            Some(Kind::Inserted) => self.create(true),
            Some(Kind::Changed) => {
                let (now, middle) = (self.now(), self.company.people.len() / 2);
                if let Some(person) = self.company.people.get_mut(middle) {
                    "Changed".clone_into(&mut person.preferred_name);
                    person.updated_at = now;
                }
            }
            _ => {}
        }
        // Version 1 has no cursors: a list that never ends is one that begins again.
        let again = matches!(fault, Some(Kind::SelfCursor | Kind::FirstCursor));
        let mut reply = if again && endpoint.starts_with("v1/") {
            self.reply(&first_page(asked), endpoint)
        } else {
            self.reply(asked, endpoint)
        };
        let Some(kind) = fault else {
            self.remember(endpoint, &reply);
            return reply;
        };
        match kind {
            Kind::Slow => reply.wait = self.options.slow,
            Kind::Broken => reply.broken = true,
            Kind::Cut if matches!(reply.body, Body::Bytes(_)) => {
                if let Body::Bytes(bytes) = &mut reply.body {
                    bytes.truncate(bytes.len() / 2);
                }
            }
            Kind::Cut => {
                let text = text_of(&reply.body);
                let half = text
                    .char_indices()
                    .nth(text.chars().count() / 2)
                    .map_or(0, |(at, _)| at);
                reply.body = Body::Text(text.get(..half).unwrap_or_default().to_owned());
            }
            Kind::Short
            | Kind::Empty
            | Kind::Duplicate
            | Kind::Total
            | Kind::NoStatus
            | Kind::Repeated => {
                reply.body = Body::Json(self.spoiled(kind, endpoint, &reply.body));
            }
            Kind::Again => {
                let first = self.reply(&first_page(asked), endpoint);
                reply.body = Body::Json(seen_again(&reply.body, &first.body));
            }
            Kind::SelfCursor | Kind::FirstCursor if !endpoint.starts_with("v1/") => {
                let cursor = lists::cursor_again(asked, kind == Kind::FirstCursor);
                let mut json = parsed(&reply.body);
                if let Some(Json::Object(links)) = json.pointer_mut("/_meta/links") {
                    let href = format!("{}{}?cursor={cursor}", v2::HOST, asked.path);
                    links.insert("next".to_owned(), json!({"href": href}));
                }
                reply.body = Body::Json(json);
            }
            _ => self.remember(endpoint, &reply),
        }
        reply
    }

    fn remember(&mut self, endpoint: &'static str, reply: &Reply) {
        if !self
            .options
            .faults
            .iter()
            .any(|fault| fault.kind == Kind::Repeated)
        {
            return;
        }
        if let Ok(json) = serde_json::from_str(&text_of(&reply.body)) {
            self.before.insert(endpoint, json);
        }
    }

    /// A list that is not what it should be.
    fn spoiled(&self, kind: Kind, endpoint: &'static str, body: &Body) -> Json {
        let mut json = parsed(body);
        if kind == Kind::Repeated {
            return self.before.get(endpoint).cloned().unwrap_or(json);
        }
        if kind == Kind::Total
            && let Some(total) = json.pointer_mut("/metadata/total_elements")
        {
            *total = json!(total.as_u64().unwrap_or_default() + 1);
        }
        let Some(items) = rows(&mut json) else {
            return json;
        };
        match kind {
            Kind::Short => drop(items.pop()),
            Kind::Duplicate => {
                if let Some(first) = items.first().cloned() {
                    items.push(first);
                }
            }
            Kind::Empty => items.clear(),
            Kind::NoStatus => {
                for item in items {
                    for place in ["/attributes", ""] {
                        if let Some(Json::Object(object)) = item.pointer_mut(place) {
                            object.shift_remove("status");
                        }
                    }
                }
                return json;
            }
            _ => return json,
        }
        let empty = kind == Kind::Empty;
        if empty && let Some(metadata) = json.get_mut("metadata") {
            *metadata = json!({"total_elements": 0, "current_page": 0, "total_pages": 1});
        }
        if empty && let Some(Json::Object(links)) = json.pointer_mut("/_meta/links") {
            links.shift_remove("next");
        }
        json
    }
}

/// The same request for the first page.
fn first_page<'a>(asked: &Asked<'a>) -> Asked<'a> {
    let mut first = asked.clone();
    let place = |key: &str| matches!(key, "offset" | "cursor");
    first.query.retain(|(key, _)| !place(key));
    first
}

fn parsed(body: &Body) -> Json {
    serde_json::from_str(&text_of(body)).unwrap_or_default()
}

/// The rows of a list.
fn rows(json: &mut Json) -> Option<&mut Vec<Json>> {
    let key = ["data", "_data"]
        .into_iter()
        .find(|key| json.get(key).is_some_and(Json::is_array));
    json.get_mut(key?)?.as_array_mut()
}

/// A page whose first row is that of the whole list: as many as there should be, and one of them twice.
fn seen_again(page: &Body, first: &Body) -> Json {
    let (mut page, mut first) = (parsed(page), parsed(first));
    let seen = rows(&mut first).and_then(|rows| rows.first().cloned());
    if let (Some(seen), Some(row)) = (seen, rows(&mut page).and_then(|rows| rows.first_mut())) {
        *row = seen;
    }
    page
}
