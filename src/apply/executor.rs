//! Carries a plan out, and finishes a run that was broken off: the same code for both.
//!
//! The main thread picks what is ready, commits the intents of all of it at once, and hands it to workers; it
//! collects what they report and commits all outcomes that have arrived, with what follows from them for the
//! state, at once. It alone touches the store and the watch. A run that goes on after a crash finds
//! in the journal what is behind it; for each action that was intended and has no outcome it looks in the
//! directory first.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::asking;
use super::attempt::Success;
use super::crew::{Crew, Report, Task};
use super::effect::{Effect, Known};
use super::job::{Job, numbered, password_lost};
use super::journal;
use super::line::Line;
use super::members::{MAX_NAMES, Membership};
use super::pictures::Pictures;
use super::schedule::Schedule;
use super::seen::{Told, Trouble, View};
use super::step::{self, Asked, Steps};
use super::written::write_back;
use super::{
    ApplyError, Author, Boundary, Counts, Handed, Handover, Pace, RunStatus, Situation, Status,
    Watch, precondition,
};
use crate::directory::port::{self, Directory};
use crate::directory::{Dn, Guid};
use crate::hr::port::WriteBack;
use crate::plan::{Action, ActionId, Change, Plan, Target};
use crate::state::{Given, Lock, Store};

/// For how long counts of guards are kept; limits look at the last 24 hours.
const COUNTS_KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(31 * 24);

/// How long a yes may be acted on: if what was approved fails, a later run tries again until then.
const APPROVAL_HOLDS: jiff::SignedDuration = jiff::SignedDuration::from_hours(7 * 24);

/// How long a report is waited for before it is looked whether the lease is to be renewed.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

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
    /// How fast, and how patient.
    pub pace: Pace,
    /// Who gets new passwords.
    pub handover: &'a dyn Handover,
    /// Who asks other systems whether they have done their steps.
    pub steps: &'a dyn Steps,
    /// The photos of the people whom HR has now.
    pub pictures: &'a Pictures,
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
    /// What to do about it, as an act.
    pub mend: Option<&'static str>,
}

