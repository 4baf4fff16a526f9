//! The plan and everything it is made of, for the commands that need one.

use super::directory::Source;
use super::disk::make_folder;
use super::only::Only;
use super::report::Report;
use super::session::Reading;
use crate::directory;
use crate::hr;
use crate::plan::undo::PastRun;
use crate::plan::{self, Correlation, Plan};
use crate::policy::Policy;
use crate::state::{Foreign, Found, Prior, Store};
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::path::PathBuf;

/// What the caller asked of a plan.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// Only these people, by key.
    pub(super) only: Only,
    /// Make the state store if there is none, so that the plan belongs to it.
    pub(super) keep_state: bool,
    /// Show sensitive values in reasons.
    pub(super) reveal: bool,
    /// A state that the directory does not belong to counts as none, instead of being refused (S5).
    pub(super) any_state: bool,
    /// Plan what takes this run back, instead of what the policy wants.
    pub(super) takes_back: Option<PastRun>,
    /// Show what each notice would say about this person.
    pub(super) preview: Option<hr::PersonId>,
    /// Plan with this state, instead of the one that is kept.
    pub(super) prior: Option<Prior>,
}

/// A plan and everything it was made of.
#[derive(Debug)]
pub(super) struct Planned {
    /// What it was read from.
    pub(super) reading: Reading,
    /// The directory.
    pub(super) directory: directory::Snapshot,
    /// Its file, where it is one.
    pub(super) directory_file: Option<PathBuf>,
    /// What earlier runs left behind.
    pub(super) prior: Prior,
    /// Which account is whose.
    pub(super) correlation: Correlation,
    /// The plan.
    pub(super) plan: Plan,
}

/// What is there around policy and people, and the plan that follows.
#[derive(Debug)]
pub(super) struct Around {
    /// The directory.
    pub(super) directory: directory::Snapshot,
    /// What earlier runs left behind.
    pub(super) prior: Prior,
    /// Which account is whose.
    pub(super) correlation: Correlation,
    /// The plan.
    pub(super) plan: Plan,
    /// What notices would say, where that was asked for.
    pub(super) previews: Vec<plan::Preview>,
}

/// Reads directory and state, and plans.
pub(super) fn plan(
    workspace: &Workspace,
    reading: Reading,
    asked: &Asked,
) -> Result<Planned, Report> {
    let source = Source::of(workspace, &reading.policy, None)?;
    plan_from(&source, workspace, reading, asked)
}

/// The same, for whoever keeps the directory.
pub(super) fn plan_from(
    source: &Source,
    workspace: &Workspace,
    reading: Reading,
    asked: &Asked,
) -> Result<Planned, Report> {
    let Around {
        directory,
        prior,
        correlation,
        plan,
        previews: _,
    } = around_from(source, workspace, &reading, asked)?;
    Ok(Planned {
        reading,
        directory,
        directory_file: workspace.directory_file(),
        prior,
        correlation,
        plan,
    })
}

/// The same, for whoever keeps policy and people.
pub(super) fn around(
    workspace: &Workspace,
    reading: &Reading,
    asked: &Asked,
) -> Result<Around, Report> {
    let source = Source::of(workspace, &reading.policy, None)?;
    around_from(&source, workspace, reading, asked)
}

fn around_from(
    source: &Source,
    workspace: &Workspace,
    reading: &Reading,
    asked: &Asked,
) -> Result<Around, Report> {
    let directory = source.snapshot(workspace)?;
    let prior = match &asked.prior {
        Some(prior) => prior.clone(),
        None => own_prior(workspace, &directory, asked, reading.now)?,
    };
    let only = asked.only.people(reading)?;
    let gone = gone(workspace, &reading.policy, &reading.people, &prior)?;
    let basis = plan::Basis {
        policy: &reading.policy,
        people: &reading.people,
        gone: &gone,
        directory: &directory,
        prior: &prior,
        bases: &workspace.config.write,
        now: reading.now,
    };
    let options = plan::Options {
        hypothetical: reading.hypothetical,
        only,
        only_text: asked.only.text(),
        clock_pinned: reading.pinned,
        people_source: reading.people.origin().description.clone(),
        reveal: asked.reveal,
        telling: None,
    };
    let (correlation, plan, previews) = basis.with_input(options, |input| {
        let plan = plan::plan(input);
        let plan = match &asked.takes_back {
            Some(past) => plan::undo(input, past, &plan),
            None => plan,
        };
        let previews = asked.preview.as_ref();
        let previews = previews.map_or_else(Vec::new, |person| plan::previews(input, person));
        (plan::correlate(input), plan, previews)
    });
    Ok(Around {
        directory,
        prior,
        correlation,
        plan,
        previews,
    })
}

/// The last complete records of people whom HR no longer has, where the policy asks for them.
pub(super) fn gone(
    workspace: &Workspace,
    policy: &Policy,
    people: &hr::Snapshot,
    prior: &Prior,
) -> Result<Vec<hr::Person>, Report> {
    if !policy.speaks_of_vanished() {
        return Ok(Vec::new());
    }
    let unknown = |person: &&hr::PersonId| matches!(people.standing(person), hr::Standing::Unknown);
    let gone: Vec<hr::PersonId> = prior.people.keys().filter(unknown).cloned().collect();
    let store = Store::open_existing(&workspace.path(&workspace.config.state))?;
    match store {
        Some(store) if !gone.is_empty() => Ok(store.last_records(people.schema(), &gone)?),
        Some(_) | None => Ok(Vec::new()),
    }
}

/// The state, if the directory belongs to it (S5); made only then.
fn own_prior(
    workspace: &Workspace,
    directory: &directory::Snapshot,
    asked: &Asked,
    now: Timestamp,
) -> Result<Prior, Report> {
    let found = Found::in_snapshot(directory, &workspace.config.write);
    let prior = match belongs(workspace, found.as_ref())? {
        Ok(prior) => prior,
        Err(_) if asked.any_state => return Ok(Prior::default()),
        Err(foreign) => return Err(foreign.into()),
    };
    if !asked.keep_state {
        return Ok(prior);
    }
    let path = workspace.path(&workspace.config.state);
    make_folder(&path)?;
    Ok(Store::open(&path, now)?.prior()?)
}

/// The state as it is, nothing where there is none; or why it may not be used with a directory that is marked so.
pub(super) fn belongs(
    workspace: &Workspace,
    found: Option<&Found>,
) -> Result<Result<Prior, Foreign>, Report> {
    let path = workspace.path(&workspace.config.state);
    let prior = match Store::open_existing(&path)? {
        Some(store) => store.prior()?,
        None => Prior::default(),
    };
    let belongs = found.map_or(Ok(()), |mark| mark.belongs_to(prior.id, prior.generation));
    Ok(belongs.map(|()| prior))
}

impl From<Foreign> for Report {
    fn from(foreign: Foreign) -> Self {
        Self::new(foreign.code(), &foreign).help(foreign.help())
    }
}

impl From<crate::state::StoreError> for Report {
    fn from(error: crate::state::StoreError) -> Self {
        use crate::state::StoreError;
        let code = match &error {
            StoreError::Older { .. } => "locked",
            StoreError::Newer { .. }
            | StoreError::Foreign { .. }
            | StoreError::Corrupt { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::Full { .. }
            | StoreError::Unopened { .. }
            | StoreError::Busy { .. }
            | StoreError::Unreadable { .. }
            | StoreError::Random(_)
            | StoreError::Failed { .. } => "bad-state",
        };
        let help = error.help();
        Self::new(code, &error).help(help)
    }
}
