//! What is wrong with an LDIF file: where, and what to do about it.

use crate::directory::dn::DnError;
use crate::directory::schema::Unfit;
use crate::text::{DecodeError, visible};

/// An LDIF file that can not be used, as a whole: half a directory is never read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", place(file, *line))]
pub struct Error {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1; 0 where it is about the whole file.
    pub line: u32,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

fn place(file: &str, line: u32) -> String {
    if line == 0 {
        return file.to_owned();
    }
    format!("{file}:{line}")
}

/// A problem and the line it stands in.
pub(super) type Located = (u32, Problem);

impl Error {
    pub(super) fn new(file: &str, (line, problem): Located) -> Self {
        Self {
            file: file.to_owned(),
            line,
            problem,
        }
    }
}

/// What is wrong with an LDIF file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum Problem {
    #[error("it can not be read: {0}")]
    Unreadable(std::io::Error),
    #[error("it can not be written: {0}; nothing was changed")]
    Unwritable(std::io::Error),
    #[error("another run has it open; wait for it to end")]
    Locked,
    #[error("it is larger than {limit} bytes; export fewer attributes or a smaller base")]
    TooLarge { limit: u64 },
    #[error(transparent)]
    Text(#[from] DecodeError),
    #[error(
        "there is no entry in it; export the directory again, for instance with `ldapsearch -LLL -b BASE \
         '(objectClass=*)'` or `ldifde -f FILE -d BASE`"
    )]
    Empty,
    #[error("more than {limit} entries; export a smaller base")]
    TooManyEntries { limit: usize },
    #[error(
        "this line is longer than {limit} bytes; leave attributes of that size out of the export"
    )]
    LineTooLong { limit: usize },
    #[error(
        "this entry has more than {limit} lines; is an empty line missing between two entries?"
    )]
    EntryTooLong { limit: usize },
    #[error("a line that begins with a space continues the one above, but there is none")]
    NothingToContinue,
    #[error("`{line}` has no colon; a line reads `attribute: value`")]
    NoColon { line: String },
    #[error("`{name}` is no attribute name")]
    BadAttribute { name: String },
    #[error("LDIF version {version} is not known; write `version: 1`")]
    Version { version: String },
    #[error(
        "this entry begins with `{name}:`, not with `dn:`; write the name of the entry first, and an empty \
         line before it"
    )]
    NoDn { name: String },
    #[error("`{dn}` is no distinguished name: {source}")]
    BadDn { dn: String, source: DnError },
    #[error("the value of `{attribute}` is broken base64; export this entry again")]
    BrokenBase64 { attribute: String },
    #[error(
        "`{attribute}` refers to a file or address (`:<`), which is not followed; write the value itself"
    )]
    Url { attribute: String },
    #[error("the value of `{attribute}` is not UTF-8; export this entry again")]
    NotUtf8 { attribute: String },
    #[error(
        "`{attribute}` has no value, and Active Directory has no empty ones; leave the line out, or export \
         values too (`ldapsearch` without -A)"
    )]
    EmptyValue { attribute: String },
    #[error("`{value}` can not be a value of `{attribute}`: {reason}")]
    Unfit {
        attribute: String,
        value: String,
        reason: Unfit,
    },
    #[error("`{attribute}` has several values and may have one; remove all but one")]
    SeveralValues { attribute: String },
    #[error(
        "`{attribute}` holds only some of its values; export all of them (`ldifde`, or paging in steps of the range)"
    )]
    Range { attribute: String },
    #[error(
        "`changetype: {kind}` is a change, not an entry; this file must show the directory as it is, as \
         `ldapsearch` or `ldifde -f` export it"
    )]
    Change { kind: String },
    #[error(
        "the value of `{attribute}` is no {attribute}; export this entry again, or leave the line out"
    )]
    BadIdentity { attribute: String },
    #[error("a change that can not be read: {what}")]
    BadChange { what: String },
    #[error(
        "the export is incomplete: the server ended it with `{result}`; export again, with paging"
    )]
    Incomplete { result: String },
    #[error("`{dn}` stands in the file twice, first in line {first}; remove one of them")]
    DuplicateDn { dn: String, first: u32 },
    #[error(
        "{attribute} `{value}` belongs to `{other}` (line {first}), too; no directory has it twice"
    )]
    DuplicateValue {
        attribute: &'static str,
        value: String,
        other: String,
        first: u32,
    },
    #[error(
        "`{dn}` lies in `{parent}`, which is not in the file; export units and containers, too \
         (a filter like `(objectClass=*)`)"
    )]
    MissingParent { dn: String, parent: String },
    #[error(transparent)]
    NoSnapshot(#[from] crate::directory::snapshot::SnapshotError),
    #[error("`{dn}` lies outside `{base}`; a file holds one domain")]
    OutsideDomain { dn: String, base: String },
    #[error("`{dn}` names no domain; names end in `DC=…`, for instance `DC=example,DC=com`")]
    NoDomain { dn: String },
    #[error("`{dn}` has no objectClass; export that attribute, too")]
    NoClass { dn: String },
    #[error(
        "the user `{dn}` has no userAccountControl; export that attribute, too (512 is an enabled account)"
    )]
    NoAccountControl { dn: String },
    #[error("`{attribute}` is `{value}`, but the entry is called `{dn}`; let both say the same")]
    NameContradicts {
        attribute: String,
        value: String,
        dn: String,
    },
    #[error(
        "change {change} is damaged; restore the file, or remove it to give up \
         the changes that are not yet in the directory's own file"
    )]
    DamagedChange { change: u64 },
    #[error(
        "change {change} does not fit the directory's own file ({reason}); undo what was edited there by \
         hand, or remove this file to give up its changes"
    )]
    ForeignChange { change: u64, reason: String },
}

/// A piece of the user's text for a message: harmless and short.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let shown = visible(text);
    if shown.chars().count() <= LONGEST {
        return shown.into_owned();
    }
    shown.chars().take(LONGEST).chain(['…']).collect()
}
