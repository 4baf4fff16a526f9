//! The audit trail: who did what and when, each entry chained to the one before (S12).
//!
//! An entry's hash covers its number, time, event, run, facts, the digest of the values kept apart, and the
//! hash before it: whoever changes, drops or slips in an entry breaks the chain from there on. Facts hold
//! nothing personal; what does is [`super::private`], and the trail carries its salted digest alone. So a
//! person can be forgotten and the trail still proves itself. What it cannot prove is that nobody cut off its
//! end: keep [`Verified::head`] somewhere else for that.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{Private, Store, StoreError, codec, private};
use crate::hr::PersonId;

/// Tells these hashes from any other, and version 1 of the way to make them.
const PURPOSE: &[u8] = b"tenure audit 1";

/// The hash before the first entry.
const ORIGIN: [u8; 32] = [0; 32];

/// Something to put on the trail.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// What happened, in a word.
    pub event: &'a str,
    /// In which run.
    pub run: Option<Uuid>,
    /// What may be known for ever, as JSON: nothing personal.
    pub facts: &'a str,
    /// What is personal, with whose it is: kept apart under their key.
    pub private: Option<(Option<&'a PersonId>, &'a str)>,
}

/// An entry as it stands on the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened, in a word.
    pub event: String,
    /// In which run.
    pub run: Option<Uuid>,
    /// What may be known for ever, as JSON.
    pub facts: String,
    /// What is personal; `None` where there never was anything.
    pub private: Option<Private>,
    /// The hash of this entry, in hexadecimal digits.
    pub hash: String,
}

/// A trail that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// How many of them had values that were forgotten since.
    pub forgotten: u64,
    /// The hash of the last entry, in hexadecimal digits.
    pub head: String,
}

/// Where a trail is broken.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An entry is missing, or was slipped in.
    #[error("the audit trail has no entry {expected}; the next one is {found}")]
    Gap {
        /// The number that should come.
        expected: u64,
        /// The number that came.
        found: u64,
    },
    /// An entry is not what was written.
    #[error("entry {seq} of the audit trail was changed: {what}")]
    Changed {
        /// Its number.
        seq: u64,
        /// What does not agree.
        what: &'static str,
    },
}

/// A row of the trail, as it is stored.
struct Row {
    seq: i64,
    at: String,
    event: String,
    run: Option<String>,
    facts: String,
    private: Option<i64>,
    digest: Option<Vec<u8>>,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

/// Appends an entry; yields the number of what it keeps apart.
pub(crate) fn append(db: &Connection, entry: &Entry<'_>) -> Result<Option<i64>, StoreError> {
    let (last, previous) = head(db)?;
    let sealed = entry
        .private
        .map(|(person, value)| private::put(db, person, entry.at, value))
        .transpose()?;
    let mut row = Row {
        seq: last + 1,
        at: entry.at.to_string(),
        event: entry.event.to_owned(),
        run: entry.run.map(|run| run.to_string()),
        facts: entry.facts.to_owned(),
        private: sealed.map(|sealed| sealed.id),
        digest: sealed.map(|sealed| sealed.digest.to_vec()),
        previous,
        hash: Vec::new(),
    };
    row.hash = row.expected_hash().to_vec();
    db.prepare_cached(
        "INSERT INTO audit (seq, at, event, run, facts, private, digest, previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        row.seq,
        row.at,
        row.event,
        row.run,
        row.facts,
        row.private,
        row.digest,
        row.previous,
        row.hash
    ])?;
    Ok(row.private)
}

/// Number and hash of the last entry.
fn head(db: &Connection) -> Result<(i64, Vec<u8>), StoreError> {
    let last = db
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    last.map_or_else(|| base(db), Ok)
}

/// Number and hash of what stands before the first entry that is kept.
fn base(db: &Connection) -> Result<(i64, Vec<u8>), StoreError> {
    let base = db
        .query_row("SELECT seq, hash FROM audit_base", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(base.unwrap_or((0, ORIGIN.to_vec())))
}

impl Row {
    fn expected_hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(PURPOSE);
        let seq = self.seq.to_be_bytes();
        let run = self.run.as_deref().unwrap_or_default();
        let digest = self.digest.as_deref().unwrap_or_default();
        for part in [
            seq.as_slice(),
            &self.previous,
            self.at.as_bytes(),
            self.event.as_bytes(),
            run.as_bytes(),
            self.facts.as_bytes(),
            digest,
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

impl Store {
    /// That the audit trail is whole: every entry there, none changed, every value kept apart the one that was
    /// written.
    pub fn verify_audit(&self) -> Result<Verified, AuditError> {
        let mut broken = None;
        let (mut entries, mut forgotten) = (0, 0);
        let mut head = Vec::new();
        self.read(|db| {
            let (mut last, mut previous) = base(db)?;
            each_row(db, |row| {
                if broken.is_some() {
                    return Ok(());
                }
                let seq = row.seq.cast_unsigned();
                if row.seq != last + 1 {
                    broken = Some(AuditError::Gap {
                        expected: (last + 1).cast_unsigned(),
                        found: seq,
                    });
                    return Ok(());
                }
                let changed = |what| Some(AuditError::Changed { seq, what });
                if row.previous != previous {
                    broken = changed("it does not follow the entry before it");
                } else if row.expected_hash().as_slice() != row.hash.as_slice() {
                    broken = changed("its hash does not agree");
                }
                if let Some(id) = row.private {
                    match private::get(db, id) {
                        Ok((Private::Forgotten, _)) => forgotten += 1,
                        Ok((_, digest)) if digest.map(Vec::from) == row.digest => {}
                        Ok(_) => broken = changed("its values are not those that were written"),
                        Err(StoreError::Unreadable { .. }) => {
                            broken = changed("its values cannot be opened");
                        }
                        Err(error) => return Err(error),
                    }
                }
                entries += 1;
                last = row.seq;
                previous = row.hash;
                Ok(())
            })?;
            head = previous;
            Ok(())
        })?;
        match broken {
            Some(error) => Err(error),
            None => Ok(Verified {
                entries,
                forgotten,
                head: codec::hex(&head),
            }),
        }
    }

    /// The whole trail, oldest first.
    pub fn audit_trail(&self) -> Result<Vec<Recorded>, StoreError> {
        let mut trail = Vec::new();
        self.read(|db| {
            each_row(db, |row| {
                let private = row
                    .private
                    .map(|id| private::get(db, id).map(|found| found.0))
                    .transpose()?;
                trail.push(Recorded {
                    seq: row.seq.cast_unsigned(),
                    at: codec::time(&row.at)?,
                    event: row.event,
                    run: row.run.as_deref().map(codec::uuid).transpose()?,
                    facts: row.facts,
                    private,
                    hash: codec::hex(&row.hash),
                });
                Ok(())
            })
        })?;
        Ok(trail)
    }
}

fn each_row(
    db: &Connection,
    mut each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let query = "SELECT seq, at, event, run, facts, private, digest, previous, hash FROM audit ORDER BY seq";
    let mut statement = db.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(Row {
            seq: row.get(0)?,
            at: row.get(1)?,
            event: row.get(2)?,
            run: row.get(3)?,
            facts: row.get(4)?,
            private: row.get(5)?,
            digest: row.get(6)?,
            previous: row.get(7)?,
            hash: row.get(8)?,
        })?;
    }
    Ok(())
}
