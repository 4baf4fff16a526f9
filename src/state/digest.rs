//! What digests collect, until they go.
//!
//! An item lies here from the end of the run that made it due, sealed under the key of its person, once for each of those
//! to whom it goes. [`Writer::digests_begin`] makes a notice of all that goes to one address as its time comes: from then
//! on it is an entry of the outbox as any other, with an id of its own, and what it says is put together from its items
//! whenever it is read. So nothing that is about several people is ever kept, and who is forgotten stands in no digest
//! that is still sent.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

use super::outbox::Due;
use super::{Entry, Private, Store, StoreError, Writer, codec, private};
use crate::hr::PersonId;

/// For which digest something is collected.
#[derive(Debug, Clone, Copy)]
pub struct Collect<'a> {
    /// When it goes.
    pub at: Timestamp,
    /// The `on` line that watches whether it is still so.
    pub key: &'a str,
    /// To how many it goes.
    pub recipients: usize,
}

/// Something that is being collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// Its id.
    pub id: String,
    /// The run that made it due.
    pub run: Uuid,
    /// The notice that collects it, by its name in the policy.
    pub notice: String,
    /// About whom.
    pub person: PersonId,
    /// When it became due.
    pub made: Timestamp,
    /// When the digest goes.
    pub due: Timestamp,
}

/// What an item says, as the state keeps it.
#[derive(Debug, Deserialize)]
struct Content {
    to: Vec<String>,
    subject: String,
    body: String,
}

impl Writer<'_> {
    /// Puts something away for a digest, and on the trail.
    pub fn notice_collected(
        &mut self,
        run: Uuid,
        (due, collect): (&Due<'_>, &Collect<'_>),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, content) = self.put_away(run, due, "collected", at)?;
        let mut insert = self.db().prepare_cached(
            "INSERT INTO digest_item (id, recipient, run, notice, key, person, content, made, due)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for recipient in 0..u32::try_from(collect.recipients).unwrap_or(u32::MAX) {
            insert.execute(params![
                id,
                recipient,
                run.to_string(),
                due.notice,
                collect.key,
                due.person.to_string(),
                content,
                at.to_string(),
                collect.at.to_string()
            ])?;
        }
        Ok(())
    }

    /// What an `on` line tells of a person is so no longer: what was collected of it and is in no digest is told to nobody.
    pub(super) fn no_longer_so(&mut self, key: &str, person: &PersonId) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(
                "DELETE FROM digest_item WHERE key = ?1 AND person = ?2 AND digest IS NULL",
            )?
            .execute(params![key, person.to_string()])?;
        Ok(())
    }

    /// Takes back what is being collected, to whomever it would go.
    pub fn collected_void(
        &mut self,
        item: &Collected,
        because: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = serde_json::json!({
            "notice": item.notice, "id": item.id, "status": "void", "because": because,
        });
        self.audit(&Entry {
            at,
            event: "notice",
            run: Some(item.run),
            facts: &facts.to_string(),
            private: None,
        })?;
        self.db().execute(
            "DELETE FROM digest_item WHERE id = ?1 AND digest IS NULL",
            [&item.id],
        )?;
        Ok(())
    }

    /// Makes a notice of all that was collected for one address and whose time has come; how many notices that are.
    pub fn digests_begin(&mut self, at: Timestamp) -> Result<usize, StoreError> {
        // By notice and address.
        let mut digests: BTreeMap<(String, String), Vec<Part>> = BTreeMap::new();
        for (seq, waiting) in open(self.db())? {
            if waiting.due > at {
                continue;
            }
            // What was forgotten by its age is told to nobody.
            if let Some(address) = waiting.address {
                let items = digests.entry((waiting.notice, address)).or_default();
                let id = format!("{}.{}", waiting.id, waiting.recipient);
                items.push((seq, id, waiting.run));
            } else {
                self.db()
                    .execute("DELETE FROM digest_item WHERE seq = ?1", [seq])?;
            }
        }
        for ((notice, _), items) in &digests {
            let Some((_, first, run)) = items.first() else {
                continue;
            };
            let id = format!("{first}.digest");
            let facts = serde_json::json!({
                "notice": notice, "id": id, "status": "due", "collected": items.len(),
            });
            self.audit(&Entry {
                at,
                event: "notice",
                run: Some(codec::uuid(run)?),
                facts: &facts.to_string(),
                private: None,
            })?;
            self.db().execute(
                "INSERT INTO outbox (id, run, notice, event, status, made, digest)
                 VALUES (?1, ?2, ?3, 'digest', 'due', ?4, 1)",
                params![id, run, notice, at.to_string()],
            )?;
            let mut update = self
                .db()
                .prepare_cached("UPDATE digest_item SET digest = ?2 WHERE seq = ?1")?;
            for (seq, _, _) in items {
                update.execute(params![seq, id])?;
            }
        }
        Ok(digests.len())
    }
}

