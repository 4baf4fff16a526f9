//! The flags of `tenure fmt`.

use crate::diagnostic::render::Machine;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What the help of `tenure fmt` ends with.
pub(super) const EXAMPLE: &str = "\
Examples:
  tenure fmt                       the policy of the nearest tenure.toml
  tenure fmt --check               what would change, as a diff; exit code 1 if anything would
  tenure fmt - < groups.tenure     standard input to standard output";

/// Flags of `tenure fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files, or folders with `*.tenure` files; `-` is standard input [default: the policy, as configured]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; show what would change, and end with exit code 1 if anything would
    #[arg(long)]
    pub check: bool,
    /// With `--check`: how to print what would change
    #[arg(long, value_enum, default_value_t = FmtFormat::Human, requires = "check")]
    pub format: FmtFormat,
}

/// How to print what would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FmtFormat {
    /// As a diff
    Human,
    /// For machines
    Json,
    /// For GitHub code scanning, and whatever else reads SARIF 2.1.0
    Sarif,
    /// For the log of a GitHub workflow: annotations
    Github,
    /// For GitLab: a code quality report
    Gitlab,
    /// For what reads reports of tests, in XML
    Junit,
}

impl FmtFormat {
    /// The format of it that other programs read.
    pub(in crate::cli) fn machine(self) -> Option<Machine> {
        match self {
            Self::Human => None,
            Self::Json => Some(Machine::Json),
            Self::Sarif => Some(Machine::Sarif),
            Self::Github => Some(Machine::Github),
            Self::Gitlab => Some(Machine::Gitlab),
            Self::Junit => Some(Machine::Junit),
        }
    }
}
