//! Carries a plan out, and finishes a run that was broken off: the same code for both.
//!
//! Per action: its intent is committed, the directory is looked at, the operation is done, its outcome and what
//! follows for the state are committed. A run that goes on after a crash finds in the journal what is behind it;
//! for the one action that was intended and has no outcome it looks in the directory first.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::attempt::{Success, attempt};
use super::effect::{Effect, Known};
use super::job::{Job, numbered};
use super::journal;
use super::seen::Trouble;
use super::{
    ApplyError, Author, Boundary, Counts, Handed, Handover, RunStatus, Situation, Status, Watch,
    precondition,
};
use crate::directory::port::Directory;
use crate::directory::{Dn, Guid};
use crate::hr::port::WriteBack;
use crate::plan::{Action, ActionId, Change, Plan, Target, file};
use crate::state::mark::{self, Foreign, Found, Lease, Mark};
use crate::state::{Given, Lock, Store};

/// For how long counts of guards are kept; limits look at the last 24 hours.
const COUNTS_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(31 * 24);

/// How long a yes may be acted on: if what was approved fails, a later run tries again until then.
const APPROVAL_HOLDS: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// Said of a password that nobody got.
const PASSWORD_UNKNOWN: &str =
    "a random password was set that nobody knows: set another before the first logon";

/// Said of what somebody else did first.
const ALREADY: &str = "it was so already";

/// Said of what was not begun when somebody stopped the run.
const STOPPED: &str = "the run was stopped";

/// Everything that carrying out a plan needs.
#[expect(
    missing_debug_implementations,
    reason = "it holds whatever watches and hands over"
)]
pub struct Executor<'a> {
    /// Journal and state.
    pub store: &'a mut Store,
    /// The right to write them.
    pub lock: &'a Lock,
    /// What is changed.
    pub directory: &'a dyn Directory,
    /// Who takes values that are written back to HR.
    pub hr: &'a dyn WriteBack,
    /// Below which names it may be written; the mark of the state stands below the first.
    pub bases: &'a [Dn],
    /// Takes the directory over from whatever state it belonged to, for `match --rebuild`.
    pub takes_over: bool,
    /// Who gets new passwords.
    pub handover: &'a mut dyn Handover,
    /// Who follows the run.
    pub watch: &'a mut dyn Watch,
    /// What time it is, by our own clock.
    pub clock: &'a dyn Fn() -> Timestamp,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which run.
    pub run: Uuid,
    /// Finished or cancelled.
    pub status: RunStatus,
    /// How its actions ended.
    pub counts: Counts,
    /// Each action that this call brought to an end, in order.
    pub ended: Vec<Ended>,
    /// Actions that set a password which nobody got.
    pub passwords_unknown: Vec<ActionId>,
    /// How many notices became due.
    pub notices: usize,
    /// It was begun earlier, and finished now.
    pub resumed: bool,
}

/// How an action ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Which.
    pub id: ActionId,
    /// How.
    pub status: Status,
    /// Why it did not succeed, or what to know of it.
    pub text: Option<String>,
}

