//! The flags of `tenure init`.

use clap::Args;
use std::path::PathBuf;

/// What the help of `tenure init` ends with.
pub(super) const EXAMPLE: &str = "\
Examples:
  tenure init policies             a repository of policies in a new folder
  tenure init                      the same here
  tenure init --rules-only         without hook and pipelines, in a folder of another repository";

/// Flags of `tenure init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// Policy and sample alone, without what stands at the root of a repository
    #[arg(long)]
    pub rules_only: bool,
}
