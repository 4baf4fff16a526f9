//! The people of a workspace, with what reading them needs of the world: environment, clock, terminal and the last run.

use super::report::Report;
use crate::hr::{self, PersonId};
use crate::policy::Policy;
use crate::state::Store;
use crate::workspace::{Outside, People, SourceRecords, Workspace};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How long a reading may take before a bar is shown.
const PATIENCE: Duration = Duration::from_millis(700);

/// Reads the people, all of them or nobody.
pub(super) fn read(workspace: &Workspace, policy: &Policy) -> Result<hr::Snapshot, Report> {
    Ok(workspace.people_of(policy, records(workspace, policy)?)?)
}

/// Reads what the sources say of people, before anything is typed.
pub(super) fn records(
    workspace: &Workspace,
    policy: &Policy,
) -> Result<Vec<SourceRecords>, Report> {
    let last = last(workspace)?;
    let bar = ProgressBar::hidden();
    bar.set_message("people read from Personio");
    let style = |template: &str| {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
    };
    let (began, visible) = (Instant::now(), std::io::stderr().is_terminal());
    let progress = |done: usize, of: Option<usize>| {
        if visible && bar.is_hidden() && began.elapsed() > PATIENCE {
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        // Of how many is known once all of them are listed.
        let length = of.map(|of| of as u64);
        if bar.length() != length || length.is_none() {
            match length {
                Some(length) => bar.set_length(length),
                None => bar.unset_length(),
            }
            style(length.map_or("{pos} {msg}", |_| "{bar:30} {pos}/{len} {msg}"));
        }
        bar.set_position(done as u64);
    };
    let read = workspace.records(policy, &outside(&last, &progress));
    bar.finish_and_clear();
    Ok(read?)
}

/// What lies outside of a workspace.
pub(super) fn outside<'o>(
    last: &'o BTreeSet<PersonId>,
    progress: &'o (dyn Fn(usize, Option<usize>) + Sync),
) -> Outside<'o> {
    Outside {
        variable: &|name| std::env::var(name).ok(),
        now: &Timestamp::now,
        progress,
        last,
    }
}

/// Whom the last run had, where that is asked for: of recordings nobody is missing for a moment.
fn last(workspace: &Workspace) -> Result<BTreeSet<PersonId>, Report> {
    let live = |people: &People| matches!(people, People::Live(_));
    if !workspace
        .config
        .sources
        .iter()
        .any(|source| live(&source.people))
    {
        return Ok(BTreeSet::new());
    }
    let Some(store) = Store::open_existing(&workspace.path(&workspace.config.state))? else {
        return Ok(BTreeSet::new());
    };
    let people = store.prior()?.people.into_iter();
    let there = people.filter(|(_, memory)| memory.vanished.is_none());
    Ok(there.map(|(id, _)| id).collect())
}
