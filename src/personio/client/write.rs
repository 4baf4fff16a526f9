//! Values that go back to Personio: one attribute of one person, in place of what was seen there.
//!
//! The second generation writes the address and custom attributes; the first writes custom attributes alone, ignores in
//! silence what it does not take, and so is asked afterwards. Nothing that failed on the way is sent again: the next run
//! reads what came of it. With `api = "auto"` the first does what the credential may not do in the second. Sources: <https://developer.personio.de/reference/patch_v2-persons-person-id>.

use std::fmt;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

use super::http::{Http, Outcome, Request, Unusable};
use super::list::path_of;
use super::pace::Endpoint;
use super::{Api, Error, Settings, World, runtime};
use crate::hr::port::PortError;

/// Writes values of people.
pub struct Writer<'w> {
    http: Http<'w>,
    runtime: Runtime,
    /// Whether the credential turned out to be one of the first generation, where either would do.
    old: OnceLock<()>,
}

/// Why a value was not read or written.
enum Refusal {
    /// The credential may not; with the other generation of the API it may.
    Right(Error),
    /// For good.
    Finally(PortError),
}

impl From<Refusal> for PortError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Right(error) => refused(error),
            Refusal::Finally(error) => error,
        }
    }
}

impl<'w> Writer<'w> {
    /// Over that connection; nothing is asked of it yet.
    pub fn new(settings: &Settings, world: World<'w>) -> Result<Self, Error> {
        Ok(Self {
            http: Http::new(settings, world)?,
            runtime: runtime()?,
            old: OnceLock::new(),
        })
    }

    /// The value as it is now, by Personio's id of the person and version 1's name of the attribute.
    pub fn value(&self, id: &str, name: &str) -> Result<Option<String>, PortError> {
        let read = async |endpoint| self.read(endpoint, id, name).await;
        self.runtime.block_on(self.either(self.endpoints(), read))
    }

    /// Writes a value in place of the one that was seen, and asks whether it stands there.
    pub fn write(
        &self,
        id: &str,
        name: &str,
        before: Option<&str>,
        after: &str,
    ) -> Result<(), PortError> {
        let write = async |endpoint| self.write_at(endpoint, id, name, before, after).await;
        // The address is not for the first generation; then what the second lacks is what is to be told.
        let endpoints = match (self.http.settings().api, is_custom(name)) {
            (Api::Auto, false) => &[Endpoint::Person],
            (Api::Auto | Api::V1 | Api::V2, _) => self.endpoints(),
        };
        self.runtime.block_on(self.either(endpoints, write))
    }

