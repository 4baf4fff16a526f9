//! The audit trail: who did what and when, each entry chained to the one before (S12).
//!
//! An entry's hash covers its number, time, event, run, facts, the digest of the values kept apart, and the
//! hash before it: whoever changes, drops or slips in an entry breaks the chain from there on. Facts hold
//! nothing personal; what does is [`super::private`], and the trail carries its salted digest alone. So a
//! person can be forgotten and the trail still proves itself, as [`super::verify`] does.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::chain::{Link, ORIGIN, Written};
use super::{Private, Store, StoreError, codec, private};
use crate::hr::PersonId;

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

/// An entry that stands on the trail and cannot be read; with what can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The entry by what it says of itself.
    pub written: Written,
    /// In which run, as it stands there.
    pub run: Option<String>,
    /// What may be known for ever, as it stands there.
    pub facts: String,
    /// The hash of the entry, in hexadecimal digits.
    pub hash: String,
    /// Why it cannot be read.
    pub problem: String,
}

/// A row of the trail, as it is stored.
pub(super) struct Row {
    pub(super) link: Link,
    pub(super) private: Option<i64>,
}

/// Appends an entry; yields the number of what it keeps apart.
pub(crate) fn append(db: &Connection, entry: &Entry<'_>) -> Result<Option<i64>, StoreError> {
    let (last, previous) = head(db)?;
    let sealed = entry
        .private
        .map(|(person, value)| private::put(db, person, entry.at, value))
        .transpose()?;
    let private = sealed.map(|sealed| sealed.id);
    let mut link = Link {
        seq: last + 1,
        at: entry.at.to_string(),
        event: entry.event.to_owned(),
        run: entry.run.map(|run| run.to_string()),
        facts: entry.facts.to_owned(),
        digest: sealed.map(|sealed| sealed.digest.to_vec()),
        previous,
        hash: Vec::new(),
    };
    link.hash = link.expected_hash().to_vec();
    db.prepare_cached(
        "INSERT INTO audit (seq, at, event, run, facts, private, digest, previous, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        link.seq,
        link.at,
        link.event,
        link.run,
        link.facts,
        private,
        link.digest,
        link.previous,
        link.hash
    ])?;
    Ok(private)
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

impl Store {
    /// The whole trail, oldest first; an error where an entry cannot be read.
    pub fn audit_trail(&self) -> Result<Vec<Recorded>, StoreError> {
        let mut trail = Vec::new();
        self.each_recorded(|entry| {
            trail.push(entry.map_err(|entry| StoreError::from(*entry))?);
            Ok::<(), StoreError>(())
        })?;
        Ok(trail)
    }

    /// Calls `each` with every entry, oldest first, until it fails; all are of one instant.
    pub fn each_recorded<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(Result<Recorded, Box<Unreadable>>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failed = None;
        self.read(|db| {
            each_row(db, |row| {
                if failed.is_none() {
                    failed = each(read(db, row)?).err();
                }
                Ok(())
            })
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Number and hash of what stands before the first entry that is kept.
    pub fn audit_base(&self) -> Result<(i64, Vec<u8>), StoreError> {
        self.read(base)
    }

    /// Number and hash of the last entry; of the last one that was dropped where there is none.
    pub fn audit_head(&self) -> Result<(i64, Vec<u8>), StoreError> {
        self.read(head)
    }

    /// The hash of the entry of that number, or of the last one that was dropped; `None` where there is none.
    pub fn audit_hash(&self, seq: i64) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|db| {
            let (last, hash) = base(db)?;
            if last == seq && last > 0 {
                return Ok(Some(hash));
            }
            Ok(db
                .query_row("SELECT hash FROM audit WHERE seq = ?1", [seq], |row| {
                    row.get(0)
                })
                .optional()?)
        })
    }

    /// The links of the trail behind that number, so many at most, oldest first. Nothing of it is personal.
    pub fn links(&self, behind: i64, most: usize) -> Result<Vec<Link>, StoreError> {
        let mut links = Vec::new();
        self.read(|db| {
            rows(db, (behind, most), |row| {
                links.push(row.link);
                Ok(())
            })
        })?;
        Ok(links)
    }
}

impl Unreadable {
    fn of(link: Link, problem: &StoreError) -> Self {
        Self {
            written: link.written(),
            run: link.run,
            facts: link.facts,
            hash: codec::hex(&link.hash),
            problem: problem.without_place(),
        }
    }

    /// An entry whose values say nothing that this tool can have written.
    pub fn of_recorded(entry: Recorded, problem: &StoreError) -> Self {
        Self {
            written: Written {
                seq: entry.seq,
                at: entry.at.to_string(),
                event: entry.event,
            },
            run: entry.run.map(|run| run.to_string()),
            facts: entry.facts,
            hash: entry.hash,
            problem: problem.without_place(),
        }
    }
}

impl From<Unreadable> for StoreError {
    fn from(entry: Unreadable) -> Self {
        let Written { seq, event, .. } = &entry.written;
        let value = format!("{seq} ({event}): {}", entry.problem);
        codec::unreadable("an entry of the audit trail", &value)
    }
}

/// An entry, as far as it can be read.
fn read(db: &Connection, row: Row) -> Result<Result<Recorded, Box<Unreadable>>, StoreError> {
    match recorded(db, &row) {
        Ok(entry) => Ok(Ok(entry)),
        Err(problem @ StoreError::Unreadable { .. }) => {
            Ok(Err(Box::new(Unreadable::of(row.link, &problem))))
        }
        Err(error) => Err(error),
    }
}

fn recorded(db: &Connection, row: &Row) -> Result<Recorded, StoreError> {
    let private = row.private.map(|id| private::get(db, id)).transpose()?;
    let owner = row.private.map(|id| private::owner(db, id)).transpose()?;
    let link = &row.link;
    Ok(Recorded {
        seq: link.seq.cast_unsigned(),
        at: codec::time(&link.at)?,
        event: link.event.clone(),
        run: link.run.as_deref().map(codec::uuid).transpose()?,
        facts: link.facts.clone(),
        private: private.map(|(value, _)| value),
        person: owner.flatten(),
        hash: codec::hex(&link.hash),
    })
}

pub(super) fn each_row(
    db: &Connection,
    each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    rows(db, (i64::MIN, usize::MAX), each)
}

/// The rows behind a number, so many at most.
fn rows(
    db: &Connection,
    (behind, most): (i64, usize),
    mut each: impl FnMut(Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let query = "SELECT seq, at, event, run, facts, private, digest, previous, hash FROM audit
                 WHERE seq > ?1 ORDER BY seq LIMIT ?2";
    let mut statement = db.prepare(query)?;
    let mut rows = statement.query([behind, i64::try_from(most).unwrap_or(i64::MAX)])?;
    while let Some(row) = rows.next()? {
        let link = Link {
            seq: row.get(0)?,
            at: row.get(1)?,
            event: row.get(2)?,
            run: row.get(3)?,
            facts: row.get(4)?,
            digest: row.get(6)?,
            previous: row.get(7)?,
            hash: row.get(8)?,
        };
        each(Row {
            link,
            private: row.get(5)?,
        })?;
    }
    Ok(())
}
