//! `tenure audit archive`, `tenure audit verify --archive`, and the archiving that ends whatever writes the trail.
//!
//! That something cannot be archived is said, and changes nothing about how a run ends: the directory is as it should be,
//! and what waits is archived by the next run. `tenure audit archive` is the command whose exit code tells.

use crate::archive::{Error, Failed, Filled, Folder, S3, Shelf, fill, prove};
use crate::cli::args::{Format, Global};
use crate::cli::plan::options;
use crate::cli::report::Report;
use crate::cli::view::archive as view;
use crate::cli::{Exit, Output, check};
use crate::state::Store;
use crate::workspace::{Archive, ArchiveAt, Workspace};
use jiff::Timestamp;

/// Archives what is not archived yet.
pub(super) fn run(global: &Global, output: &mut Output) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let archive = workspace.config.archive.as_ref().ok_or_else(none)?;
    let Some(store) = store(&workspace)? else {
        output.say("nothing was ever applied with this state, so there is nothing to archive");
        return Ok(Exit::Ok);
    };
    let filled = filled(&workspace, archive, &store)?;
    output.say(&view::filled(&filled));
    match troubled(&filled) {
        Some(report) => {
            report.show(output);
            Ok(Exit::Error)
        }
        None => Ok(Exit::Ok),
    }
}

/// The same at the end of a command that writes the trail; what goes wrong is said, and that is all.
pub(in crate::cli) fn after(global: &Global, output: &mut Output) {
    // What is wrong with the configuration was said by the command itself.
    let Ok(workspace) = check::open(global) else {
        return;
    };
    let Some(archive) = &workspace.config.archive else {
        return;
    };
    let done = store(&workspace).and_then(|store| {
        let filled = store.map(|store| filled(&workspace, archive, &store));
        filled.transpose()
    });
    let report = match done {
        Ok(filled) => filled.as_ref().and_then(troubled),
        Err(report) => Some(report.because(Report::text(
            "archive-unreachable",
            "the run itself has ended as it says; what is not archived yet is archived by the next one",
        ))),
    };
    if let Some(report) = report {
        report.show(output);
    }
}

/// Whether the archive is whole, by itself and against the state.
pub(super) fn verify(global: &Global, format: Format, output: &mut Output) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let archive = workspace.config.archive.as_ref().ok_or_else(none)?;
    // An archive proves itself without the state, and most of all when that is lost.
    let store = store(&workspace)?;
    let proved = with(&workspace, archive, |shelf| {
        Ok(prove(shelf, store.as_ref())?)
    })?;
    output.result(&match format {
        Format::Human => view::proved(&proved, &options(output.width, output.color)),
        Format::Json => view::proved_json(&proved),
    });
    if proved.is_whole() {
        return Ok(Exit::Ok);
    }
    let mut report = Report::text("archive-broken", "the archive is not whole").help(
        "keep it as it is and look who could write it, or the state; what both have of an entry tells which of them was changed",
    );
    for stretch in &proved.stretches {
        for wrong in stretch.wrong.iter().take(view::NAMED) {
            report = report.because(Report::text("archive-broken", wrong.clone()));
        }
        if let Some(more) = stretch
            .wrong
            .len()
            .checked_sub(view::NAMED)
            .filter(|more| *more > 0)
        {
            report = report.because(Report::text(
                "archive-broken",
                format!("and {more} times more"),
            ));
        }
    }
    report.show(output);
    Ok(Exit::Error)
}

fn store(workspace: &Workspace) -> Result<Option<Store>, Report> {
    Ok(Store::open_existing(
        &workspace.path(&workspace.config.state),
    )?)
}

fn filled(workspace: &Workspace, archive: &Archive, store: &Store) -> Result<Filled, Report> {
    let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
    with(workspace, archive, |shelf| {
        Ok(fill(store, shelf, archive.since(now))?)
    })
}

/// Opens the archive for something.
fn with<T>(
    workspace: &Workspace,
    archive: &Archive,
    work: impl FnOnce(&dyn Shelf) -> Result<T, Report>,
) -> Result<T, Report> {
    if let ArchiveAt::Folder(folder) = &archive.place {
        return work(&Folder::open(workspace.path(folder))?);
    }
    let settings = workspace.bucket(&archive.place, &|name| std::env::var(name).ok())?;
    match settings {
        Some(settings) => work(&S3::open(&settings, &Timestamp::now)?),
        None => Err(none()),
    }
}

fn none() -> Report {
    Report::text("no-archive", "`tenure.toml` names no archive").help(
        "write `[archive]` with `folder = \"PATH\"`, or with `s3 = \"https://s3.example.com/bucket/prefix\"`",
    )
}

/// What is wrong although everything was archived.
fn troubled(filled: &Filled) -> Option<Report> {
    if let Some(first) = filled.breaks.first() {
        return Some(
            Report::text("audit-broken", format!("archived as it is, and broken: {first}")).help(
                "`tenure audit verify` tells where; keep the file of the state as it is, and look who could write it",
            ),
        );
    }
    filled.disagrees.then(|| {
        Report::text("archive-broken", "the archive has entries that the trail of this state has not, or has as others")
            .help(
                "`tenure audit verify --archive` tells which; the state may be an older copy, or somebody changed it: look for \
                 the one that had them. What this state has is archived all the same",
            )
    })
}

impl From<Error> for Report {
    fn from(error: Error) -> Self {
        Self::new(error.code(), &error).help(error.help)
    }
}

impl From<Failed> for Report {
    fn from(error: Failed) -> Self {
        match error {
            Failed::State(error) => error.into(),
            Failed::Archive(error) => error.into(),
        }
    }
}