impl Executor<'_> {
    /// Carries out a plan, after a last look whether it may be.
    pub fn apply(
        &mut self,
        plan: &Plan,
        situation: &Situation<'_>,
        author: &Author,
    ) -> Result<Outcome, ApplyError> {
        if let Some(run) = journal::unfinished(self.store)? {
            return Err(ApplyError::Unfinished {
                run: run.id,
                started: run.started,
                who: run.who,
            });
        }
        let found = self.own_mark()?;
        precondition::check(plan, situation)
            .map_err(|refusals| ApplyError::Refused { refusals })?;
        let plan = approved(plan, situation.approved, author, (self.clock)());
        let plan: &Plan = &plan;
        self.at(Boundary::BeforeBegin)?;
        let run = Uuid::now_v7();
        let at = (self.clock)();
        let adopted: BTreeSet<Guid> = plan.actions.iter().filter_map(adopts).collect();
        let known = Known::new(&plan.memory);
        self.store.write(self.lock, |writer| {
            journal::begin(writer, run, plan, author, at)?;
            if let Some(domain) = plan.header.domain {
                writer.set_domain(domain, &plan.header.domain_name)?;
            }
            known.write_all_but(&adopted, writer)?;
            writer.set_open_accounts(&plan.memory.open_since)?;
            for (digest, since) in &plan.memory.exceptions_seen {
                writer.see_exception(digest, *since)?;
            }
            let asked = plan.actions.iter().filter_map(|action| {
                let approval = action.approval.as_ref()?;
                Some((approval, action.person.as_ref()))
            });
            if plan.header.takes_back.is_none() {
                writer.drop_approvals(asked.clone().map(|(approval, _)| &*approval.id), at)?;
            }
            for (approval, person) in asked {
                let given = approval.given.as_ref();
                writer.ask(&approval.id, person, approval.asked, given)?;
            }
            writer.next_generation()?;
            Ok(())
        })?;
        self.at(Boundary::Begun)?;
        let lease = Lease::new(run, at, &author.who, &author.host);
        let mark = self.mark(found.as_ref(), Some(lease))?;
        self.carry_out(Job::new(run, plan, (self.directory, self.hr), mark))
    }

    /// Finishes the run that was broken off; `None` if there is none. `domain` is that of the directory.
    pub fn resume(&mut self, domain: Option<Guid>) -> Result<Option<Outcome>, ApplyError> {
        let Some(found) = journal::unfinished(self.store)? else {
            return Ok(None);
        };
        let run = found.id;
        if found.domain != domain {
            return Err(ApplyError::OtherDomain {
                run,
                planned: found.domain_name,
            });
        }
        let plan = file::from_json(&found.plan).map_err(|error| ApplyError::LostPlan {
            run,
            why: error.to_string(),
        })?;
        let mark = self.own_mark()?;
        let lease = Lease::new(run, found.started, &found.who, &found.host);
        let mark = self.mark(mark.as_ref(), Some(lease))?;
        let mut job = Job::new(run, &plan, (self.directory, self.hr), mark);
        job.outcome.resumed = true;
        self.carry_out(job).map(Some)
    }

    /// Says in the directory that no run is at work, where one that was killed after its end could not (S5).
    pub fn release(&mut self) -> Result<(), ApplyError> {
        let found = self.own_mark()?;
        let lease = |found: &Found| found.mark.as_ref()?.lease.clone();
        if found.as_ref().and_then(lease).is_some() && journal::unfinished(self.store)?.is_none() {
            self.mark(found.as_ref(), None)?;
        }
        Ok(())
    }

    /// The mark of the directory, if it is this state's or may be taken over; none if there is none.
    fn own_mark(&self) -> Result<Option<Found>, ApplyError> {
        let lost = |source| ApplyError::Mark { source };
        let found = Found::in_directory(self.directory, self.bases).map_err(lost)?;
        let Some(mark) = found.as_ref().filter(|_| !self.takes_over) else {
            return Ok(found);
        };
        let state = self.store.identity()?;
        let refused = |foreign: Foreign| ApplyError::Refused {
            refusals: vec![foreign.into()],
        };
        mark.belongs_to(state.id, state.generation)
            .map_err(refused)?;
        let lease = mark.mark.as_ref().and_then(|mark| mark.lease.as_ref());
        if let Some(lease) = lease
            && !journal::knows(self.store, lease.run)?
        {
            let lease = lease.clone();
            return Err(refused(Foreign::Held { lease }));
        }
        Ok(found)
    }

    /// Writes the state's id and generation, as they are in the store, into the directory (S5).
    ///
    /// The store always goes first: killed in between it is newer than its mark, which is as good.
    fn mark(&mut self, found: Option<&Found>, lease: Option<Lease>) -> Result<Found, ApplyError> {
        let state = self.store.identity()?;
        let mark = Mark {
            state: state.id,
            generation: state.generation,
            lease,
        };
        let at = match mark.lease {
            Some(_) => Boundary::Marked,
            None => Boundary::Unmarked,
        };
        let written = mark::write(self.directory, self.bases, found, &mark)
            .map_err(|source| ApplyError::Mark { source })?;
        self.at(at)?;
        Ok(written)
    }

    fn carry_out(&mut self, mut job: Job<'_>) -> Result<Outcome, ApplyError> {
        let (run, plan) = (job.run, job.plan);
        job.catch_up(&journal::progress(self.store, run)?);
        let behind = job
            .statuses
            .iter()
            .filter(|status| is_behind(**status))
            .count();
        self.watch.begun(run, plan.actions.len(), behind);
        for (id, action) in numbered(plan) {
            if is_behind(job.status(id)) {
                continue;
            }
            if job.status(id) == Status::Pending && self.watch.cancelled() {
                job.outcome.status = RunStatus::Cancelled;
                break;
            }
            self.one(&mut job, id, action)?;
        }
        self.end(job)
    }

    /// Brings one action to its end.
    fn one(&mut self, job: &mut Job<'_>, id: ActionId, action: &Action) -> Result<(), ApplyError> {
        let run = job.run;
        let in_doubt = job.status(id) == Status::Intended;
        self.at(Boundary::BeforeIntent(id))?;
        if !in_doubt {
            if job.waits(id) {
                return self.record(job, action, ended(id, Status::Waiting, None), None);
            }
            if let Some(needed) = job.unmet(action) {
                let text = format!("action {} did not succeed", needed.0);
                return self.record(job, action, ended(id, Status::Skipped, Some(&text)), None);
            }
            let at = (self.clock)();
            self.store
                .write(self.lock, |writer| journal::intend(writer, run, id, at))?;
            self.at(Boundary::Intended(id))?;
        }
        let (ended, success) = match attempt(&job.view, action, in_doubt, self.handover) {
            Ok(success) => {
                let text = match success.handed {
                    Some(Handed::ToNobody) => Some(PASSWORD_UNKNOWN),
                    Some(Handed::Over) | None => success.already.then_some(ALREADY),
                };
                (ended(id, Status::Done, text), Some(success))
            }
            Err(Trouble::Conflict(text)) => (ended(id, Status::Conflict, Some(&text)), None),
            Err(Trouble::Failed(text)) => (ended(id, Status::Failed, Some(&text)), None),
            Err(Trouble::Lost(source)) => return Err(ApplyError::Directory { run, source }),
        };
        self.at(Boundary::Performed(id))?;
        self.record(job, action, ended, success)
    }

    /// Commits how an action ended, with all that follows for the state.
    fn record(
        &mut self,
        job: &mut Job<'_>,
        action: &Action,
        ended: Ended,
        success: Option<Success>,
    ) -> Result<(), ApplyError> {
        let at = (self.clock)();
        let (id, status) = (ended.id, ended.status);
        self.store.write(self.lock, |writer| {
            job.close(writer, action, &ended, success.as_ref(), at)?;
            let Some(success) = &success else {
                return Ok(());
            };
            let known = &job.known;
            Effect {
                run: job.run,
                known,
                action,
                success,
                at,
            }
            .write(writer)
        })?;
        self.at(Boundary::Recorded(id))?;
        if let Some(success) = success {
            if success.handed == Some(Handed::ToNobody) {
                job.outcome.passwords_unknown.push(id);
            }
            job.note(id, action, success.object);
        }
        job.set_status(id, status);
        job.outcome.ended.push(ended);
        self.watch.ended(id, status);
        Ok(())
    }

    /// Closes the run, what it did not begin included, and writes the baselines that depend on its success.
    fn end(&mut self, mut job: Job<'_>) -> Result<Outcome, ApplyError> {
        self.at(Boundary::BeforeEnd)?;
        let at = (self.clock)();
        let plan = job.plan;
        for (id, _) in numbered(plan) {
            if !is_behind(job.status(id)) {
                job.outcome
                    .ended
                    .push(ended(id, Status::Skipped, Some(STOPPED)));
                job.set_status(id, Status::Skipped);
            }
        }
        for status in &job.statuses {
            job.outcome.counts.add(*status, 1);
        }
        self.store.write(self.lock, |writer| {
            for stopped in job
                .outcome
                .ended
                .iter()
                .filter(|ended| ended.text.as_deref() == Some(STOPPED))
            {
                if let Some(action) = plan.actions.get(stopped.id.0 as usize) {
                    job.close(writer, action, stopped, None, at)?;
                }
            }
            job.remember_people(writer)?;
            let due = job.remember_notices(writer, at)?;
            job.outcome.notices = due;
            let Outcome {
                run,
                status,
                counts,
                ..
            } = job.outcome;
            // A run for a few people says nothing of what the others have been told (S19).
            // Nor does one that takes a run back.
            let whole = plan.header.only.is_empty() && plan.header.takes_back.is_none();
            if status == RunStatus::Finished && whole {
                writer.set_baseline(&plan.header.policy, plan.memory.people_read)?;
                let sources = plan.header.sources.iter();
                let keys = plan.memory.notices.known.iter();
                writer.set_notices_known(keys.map(|key| &**key))?;
                writer.set_sources_read(sources.map(|source| (&*source.name, source.records)))?;
                for (word, count) in &plan.memory.counts {
                    writer.count(run, word, at, *count)?;
                }
            }
            for account in job.not_disabled() {
                writer.set_failed(account, at)?;
            }
            if let Ok(old) = at.checked_sub(COUNTS_KEPT) {
                writer.drop_counts_before(old)?;
            }
            journal::end(writer, run, status, counts, at)?;
            writer.next_generation()?;
            Ok(())
        })?;
        self.at(Boundary::Ended)?;
        self.mark(Some(&job.mark), None)?;
        Ok(job.outcome)
    }

    fn at(&mut self, boundary: Boundary) -> Result<(), ApplyError> {
        if self.watch.at(boundary).is_break() {
            return Err(ApplyError::BrokenOff { boundary });
        }
        Ok(())
    }
}

