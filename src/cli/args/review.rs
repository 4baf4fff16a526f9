//! The flags of the commands that show what a policy does to real people: snapshot, query, diff.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What the help of `tenure snapshot` ends with.
pub(super) const SNAPSHOT_EXAMPLE: &str = "\
Examples:
  tenure snapshot -o snapshot --with-sensitive
  tenure snapshot -o snapshot --pseudonymise /etc/tenure/pseudonyms.key --with-sensitive
  tenure diff main --snapshot snapshot
A snapshot is personal data, with pseudonyms too. docs/policies-as-code.md tells the rest.";

/// Flags of `tenure snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The folder to write; an earlier snapshot in it is replaced
    #[arg(long, short, value_name = "DIR", default_value = "snapshot")]
    pub output: PathBuf,
    /// Leave this field out: an optional one of `person`, or an attribute of the directory
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    pub without: Vec<String>,
    /// Keep fields that are sensitive, which the rules read; that it was done is kept on the trail
    #[arg(long)]
    pub with_sensitive: bool,
    /// Put other names, numbers and addresses in the place of the real ones, the same each time, by the key in this
    /// file, which lies outside of the policy's repository; one that is not there is made
    #[arg(long, value_name = "KEYFILE")]
    pub pseudonymise: Option<PathBuf>,
}

/// What the help of `tenure query` ends with.
pub(super) const QUERY_EXAMPLE: &str = "\
Examples:
  tenure query 'office == \"Berlin\" and department is missing'
  tenure query 'status == \"leave\"' --columns id,last_name,stage --format csv";

/// Flags of `tenure query`.
#[derive(Debug, Args)]
pub struct QueryArgs {
    /// A condition of the policy's language: whoever meets it is listed
    pub condition: String,
    /// Which fields, and `stage` [default: the key, and what the condition reads]
    #[arg(long, value_name = "FIELDS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// As of another instant
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
    /// Ask for sensitive HR values and show them, on a terminal alone; that it was done is kept on the trail
    #[arg(long)]
    pub reveal: bool,
}

/// How to print rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// For people
    Table,
    /// For a spreadsheet
    Csv,
    /// For machines
    Json,
}

/// What the help of `tenure diff` ends with.
pub(super) const DIFF_EXAMPLE: &str = "\
Examples:
  tenure diff main
  tenure diff origin/main --snapshot snapshot --format markdown --max-affected 5%
  tenure diff HEAD~3 HEAD
docs/policies-as-code.md tells the rest.";

/// Flags of `tenure diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The policy as it was: a revision of git, or a folder
    #[arg(allow_hyphen_values = true)]
    pub old: String,
    /// The policy as it is to be [default: the working folder]
    #[arg(allow_hyphen_values = true)]
    pub new: Option<String>,
    /// People, directory and state of this snapshot [default: what `tenure.toml` names, read now]
    #[arg(long, value_name = "DIR")]
    pub snapshot: Option<PathBuf>,
    /// End with 3 where more people than this are affected: `20`, or `5%` of the people in HR
    #[arg(long, value_name = "N or N%")]
    pub max_affected: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
    /// Names, not only HR keys
    #[arg(long)]
    pub names: bool,
}

/// How to print what a change of the policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Human,
    /// For machines
    Json,
    /// For a merge request
    Markdown,
}
