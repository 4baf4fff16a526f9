//! The flags of the commands that look back: the audit trail, who was where, what is kept of whom.

use super::Format;
use clap::{Args, Subcommand};

/// How many hexadecimal digits the hash of an entry has.
const HASH_DIGITS: usize = 64;

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Whether the trail is whole: no entry changed, missing or slipped in
    #[command(after_help = VERIFY_EXAMPLE)]
    Verify(VerifyArgs),
}

const VERIFY_EXAMPLE: &str = "\
Example:
  tenure audit verify
prints the head of the trail. Keep it where nobody who can write the state can write; later
  tenure audit verify --head 5d1f…
tells whether everything up to there is still on the trail: that the end was cut off is found by this alone.
docs/audit.md tells the rest.";

/// Flags of `tenure audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// A head that was written down earlier: the trail must still contain it
    #[arg(long, value_name = "DIGEST", value_parser = hash)]
    pub head: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// The hash of an entry, whole: a part of it would prove less.
fn hash(text: &str) -> Result<String, String> {
    let digits = text.len() == HASH_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("a head has {HASH_DIGITS} hexadecimal digits"))
    }
}
