//! The flags of `tenure test`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What the help of `tenure test` ends with.
pub(super) const EXAMPLE: &str = "\
Examples:
  tenure test                        every test of the policy
  tenure test --only taken           those whose name has `taken`
  tenure test --coverage             and which rules and conditions they reach
  tenure test --format junit         for a build server";

/// Flags of `tenure test`.
#[derive(Debug, Clone, Args)]
pub struct TestArgs {
    /// The folder of the policy [default: as configured]
    pub path: Option<PathBuf>,
    /// How to print what came of it
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub format: TestFormat,
    /// Only tests whose name has this text, in whatever case
    #[arg(long, value_name = "TEXT", visible_alias = "filter")]
    pub only: Option<String>,
    /// Also say which rules and conditions were reached
    #[arg(long)]
    pub coverage: bool,
    /// Also print the policy with counts before each line that decides
    #[arg(long)]
    pub coverage_source: bool,
    /// End with exit code 1 if less than so many percent were reached
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub coverage_threshold: Option<u8>,
}

/// How to print what came of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// With the source, for people
    Human,
    /// For machines
    Json,
    /// As build servers read it
    Junit,
    /// The Test Anything Protocol, version 13
    Tap,
}
