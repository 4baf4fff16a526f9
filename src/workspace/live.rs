//! Personio live, as `tenure.toml` names it: where it is, and where the secret lies, which never stands in the file.

use super::{EmbeddedHr, Error, People, Source, Workspace, files};
use crate::hr::port::{Field, PortError, WriteBack};
use crate::hr::{PersonId, Schema, Snapshot};
use crate::personio::client::{self, APP_ID, Api, Last, PHOTO_WIDTH, Settings, URL, World, Writer};
use crate::policy::Policy;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a file that holds a secret.
const MAX_SECRET_BYTES: usize = 4_096;

/// A connection to Personio, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// The address.
    pub url: String,
    /// Which generation of the API.
    pub api: Api,
    /// Where the id of the credential is.
    pub client_id: Secret,
    /// Where its secret is.
    pub client_secret: Secret,
    /// What this installation calls itself.
    pub app_id: String,
    /// The partner's id.
    pub partner_id: Option<String>,
    /// A file of certificates.
    pub ca: Option<PathBuf>,
    /// A proxy.
    pub proxy: Option<ProxyAt>,
    /// Attributes that are taken for released without proof.
    pub assume_released: Vec<Arc<str>>,
    /// How wide photos are asked for, in pixels.
    pub photo_width: u32,
    /// A simulator without limits is read as fast as it answers.
    pub unlimited: bool,
}

/// Where a secret lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// In a variable of the environment.
    Env(String),
    /// In a file that nobody else may read.
    File(PathBuf),
    /// Among the credentials that systemd passes (`LoadCredential=`).
    Credential(String),
}

/// Where the address of a proxy stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyAt {
    /// In the configuration, without a password.
    Address(String),
    /// Where nobody else may read it, for it may have a password.
    Secret(Secret),
}

impl Secret {
    /// `{ env = "NAME" }`, `{ file = "PATH" }` or `{ credential = "NAME" }`.
    pub(super) fn of(value: &toml::Value) -> Option<Self> {
        let table = value.as_table().filter(|table| table.len() == 1)?;
        let (key, place) = table.iter().next()?;
        let place = place.as_str()?.to_owned();
        match key.as_str() {
            "env" => Some(Self::Env(place)),
            "file" => Some(Self::File(place.into())),
            "credential" => Some(Self::Credential(place)),
            _ => None,
        }
    }
}

/// A place; whatever else stands there may be a secret, and is not repeated.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const HOW: &str = "a secret does not stand in `tenure.toml`: write where it lies, as `{ env = \"NAME\" }`, \
                           `{ file = \"PATH\" }` or `{ credential = \"NAME\" }`";
        let value = toml::Value::deserialize(deserializer).map_err(|_| D::Error::custom(HOW))?;
        Self::of(&value).ok_or_else(|| D::Error::custom(HOW))
    }
}

/// An address, or a place; whatever else stands there may be a password, and is not repeated.
impl<'de> Deserialize<'de> for ProxyAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const HOW: &str = "a proxy is an address, as `\"http://proxy.example.com:3128\"`, or where one with a password lies, as \
                           `{ file = \"PATH\" }`";
        let value = toml::Value::deserialize(deserializer).map_err(|_| D::Error::custom(HOW))?;
        let address = value
            .as_str()
            .map(|address| Self::Address(address.to_owned()));
        let place = || Secret::of(&value).map(Self::Secret);
        address.or_else(place).ok_or_else(|| D::Error::custom(HOW))
    }
}

/// How wide photos may be asked for, in pixels.
const PHOTO_WIDTHS: std::ops::RangeInclusive<u32> = 16..=1024;

/// `personio = { … }` within `[people]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LiveSection {
    url: Option<String>,
    #[serde(default)]
    api: ApiName,
    client_id: Option<Secret>,
    client_secret: Option<Secret>,
    app_id: Option<String>,
    partner_id: Option<String>,
    ca: Option<PathBuf>,
    proxy: Option<ProxyAt>,
    #[serde(default)]
    assume_released: Vec<String>,
    photo_width: Option<u32>,
    #[serde(default)]
    unlimited: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ApiName {
    #[default]
    Auto,
    V1,
    V2,
}

