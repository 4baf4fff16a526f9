//! One request at a time: at its pace, with a token, again where that can help, and never a secret in what it says.
//!
//! Only what reads is repeated after a failure. A write is repeated where Personio said that it took nothing: after a
//! 429, and after a 401 with a new token.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::RngExt as _;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::broken::{self, Failed, broken};
use super::connect::{address, client};
use super::pace::{Endpoint, Pace, Told};
use super::token::{Granted, Held, Token};
use super::{Error, Said, Settings, World};
use crate::text::excerpt;

/// The most bytes of one answer: a page of 100 people with all attributes there are has less than one of these.
const MAX_BYTES: usize = 64 << 20;

/// How far Personio's clock and ours may be apart (S5).
const MAX_SKEW_SECONDS: i64 = 120;

/// How often a connection is tried that nobody takes.
const CONNECTIONS: u32 = 3;

/// How much of a message is shown, in characters.
pub(super) const MESSAGE_CHARS: usize = 200;

/// The generations of the API, each with a token of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// What reads and writes over HTTP.
pub(super) struct Http<'w> {
    client: reqwest::Client,
    url: Url,
    settings: Settings,
    world: World<'w>,
    pace: Pace,
    tokens: [Token; 2],
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request<'r> {
    pub(super) method: Method,
    pub(super) endpoint: Endpoint,
    /// From the root, with ids escaped.
    pub(super) path: Cow<'r, str>,
    pub(super) query: &'r [(&'r str, &'r str)],
    /// `Beta: true`, which some endpoints of version 2 asked for before they were generally available.
    pub(super) beta: bool,
    pub(super) json: Option<&'r serde_json::Value>,
}

impl<'r> Request<'r> {
    pub(super) fn get(
        endpoint: Endpoint,
        path: impl Into<Cow<'r, str>>,
        query: &'r [(&'r str, &'r str)],
    ) -> Self {
        Self {
            method: Method::GET,
            endpoint,
            path: path.into(),
            query,
            beta: false,
            json: None,
        }
    }

    pub(super) fn patch(
        endpoint: Endpoint,
        path: impl Into<Cow<'r, str>>,
        json: &'r serde_json::Value,
    ) -> Self {
        Self {
            method: Method::PATCH,
            json: Some(json),
            ..Self::get(endpoint, path, &[])
        }
    }
}

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    retry_after: Option<Duration>,
}

/// What an answer came to.
#[derive(Debug)]
pub(super) enum Outcome<T> {
    /// What was asked for.
    Found(T),
    /// 404.
    Nothing,
    /// 401 with a fresh token, or 403: the credential may not.
    Forbidden(Said),
}

/// Why a body cannot be used, in words; it is asked for again.
#[derive(Debug)]
pub(super) struct Unusable(pub(super) String);

impl<'w> Http<'w> {
    pub(super) fn new(settings: &Settings, world: World<'w>) -> Result<Self, Error> {
        let url = address(&settings.url)?;
        Ok(Self {
            client: client(settings)?,
            url,
            settings: settings.clone(),
            world,
            pace: Pace::new(settings.limited),
            tokens: Default::default(),
        })
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn world(&self) -> &World<'_> {
        &self.world
    }

    /// The rights of the credential, as the token of that generation tells them.
    pub(super) async fn scope(&self, version: Version) -> Result<Option<String>, Error> {
        Ok(self.token(version).await?.scope.clone())
    }

    /// Sends a request, and sends it again where that can help: what reads after any failure, what writes only where
    /// Personio said that it took nothing. `parse` turns the body of a 2xx into what was asked for; what it refuses is
    /// asked for again, too.
    pub(super) async fn exchange<T>(
        &self,
        request: &Request<'_>,
        parse: impl Fn(&[u8]) -> Result<T, Unusable>,
    ) -> Result<Outcome<T>, Error> {
        let endpoint = request.endpoint;
        let reads = request.method != Method::PATCH;
        let mut renewed = false;
        let mut attempts = 0;
        loop {
            let token = match request.method {
                Method::POST => None, // the log-in itself
                _ => Some(self.token(version(endpoint)).await?),
            };
            attempts += 1;
            let last = attempts >= self.settings.patience.attempts;
            let answer = match self.send(request, token.as_deref()).await {
                Ok(answer) => answer,
                Err(Failed::Finally(error)) => return Err(error),
                Err(Failed::Refused(_)) if reads && attempts < CONNECTIONS => {
                    self.pause(attempts).await;
                    continue;
                }
                Err(Failed::Broken(_)) if reads && !last => {
                    self.pause(attempts).await;
                    continue;
                }
                Err(Failed::Broken(why) | Failed::Refused(why)) => {
                    return Err(Error::Unreachable {
                        endpoint,
                        why,
                        attempts,
                    });
                }
            };
            match (answer.status.as_u16(), &token) {
                (200..=299, _) => match parse(&answer.body) {
                    Ok(found) => return Ok(Outcome::Found(found)),
                    Err(Unusable(_)) if reads && !last => self.pause(attempts).await,
                    Err(Unusable(why)) => {
                        return Err(Error::BadAnswer {
                            endpoint,
                            why,
                            attempts,
                        });
                    }
                },
                (401, Some(token)) if !renewed => {
                    renewed = true;
                    attempts -= 1;
                    self.tokens_of(endpoint).refused(token).await;
                }
                // A credential that is unknown is refused with 403 or 400. A 401 here was seen, too, so it is believed
                // the second time.
                (401, None) if !renewed => {
                    renewed = true;
                    attempts -= 1;
                    self.pause(1).await;
                }
                (401 | 403, _) => return Ok(Outcome::Forbidden(said(&answer))),
                (404, _) => return Ok(Outcome::Nothing),
                (429, _) if !last => self.hold(endpoint, attempts, answer.retry_after),
                (429, _) => {
                    let says = said(&answer);
                    return Err(Error::Busy {
                        endpoint,
                        says,
                        attempts,
                    });
                }
                (408 | 500..=599, _) if reads && !last => self.pause(attempts).await,
                (408 | 500..=599, _) => {
                    let says = said(&answer);
                    return Err(Error::Failing {
                        endpoint,
                        says,
                        attempts,
                    });
                }
                (407, _) => return Err(broken::no_credentials()),
                _ => {
                    return Err(Error::Refused {
                        endpoint,
                        says: said(&answer),
                    });
                }
            }
        }
    }

