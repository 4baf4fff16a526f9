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
use super::{Exit, Output, apply, check, session};
use crate::apply::{ApplyError, journal};
use crate::directory::Controller;
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

/// The directory at which a run goes on.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) source: Source,
    /// It is another domain controller than the run was begun on.
    pub(super) elsewhere: bool,
}

impl Reached {
    /// What was wanted.
    pub(super) const fn there(source: Source) -> Self {
        Self {
            source,
            elsewhere: false,
        }
    }
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
    let reached = match &arguments.dc_lost {
        Some(name) => reach_next(&workspace, &reading.policy, &waiting, name)?,
        None => reach(&workspace, &reading.policy, &waiting)?,
    };
    let lost = arguments.dc_lost.is_some();
    finish(&workspace, &reading, &reached, lost, output)
}

/// Finishes it where it was begun; `lost`: where it was begun is gone for good, and this is its place now.
pub(super) fn finish(
    workspace: &Workspace,
    reading: &Reading,
    reached: &Reached,
    lost: bool,
    output: &mut Output,
) -> Result<Exit, Report> {
    let Reached { source, elsewhere } = reached;
    let mark = source.mark(workspace)?;
    planning::belongs(workspace, mark.as_ref())?.map_err(Report::from)?;
    let domain = source.domain(workspace)?;
    let (outcome, mut passwords) = at_work(workspace, source, reading, output, |executor| {
        if let (true, Source::Live(live)) = (lost, source) {
            executor.give_over(live.controller(), domain)?;
        }
        Ok(if *elsewhere {
            executor.resume_elsewhere(domain)?
        } else {
            executor.resume(domain)?
        })
    })?;
    let Some(outcome) = outcome else {
        output.say("nothing to finish");
        return Ok(Exit::Ok);
    };
    output.say("finished the run that was broken off:");
    apply::say_outcome(&outcome, &[], output);
    passwords.say_where(output);
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
) -> Result<Reached, Report> {
    let wanted = waiting.controller.as_ref();
    let gone = match Source::of(workspace, policy, wanted) {
        Ok(source) => return Ok(Reached::there(source)),
        Err(report) if wanted.is_some() && ABSENT.contains(&report.code()) => report,
        Err(report) => return Err(report),
    };
    if names_several(workspace)
        && let Ok(source) = Source::of(workspace, policy, None)
    {
        let elsewhere = true;
        return Ok(Reached { source, elsewhere });
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
) -> Result<Reached, Report> {
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
    match Source::of(workspace, policy, Some(wanted)) {
        Ok(_) => {
            let message = format!("{host} answers: it is not lost");
            return Err(Report::text("controller-answers", message)
                .help("run `tenure resume`: it finishes the run there"));
        }
        Err(report) if ABSENT.contains(&report.code()) => {}
        Err(report) => return Err(report),
    }
    Source::of(workspace, policy, None).map(Reached::there)
}

fn names_several(workspace: &Workspace) -> bool {
    match &workspace.config.directory {
        DirectorySource::Ldif(_) => false,
        DirectorySource::Ldap(ldap) => ldap.servers.len() > 1,
    }
}
