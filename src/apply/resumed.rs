//! Finishes a run that was broken off: where it was begun, or as far as another domain controller may (S9).

use std::mem;

use jiff::Timestamp;
use uuid::Uuid;

use super::ApplyError;
use super::executor::{Executor, Outcome};
use super::job::{Orders, Scope};
use super::journal::{self, Unfinished};
use super::line::Line;
use crate::directory::{Controller, Guid};
use crate::hr::PersonId;
use crate::plan::{Plan, file};

/// Where a run is at work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The domain controller; none where the directory is a file.
    pub controller: Option<Controller>,
    /// The GUID of the domain.
    pub domain: Option<Guid>,
}

impl Executor<'_> {
    /// Gives a run that was broken off to this domain controller: a human says that the one it was begun on does not
    /// come back, and so nothing that it may have done. Where another run waits by now, nothing happens.
    pub fn give_over(&mut self, run: Uuid, here: &Place) -> Result<(), ApplyError> {
        let Some(found) = journal::unfinished(self.store)?.filter(|found| found.id == run) else {
            return Ok(());
        };
        same_domain(&found, here)?;
        let mut plan = plan_of(&found)?;
        let from = mem::replace(&mut plan.header.controller, here.controller.clone());
        let at = (self.clock)();
        self.store.write(self.lock, |writer| {
            journal::give_over(writer, found.id, &plan, from.as_ref(), at)
        })?;
        Ok(())
    }

    /// Finishes the run that was broken off; `None` if there is none.
    ///
    /// At another domain controller than it was begun on, which may not know yet what was done there, it goes on only
    /// with what takes away (S9), and an error says what waits.
    pub fn resume(&mut self, here: &Place) -> Result<Option<Outcome>, ApplyError> {
        let Some(found) = journal::unfinished(self.store)? else {
            return Ok(None);
        };
        let run = found.id;
        same_domain(&found, here)?;
        let plan = plan_of(&found)?;
        let line = Line::new(self.directory, self.pace);
        let mark = self.own_mark(&line)?;
        let mut job = self.take_lease(&line, mark, run, found.started, &plan)?;
        job.outcome.resumed = true;
        job.scope = Scope::of(&plan, here);
        job.orders = self.orders(&found, &plan)?;
        self.carry_out(&line, job).map(Some)
    }

    /// What was ordered since the run was begun, which it must not overrule. An undo is an order itself, and a later
    /// one than a freeze that it met.
    fn orders(&self, found: &Unfinished, plan: &Plan) -> Result<Orders, ApplyError> {
        let (ended, freeze) = self.store.orders()?;
        // What was ordered before it was planned is in the plan itself; so it is where it was made for that person.
        let later = |since: Timestamp| since >= plan.header.now.max(found.started);
        let holds = freeze.filter(|freeze| later(freeze.since) && (self.clock)() < freeze.until);
        let own = |person: &PersonId| match plan.header.only.as_slice() {
            [only] => **only == *person.to_string(),
            _ => false,
        };
        let ended = ended.into_iter();
        let ended = ended.filter(|(person, end)| later(end.since) && !own(person));
        // Whatever the plan says: a no that stands when the run goes on is one.
        let now = (self.clock)();
        let refused = self.store.questions()?.into_iter().filter(|question| {
            let refused = question.asked.refused.as_ref();
            refused.is_some_and(|refused| refused.until > now)
        });
        Ok(Orders {
            refused: refused.map(|question| question.id).collect(),
            ended: ended.map(|(person, _)| person).collect(),
            frozen: holds.is_some() && plan.header.takes_back.is_none(),
        })
    }
}

/// A run goes on in the domain that it was begun in, and in no other.
fn same_domain(found: &Unfinished, here: &Place) -> Result<(), ApplyError> {
    if found.domain == here.domain {
        return Ok(());
    }
    Err(ApplyError::OtherDomain {
        run: found.id,
        planned: found.domain_name.clone(),
    })
}

/// The plan of a run that was broken off.
fn plan_of(found: &Unfinished) -> Result<Plan, ApplyError> {
    file::from_json(&found.plan).map_err(|error| ApplyError::LostPlan {
        run: found.id,
        why: error.to_string(),
    })
}
