//! `tenure`: HR data and policies in, a reviewable plan for Active Directory out.
//!
//! Who has which account, from the day before someone's first day to long after the last, is written down
//! as a policy. This crate compiles it ([`syntax`], [`policy`]), reads people ([`hr`], [`personio`]) and a
//! directory ([`directory`]), makes a plan ([`plan`](mod@plan)) and carries it out ([`apply`]), remembering what it did
//! ([`state`]). `ARCHITECTURE.md` is the map.
//!
//! **Invariant:** [`syntax`], [`policy`] and [`plan`](mod@plan) do no I/O, read no clock and cannot fail.
//!
//! **Invariant:** a plan is a pure function of policy, people, directory, state and an instant.
//!
//! **Invariant:** nothing is written that a plan did not show; the dry run is the same code.
//!
//! **Invariant:** absence is not a leaver.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::wildcard_enum_match_arm,
        reason = "a failed test may panic"
    )
)]

pub mod apply;
pub mod cli;
pub mod diagnostic;
pub mod directory;
pub mod hr;
pub mod personio;
pub mod plan;
pub mod policy;
pub mod state;
pub mod syntax;
pub mod text;
pub mod workspace;
