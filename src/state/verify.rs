//! Whether the audit trail is whole: every entry there, none changed, every value the one that was written (S12).
//!
//! Values that were forgotten, or whose time was up, are missing and must be: so the trail itself has to say that
//! somebody was forgotten after them, or that `retention` reached them. What the trail cannot prove is that nobody
//! cut off its end: keep [`Verified::head`] somewhere else for that, and ask [`Store::has_entry`] for it later.

use rusqlite::Connection;

use super::audit::{self, Row};
use super::{Private, Store, StoreError, codec, private};

/// How much of a time is compared with what `retention` destroyed: up to the second, texts sort as time does.
const SECOND_CHARS: usize = 19;

/// A trail that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// How many before them were dropped when their time was up.
    pub dropped: u64,
    /// How many of them had values that were forgotten since.
    pub forgotten: u64,
    /// The first that is there, and the last.
    pub ends: Option<(Written, Written)>,
    /// The hash of the last entry, in hexadecimal digits; zeros where there never was one.
    pub head: String,
}

/// An entry by what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub seq: u64,
    /// When, as it stands there.
    pub at: String,
    /// What happened, in a word.
    pub event: String,
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
        found: i64,
        /// The entry that came.
        entry: Written,
    },
    /// An entry is not what was written.
    #[error("entry {} of the audit trail was changed: {what}", entry.seq)]
    Changed {
        /// Which.
        entry: Written,
        /// What does not agree.
        what: &'static str,
    },
    /// Entries from the beginning are gone, and no entry says that their time was up.
    #[error(
        "the audit trail begins behind entry {last}, and no entry says that those before were dropped"
    )]
    Beginning {
        /// The last one that is gone.
        last: u64,
    },
}

impl AuditError {
    /// The entry at which the trail breaks, as far as it is one.
    pub fn entry(&self) -> Option<&Written> {
        match self {
            Self::Store(_) | Self::Beginning { .. } => None,
            Self::Gap { entry, .. } | Self::Changed { entry, .. } => Some(entry),
        }
    }
}

/// Why a value may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gone {
    /// Its person was forgotten: what is left is an empty body.
    Forgotten,
    /// Nothing is left of it.
    Destroyed,
}

/// Which entries were dropped when their time was up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dropped {
    /// All up to this one.
    UpTo(i64),
    /// Some: an earlier version did not write down which.
    Some,
}

/// What was seen of the trail so far.
struct Walk {
    last: i64,
    previous: Vec<u8>,
    entries: u64,
    first: Option<Written>,
    newest: Option<Written>,
    gone: Vec<(Written, Gone)>,
    /// The last entry that says that a person was forgotten.
    forgotten: Option<u64>,
    /// Up to where values were destroyed, by the farthest of all entries that say so.
    values_since: Option<String>,
    /// What the latest entry says of entries that were dropped.
    dropped: Option<Dropped>,
}

impl Store {
    /// That the audit trail is whole: every entry there, none changed, every value kept apart the one that was
    /// written, or missing with a reason.
    pub fn verify_audit(&self) -> Result<Verified, AuditError> {
        let mut broken = None;
        let walk = self.read(|db| {
            let (base, previous) = audit::base(db)?;
            let mut walk = Walk::from(base, previous);
            audit::each_row(db, |row| {
                if broken.is_none() {
                    broken = walk.take(db, row)?;
                }
                Ok(())
            })?;
            Ok((base, walk))
        });
        let (base, walk) = walk?;
        if let Some(error) = broken {
            return Err(error);
        }
        walk.end(base)
    }

    /// The number of the entry with that hash (64 hexadecimal digits), of those that are there or the last one that
    /// was dropped.
    pub fn has_entry(&self, hash: &str) -> Result<Option<u64>, StoreError> {
        let wanted = hash.to_ascii_lowercase();
        let mut found = None;
        self.read(|db| {
            let (base, hash) = audit::base(db)?;
            if base > 0 && codec::hex(&hash) == wanted {
                found = Some(base.cast_unsigned());
            }
            audit::each_row(db, |row| {
                if codec::hex(&row.hash) == wanted {
                    found = Some(row.seq.cast_unsigned());
                }
                Ok(())
            })
        })?;
        Ok(found)
    }
}

impl Walk {
    fn from(base: i64, previous: Vec<u8>) -> Self {
        Self {
            last: base,
            previous,
            entries: 0,
            first: None,
            newest: None,
            gone: Vec::new(),
            forgotten: None,
            values_since: None,
            dropped: None,
        }
    }