/// What lies outside of the configuration.
pub struct Outside<'o> {
    /// A variable of the environment.
    pub variable: &'o (dyn Fn(&str) -> Option<String> + Sync),
    /// The clock of this machine.
    pub now: &'o (dyn Fn() -> Timestamp + Sync),
    /// Told how many people are read, and of how many if that is known.
    pub progress: &'o (dyn Fn(usize, Option<usize>) + Sync),
    /// Whom the last run had.
    pub last: &'o BTreeSet<PersonId>,
}

impl fmt::Debug for Outside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}

impl LiveSection {
    /// The connection; else what is wrong with it, and what to write.
    pub(super) fn live(self) -> Result<Live, (String, &'static str)> {
        let url = self.url.unwrap_or_else(|| URL.to_owned());
        if self.unlimited && !client::is_local(&url) {
            return Err((
                "`unlimited` is for a simulator on this machine".to_owned(),
                "remove the line: Personio has limits, and they are kept",
            ));
        }
        let photo_width = self.photo_width.unwrap_or(PHOTO_WIDTH);
        if !PHOTO_WIDTHS.contains(&photo_width) {
            return Err((
                format!("photos are not {photo_width} pixels wide"),
                "write a width from 16 to 1024, such as `photo_width = 96`",
            ));
        }
        if matches!(&self.proxy, Some(ProxyAt::Address(address)) if address.contains('@')) {
            return Err((
                "the name and password of a proxy do not stand in `tenure.toml`".to_owned(),
                "write the whole address into a file that nobody else may read, and `proxy = { file = \"PATH\" }`, or \
                 `{ env = \"NAME\" }`",
            ));
        }
        Ok(Live {
            url,
            api: match self.api {
                ApiName::Auto => Api::Auto,
                ApiName::V1 => Api::V1,
                ApiName::V2 => Api::V2,
            },
            client_id: self
                .client_id
                .unwrap_or_else(|| Secret::Env("PERSONIO_CLIENT_ID".to_owned())),
            client_secret: self
                .client_secret
                .unwrap_or_else(|| Secret::Env("PERSONIO_CLIENT_SECRET".to_owned())),
            app_id: self.app_id.unwrap_or_else(|| APP_ID.to_owned()),
            partner_id: self.partner_id,
            ca: self.ca,
            proxy: self.proxy,
            assume_released: self.assume_released.into_iter().map(Into::into).collect(),
            photo_width,
            unlimited: self.unlimited,
        })
    }
}

impl Live {
    /// Whether it is a simulator on this machine.
    pub fn is_local(&self) -> bool {
        client::is_local(&self.url)
    }
}

impl Workspace {
    /// The connection with its secret.
    pub fn connection(&self, live: &Live, outside: &Outside<'_>) -> Result<Settings, Error> {
        let ca = live
            .ca
            .as_ref()
            .map(|file| files::read_bytes(&self.path(file)))
            .transpose()?;
        let secret = |key, place| self.secret(("Personio", key), place, outside.variable);
        let client_id = secret("client_id", &live.client_id)?;
        let client_secret = secret("client_secret", &live.client_secret)?;
        let proxy = match &live.proxy {
            None => None,
            Some(ProxyAt::Address(address)) => Some(SecretString::from(address.as_str())),
            Some(ProxyAt::Secret(place)) => Some(secret("proxy", place)?),
        };
        Ok(Settings {
            api: live.api,
            app_id: live.app_id.clone(),
            partner_id: live.partner_id.clone(),
            ca,
            proxy,
            assume_released: live.assume_released.clone(),
            photo_width: live.photo_width,
            limited: !live.unlimited,
            ..Settings::new(live.url.clone(), client_id, client_secret)
        })
    }

