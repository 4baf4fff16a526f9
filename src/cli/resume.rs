//! `tenure resume`: finishes a run that was broken off, and begins no other.
//!
//! A run belongs to the domain controller that it was begun on (S9), for another one may not know yet what was done
//! there. [`waiting`] tells which one that is, [`reach`] connects to it, or to the next one for what only takes away.

use super::args::{Global, ResumeArgs};
use super::at_work::at_work;
use super::directory::Source;
use super::planning;
use super::report::Report;
use super::session::Reading;
use super::{Exit, Output, apply, check, notices, session};
use crate::apply::{ApplyError, journal};
use crate::directory::Controller;
use crate::directory::ldap::{Presence, presence};
use crate::plan::file;
use crate::policy::Policy;
use crate::state::Store;
use crate::workspace::{DirectorySource, Workspace};
use uuid::Uuid;

/// Codes of a domain controller that is not there, or is another one.
const ABSENT: [&str; 4] = [
    "ldap-unreachable",
    "ldap-other-controller",
    "ldap-no-controller",
    "ldap-certificate",
];

/// A run that was broken off.
#[derive(Debug)]
pub(super) struct Waiting {
    run: Uuid,
    /// The domain controller that it was begun on; none where the directory is a file.
    controller: Option<Controller>,
}

/// Finishes what is not finished.
pub(super) fn run(
    global: &Global,
    arguments: &ResumeArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let Some(waiting) = waiting(&workspace)? else {
        output.say("nothing to finish");
        return Ok(Exit::Ok);
    };
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, None)?;
    let (source, lost) = match &arguments.dc_lost {
        Some(name) => {
            let source = reach_next(&workspace, &reading.policy, &waiting, name)?;
            (source, Some(waiting.run))
        }
        None => (reach(&workspace, &reading.policy, &waiting)?, None),
    };
    finish(&workspace, &reading, &source, lost, output)
}

/// Finishes it here; `lost` is the run whose domain controller is gone for good, and whose place this is now.
pub(super) fn finish(
    workspace: &Workspace,
    reading: &Reading,
    source: &Source,
    lost: Option<Uuid>,
    output: &mut Output,
) -> Result<Exit, Report> {
    let mark = source.mark(workspace)?;
    planning::belongs(workspace, mark.as_ref())?.map_err(Report::from)?;
    let here = source.place(workspace)?;
    let (outcome, mut passwords) = at_work(workspace, source, reading, output, |executor| {
        if let Some(run) = lost {
            executor.give_over(run, &here)?;
        }
        Ok(executor.resume(&here)?)
    })?;
    let Some(outcome) = outcome else {
        output.say("nothing to finish");
        return Ok(Exit::Ok);
    };
    output.say("finished the run that was broken off:");
    apply::say_outcome(&outcome, &[], output);
    passwords.say_where(output);
    notices::after_run(workspace, output);
    Ok(apply::exit(&outcome))
}

/// The run that waits to be finished, looked up before anything is connected.
pub(super) fn waiting(workspace: &Workspace) -> Result<Option<Waiting>, Report> {
    let path = workspace.path(&workspace.config.state);
    let Some(store) = Store::open_existing(&path)? else {
        return Ok(None);
    };
    let Some(found) = journal::unfinished(&store)? else {
        return Ok(None);
    };
    let run = found.id;
    let plan = file::from_json(&found.plan).map_err(|error| ApplyError::LostPlan {
        run,
        why: error.to_string(),
    })?;
    let controller = plan.header.controller;
    Ok(Some(Waiting { run, controller }))
}

/// Connects to the domain controller of a run; to the next one if that is not there.
pub(super) fn reach(
    workspace: &Workspace,
    policy: &Policy,
    waiting: &Waiting,
) -> Result<Source, Report> {
    let wanted = waiting.controller.as_ref();
    let gone = match Source::of(workspace, policy, wanted) {
        Ok(source) => return Ok(source),
        Err(report) if wanted.is_some() && ABSENT.contains(&report.code()) => report,
        Err(report) => return Err(report),
    };
    if names_several(workspace)
        && let Ok(source) = Source::of(workspace, policy, None)
    {
        return Ok(source);
    }
    let host = wanted.map_or("", |controller| &controller.host);
    let message = format!("run {} waits for {host} to be finished", waiting.run);
    Err(Report::text("controller-lost", message)
        .because(gone)
        .help(format!(
            "run `tenure resume` when it is back; if it never comes back, name another domain controller in `url` and \
             say `tenure resume --dc-lost {host}`"
        )))
}

/// Connects to another domain controller than that of the run, which a human says is lost.
fn reach_next(
    workspace: &Workspace,
    policy: &Policy,
    waiting: &Waiting,
    name: &str,
) -> Result<Source, Report> {
    let run = waiting.run;
    let Some(wanted) = &waiting.controller else {
        let message = format!("run {run} was begun on a file, not on a domain controller");
        return Err(Report::text("ldap-other-controller", message).help("run `tenure resume`"));
    };
    let host = &wanted.host;
    let short = host.split('.').next().unwrap_or(host);
    if !name.eq_ignore_ascii_case(host) && !name.eq_ignore_ascii_case(short) {
        let message = format!("run {run} was begun on {host}, not on {name}");
        return Err(Report::text("ldap-other-controller", message).help(format!(
            "say `--dc-lost {short}`, if that is the one which is lost"
        )));
    }
    let presence = match &workspace.config.directory {
        DirectorySource::Ldif(_) => Presence::Gone,
        DirectorySource::Ldap(ldap) => {
            let settings = workspace.ldap(ldap, None, &|name| std::env::var(name).ok())?;
            presence(&settings, wanted)?
        }
    };
    match presence {
        Presence::Gone => Source::of(workspace, policy, None),
        Presence::Answers { server } => {
            let message = format!("{host} is not lost: it answers at {server}");
            Err(Report::text("controller-answers", message).help(
                "run `tenure resume`, which finishes the run there; if it is lost, take its machine off the network first",
            ))
        }
        Presence::Unclear { error } => {
            let message = format!("whether {host} is lost cannot be told: {error}");
            Err(Report::text("controller-answers", message)
                .help("mend that, or take the address out of `url`, and say it again"))
        }
    }
}

fn names_several(workspace: &Workspace) -> bool {
    match &workspace.config.directory {
        DirectorySource::Ldif(_) => false,
        DirectorySource::Ldap(ldap) => ldap.servers.len() > 1,
    }
}
