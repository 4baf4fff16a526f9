//! The flags of the commands that look back: the audit trail, who was where, what is kept of whom.

use super::Format;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// How many hexadecimal digits the hash of an entry has.
const HASH_DIGITS: usize = 64;

/// What to do with the audit trail.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Whether the trail is whole: no entry changed, missing or slipped in
    #[command(after_help = VERIFY_EXAMPLE)]
    Verify(VerifyArgs),
    /// The trail as JSON lines or CSV: who did what, when, why and with which outcome
    #[command(after_help = EXPORT_EXAMPLE)]
    Export(ExportArgs),
    /// Puts into the archive what is not there yet, as every run does at its end
    #[command(after_help = ARCHIVE_EXAMPLE)]
    Archive,
}

const ARCHIVE_EXAMPLE: &str = "\
Example:
  tenure audit archive
`[archive]` in tenure.toml says where that is. `tenure audit verify --archive` tells whether it is whole.
docs/audit.md tells the rest.";

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
    #[arg(long, value_name = "DIGEST", value_parser = hash, conflicts_with = "archive")]
    pub head: Option<String>,
    /// The archive instead, by itself and against the trail of the state
    #[arg(long)]
    pub archive: bool,
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

const EXPORT_EXAMPLE: &str = "\
Examples:
  tenure audit export --format csv --from 2026-01-01 --until 2026-03-31 -o quarter.csv
  tenure audit export --person 4711
  tenure audit export --group SG-Finance --run last
docs/audit.md tells the fields.";

/// Flags of `tenure audit export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// How to write it
    #[arg(long, value_enum, default_value_t = ExportFormat::Json)]
    pub format: ExportFormat,
    /// Not what happened before this day or instant
    #[arg(long, value_name = "DATE")]
    pub from: Option<String>,
    /// Not what happened after this day or instant
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// What was done to this person, by HR key
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,
    /// Who got into this group or out of it; by its name or DN
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// One run, by its id or the beginning of it; `last` is the latest
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Write it into a file, whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// How to write the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// An object on each line, for machines
    Json,
    /// For a spreadsheet, a line for each change
    Csv,
}

/// What the help of `tenure who` ends with.
pub(super) const WHO_EXAMPLE: &str = "\
Examples:
  tenure who SG-Finance
  tenure who SG-Finance --on 2026-01-31
What hands did between two runs is not known, and the answer says where it matters. docs/audit.md tells the rest.";

/// Flags of `tenure who`.
#[derive(Debug, Args)]
pub struct WhoArgs {
    /// The group, by its name or DN
    pub group: String,
    /// Who was in it on this day, at any time of it, or at this instant [default: who is in it now]
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = WhoFormat::Human)]
    pub format: WhoFormat,
}

/// How to print who is in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhoFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a spreadsheet
    Csv,
}

/// What the help of `tenure forget` ends with.
pub(super) const FORGET_EXAMPLE: &str = "\
Example:
  tenure forget 4711 --because \"request of 2 March\"
docs/audit.md tells what goes and what stays.";

/// Flags of `tenure forget`.
#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The person, by HR key
    pub person: String,
    /// Why; it stays on the trail for ever, so it should name nobody
    #[arg(long, value_name = "REASON")]
    pub because: Option<String>,
    /// Also somebody who is still in HR or still has an account
    #[arg(long, short)]
    pub yes: bool,
}

/// What the help of `tenure privacy` ends with.
pub(super) const PRIVACY_EXAMPLE: &str = "\
Example:
  tenure privacy --format markdown > record-of-processing.md
It is read from the policy alone: no person, no directory. docs/audit.md tells the rest.";

/// Flags of `tenure privacy`.
#[derive(Debug, Args)]
pub struct PrivacyArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t = PrivacyFormat::Human)]
    pub format: PrivacyFormat,
}

/// How to print the record of processing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PrivacyFormat {
    /// For people at a terminal
    Human,
    /// For machines
    Json,
    /// For a works council
    Markdown,
}
