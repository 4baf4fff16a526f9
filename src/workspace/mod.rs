//! The workspace: where things are, and how they are read from disk.
//!
//! One `tenure.toml` names a policy folder, a source of people, a directory and a state store
//! ([`Config`]); [`Workspace`] reads them. This module and the adapters are the only readers of files:
//! what they give to the core is text, snapshots and values.
//!
//! Begin with [`Workspace`].

mod archive;
mod config;
mod files;
mod ldap;
mod live;
mod notices;
mod people;
mod photos;
mod steps;
mod written;

pub use archive::{Archive, ArchiveAt};
pub use config::{Config, ConfigError, People, Source, Taken};
pub use files::{FileError, read_text};
pub(crate) use files::{policy_files, read_bytes};
pub use ldap::{DirectorySource, Ldap};
pub use live::{Hr, Live, Outside, Secret};
pub use notices::{Http, Mail, UrlAt};
pub use people::SourceRecords;
pub use steps::StepAt;
use written::EmbeddedHr;

use crate::diagnostic::{self, Diagnostic, FileId, Sources, Span};
use crate::hr;
use crate::policy::{self, Policy};
use crate::syntax;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "tenure.toml";

/// The most policy files in one folder; more is a folder that holds something else.
const MAX_POLICY_FILES: usize = 10_000;

/// A configuration and the folder that its paths are relative to.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// What `tenure.toml` says.
    pub config: Config,
    /// The configuration file.
    pub file: PathBuf,
    /// Its folder.
    pub root: PathBuf,
}

/// A policy as it was read: there is one exactly if no diagnostic is an error.
#[derive(Debug)]
pub struct Checked {
    /// The policy.
    pub policy: Option<Policy>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: Sources,
}

