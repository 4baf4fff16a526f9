//! `tenure audit`: whether the trail is whole, and the trail as a file.

mod export;

use super::args::{AuditCommand, Format, Global, VerifyArgs};
use super::plan::options;
use super::report::Report;
use super::view::audit as view;
use super::{Exit, Output, history};
use crate::state::{AuditError, Store, Verified};

/// What is done with the trail.
pub(super) fn run(
    global: &Global,
    command: &AuditCommand,
    output: &mut Output,
) -> Result<Exit, Report> {
    match command {
        AuditCommand::Verify(arguments) => verify(global, arguments, output),
        AuditCommand::Export(arguments) => export::run(global, arguments, output),
    }
}

fn verify(global: &Global, arguments: &VerifyArgs, output: &mut Output) -> Result<Exit, Report> {
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
        AuditError::Gap { .. } | AuditError::Changed { .. } | AuditError::Beginning { .. } => {
            broken(&error)
        }
    })
}

fn broken(error: &AuditError) -> Report {
    let report = Report::new("audit-broken", error).help(
        "keep the file as it is and look who could write it; a copy of before, checked with `tenure audit verify`, \
         tells what stood there, and its head says up to where both agree",
    );
    let Some(entry) = error.entry() else {
        return report;
    };
    let before = match entry.seq {
        0 | 1 => "nothing before it is in doubt or proved".to_owned(),
        seq => format!("what stands before entry {seq} is whole"),
    };
    let what = format!("`{}` at {}; {before}", entry.event, entry.at);
    report.because(Report::text("audit-broken", what))
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
