//! Tokens: for each credential there is one for a day, and whoever asks again gets the same with what is left of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::credential::{Credential, SCOPES};
use super::server::{Asked, Reply, State, pairs};

/// Where errors of the token endpoint say that more is said.
const ERRORS: &str = "https://developer.personio.de/reference/errors#credentials.oauth2";

/// A token that was given out.
#[derive(Debug, Clone)]
pub(super) struct Issued {
    credential: String,
    pub(super) scopes: BTreeSet<String>,
    until: Timestamp,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: BTreeMap<String, Issued>,
    next: u64,
}

impl Tokens {
    /// Whose a token is, if it is still good.
    pub(super) fn find(&self, token: &str, now: Timestamp) -> Option<(&str, &Issued)> {
        let issued = self.issued.get(token).filter(|issued| now < issued.until)?;
        Some((issued.credential.as_str(), issued))
    }

    /// Ends all of them.
    pub(super) fn end(&mut self) {
        self.issued.clear();
    }
}

impl State {
    /// `POST /v1/auth`: credentials stand in the body, as JSON or as a form, and never in the address.
    pub(super) fn log_in_v1(&mut self, asked: &Asked<'_>) -> Reply {
        let fields = fields(asked);
        let named = |name| asked.query(name).is_some();
        if named("client_id") || named("client_secret") {
            return Reply::old_error(StatusCode::FORBIDDEN, 0, "Credentials in the query string");
        }
        let Some(credential) = self.credential(&fields) else {
            return Reply::old_error(StatusCode::FORBIDDEN, 0, "Wrong credentials");
        };
        let (token, left) = self.issue(&credential, &credential.scopes);
        let scope = words(&credential.scopes);
        Reply::ok(json!({
            "success": true,
            "data": {"token": token, "expires_in": left, "scope": scope},
        }))
    }

