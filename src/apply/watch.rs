//! What watches a run: the progress bar, Ctrl-C, and tests that crash it.

use std::ops::ControlFlow;

use uuid::Uuid;

use super::Status;
use crate::plan::ActionId;

/// Somebody who follows a run.
pub trait Watch {
    /// The run begins, or goes on, with so many actions of which so many are already behind it.
    fn begun(&mut self, _run: Uuid, _actions: usize, _behind: usize) {}

    /// An action is behind us.
    fn ended(&mut self, _action: ActionId, _status: Status) {}

    /// Whether to stop after the operations in flight; what is not begun is then skipped.
    fn cancelled(&self) -> bool {
        false
    }

    /// Between any two steps. To break is to crash: nothing more is done or written, as if the process had
    /// been killed here.
    fn at(&mut self, _boundary: Boundary) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// A place between two steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Boundary {
    /// Nothing is written yet.
    BeforeBegin,
    /// The run stands in the journal.
    Begun,
    /// The directory says that this run is at work, for the first time or for longer.
    Marked,
    /// Nothing says yet that this action is about to happen.
    BeforeIntent(ActionId),
    /// Its intent is on disk; the operation is not in the hands of a worker yet.
    Intended(ActionId),
    /// A worker reports its operation as done, or refused; nothing on disk says so yet.
    Performed(ActionId),
    /// The password that it set is handed over; nothing says so yet.
    HandedOver(ActionId),
    /// Its outcome is on disk.
    Recorded(ActionId),
    /// All actions are behind us; the run is not closed.
    BeforeEnd,
    /// The run is closed.
    Ended,
    /// The directory says that no run is at work.
    Unmarked,
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}
