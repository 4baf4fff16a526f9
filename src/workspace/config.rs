//! `tenure.toml`: where things are. What should be so stands in the policy.

use super::archive::{Archive, ArchiveSection};
use super::ldap::{DirectorySource, LdapSection};
use super::live::{Live, LiveSection};
use super::notices::{Http, HttpSection, Mail, MailSection};
use super::steps::{StepAt, StepSection, steps};
use crate::directory::Dn;
use crate::policy::lint::{Level, Levels};
use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The most operations on their way at once.
const MOST_IN_FLIGHT: usize = 256;

/// What `tenure.toml` says.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the policy.
    pub policy: PathBuf,
    /// Where people come from: one source without a name, or any number with one.
    pub sources: Vec<Source>,
    /// The pinned clock of an embedded people source (S5).
    pub clock: Option<Timestamp>,
    /// Where the directory is.
    pub directory: DirectorySource,
    /// What is read of the directory.
    pub read: Vec<Dn>,
    /// Below what it is written; never empty.
    pub write: Vec<Dn>,
    /// The state store.
    pub state: PathBuf,
    /// How a plan is carried out.
    pub apply: Apply,
    /// The stage of whoever is ended at once (`tenure terminate`), unless it is said then.
    pub terminate: Option<String>,
    /// The mail server that takes notices.
    pub mail: Option<Mail>,
    /// The address that notices are posted to.
    pub http: Option<Http>,
    /// Where steps of other systems are asked for, by name.
    pub steps: BTreeMap<String, StepAt>,
    /// Where the audit trail is archived.
    pub archive: Option<Archive>,
    /// Values of `param`s.
    pub params: BTreeMap<String, String>,
    /// How much each lint counts.
    pub lints: Levels,
    /// That people, directory and state are copies from another time, for plans that nobody applies.
    pub snapshot: Option<Taken>,
}

/// When a snapshot was taken, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Taken {
    /// When, as an instant.
    pub taken: String,
    /// Whether names, numbers and addresses are others.
    #[serde(default)]
    pub pseudonymised: bool,
    /// Which fields were left out.
    #[serde(default)]
    pub without: Vec<String>,
}

/// How fast a plan is carried out; what is not said is left to whoever does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// How many operations are on their way at once.
    pub in_flight: Option<usize>,
    /// The most operations a second.
    pub rate: Option<u32>,
}

/// A source of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name, by which a policy speaks of it.
    pub name: Option<Arc<str>>,
    /// Where it is.
    pub people: People,
}

/// Where people come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum People {
    /// Recorded pages of `GET /v1/company/employees`, by name or pattern.
    PersonioV1(Vec<String>),
    /// A CSV file, and one of their employments where the policy knows of them.
    Csv {
        /// The people.
        people: PathBuf,
        /// Their employments.
        employments: Option<PathBuf>,
    },
    /// Personio as it is now.
    Live(Box<Live>),
}

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is no TOML, or has a key or a value that it cannot have.
    #[error("`{file}`, line {line}: {problem}")]
    Toml {
        /// The file.
        file: String,
        /// From 1.
        line: usize,
        /// In words.
        problem: String,
    },
    /// A value that is needed is not there, or is none.
    #[error("`{file}`: {problem}")]
    Value {
        /// The file.
        file: String,
        /// In words.
        problem: String,
        /// What to write.
        help: String,
    },
}

