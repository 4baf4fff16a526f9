//! Reads the whole state into a [`Prior`].

use rusqlite::{Connection, Row};

use super::prior::{
    AccountMemory, GuardCount, ManagedValue, Membership, Overlay, PersonMemory, Prior, Reservation,
    Salt,
};
use super::store::Identity;
use super::{StoreError, codec, orders};
use crate::directory::Guid;

/// Which store this is, and whose.
pub(crate) fn identity(db: &Connection) -> Result<Identity, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id, generation, domain, domain_name FROM store")?;
    let mut rows = statement.query([])?;
    let row = rows
        .next()?
        .ok_or_else(|| codec::unreadable("an identity", "none"))?;
    let generation: i64 = row.get(1)?;
    Ok(Identity {
        id: codec::uuid(&text(row, 0)?)?,
        generation: u64::try_from(generation)
            .map_err(|_| codec::unreadable("a generation", &generation.to_string()))?,
        domain: codec::maybe_guid(row, 2)?,
        domain_name: row.get(3)?,
    })
}

/// Everything, table by table.
pub(crate) fn prior(db: &Connection) -> Result<Prior, StoreError> {
    let identity = identity(db)?;
    let mut prior = Prior {
        id: identity.id,
        generation: identity.generation,
        ..Prior::default()
    };
    each(db, "SELECT bytes FROM salt", |row| {
        let bytes: Vec<u8> = row.get(0)?;
        let bytes = bytes.try_into();
        prior.salt = Salt(bytes.map_err(|_| codec::unreadable("a salt", "of another length"))?);
        Ok(())
    })?;
    each(db, "SELECT policy, people_read FROM store", |row| {
        prior.policy = maybe_text(row, 0)?.map(Into::into);
        prior.people_read = row
            .get::<_, Option<i64>>(1)?
            .map(codec::count)
            .transpose()?;
        Ok(())
    })?;
    each(
        db,
        "SELECT id, account, stage, entered, digests, vanished FROM person",
        |row| {
            let memory = PersonMemory {
                account: codec::maybe_guid(row, 1)?,
                stage: maybe_text(row, 2)?.map(Into::into),
                entered: codec::maybe_time(maybe_text(row, 3)?.as_deref())?,
                values: codec::map(&text(row, 4)?)?,
                vanished: codec::maybe_time(maybe_text(row, 5)?.as_deref())?,
            };
            prior.people.insert(codec::person(&text(row, 0)?)?, memory);
            Ok(())
        },
    )?;
    orders::ends(db, |person, end| {
        prior.ends.insert(person, end);
    })?;
    prior.freeze = orders::freeze(db)?;
    accounts(db, &mut prior)?;
    each(
        db,
        "SELECT account, in_group, owner, since, lapsed, removed_by_stage FROM membership",
        |row| {
            let membership = Membership {
                owner: codec::membership_owner(&text(row, 2)?)?,
                since: codec::time(&text(row, 3)?)?,
                lapsed: codec::maybe_time(maybe_text(row, 4)?.as_deref())?,
                removed_by_stage: maybe_text(row, 5)?.map(Into::into),
            };
            prior
                .memberships
                .insert((guid(row, 0)?, guid(row, 1)?), membership);
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT account, attribute, value, owner, since FROM attribute_value
         ORDER BY account, attribute, position",
        |row| {
            let value = ManagedValue {
                value: text(row, 2)?.into(),
                owner: codec::value_owner(&text(row, 3)?)?,
                since: codec::time(&text(row, 4)?)?,
            };
            let key = (guid(row, 0)?, text(row, 1)?.into());
            prior.values.entry(key).or_default().push(value);
            Ok(())
        },
    )?;
    names_and_counts(db, &mut prior)?;
    Ok(prior)
}

fn accounts(db: &Connection, prior: &mut Prior) -> Result<(), StoreError> {
    each(
        db,
        "SELECT guid, person, tied, created, disabled_since, disabled_by_us, password_set,
                password_given, anchor FROM account",
        |row| {
            let memory = AccountMemory {
                person: maybe_text(row, 1)?
                    .as_deref()
                    .map(codec::person)
                    .transpose()?,
                tied: row.get(2)?,
                created: codec::maybe_time(maybe_text(row, 3)?.as_deref())?,
                disabled_since: codec::maybe_time(maybe_text(row, 4)?.as_deref())?,
                disabled_by_us: row.get(5)?,
                password_set: codec::maybe_time(maybe_text(row, 6)?.as_deref())?,
                password_given: codec::maybe_time(maybe_text(row, 7)?.as_deref())?,
                overlays: Vec::new(),
                anchor: maybe_text(row, 8)?.map(Into::into),
            };
            prior.accounts.insert(guid(row, 0)?, memory);
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT account, stage, attribute, before, wrote FROM overlay ORDER BY account, position",
        |row| {
            let overlay = Overlay {
                stage: text(row, 1)?.into(),
                attribute: text(row, 2)?.into(),
                before: codec::list(&text(row, 3)?)?,
                wrote: codec::list(&text(row, 4)?)?,
            };
            prior
                .accounts
                .entry(guid(row, 0)?)
                .or_default()
                .overlays
                .push(overlay);
            Ok(())
        },
    )
}

fn names_and_counts(db: &Connection, prior: &mut Prior) -> Result<(), StoreError> {
    each(
        db,
        "SELECT account, attribute, times FROM set_back",
        |row| {
            let key = (guid(row, 0)?, text(row, 1)?.into());
            prior.set_back.insert(key, codec::count(row.get(2)?)?);
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT space, name, person, since, released FROM reservation",
        |row| {
            let reservation = Reservation {
                person: codec::person(&text(row, 2)?)?,
                since: codec::time(&text(row, 3)?)?,
                released: codec::maybe_time(maybe_text(row, 4)?.as_deref())?,
            };
            let key = (codec::name_space(&text(row, 0)?)?, text(row, 1)?.into());
            prior.reservations.insert(key, reservation);
            Ok(())
        },
    )?;
    each(
        db,
        "SELECT run, kind, at, count FROM guard_count ORDER BY at, run, kind",
        |row| {
            prior.guard_counts.push(GuardCount {
                kind: text(row, 1)?.into(),
                at: codec::time(&text(row, 2)?)?,
                count: codec::count(row.get(3)?)?,
                run: codec::uuid(&text(row, 0)?)?,
            });
            Ok(())
        },
    )?;
    each(db, "SELECT guid, since, failed FROM open_account", |row| {
        let account = guid(row, 0)?;
        prior
            .open_since
            .insert(account, codec::time(&text(row, 1)?)?);
        if row.get(2)? {
            prior.failed.insert(account);
        }
        Ok(())
    })?;
    prior.approvals = super::approvals::asked(db)?;
    prior.steps = super::steps::all(db)?;
    each(
        db,
        "SELECT person, field, digest FROM written_back",
        |row| {
            let key = (codec::person(&text(row, 0)?)?, text(row, 1)?.into());
            prior.written.insert(key, text(row, 2)?.into());
            Ok(())
        },
    )?;
    each(db, "SELECT key FROM notice_known", |row| {
        prior.notices_known.insert(text(row, 0)?.into());
        Ok(())
    })?;
    each(db, "SELECT key, person FROM notice_state", |row| {
        let person = codec::person(&text(row, 1)?)?;
        prior.notice_states.insert((text(row, 0)?.into(), person));
        Ok(())
    })?;
    each(
        db,
        "SELECT DISTINCT person, due FROM digest_item WHERE digest IS NULL AND person IS NOT NULL",
        |row| {
            let person = codec::person(&text(row, 0)?)?;
            let due = codec::time(&text(row, 1)?)?;
            prior.collected.insert((person, due));
            Ok(())
        },
    )?;
    each(db, "SELECT source, records FROM source_read", |row| {
        prior
            .sources_read
            .insert(text(row, 0)?.into(), codec::count(row.get(1)?)?);
        Ok(())
    })?;
    each(db, "SELECT digest, since FROM exception_seen", |row| {
        prior
            .exceptions_seen
            .insert(text(row, 0)?.into(), codec::time(&text(row, 1)?)?);
        Ok(())
    })
}

/// Runs a query and hands on each row.
pub(crate) fn each(
    db: &Connection,
    query: &str,
    mut row: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(query)?;
    let mut rows = statement.query([])?;
    while let Some(found) = rows.next()? {
        row(found)?;
    }
    Ok(())
}

fn text(row: &Row<'_>, column: usize) -> Result<String, StoreError> {
    Ok(row.get(column)?)
}

fn maybe_text(row: &Row<'_>, column: usize) -> Result<Option<String>, StoreError> {
    Ok(row.get(column)?)
}

fn guid(row: &Row<'_>, column: usize) -> Result<Guid, StoreError> {
    codec::guid(&row.get::<_, Vec<u8>>(column)?)
}
