//! One request after the other: counted, limited, made to fail if so asked, and answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::company::Company;
use super::credential::Credential;
use super::fault::{Fault, Kind};
use super::limits::{Limits, Verdict};
use super::v1::Tags;
use super::webhook::Webhook;
use super::{lists, v2, writes};

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(90);

/// What the simulator is like.
#[derive(Debug, Clone)]
pub struct Options {
    /// The credentials that may log in.
    pub credentials: Vec<Credential>,
    /// Whether limits hold.
    pub limits: bool,
    /// The clock; `None` for that of this machine.
    pub now: Option<Timestamp>,
    /// The zone of the company: version 1 writes dates as midnights there.
    pub zone: TimeZone,
    /// How version 1 writes tags.
    pub tags: Tags,
    /// Fields without a value are left out in version 2, instead of being null.
    pub omit_empty: bool,
    /// Org units, workplaces and cost centers need the header `Beta: true`, as they did until 2026.
    pub beta: bool,
    /// Pages of version 2 hold no more than this, whatever is asked for.
    pub page: usize,
    /// How long a token lives.
    pub token_life: Duration,
    /// How long an answer takes that is slow on request.
    pub slow: Duration,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// The port; 0 for any that is free.
    pub port: u16,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            credentials: vec![Credential::default()],
            limits: true,
            now: None,
            zone: TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC),
            tags: Tags::default(),
            omit_empty: false,
            beta: false,
            page: 100,
            token_life: Duration::from_hours(24),
            slow: SLOW,
            faults: Vec::new(),
            port: 0,
        }
    }
}

/// Everything that the simulator knows.
#[derive(Debug)]
pub(super) struct State {
    pub(super) company: Company,
    pub(super) options: Options,
    pub(super) webhooks: Vec<Webhook>,
    /// Events to be sent.
    pub(super) events: Vec<(String, Json)>,
    tokens: BTreeMap<String, Issued>,
    limits: Limits,
    of_all: u64,
    of_endpoint: BTreeMap<&'static str, u64>,
    /// Method and path with query of each request.
    pub(super) log: Vec<String>,
    /// The page before, by endpoint, for answers that repeat it.
    before: BTreeMap<&'static str, Json>,
    next_token: u64,
    /// The last day that was looked at.
    day: jiff::civil::Date,
}

#[derive(Debug, Clone)]
struct Issued {
    credential: String,
    until: Instant,
}

/// A request as it is looked at.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    pub(super) query: Vec<(String, String)>,
    pub(super) beta: bool,
    pub(super) bearer: Option<String>,
    pub(super) form: bool,
    pub(super) body: &'a [u8],
}

impl Asked<'_> {
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// An answer before it is sent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
    /// Before it is sent.
    pub(super) wait: Duration,
    /// Bytes after which the connection breaks off.
    pub(super) broken: bool,
}

/// What is sent.
#[derive(Debug)]
pub(super) enum Body {
    /// Nothing.
    None,
    /// JSON as a tree.
    Json(Json),
    /// Text as it is.
    Text(String),
}

impl Reply {
    pub(super) fn new(status: StatusCode, json: Json) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Json(json),
            wait: Duration::ZERO,
            broken: false,
        }
    }

    pub(super) fn ok(json: Json) -> Self {
        Self::new(StatusCode::OK, json)
    }

    pub(super) fn nothing() -> Self {
        Self {
            body: Body::None,
            ..Self::new(StatusCode::NO_CONTENT, Json::Null)
        }
    }

    pub(super) fn text(text: String) -> Self {
        Self {
            body: Body::Text(text),
            ..Self::ok(Json::Null)
        }
    }

    /// An error in the manner of version 1, whose messages may be German.
    pub(super) fn old_error(status: StatusCode, code: u16, message: &str) -> Self {
        Self::new(
            status,
            json!({"success": false, "error": {"code": code, "message": message}}),
        )
    }

    /// An error in the manner of version 2.
    pub(super) fn problem(status: StatusCode, title: &str, detail: &str) -> Self {
        Self::new(status, v2::problem(title, detail))
    }
}

