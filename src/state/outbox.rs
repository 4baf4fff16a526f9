//! Notices that are due, until they are sent.
//!
//! A notice gets here in the transaction that ends the run whose effects it tells: so it is never lost and
//! never told of what did not happen. Its id stays the same however often it is tried, so that whoever gets a
//! repeat can tell. What it says is sealed under the key of the person whom it is about.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::delivery::{self, Delivery, Target};
use super::{Entry, Private, Store, StoreError, Writer, codec, digest, private};
use crate::hr::PersonId;

/// A notice on its way into the outbox.
#[derive(Debug, Clone, Copy)]
pub struct Due<'a> {
    /// Its place among the notices of its run.
    pub position: u32,
    /// Its name in the policy.
    pub notice: &'a str,
    /// What happened.
    pub event: &'a str,
    /// About whom.
    pub person: &'a PersonId,
    /// To whom, subject and body, as JSON.
    pub content: &'a str,
}

/// A notice that a run sent itself, at once, with something in it that is kept nowhere. It is never sent again.
#[derive(Debug, Clone, Copy)]
pub struct SentAtOnce<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name in the policy.
    pub notice: &'a str,
    /// What happened.
    pub event: &'a str,
    /// About whom.
    pub person: &'a PersonId,
    /// To whom, subject and body, as JSON, without what is kept nowhere.
    pub content: &'a str,
    /// Somebody certainly has it.
    pub arrived: bool,
    /// One that says something else may have been sent before, and holds no more.
    pub again: bool,
    /// What became of it with each to whom it was sent.
    pub deliveries: &'a [Delivery],
    /// What went wrong.
    pub problem: Option<&'a str>,
}

/// A notice in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its id for ever: Message-ID and idempotency key.
    pub id: String,
    /// Which run made it due.
    pub run: Uuid,
    /// Its name in the policy.
    pub notice: String,
    /// What happened.
    pub event: String,
    /// About whom; `None` once they were forgotten.
    pub person: Option<PersonId>,
    /// `due`, `sending`, `sent`, `failed` or `void`.
    pub status: String,
    /// When it became due.
    pub made: Timestamp,
    /// When it was tried last.
    pub tried: Option<Timestamp>,
    /// How often it was tried.
    pub attempts: u32,
    /// What it says.
    pub content: Private,
    /// What went wrong last.
    pub problem: Option<Private>,
    /// Of a digest, how many items it has; none where it is about one person.
    pub digest: Option<usize>,
    /// How far it is with each of those to whom it was tried to be sent.
    pub deliveries: Vec<Delivery>,
}

impl Kept {
    /// Whether it still has to be sent.
    pub fn waits(&self) -> bool {
        matches!(&*self.status, "due" | "sending")
    }

    /// How far it is with one of those to whom it goes; none where that was never tried.
    pub fn delivery(&self, target: Target) -> Option<&Delivery> {
        self.deliveries.iter().find(|one| one.target == target)
    }
}

impl Writer<'_> {
    /// Puts a notice into the outbox, and on the trail.
    pub fn notice_due(
        &mut self,
        run: Uuid,
        due: &Due<'_>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, content) = self.put_away(run, due, "due", at)?;
        self.db()
            .prepare_cached(
                "INSERT INTO outbox (id, run, notice, event, person, content, status, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'due', ?7)",
            )?
            .execute(params![
                id,
                run.to_string(),
                due.notice,
                due.event,
                due.person.to_string(),
                content,
                at.to_string()
            ])?;
        Ok(())
    }

    /// Puts on the trail what becomes of a notice, and what it says under the key of its person: its id and where that is.
    pub(super) fn put_away(
        &mut self,
        run: Uuid,
        due: &Due<'_>,
        status: &str,
        at: Timestamp,
    ) -> Result<(String, Option<i64>), StoreError> {
        let id = format!("{run}.{}", due.position);
        let facts = serde_json::json!({ "notice": due.notice, "id": id, "status": status });
        let content = self.audit(&Entry {
            at,
            event: "notice",
            run: Some(run),
            facts: &facts.to_string(),
            private: Some((Some(due.person), due.content)),
        })?;
        Ok((id, content))
    }

    /// Remembers a notice that the run sent at once, and puts it on the trail.
    pub fn notice_sent(
        &mut self,
        run: Uuid,
        sent: &SentAtOnce<'_>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let status = if sent.arrived { "sent" } else { "void" };
        let mut facts = serde_json::json!({
            "notice": sent.notice,
            "id": sent.id,
            "status": status,
            "at_once": true,
            "reached": delivery::reached(sent.deliveries),
        });
        if let (true, Some(facts)) = (sent.again, facts.as_object_mut()) {
            facts.insert("perhaps_before".to_owned(), true.into());
        }
        let mut audit = |facts: &str, private: &str| {
            self.audit(&Entry {
                at,
                event: "notice",
                run: Some(run),
                facts,
                private: Some((Some(sent.person), private)),
            })
        };
        let content = audit(&facts.to_string(), sent.content)?;
        let problem = match sent.problem {
            None => None,
            Some(problem) => {
                let facts =
                    serde_json::json!({ "notice": sent.notice, "id": sent.id, "status": status });
                audit(&facts.to_string(), problem)?
            }
        };
        self.db()
            .prepare_cached(
                "INSERT INTO outbox (id, run, notice, event, person, content, status, made, tried, attempts, ended,
                                     problem)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, 1, ?8, ?9)",
            )?
            .execute(params![
                sent.id,
                run.to_string(),
                sent.notice,
                sent.event,
                sent.person.to_string(),
                content,
                status,
                at.to_string(),
                problem
            ])?;
        for one in sent.deliveries {
            self.set_delivery(sent.id, one)?;
        }
        Ok(())
    }
}

