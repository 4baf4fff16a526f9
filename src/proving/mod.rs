//! Proving: the tests of a policy, run.
//!
//! A test is played by the code that does the work: the evaluator, the planner and the executor, on a directory and
//! a state in memory that begin with what the test gives. Between two of its days everything that is due is done, at
//! the instant at which it is, as in a forecast.
//! **Invariant:** nothing real is read or written, no HR is asked, and no plan knows of a test.
//!
//! `scene` makes the people and the directory, `play` lets the days pass, `judge` compares, `why` says which rule is
//! responsible.
//!
//! Begin with [`prove`], then [`Verdict`].

mod judge;
mod play;
mod scene;
mod why;

pub use play::{Failure, Verdict, prove};