impl Store {
    /// What is being collected, by when it goes and in the order in which it came; each once, to however many it goes.
    pub fn collected(&self) -> Result<Vec<Collected>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare(
                "SELECT id, notice, person, made, due, run FROM digest_item
                 WHERE digest IS NULL AND recipient = 0 AND person IS NOT NULL ORDER BY seq",
            )?;
            let mut rows = statement.query([])?;
            let mut collected = Vec::new();
            while let Some(row) = rows.next()? {
                collected.push(Collected {
                    id: row.get(0)?,
                    run: codec::uuid(&row.get::<_, String>(5)?)?,
                    notice: row.get(1)?,
                    person: codec::person(&row.get::<_, String>(2)?)?,
                    made: codec::time(&row.get::<_, String>(3)?)?,
                    due: codec::time(&row.get::<_, String>(4)?)?,
                });
            }
            collected.sort_by_key(|one| one.due);
            Ok(collected)
        })
    }

    /// Whether the time of a digest has come.
    pub fn digest_is_due(&self, at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.collected()?.iter().any(|one| one.due <= at))
    }
}

/// A row that becomes part of a digest, its id with the position of the recipient, and its run.
type Part = (i64, String, String);

/// An item that waits for its digest.
struct Waiting {
    id: String,
    recipient: u32,
    run: String,
    notice: String,
    due: Timestamp,
    address: Option<String>,
}

fn open(db: &Connection) -> Result<Vec<(i64, Waiting)>, StoreError> {
    let mut statement = db.prepare(
        "SELECT seq, id, recipient, run, notice, due, content FROM digest_item
         WHERE digest IS NULL ORDER BY seq",
    )?;
    let mut rows = statement.query([])?;
    let mut waiting = Vec::new();
    while let Some(row) = rows.next()? {
        let recipient: u32 = codec::count(row.get(2)?)?;
        let content = content(db, row.get(6)?)?;
        let item = Waiting {
            id: row.get(1)?,
            recipient,
            run: row.get(3)?,
            notice: row.get(4)?,
            due: codec::time(&row.get::<_, String>(5)?)?,
            address: content.and_then(|content| content.to.into_iter().nth(recipient as usize)),
        };
        waiting.push((row.get(0)?, item));
    }
    Ok(waiting)
}

/// What an item says; none once that was forgotten.
fn content(db: &Connection, id: Option<i64>) -> Result<Option<Content>, StoreError> {
    let Some(id) = id else {
        return Ok(None);
    };
    let (found, _) = private::get(db, id)?;
    let Some(text) = found.known() else {
        return Ok(None);
    };
    let content = serde_json::from_str(text);
    content
        .map(Some)
        .map_err(|_| codec::unreadable("what a digest says", "content"))
}

/// What a digest says, put together, and of how many it is; in the order of the people.
pub(super) fn written(db: &Connection, digest: &str) -> Result<(Private, usize), StoreError> {
    let mut statement = db.prepare(
        "SELECT recipient, content FROM digest_item
         WHERE digest = ?1 AND person IS NOT NULL ORDER BY person, seq",
    )?;
    let mut rows = statement.query([digest])?;
    let mut items = Vec::new();
    let mut head: Option<(String, String)> = None;
    while let Some(row) = rows.next()? {
        let recipient: u32 = codec::count(row.get(0)?)?;
        let Some(content) = content(db, row.get(1)?)? else {
            continue;
        };
        let address = content.to.into_iter().nth(recipient as usize);
        head = head.or(address.map(|address| (address, content.subject)));
        items.push(content.body.trim_end().to_owned());
    }
    let Some((address, subject)) = head else {
        return Ok((Private::Forgotten, 0));
    };
    // Lines stand below one another, paragraphs apart.
    let lines = items.iter().all(|item| !item.contains('\n'));
    let body = items.join(if lines { "\n" } else { "\n\n" });
    let text = serde_json::json!({ "to": [address], "subject": subject, "body": body });
    Ok((Private::Known(text.to_string()), items.len()))
}

/// Drops the items of digests that are no longer kept, and those from before that second.
pub(super) fn drop_before(db: &Connection, second: &str) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM digest_item WHERE substr(made, 1, 19) < ?1
           OR digest IS NOT NULL AND digest NOT IN (SELECT id FROM outbox)",
        [second],
    )?;
    Ok(())
}
