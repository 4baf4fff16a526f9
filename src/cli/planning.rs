//! The plan and everything it is made of, for the commands that need one.

use super::disk::make_folder;
use super::only::Only;
use super::report::Report;
use super::session::Reading;
use crate::directory::{self, ldif};
use crate::plan::{self, Correlation, Plan};
use crate::policy;
use crate::state::{Prior, Store};
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// What the caller asked of a plan.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Only these people, by key.
    pub(super) only: Only,
    /// Make the state store if there is none, so that the plan belongs to it.
    pub(super) keep_state: bool,
    /// Show sensitive values in reasons.
    pub(super) reveal: bool,
}

/// A plan and everything it was made of.
#[derive(Debug)]
pub(super) struct Planned {
    /// What it was read from.
    pub(super) reading: Reading,
    /// The directory.
    pub(super) directory: directory::Snapshot,
    /// Its file.
    pub(super) directory_file: PathBuf,
    /// What earlier runs left behind.
    pub(super) prior: Prior,
    /// Which account is whose.
    pub(super) correlation: Correlation,
    /// The plan.
    pub(super) plan: Plan,
}

/// Reads directory and state, and plans.
pub(super) fn plan(
    workspace: &Workspace,
    reading: Reading,
    asked: &Asked,
) -> Result<Planned, Report> {
    let directory = directory(workspace)?;
    let directory_file = workspace.directory_file();
    let prior = prior(workspace, asked.keep_state, reading.now)?;
    let only = asked.only.people(&reading)?;
    let teller = policy::Teller::new(&reading.policy, &reading.people, reading.now);
    let wishes = policy::wishes(&reading.policy, &reading.people, reading.now);
    let input = plan::Input {
        rules: &reading.policy.rules,
        schema: &reading.policy.schema,
        people: &reading.people,
        wishes: &wishes,
        directory: &directory,
        prior: &prior,
        bases: &workspace.config.write,
        now: reading.now,
        options: plan::Options {
            hypothetical: reading.hypothetical,
            only,
            only_text: asked.only.text(),
            clock_pinned: reading.pinned,
            people_source: reading.people.origin().description.clone(),
            exceptions: reading.policy.rules.exceptions.clone(),
            reveal: asked.reveal,
            telling: Some(&teller),
        },
    };
    let correlation = plan::correlate(&input);
    let plan = plan::plan(&input);
    Ok(Planned {
        reading,
        directory,
        directory_file,
        prior,
        correlation,
        plan,
    })
}

/// The directory of a workspace as it is now; it has the bases that the configuration names.
pub(super) fn directory(workspace: &Workspace) -> Result<directory::Snapshot, Report> {
    let directory = read_directory(&workspace.directory_file())?;
    bases_exist(workspace, &directory)?;
    Ok(directory)
}

/// Refuses bases that the directory does not have: below a name that is mistyped there is nothing to do.
fn bases_exist(workspace: &Workspace, directory: &directory::Snapshot) -> Result<(), Report> {
    let config = &workspace.config;
    for (setting, bases) in [("write", &config.write), ("read", &config.read)] {
        let missing = bases.iter().find(|base| directory.by_dn(base).is_none());
        if let Some(base) = missing {
            let message = format!("the directory has no `{base}`, which `{setting}` names");
            return Err(Report::text("no-base", message).help(format!(
                "correct `{setting}` in `{}`, or export the directory whole",
                workspace.file.display()
            )));
        }
    }
    Ok(())
}

/// The directory as it is now.
pub(super) fn read_directory(file: &Path) -> Result<directory::Snapshot, Report> {
    ldif::read(file).map_err(|error| {
        Report::new("bad-directory", &error).help("export it again whole; nothing was read from it")
    })
}

fn prior(workspace: &Workspace, keep: bool, now: Timestamp) -> Result<Prior, Report> {
    let path = workspace.path(&workspace.config.state);
    let store = if keep {
        make_folder(&path)?;
        Some(Store::open(&path, now)?)
    } else {
        Store::open_existing(&path)?
    };
    match store {
        Some(store) => Ok(store.prior()?),
        None => Ok(Prior::default()),
    }
}

impl From<crate::state::StoreError> for Report {
    fn from(error: crate::state::StoreError) -> Self {
        let help = error.help();
        Self::new("bad-state", &error).help(help)
    }
}