    /// Where to ask: the second is for what the credential may not in the first of them.
    fn endpoints(&self) -> &'static [Endpoint] {
        match self.http.settings().api {
            Api::V1 => &[Endpoint::Employee],
            Api::V2 => &[Endpoint::Person],
            Api::Auto if self.old.get().is_some() => &[Endpoint::Employee],
            Api::Auto => &[Endpoint::Person, Endpoint::Employee],
        }
    }

    async fn either<T>(
        &self,
        endpoints: &[Endpoint],
        act: impl AsyncFn(Endpoint) -> Result<T, Refusal>,
    ) -> Result<T, PortError> {
        let mut lacks = None;
        for endpoint in endpoints {
            match act(*endpoint).await {
                Err(Refusal::Right(error)) => {
                    // If neither may, the newer one is worth mending.
                    lacks.get_or_insert(error);
                }
                other => {
                    if lacks.is_some() && other.is_ok() {
                        self.old.get_or_init(|| ());
                    }
                    return Ok(other?);
                }
            }
        }
        let nowhere = || PortError::Refused("there is nowhere to write to".to_owned());
        Err(lacks.map_or_else(nowhere, refused))
    }

    async fn write_at(
        &self,
        endpoint: Endpoint,
        id: &str,
        name: &str,
        before: Option<&str>,
        after: &str,
    ) -> Result<(), Refusal> {
        let finally = |what| Err(Refusal::Finally(PortError::Refused(what)));
        let now = self.read(endpoint, id, name).await?;
        if now.as_deref() != before {
            return finally(format!("`{name}` has another value than the plan saw"));
        }
        let body = body(endpoint, name, after).map_err(Refusal::Finally)?;
        let path = path_of(endpoint, id);
        let request = Request::patch(endpoint, path, &body);
        match self.http.exchange(&request, |_| Ok(())).await {
            Ok(Outcome::Found(())) => {}
            Ok(Outcome::Nothing) => return Err(Refusal::Finally(gone(id))),
            Ok(Outcome::Forbidden(says)) => return Err(Refusal::Right(forbidden(endpoint, says))),
            // The answer may be lost and the value be there.
            Err(error) => {
                return match self.read(endpoint, id, name).await {
                    Ok(Some(value)) if value == after => Ok(()),
                    Ok(_) | Err(_) => Err(Refusal::Finally(refused(error))),
                };
            }
        }
        if self.read(endpoint, id, name).await?.as_deref() == Some(after) {
            return Ok(());
        }
        finally(format!(
            "Personio said yes, and `{name}` does not have the value: is it an attribute that the credential may write?"
        ))
    }

    async fn read(
        &self,
        endpoint: Endpoint,
        id: &str,
        name: &str,
    ) -> Result<Option<String>, Refusal> {
        let parse = |body: &[u8]| {
            let json: Json = serde_json::from_slice(body)
                .map_err(|_| Unusable("the answer is not JSON".to_owned()))?;
            Ok(if endpoint == Endpoint::Employee {
                let place = format!("/data/attributes/{name}/value");
                json.pointer(&place).and_then(text)
            } else {
                of_person(json.get("_data").unwrap_or(&json), name)
            })
        };
        let request = Request::get(endpoint, path_of(endpoint, id), &[]);
        match self.http.exchange(&request, parse).await {
            Ok(Outcome::Found(value)) => Ok(value),
            Ok(Outcome::Nothing) => Err(Refusal::Finally(gone(id))),
            Ok(Outcome::Forbidden(says)) => {
                Err(Refusal::Right(super::right_to_people(endpoint, says)))
            }
            Err(error @ Error::Credentials { .. }) => Err(Refusal::Right(error)),
            Err(error) => Err(Refusal::Finally(refused(error))),
        }
    }
}

fn is_custom(name: &str) -> bool {
    name.starts_with("dynamic_")
}

/// What is sent to write a value there.
fn body(endpoint: Endpoint, name: &str, after: &str) -> Result<Json, PortError> {
    Ok(match (endpoint, name) {
        (Endpoint::Employee, _) if is_custom(name) => {
            json!({"employee": {"custom_attributes": {name: after}}})
        }
        (Endpoint::Employee, "email") => {
            return Err(PortError::Refused(
                "version 1 of the API cannot write `email`: write `api = \"v2\"`".to_owned(),
            ));
        }
        (_, _) if is_custom(name) => json!({"custom_attributes": [{"id": name, "value": after}]}),
        (_, "email") => json!({"email": after}),
        _ => {
            return Err(PortError::Refused(format!(
                "`{name}` is neither `email` nor a custom attribute (`dynamic_…`)"
            )));
        }
    })
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// A value of a person of version 2.
fn of_person(person: &Json, name: &str) -> Option<String> {
    if !name.starts_with("dynamic_") {
        return person.get(name).and_then(text);
    }
    let custom = person.get("custom_attributes")?.as_array()?;
    let found = custom
        .iter()
        .find(|one| one.get("id").and_then(Json::as_str) == Some(name));
    found?.get("value").and_then(text)
}

/// A text that is not empty; Personio writes nothing as null, as an empty text, or not at all.
fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn gone(id: &str) -> PortError {
    PortError::Refused(format!("Personio has no person {id}"))
}

fn forbidden(endpoint: Endpoint, says: super::Said) -> Error {
    Error::Right {
        what: "write to people",
        says,
        scope: if endpoint == Endpoint::Employee {
            "employees:write"
        } else {
            "personio:persons:write"
        },
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn refused(error: Error) -> PortError {
    PortError::Refused(format!("{error}; {}", error.help()))
}