    fn tokens_of(&self, endpoint: Endpoint) -> &Token {
        let [one, two] = &self.tokens;
        match version(endpoint) {
            Version::One => one,
            Version::Two => two,
        }
    }

    async fn token(&self, version: Version) -> Result<Arc<Held>, Error> {
        let endpoint = match version {
            Version::One => Endpoint::Auth1,
            Version::Two => Endpoint::Auth2,
        };
        let ask = async || self.log_in(endpoint).await;
        self.tokens_of(endpoint).get(ask).await
    }

    /// Asks for a token. Credentials go into the body alone: in an address they would end in logs.
    async fn log_in(&self, endpoint: Endpoint) -> Result<Granted, Error> {
        let path = if endpoint == Endpoint::Auth1 {
            "/v1/auth"
        } else {
            "/v2/auth/token"
        };
        let request = Request {
            method: Method::POST,
            ..Request::get(endpoint, path, &[])
        };
        // Sending needs a token, and getting one is sending: boxed, for the compiler to see where that ends.
        let granted = Box::pin(self.exchange(&request, |body| granted(endpoint, body))).await;
        match granted {
            Ok(Outcome::Found(granted)) => Ok(granted),
            Ok(Outcome::Forbidden(says)) | Err(Error::Refused { says, .. })
                if matches!(says.status, 400 | 401 | 403 | 422) =>
            {
                Err(Error::Credentials { says })
            }
            Ok(Outcome::Forbidden(says)) => Err(Error::Refused { endpoint, says }),
            Ok(Outcome::Nothing) => {
                let says = Said {
                    status: 404,
                    ..Said::default()
                };
                Err(Error::Refused { endpoint, says })
            }
            Err(error) => Err(error),
        }
    }

    /// Sends a request once its turn has come, and reads the answer to its end.
    async fn send(&self, request: &Request<'_>, token: Option<&Held>) -> Result<Answer, Failed> {
        let endpoint = request.endpoint;
        let mut turn = Some(self.pace.book(endpoint, Instant::now()));
        while let Some(at) = turn {
            tokio::time::sleep_until(at.into()).await;
            turn = self.pace.held(endpoint, Instant::now());
        }
        let mut url = self.url.clone();
        url.set_path(&request.path);
        let mut builder = self.client.request(request.method.clone(), url);
        if !request.query.is_empty() {
            builder = builder.query(request.query);
        }
        if let Some(token) = token {
            builder = builder.bearer_auth(token.token.expose_secret());
        } else {
            builder = self.with_credentials(builder, endpoint);
        }
        if request.beta {
            builder = builder.header("Beta", "true");
        }
        if let Some(json) = request.json {
            builder = builder.json(json);
        }
        let mut response = builder.send().await.map_err(|error| broken(&error))?;
        let headers = response.headers();
        in_step(date(headers), (self.world.now)()).map_err(Failed::Finally)?;
        if let Some(told) = told(headers) {
            self.pace.learn(endpoint, told, Instant::now());
        }
        let retry_after = retry_after(headers);
        let status = response.status();
        let expected = response.content_length().unwrap_or_default();
        let mut body =
            Vec::with_capacity(usize::try_from(expected).unwrap_or_default().min(MAX_BYTES));
        while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(Failed::Broken(format!(
                    "the answer is larger than {} MiB",
                    MAX_BYTES >> 20
                )));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            status,
            body,
            retry_after,
        })
    }

    fn with_credentials(
        &self,
        builder: reqwest::RequestBuilder,
        endpoint: Endpoint,
    ) -> reqwest::RequestBuilder {
        let id = self.settings.client_id.expose_secret();
        let secret = self.settings.client_secret.expose_secret();
        if endpoint == Endpoint::Auth1 {
            return builder.json(&serde_json::json!({"client_id": id, "client_secret": secret}));
        }
        builder.form(&[
            ("grant_type", "client_credentials"),
            ("client_id", id),
            ("client_secret", secret),
        ])
    }

    async fn pause(&self, attempts: u32) {
        tokio::time::sleep(self.backoff(attempts)).await;
    }

    /// Everybody waits, at least a second as Personio asks; it sends no `Retry-After`, but if it did, it would count.
    fn hold(&self, endpoint: Endpoint, attempts: u32, asked: Option<Duration>) {
        let wait = asked.map_or_else(
            || self.backoff(attempts),
            |asked| asked.min(self.settings.patience.longest),
        );
        self.pace.hold(endpoint, Instant::now() + wait);
    }

    /// Twice as long each time, and up to half as long again, so that not everybody comes back at once.
    fn backoff(&self, attempts: u32) -> Duration {
        let patience = &self.settings.patience;
        let doubled = patience
            .pause
            .saturating_mul(1 << attempts.saturating_sub(1).min(10));
        doubled
            .min(patience.longest)
            .mul_f64(rand::rng().random_range(1.0..1.5))
    }
}