    /// `POST /v2/auth/token`: a form, and nothing else.
    pub(super) fn log_in_v2(&mut self, asked: &Asked<'_>) -> Reply {
        if !asked.form {
            let text =
                "The content type of the request must be \"application/x-www-form-urlencoded\".";
            return self.oauth("invalid_request", text, None);
        }
        let fields = fields(asked);
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let missing: Vec<&str> = ["grant_type", "client_id", "client_secret"]
            .into_iter()
            .filter(|name| field(name).is_empty())
            .collect();
        if !missing.is_empty() {
            let text = "The request has missing or invalid required parameters.";
            let meta = json!({"missing_parameters": missing});
            return self.oauth("invalid_request", text, Some(meta));
        }
        if field("grant_type") != "client_credentials" {
            let text = "The requested authorization grant type is not supported by the server.";
            let meta = json!({"grant_type": field("grant_type")});
            return self.oauth("unsupported_grant_type", text, Some(meta));
        }
        let Some(credential) = self.credential(&fields) else {
            return self.oauth("invalid_client", "Client authentication failed.", None);
        };
        let wanted: BTreeSet<String> = field("scope")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        if !wanted.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
            let text = "One of the requested scopes is invalid.";
            return self.oauth("invalid_scope", text, None);
        }
        if !wanted.is_subset(&credential.scopes) {
            let text = "The client does not have access to the requested scope.";
            return self.oauth("invalid_grant", text, None);
        }
        // Who asks for nothing in particular gets everything.
        let scopes = if wanted.is_empty() {
            &credential.scopes
        } else {
            &wanted
        };
        let (token, left) = self.issue(&credential, scopes);
        Reply::ok(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": left,
            "scope": words(scopes),
        }))
    }

    /// `POST /v2/auth/revoke`: takes a token back, for everybody who uses it.
    pub(super) fn revoke(&mut self, asked: &Asked<'_>) -> Reply {
        if let Some(token) = fields(asked).get("token") {
            self.tokens.issued.remove(token);
        }
        Reply::text(String::new())
    }

    /// The credential of a request, with the scopes that its token has.
    pub(super) fn authorized(&self, asked: &Asked<'_>) -> Option<Credential> {
        let (id, issued) = self.tokens.find(asked.bearer.as_deref()?, self.now())?;
        let credential = self.options.credentials.iter().find(|one| one.id == id)?;
        Some(Credential {
            scopes: issued.scopes.clone(),
            ..credential.clone()
        })
    }

    fn credential(&self, fields: &BTreeMap<String, String>) -> Option<Credential> {
        let (id, secret) = (fields.get("client_id")?, fields.get("client_secret")?);
        let mut all = self.options.credentials.iter();
        let known = all.find(|one| one.id == *id && one.secret == *secret);
        known.cloned()
    }

    /// The token of a credential, and what is left of it in seconds.
    fn issue(&mut self, credential: &Credential, scopes: &BTreeSet<String>) -> (String, u64) {
        let now = self.now();
        let tokens = &mut self.tokens;
        tokens.issued.retain(|_, issued| now < issued.until);
        let left = |until: Timestamp| until.duration_since(now).as_secs().unsigned_abs();
        let known = tokens
            .issued
            .iter()
            .find(|(_, one)| one.credential == credential.id && one.scopes == *scopes);
        if let Some((token, issued)) = known {
            return (token.clone(), left(issued.until));
        }
        tokens.next += 1;
        let token = format!("papi-{}-{:08}", credential.id, tokens.next);
        let until = now.saturating_add(self.options.token_life);
        let until = until.unwrap_or(Timestamp::MAX);
        let issued = Issued {
            credential: credential.id.clone(),
            scopes: scopes.clone(),
            until,
        };
        tokens.issued.insert(token.clone(), issued);
        (token, left(until))
    }

    fn oauth(&self, error: &str, description: &str, meta: Option<Json>) -> Reply {
        let body = json!({
            "timestamp": self.now().to_string(),
            "trace_id": "5117aced-51a0-4e11-9a11-000000000043",
            "error": error,
            "error_description": description,
            "error_uri": format!("{ERRORS}.{error}"),
            "meta": meta.unwrap_or_else(|| json!({})),
        });
        let mut reply = Reply::new(StatusCode::BAD_REQUEST, body);
        let kind = "application/problem+json".to_owned();
        reply.headers.push(("content-type", kind));
        reply
    }
}

fn words(scopes: &BTreeSet<String>) -> String {
    let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
    scopes.join(" ")
}

/// The fields of a body, in either encoding.
fn fields(asked: &Asked<'_>) -> BTreeMap<String, String> {
    if asked.form {
        let pairs = pairs(&String::from_utf8_lossy(asked.body));
        return pairs.into_iter().collect();
    }
    let json: Json = serde_json::from_slice(asked.body).unwrap_or_default();
    let object = json.as_object().into_iter().flatten();
    let texts = object.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    texts.collect()
}

/// The right that a request needs, if any.
pub(super) fn scope(endpoint: &str, method: &Method) -> Option<&'static str> {
    let read = *method == Method::GET;
    Some(match endpoint {
        "v1/employees" => "employees:read",
        "v1/employee" if read => "employees:read",
        "v1/employee" => "employees:write",
        "v1/attributes" => "employees:attributes",
        "v1/time-offs" | "v1/time-off-types" => "absences:read",
        "v2/persons" | "v2/employments" | "v2/employment" => "personio:persons:read",
        "v2/person" if read => "personio:persons:read",
        "v2/person" => "personio:persons:write",
        "v2/org-units" | "v2/org-unit" => "personio:org-units:read",
        "v2/workplaces" => "personio:workplaces:read",
        "v2/cost-centers" => "personio:cost-centers:read",
        "v2/legal-entities" | "v2/legal-entity" => "personio:legal-entities:read",
        "v2/absence-periods" | "v2/absence-types" => "personio:absences:read",
        "v2/webhooks" if read => "personio:webhooks:read",
        "v2/webhooks" => "personio:webhooks:write",
        _ => return None,
    })
}