/// The plan with the yes that was given for this run (S19): from now on the plan itself says who gave it.
fn approved<'p>(plan: &'p Plan, ids: &[Arc<str>], author: &Author, at: Timestamp) -> Cow<'p, Plan> {
    if ids.is_empty() {
        return Cow::Borrowed(plan);
    }
    let mut plan = plan.clone();
    let expires = at.checked_add(APPROVAL_HOLDS).unwrap_or(Timestamp::MAX);
    for action in &mut plan.actions {
        if let Some(approval) = &mut action.approval
            && approval.given.is_none()
            && ids.contains(&approval.id)
        {
            approval.given = Some(Given {
                by: format!("{}@{}", author.who, author.host).into(),
                at,
                expires,
            });
        }
    }
    Cow::Owned(plan)
}

fn ended(id: ActionId, status: Status, text: Option<&str>) -> Ended {
    Ended {
        id,
        status,
        text: text.map(Into::into),
    }
}

/// The account that an action adopts, where it exists.
fn adopts(action: &Action) -> Option<Guid> {
    let Change::Adopt {
        account: Target::Existing { guid, .. },
        ..
    } = &action.change
    else {
        return None;
    };
    Some(*guid)
}

fn is_behind(status: Status) -> bool {
    match status {
        Status::Pending | Status::Intended => false,
        Status::Done | Status::Failed | Status::Conflict | Status::Skipped | Status::Waiting => {
            true
        }
    }
}
