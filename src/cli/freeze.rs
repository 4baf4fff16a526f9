//! `tenure freeze`: until an instant, only what takes access away is done (S18); `--lift` ends it earlier.

use super::args::{FreezeArgs, Global};
use super::operator::Operator;
use super::report::Report;
use super::{Exit, Output, apply, check, disk, session};
use crate::state::{Freeze, Lock, Store};
use jiff::Timestamp;

/// Freezes, lifts a freeze, or says whether one holds.
pub(super) fn run(
    global: &Global,
    arguments: &FreezeArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let path = workspace.path(&workspace.config.state);
    let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
    let operator = Operator::of_this_process();
    let order = arguments.because.as_deref();
    let order = order.filter(|_| arguments.lift || arguments.until.is_some());
    let Some(because) = order else {
        let store = Store::open_existing(&path)?;
        let freeze = store.map(|store| store.prior()).transpose()?;
        let freeze = freeze.and_then(|prior| prior.freeze);
        output.result(&match freeze.filter(|freeze| now < freeze.until) {
            Some(Freeze {
                until, by, because, ..
            }) => format!("frozen until {until} by {by} ({because})"),
            None => "nothing is frozen".to_owned(),
        });
        return Ok(Exit::Ok);
    };
    let until = arguments.until.as_deref();
    let until = until.map(session::instant).transpose()?;
    if let Some(until) = until.filter(|until| *until <= now) {
        return Err(Report::text(
            "bad-instant",
            format!("{until} is over: nothing would be frozen"),
        )
        .help("write a day or an instant that lies ahead"));
    }
    disk::make_folder(&path)?;
    let lock = Lock::take(&path, &operator.holder(), apply::Urgency::Order.patience())?;
    let mut store = Store::open(&path, now)?;
    let by = operator.signature();
    let Some(until) = until else {
        let lifted = store.write(&lock, |writer| writer.thaw((&by, because), now))?;
        output.say(if lifted {
            "the freeze is lifted: the next run does everything again"
        } else {
            "nothing was frozen"
        });
        return Ok(Exit::Ok);
    };
    let freeze = Freeze {
        until,
        since: now,
        by: by.into(),
        because: because.into(),
    };
    store.write(&lock, |writer| writer.freeze(&freeze))?;
    output.say(&format!(
        "frozen until {until}: accounts are disabled and memberships taken away, and nothing else is done"
    ));
    Ok(Exit::Ok)
}
