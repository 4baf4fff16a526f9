//! `tenure steps`: what other systems were asked for whom, and what of it waits; `--again` has what was refused asked
//! once more.

mod ask;

pub(super) use ask::Steps;

use super::args::{Format, Global, StepsArgs};
use super::operator::Operator;
use super::report::Report;
use super::view::steps as view;
use super::{Exit, Output, apply, check, plan as plan_command};
use crate::hr::PersonId;
use crate::state::{Lock, Prior, Store};
use jiff::Timestamp;

/// Lists, or asks once more.
pub(super) fn run(
    global: &Global,
    arguments: &StepsArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let path = workspace.path(&workspace.config.state);
    let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
    if let (Some(person), Some(because)) = (&arguments.again, &arguments.because) {
        let nobody = || {
            Report::text("unknown-step", format!("no step of {person} was refused")).help(
                "`tenure steps` lists what was asked for whom; what waits is asked by each run",
            )
        };
        let id = PersonId::parse(person).map_err(|_| nobody())?;
        if !path.is_file() {
            return Err(nobody());
        }
        let operator = Operator::of_this_process();
        let lock = Lock::take(&path, &operator.holder(), apply::Urgency::Order.patience())?;
        let mut store = Store::open(&path, now)?;
        let by = operator.signature();
        let asked = store.write(&lock, |writer| {
            writer.ask_steps_again(&id, (&by, because), now)
        })?;
        if asked.is_empty() {
            return Err(nobody());
        }
        output.say(&format!(
            "the next run asks once more for {}, under another key",
            asked.join(", ")
        ));
        return Ok(Exit::Ok);
    }
    let store = Store::open_existing(&path)?;
    let prior = store.map(|store| store.prior()).transpose()?;
    let steps = prior.map(|prior: Prior| prior.steps).unwrap_or_default();
    output.result(&match arguments.format {
        Format::Human => view::list(&steps, &plan_command::options(output.width, output.color)),
        Format::Json => view::list_json(&steps),
    });
    Ok(Exit::Ok)
}
