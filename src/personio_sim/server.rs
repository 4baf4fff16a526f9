//! One request after the other: counted, limited, made to fail if so asked, and answered.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::auth::{Tokens, scope};
use super::company::Company;
use super::credential::Credential;
use super::fault::{Fault, Kind};
use super::limits::Limits;
use super::quirk::Quirk;
use super::v1::Tags;
use super::webhook::{self, Webhook};
use super::{lists, v2, writes};

/// How long a slow answer takes.
const SLOW: Duration = Duration::from_secs(90);

/// What belongs to a person; whatever else there is belongs to the employment, and a change of that is none of the
/// person.
const PERSONAL: &[&str] = &[
    "first_name",
    "last_name",
    "preferred_name",
    "email",
    "gender",
];

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
    /// The oddities of the wire.
    pub quirks: Vec<Quirk>,
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
    /// Who is told of every change from the start, by address.
    pub webhooks: Vec<String>,
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
            quirks: Vec::new(),
            tags: Tags::default(),
            omit_empty: false,
            beta: false,
            page: 100,
            token_life: Duration::from_hours(24),
            slow: SLOW,
            webhooks: Vec::new(),
            faults: Vec::new(),
            port: 0,
        }
    }
}

impl Options {
    /// Whether a simulator tells an address what changed: one of this machine alone.
    pub fn may_tell(url: &str) -> bool {
        webhook::is_local(url)
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
    pub(super) tokens: Tokens,
    /// Up to when time has passed for the company.
    passed: Timestamp,
    limits: Limits,
    of_all: u64,
    of_endpoint: BTreeMap<&'static str, u64>,
    /// Method and path with query of each request.
    pub(super) log: Vec<String>,
    /// The page before, by endpoint, for answers that repeat it.
    pub(super) before: BTreeMap<&'static str, Json>,
}

/// A request as it is looked at.
#[derive(Debug, Clone)]
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

    /// A part of the path, from 0; empty if there is none.
    pub(super) fn part(&self, index: usize) -> &str {
        let mut parts = self.path.trim_matches('/').split('/');
        parts.nth(index).unwrap_or_default()
    }

    /// A part of the path that is an id.
    pub(super) fn id(&self, index: usize) -> Option<u64> {
        self.part(index).parse().ok()
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
    /// Anything else.
    Bytes(Vec<u8>),
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
        let webhooks = webhook::of_options(&options.webhooks);
        let passed = options.now.unwrap_or_else(Timestamp::now);
        Self {
            company,
            options,
            webhooks,
            events: Vec::new(),
            tokens: Tokens::default(),
            passed,
            limits: Limits::default(),
            of_all: 0,
            of_endpoint: BTreeMap::new(),
            log: Vec::new(),
            before: BTreeMap::new(),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.options.now.unwrap_or_else(Timestamp::now)
    }

    /// Lets what became due since the last request happen.
    pub(super) fn pass(&mut self) {
        let now = self.now();
        let before = std::mem::replace(&mut self.passed, now);
        for (id, event) in self.company.pass_time(before, now) {
            self.tell(event, id);
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
        let verdict = self
            .limits
            .take(endpoint, Instant::now(), self.options.limits);
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
        reply.headers.extend(verdict.headers);
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

    pub(super) fn reply(&mut self, asked: &Asked<'_>, endpoint: &'static str) -> Reply {
        self.pass();
        match endpoint {
            "v1/auth" => return self.log_in_v1(asked),
            "v2/auth/token" => return self.log_in_v2(asked),
            "v2/auth/revoke" => return self.revoke(asked),
            _ => {}
        }
        let Some(credential) = self.authorized(asked) else {
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
                "v2/org-units" | "v2/org-unit" | "v2/workplaces" | "v2/cost-centers"
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

    /// Writes values of somebody by the names of version 1, moves what tells of it, and tells whoever listens.
    pub(super) fn write(&mut self, id: u64, fields: &Map<String, Json>) -> Result<String, String> {
        let said = self.company.rewrite(id, fields)?;
        let now = self.now();
        let of_person =
            |key: &String| PERSONAL.contains(&key.as_str()) || key.starts_with("dynamic_");
        let person = fields.keys().any(of_person);
        let employment = !fields.keys().all(of_person);
        if let Some(changed) = self.company.person_mut(id) {
            if person {
                changed.updated_at = now;
            }
            if employment && let Some(current) = changed.employment_mut() {
                current.updated_at = Some(now);
            }
        }
        if person {
            self.tell("person.updated", id);
        }
        if employment {
            self.tell("employment.updated", id);
        }
        Ok(said)
    }

    /// Somebody new, at the end of all lists or at their beginning.
    pub(super) fn create(&mut self, first: bool) {
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
            let place = if first { 0 } else { self.company.people.len() };
            self.company.people.splice(place..place, one.people);
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
        ["v2", "auth", "revoke"] if *method == Method::POST => "v2/auth/revoke",
        ["v1", "company", "employees"] if read => "v1/employees",
        [
            "v1",
            "company",
            "employees",
            "attributes" | "custom-attributes",
        ] if read => "v1/attributes",
        ["v1", "company", "time-offs"] if read => "v1/time-offs",
        ["v1", "company", "time-off-types"] if read => "v1/time-off-types",
        ["v1", "company", "employees", _, "profile-picture", _] if read => "v1/profile-picture",
        ["v1", "company", "employees", _] if read || *method == Method::PATCH => "v1/employee",
        ["v2", "persons"] if read => "v2/persons",
        ["v2", "persons", _] if read || *method == Method::PATCH => "v2/person",
        ["v2", "persons", _, "employments"] if read => "v2/employments",
        ["v2", "persons", _, "employments", _] if read => "v2/employment",
        ["v2", "org-units"] if read => "v2/org-units",
        ["v2", "org-units", _] if read => "v2/org-unit",
        ["v2", "absence-periods"] if read => "v2/absence-periods",
        ["v2", "absence-types"] if read => "v2/absence-types",
        ["v2", "workplaces"] if read => "v2/workplaces",
        ["v2", "cost-centers"] if read => "v2/cost-centers",
        ["v2", "legal-entities"] if read => "v2/legal-entities",
        ["v2", "legal-entities", _] if read => "v2/legal-entity",
        ["v2", "webhooks"] | ["v2", "webhooks", _] => "v2/webhooks",
        _ => return None,
    })
}

pub(super) fn unauthorized(endpoint: &str) -> Reply {
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
        "v2/persons" | "v2/person" | "v2/employments" | "v2/employment" => unauthorized(endpoint),
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
        Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
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