    /// The next entry; where it breaks the trail, how.
    fn take(&mut self, db: &Connection, row: Row) -> Result<Option<AuditError>, StoreError> {
        let entry = Written {
            seq: row.seq.cast_unsigned(),
            at: row.at.clone(),
            event: row.event.clone(),
        };
        if row.seq != self.last + 1 {
            return Ok(Some(AuditError::Gap {
                expected: (self.last + 1).cast_unsigned(),
                found: row.seq,
                entry,
            }));
        }
        let changed = |what| {
            let entry = entry.clone();
            Ok(Some(AuditError::Changed { entry, what }))
        };
        if row.previous != self.previous {
            return changed("it does not follow the entry before it");
        }
        if row.expected_hash().as_slice() != row.hash.as_slice() {
            return changed("its hash does not agree");
        }
        match (row.private, &row.digest) {
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                return changed("its values are not those that were written");
            }
            (Some(id), Some(digest)) => match private::get(db, id) {
                Ok((Private::Known(_), found)) => {
                    if found.map(Vec::from).as_ref() != Some(digest) {
                        return changed("its values are not those that were written");
                    }
                }
                Ok((Private::Forgotten, _)) => match gone(db, id)? {
                    Some(gone) => self.gone.push((entry.clone(), gone)),
                    None => return changed("its values cannot be opened"),
                },
                Err(StoreError::Unreadable { .. }) => {
                    return changed("its values cannot be opened");
                }
                Err(error) => return Err(error),
            },
        }
        self.note(&row);
        self.entries += 1;
        self.last = row.seq;
        self.previous = row.hash;
        self.first.get_or_insert_with(|| entry.clone());
        self.newest = Some(entry);
        Ok(None)
    }

    /// What an entry says of entries before it.
    fn note(&mut self, row: &Row) {
        match row.event.as_str() {
            "forgotten" => self.forgotten = Some(row.seq.cast_unsigned()),
            "pruned" => {
                let facts: serde_json::Value = serde_json::from_str(&row.facts).unwrap_or_default();
                let since = facts.get("values_since").and_then(|since| since.as_str());
                let since = since.map(|since| second(since).to_owned());
                self.values_since = since.max(self.values_since.take());
                let entries = facts.get("entries").and_then(serde_json::Value::as_u64);
                if entries.is_some_and(|entries| entries > 0) {
                    let last = facts.get("last").and_then(serde_json::Value::as_i64);
                    self.dropped = Some(last.map_or(Dropped::Some, Dropped::UpTo));
                }
            }
            _ => {}
        }
    }

    /// The verdict, once every entry was seen.
    fn end(self, base: i64) -> Result<Verified, AuditError> {
        let said = match self.dropped {
            None => false,
            Some(Dropped::Some) => true,
            Some(Dropped::UpTo(last)) => last == base,
        };
        if base > 0 && !said {
            let last = base.cast_unsigned();
            return Err(AuditError::Beginning { last });
        }
        for (entry, gone) in &self.gone {
            let with_reason = match gone {
                Gone::Forgotten => self.forgotten.is_some_and(|seq| seq > entry.seq),
                Gone::Destroyed => {
                    let since = self.values_since.as_deref();
                    since.is_some_and(|since| second(&entry.at) < since)
                }
            };
            if !with_reason {
                return Err(AuditError::Changed {
                    entry: entry.clone(),
                    what: "its values are gone, and no entry says that they were forgotten",
                });
            }
        }
        Ok(Verified {
            entries: self.entries,
            dropped: base.cast_unsigned(),
            forgotten: self.gone.len() as u64,
            ends: self.first.zip(self.newest),
            head: codec::hex(&self.previous),
        })
    }
}

/// Why a value is not there: its row is gone, or emptied; `None` where it is there and only its key is not.
fn gone(db: &Connection, id: i64) -> Result<Option<Gone>, StoreError> {
    let mut statement = db.prepare_cached("SELECT length(body) FROM private WHERE id = ?1")?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else {
        return Ok(Some(Gone::Destroyed));
    };
    let length: i64 = row.get(0)?;
    Ok((length == 0).then_some(Gone::Forgotten))
}

/// An instant to the second.
fn second(at: &str) -> &str {
    at.get(..SECOND_CHARS).unwrap_or(at)
}