    /// The people of a live source, untyped, and what to call the source.
    pub(super) fn read_live(
        &self,
        live: &Live,
        schema: &Schema,
        keys: Option<&Keys>,
        outside: &Outside<'_>,
    ) -> Result<(String, Vec<crate::hr::RawRecord>), Error> {
        let settings = self.connection(live, outside)?;
        let pinned = self.config.clock;
        let now = || pinned.unwrap_or_else(outside.now);
        let world = World {
            now: &now,
            progress: outside.progress,
        };
        // Whom nobody can ask for by id is missed only when the state says so.
        let last = keys.filter(|_| client::keyed_by_id(schema));
        let last = last.map_or_else(Last::default, |keys| keys.last(outside.last));
        let read = client::read(&settings, schema, &last, &world)?;
        Ok((
            format!("Personio v{} at {}", read.version, live.url),
            read.records,
        ))
    }

    /// How the keys of a source are told from those of all others; nothing where they cannot be.
    pub(super) fn keys_of(&self, source: &Source, policy: &Policy) -> Option<Keys> {
        let prefix = |source: &Source| -> Arc<str> {
            let mut rules = policy.rules.sources.iter();
            let rule = rules.find(|rule| Some(&rule.name) == source.name.as_ref());
            rule.and_then(|rule| rule.prefix.clone())
                .unwrap_or_default()
        };
        let own = prefix(source);
        let others = self
            .config
            .sources
            .iter()
            .filter(|other| other.name != source.name);
        // A key of another source reads like one of ours if only digits tell their prefixes apart.
        let alike = |other: &Source| {
            let theirs = prefix(other);
            let rest = theirs.strip_prefix(&*own);
            rest.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let told = !others.into_iter().any(alike);
        told.then_some(Keys(own))
    }

    /// Fetches a secret; `whom` and `key` are what it is called where there is none.
    pub(super) fn secret(
        &self,
        (whom, key): (&'static str, &'static str),
        place: &Secret,
        variable: &(dyn Fn(&str) -> Option<String> + Sync),
    ) -> Result<SecretString, Error> {
        let none = |problem: String| Error::Secret { whom, key, problem };
        let text = match place {
            Secret::Env(name) => {
                variable(name).ok_or_else(|| none(format!("the variable `{name}` is not set")))?
            }
            Secret::File(file) => read_secret(&self.path(file)).map_err(none)?,
            Secret::Credential(name) => {
                let folder = variable("CREDENTIALS_DIRECTORY").ok_or_else(|| {
                    none(
                        "systemd passes no credentials (`CREDENTIALS_DIRECTORY` is not set)"
                            .to_owned(),
                    )
                })?;
                if name.contains(['/', '\\']) || name.starts_with('.') {
                    return Err(none(format!("`{name}` is no name of a credential")));
                }
                read_secret(&Path::new(&folder).join(name)).map_err(none)?
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(none("it is empty".to_owned()));
        }
        Ok(SecretString::from(text))
    }
}

/// Where values of people go: back to Personio where they came from there, else beside the recordings.
pub struct Hr<'a> {
    embedded: EmbeddedHr<'a>,
    /// The live sources, each with its keys and its connection, which is made when it is needed.
    live: Vec<Taker<'a>>,
    workspace: &'a Workspace,
    outside: &'a Outside<'a>,
}

/// A live source of people that takes values.
struct Taker<'a> {
    /// Which people are its own; `None` where that cannot be told.
    keys: Option<Keys>,
    live: &'a Live,
    writer: OnceCell<Writer<'a>>,
}

