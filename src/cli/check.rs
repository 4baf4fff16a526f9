//! `tenure check`: read, type-check and lint the policy.

use super::args::{CheckArgs, CheckFormat, Deny, Global};
use super::findings::{self, Findings, sentence};
use super::report::Report;
use super::view::Palette;
use super::{Exit, Output, directory, people, session, terminate};
use crate::diagnostic::render::{self, Machine};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::{self, Policy};
use crate::workspace::{Checked, Workspace};

/// Checks the policy and prints what was found.
pub(super) fn run(
    global: &Global,
    arguments: &CheckArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    if let Some(format) = arguments.format.machine() {
        return for_machines(global, arguments, format, output);
    }
    let (workspace, checked, too_large) = look(global, arguments)?;
    if arguments.format == CheckFormat::Plain {
        output.result(&render::plain(&checked.sources, &checked.diagnostics));
    } else {
        let style = render::Style {
            color: output.color,
            unicode: true,
            width: output.width,
        };
        if !checked.diagnostics.is_empty() {
            output.result(&render::human(
                &checked.sources,
                &checked.diagnostics,
                style,
            ));
        }
        output.say(&sentence(&checked.sources, &checked.diagnostics));
    }
    if global.verbose > 0 {
        for (file, at) in too_large
            .iter()
            .filter_map(|span| checked.sources.place(*span))
        {
            let line = at.line;
            output.say(&format!(
                "{file}:{line}: too large a condition for anything to be proved of it"
            ));
        }
    }
    point_at_the_page(&checked.diagnostics, output);
    emergency(&workspace, &checked)?;
    Ok(exit(&checked, arguments))
}

/// The same as a document, which has in it what goes wrong on the way, too.
fn for_machines(
    global: &Global,
    arguments: &CheckArgs,
    format: Machine,
    output: &mut Output,
) -> Result<Exit, Report> {
    let name = findings::naming(format);
    let mut found = Findings::default();
    let mut ended = Exit::Error;
    let failed = match look(global, arguments) {
        Ok((workspace, checked, _)) => {
            ended = exit(&checked, arguments);
            let failed = emergency(&workspace, &checked).err();
            let folder = workspace.policy_folder(arguments.path.as_deref());
            found = Findings::new(checked.sources, checked.diagnostics);
            if format.names_from_root() {
                found = found.renamed(|file| name(&folder.join(file)));
            }
            failed
        }
        Err(report) => Some(report),
    };
    if failed.is_none() && format != Machine::Json {
        output.say(&found.sentence());
    }
    if let Some(report) = &failed {
        found.report(report, name);
    }
    let deny_warnings = arguments.deny.contains(&Deny::Warnings);
    found.write("check", format, deny_warnings, output);
    match failed {
        Some(_) if findings::is_read_for_commands(format) => Ok(Exit::Error),
        Some(report) => Err(report),
        None => Ok(ended),
    }
}

/// Opens the workspace, checks the policy that is asked for and asks all lints; with it come the places of which nothing
/// could be proved.
fn look(global: &Global, arguments: &CheckArgs) -> Result<(Workspace, Checked, Vec<Span>), Report> {
    let workspace = open(global)?;
    // Only the dates of exceptions are judged by the clock.
    let now = session::now(&workspace);
    let mut failed = None;
    let linted = workspace.linted(arguments.path.as_deref(), now, |policy, input| {
        if !arguments.with_people {
            return Vec::new();
        }
        held_against(&workspace, policy, input).unwrap_or_else(|report| {
            failed = Some(report);
            Vec::new()
        })
    });
    let (checked, too_large) = linted.map_err(|error| Report::from(error).at(&workspace.file))?;
    match failed {
        Some(report) => Err(report),
        None => Ok((workspace, checked, too_large)),
    }
}

/// Whether the stage that is configured for an emergency is one: then it is too late to find out.
fn emergency(workspace: &Workspace, checked: &Checked) -> Result<(), Report> {
    if let (Some(policy), true) = (&checked.policy, workspace.config.terminate.is_some()) {
        terminate::stage(workspace, policy, None).map_err(|report| report.at(&workspace.file))?;
    }
    Ok(())
}