impl Store {
    /// Everything in the outbox, oldest first.
    pub fn outbox(&self) -> Result<Vec<Kept>, StoreError> {
        self.read(|db| kept(db, Which::All))
    }

    /// What still has to be sent, oldest first; with what was refused for good, if that is wanted.
    pub fn outbox_open(&self, refused: bool) -> Result<Vec<Kept>, StoreError> {
        self.read(|db| kept(db, Which::Open { refused }))
    }
}

/// Which notices are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    /// All.
    All,
    /// Those of one run.
    Of(Uuid),
    /// Those that wait, and those that were refused if that is wanted.
    Open {
        /// Also what was refused for good.
        refused: bool,
    },
}

/// What lies in the outbox, oldest first.
pub(crate) fn kept(db: &Connection, which: Which) -> Result<Vec<Kept>, StoreError> {
    let (run, open, refused) = match which {
        Which::All => (None, false, false),
        Which::Of(run) => (Some(run.to_string()), false, false),
        Which::Open { refused } => (None, true, refused),
    };
    let mut kept = Vec::new();
    let mut statement = db.prepare(
        "SELECT id, run, notice, event, person, status, made, attempts, content, tried, problem, digest
         FROM outbox
         WHERE (?1 IS NULL OR run = ?1)
           AND (NOT ?2 OR status IN ('due', 'sending') OR (?3 AND status = 'failed'))
         ORDER BY seq",
    )?;
    let mut rows = statement.query(params![run, open, refused])?;
    while let Some(row) = rows.next()? {
        let person: Option<String> = row.get(4)?;
        let apart = |column: usize| -> Result<Option<Private>, StoreError> {
            let id: Option<i64> = row.get(column)?;
            id.map(|id| private::get(db, id).map(|found| found.0))
                .transpose()
        };
        let (content, problem) = (apart(8)?, apart(10)?);
        let id: String = row.get(0)?;
        let (content, items) = if row.get(11)? {
            let (content, items) = digest::written(db, &id)?;
            (Some(content), Some(items))
        } else {
            (content, None)
        };
        let tried: Option<String> = row.get(9)?;
        kept.push(Kept {
            id,
            run: codec::uuid(&row.get::<_, String>(1)?)?,
            notice: row.get(2)?,
            event: row.get(3)?,
            person: person.as_deref().map(codec::person).transpose()?,
            status: row.get(5)?,
            made: codec::time(&row.get::<_, String>(6)?)?,
            tried: tried.as_deref().map(codec::time).transpose()?,
            attempts: codec::count(row.get(7)?)?,
            content: content.unwrap_or(Private::Forgotten),
            problem,
            digest: items,
            deliveries: Vec::new(),
        });
    }
    delivery::of_all(db, &mut kept)?;
    Ok(kept)
}

/// Drops what became due before that second.
pub(super) fn drop_before(db: &Connection, second: &str) -> Result<(), StoreError> {
    db.execute(
        "DELETE FROM outbox WHERE substr(made, 1, 19) < ?1",
        [second],
    )?;
    db.execute(
        "DELETE FROM delivery WHERE notice NOT IN (SELECT id FROM outbox)",
        [],
    )?;
    digest::drop_before(db, second)
}
