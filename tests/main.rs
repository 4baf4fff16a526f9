//! The integration tests, one binary; a module each topic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    clippy::format_push_string,
    reason = "a failed test may panic"
)]

mod apply;
mod check;
mod cli;
mod contract;
mod diagnostic;
mod dice;
mod directory;
mod docs;
mod domain;
mod example;
mod faulty;
mod hr;
mod lints;
mod personio;
mod personio_live;
mod personio_sim;
mod pipeline;
mod plan;
mod policy;
mod proofs;
mod rounds;
mod scenarios;
mod state;
mod syntax;
mod tidy;
mod view;
mod workspace;
mod years;

/// Whether the full counts are asked for, with `TENURE_LONG`; the usual run takes a sample.
fn is_long() -> bool {
    std::env::var_os("TENURE_LONG").is_some()
}
