//! `tenure history` and `tenure show`: what was done.

use super::args::{Format, Global, HistoryArgs, ShowArgs};
use super::plan::options;
use super::report::Report;
use super::view::history as view;
use super::{Exit, Output, check};
use crate::apply::{RunDetails, history as runs_of};
use crate::state::Store;

/// The latest runs.
pub(super) fn history(
    global: &Global,
    arguments: &HistoryArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let runs = match store(global)? {
        Some(store) => runs_of::history(&store, arguments.limit)?,
        None => Vec::new(),
    };
    output.result(&match arguments.format {
        Format::Human => view::history(&runs, &options(output.width, output.color)),
        Format::Json => view::history_json(&runs),
    });
    Ok(Exit::Ok)
}

/// One run.
pub(super) fn show(
    global: &Global,
    arguments: &ShowArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let store = store(global)?.ok_or_else(|| unknown(&arguments.run))?;
    let details = find(&store, &arguments.run)?;
    output.result(&match arguments.format {
        Format::Human => view::run(&details, &options(output.width, output.color)),
        Format::Json => view::run_json(&details),
    });
    Ok(Exit::Ok)
}

/// The run that somebody means: by its id, the beginning of it, or `last`.
pub(super) fn find(store: &Store, wanted: &str) -> Result<RunDetails, Report> {
    let runs = runs_of::history(store, u32::MAX)?;
    let lower = wanted.to_lowercase();
    let mut matching = runs
        .iter()
        .filter(|run| lower == "last" || run.id.to_string().starts_with(&lower));
    let found = matching.next().ok_or_else(|| unknown(wanted))?;
    if lower != "last" && matching.next().is_some() {
        return Err(Report::text(
            "ambiguous-run",
            format!("several runs begin with `{wanted}`"),
        )
        .help("write more of the id"));
    }
    runs_of::run(store, found.id)?.ok_or_else(|| unknown(wanted))
}

/// Nobody knows that run.
pub(super) fn unknown(wanted: &str) -> Report {
    Report::text("unknown-run", format!("there is no run `{wanted}`"))
        .help("`tenure history` lists the runs; the beginning of an id is enough")
}

/// The state, where there is one.
pub(super) fn store(global: &Global) -> Result<Option<Store>, Report> {
    let workspace = check::open(global)?;
    Ok(Store::open_existing(
        &workspace.path(&workspace.config.state),
    )?)
}
