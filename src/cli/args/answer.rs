//! The flags of the commands by which people answer what waits for approval.

use super::Format;
use clap::Args;

/// Flags of `tenure approvals`.
#[derive(Debug, Args)]
pub struct ApprovalsArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What the help of `tenure approve` ends with.
pub(super) const APPROVE_EXAMPLE: &str = "\
Example:
  tenure approvals
  tenure approve 4f0c2a91b7de --because \"talked to the head of finance\"
It is a yes to exactly what was shown. docs/approvals.md tells the rest.";

/// Flags of `tenure approve`.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// To what, by the ids that `tenure approvals` shows
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    /// Why; it stands in every plan while the answer holds, and on the audit trail
    #[arg(long, value_name = "REASON")]
    pub because: String,
    /// Until when the answer holds, at most 90 days [default: a yes 7 days, a no 90 days]
    #[arg(long, value_name = "INSTANT")]
    pub until: Option<String>,
}

/// What the help of `tenure reject` ends with.
pub(super) const REJECT_EXAMPLE: &str = "\
Examples:
  tenure reject 4f0c2a91b7de --because \"she stays with us\"
  tenure reject 4f0c2a91b7de --lift --because \"she does not\"
What was rejected is not asked for, and every plan shows it. docs/approvals.md tells the rest.";

/// Flags of `tenure reject`.
#[derive(Debug, Args)]
pub struct RejectArgs {
    /// To what, why, and until when.
    #[command(flatten)]
    pub answer: AnswerArgs,
    /// Take the no back: it is asked again
    #[arg(long, conflicts_with = "until")]
    pub lift: bool,
}
