//! `tenure undo RUN`: the plan that takes a run back, shown; and with a yes, done.

use super::args::{Global, PlanFormat, UndoArgs};
use super::ask::says_yes;
use super::at_work::at_work;
use super::directory::Source;
use super::operator::Operator;
use super::planning::{self, Asked, Planned};
use super::report::Report;
use super::{
    Exit, Output, apply, check, disk, history, notices, plan as plan_command, resume, session,
};
use crate::apply::history as runs_of;
use crate::apply::{ApplyError, Refusal, RunDetails, RunStatus, Situation};
use crate::directory::Guid;
use crate::plan::undo::PastRun;
use crate::plan::{GuardKind, Plan, file};
use crate::state::Store;
use crate::workspace::Workspace;
use std::io::IsTerminal;

/// What everybody who takes a run back has to know.
const AGAIN: &str = "the next plan does again what the policy says, unless the policy or HR changes before; `tenure \
                     freeze` holds what it would give";

/// Shows the plan that takes a run back, and carries it out if somebody says yes.
pub(super) fn run(
    global: &Global,
    arguments: &UndoArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let overridden = apply::guards(&arguments.consent)?;
    let (details, past) = past_run(&workspace, &arguments.run)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, None)?;
    // A run that was broken off, such as this very undo, is finished first, and where it was begun.
    if asks(arguments)
        && let Some(waiting) = resume::waiting(&workspace)?
    {
        let source = resume::reach(&workspace, &reading.policy, &waiting)?;
        let exit = resume::finish(&workspace, &reading, &source, None, output)?;
        output.say("run the same command again for what it did not take back");
        return Ok(exit);
    }
    let source = Source::of(&workspace, &reading.policy, None)?;
    let mark = source.mark(&workspace)?;
    planning::belongs(&workspace, mark.as_ref())?.map_err(Report::from)?;
    let asked = Asked {
        takes_back: Some(past),
        keep_state: true,
        ..Asked::default()
    };
    let planned = planning::plan_from(&source, &workspace, reading, &asked)?;
    same_domain(&details, &planned)?;
    show(&planned.plan, arguments, output, &planned)?;
    let plan = &planned.plan;
    let stopped = stopped(plan, &overridden);
    if !asks(arguments) {
        let exit = plan_command::exit(plan, false);
        let passes = exit == Exit::Guard && !stopped;
        return Ok(if passes { Exit::Changes } else { exit });
    }
    if stopped {
        return Ok(Exit::Guard);
    }
    if plan.is_empty() {
        // What a killed run left beside a working copy is taken into it, and its lease ends.
        let (from, reading) = (&source, &planned.reading);
        at_work(&workspace, from, reading, output, |executor| {
            Ok(executor.release()?)
        })?;
        output.say("nothing to take back");
        return Ok(Exit::Ok);
    }
    if !arguments.consent.yes && !says_yes("Take this back?") {
        output.say("nothing was changed");
        return Ok(Exit::Changes);
    }
    carry_out(
        &workspace,
        &source,
        &planned,
        (arguments, &overridden),
        output,
    )
}

/// Whether this is about doing it: not where the plan is wanted as a file or for a machine, nor where nobody can say yes.
fn asks(arguments: &UndoArgs) -> bool {
    let to_look_at = arguments.output.is_some() || arguments.format != PlanFormat::Human;
    arguments.consent.yes || (!to_look_at && std::io::stdin().is_terminal())
}

/// Whether a guard that nobody lets pass, or an invariant, stops it.
fn stopped(plan: &Plan, overridden: &[GuardKind]) -> bool {
    let mut guards = plan.guards.iter();
    guards.any(|guard| guard.tripped && !overridden.contains(&guard.kind))
        || !plan.broken.is_empty()
}