impl Workspace {
    /// Takes values for people who were read with that policy.
    pub fn hr<'a>(
        &'a self,
        people: &'a Snapshot,
        policy: &Policy,
        outside: &'a Outside<'a>,
    ) -> Hr<'a> {
        let sources = self.config.sources.iter();
        let live = sources.filter_map(|source| {
            let People::Live(live) = &source.people else {
                return None;
            };
            Some(Taker {
                keys: self.keys_of(source, policy),
                live,
                writer: OnceCell::new(),
            })
        });
        Hr {
            embedded: EmbeddedHr::new(people, self.written_back()),
            live: live.collect(),
            workspace: self,
            outside,
        }
    }
}

impl<'a> Hr<'a> {
    /// The connection from which a person came, and their id there.
    fn live(&self, person: &PersonId) -> Result<Option<(&Writer<'a>, String)>, PortError> {
        let text = person.to_string();
        if self.live.iter().any(|source| source.keys.is_none()) {
            return Err(PortError::Refused(
                "the people of two sources cannot be told apart by their keys: give each source a `prefix` in the \
                 policy"
                    .to_owned(),
            ));
        }
        let own = |source: &Taker<'_>| Some(source.keys.as_ref()?.id(&text)?.to_owned());
        let found = self
            .live
            .iter()
            .find_map(|source| Some((source, own(source)?)));
        let Some((source, id)) = found else {
            return Ok(None);
        };
        if let Some(writer) = source.writer.get() {
            return Ok(Some((writer, id)));
        }
        let refused = |error: Error| PortError::Refused(format!("{error}; {}", error.help()));
        let settings = self
            .workspace
            .connection(source.live, self.outside)
            .map_err(refused)?;
        let world = World {
            now: self.outside.now,
            progress: self.outside.progress,
        };
        let writer = Writer::new(&settings, world).map_err(|error| refused(error.into()))?;
        Ok(Some((source.writer.get_or_init(|| writer), id)))
    }
}

impl WriteBack for Hr<'_> {
    fn value(&self, field: &Field<'_>) -> Result<Option<String>, PortError> {
        match self.live(field.person)? {
            Some((writer, id)) => writer.value(&id, field.name),
            None => self.embedded.value(field),
        }
    }

    fn write(&self, field: &Field<'_>, before: Option<&str>, after: &str) -> Result<(), PortError> {
        match self.live(field.person)? {
            Some((writer, id)) => writer.write(&id, field.name, before, after),
            None => self.embedded.write(field, before, after),
        }
    }
}

impl fmt::Debug for Hr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hr").finish_non_exhaustive()
    }
}

/// The keys of a source: its prefix, and Personio's id, which is a number.
#[derive(Debug, Clone)]
pub(super) struct Keys(Arc<str>);

impl Keys {
    /// Personio's id in a key, if it is one of these.
    fn id<'k>(&self, key: &'k str) -> Option<&'k str> {
        let id = key.strip_prefix(&*self.0)?;
        (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
    }

    /// Those of the last run who are of this source.
    fn last(&self, last: &BTreeSet<PersonId>) -> Last {
        let keys = last.iter().map(ToString::to_string);
        Last {
            ids: keys.filter_map(|key| Some(self.id(&key)?.into())).collect(),
        }
    }
}

/// The secret in a file that is its owner's alone.
fn read_secret(file: &Path) -> Result<String, String> {
    use std::io::Read as _;
    let shown = file.display();
    let mut opened =
        std::fs::File::open(file).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = opened
            .metadata()
            .map_err(|error| format!("cannot read `{shown}`: {error}"))?;
        if mode.permissions().mode() & 0o077 != 0 {
            return Err(format!("others may read `{shown}`: `chmod 600` it"));
        }
    }
    let mut text = String::new();
    let read = opened
        .by_ref()
        .take(MAX_SECRET_BYTES as u64 + 1)
        .read_to_string(&mut text);
    match read {
        Ok(length) if length <= MAX_SECRET_BYTES => Ok(text),
        Ok(_) => Err(format!("`{shown}` is too large to be a secret")),
        Err(error) => Err(format!("cannot read `{shown}`: {error}")),
    }
}