pub(super) fn version(endpoint: Endpoint) -> Version {
    match endpoint {
        Endpoint::Auth1
        | Endpoint::Employees
        | Endpoint::Employee
        | Endpoint::Attributes
        | Endpoint::TimeOffs
        | Endpoint::Picture => Version::One,
        Endpoint::Auth2
        | Endpoint::Persons
        | Endpoint::Person
        | Endpoint::Employments
        | Endpoint::OrgUnits
        | Endpoint::Workplaces
        | Endpoint::CostCenters
        | Endpoint::LegalEntities
        | Endpoint::AbsencePeriods
        | Endpoint::AbsenceTypes => Version::Two,
    }
}

/// A token out of the answer of its endpoint.
fn granted(endpoint: Endpoint, body: &[u8]) -> Result<Granted, Unusable> {
    #[derive(Deserialize)]
    struct Old {
        data: OldData,
    }
    #[derive(Deserialize)]
    struct OldData {
        token: SecretString,
        expires_in: Option<u64>,
        scope: Option<String>,
    }
    #[derive(Deserialize)]
    struct New {
        access_token: SecretString,
        expires_in: Option<u64>,
        scope: Option<String>,
    }
    let unusable = |_| Unusable("it holds no token".to_owned());
    if endpoint == Endpoint::Auth1 {
        let Old { data } = serde_json::from_slice(body).map_err(unusable)?;
        return Ok(Granted {
            token: data.token,
            expires_in: data.expires_in,
            scope: data.scope,
        });
    }
    let new: New = serde_json::from_slice(body).map_err(unusable)?;
    Ok(Granted {
        token: new.access_token,
        expires_in: new.expires_in,
        scope: new.scope,
    })
}

/// What an answer says, in any of the shapes that Personio's errors have.
fn said(answer: &Answer) -> Said {
    use serde_json::Value as Json;
    let json: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    let places = [
        "/errors/0/detail",
        "/errors/0/details",
        "/errors/0/title",
        "/error_description",
        "/error/message",
        "/detail",
        "/title",
        "/message",
        "/error",
    ];
    let text = |place: &str| json.pointer(place).and_then(Json::as_str).map(str::trim);
    let message = places
        .into_iter()
        .find_map(|place| text(place).filter(|text| !text.is_empty()));
    let trace = ["/personio_trace_id", "/trace_id"]
        .into_iter()
        .find_map(text);
    Said {
        status: answer.status.as_u16(),
        message: message.map(|text| excerpt(text, MESSAGE_CHARS)),
        trace: trace.map(|text| excerpt(text, MESSAGE_CHARS)),
    }
}

fn told(headers: &HeaderMap) -> Option<Told> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse().ok();
    Some(Told {
        remaining: number("x-ratelimit-remaining")?,
        rate: number("x-ratelimit-replenish-rate")?,
        capacity: number("x-ratelimit-burst-capacity")?,
    })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// Refuses an answer from another time (S5): dates decide who has an account.
fn in_step(theirs: Option<Timestamp>, ours: Timestamp) -> Result<(), Error> {
    match theirs {
        Some(theirs) if (theirs.as_second() - ours.as_second()).abs() > MAX_SKEW_SECONDS => {
            Err(Error::Skewed { theirs, ours })
        }
        Some(_) | None => Ok(()),
    }
}

/// The `Date` of an answer (RFC 9110, section 6.6.1).
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get("date")?.to_str().ok()?;
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(zoned.timestamp())
}
