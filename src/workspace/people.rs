//! The people of a workspace: which sources there are, and what each of them says.
//!
//! The policy says which sources there are (`source "…"`), the configuration says where each is. Where the two
//! disagree nothing is read: people whom one of them forgot would look like people who are gone.

use super::live::Keys;
use super::{Error, Outside, People, Source, Workspace, files};
use crate::diagnostic::{Diagnostic, Span};
use crate::hr::{self, Origin, RawRecord, SourceSnapshot};
use crate::policy::{Policy, codes};
use std::sync::Arc;

/// What one source of people says, before anything is typed.
#[derive(Debug, Clone)]
pub struct SourceRecords {
    /// Its name in policy and configuration, where it has one.
    pub name: Option<Arc<str>>,
    /// What it was read from.
    pub description: String,
    /// Its records.
    pub records: Vec<RawRecord>,
}

impl Workspace {
    /// Reads the people of all sources, as the policy's schema wants them: all of them, or nobody.
    pub fn people(&self, policy: &Policy, outside: &Outside<'_>) -> Result<hr::Snapshot, Error> {
        self.people_of(policy, self.records(policy, outside)?)
    }

    /// Reads what all sources say, before anything is typed.
    pub fn records(
        &self,
        policy: &Policy,
        outside: &Outside<'_>,
    ) -> Result<Vec<SourceRecords>, Error> {
        let read = self.config.sources.iter().map(|source| {
            let keys = self.keys_of(source, policy);
            let (description, records) =
                self.source(source, &policy.schema, keys.as_ref(), outside)?;
            Ok(SourceRecords {
                name: source.name.clone(),
                description,
                records,
            })
        });
        read.collect()
    }

    /// The people of what the sources said, with what was written back.
    pub fn people_of(
        &self,
        policy: &Policy,
        read: Vec<SourceRecords>,
    ) -> Result<hr::Snapshot, Error> {
        let written = super::written::read(&self.written_back())?;
        Ok(hr::overwritten(self.recorded(policy, read)?, &written))
    }

    /// The files of recordings.
    pub fn recordings(&self, patterns: &[String]) -> Result<Vec<std::path::PathBuf>, Error> {
        let names = files::matching(&self.root, patterns)?;
        Ok(names.into_iter().map(|name| self.root.join(name)).collect())
    }

    /// The people as the sources say, without what was written back.
    fn recorded(&self, policy: &Policy, said: Vec<SourceRecords>) -> Result<hr::Snapshot, Error> {
        let schema = &policy.schema;
        let mut read = Vec::new();
        for source in said {
            let mut origin = Origin::new(source.description);
            origin.clock = self.config.clock;
            let snapshot = hr::type_records(schema, source.records, origin)?;
            read.push((source.name, snapshot));
        }
        if let [(None, _)] = read.as_slice()
            && let Some((_, snapshot)) = read.pop()
        {
            return Ok(snapshot);
        }
        let sources = read.into_iter().map(|(name, snapshot)| {
            let name = name.unwrap_or_default();
            let rule = policy.rules.sources.iter().find(|rule| rule.name == name);
            SourceSnapshot {
                prefix: rule.and_then(|rule| rule.prefix.clone()),
                name,
                snapshot,
            }
        });
        let mut origin = Origin::new("");
        origin.clock = self.config.clock;
        Ok(hr::merge(schema, sources.collect(), origin)?)
    }

    /// What one source says, and what it is called.
    fn source(
        &self,
        source: &Source,
        schema: &Arc<hr::Schema>,
        keys: Option<&Keys>,
        outside: &Outside<'_>,
    ) -> Result<(String, Vec<RawRecord>), Error> {
        Ok(match &source.people {
            People::Live(live) => self.read_live(live, schema, keys, outside)?,
            People::PersonioV1(patterns) => {
                let mut contents = Vec::new();
                for path in files::matching(&self.root, patterns)? {
                    contents.push((
                        path.display().to_string(),
                        files::read_bytes(&self.root.join(&path))?,
                    ));
                }
                let files: Vec<(&str, &[u8])> = contents
                    .iter()
                    .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                    .collect();
                let mut records = crate::personio::read_recording(&files, schema)?;
                let paths = self.recordings(patterns)?;
                super::photos::fill(&paths, schema, &mut records)?;
                (
                    format!("Personio v1 recording {}", patterns.join(", ")),
                    records,
                )
            }
            People::Csv {
                people,
                employments,
            } => {
                let bytes = files::read_bytes(&self.path(people))?;
                let name = people.display().to_string();
                let mut records = hr::read_csv(&name, &bytes, schema)?;
                if schema.employments().is_some() {
                    let Some(path) = employments else {
                        return Err(Error::NoEmployments);
                    };
                    let bytes = files::read_bytes(&self.path(path))?;
                    let file = path.display().to_string();
                    hr::read_employments_csv(&file, &bytes, schema, &mut records)?;
                }
                (name, records)
            }
        })
    }

    /// Sources of which only the policy or only the configuration knows; `start` is where the policy begins.
    pub(super) fn disagreements(&self, policy: &Policy, start: Span) -> Vec<Diagnostic> {
        let rules = &policy.rules.sources;
        let file = self.file.display();
        let configured: Vec<&Arc<str>> = self
            .config
            .sources
            .iter()
            .filter_map(|source| source.name.as_ref())
            .collect();
        if rules.is_empty() {
            let [_, _, ..] = configured.as_slice() else {
                return Vec::new();
            };
            let names: Vec<String> = configured.iter().map(|name| format!("`{name}`")).collect();
            let lines: Vec<String> = configured
                .iter()
                .map(|name| format!("`source {name:?}`"))
                .collect();
            let message = format!(
                "`{file}` has the sources {}, and the policy names none",
                names.join(", ")
            );
            return vec![
                Diagnostic::new(&codes::BAD_SOURCE, start, message)
                    .help(format!("write {}", lines.join(" "))),
            ];
        }
        let mut found = Vec::new();
        for rule in rules
            .iter()
            .filter(|rule| !configured.contains(&&rule.name))
        {
            let name = &rule.name;
            let message = format!("`{file}` does not say where the source `{name}` is");
            found.push(
                Diagnostic::new(&codes::BAD_SOURCE, rule.span, message)
                    .label("not in the configuration")
                    .help(format!(
                        "write `[people.{name:?}]` there, with `personio_v1 = \"…\"` or `csv = \"…\"`"
                    )),
            );
        }
        let forgotten = configured
            .iter()
            .filter(|name| !rules.iter().any(|rule| rule.name == ***name));
        let place = rules.first().map_or(start, |rule| rule.span);
        for name in forgotten {
            let message = format!("`{file}` has a source `{name}` that the policy does not name");
            found.push(
                Diagnostic::new(&codes::BAD_SOURCE, place, message)
                    .label("it is not here")
                    .help(format!(
                        "write `source {name:?}`, or take it out of `{file}`"
                    )),
            );
        }
        found
    }
}
