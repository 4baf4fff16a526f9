//! `tenure plan`: what would change.

use super::args::{FailOn, Global, PlanArgs, PlanFormat};
use super::only::Only;
use super::planning::{self, Asked};
use super::report::Report;
use super::view::Palette;
use super::view::plan::{Detail, PlanView};
use super::{Exit, Output, check, disk, reveal, session, view};
use crate::plan::{Plan, file};
use crate::state::Prior;
use jiff::tz::TimeZone;

/// Makes the plan, shows it, and keeps it in a file if asked.
pub(super) fn run(
    global: &Global,
    arguments: &PlanArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let only = Only::new(&arguments.only);
    let checked = check::policy(&workspace, only.condition.as_deref(), output)?;
    let reading = session::read(&workspace, checked.policy, arguments.at.as_deref())?;
    let asked = Asked {
        only,
        keep_state: arguments.output.is_some(),
        reveal: arguments.reveal,
        ..Asked::default()
    };
    if arguments.reveal {
        let human = arguments.format == PlanFormat::Human;
        reveal::journal(&workspace, output, reading.now, "plan", human, None)?;
    }
    let planned = planning::plan(&workspace, reading, &asked)?;
    let plan = &planned.plan;
    if let Some(file) = &planned.directory_file
        && *file == workspace.working_copy()
    {
        output.say(&format!("directory: the working copy {}", file.display()));
    }
    match arguments.format {
        PlanFormat::Human => {
            let text = shown(plan, Some(&planned.prior), output, output.color);
            output.result(&text);
        }
        PlanFormat::Json | PlanFormat::Markdown => {
            output.result(&as_data(plan, arguments.format, arguments.names));
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
    Ok(exit(plan, arguments.fail_on.contains(&FailOn::Open)))
}

/// Errors come before guards, guards before open accounts, those before changes.
pub(super) fn exit(plan: &Plan, fail_on_open: bool) -> Exit {
    if plan.trips() {
        Exit::Guard
    } else if fail_on_open && !plan.open_accounts.is_empty() {
        Exit::Open
    } else if plan.is_empty() {
        Exit::Ok
    } else {
        Exit::Changes
    }
}

/// The plan for machines, or for a merge request.
pub(super) fn as_data(plan: &Plan, format: PlanFormat, names: bool) -> String {
    let zone = TimeZone::system();
    match format {
        PlanFormat::Human | PlanFormat::Json => view::json::harmless(&file::to_json(plan)),
        PlanFormat::Markdown => {
            view::markdown::render(plan, &view::markdown::Options { names, zone })
        }
    }
}

/// The plan as people read it.
pub(super) fn shown(plan: &Plan, prior: Option<&Prior>, output: &Output, color: bool) -> String {
    let view = PlanView {
        plan,
        prior,
        detail: if output.verbose > 0 {
            Detail::Full
        } else {
            Detail::Auto
        },
    };
    view.render(&options(output.width, color))
}

/// How views are written to this terminal.
pub(super) fn options(width: usize, color: bool) -> view::Options {
    view::Options {
        width,
        palette: if color {
            Palette::colour()
        } else {
            Palette::plain()
        },
        zone: TimeZone::system(),
    }
}
