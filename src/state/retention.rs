//! What is kept for how long: values that are too old are destroyed, and so is the trail behind them (S12).
//!
//! The clock is the caller's own, never a date of HR. The trail loses whole entries from its beginning alone,
//! and the store remembers the last one that it lost: so what is left still proves itself from there on, and
//! nothing can be dropped from the middle. Runs that have not ended lose nothing.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Entry, Lock, Store, StoreError, codec};

/// How far back what is kept reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Personal values that were put away before this instant are destroyed.
    pub values_since: Timestamp,
    /// The trail, and runs that ended, before this instant are dropped.
    pub trail_since: Timestamp,
}

/// How much was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Personal values.
    pub values: usize,
    /// Entries of the trail.
    pub entries: usize,
    /// Runs of the journal.
    pub runs: usize,
}

impl Pruned {
    /// Whether nothing was.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Store {
    /// Destroys what is older than what is to be kept, and says so on the trail; `at` is now.
    pub fn prune(&mut self, lock: &Lock, keep: &Keep, at: Timestamp) -> Result<Pruned, StoreError> {
        let pruned = self.write(lock, |writer| {
            let db = writer.db();
            let (entries, last) = drop_trail(db, keep.trail_since)?;
            let runs = drop_runs(db, keep.trail_since)?;
            super::outbox::drop_before(db, &second(keep.trail_since))?;
            let values = destroy_values(db, keep.values_since)?;
            let pruned = Pruned {
                values,
                entries,
                runs,
            };
            if !pruned.is_empty() {
                let facts = serde_json::json!({
                    "values": values,
                    "values_since": keep.values_since.to_string(),
                    "entries": entries,
                    "last": last,
                    "runs": runs,
                    "trail_since": keep.trail_since.to_string(),
                });
                writer.audit(&Entry {
                    at,
                    event: "pruned",
                    run: None,
                    facts: &facts.to_string(),
                    private: None,
                })?;
            }
            Ok(pruned)
        })?;
        if !pruned.is_empty() {
            self.checkpoint(lock)?;
        }
        Ok(pruned)
    }
}

/// An instant to the second, as the texts of the store begin.
fn second(at: Timestamp) -> String {
    codec::second(&at.to_string()).to_owned()
}

/// Drops the entries before the first that is young enough; how many, and the number of the last.
fn drop_trail(db: &Connection, since: Timestamp) -> Result<(usize, Option<i64>), StoreError> {
    let first: Option<i64> = db.query_row(
        "SELECT min(seq) FROM audit WHERE substr(at, 1, 19) >= ?1",
        [second(since)],
        |row| row.get(0),
    )?;
    let last: Option<(i64, Vec<u8>)> = db
        .query_row(
            "SELECT seq, hash FROM audit WHERE seq < coalesce(?1, seq + 1) ORDER BY seq DESC LIMIT 1",
            [first],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((seq, hash)) = last else {
        return Ok((0, None));
    };
    db.execute(
        "DELETE FROM private WHERE id IN (SELECT private FROM audit WHERE seq <= ?1)",
        [seq],
    )?;
    db.execute(
        "INSERT OR REPLACE INTO audit_base (only, seq, hash) VALUES (1, ?1, ?2)",
        params![seq, hash],
    )?;
    let dropped = db.execute("DELETE FROM audit WHERE seq <= ?1", [seq])?;
    Ok((dropped, Some(seq)))
}

fn drop_runs(db: &Connection, since: Timestamp) -> Result<usize, StoreError> {
    const OLD: &str = "SELECT id FROM run WHERE status <> 'running' AND substr(ended, 1, 19) < ?1";
    let since = second(since);
    db.execute(
        &format!("DELETE FROM action WHERE run IN ({OLD})"),
        [&since],
    )?;
    Ok(db.execute(&format!("DELETE FROM run WHERE id IN ({OLD})"), [&since])?)
}

/// Destroys personal values, and the keys under which nothing is left.
fn destroy_values(db: &Connection, since: Timestamp) -> Result<usize, StoreError> {
    let destroyed = db.execute(
        // The last record of somebody is of use from the day on which HR no longer has them, however old it is by then.
        "DELETE FROM private WHERE person IS NOT NULL AND substr(at, 1, 19) < ?1
           AND id NOT IN (SELECT record FROM last_record JOIN person ON person.id = last_record.person
                          WHERE person.vanished IS NULL OR substr(person.vanished, 1, 19) >= ?1)",
        [second(since)],
    )?;
    if destroyed > 0 {
        db.execute(
            "DELETE FROM person_key WHERE NOT EXISTS
               (SELECT 1 FROM private WHERE private.person = person_key.person)",
            [],
        )?;
    }
    Ok(destroyed)
}
