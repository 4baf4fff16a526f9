//! Carrying out a plan: on the embedded directory, with every kind of change, every conflict and every crash.

mod changes;
mod conflicts;
mod crash;
mod elsewhere;
mod failures;
mod history;
mod kill;
mod lease;
mod mark;
mod members;
mod notices;
mod parallel;
mod patience;
mod plans;
mod precondition;
mod random;
mod world;

pub(crate) use plans::{Plans, attribute, person};
pub(crate) use world::{Faults, World};
