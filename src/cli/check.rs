//! `tenure check`: read, type-check and lint the policy.

use super::args::{CheckArgs, CheckFormat, Deny, Global};
use super::report::Report;
use super::view::Palette;
use super::{Exit, Output, directory, people, session, terminate};
use crate::diagnostic::{Diagnostic, render};
use crate::policy::{self, Policy};
use crate::workspace::{Checked, Workspace};

/// Checks the policy and prints what was found.
pub(super) fn run(
    global: &Global,
    arguments: &CheckArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = open(global)?;
    // Only the dates of exceptions are judged by the clock.
    let now = session::now(&workspace);
    let mut failed = None;
    let path = arguments.path.as_deref();
    let (checked, too_large) = workspace.linted(path, now, |policy, input| {
        if !arguments.with_people {
            return Vec::new();
        }
        held_against(&workspace, policy, input).unwrap_or_else(|report| {
            failed = Some(report);
            Vec::new()
        })
    })?;
    if let Some(report) = failed {
        return Err(report);
    }
    match arguments.format {
        CheckFormat::Json => output.result(&render::json(&checked.sources, &checked.diagnostics)),
        CheckFormat::Plain => output.result(&render::plain(&checked.sources, &checked.diagnostics)),
        CheckFormat::Human => {
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
            let files = match checked.sources.iter().count() {
                1 => "1 file".to_owned(),
                files => format!("{files} files"),
            };
            let summary = render::summary(&checked.diagnostics);
            output.say(&format!("{files} checked: {summary}"));
        }
    }
    if global.verbose > 0 && arguments.format != CheckFormat::Json {
        for span in &too_large {
            if let Some((file, at)) = checked.sources.place(*span) {
                let line = at.line;
                output.say(&format!(
                    "{file}:{line}: too large a condition for anything to be proved of it"
                ));
            }
        }
    }
    if arguments.format != CheckFormat::Json {
        point_at_the_page(&checked.diagnostics, output);
    }
    if let (Some(policy), true) = (&checked.policy, workspace.config.terminate.is_some()) {
        // An emergency is too late to find out.
        terminate::stage(&workspace, policy, None)?;
    }
    let warned = checked.diagnostics.iter().any(Diagnostic::is_warning);
    let refused = checked.policy.is_none()
        || checked.diagnostics.iter().any(Diagnostic::is_error)
        || (arguments.deny.contains(&Deny::Warnings) && warned);
    Ok(if refused { Exit::Error } else { Exit::Ok })
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
    Err(
        Report::text("bad-policy", format!("the policy is not used: {summary}")).help(
            match question {
                None => "mend what is shown above; `tenure check` shows it again",
                Some(_) => "mend what is shown above, in the policy or in the condition",
            },
        ),
    )
}