/// Why something of the workspace cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no configuration.
    #[error("there is no `tenure.toml` in {from} or above it, and no `rules/tenure.toml`")]
    NoConfig {
        /// Where the search began.
        from: String,
    },
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder has no policy.
    #[error("there is no policy in `{folder}`: it has no `*.tenure` file")]
    NoPolicy {
        /// The folder.
        folder: String,
    },
    /// The folder has too many files.
    #[error("`{folder}` has more than {MAX_POLICY_FILES} policy files")]
    TooManyFiles {
        /// The folder.
        folder: String,
    },
    /// The policy knows of employments, and a CSV of people has none.
    #[error("the policy has an `employment`, and `[people]` names no table of employments")]
    NoEmployments,
    /// Recorded answers of Personio that cannot be used.
    #[error(transparent)]
    Personio(#[from] crate::personio::Error),
    /// Personio gives no people.
    #[error(transparent)]
    Live(#[from] crate::personio::client::Error),
    /// A secret that is not where the configuration says.
    #[error("there is no `{key}` for {whom}: {problem}")]
    Secret {
        /// For what.
        whom: &'static str,
        /// Which.
        key: &'static str,
        /// Why not.
        problem: String,
    },
    /// A CSV of people that cannot be used.
    #[error(transparent)]
    Csv(#[from] hr::CsvError),
    /// People that cannot be used.
    #[error(transparent)]
    People(#[from] hr::Error),
    /// The file of values that were written back is none of ours.
    #[error("`{file}` holds what was written back to HR and cannot be used: {problem}")]
    WrittenBack {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
}

impl Error {
    /// The stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoConfig { .. } => "no-config",
            Self::Config(_) => "bad-config",
            Self::File(_) => "unreadable-file",
            Self::NoPolicy { .. } => "no-policy",
            Self::TooManyFiles { .. } => "too-many-files",
            Self::NoEmployments => "no-employments",
            Self::Personio(error) => error.code(),
            Self::Live(error) => error.code(),
            Self::Secret { .. } => "no-secret",
            Self::Csv(error) => error.code(),
            Self::People(error) => error.code(),
            Self::WrittenBack { .. } => "bad-writeback",
        }
    }

    /// The file that it is about, and the line of it (from 1), where the error knows one.
    pub fn place(&self) -> Option<(&str, Option<u32>)> {
        match self {
            Self::Config(error) => Some(error.place()),
            Self::File(error) => error.file().map(|file| (file, None)),
            Self::NoConfig { .. }
            | Self::NoPolicy { .. }
            | Self::TooManyFiles { .. }
            | Self::NoEmployments
            | Self::Personio(_)
            | Self::Live(_)
            | Self::Secret { .. }
            | Self::Csv(_)
            | Self::People(_)
            | Self::WrittenBack { .. } => None,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoConfig { .. } => {
                "name one with `--config FILE`, or go to a folder that has one".to_owned()
            }
            Self::Config(error) => error.help(),
            Self::File(error) => error.help(),
            Self::NoPolicy { .. } => {
                "name the folder in `tenure.toml`: `[policy]` `path = \"…\"`".to_owned()
            }
            Self::TooManyFiles { .. } => {
                "name the folder that holds the policy, not one above it".to_owned()
            }
            Self::NoEmployments => {
                "name it in `tenure.toml`: `[people]` `employments = \"employments.csv\"`, with the key of each person in the column `person`".to_owned()
            }
            Self::Personio(error) => error.help(),
            Self::Live(error) => error.help(),
            Self::Secret { key, .. } => format!(
                "say in `tenure.toml` where it lies: `{key} = {{ env = \"NAME\" }}`, `{{ file = \"PATH\" }}` or `{{ credential = \"NAME\" }}`"
            ),
            Self::Csv(error) => error.help(),
            Self::People(error) => error.help().to_owned(),
            Self::WrittenBack { .. } => {
                "mend the line, or remove the file: what it held is then written back again"
                    .to_owned()
            }
        }
    }
}

impl Workspace {
    /// Reads the configuration `file`, or finds the nearest `tenure.toml` from `from` upwards, or else
    /// `rules/tenure.toml` below it.
    pub fn open(file: Option<&Path>, from: &Path) -> Result<Self, Error> {
        let file = match file {
            Some(file) => file.to_owned(),
            None => find(from).ok_or_else(|| Error::NoConfig {
                from: if from.as_os_str().is_empty() {
                    "this folder".to_owned()
                } else {
                    format!("`{}`", from.display())
                },
            })?,
        };
        let text = read_text(&file)?;
        let config = Config::parse(&file.display().to_string(), &text)?;
        let root = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        Ok(Self { config, file, root })
    }

    /// Whether HR or directory are asked over a network.
    pub fn is_live(&self) -> bool {
        let people = |source: &Source| matches!(source.people, People::Live(_));
        self.config.sources.iter().any(people)
            || matches!(self.config.directory, DirectorySource::Ldap(_))
    }

    /// A path of the configuration, relative to its folder.
    pub fn path(&self, relative: &Path) -> PathBuf {
        self.root.join(relative)
    }

    /// The LDIF file of the embedded directory: the working copy beside the state, once there is one, else
    /// the configured file, which is never written. None where the directory is live.
    pub fn directory_file(&self) -> Option<PathBuf> {
        let DirectorySource::Ldif(ldif) = &self.config.directory else {
            return None;
        };
        let copy = self.working_copy();
        Some(if copy.is_file() {
            copy
        } else {
            self.path(ldif)
        })
    }

    /// The text of the file of written-back values without those of a person, and how many these are.
    pub(crate) fn written_back_without(
        &self,
        person: &hr::PersonId,
    ) -> Result<(String, usize), Error> {
        written::without(&self.written_back(), person)
    }

    /// Where what was written back to an embedded HR is, or will be: beside the working copy.
    pub(crate) fn written_back(&self) -> PathBuf {
        self.working_copy().with_file_name(written::FILE)
    }

    /// Where the working copy of the embedded directory is, or will be.
    pub fn working_copy(&self) -> PathBuf {
        let state = self.path(&self.config.state);
        let name = match &self.config.directory {
            DirectorySource::Ldif(ldif) => ldif.file_name(),
            // What is kept of an embedded HR lies beside it all the same.
            DirectorySource::Ldap(_) => None,
        };
        let name = name.unwrap_or_else(|| "directory.ldif".as_ref());
        state
            .parent()
            .map_or_else(PathBuf::new, Path::to_path_buf)
            .join(name)
    }

    /// Reads and checks the policy; `folder` takes the place of the configured one.
    pub fn policy(&self, folder: Option<&Path>) -> Result<Checked, Error> {
        self.policy_and(folder, None)
    }

    /// Reads and checks the policy together with a condition of its language that is asked of people.
    pub fn policy_and(
        &self,
        folder: Option<&Path>,
        question: Option<&str>,
    ) -> Result<Checked, Error> {
        let (checked, _) = self.read_policy(folder, question, |_, _, _| Vec::new())?;
        Ok(checked)
    }

    /// Reads and checks the policy, and asks all lints: what is allowed in `tenure.toml` or by a comment is left out.
    /// The dates of exceptions are judged by the day of `now`; what `more` gives is judged alike. With the findings come the
    /// places of which nothing could be proved, because it takes too many steps.
    pub fn linted(
        &self,
        folder: Option<&Path>,
        now: jiff::Timestamp,
        more: impl FnOnce(&Policy, &policy::Input<'_>) -> Vec<Diagnostic>,
    ) -> Result<(Checked, Vec<Span>), Error> {
        let mut too_large = Vec::new();
        let (mut checked, files) = self.read_policy(folder, None, |policy, input, said| {
            let mut findings = policy::lint::lint(policy, input, said, now);
            too_large = std::mem::take(&mut findings.too_large)
                .into_iter()
                .collect();
            let found = findings.found.into_iter().map(|one| one.diagnostic);
            found.chain(more(policy, input)).collect()
        })?;
        if checked.policy.is_some() {
            let found = std::mem::take(&mut checked.diagnostics);
            let found = policy::lint::allowed(&files, &checked.sources, found);
            checked.diagnostics = self.config.lints.applied(found);
            diagnostic::sort(&mut checked.diagnostics);
        }
        Ok((checked, too_large))
    }

    /// Reads and checks the policy; of one that is right `further` says what else there is to say.
    fn read_policy(
        &self,
        folder: Option<&Path>,
        question: Option<&str>,
        further: impl FnOnce(&Policy, &policy::Input<'_>, &[Diagnostic]) -> Vec<Diagnostic>,
    ) -> Result<(Checked, Vec<syntax::ast::File>), Error> {
        let folder = self.policy_folder(folder);
        let mut names = policy_files(&folder)?;
        if names.is_empty() {
            return Err(Error::NoPolicy {
                folder: folder.display().to_string(),
            });
        }
        if names.len() > MAX_POLICY_FILES {
            return Err(Error::TooManyFiles {
                folder: folder.display().to_string(),
            });
        }
        names.sort();
        let mut sources = Sources::new();
        let mut diagnostics = Vec::new();
        let mut files = Vec::new();
        for name in &names {
            sources.add(slashes(name), read_text(&folder.join(name))?);
        }
        let texts: Vec<(FileId, &diagnostic::Source)> = sources.iter().collect();
        let read: Vec<_> = texts
            .par_iter()
            .map(|(id, source)| syntax::parse(*id, &source.text))
            .collect();
        for (file, mut found) in read {
            files.push(file);
            diagnostics.append(&mut found);
        }
        let tables = read_tables(&folder, &files, &mut sources);
        let question = question.map(|question| {
            // An item of the language that holds a condition and means nothing else. The condition has a line of its own,
            // so that messages show it as it was typed.
            let id = sources.add(
                "the command line",
                format!("expect \"asked\" when\n{question}"),
            );
            let text = sources
                .get(id)
                .map(|source| source.text.clone())
                .unwrap_or_default();
            let (file, mut found) = syntax::parse(id, &text);
            diagnostics.append(&mut found);
            file.items
        });
        if diagnostics.iter().any(Diagnostic::is_error) {
            // What could not be read would be missed by everything that refers to it.
            diagnostic::sort(&mut diagnostics);
            let checked = Checked {
                policy: None,
                diagnostics,
                sources,
            };
            return Ok((checked, files));
        }
        let input = policy::Input {
            files: &files,
            sources: &sources,
            tables: &tables,
            params: &self.config.params,
            bases: &self.config.write,
            posted: self.posted(),
            question: question.as_deref().and_then(<[_]>::first),
        };
        let (policy, mut found) = policy::compile(&input);
        diagnostics.append(&mut found);
        let policy = policy.filter(|policy| {
            let start = Span::new(files.first().map_or(FileId(0), |file| file.id), 0, 0);
            let mut found = self.disagreements(policy, start);
            found.append(&mut self.strange_notices(policy, start));
            found.append(&mut self.strange_steps(policy, &sources, start));
            let agreed = found.is_empty();
            found.extend(self.passwords_for_nobody(policy, &sources, start));
            diagnostics.append(&mut found);
            agreed
        });
        if let Some(policy) = &policy {
            let mut found = further(policy, &input, &diagnostics);
            diagnostics.append(&mut found);
        }
        diagnostic::sort(&mut diagnostics);
        let checked = Checked {
            policy,
            diagnostics,
            sources,
        };
        Ok((checked, files))
    }

    /// The folder of the policy: the one that is named, else the configured one.
    pub fn policy_folder(&self, folder: Option<&Path>) -> PathBuf {
        folder.map_or_else(|| self.path(&self.config.policy), Path::to_path_buf)
    }

    /// The policy files with their names and texts, in the order of names.
    pub fn policy_texts(&self) -> Result<Vec<(String, String)>, Error> {
        let folder = self.path(&self.config.policy);
        let mut names = policy_files(&folder)?;
        names.sort();
        let read = |name: PathBuf| Ok((slashes(&name), read_text(&folder.join(&name))?));
        names.into_iter().map(read).collect()
    }
}

/// Reads the files that policies refer to; each path is relative to the file in which it is written.
fn read_tables(
    folder: &Path,
    files: &[syntax::ast::File],
    sources: &mut Sources,
) -> BTreeMap<policy::FileKey, Result<FileId, String>> {
    let mut tables = BTreeMap::new();
    for key in policy::wanted_files(files) {
        let (file, path) = &key;
        let beside = sources
            .get(*file)
            .map(|source| PathBuf::from(&*source.name));
        let beside = beside
            .and_then(|name| name.parent().map(Path::to_path_buf))
            .unwrap_or_default();
        let name = beside.join(&**path);
        let read = match read_text(&folder.join(&name)) {
            Ok(text) => Ok(sources.add(slashes(&name), text)),
            Err(error) => Err(error.to_string()),
        };
        tables.insert(key, read);
    }
    tables
}

/// A path with `/`, as it stands in messages and digests on every system.
fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn find(from: &Path) -> Option<PathBuf> {
    let above = from
        .ancestors()
        .map(|folder| folder.join(CONFIG_FILE))
        .find(|file| file.is_file());
    above.or_else(|| {
        let rules = from.join("rules").join(CONFIG_FILE);
        rules.is_file().then_some(rules)
    })
}