fn exit(checked: &Checked, arguments: &CheckArgs) -> Exit {
    let any = |is: fn(&Diagnostic) -> bool| checked.diagnostics.iter().any(is);
    let refused = checked.policy.is_none()
        || any(Diagnostic::is_error)
        || (arguments.deny.contains(&Deny::Warnings) && any(Diagnostic::is_warning));
    if refused { Exit::Error } else { Exit::Ok }
}

/// What lints say of the policy against the people and the directory that there are.
fn held_against(
    workspace: &Workspace,
    policy: &Policy,
    input: &policy::Input<'_>,
) -> Result<Vec<Diagnostic>, Report> {
    let people = people::read(workspace, policy)?;
    let directory = directory::Source::of(workspace, policy, None)?.snapshot(workspace)?;
    let data = policy::lint::Data {
        people: &people,
        directory: &directory,
        now: session::now(workspace),
    };
    let found = policy::lint::lint_with(policy, input, &data);
    Ok(found.into_iter().map(|one| one.diagnostic).collect())
}

/// One quiet line at the end: where more is said about what stands first.
pub(super) fn point_at_the_page(diagnostics: &[Diagnostic], output: &mut Output) {
    if let Some(first) = diagnostics.first() {
        let dim = Palette::choose(output.color_err).dim;
        let command = render::says_more(first.code);
        output.say(&format!("{dim}`{command}` says more{dim:#}"));
    }
}

/// Opens the workspace that the flags name, from the current folder.
pub(super) fn open(global: &Global) -> Result<Workspace, Report> {
    let here = std::env::current_dir()
        .map_err(|error| Report::new("no-folder", &error).help("go to a folder that exists"))?;
    // Short names in messages: what lies below the current folder is named from there.
    let here = if global.config.is_some() {
        here
    } else {
        relative_start(here)
    };
    Ok(Workspace::open(global.config.as_deref(), &here)?)
}

/// The current folder as `.` where nothing above it would be found anyway.
fn relative_start(here: std::path::PathBuf) -> std::path::PathBuf {
    let above = here
        .ancestors()
        .any(|folder| folder.join(crate::workspace::CONFIG_FILE).is_file());
    if above {
        here
    } else {
        std::path::PathBuf::new()
    }
}

/// The policy, or the diagnostics on stderr and an error.
///
/// `question` is a condition to be asked of people, such as that of `--only`.
pub(super) fn policy(
    workspace: &Workspace,
    question: Option<&str>,
    output: &mut Output,
) -> Result<Checked, Report> {
    let checked = workspace.policy_and(None, question)?;
    shown(usable(checked, output), question)
}

/// The policy of a folder, or the configured one, as [`policy`] does.
pub(super) fn policy_in(
    workspace: &Workspace,
    folder: Option<&std::path::Path>,
    output: &mut Output,
) -> Result<Checked, Report> {
    shown(usable(workspace.policy(folder)?, output), None)
}

fn shown(checked: Result<Checked, Report>, question: Option<&str>) -> Result<Checked, Report> {
    checked.map_err(|report| {
        report.help(match question {
            None => "mend what is shown above; `tenure check` shows it again",
            Some(_) => "mend what is shown above, in the policy or in the condition",
        })
    })
}

/// A policy that was read, if it can be used; else its diagnostics on stderr.
pub(super) fn usable(checked: Checked, output: &mut Output) -> Result<Checked, Report> {
    if checked.policy.is_some() {
        return Ok(checked);
    }
    let style = render::Style {
        color: output.color_err,
        unicode: true,
        width: output.width,
    };
    output.error(&render::human(
        &checked.sources,
        &checked.diagnostics,
        style,
    ));
    point_at_the_page(&checked.diagnostics, output);
    let summary = render::summary(&checked.diagnostics);
    Err(Report::text(
        "bad-policy",
        format!("the policy is not used: {summary}"),
    ))
}
