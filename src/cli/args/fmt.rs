//! The flags of `tenure fmt`.

use clap::Args;
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
}