impl ConfigError {
    /// The file, and the line of it (from 1), where it is known.
    pub fn place(&self) -> (&str, Option<u32>) {
        match self {
            Self::Toml { file, line, .. } => (file, u32::try_from(*line).ok()),
            Self::Value { file, .. } => (file, None),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Toml { .. } => {
                "sections are `[policy]`, `[people]`, `[directory]`, `[state]`, `[apply]`, `[mail]`, `[http]`, \
                 `[steps.NAME]`, `[archive]`, `[lints]` and `[params]`"
                    .to_owned()
            }
            Self::Value { help, .. } => help.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    policy: PolicySection,
    people: PeopleSection,
    directory: DirectorySection,
    #[serde(default)]
    state: StateSection,
    #[serde(default)]
    apply: Apply,
    mail: Option<MailSection>,
    http: Option<HttpSection>,
    #[serde(default)]
    steps: BTreeMap<String, StepSection>,
    archive: Option<ArchiveSection>,
    #[serde(default)]
    params: BTreeMap<String, toml::Value>,
    snapshot: Option<Taken>,
    #[serde(default)]
    lints: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PolicySection {
    path: PathBuf,
    terminate: Option<String>,
}

impl Default for PolicySection {
    fn default() -> Self {
        Self {
            path: ".".into(),
            terminate: None,
        }
    }
}

/// `[people]`: a source of its own, or a table for each of several, `[people.externals]`.
#[derive(Debug, Default)]
struct PeopleSection {
    own: SourceSection,
    clock: Option<String>,
    named: BTreeMap<String, SourceSection>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceSection {
    personio_v1: Option<OneOrMore>,
    csv: Option<PathBuf>,
    /// A CSV file of employments, beside one of people.
    employments: Option<PathBuf>,
    personio: Option<LiveSection>,
}

impl<'de> Deserialize<'de> for PeopleSection {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PeopleVisitor)
    }
}

/// Reads `[people]`: a table in it is a source with a name, whatever the name is.
struct PeopleVisitor;

impl<'de> Visitor<'de> for PeopleVisitor {
    type Value = PeopleSection;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PeopleSection, A::Error> {
        fn read<T: serde::de::DeserializeOwned, E: serde::de::Error>(
            value: toml::Value,
        ) -> Result<T, E> {
            T::deserialize(value).map_err(|error| E::custom(error.message()))
        }
        let mut people = PeopleSection::default();
        while let Some(key) = map.next_key::<String>()? {
            let value: toml::Value = map.next_value()?;
            if key == "personio" && is_connection(&value) {
                people.own.personio = Some(read(value)?);
                continue;
            }
            if value.is_table() {
                people.named.insert(key, read(value)?);
                continue;
            }
            match key.as_str() {
                "personio_v1" => people.own.personio_v1 = Some(read(value)?),
                "csv" => people.own.csv = Some(read(value)?),
                "employments" => people.own.employments = Some(read(value)?),
                "clock" => people.clock = Some(read(value)?),
                _ => {
                    let known = &["personio", "personio_v1", "csv", "employments", "clock"];
                    return Err(serde::de::Error::unknown_field(&key, known));
                }
            }
        }
        Ok(people)
    }
}

/// Whether `personio = { … }` is a connection, and not a source that somebody called so.
fn is_connection(value: &toml::Value) -> bool {
    let places = ["personio", "personio_v1", "csv", "employments"];
    value
        .as_table()
        .is_some_and(|table| !places.iter().any(|place| table.contains_key(*place)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DirectorySection {
    ldif: Option<PathBuf>,
    ldap: Option<LdapSection>,
    #[serde(default)]
    read: Vec<String>,
    write: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StateSection {
    path: PathBuf,
}

impl Default for StateSection {
    fn default() -> Self {
        Self {
            path: ".tenure/state.db".into(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Config {
    /// Reads a configuration; `name` is what the file is called in messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| ConfigError::Toml {
            file: name.to_owned(),
            line: error.span().map_or(1, |span| {
                let before = text.get(..span.start).unwrap_or_default();
                before.matches('\n').count() + 1
            }),
            problem: in_words(error.message()),
        })?;
        let wrong = |problem: String, help: &str| ConfigError::Value {
            file: name.to_owned(),
            problem,
            help: help.to_owned(),
        };
        let sources = sources(file.people.own, file.people.named)
            .map_err(|(problem, help)| wrong(problem, help))?;
        let file_clock = file.people.clock.is_some();
        let clock = file.people.clock.map(|text| {
            text.parse::<Timestamp>().map_err(|_| {
                wrong(
                    format!("`clock = {text:?}` is no point in time"),
                    "write it with its offset: `clock = \"2026-03-02T09:00:00+01:00\"`",
                )
            })
        });
        let is_real =
            |source: &Source| matches!(&source.people, People::Live(live) if !live.is_local());
        if file_clock && sources.iter().any(is_real) {
            return Err(wrong(
                "`clock` is pinned, and people come from Personio as it is now".to_owned(),
                "remove `clock`: a pinned clock belongs to recordings, and to a simulator on this machine",
            ));
        }
        let names = |names: &[String]| -> Result<Vec<Dn>, ConfigError> {
            let parse = |text: &String| {
                Dn::parse(text).map_err(|error| {
                    wrong(
                        format!("`{text}` is no distinguished name: {error}"),
                        "write it as the directory does: `OU=Company,DC=example,DC=com`",
                    )
                })
            };
            names.iter().map(parse).collect()
        };
        let write = names(&file.directory.write)?;
        if write.is_empty() {
            return Err(wrong(
                "`[directory]` has no write base".to_owned(),
                "name the unit below which accounts may be changed: `write = [\"OU=Company,DC=example,DC=com\"]`",
            ));
        }
        file.apply
            .check()
            .map_err(|(problem, help)| wrong(problem, help))?;
        let mail = file.mail.map(MailSection::mail).transpose();
        let mail = mail.map_err(|(problem, help)| wrong(problem, help))?;
        let http = file.http.map(HttpSection::http).transpose();
        let http = http.map_err(|(problem, help)| wrong(problem, help))?;
        let steps = steps(file.steps).map_err(|(problem, help)| wrong(problem, help))?;
        let archive = file.archive.map(ArchiveSection::archive).transpose();
        let archive = archive.map_err(|(problem, help)| wrong(problem, help))?;
        let mut params = BTreeMap::new();
        for (key, value) in file.params {
            let text = match value {
                toml::Value::String(text) => text,
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Boolean(truth) => truth.to_string(),
                toml::Value::Datetime(date) => date.to_string(),
                toml::Value::Array(items) => list(&items).ok_or_else(|| {
                    wrong(
                        format!("the parameter `{key}` is a list of something that is no text without a comma"),
                        "write its elements as texts; a comma stands between elements",
                    )
                })?,
                toml::Value::Float(_) | toml::Value::Table(_) => {
                    return Err(wrong(
                        format!(
                            "the parameter `{key}` is neither text nor number, date or truth value"
                        ),
                        "write it as a text; the policy's `param` says its type",
                    ));
                }
            };
            params.insert(key, text);
        }
        let lints = levels(&file.lints).map_err(|(problem, help)| wrong(problem, &help))?;
        Ok(Self {
            policy: file.policy.path,
            terminate: file.policy.terminate,
            sources,
            clock: clock.transpose()?,
            directory: directory(file.directory.ldif, file.directory.ldap)
                .map_err(|(problem, help)| wrong(problem, &help))?,
            read: names(&file.directory.read)?,
            write,
            state: file.state.path,
            apply: file.apply,
            mail,
            http,
            steps,
            archive,
            params,
            snapshot: file.snapshot,
            lints,
        })
    }
}

/// The levels of `[lints]`; else what is wrong, and what to write.
fn levels(section: &BTreeMap<String, String>) -> Result<Levels, (String, String)> {
    let mut levels = Levels::default();
    for (name, word) in section {
        let Some(level) = Level::named(word) else {
            return Err((
                format!("`[lints]` has `{name} = {word:?}`, and that is no level"),
                "write `allow`, `warn` or `deny`".to_owned(),
            ));
        };
        levels
            .set(name, level)
            .map_err(|unknown| (format!("`[lints]`: {unknown}"), unknown.help()))?;
    }
    Ok(levels)
}

impl Apply {
    /// Numbers that mean something; else what is wrong, and what to write.
    fn check(self) -> Result<(), (String, &'static str)> {
        if let Some(in_flight) = self
            .in_flight
            .filter(|one| !(1..=MOST_IN_FLIGHT).contains(one))
        {
            return Err((
                format!("`[apply]` wants {in_flight} operations in flight"),
                "write a number from 1 to 256; with 1 everything happens in the order of the plan",
            ));
        }
        if self.rate == Some(0) {
            return Err((
                "`[apply]` allows no operation at all".to_owned(),
                "write how many operations there may be in a second, or remove `rate`",
            ));
        }
        Ok(())
    }
}

/// The sources of `[people]`; else what is wrong with them, and what to write.
fn sources(
    own: SourceSection,
    named: BTreeMap<String, SourceSection>,
) -> Result<Vec<Source>, (String, &'static str)> {
    const ONE: &str = "write one of `personio = {}`, `personio_v1 = \"people/*.json\"` and `csv = \"people.csv\"`";
    let has_own = own.personio.is_some() || own.personio_v1.is_some() || own.csv.is_some();
    if named.is_empty() {
        own.no_stray_employments()?;
        let Some(people) = own.people()? else {
            return Err(("`[people]` names no source, or two".to_owned(), ONE));
        };
        return Ok(vec![Source { name: None, people }]);
    }
    if has_own {
        return Err((
            "`[people]` is a source without a name beside sources that have one".to_owned(),
            "give it a name, too: `[people.personio]`",
        ));
    }
    let mut sources = Vec::new();
    for (name, section) in named {
        section.no_stray_employments()?;
        let Some(people) = section.people()? else {
            return Err((format!("`[people.{name:?}]` names no source, or two"), ONE));
        };
        sources.push(Source {
            name: Some(name.into()),
            people,
        });
    }
    Ok(sources)
}

impl SourceSection {
    /// Employments in a file of their own are those of a CSV.
    fn no_stray_employments(&self) -> Result<(), (String, &'static str)> {
        if self.employments.is_some() && self.csv.is_none() {
            return Err((
                "`[people]` names `employments`, and its people are not from a `csv`".to_owned(),
                "Personio sends employments with the people: remove the line",
            ));
        }
        Ok(())
    }

    /// Where the people are; none where it says so twice, or not at all.
    fn people(self) -> Result<Option<People>, (String, &'static str)> {
        Ok(match (self.personio, self.personio_v1, self.csv) {
            (Some(live), None, None) => Some(People::Live(Box::new(live.live()?))),
            (None, Some(OneOrMore::One(pattern)), None) => Some(People::PersonioV1(vec![pattern])),
            (None, Some(OneOrMore::More(patterns)), None) if !patterns.is_empty() => {
                Some(People::PersonioV1(patterns))
            }
            (None, None, Some(people)) => Some(People::Csv {
                people,
                employments: self.employments,
            }),
            (Some(_) | None, Some(_) | None, Some(_) | None) => None,
        })
    }
}

/// Where the directory is; else what is wrong with it, and what to write.
fn directory(
    ldif: Option<PathBuf>,
    ldap: Option<LdapSection>,
) -> Result<DirectorySource, (String, String)> {
    match (ldif, ldap) {
        (Some(ldif), None) => Ok(DirectorySource::Ldif(ldif)),
        (None, Some(section)) => Ok(DirectorySource::Ldap(Box::new(section.ldap()?))),
        (None, None) | (Some(_), Some(_)) => Err((
            "`[directory]` names no directory, or two".to_owned(),
            "write one of `ldap = { url = \"ldaps://dc1.example.com\", bind = \"svc-tenure@example.com\" }` and \
             `ldif = \"directory.ldif\"`"
                .to_owned(),
        )),
    }
}

/// The elements of a list with commas between them, as lists stand in a CSV.
fn list(items: &[toml::Value]) -> Option<String> {
    let texts = items.iter().map(|item| match item {
        toml::Value::String(text) => (!text.contains(',')).then(|| text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Datetime(date) => Some(date.to_string()),
        toml::Value::Boolean(_)
        | toml::Value::Float(_)
        | toml::Value::Array(_)
        | toml::Value::Table(_) => None,
    });
    let texts: Option<Vec<String>> = texts.collect();
    texts.map(|texts| texts.join(","))
}

/// What the reader of TOML says, without its words for our sections and keys.
fn in_words(message: &str) -> String {
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(rest) = message.strip_prefix("unknown field ") {
        return format!(
            "there is no {}",
            rest.replacen(", expected", "; known is", 1)
        );
    }
    message.to_owned()
}
