//! `tenure`: HR data and policies in, a reviewable plan for Active Directory out.
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
pub mod archive;
pub mod cli;
pub mod diagnostic;
pub mod directory;
pub mod forecast;
pub mod hr;
pub mod notice;
pub mod personio;
pub mod personio_sim;
pub mod plan;
pub mod policy;
pub mod proving;
pub mod pseudonym;
pub mod review;
pub mod state;
pub mod syntax;
pub mod text;
pub mod workspace;
