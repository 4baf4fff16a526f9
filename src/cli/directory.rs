//! The directory of a workspace, whichever it is: connected, read whole, and opened to be written.

use super::report::Report;
use crate::apply::Place;
use crate::directory::ldap::LdapDirectory;
use crate::directory::ldif::{self, EmbeddedDirectory};
use crate::directory::port::{Directory, Target};
use crate::directory::{Controller, Dn, Snapshot};
use crate::policy::Policy;
use crate::state::Found;
use crate::workspace::{DirectorySource, Workspace};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a reading may take before something moves on the terminal.
const PATIENCE: Duration = Duration::from_millis(700);

/// What the time of a change is taken from.
pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where the directory is read from.
#[derive(Debug)]
pub(super) enum Source {
    /// A file, read anew each time.
    File,
    /// A domain controller, the same one for the whole run (S9).
    Live(Box<LdapDirectory>),
}

/// A directory that can be written.
#[derive(Debug)]
pub(super) enum Open<'s> {
    Embedded(Box<EmbeddedDirectory>),
    Live(&'s LdapDirectory),
}

impl Source {
    /// Connects, where there is something to connect to; `pinned` is the domain controller that a plan was made on.
    pub(super) fn of(
        workspace: &Workspace,
        policy: &Policy,
        pinned: Option<&Controller>,
    ) -> Result<Self, Report> {
        Self::of_all(workspace, &[policy], pinned)
    }

    /// The same, with what any of these policies reads.
    pub(super) fn of_all(
        workspace: &Workspace,
        policies: &[&Policy],
        pinned: Option<&Controller>,
    ) -> Result<Self, Report> {
        let DirectorySource::Ldap(ldap) = &workspace.config.directory else {
            return Ok(Self::File);
        };
        let settings = workspace.ldap(ldap, pinned.cloned(), &|name| std::env::var(name).ok())?;
        let reading = workspace.reading(policies);
        let directory = LdapDirectory::connect(&settings, reading, Timestamp::now())?;
        let missing =
            |base: &Dn| Ok::<_, Report>(directory.read(&Target::Dn(base.clone()))?.is_none());
        bases_exist(workspace, missing)?;
        Ok(Self::Live(Box::new(directory)))
    }

    /// Everything there is; it has the bases that the configuration names.
    pub(super) fn snapshot(&self, workspace: &Workspace) -> Result<Snapshot, Report> {
        match self {
            Self::File => {
                let file = workspace.directory_file().unwrap_or_default();
                let snapshot = read(&file)?;
                bases_exist(workspace, |base| Ok(snapshot.by_dn(base).is_none()))?;
                Ok(snapshot)
            }
            Self::Live(directory) => {
                let bar = ProgressBar::hidden();
                if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} {msg}") {
                    bar.set_style(style);
                }
                bar.set_message("objects read from the directory");
                let (began, visible) = (Instant::now(), std::io::stderr().is_terminal());
                let snapshot = directory.read_whole(&|done| {
                    if visible && bar.is_hidden() && began.elapsed() > PATIENCE {
                        bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
                    }
                    bar.set_position(done as u64);
                });
                bar.finish_and_clear();
                Ok(snapshot?)
            }
        }
    }

    /// To which state it says that it belongs; what cannot be used is refused here, before anything is made.
    pub(super) fn mark(&self, workspace: &Workspace) -> Result<Option<Found>, Report> {
        let bases = &workspace.config.write;
        match self {
            Self::File => Ok(Found::in_snapshot(&self.snapshot(workspace)?, bases)),
            Self::Live(directory) => Ok(Found::in_directory(&**directory, bases)?),
        }
    }

    /// Opens it to be written: the working copy of a file, which must be there.
    pub(super) fn open(&self, workspace: &Workspace, clock: &Clock) -> Result<Open<'_>, Report> {
        match self {
            Self::File => {
                let opened = EmbeddedDirectory::open(&workspace.working_copy(), clock.clone());
                let directory = opened.map_err(|error| {
                    Report::new("bad-directory", &error).help(
                        "nothing was changed; mend the file, or remove it to begin again from the tracked one",
                    )
                })?;
                Ok(Open::Embedded(Box::new(directory)))
            }
            Self::Live(directory) => Ok(Open::Live(directory)),
        }
    }

    /// Whether it can be opened to be written now: a file only once it has a working copy.
    pub(super) fn is_there(&self, workspace: &Workspace) -> bool {
        match self {
            Self::File => workspace.working_copy().is_file(),
            Self::Live(_) => true,
        }
    }

    /// Where a run is at work that goes on here; of a file it is the working copy.
    pub(super) fn place(&self, workspace: &Workspace) -> Result<Place, Report> {
        match self {
            Self::File => Ok(Place {
                controller: None,
                domain: read(&workspace.working_copy())?.domain().guid,
            }),
            Self::Live(directory) => {
                let head = directory.read(&Target::Dn(directory.base().clone()))?;
                Ok(Place {
                    controller: Some(directory.controller().clone()),
                    domain: head.map(|head| head.guid()),
                })
            }
        }
    }
}

impl Open<'_> {
    /// What the executor writes through.
    pub(super) fn port(&self) -> &dyn Directory {
        match self {
            Self::Embedded(directory) => &**directory,
            Self::Live(directory) => *directory,
        }
    }

    /// Writes the file as a whole; a domain controller has everything already.
    pub(super) fn save(&self) -> Result<(), Report> {
        match self {
            Self::Embedded(directory) => directory
                .save()
                .map_err(|error| Report::new("bad-directory", &error)),
            Self::Live(_) => Ok(()),
        }
    }
}

/// Refuses bases that the directory does not have: below a name that is mistyped there is nothing to do.
fn bases_exist(
    workspace: &Workspace,
    is_missing: impl Fn(&Dn) -> Result<bool, Report>,
) -> Result<(), Report> {
    let config = &workspace.config;
    let whole = match &config.directory {
        DirectorySource::Ldif(_) => ", or export the directory whole",
        DirectorySource::Ldap(_) => ", or let the service account read it",
    };
    for (setting, bases) in [("write", &config.write), ("read", &config.read)] {
        for base in bases {
            if is_missing(base)? {
                let message = format!("the directory has no `{base}`, which `{setting}` names");
                return Err(Report::text("no-base", message).help(format!(
                    "correct `{setting}` in `{}`{whole}",
                    workspace.file.display()
                )));
            }
        }
    }
    Ok(())
}

/// The directory that a file holds now.
fn read(file: &Path) -> Result<Snapshot, Report> {
    ldif::read(file).map_err(|error| {
        Report::new("bad-directory", &error).help("export it again whole; nothing was read from it")
    })
}

impl From<crate::directory::ldap::Error> for Report {
    fn from(error: crate::directory::ldap::Error) -> Self {
        let help = error.help();
        Self::new(error.code(), &error).help(help)
    }
}

impl From<crate::directory::port::Error> for Report {
    fn from(error: crate::directory::port::Error) -> Self {
        Self::new("directory-failed", &error)
    }
}
