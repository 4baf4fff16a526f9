//! The workers: a fixed number of threads that do what they are handed, and report.
//!
//! They see the directory and nothing else. Whoever hands out keeps the journal, and everything that is in their
//! hands has its intent on disk. Beside what they work at, each finds one more thing to do while the journal is
//! written; a single worker does not, so that with one operation in flight everything waits for everything.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, Scope};
use std::time::Duration;

use super::attempt::attempt;
use super::members::{Answers, Membership, attempt_all};
use super::schedule::GroupNumber;
use super::seen::{Trouble, View};
use crate::directory::port::Error;
use crate::plan::ActionId;

/// Something to do.
pub(super) struct Task<'p> {
    /// One action, or memberships of one group.
    pub(super) actions: Vec<Membership<'p>>,
    /// That group.
    pub(super) group: Option<GroupNumber>,
}

/// What became of a task.
pub(super) struct Report {
    pub(super) group: Option<GroupNumber>,
    /// What became of each of its actions.
    pub(super) answers: Answers,
}

/// The workers of a run.
pub(super) struct Crew<'p> {
    tasks: Sender<Task<'p>>,
    reports: Receiver<Report>,
    /// What was done without a worker.
    own: Vec<Report>,
    workers: usize,
    /// How many tasks are in their hands.
    owed: usize,
}

impl<'p> Crew<'p> {
    /// Starts so many workers, or as many as the system gives.
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        view: &'scope View<'scope>,
        wanted: usize,
    ) -> io::Result<Self>
    where
        'p: 'scope,
    {
        let (tasks, waiting) = channel::<Task<'p>>();
        let (to, reports) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut workers = 0;
        while workers < wanted {
            let (waiting, to) = (Arc::clone(&waiting), to.clone());
            let started = Builder::new()
                .name(format!("worker {workers}"))
                .spawn_scoped(scope, move || work(view, &waiting, &to));
            match started {
                Ok(_) => workers += 1,
                Err(error) if workers == 0 => return Err(error),
                Err(_) => break,
            }
        }
        Ok(Self {
            tasks,
            reports,
            own: Vec::new(),
            workers,
            owed: 0,
        })
    }

    /// How many more tasks may be handed out.
    pub(super) fn room(&self) -> usize {
        let most = if self.workers == 1 {
            1
        } else {
            self.workers.saturating_mul(2)
        };
        most.saturating_sub(self.owed)
    }

    /// Whether memberships are handed out together.
    pub(super) fn is_many(&self) -> bool {
        self.workers > 1
    }

    /// Whether everything that was handed out is reported.
    pub(super) fn is_idle(&self) -> bool {
        self.owed == 0
    }

    /// Hands out a task.
    pub(super) fn hand(&mut self, task: Task<'p>) {
        self.owed += 1;
        if let Err(task) = self.tasks.send(task) {
            self.own.push(dropped(task.0));
        }
    }

    /// Takes a report of what was done without a worker.
    pub(super) fn report(&mut self, report: Report) {
        self.owed += 1;
        self.own.push(report);
    }

    /// All reports that have arrived; waits for one, but no longer than that.
    pub(super) fn collect(&mut self, longest: Duration) -> Vec<Report> {
        let mut reports = std::mem::take(&mut self.own);
        if reports.is_empty() && self.owed > 0 {
            match self.reports.recv_timeout(longest) {
                Ok(report) => reports.push(report),
                Err(RecvTimeoutError::Timeout) => {}
                // All workers are gone, and what brought them down comes up as soon as they are joined.
                Err(RecvTimeoutError::Disconnected) => self.owed = 0,
            }
        }
        reports.extend(self.reports.try_iter());
        self.owed = self.owed.saturating_sub(reports.len());
        reports
    }
}

/// Works until nothing is handed out any more.
fn work(view: &View<'_>, waiting: &Mutex<Receiver<Task<'_>>>, to: &Sender<Report>) {
    loop {
        let task = {
            let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.recv()
        };
        let Ok(task) = task else {
            return;
        };
        let mut debt = Debt {
            to,
            task: Some(task),
        };
        let Some(task) = &debt.task else {
            return;
        };
        // What is not begun when the run stops stays in doubt: whoever goes on looks it up.
        if view.line.is_given_up() {
            continue;
        }
        let answers = match task.actions.as_slice() {
            [one] => vec![(one.id, attempt(view, (one.id, one.action), one.in_doubt))],
            _ => attempt_all(view, task.actions.clone()),
        };
        debt.pay(answers);
    }
}

/// A task that must be reported, whatever happens to its worker.
struct Debt<'a, 'p> {
    to: &'a Sender<Report>,
    task: Option<Task<'p>>,
}

impl Debt<'_, '_> {
    fn pay(&mut self, answers: Answers) {
        if let Some(task) = self.task.take() {
            // Nobody listens any more where the run was broken off.
            let _ = self.to.send(Report {
                group: task.group,
                answers,
            });
        }
    }
}

impl Drop for Debt<'_, '_> {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            let _ = self.to.send(dropped(task));
        }
    }
}

/// The report of a task of which nobody knows what became of it.
fn dropped(task: Task<'_>) -> Report {
    let lost = |one: Membership<'_>| -> (ActionId, _) {
        let message = "the run was given up before it was done".to_owned();
        (one.id, Err(Trouble::Lost(Error::Unreachable { message })))
    };
    Report {
        group: task.group,
        answers: task.actions.into_iter().map(lost).collect(),
    }
}
