//! Writes the state as a whole: forgets a person, begins anew, takes another's place.

use jiff::Timestamp;
use rusqlite::params;
use uuid::Uuid;

use super::prior::Prior;
use super::{Asking, StoreError, Writer, audit, codec, private, read, verify};
use crate::directory::Guid;
use crate::hr::{self, PersonId};

impl Writer<'_> {
    /// Destroys the key under which a person's values are sealed, and what the state knows of them (S12).
    ///
    /// Runs, actions and the trail stay, without a way back to the person. Call [`super::Store::wipe`] afterwards,
    /// so that nothing of it survives in pages that are not used any more.
    pub fn forget(&mut self, person: &PersonId, at: Timestamp) -> Result<(), StoreError> {
        self.forget_and_say(person, "{}", at)
    }

    /// The same; `facts`, a JSON object, go onto the trail for ever, and name nobody. With them stands which entries
    /// lose their values: so whoever blanks others' values later finds no excuse for it.
    pub fn forget_and_say(
        &mut self,
        person: &PersonId,
        facts: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        // A plan that was made before knows them still, and must not bring them back.
        self.next_generation()?;
        let emptied = private::destroy_key(self.db(), person)?;
        let id = person.to_string();
        let accounts: Vec<Guid> = {
            let mut guids = Vec::new();
            let mut statement = self
                .db()
                .prepare("SELECT guid FROM account WHERE person = ?1")?;
            let mut rows = statement.query([&id])?;
            while let Some(row) = rows.next()? {
                guids.push(codec::guid(&row.get::<_, Vec<u8>>(0)?)?);
            }
            guids
        };
        for guid in accounts {
            self.remove_account(guid, at)?;
            // Quotes and all: the list is one of texts.
            let entry = format!("\"{guid}\"");
            self.db().execute(
                "UPDATE run SET first_seen = replace(replace(replace(first_seen, ?1 || ',', ''), ',' || ?1, ''), ?1, '')
                 WHERE instr(first_seen, ?1) > 0",
                [entry],
            )?;
        }
        for statement in [
            "DELETE FROM person WHERE id = ?1",
            "DELETE FROM approval_told WHERE approval IN (SELECT id FROM approval WHERE person = ?1)",
            "DELETE FROM approval WHERE person = ?1",
            "DELETE FROM emergency_end WHERE person = ?1",
            "DELETE FROM last_record WHERE person = ?1",
            "DELETE FROM written_back WHERE person = ?1",
            "DELETE FROM notice_state WHERE person = ?1",
            "DELETE FROM step WHERE person = ?1",
            "DELETE FROM digest_item WHERE person = ?1 AND digest IS NULL",
            "UPDATE digest_item SET person = NULL WHERE person = ?1",
            "UPDATE outbox SET person = NULL,
               status = CASE WHEN status IN ('due', 'sending') THEN 'void' ELSE status END
             WHERE person = ?1",
            "DELETE FROM reservation WHERE person = ?1",
            "UPDATE action SET person = NULL, object = NULL WHERE person = ?1",
            "UPDATE private SET person = '' WHERE person = ?1",
        ] {
            self.db().execute(statement, [&id])?;
        }
        let mut facts: serde_json::Value = serde_json::from_str(facts).unwrap_or_default();
        if let Some(facts) = facts.as_object_mut() {
            facts.insert("entries".to_owned(), verify::ranges(&emptied).into());
        }
        self.audit(&audit::Entry {
            at,
            event: "forgotten",
            run: None,
            facts: &facts.to_string(),
            private: None,
        })?;
        Ok(())
    }

    /// Begins anew as another state, when this one was lost or restored: what it remembers is forgotten, runs that
    /// are not at their end are cancelled, and history and trail stay.
    ///
    /// The id is new, so that whatever copy of the old state turns up is told apart.
    pub fn begin_anew(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let before = read::identity(self.db())?;
        let id = Uuid::new_v4();
        self.set_prior(&Prior::default())?;
        self.db().execute(
            "UPDATE store SET id = ?1, generation = generation + 1",
            [id.to_string()],
        )?;
        self.db().execute_batch(
            "UPDATE action SET status = CASE status WHEN 'intended' THEN 'failed' ELSE 'skipped' END
               WHERE status IN ('pending', 'intended')
               AND run IN (SELECT id FROM run WHERE status = 'running');
             DELETE FROM run_plan;",
        )?;
        self.db().execute(
            "UPDATE run SET status = 'cancelled', ended = ?1 WHERE status = 'running'",
            [at.to_string()],
        )?;
        let facts = serde_json::json!({
            "before": before.id.to_string(),
            "generation": before.generation,
            "state": id.to_string(),
        });
        self.audit(&audit::Entry {
            at,
            event: "state-begun-anew",
            run: None,
            facts: &facts.to_string(),
            private: None,
        })?;
        Ok(())
    }

    /// Becomes a copy of another state as the planner reads it, its identity among it, so that the same directory belongs
    /// to it: orders and last records too, no trail and no run. For a snapshot, with which nothing is ever applied.
    pub fn become_copy(
        &mut self,
        prior: &Prior,
        gone: &hr::Snapshot,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.set_prior(prior)?;
        for (person, end) in &prior.ends {
            self.end_at_once(person, end)?;
        }
        if let Some(freeze) = &prior.freeze {
            self.freeze(freeze)?;
        }
        self.keep_records(gone, at)?;
        self.db().execute(
            "UPDATE store SET id = ?1, generation = ?2",
            params![
                prior.id.to_string(),
                i64::try_from(prior.generation).unwrap_or(i64::MAX)
            ],
        )?;
        self.db().execute(
            "UPDATE salt SET bytes = ?1",
            [prior.salt.as_bytes().as_slice()],
        )?;
        Ok(())
    }

    /// Writes a whole state; for `state restore`, `match --rebuild` and tests. Identity and generation stay.
    pub fn set_prior(&mut self, prior: &Prior) -> Result<(), StoreError> {
        self.db().execute(
            "DELETE FROM private WHERE id IN (SELECT what FROM approval)",
            [],
        )?;
        for table in [
            "person",
            "account",
            "overlay",
            "membership",
            "attribute_value",
            "reservation",
            "guard_count",
            "open_account",
            "set_back",
            "exception_seen",
            "approval",
            "approval_told",
            "step",
        ] {
            self.db().execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.db().execute(
            "UPDATE store SET policy = ?1, people_read = ?2",
            params![prior.policy, prior.people_read],
        )?;
        for (id, memory) in &prior.people {
            self.set_person(id, memory)?;
        }
        for (guid, memory) in &prior.accounts {
            self.set_account(*guid, memory)?;
        }
        for ((account, group), membership) in &prior.memberships {
            self.set_membership(*account, *group, Some(membership))?;
        }
        for ((account, attribute), values) in &prior.values {
            self.set_values(*account, attribute, values)?;
        }
        for ((account, attribute), times) in &prior.set_back {
            for _ in 0..*times {
                self.set_back(*account, attribute, true)?;
            }
        }
        for ((space, name), reservation) in &prior.reservations {
            self.set_reservation(*space, name, reservation)?;
        }
        for count in &prior.guard_counts {
            self.count(count.run, &count.kind, count.at, count.count)?;
        }
        let open: Vec<_> = prior
            .open_since
            .iter()
            .map(|(guid, since)| (*guid, *since))
            .collect();
        self.set_open_accounts(&open)?;
        self.set_told(prior)?;
        for account in &prior.failed {
            let since = prior.open_since.get(account).copied();
            self.set_failed(*account, since.unwrap_or(Timestamp::UNIX_EPOCH))?;
        }
        for ((person, name), step) in &prior.steps {
            self.set_step((person, name), step)?;
        }
        for (digest, since) in &prior.exceptions_seen {
            self.see_exception(digest, *since)?;
        }
        for (id, asked) in &prior.approvals {
            let asking = Asking {
                id,
                person: None,
                asked,
                what: None,
            };
            self.ask(&asking, asked.asked)?;
            for (key, at) in &asked.told {
                self.told_of_approval(key, id, *at)?;
            }
        }
        Ok(())
    }
}
