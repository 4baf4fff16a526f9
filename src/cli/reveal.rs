//! `--reveal`: sensitive values for somebody at a terminal, and the trail knows of it (S11).

use super::Output;
use super::disk::make_folder;
use super::operator::Operator;
use super::report::Report;
use crate::hr::PersonId;
use crate::state::{Entry, Lock, Store};
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::time::Duration;

/// How long is waited for a run to end; then nothing is revealed.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// Puts on the trail that somebody sees sensitive values, of that person or of everybody. What cannot be put
/// there is not revealed.
pub(super) fn journal(
    workspace: &Workspace,
    output: &Output,
    at: Timestamp,
    command: &str,
    human: bool,
    person: Option<&PersonId>,
) -> Result<(), Report> {
    if !output.terminal || !human {
        return Err(Report::text(
            "not-a-terminal",
            "sensitive values are shown on a terminal alone, never in a file, a pipe or a format for machines",
        )
        .help("run it without `--reveal`, or at a terminal"));
    }
    kept(workspace, at, command, person)
}

/// The same for what goes into a file, by the will of whoever asks for it.
pub(super) fn kept(
    workspace: &Workspace,
    at: Timestamp,
    command: &str,
    person: Option<&PersonId>,
) -> Result<(), Report> {
    let operator = Operator::of_this_process();
    let holder = operator.holder();
    let path = workspace.path(&workspace.config.state);
    make_folder(&path)?;
    let lock = Lock::take(&path, &holder, LOCK_PATIENCE)?;
    let mut store = Store::open(&path, at)?;
    let facts = serde_json::json!({
        "who": holder.user,
        "host": holder.host,
        "command": command,
    });
    let whom = person.map_or_else(|| "everybody".to_owned(), ToString::to_string);
    store.write(&lock, |writer| {
        writer.audit(&Entry {
            at,
            event: "revealed",
            run: None,
            facts: &facts.to_string(),
            private: Some((person, &whom)),
        })?;
        Ok(())
    })?;
    Ok(())
}
