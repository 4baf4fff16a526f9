//! What a human ordered, and what holds until it is lifted: an emergency end of a person (S1), a freeze of everything
//! that gives (S18).
//!
//! Each order makes the state a new generation, so that no plan which was made before it can be applied after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Entry, Store, StoreError, Writer, codec};
use crate::hr::PersonId;

/// A person was ended at once, whatever HR says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyEnd {
    /// The stage that they are in until HR agrees or somebody lifts it; by its name.
    pub stage: Arc<str>,
    /// Since when.
    pub since: Timestamp,
    /// Who ordered it, and where: `kim@host`.
    pub by: Arc<str>,
    /// Why, as that person wrote it.
    pub because: Arc<str>,
}

/// Only what takes access away is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Before this instant.
    pub until: Timestamp,
    /// Since when.
    pub since: Timestamp,
    /// Who ordered it, and where: `kim@host`.
    pub by: Arc<str>,
    /// Why, as that person wrote it.
    pub because: Arc<str>,
}

impl Writer<'_> {
    /// Ends a person at once; a second order takes the place of the first.
    pub fn end_at_once(&mut self, person: &PersonId, end: &EmergencyEnd) -> Result<(), StoreError> {
        let EmergencyEnd {
            stage,
            since,
            by,
            because,
        } = end;
        self.db().execute(
            "INSERT OR REPLACE INTO emergency_end (person, stage, since, by, because) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![person.to_string(), stage, since.to_string(), by, because],
        )?;
        self.ordered("terminate", Some(person), (by, because), *since)
    }

    /// Lifts an emergency end; false if there is none.
    pub fn lift_end(
        &mut self,
        person: &PersonId,
        (by, because): (&str, &str),
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        if !self.drop_end(person)? {
            return Ok(false);
        }
        self.ordered("terminate-lifted", Some(person), (by, because), at)?;
        Ok(true)
    }

    /// Forgets an emergency end that has done its work, because HR says the same by now; false if there is none.
    pub fn end_agreed(&mut self, person: &PersonId, at: Timestamp) -> Result<bool, StoreError> {
        let dropped = self.drop_end(person)?;
        if dropped {
            self.audit(&Entry {
                at,
                event: "terminate-agreed",
                run: None,
                facts: "{}",
                private: Some((Some(person), "{}")),
            })?;
        }
        Ok(dropped)
    }

    /// Freezes; a second order takes the place of the first.
    pub fn freeze(&mut self, freeze: &Freeze) -> Result<(), StoreError> {
        let Freeze {
            until,
            since,
            by,
            because,
        } = freeze;
        self.db().execute(
            "INSERT OR REPLACE INTO freeze (only, until, since, by, because) VALUES (1, ?1, ?2, ?3, ?4)",
            params![until.to_string(), since.to_string(), by, because],
        )?;
        self.ordered("freeze", None, (by, because), *since)
    }

    /// Lifts a freeze; false if there is none.
    pub fn thaw(&mut self, (by, because): (&str, &str), at: Timestamp) -> Result<bool, StoreError> {
        if self.db().execute("DELETE FROM freeze", [])? == 0 {
            return Ok(false);
        }
        self.ordered("freeze-lifted", None, (by, because), at)?;
        Ok(true)
    }

    fn drop_end(&self, person: &PersonId) -> Result<bool, StoreError> {
        let dropped = self.db().execute(
            "DELETE FROM emergency_end WHERE person = ?1",
            [person.to_string()],
        )?;
        Ok(dropped > 0)
    }

    pub(super) fn ordered(
        &mut self,
        event: &str,
        person: Option<&PersonId>,
        (by, because): (&str, &str),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = serde_json::json!({ "by": by });
        let private = serde_json::json!({ "because": because });
        self.audit(&Entry {
            at,
            event,
            run: None,
            facts: &facts.to_string(),
            private: Some((person, &private.to_string())),
        })?;
        self.next_generation()?;
        Ok(())
    }
}

impl Store {
    /// What a human ordered: who was ended at once, and the freeze, whether it still holds or not.
    pub fn orders(&self) -> Result<(BTreeMap<PersonId, EmergencyEnd>, Option<Freeze>), StoreError> {
        self.read(|db| {
            let mut people = BTreeMap::new();
            ends(db, |person, end| {
                people.insert(person, end);
            })?;
            Ok((people, freeze(db)?))
        })
    }
}

/// Everybody who was ended at once.
pub(super) fn ends(
    db: &Connection,
    mut take: impl FnMut(PersonId, EmergencyEnd),
) -> Result<(), StoreError> {
    let mut statement =
        db.prepare("SELECT person, stage, since, by, because FROM emergency_end")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get::<_, String>(column);
        let end = EmergencyEnd {
            stage: text(1)?.into(),
            since: codec::time(&text(2)?)?,
            by: text(3)?.into(),
            because: text(4)?.into(),
        };
        take(codec::person(&text(0)?)?, end);
    }
    Ok(())
}

/// The freeze, whether it still holds or not.
pub(super) fn freeze(db: &Connection) -> Result<Option<Freeze>, StoreError> {
    let query = "SELECT until, since, by, because FROM freeze";
    let found = db
        .query_row(query, [], |row| {
            let text = |column| row.get::<_, String>(column);
            Ok((text(0)?, text(1)?, text(2)?, text(3)?))
        })
        .optional()?;
    let Some((until, since, by, because)) = found else {
        return Ok(None);
    };
    Ok(Some(Freeze {
        until: codec::time(&until)?,
        since: codec::time(&since)?,
        by: by.into(),
        because: because.into(),
    }))
}
