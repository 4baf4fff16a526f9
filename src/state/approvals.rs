//! What waits for a person, and the yes that was given.

use jiff::Timestamp;
use rusqlite::params;

use super::prior::Given;
use super::{StoreError, Writer, codec, read};
use crate::hr::PersonId;

impl Writer<'_> {
    /// Remembers what waits for approval, and the yes if it was given; what is known keeps its time.
    pub fn ask(
        &mut self,
        id: &str,
        person: Option<&PersonId>,
        asked: Timestamp,
        given: Option<&Given>,
    ) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(
                "INSERT INTO approval (id, person, asked, given, given_by, expires)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET given = ?4, given_by = ?5, expires = ?6",
            )?
            .execute(params![
                id,
                person.map(ToString::to_string),
                asked.to_string(),
                given.map(|given| given.at.to_string()),
                given.map(|given| &given.by),
                given.map(|given| given.expires.to_string()),
            ])?;
        Ok(())
    }

    /// Forgets what no longer waits, but for a yes that may still be acted on.
    pub fn drop_approvals<'b>(
        &mut self,
        but: impl IntoIterator<Item = &'b str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let asked: std::collections::BTreeSet<&str> = but.into_iter().collect();
        let mut old: Vec<String> = Vec::new();
        read::each(self.db(), "SELECT id, expires FROM approval", |row| {
            let expires: Option<String> = row.get(1)?;
            let expires = codec::maybe_time(expires.as_deref())?;
            let id: String = row.get(0)?;
            if !asked.contains(id.as_str()) && expires.is_none_or(|expires| expires <= at) {
                old.push(id);
            }
            Ok(())
        })?;
        old.iter().try_for_each(|id| self.remove_approval(id))
    }

    /// Forgets what was approved, once it is done.
    pub fn remove_approval(&mut self, id: &str) -> Result<(), StoreError> {
        self.db()
            .prepare_cached("DELETE FROM approval WHERE id = ?1")?
            .execute([id])?;
        Ok(())
    }
}
