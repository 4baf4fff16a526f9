//! `tenure audit`: whether the trail is whole, and the trail as a file.

pub(super) mod archive;
mod export;

use super::args::{AuditCommand, Format, Global, VerifyArgs};
use super::plan::options;
use super::report::Report;
use super::view::audit as view;
use super::{Exit, Output, history};
use crate::state::{AuditError, Break, Broken, Store, Verified};

/// What is done with the trail.
pub(super) fn run(
    global: &Global,
    command: &AuditCommand,
    output: &mut Output,
) -> Result<Exit, Report> {
    match command {
        AuditCommand::Verify(arguments) => verify(global, arguments, output),
        AuditCommand::Export(arguments) => export::run(global, arguments, output),
        AuditCommand::Archive => archive::run(global, output),
    }
}

fn verify(global: &Global, arguments: &VerifyArgs, output: &mut Output) -> Result<Exit, Report> {
    if arguments.archive {
        return archive::verify(global, arguments.format, output);
    }
    let store = history::store(global)?;
    let verified = match &store {
        Some(store) => whole(store)?,
        None => Verified::default(),
    };
    let found = match (&arguments.head, &store) {
        (Some(head), Some(store)) => Some(has(store, head)?),
        (Some(head), None) => return Err(cut_off(head)),
        (None, _) => None,
    };
    output.result(&match arguments.format {
        Format::Human => view::verified(&verified, found, &options(output.width, output.color)),
        Format::Json => view::verified_json(&verified, found),
    });
    Ok(Exit::Ok)
}

/// That the trail is whole, or where it is not.
pub(super) fn whole(store: &Store) -> Result<Verified, Report> {
    store.verify_audit().map_err(|error| match error {
        AuditError::Store(error) => error.into(),
        AuditError::Broken(error) => broken(&error),
    })
}

/// How many places at which a trail is broken are named.
const NAMED: usize = 5;

/// Where a trail is broken, and what that says of the rest.
pub(super) fn broken(error: &Broken) -> Report {
    let mut report = Report::new("audit-broken", error).help(
        "keep the file as it is and look who could write it; a copy of before, checked with `tenure audit verify`, \
         tells what stood there, and its head says up to where both agree; `tenure audit export` writes what is there and \
         marks what is broken",
    );
    let because = |text: String| Report::text("audit-broken", text);
    if let Some(entry) = error.breaks.first().and_then(Break::entry) {
        let before = match (error.before, error.unsure) {
            (0, _) => "nothing stands before it".to_owned(),
            (_, 0) => format!("what stands before entry {} is whole", entry.seq),
            (_, unsure) => format!(
                "what stands before entry {} is what was written, but the values of {} are gone, and what says why \
                 stands behind the break",
                entry.seq,
                view::entries(unsure),
            ),
        };
        report = report.because(because(format!(
            "`{}` at {}; {before}",
            entry.event, entry.at
        )));
    }
    for further in error.breaks.iter().skip(1).take(NAMED) {
        report = report.because(because(format!("further on: {further}")));
    }
    if let Some(more) = error
        .breaks
        .len()
        .checked_sub(NAMED + 1)
        .filter(|more| *more > 0)
    {
        report = report.because(because(format!("and at {more} places more")));
    }
    report
}

/// The number of the entry with that hash.
fn has(store: &Store, head: &str) -> Result<u64, Report> {
    store.has_entry(head)?.ok_or_else(|| cut_off(head))
}

fn cut_off(head: &str) -> Report {
    Report::text(
        "audit-cut-off",
        format!("the trail is whole in itself, and no entry of it has the hash {head}"),
    )
    .help(
        "if that head is younger than `retention { trail … }`, the end of the trail was cut off, or the state is \
         another one or an older copy: look for the state that had it",
    )
}