/// The run as the journal tells it, if it can be taken back at all.
fn past_run(workspace: &Workspace, wanted: &str) -> Result<(RunDetails, PastRun), Report> {
    let path = workspace.path(&workspace.config.state);
    let store = Store::open_existing(&path)?;
    let store = store.ok_or_else(|| history::unknown(wanted))?;
    let details = history::find(&store, wanted)?;
    let run = &details.run;
    let id = run.id;
    let Some(ended) = run.ended.filter(|_| run.status != RunStatus::Running) else {
        let text = format!("the run {id}, begun {}, is not finished", run.started);
        return Err(Report::text("unfinished-run", text)
            .help("run `tenure apply`, which finishes it, then take it back"));
    };
    // Whoever was forgotten is nobody's any more in the journal; whose values went by their age is still named.
    let aged = details.actions.iter();
    let aged = aged.filter(|record| record.forgotten && record.person.is_some());
    if aged.count() > 0 {
        let since = runs_of::pruned_since(&store, ended)?;
        let since = since.map_or_else(String::new, |at| format!(" on {at}"));
        let text = format!(
            "the run {id} cannot be taken back: what it changed was destroyed{since}, as `retention` says"
        );
        return Err(Report::text("run-forgotten", text).help(
            "change the policy, or the accounts by hand; `retention { values … }` says how long values are kept",
        ));
    }
    let past = runs_of::past(&store, &details)?;
    Ok((details, past))
}

fn same_domain(details: &RunDetails, planned: &Planned) -> Result<(), Report> {
    let named = |guid: Option<Guid>, name: &str| {
        guid.map_or_else(|| name.to_owned(), |guid| format!("{name} ({guid})"))
    };
    let domain = planned.directory.domain();
    let run = &details.run;
    let same = match (run.domain, domain.guid) {
        (None, None) => run.domain_name == *domain.base.as_str(),
        (then, now) => then == now,
    };
    if same {
        return Ok(());
    }
    let text = format!(
        "the run {} changed the domain {}, this is {}",
        run.id,
        named(run.domain, &run.domain_name),
        named(domain.guid, domain.base.as_str()),
    );
    Err(Report::text("run-other-domain", text).help("take it back where it was made"))
}

fn show(
    plan: &Plan,
    arguments: &UndoArgs,
    output: &mut Output,
    planned: &Planned,
) -> Result<(), Report> {
    match arguments.format {
        PlanFormat::Human => {
            let text = plan_command::shown(plan, Some(&planned.prior), output, output.color);
            output.result(&text);
        }
        PlanFormat::Json | PlanFormat::Markdown => {
            output.result(&plan_command::as_data(
                plan,
                arguments.format,
                arguments.names,
            ));
        }
    }
    if let Some(path) = &arguments.output {
        disk::write_atomically(path, file::to_json(plan).as_bytes())?;
        output.say(&format!(
            "the plan is in {}; `tenure apply {}` carries out exactly this, until {}",
            path.display(),
            path.display(),
            plan.header.expires,
        ));
    }
    Ok(())
}

fn carry_out(
    workspace: &Workspace,
    source: &Source,
    planned: &Planned,
    (arguments, overridden): (&UndoArgs, &[GuardKind]),
    output: &mut Output,
) -> Result<Exit, Report> {
    let (plan, reading) = (&planned.plan, &planned.reading);
    let approved = apply::approved(&arguments.consent);
    let author = Operator::of_this_process().author(workspace, &arguments.consent);
    let digest = reading.people.digest().to_string();
    let (done, _) = at_work(workspace, source, reading, output, |executor| {
        let identity = executor.store.identity()?;
        let situation = Situation {
            now: reading.now,
            state: &identity,
            domain: planned.directory.domain().guid,
            domain_name: &plan.header.domain_name,
            policy: &reading.policy.rules.digest,
            people_source: &reading.people.origin().description,
            people: Some(&digest),
            overridden,
            approved: &approved,
        };
        apply::not_stale(plan, &situation)?;
        match executor.apply(plan, &situation, &author) {
            // With what is approved a limit does not hold.
            Err(ApplyError::Refused { refusals })
                if refusals
                    .iter()
                    .all(|refusal| matches!(refusal, Refusal::Overdone { .. })) =>
            {
                Ok(Err(refusals))
            }
            outcome => {
                let outcome = outcome?;
                apply::keep(executor.store, executor.lock, planned, reading.now)?;
                Ok(Ok(outcome))
            }
        }
    })?;
    match done {
        Ok(outcome) => {
            apply::say_outcome(&outcome, &plan.actions, output);
            output.say(AGAIN);
            notices::after_run(workspace, output);
            Ok(apply::exit(&outcome))
        }
        Err(refusals) => {
            for refusal in refusals {
                output.say(&format!("{refusal}; {}", refusal.help()));
            }
            Ok(Exit::Guard)
        }
    }
}
