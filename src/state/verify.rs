//! Whether the audit trail is whole: every entry there, none changed, every value the one that was written (S12).
//!
//! Values that were forgotten, or whose time was up, are missing and must be: so the trail itself has to say that
//! somebody was forgotten after them, or that `retention` reached them. What the trail cannot prove is that nobody
//! cut off its end: keep [`Verified::head`] somewhere else for that, and ask [`Store::has_entry`] for it later.

use rusqlite::Connection;
use serde_json::Value as Json;

use super::audit::{self, Row};
use super::chain::{Break, Chain, Written};
use super::private::Proof;
use super::{Private, Store, StoreError, codec, private};

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

/// A trail that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where; the first one first, and never none.
    pub breaks: Vec<Break>,
    /// How many entries stand before the first break, each the one that was written.
    pub before: u64,
    /// How many of those have values that are gone, for a reason that stands behind the first break alone.
    pub unsure: u64,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.breaks.first() {
            Some(first) => first.fmt(f),
            None => f.write_str("the audit trail is broken"),
        }
    }
}

impl std::error::Error for Broken {}

/// Why a trail is not known to be whole.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not.
    #[error(transparent)]
    Broken(#[from] Broken),
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

/// An entry that says that somebody was forgotten.
#[derive(Debug)]
struct Forgetting {
    seq: u64,
    /// The first and the last of each row of entries that lost their values by it; an earlier version did not say which.
    entries: Option<Vec<(u64, u64)>>,
    /// How many values it destroyed, at most.
    values: u64,
}

/// What was seen of the trail so far.
struct Walk {
    chain: Chain,
    entries: u64,
    first: Option<Written>,
    newest: Option<Written>,
    breaks: Vec<Break>,
    gone: Vec<(Written, Gone)>,
    /// Everything that says that a person was forgotten, in order.
    forgotten: Vec<Forgetting>,
    /// Up to where values were destroyed, and the entry that says so, for each that says it.
    values_since: Vec<(String, u64)>,
    /// What the latest entry says of entries that were dropped.
    dropped: Option<Dropped>,
}

impl Store {
    /// That the audit trail is whole: every entry there, none changed, every value kept apart the one that was
    /// written and of whom it was written, or missing with a reason. Else every place at which it is not.
    pub fn verify_audit(&self) -> Result<Verified, AuditError> {
        let (base, walk) = self.read(|db| {
            let (base, previous) = audit::base(db)?;
            let mut walk = Walk::from(base, previous);
            audit::each_row(db, |row| walk.take(db, &row))?;
            Ok((base, walk))
        })?;
        Ok(walk.end(base)?)
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
                if codec::hex(&row.link.hash) == wanted {
                    found = Some(row.link.seq.cast_unsigned());
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
            chain: Chain::behind(base, previous),
            entries: 0,
            first: None,
            newest: None,
            breaks: Vec::new(),
            gone: Vec::new(),
            forgotten: Vec::new(),
            values_since: Vec::new(),
            dropped: None,
        }
    }

    /// The next entry.
    fn take(&mut self, db: &Connection, row: &Row) -> Result<(), StoreError> {
        let entry = row.link.written();
        match self.chain.take(&row.link) {
            Some(found) => self.breaks.push(found),
            None => match values(db, row)? {
                Values::There => {}
                Values::Gone(gone) => self.gone.push((entry.clone(), gone)),
                Values::Wrong(what) => {
                    let entry = entry.clone();
                    self.breaks.push(Break::Changed { entry, what });
                }
            },
        }
        self.note(row);
        self.entries += 1;
        self.first.get_or_insert_with(|| entry.clone());
        self.newest = Some(entry);
        Ok(())
    }

    /// What an entry says of entries before it.
    fn note(&mut self, row: &Row) {
        let seq = row.link.seq.cast_unsigned();
        let facts = || -> Json { serde_json::from_str(&row.link.facts).unwrap_or_default() };
        match row.link.event.as_str() {
            "forgotten" => {
                let facts = facts();
                self.forgotten.push(Forgetting {
                    seq,
                    entries: facts.get("entries").and_then(Json::as_str).map(numbers),
                    values: facts.get("values").and_then(Json::as_u64).unwrap_or(0),
                });
            }
            "pruned" => {
                let facts = facts();
                let since = facts.get("values_since").and_then(Json::as_str);
                let since = since.map(|since| (codec::second(since).to_owned(), seq));
                self.values_since.extend(since);
                let entries = facts.get("entries").and_then(Json::as_u64);
                if entries.is_some_and(|entries| entries > 0) {
                    let last = facts.get("last").and_then(Json::as_i64);
                    self.dropped = Some(last.map_or(Dropped::Some, Dropped::UpTo));
                }
            }
            _ => {}
        }
    }

    /// The verdict, once every entry was seen.
    fn end(mut self, base: i64) -> Result<Verified, Broken> {
        let said = match self.dropped {
            None => false,
            Some(Dropped::Some) => true,
            Some(Dropped::UpTo(last)) => last == base,
        };
        if base > 0 && !said {
            let last = base.cast_unsigned();
            self.breaks.push(Break::Beginning { last });
        }
        let gone = std::mem::take(&mut self.gone);
        for (entry, _) in without_reason(&gone, &self.forgotten, &self.values_since) {
            self.breaks.push(Break::Changed {
                entry,
                what: "its values are gone, and no entry says that they were forgotten",
            });
        }
        if self.breaks.is_empty() {
            return Ok(Verified {
                entries: self.entries,
                dropped: base.cast_unsigned(),
                forgotten: gone.len() as u64,
                ends: self.first.zip(self.newest),
                head: codec::hex(self.chain.head()),
            });
        }
        self.breaks.sort_by_key(Break::at);
        let first = self.breaks.first().map_or(0, Break::at);
        // What says why a value is gone stands behind it: where that is behind the break it proves nothing.
        let before = gone.into_iter().filter(|(entry, _)| entry.seq < first);
        let before: Vec<_> = before.collect();
        self.forgotten.retain(|one| one.seq < first);
        self.values_since.retain(|(_, seq)| *seq < first);
        let unsure = without_reason(&before, &self.forgotten, &self.values_since);
        Err(Broken {
            before: first.saturating_sub(base.cast_unsigned() + 1),
            unsure: unsure.len() as u64,
            breaks: self.breaks,
        })
    }
}

/// Those whose values are gone although nothing says so.
fn without_reason(
    gone: &[(Written, Gone)],
    forgotten: &[Forgetting],
    values_since: &[(String, u64)],
) -> Vec<(Written, Gone)> {
    let since = values_since.iter().map(|(since, _)| since.as_str()).max();
    let listed = |seq: u64| {
        let mut behind = forgotten.iter().filter(|one| one.seq > seq);
        behind.any(|one| {
            let rows = one.entries.as_deref().unwrap_or_default();
            rows.iter()
                .any(|(first, last)| (*first..=*last).contains(&seq))
        })
    };
    let mut left: Vec<(Written, Gone)> = Vec::new();
    // What an earlier version forgot, it counted: whatever is more than that was taken by somebody else. The last entry
    // has the fewest that could excuse it, so it comes first.
    let mut bare = forgotten.iter().rev().filter(|one| one.entries.is_none());
    let mut next = bare.next();
    let mut excuses = 0_u64;
    for (entry, gone) in gone.iter().rev() {
        while let Some(one) = next.filter(|one| one.seq > entry.seq) {
            excuses = excuses.saturating_add(one.values);
            next = bare.next();
        }
        let reason = match gone {
            Gone::Forgotten if listed(entry.seq) => true,
            Gone::Forgotten if excuses > 0 => {
                excuses -= 1;
                true
            }
            Gone::Forgotten => false,
            Gone::Destroyed => since.is_some_and(|since| codec::second(&entry.at) < since),
        };
        if !reason {
            left.push((entry.clone(), *gone));
        }
    }
    left.reverse();
    left
}

/// How it is with the values of an entry.
enum Values {
    /// There, or there never were any.
    There,
    /// Gone; whether that has a reason stands further on.
    Gone(Gone),
    /// Not those that were written.
    Wrong(&'static str),
}

fn values(db: &Connection, row: &Row) -> Result<Values, StoreError> {
    const OTHERS: Values = Values::Wrong("its values are not those that were written");
    const CLOSED: Values = Values::Wrong("its values cannot be opened");
    let (id, digest) = match (row.private, &row.link.digest) {
        (None, None) => return Ok(Values::There),
        (Some(_), None) | (None, Some(_)) => return Ok(OTHERS),
        (Some(id), Some(digest)) => (id, digest),
    };
    let (value, found) = match private::get(db, id) {
        Ok(found) => found,
        Err(StoreError::Unreadable { .. }) => return Ok(CLOSED),
        Err(error) => return Err(error),
    };
    let Private::Known(text) = value else {
        return Ok(gone(db, id)?.map_or(CLOSED, Values::Gone));
    };
    Ok(match found.and_then(|found| found.prove(digest)) {
        Some(Proof::Bare) if row.link.event == "action" && !is_of(db, id, &text)? => {
            Values::Wrong("its values are another person's")
        }
        Some(Proof::Owned | Proof::Bare) => Values::There,
        // The person is covered, too: the same value under another name has another digest.
        None => OTHERS,
    })
}

/// Whether what an action did says itself that it is of whom it is kept: an earlier version proves it by nothing else.
fn is_of(db: &Connection, id: i64, text: &str) -> Result<bool, StoreError> {
    let owner = private::owner(db, id)?.map(|owner| owner.to_string());
    let said: Json = serde_json::from_str(text).unwrap_or_default();
    let said = said.get("person").and_then(Json::as_str);
    Ok(said.is_none() || said == owner.as_deref())
}

/// Numbers in words of an entry: `2-4,7`.
pub(super) fn ranges(sorted: &[i64]) -> String {
    let mut rows: Vec<(i64, i64)> = Vec::new();
    for number in sorted {
        match rows.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => rows.push((*number, *number)),
        }
    }
    let row = |(first, last): (i64, i64)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    };
    rows.into_iter().map(row).collect::<Vec<_>>().join(",")
}

/// The same read again; what is none of it is left out.
fn numbers(text: &str) -> Vec<(u64, u64)> {
    let rows = text.split(',').filter_map(|row| {
        let (first, last) = row.split_once('-').unwrap_or((row, row));
        Some((first.parse().ok()?, last.parse().ok()?))
    });
    rows.collect()
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
