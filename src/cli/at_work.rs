//! Everything that carrying out needs, put together: the state, locked and opened, the directory, HR, who gets passwords.

use super::directory::{Clock, Source};
use super::operator::Operator;
use super::passwords::Passwords;
use super::report::Report;
use super::session::Reading;
use super::steps::Steps;
use super::{Output, apply, people};
use crate::apply::{Executor, Pictures};
use crate::state::{Lock, Store};
use crate::workspace::{Outside, Workspace};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Has something done by the executor, and saves the directory afterwards; with it what became of passwords.
pub(super) fn at_work<T>(
    workspace: &Workspace,
    source: &Source,
    reading: &Reading,
    output: &mut Output,
    work: impl FnOnce(&mut Executor<'_>) -> Result<T, Report>,
) -> Result<(T, Passwords), Report> {
    let path = workspace.path(&workspace.config.state);
    let operator = Operator::of_this_process();
    let lock = Lock::take(&path, &operator.holder(), apply::Urgency::Policy.patience())?;
    let mut store = Store::open(&path, reading.now)?;
    // Under the lock, so that nobody writes it meanwhile.
    apply::working_copy(workspace)?;
    let clock = clock(reading);
    let (nobody, steady) = (BTreeSet::new(), clock.clone());
    let now_there = move || steady();
    let outside = Outside {
        now: &now_there,
        ..people::outside(&nobody, &|_, _| {})
    };
    let directory = source.open(workspace, &clock)?;
    let hr = workspace.hr(&reading.people, &reading.policy, &outside);
    let mut watch = apply::Progress::new(output);
    let mut handover = Passwords::new(workspace, &reading.policy);
    handover.compute(reading);
    let steps = Steps::new(workspace);
    let mut executor = Executor {
        store: &mut store,
        lock: &lock,
        directory: directory.port(),
        hr: &hr,
        bases: &workspace.config.write,
        takes_over: false,
        pace: apply::pace(workspace, reading.pinned),
        handover: &handover,
        steps: &steps,
        pictures: &Pictures::of(&reading.people),
        watch: &mut watch,
        clock: &*clock,
    };
    let done = work(&mut executor);
    watch.finish();
    let done = done?;
    directory.save()?;
    Ok((done, handover))
}

/// The clock of the journal: that of the people source, where it pins one.
fn clock(reading: &Reading) -> Clock {
    let now = reading.now;
    if reading.pinned {
        Arc::new(move || now)
    } else {
        Arc::new(Timestamp::now)
    }
}