/// An action that is behind the run, and what it did.
struct Closed<'p> {
    action: &'p Action,
    ended: Ended,
    success: Option<Success>,
    /// The account whose password nobody got.
    not_handed: Option<Guid>,
    /// What another system said.
    asked: Option<Asked>,
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
        let line = Line::new(self.directory, self.pace);
        let found = self.own_mark(&line)?;
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
            asking::ask(writer, plan, at)?;
            writer.next_generation()?;
            Ok(())
        })?;
        self.at(Boundary::Begun)?;
        let job = match self.take_lease(&line, found, run, at, plan) {
            Err(error @ ApplyError::Refused { .. }) => {
                self.call_off(run, plan, &error.to_string())?;
                return Err(error);
            }
            job => job?,
        };
        self.carry_out(&line, job)
    }

    pub(super) fn carry_out(
        &mut self,
        line: &Line<'_>,
        mut job: Job<'_>,
    ) -> Result<Outcome, ApplyError> {
        let (run, plan) = (job.run, job.plan);
        let view = View::new(run, line, (self.handover, self.steps, self.pictures), plan);
        let progress = journal::progress(self.store, run)?;
        for ((id, action), known) in numbered(plan).zip(&progress) {
            job.set_status(id, known.status);
            if let (Status::Done, Some(object)) = (known.status, known.object) {
                view.note(id, &action.change, object);
            }
        }
        let is_behind = |id: ActionId| is_behind(job.status(id));
        let behind = numbered(plan).filter(|(id, _)| is_behind(*id)).count();
        let mut schedule = Schedule::new(plan, is_behind);
        self.watch.begun(run, plan.actions.len(), behind);
        let workers = self.pace.workers().min(plan.actions.len() - behind);
        if workers > 0 {
            std::thread::scope(|scope| {
                let mut crew = Crew::start(scope, &view, workers).map_err(|error| {
                    let message = format!("no worker could be started: {error}");
                    let source = port::Error::Unreachable { message };
                    ApplyError::Directory { run, source }
                })?;
                let driven = self.drive(&mut job, &view, &mut schedule, &mut crew);
                if driven.is_err() {
                    line.give_up();
                }
                driven
            })?;
        }
        if let Some(left) = job.left() {
            return Err(ApplyError::Elsewhere {
                run,
                done: job.outcome.ended.len(),
                left,
                put_off: job.put_off,
            });
        }
        self.end(line, job)
    }

    /// Hands out and records until nothing is left, or nothing can be done any more.
    fn drive<'p>(
        &mut self,
        job: &mut Job<'p>,
        view: &View<'_>,
        schedule: &mut Schedule,
        crew: &mut Crew<'p>,
    ) -> Result<(), ApplyError> {
        let mut stopped: Option<ApplyError> = None;
        loop {
            if stopped.is_none() {
                stopped = self.keep_lease(view.line, job)?;
            }
            if stopped.is_none() {
                self.hand_out(job, view, schedule, crew)?;
            } else {
                view.line.give_up();
            }
            if crew.is_idle() {
                return stopped.map_or(Ok(()), Err);
            }
            let mut answers = Vec::new();
            for report in crew.collect(LONGEST_WAIT) {
                if let Some(group) = report.group {
                    schedule.free(group);
                }
                answers.extend(report.answers);
            }
            answers.sort_by_key(|(id, _)| *id);
            let run = job.run;
            if let Some(source) = self.take(job, view, schedule, answers)? {
                stopped.get_or_insert(ApplyError::Directory { run, source });
            }
        }
    }

    /// Hands out what is ready while there is room.
    fn hand_out<'p>(
        &mut self,
        job: &mut Job<'p>,
        view: &View<'_>,
        schedule: &mut Schedule,
        crew: &mut Crew<'p>,
    ) -> Result<(), ApplyError> {
        let most = if crew.is_many() { MAX_NAMES } else { 1 };
        while crew.room() > 0 {
            if self.watch.cancelled() {
                schedule.close(|id| job.status(id) == Status::Intended);
            }
            let mut tasks = Vec::new();
            let mut closed = Vec::new();
            let mut held = false;
            for _ in 0..crew.room() {
                let Some(next) = schedule.next(most) else {
                    break;
                };
                let mut task = Task {
                    actions: Vec::new(),
                    group: next.group,
                };
                for id in next.ids {
                    let Some(action) = job.plan.actions.get(id.0 as usize) else {
                        continue;
                    };
                    if job.holds_back(action) {
                        held = true;
                        continue;
                    }
                    let in_doubt = job.status(id) == Status::Intended;
                    self.at(Boundary::BeforeIntent(id))?;
                    let excused = job.excused(id, action);
                    let excused = excused.or_else(|| job.hindered(view, id));
                    let now = (self.clock)();
                    let excused = excused.or_else(|| step::too_early(id, action, now));
                    match excused.filter(|_| !in_doubt) {
                        Some(ended) => closed.push(Closed {
                            action,
                            ended,
                            success: None,
                            not_handed: None,
                            asked: None,
                        }),
                        None => task.actions.push(Membership {
                            id,
                            action,
                            in_doubt,
                        }),
                    }
                }
                if let (true, Some(group)) = (task.actions.is_empty(), task.group) {
                    schedule.free(group);
                }
                if !task.actions.is_empty() {
                    tasks.push(task);
                }
            }
            if tasks.is_empty() && closed.is_empty() {
                if held {
                    continue;
                }
                return Ok(());
            }
            self.intend(job, &tasks, &closed)?;
            self.close(job, view, schedule, closed)?;
            let is_for_hr = |task: &Task<'_>| {
                let mut actions = task.actions.iter();
                actions.any(|one| matches!(one.action.change, Change::WriteBack { .. }))
            };
            let (for_hr, tasks): (Vec<_>, Vec<_>) = tasks.into_iter().partition(is_for_hr);
            for task in tasks {
                crew.hand(task);
            }
            for one in for_hr.iter().flat_map(|task| &task.actions) {
                let answer = write_back(self.hr, view, &one.action.change, one.in_doubt);
                crew.report(Report {
                    group: None,
                    answers: vec![(one.id, answer)],
                });
            }
        }
        Ok(())
    }

    /// Commits the intents of all that is about to be handed out, and the outcome of what is not to be tried.
    fn intend(
        &mut self,
        job: &mut Job<'_>,
        tasks: &[Task<'_>],
        closed: &[Closed<'_>],
    ) -> Result<(), ApplyError> {
        let at = (self.clock)();
        let actions = tasks.iter().flat_map(|task| &task.actions);
        let intended: Vec<(ActionId, &Action)> = actions
            .filter(|one| !one.in_doubt)
            .map(|one| (one.id, one.action))
            .collect();
        if !intended.is_empty() || !closed.is_empty() {
            self.store.write(self.lock, |writer| {
                for closed in closed {
                    job.close(writer, closed.action, &closed.ended, None, at)?;
                }
                for (id, action) in &intended {
                    step::begin(writer, job, action, at)?;
                    journal::intend(writer, job.run, *id, at)?;
                }
                Ok(())
            })?;
        }
        for (id, _) in intended {
            job.set_status(id, Status::Intended);
            self.at(Boundary::Intended(id))?;
        }
        Ok(())
    }

    /// Takes what the workers report; yields what went wrong with the directory, if it is lost.
    fn take(
        &mut self,
        job: &mut Job<'_>,
        view: &View<'_>,
        schedule: &mut Schedule,
        answers: Vec<(ActionId, Result<Success, Trouble>)>,
    ) -> Result<Option<port::Error>, ApplyError> {
        let mut lost = None;
        let mut closed = Vec::new();
        for (id, answer) in answers {
            let Some(action) = job.plan.actions.get(id.0 as usize) else {
                continue;
            };
            let mut not_handed = None;
            let mut asked = None;
            let (ended, success) = match answer {
                Ok(success) => {
                    asked = step::of(action).map(|_| step::answered());
                    self.at(Boundary::Performed(id))?;
                    if success.handed.is_some() {
                        self.at(Boundary::HandedOver(id))?;
                    }
                    let text = match &success.handed {
                        Some(Handed::ToNobody) => Some(PASSWORD_UNKNOWN),
                        Some(Handed::Over | Handed::Told(_)) | None => {
                            success.already.then_some(ALREADY)
                        }
                    };
                    (ended(id, Status::Done, text), Some(success))
                }
                Err(Trouble::Lost(source)) => {
                    lost.get_or_insert(source);
                    continue;
                }
                Err(
                    Trouble::Conflict(told) | Trouble::Failed(told) | Trouble::NotHanded(told, _),
                ) if job.is_elsewhere() => {
                    // What stands in the way may be what has not arrived here yet: the first one decides.
                    job.put_off.push(told_of(id, Status::Intended, told));
                    continue;
                }
                Err(Trouble::NotYet(told, rest)) => {
                    self.at(Boundary::Performed(id))?;
                    let now = (self.clock)();
                    let (ended, came) =
                        step::without_yes(self.store, (id, action), (told, rest), now)?;
                    asked = Some(came);
                    (ended, None)
                }
                Err(Trouble::Refused(told)) => {
                    self.at(Boundary::Performed(id))?;
                    let (ended, came) = step::refused(id, &told);
                    asked = Some(came);
                    (ended, None)
                }
                Err(Trouble::Conflict(told)) => {
                    self.at(Boundary::Performed(id))?;
                    (told_of(id, Status::Conflict, told), None)
                }
                Err(Trouble::Failed(told)) => {
                    self.at(Boundary::Performed(id))?;
                    (told_of(id, Status::Failed, told), None)
                }
                Err(Trouble::NotHanded(told, account)) => {
                    self.at(Boundary::Performed(id))?;
                    not_handed = Some(account);
                    (told_of(id, Status::Failed, told), None)
                }
            };
            closed.push(Closed {
                action,
                ended,
                success,
                not_handed,
                asked,
            });
        }
        self.record(job, &closed)?;
        self.close(job, view, schedule, closed)?;
        Ok(lost)
    }

    /// Commits how actions ended, with all that follows for the state.
    fn record(&mut self, job: &Job<'_>, all: &[Closed<'_>]) -> Result<(), ApplyError> {
        if all.is_empty() {
            return Ok(());
        }
        let at = (self.clock)();
        self.store.write(self.lock, |writer| {
            for closed in all {
                let success = closed.success.as_ref();
                job.close(writer, closed.action, &closed.ended, success, at)?;
                if let Some(asked) = &closed.asked {
                    step::record(writer, job, (closed.action, asked), at)?;
                }
                if let Some(account) = closed.not_handed {
                    password_lost(writer, account, at)?;
                }
                let Some(success) = success else {
                    continue;
                };
                Effect {
                    run: job.run,
                    known: &job.known,
                    action: closed.action,
                    success,
                    at,
                }
                .write(writer)?;
                job.remember_letters(writer, closed.ended.id, success, at)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Puts actions behind the run whose outcome is on disk, and lets go what waited for them.
    fn close(
        &mut self,
        job: &mut Job<'_>,
        view: &View<'_>,
        schedule: &mut Schedule,
        all: Vec<Closed<'_>>,
    ) -> Result<(), ApplyError> {
        for closed in all {
            let Ended { id, status, .. } = closed.ended;
            self.at(Boundary::Recorded(id))?;
            if let Some(success) = closed.success {
                if success
                    .handed
                    .as_ref()
                    .is_some_and(|handed| !handed.is_over())
                {
                    job.outcome.passwords_unknown.push(id);
                }
                view.note(id, &closed.action.change, success.object);
            }
            job.set_status(id, status);
            job.outcome.ended.push(closed.ended);
            schedule.behind(id);
            self.watch.ended(id, status);
        }
        Ok(())
    }

    /// Closes a run that somebody else was faster than, before anything of it was done.
    ///
    /// The generation stays: what the other one does makes this state an older one, and so it has to.
    fn call_off(&mut self, run: Uuid, plan: &Plan, why: &str) -> Result<(), ApplyError> {
        let at = (self.clock)();
        let mut counts = Counts::default();
        let all: Vec<(Ended, &Action)> = numbered(plan)
            .map(|(id, action)| (ended(id, Status::Skipped, Some(why)), action))
            .collect();
        counts.add(
            Status::Skipped,
            u32::try_from(all.len()).unwrap_or(u32::MAX),
        );
        self.store.write(self.lock, |writer| {
            for (ended, action) in &all {
                let ending = journal::Ending {
                    id: ended.id,
                    action,
                    status: ended.status,
                    object: None,
                    text: ended.text.as_deref(),
                    mend: None,
                    formerly: None,
                    already: false,
                };
                journal::close(writer, run, &ending, at)?;
            }
            journal::end(writer, run, RunStatus::Cancelled, counts, at)
        })?;
        Ok(())
    }

    /// Closes the run, what it did not begin included, and writes the baselines that depend on its success.
    fn end(&mut self, line: &Line<'_>, mut job: Job<'_>) -> Result<Outcome, ApplyError> {
        self.at(Boundary::BeforeEnd)?;
        let at = (self.clock)();
        let plan = job.plan;
        for (id, _) in numbered(plan) {
            if !is_behind(job.status(id)) {
                job.outcome.status = RunStatus::Cancelled;
                job.outcome
                    .ended
                    .push(ended(id, Status::Skipped, Some(STOPPED)));
                job.set_status(id, Status::Skipped);
            }
        }
        // In the plan's order, in whatever order they came to their end.
        job.outcome.ended.sort_by_key(|ended| ended.id);
        job.outcome.passwords_unknown.sort_unstable();
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
            job.remember_people(writer, at)?;
            job.give_up_steps(writer, at)?;
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
        self.write_mark(line, Some(job.mark), None)?;
        Ok(job.outcome)
    }

    pub(super) fn at(&mut self, boundary: Boundary) -> Result<(), ApplyError> {
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
            && approval.refused.is_none()
            && ids.contains(&approval.id)
        {
            approval.given = Some(Given {
                by: format!("{}@{}", author.who, author.host).into(),
                at,
                expires,
                because: None,
            });
        }
    }
    Cow::Owned(plan)
}

pub(super) fn ended(id: ActionId, status: Status, text: Option<&str>) -> Ended {
    Ended {
        id,
        status,
        text: text.map(Into::into),
        mend: None,
    }
}

fn told_of(id: ActionId, status: Status, told: Told) -> Ended {
    let Told { text, mend } = told;
    Ended {
        id,
        status,
        text: Some(text),
        mend,
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
