//! What the state remembers around accounts: sources of people, what HR and people got to know.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::{Prior, StoreError, Writer};
use crate::hr::PersonId;

impl Writer<'_> {
    /// How many records each source of people had, in place of what was.
    pub fn set_sources_read<'b>(
        &mut self,
        sources: impl IntoIterator<Item = (&'b str, u32)>,
    ) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM source_read", [])?;
        let mut insert = self
            .db()
            .prepare_cached("INSERT INTO source_read (source, records) VALUES (?1, ?2)")?;
        for (source, records) in sources {
            insert.execute(params![source, records])?;
        }
        Ok(())
    }

    /// Remembers what was written back to HR, by its digest.
    pub fn set_written(
        &mut self,
        person: &PersonId,
        field: &str,
        digest: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(
                "INSERT OR REPLACE INTO written_back (person, field, digest, at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![person.to_string(), field, digest, at.to_string()])?;
        Ok(())
    }

    /// The digest of what was written back to HR last; `None` where nothing was.
    pub fn written(&self, person: &PersonId, field: &str) -> Result<Option<String>, StoreError> {
        let query = "SELECT digest FROM written_back WHERE person = ?1 AND field = ?2";
        let mut statement = self.db().prepare_cached(query)?;
        let found = statement.query_row(params![person.to_string(), field], |row| row.get(0));
        Ok(found.optional()?)
    }

    /// Which `on` lines of notices there are, in place of what was; what hangs on others is forgotten.
    pub fn set_notices_known<'b>(
        &mut self,
        keys: impl IntoIterator<Item = &'b str>,
    ) -> Result<(), StoreError> {
        self.db().execute("DELETE FROM notice_known", [])?;
        let mut insert = self
            .db()
            .prepare_cached("INSERT OR IGNORE INTO notice_known (key) VALUES (?1)")?;
        for key in keys {
            insert.execute([key])?;
        }
        self.db().execute(
            "DELETE FROM notice_state WHERE key NOT IN (SELECT key FROM notice_known)",
            [],
        )?;
        Ok(())
    }

    /// Remembers whether what an `on` line watches is so for a person.
    pub fn set_notice_state(
        &mut self,
        key: &str,
        person: &PersonId,
        holds: bool,
    ) -> Result<(), StoreError> {
        let statement = if holds {
            "INSERT OR IGNORE INTO notice_state (key, person) VALUES (?1, ?2)"
        } else {
            "DELETE FROM notice_state WHERE key = ?1 AND person = ?2"
        };
        self.db()
            .prepare_cached(statement)?
            .execute(params![key, person.to_string()])?;
        if !holds {
            self.no_longer_so(key, person)?;
        }
        Ok(())
    }

    /// All of it, in place of what was.
    pub(super) fn set_told(&mut self, prior: &Prior) -> Result<(), StoreError> {
        for table in ["written_back", "notice_state"] {
            self.db().execute(&format!("DELETE FROM {table}"), [])?;
        }
        let at = Timestamp::UNIX_EPOCH;
        for ((person, field), digest) in &prior.written {
            self.set_written(person, field, digest, at)?;
        }
        self.set_notices_known(prior.notices_known.iter().map(|key| &**key))?;
        for (key, person) in &prior.notice_states {
            self.set_notice_state(key, person, true)?;
        }
        let sources = prior.sources_read.iter();
        self.set_sources_read(sources.map(|(source, records)| (&**source, *records)))?;
        Ok(())
    }
}
