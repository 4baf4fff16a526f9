//! Values that go back to Personio: one attribute of one person, in place of what was seen there.
//!
//! The second generation writes the address and custom attributes; the first writes custom attributes alone, ignores in
//! silence what it does not take, and so is asked afterwards. Nothing that failed on the way is sent again: the next run
//! reads what came of it. Sources: <https://developer.personio.de/reference/patch_v2-persons-person-id>.

use std::fmt;

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
}

impl<'w> Writer<'w> {
    /// Over that connection; nothing is asked of it yet.
    pub fn new(settings: &Settings, world: World<'w>) -> Result<Self, Error> {
        Ok(Self {
            http: Http::new(settings, world)?,
            runtime: runtime()?,
        })
    }

    /// The value as it is now, by Personio's id of the person and version 1's name of the attribute.
    pub fn value(&self, id: &str, name: &str) -> Result<Option<String>, PortError> {
        self.runtime.block_on(self.read(id, name))
    }

    /// Writes a value in place of the one that was seen, and asks whether it stands there.
    pub fn write(
        &self,
        id: &str,
        name: &str,
        before: Option<&str>,
        after: &str,
    ) -> Result<(), PortError> {
        self.runtime.block_on(async {
            let now = self.read(id, name).await?;
            if now.as_deref() != before {
                return Err(PortError::Refused(format!(
                    "`{name}` has another value than the plan saw"
                )));
            }
            let (endpoint, body) = self.body(name, after)?;
            let path = path_of(endpoint, id);
            let request = Request::patch(endpoint, path, &body);
            let sent = self.http.exchange(&request, |_| Ok(())).await;
            match sent {
                Ok(Outcome::Found(())) => {}
                Ok(Outcome::Nothing) => return Err(gone(id)),
                Ok(Outcome::Forbidden(says)) => return Err(forbidden(endpoint, says)),
                // The answer may be lost and the value be there.
                Err(error) => {
                    let there = self.read(id, name).await;
                    return match there {
                        Ok(Some(value)) if value == after => Ok(()),
                        Ok(_) | Err(_) => Err(refused(error)),
                    };
                }
            }
            if self.read(id, name).await?.as_deref() == Some(after) {
                return Ok(());
            }
            Err(PortError::Refused(format!(
                "Personio said yes, and `{name}` does not have the value: is it an attribute that the credential may write?"
            )))
        })
    }

    fn endpoint(&self) -> Endpoint {
        match self.http.settings().api {
            Api::V1 => Endpoint::Employee,
            Api::V2 | Api::Auto => Endpoint::Person,
        }
    }

    fn body(&self, name: &str, after: &str) -> Result<(Endpoint, Json), PortError> {
        let endpoint = self.endpoint();
        let custom = name.starts_with("dynamic_");
        let body = match (endpoint, name) {
            (Endpoint::Employee, _) if custom => {
                json!({"employee": {"custom_attributes": {name: after}}})
            }
            (Endpoint::Employee, "email") => {
                return Err(PortError::Refused(
                    "version 1 of the API cannot write `email`: write `api = \"v2\"`".to_owned(),
                ));
            }
            (_, _) if custom => json!({"custom_attributes": [{"id": name, "value": after}]}),
            (_, "email") => json!({"email": after}),
            _ => {
                return Err(PortError::Refused(format!(
                    "`{name}` is neither `email` nor a custom attribute (`dynamic_…`)"
                )));
            }
        };
        Ok((endpoint, body))
    }

    async fn read(&self, id: &str, name: &str) -> Result<Option<String>, PortError> {
        let endpoint = self.endpoint();
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
        match self.http.exchange(&request, parse).await.map_err(refused)? {
            Outcome::Found(value) => Ok(value),
            Outcome::Nothing => Err(gone(id)),
            Outcome::Forbidden(says) => Err(refused(super::right_to_people(endpoint, says))),
        }
    }
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

fn forbidden(endpoint: Endpoint, says: super::Said) -> PortError {
    refused(Error::Right {
        what: "write to people",
        says,
        scope: if endpoint == Endpoint::Employee {
            "employees:write"
        } else {
            "personio:persons:write"
        },
    })
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn refused(error: Error) -> PortError {
    PortError::Refused(format!("{error}; {}", error.help()))
}