impl State {
    pub(super) fn new(company: Company, options: Options) -> Self {
        let now = options.now.unwrap_or_else(Timestamp::now);
        Self {
            day: TimeZone::UTC.to_datetime(now).date(),
            company,
            options,
            webhooks: Vec::new(),
            events: Vec::new(),
            tokens: BTreeMap::new(),
            limits: Limits::default(),
            of_all: 0,
            of_endpoint: BTreeMap::new(),
            log: Vec::new(),
            before: BTreeMap::new(),
            next_token: 0,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.options.now.unwrap_or_else(Timestamp::now)
    }

    /// Lets the days pass since it was looked at last.
    pub(super) fn pass_time(&mut self) {
        let now = self.now();
        let today = TimeZone::UTC.to_datetime(now).date();
        if today <= self.day {
            return;
        }
        let before = std::mem::replace(&mut self.day, today);
        for id in self.company.pass_time(before, now) {
            self.tell("employment.updated", id);
        }
    }

    /// Counts from 1 again, and forgets what was asked so far.
    pub(super) fn recount(&mut self) {
        self.of_all = 0;
        self.of_endpoint.clear();
        self.log.clear();
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, asked: &Asked<'_>) -> Reply {
        let Some(endpoint) = endpoint(asked.method, asked.path) else {
            return Reply::problem(StatusCode::NOT_FOUND, "Not Found", "No such resource.");
        };
        self.of_all += 1;
        let of_endpoint = self.of_endpoint.entry(endpoint).or_default();
        *of_endpoint += 1;
        let (n, m) = (self.of_all, *of_endpoint);
        self.log.push(line(asked));
        let befalls = |fault: &&Fault| fault.befalls(endpoint, n, m);
        let fault = self
            .options
            .faults
            .iter()
            .find(befalls)
            .map(|fault| fault.kind);
        let verdict = if self.options.limits {
            self.limits.take(endpoint, Instant::now())
        } else {
            Verdict {
                taken: true,
                remaining: None,
            }
        };
        let mut reply = if verdict.taken && fault != Some(Kind::TooMany) {
            self.befallen(asked, endpoint, fault)
        } else if endpoint.starts_with("v1/") {
            Reply::old_error(StatusCode::TOO_MANY_REQUESTS, 429, "Zu viele Anfragen.")
        } else {
            Reply::problem(
                StatusCode::TOO_MANY_REQUESTS,
                "Too Many Requests",
                "Rate limit exceeded.",
            )
        };
        reply.headers.extend(verdict.headers());
        let ahead = if fault == Some(Kind::Skewed) { 600 } else { 0 };
        if self.options.now.is_some() || ahead > 0 {
            let date = self.now() + Duration::from_secs(ahead);
            reply.headers.push((
                "date",
                date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            ));
        }
        reply
    }

    /// What becomes of a request that something may befall.
    fn befallen(
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
            Some(Kind::Expired) => self.tokens.clear(),
            Some(Kind::Deleted) if !self.company.people.is_empty() => {
                self.company.people.remove(0);
            }
            Some(Kind::Created) => self.create(),
            Some(Kind::Changed) => {
                let (now, middle) = (self.now(), self.company.people.len() / 2);
                if let Some(person) = self.company.people.get_mut(middle) {
                    "Changed".clone_into(&mut person.preferred_name);
                    person.updated_at = now;
                }
            }
            _ => {}
        }
        let mut reply = self.reply(asked, endpoint);
        let Some(kind) = fault else {
            self.remember(endpoint, &reply);
            return reply;
        };
        match kind {
            Kind::Slow => reply.wait = self.options.slow,
            Kind::Broken => reply.broken = true,
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
        let mut json: Json = serde_json::from_str(&text_of(body)).unwrap_or_default();
        if kind == Kind::Repeated {
            return self.before.get(endpoint).cloned().unwrap_or(json);
        }
        if kind == Kind::Total
            && let Some(total) = json.pointer_mut("/metadata/total_elements")
        {
            *total = json!(total.as_u64().unwrap_or_default() + 1);
        }
        let list = ["data", "_data"]
            .into_iter()
            .find(|key| json.get(key).is_some_and(Json::is_array));
        let Some(Json::Array(items)) = list.and_then(|key| json.get_mut(key)) else {
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

    fn reply(&mut self, asked: &Asked<'_>, endpoint: &'static str) -> Reply {
        self.pass_time();
        match endpoint {
            "v1/auth" => return self.log_in(asked, true),
            "v2/auth/token" => return self.log_in(asked, false),
            _ => {}
        }
        let issued = asked
            .bearer
            .as_ref()
            .and_then(|token| self.tokens.get(token));
        let issued = issued
            .filter(|issued| Instant::now() < issued.until)
            .cloned();
        let credentials = &self.options.credentials;
        let credential = issued.and_then(|issued| {
            credentials
                .iter()
                .find(|one| one.id == issued.credential)
                .cloned()
        });
        let Some(credential) = credential else {
            return unauthorized(endpoint);
        };
        if let Some(scope) = scope(endpoint, asked.method)
            && !credential.may(scope)
        {
            return forbidden(endpoint);
        }
        if self.options.beta
            && matches!(
                endpoint,
                "v2/org-units" | "v2/workplaces" | "v2/cost-centers"
            )
            && !asked.beta
        {
            return Reply::problem(StatusCode::NOT_FOUND, "Not Found", "No such resource.");
        }
        let mut reply = if *asked.method == Method::GET {
            lists::answer(self, asked, endpoint, &credential)
        } else {
            writes::answer(self, asked, endpoint, &credential)
        };
        if endpoint.starts_with("v1/")
            && let Some(token) = &asked.bearer
        {
            // Once it was another one, for one request alone; now it is the same one again.
            reply
                .headers
                .push(("authorization", format!("Bearer {token}")));
        }
        reply
    }

    fn log_in(&mut self, asked: &Asked<'_>, old: bool) -> Reply {
        let fields = fields(asked);
        let field = |name: &str| fields.get(name).cloned().unwrap_or_default();
        if !old && (!asked.form || field("grant_type") != "client_credentials") {
            return oauth("unsupported_grant_type", "The grant type is not supported.");
        }
        let (id, secret) = (field("client_id"), field("client_secret"));
        let known = self
            .options
            .credentials
            .iter()
            .find(|one| one.id == id && one.secret == secret);
        let Some(credential) = known.cloned() else {
            if old {
                return Reply::old_error(StatusCode::FORBIDDEN, 0, "Wrong credentials");
            }
            return oauth("invalid_client", "Client authentication failed.");
        };
        let now = Instant::now();
        self.tokens.retain(|_, issued| now < issued.until);
        let current = self
            .tokens
            .iter()
            .find(|(_, issued)| issued.credential == credential.id);
        let (token, until) = if let Some((token, issued)) = current {
            (token.clone(), issued.until)
        } else {
            self.next_token += 1;
            let token = format!("papi-{}-{:08}", credential.id, self.next_token);
            let until = now + self.options.token_life;
            let issued = Issued {
                credential: credential.id.clone(),
                until,
            };
            self.tokens.insert(token.clone(), issued);
            (token, until)
        };
        let left = until.duration_since(now).as_secs();
        let scopes: Vec<&str> = credential.scopes.iter().map(String::as_str).collect();
        let scope = scopes.join(" ");
        Reply::ok(if old {
            json!({"success": true, "data": {"token": token, "expires_in": left, "scope": scope}})
        } else {
            json!({"access_token": token, "token_type": "Bearer", "expires_in": left, "scope": scope})
        })
    }

    /// An event for whoever listens.
    pub(super) fn tell(&mut self, event: &str, person: u64) {
        if !self.webhooks.is_empty() {
            let now = self.now().to_string();
            let payload = json!({
                "company_id": "1", "event_name": event, "occurred_at": now,
                "payload": {"person_id": person.to_string()},
            });
            self.events.push((event.to_owned(), payload));
        }
    }

    fn create(&mut self) {
        let now = self.now();
        let id = self
            .company
            .people
            .iter()
            .map(|person| person.id)
            .max()
            .unwrap_or(0)
            + 1;
        let text = format!(
            r#"[{{"id": {id}, "first_name": "Nova", "last_name": "Neumann", "hire_date": "2026-04-01", "status": "onboarding"}}]"#
        );
        if let Ok(one) = Company::parse(&[("new", text.as_bytes())], now) {
            self.company.people.extend(one.people);
        }
    }
}

/// The endpoint of a path, as faults and limits name it; ids fold into one.
fn endpoint(method: &Method, path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let read = *method == Method::GET;
    Some(match parts.as_slice() {
        ["v1", "auth"] if *method == Method::POST => "v1/auth",
        ["v2", "auth", "token"] if *method == Method::POST => "v2/auth/token",
        ["v1", "company", "employees"] if read => "v1/employees",
        [
            "v1",
            "company",
            "employees",
            "attributes" | "custom-attributes",
        ] if read => "v1/attributes",
        ["v1", "company", "employees", _] if read || *method == Method::PATCH => "v1/employee",
        ["v2", "persons"] if read => "v2/persons",
        ["v2", "persons", _] if read || *method == Method::PATCH => "v2/person",
        ["v2", "persons", _, "employments"] if read => "v2/employments",
        ["v2", "org-units"] if read => "v2/org-units",
        ["v2", "workplaces"] if read => "v2/workplaces",
        ["v2", "cost-centers"] if read => "v2/cost-centers",
        ["v2", "legal-entities"] if read => "v2/legal-entities",
        ["v2", "webhooks"] | ["v2", "webhooks", _] => "v2/webhooks",
        _ => return None,
    })
}

fn scope(endpoint: &str, method: &Method) -> Option<&'static str> {
    let read = *method == Method::GET;
    Some(match endpoint {
        "v1/employees" => "employees:read",
        "v1/employee" if read => "employees:read",
        "v1/employee" => "employees:write",
        "v1/attributes" => "employees:attributes",
        "v2/persons" | "v2/employments" => "personio:persons:read",
        "v2/person" if read => "personio:persons:read",
        "v2/person" => "personio:persons:write",
        "v2/org-units" => "personio:org-units:read",
        "v2/workplaces" => "personio:workplaces:read",
        "v2/cost-centers" => "personio:cost-centers:read",
        "v2/legal-entities" => "personio:legal-entities:read",
        "v2/webhooks" if read => "personio:webhooks:read",
        "v2/webhooks" => "personio:webhooks:write",
        _ => return None,
    })
}

fn unauthorized(endpoint: &str) -> Reply {
    if endpoint.starts_with("v1/") {
        return Reply::old_error(
            StatusCode::UNAUTHORIZED,
            401,
            "Die Anfrage ist nicht autorisiert.",
        );
    }
    Reply::problem(
        StatusCode::UNAUTHORIZED,
        "Unauthorized Request",
        "Unauthorized Request",
    )
}

/// A right that is missing: each part of the API says so in its own way.
fn forbidden(endpoint: &str) -> Reply {
    match endpoint {
        "v2/persons" | "v2/person" | "v2/employments" => unauthorized(endpoint),
        _ if endpoint.starts_with("v1/") => {
            Reply::old_error(StatusCode::FORBIDDEN, 403, "Zugriff verweigert.")
        }
        _ => Reply::problem(
            StatusCode::FORBIDDEN,
            "Insufficient access scope",
            "Client scope insufficient to access resource",
        ),
    }
}

fn oauth(error: &str, description: &str) -> Reply {
    let body = json!({
        "timestamp": "2026-03-02T08:00:00Z",
        "trace_id": "5117aced-51a0-4e11-9a11-000000000043",
        "error": error, "error_description": description, "meta": {},
    });
    Reply::new(StatusCode::BAD_REQUEST, body)
}

/// The fields of a body, in either encoding.
fn fields(asked: &Asked<'_>) -> BTreeMap<String, String> {
    if asked.form {
        return pairs(&String::from_utf8_lossy(asked.body))
            .into_iter()
            .collect();
    }
    let json: Json = serde_json::from_slice(asked.body).unwrap_or_default();
    let object = json.as_object().into_iter().flatten();
    object
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// The pairs of `a=b&c=d`, decoded.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let url = reqwest::Url::parse(&format!("http://localhost/?{text}"));
    url.map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default()
}

/// The text of a body.
pub(super) fn text_of(body: &Body) -> String {
    match body {
        Body::None => String::new(),
        Body::Json(json) => json.to_string(),
        Body::Text(text) => text.clone(),
    }
}

fn line(asked: &Asked<'_>) -> String {
    let query: Vec<String> = asked
        .query
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{} {}{mark}{}", asked.method, asked.path, query.join("&"))
}

/// The names of a comma list.
pub(super) fn names(text: &str) -> BTreeSet<&str> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect()
}
