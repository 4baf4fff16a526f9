//! Writes the state, piece by piece, inside one transaction.
//!
//! A [`Writer`] comes from [`super::Store::write`] alone. Whoever records the outcome of an operation writes
//! what it means for the state in the same transaction, so that the two never disagree.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use super::prior::{
    AccountMemory, ManagedValue, Membership, NameSpace, Overlay, PersonMemory, Reservation,
};
use super::{StoreError, audit, codec, read};
use crate::directory::Guid;
use crate::hr::PersonId;

/// A transaction that writes the state.
#[derive(Debug)]
pub struct Writer<'a> {
    tx: Transaction<'a>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(tx: Transaction<'a>) -> Self {
        Self { tx }
    }

    pub(super) fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit()?)
    }

    /// The transaction, for the journal.
    pub(crate) fn db(&self) -> &Connection {
        &self.tx
    }

    /// Counts the generation up: every plan made before is stale from now on.
    pub fn next_generation(&mut self) -> Result<u64, StoreError> {
        self.tx
            .execute("UPDATE store SET generation = generation + 1", [])?;
        Ok(read::identity(&self.tx)?.generation)
    }

    /// Ties the store to a domain (S5).
    pub fn set_domain(&mut self, domain: Guid, name: &str) -> Result<(), StoreError> {
        let domain = domain.to_ad_bytes();
        self.tx.execute(
            "UPDATE store SET domain = ?1, domain_name = ?2",
            params![domain, name],
        )?;
        Ok(())
    }

    /// The policy's digest and the number of people of an applied run.
    pub fn set_baseline(&mut self, policy: &str, people_read: u32) -> Result<(), StoreError> {
        self.tx.execute(
            "UPDATE store SET policy = ?1, people_read = ?2",
            params![policy, people_read],
        )?;
        Ok(())
    }

    /// The digest of the policy of the last applied run; `None` before the first.
    pub fn policy(&self) -> Result<Option<String>, StoreError> {
        let query = "SELECT policy FROM store";
        Ok(self.tx.query_row(query, [], |row| row.get(0))?)
    }

    /// Says again that another policy was applied last, or none.
    pub fn set_policy(&mut self, policy: Option<&str>) -> Result<(), StoreError> {
        self.tx.execute("UPDATE store SET policy = ?1", [policy])?;
        Ok(())
    }

    /// What is remembered of a person; `None` where nothing is.
    pub fn person(&self, id: &PersonId) -> Result<Option<PersonMemory>, StoreError> {
        let mut found = None;
        let query = "SELECT account, stage, entered, digests, vanished FROM person WHERE id = ?1";
        let mut statement = self.tx.prepare_cached(query)?;
        let mut rows = statement.query([id.to_string()])?;
        if let Some(row) = rows.next()? {
            let text = |column| -> Result<Option<String>, StoreError> { Ok(row.get(column)?) };
            found = Some(PersonMemory {
                account: codec::maybe_guid(row, 0)?,
                stage: text(1)?.map(Into::into),
                entered: codec::maybe_time(text(2)?.as_deref())?,
                values: codec::map(&row.get::<_, String>(3)?)?,
                vanished: codec::maybe_time(text(4)?.as_deref())?,
            });
        }
        Ok(found)
    }

    /// Remembers this of a person, in place of what was.
    pub fn set_person(&mut self, id: &PersonId, memory: &PersonMemory) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO person (id, account, stage, entered, digests, vanished)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET account = ?2, stage = ?3, entered = ?4, digests = ?5,
                   vanished = ?6",
            )?
            .execute(params![
                id.to_string(),
                memory.account.map(Guid::to_ad_bytes),
                memory.stage,
                when(memory.entered),
                codec::map_text(&memory.values),
                when(memory.vanished),
            ])?;
        Ok(())
    }

    /// Whether a run has already brought an action on an account of that person to its end, and succeeded.
    pub fn has_done(&self, run: Uuid, id: &PersonId) -> Result<bool, StoreError> {
        let query = "SELECT EXISTS (SELECT 1 FROM action WHERE person = ?1 AND run = ?2 AND status = 'done')";
        let mut statement = self.tx.prepare_cached(query)?;
        Ok(statement.query_row(params![id.to_string(), run.to_string()], |row| row.get(0))?)
    }

    /// Remembers nothing of a person any more; what the journal says of them stays.
    pub fn remove_person(&mut self, id: &PersonId) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("DELETE FROM person WHERE id = ?1")?
            .execute([id.to_string()])?;
        Ok(())
    }

    /// Makes this account a person's only own one, and nobody else's.
    pub fn set_account_of(&mut self, id: &PersonId, account: Guid) -> Result<(), StoreError> {
        let guid = account.to_ad_bytes();
        self.tx
            .prepare_cached("UPDATE person SET account = NULL WHERE account = ?1 AND id <> ?2")?
            .execute(params![guid, id.to_string()])?;
        self.tx
            .prepare_cached(
                "INSERT INTO person (id, account) VALUES (?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET account = ?2",
            )?
            .execute(params![id.to_string(), guid])?;
        Ok(())
    }

    /// What is remembered of an account; `None` where nothing is.
    pub fn account(&self, guid: Guid) -> Result<Option<AccountMemory>, StoreError> {
        let query = "SELECT person, tied, created, disabled_since, disabled_by_us, password_set,
                            password_given, anchor FROM account WHERE guid = ?1";
        let mut statement = self.tx.prepare_cached(query)?;
        let mut rows = statement.query([guid.to_ad_bytes()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let text = |column| -> Result<Option<String>, StoreError> { Ok(row.get(column)?) };
        let memory = AccountMemory {
            person: text(0)?.as_deref().map(codec::person).transpose()?,
            tied: row.get(1)?,
            created: codec::maybe_time(text(2)?.as_deref())?,
            disabled_since: codec::maybe_time(text(3)?.as_deref())?,
            disabled_by_us: row.get(4)?,
            password_set: codec::maybe_time(text(5)?.as_deref())?,
            password_given: codec::maybe_time(text(6)?.as_deref())?,
            overlays: self.overlays(guid)?,
            anchor: text(7)?.map(Into::into),
        };
        Ok(Some(memory))
    }

    fn overlays(&self, guid: Guid) -> Result<Vec<Overlay>, StoreError> {
        let query = "SELECT stage, attribute, before, wrote FROM overlay WHERE account = ?1 ORDER BY position";
        let mut statement = self.tx.prepare_cached(query)?;
        let mut rows = statement.query([guid.to_ad_bytes()])?;
        let mut overlays = Vec::new();
        while let Some(row) = rows.next()? {
            overlays.push(Overlay {
                stage: row.get::<_, String>(0)?.into(),
                attribute: row.get::<_, String>(1)?.into(),
                before: codec::list(&row.get::<_, String>(2)?)?,
                wrote: codec::list(&row.get::<_, String>(3)?)?,
            });
        }
        Ok(overlays)
    }

    /// Remembers this of an account, in place of what was.
    pub fn set_account(&mut self, guid: Guid, memory: &AccountMemory) -> Result<(), StoreError> {
        let key = guid.to_ad_bytes();
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO account (guid, person, tied, created, disabled_since,
                   disabled_by_us, password_set, password_given, anchor)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                key,
                memory.person.as_ref().map(ToString::to_string),
                memory.tied,
                when(memory.created),
                when(memory.disabled_since),
                memory.disabled_by_us,
                when(memory.password_set),
                when(memory.password_given),
                memory.anchor,
            ])?;
        self.tx
            .prepare_cached("DELETE FROM overlay WHERE account = ?1")?
            .execute([key])?;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO overlay (account, position, stage, attribute, before, wrote)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (position, overlay) in (0_i64..).zip(&memory.overlays) {
            let before = codec::list_text(&overlay.before);
            let wrote = codec::list_text(&overlay.wrote);
            insert.execute(params![
                key,
                position,
                overlay.stage,
                overlay.attribute,
                before,
                wrote
            ])?;
        }
        Ok(())
    }

    /// Forgets an account that is gone: its memberships and values too; names given to its person stay reserved.
    pub fn remove_account(&mut self, guid: Guid, at: Timestamp) -> Result<(), StoreError> {
        let key = guid.to_ad_bytes();
        let person: Option<String> = self
            .tx
            .query_row("SELECT id FROM person WHERE account = ?1", [key], |row| {
                row.get(0)
            })
            .optional()?;
        if let Some(person) = person {
            self.tx
                .execute("UPDATE person SET account = NULL WHERE id = ?1", [&person])?;
            self.tx.execute(
                "UPDATE reservation SET released = ?2 WHERE person = ?1 AND released IS NULL",
                params![person, at.to_string()],
            )?;
        }
        for table in [
            "DELETE FROM account WHERE guid = ?1",
            "DELETE FROM overlay WHERE account = ?1",
            "DELETE FROM membership WHERE account = ?1",
            "DELETE FROM attribute_value WHERE account = ?1",
            "DELETE FROM open_account WHERE guid = ?1",
            "DELETE FROM set_back WHERE account = ?1",
        ] {
            self.tx.prepare_cached(table)?.execute([key])?;
        }
        Ok(())
    }

    /// Remembers of an account that is nobody's any more what was remembered before it was somebody's.
    pub fn release_account(
        &mut self,
        guid: Guid,
        before: Option<&AccountMemory>,
    ) -> Result<(), StoreError> {
        self.tx.execute(
            "UPDATE person SET account = NULL WHERE account = ?1",
            [guid.to_ad_bytes()],
        )?;
        self.forget_account(guid)?;
        match before {
            Some(memory) => self.set_account(guid, memory),
            None => Ok(()),
        }
    }

    /// Remembers nothing of an account that is still there, as before it was first seen.
    pub fn forget_account(&mut self, guid: Guid) -> Result<(), StoreError> {
        let key = guid.to_ad_bytes();
        for statement in [
            "DELETE FROM account WHERE guid = ?1",
            "DELETE FROM overlay WHERE account = ?1",
            "DELETE FROM membership WHERE account = ?1",
            "DELETE FROM attribute_value WHERE account = ?1",
            "DELETE FROM open_account WHERE guid = ?1",
            "DELETE FROM set_back WHERE account = ?1",
        ] {
            self.tx.prepare_cached(statement)?.execute([key])?;
        }
        Ok(())
    }

    /// What is remembered of a membership; `None` where nothing is.
    pub fn membership(&self, account: Guid, group: Guid) -> Result<Option<Membership>, StoreError> {
        let query = "SELECT owner, since, lapsed, removed_by_stage FROM membership
                     WHERE account = ?1 AND in_group = ?2";
        let mut statement = self.tx.prepare_cached(query)?;
        let mut rows = statement.query(params![account.to_ad_bytes(), group.to_ad_bytes()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(Membership {
            owner: codec::membership_owner(&row.get::<_, String>(0)?)?,
            since: codec::time(&row.get::<_, String>(1)?)?,
            lapsed: codec::maybe_time(row.get::<_, Option<String>>(2)?.as_deref())?,
            removed_by_stage: row.get::<_, Option<String>>(3)?.map(Into::into),
        }))
    }

    /// Remembers whose a membership is; `None` forgets it.
    pub fn set_membership(
        &mut self,
        account: Guid,
        group: Guid,
        membership: Option<&Membership>,
    ) -> Result<(), StoreError> {
        let (account, group) = (account.to_ad_bytes(), group.to_ad_bytes());
        let Some(membership) = membership else {
            self.tx
                .prepare_cached("DELETE FROM membership WHERE account = ?1 AND in_group = ?2")?
                .execute(params![account, group])?;
            return Ok(());
        };
        self.tx
            .prepare_cached(
                "INSERT OR REPLACE INTO membership (account, in_group, owner, since, lapsed, removed_by_stage)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                account,
                group,
                codec::membership_owner_word(membership.owner),
                membership.since.to_string(),
                when(membership.lapsed),
                membership.removed_by_stage,
            ])?;
        Ok(())
    }

    /// What is remembered of an attribute's values.
    pub fn values(&self, account: Guid, attribute: &str) -> Result<Vec<ManagedValue>, StoreError> {
        let query = "SELECT value, owner, since FROM attribute_value
                     WHERE account = ?1 AND attribute = ?2 ORDER BY position";
        let mut statement = self.tx.prepare_cached(query)?;
        let mut rows = statement.query(params![account.to_ad_bytes(), attribute])?;
        let mut values = Vec::new();
        while let Some(row) = rows.next()? {
            values.push(ManagedValue {
                value: row.get::<_, String>(0)?.into(),
                owner: codec::value_owner(&row.get::<_, String>(1)?)?,
                since: codec::time(&row.get::<_, String>(2)?)?,
            });
        }
        Ok(values)
    }

    /// Remembers whose the values of an attribute are, in place of what was; none forgets the attribute.
    pub fn set_values(
        &mut self,
        account: Guid,
        attribute: &str,
        values: &[ManagedValue],
    ) -> Result<(), StoreError> {
        let key = account.to_ad_bytes();
        self.tx
            .prepare_cached("DELETE FROM attribute_value WHERE account = ?1 AND attribute = ?2")?
            .execute(params![key, attribute])?;
        let mut insert = self.tx.prepare_cached(
            "INSERT INTO attribute_value (account, attribute, position, value, owner, since)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (position, value) in (0_i64..).zip(values) {
            let owner = codec::value_owner_word(value.owner);
            insert.execute(params![
                key,
                attribute,
                position,
                value.value,
                owner,
                value.since.to_string()
            ])?;
        }
        Ok(())
    }

    /// Counts that a run took back what a hand wrote into an attribute; `false` begins anew.
    pub fn set_back(
        &mut self,
        account: Guid,
        attribute: &str,
        by_hand: bool,
    ) -> Result<(), StoreError> {
        let key = account.to_ad_bytes();
        let query = if by_hand {
            "INSERT INTO set_back (account, attribute, times) VALUES (?1, ?2, 1)
             ON CONFLICT (account, attribute) DO UPDATE SET times = times + 1"
        } else {
            "DELETE FROM set_back WHERE account = ?1 AND attribute = ?2"
        };
        self.tx
            .prepare_cached(query)?
            .execute(params![key, attribute])?;
        Ok(())
    }

    /// Reserves a name for a person; one that they have already keeps its time.
    pub fn reserve(
        &mut self,
        space: NameSpace,
        name: &str,
        person: &PersonId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO reservation (space, name, person, since) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (space, name) DO UPDATE SET released = NULL,
                   since = CASE person WHEN ?3 THEN since ELSE ?4 END, person = ?3",
            )?
            .execute(params![
                codec::name_space_word(space),
                name,
                person.to_string(),
                at.to_string()
            ])?;
        Ok(())
    }

    /// Writes a reservation as it is.
    pub fn set_reservation(
        &mut self,
        space: NameSpace,
        name: &str,
        reservation: &Reservation,
    ) -> Result<(), StoreError> {
        self.reserve(space, name, &reservation.person, reservation.since)?;
        self.tx.execute(
            "UPDATE reservation SET since = ?3, released = ?4 WHERE space = ?1 AND name = ?2",
            params![
                codec::name_space_word(space),
                name,
                reservation.since.to_string(),
                when(reservation.released)
            ],
        )?;
        Ok(())
    }

    /// Counts what a run did of one kind.
    pub fn count(
        &mut self,
        run: Uuid,
        kind: &str,
        at: Timestamp,
        more: u32,
    ) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO guard_count (run, kind, at, count) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (run, kind) DO UPDATE SET at = ?3, count = count + ?4",
            )?
            .execute(params![run.to_string(), kind, at.to_string(), more])?;
        Ok(())
    }

    /// Drops counts older than that; text of equal form sorts as time does.
    pub fn drop_counts_before(&mut self, at: Timestamp) -> Result<(), StoreError> {
        let mut old = Vec::new();
        read::each(
            &self.tx,
            "SELECT DISTINCT run, at FROM guard_count",
            |row| {
                let (run, counted): (String, String) = (row.get(0)?, row.get(1)?);
                if codec::time(&counted)? < at {
                    old.push((run, counted));
                }
                Ok(())
            },
        )?;
        for (run, counted) in old {
            self.tx.execute(
                "DELETE FROM guard_count WHERE run = ?1 AND at = ?2",
                params![run, counted],
            )?;
        }
        Ok(())
    }

    /// Which accounts are open, and since when; in place of the former list.
    pub fn set_open_accounts<'b>(
        &mut self,
        open: impl IntoIterator<Item = &'b (Guid, Timestamp)>,
    ) -> Result<(), StoreError> {
        self.tx.execute("DELETE FROM open_account", [])?;
        let mut insert = self
            .tx
            .prepare_cached("INSERT OR REPLACE INTO open_account (guid, since) VALUES (?1, ?2)")?;
        for (guid, since) in open {
            insert.execute(params![guid.to_ad_bytes(), since.to_string()])?;
        }
        Ok(())
    }

    /// Remembers that an account should have been disabled and is not; one that is open already keeps its time.
    pub fn set_failed(&mut self, account: Guid, at: Timestamp) -> Result<(), StoreError> {
        self.tx
            .prepare_cached(
                "INSERT INTO open_account (guid, since, failed) VALUES (?1, ?2, 1)
                 ON CONFLICT (guid) DO UPDATE SET failed = 1",
            )?
            .execute(params![account.to_ad_bytes(), at.to_string()])?;
        Ok(())
    }

    /// Remembers when an exception was first seen; one that is known keeps its time.
    pub fn see_exception(&mut self, digest: &str, at: Timestamp) -> Result<(), StoreError> {
        self.tx
            .prepare_cached("INSERT OR IGNORE INTO exception_seen (digest, since) VALUES (?1, ?2)")?
            .execute(params![digest, at.to_string()])?;
        Ok(())
    }

    /// Appends to the audit trail; yields the number of what the entry keeps apart.
    pub fn audit(&mut self, entry: &audit::Entry<'_>) -> Result<Option<i64>, StoreError> {
        audit::append(&self.tx, entry)
    }
}

fn when(at: Option<Timestamp>) -> Option<Arc<str>> {
    at.map(|at| at.to_string().into())
}
