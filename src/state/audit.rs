//! The audit trail: who did what and when, each entry chained to the one before (S12).
//!
//! An entry's hash covers its number, time, event, run, facts, the digest of the values kept apart, and the
//! hash before it: whoever changes, drops or slips in an entry breaks the chain from there on. Facts hold
//! nothing personal; what does is [`super::private`], and the trail carries its salted digest alone. So a
//! person can be forgotten and the trail still proves itself, as [`super::verify`] does.

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
    /// Whose it is; `None` where it is nobody's, or was forgotten.
    pub person: Option<PersonId>,
    /// The hash of this entry, in hexadecimal digits.
    pub hash: String,
}

/// A row of the trail, as it is stored.
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) at: String,
    pub(super) event: String,
    run: Option<String>,
    pub(super) facts: String,
    pub(super) private: Option<i64>,
    pub(super) digest: Option<Vec<u8>>,
    pub(super) previous: Vec<u8>,
    pub(super) hash: Vec<u8>,
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
pub(super) fn base(db: &Connection) -> Result<(i64, Vec<u8>), StoreError> {
    let base = db
        .query_row("SELECT seq, hash FROM audit_base", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(base.unwrap_or((0, ORIGIN.to_vec())))
}

impl Row {
    pub(super) fn expected_hash(&self) -> [u8; 32] {
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
    /// The whole trail, oldest first.
    pub fn audit_trail(&self) -> Result<Vec<Recorded>, StoreError> {
        let mut trail = Vec::new();
        self.each_recorded(|entry| {
            trail.push(entry);
            Ok::<(), StoreError>(())
        })?;
        Ok(trail)
    }

    /// Calls `each` with every entry, oldest first, until it fails; all are of one instant.
    pub fn each_recorded<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Recorded) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failed = None;
        self.read(|db| {
            each_row(db, |row| {
                if failed.is_none() {
                    failed = each(recorded(db, row)?).err();
                }
                Ok(())
            })
        })?;
        failed.map_or(Ok(()), Err)
    }
}

fn recorded(db: &Connection, row: Row) -> Result<Recorded, StoreError> {
    let private = row.private.map(|id| private::get(db, id)).transpose()?;
    let owner = row.private.map(|id| private::owner(db, id)).transpose()?;
    Ok(Recorded {
        seq: row.seq.cast_unsigned(),
        at: codec::time(&row.at)?,
        event: row.event,
        run: row.run.as_deref().map(codec::uuid).transpose()?,
        facts: row.facts,
        private: private.map(|(value, _)| value),
        person: owner.flatten(),
        hash: codec::hex(&row.hash),
    })
}

pub(super) fn each_row(
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
