//! Apply: a plan goes in, a changed directory, a journal and a newer state come out.
//!
//! The order is what makes it safe (G8). An action's intent is on disk before its operation is sent; the
//! operation is durable in the directory when it returns; its outcome and what it means for the state are then
//! written in one transaction. So after any crash the journal tells which one operation is in doubt, the
//! directory tells whether it happened, and the run is finished by the same code that began it: every action
//! exactly once, or reported. Every change is conditional on what the plan saw (G3), so what somebody else
//! changed meanwhile is a conflict, never overwritten. Knows the directory through its port alone; reads no
//! clock and prints nothing.
//!
//! Begin with [`Executor`], then [`precondition`], [`journal`] and [`history`].

mod asking;
mod attempt;
mod crew;
mod deed;
mod effect;
mod error;
mod executor;
pub mod forget;
mod handover;
pub mod history;
mod job;
pub mod journal;
mod lease;
mod line;
mod members;
mod pace;
mod password;
mod pictures;
pub mod precondition;
mod resumed;
pub mod roll;
mod schedule;
mod seen;
mod step;
mod touch;
pub mod trail;
mod undone;
mod watch;
mod written;

pub use asking::question_of;
pub use error::ApplyError;
pub use executor::{Ended, Executor, Outcome};
pub use handover::{AssumedHandover, Handed, Handover, Letter, NoHandover, NotHanded, Owner};
pub use history::{ActionRecord, RunDetails, RunRecord};
pub use journal::{Author, Counts, RunStatus, Status, Unfinished};
pub use pace::{MAX_IN_FLIGHT, Pace, Patience};
pub use pictures::Pictures;
pub use precondition::{Refusal, Situation};
pub use resumed::Place;
pub use step::{AssumedSteps, NoSteps, Reply, Steps};
pub use watch::{Boundary, Unwatched, Watch};
