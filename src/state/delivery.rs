//! How far each notice of the outbox is on its way: begun, taken, refused, or nobody knows.
//!
//! That it is begun is on disk before the network is touched, and what came of it afterwards, in one transaction
//! with its entry on the trail. What is found begun may have arrived: it is sent again under the same id, and the
//! trail says that this may be a repeat. What a server says may name somebody, so it is sealed like the notice.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::outbox::Kept;
use super::{Entry, StoreError, Writer, codec};

/// How a notice reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// By mail, to one of its recipients.
    Mail,
    /// By HTTP, to the one address that the configuration names.
    Http,
}

impl Way {
    /// The word for it in the store and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Http => "http",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let found = [Self::Mail, Self::Http]
            .into_iter()
            .find(|way| way.word() == word);
        found.ok_or_else(|| codec::unreadable("a way", word))
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Handed over, perhaps: nothing says how that ended.
    Sending,
    /// Not taken yet, and it will be tried again.
    Due,
    /// Taken.
    Sent,
    /// Refused for good.
    Failed,
}

impl Progress {
    const ALL: [Self; 4] = [Self::Sending, Self::Due, Self::Sent, Self::Failed];

    /// The word for it in the store and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    /// Whether there is nothing more to be done.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Sent | Self::Failed)
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| codec::unreadable("a progress", word))
    }
}

/// To whom a notice goes, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// How.
    pub way: Way,
    /// Which of its recipients; 0 where it is posted.
    pub position: u32,
}

/// How far a notice is with one of those to whom it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// To whom.
    pub target: Target,
    /// How far.
    pub progress: Progress,
    /// An earlier attempt was begun, and nothing says how it ended: a further one may be a repeat.
    pub perhaps: bool,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Which notice.
    pub notice: &'a Kept,
    /// How far it is now with those that were tried.
    pub deliveries: &'a [Delivery],
    /// How far it is as a whole.
    pub progress: Progress,
    /// What went wrong; none where nothing did.
    pub problem: Option<&'a str>,
}

impl Writer<'_> {
    /// A notice is about to be handed over to these; on the trail where it may be a repeat.
    pub fn notice_begins(
        &mut self,
        notice: &Kept,
        targets: &[Target],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let again: Vec<_> = notice
            .deliveries
            .iter()
            .filter(|one| one.perhaps && targets.contains(&one.target))
            .map(|one| pair(one.target))
            .collect();
        if !again.is_empty() {
            let facts = serde_json::json!({
                "notice": notice.notice,
                "id": notice.id,
                "status": "sending",
                "perhaps_again": again,
            });
            self.audit(&Entry {
                at,
                event: "notice",
                run: Some(notice.run),
                facts: &facts.to_string(),
                private: None,
            })?;
        }
        self.db()
            .prepare_cached(
                "UPDATE outbox SET status = 'sending', tried = ?2, attempts = attempts + 1 WHERE id = ?1",
            )?
            .execute(params![notice.id, at.to_string()])?;
        for target in targets {
            let begun = Delivery {
                target: *target,
                progress: Progress::Sending,
                perhaps: true,
            };
            self.set_delivery(&notice.id, &begun)?;
        }
        Ok(())
    }

    /// What came of it, and onto the trail.
    pub fn notice_tried(&mut self, attempt: &Attempt<'_>, at: Timestamp) -> Result<(), StoreError> {
        let notice = attempt.notice;
        let facts = serde_json::json!({
            "notice": notice.notice,
            "id": notice.id,
            "status": attempt.progress.word(),
            "reached": reached(attempt.deliveries),
        });
        let problem = self.audit(&Entry {
            at,
            event: "notice",
            run: Some(notice.run),
            facts: &facts.to_string(),
            private: attempt
                .problem
                .map(|problem| (notice.person.as_ref(), problem)),
        })?;
        for one in attempt.deliveries {
            self.set_delivery(&notice.id, one)?;
        }
        let ended = attempt.progress.is_over().then(|| at.to_string());
        self.db()
            .prepare_cached(
                "UPDATE outbox SET status = ?2, ended = ?3,
                   problem = CASE WHEN ?2 = 'sent' THEN ?4 ELSE coalesce(?4, problem) END
                 WHERE id = ?1",
            )?
            .execute(params![notice.id, attempt.progress.word(), ended, problem])?;
        Ok(())
    }

    /// Nothing can be sent in that way: what waits for it says why. The text names nobody.
    pub fn way_is_closed(
        &mut self,
        way: Way,
        waiting: &[&Kept],
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = serde_json::json!({ "way": way.word(), "waiting": waiting.len() });
        let problem = self.audit(&Entry {
            at,
            event: "notices-wait",
            run: None,
            facts: &facts.to_string(),
            private: Some((None, problem)),
        })?;
        let mut update = self
            .db()
            .prepare_cached("UPDATE outbox SET problem = ?2 WHERE id = ?1")?;
        for notice in waiting {
            update.execute(params![notice.id, problem])?;
        }
        Ok(())
    }

    /// A notice must not be told any more.
    pub fn notice_void(
        &mut self,
        notice: &Kept,
        because: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = serde_json::json!({
            "notice": notice.notice,
            "id": notice.id,
            "status": "void",
            "because": because,
        });
        self.audit(&Entry {
            at,
            event: "notice",
            run: Some(notice.run),
            facts: &facts.to_string(),
            private: None,
        })?;
        self.db().execute(
            "UPDATE outbox SET status = 'void', ended = ?2 WHERE id = ?1",
            params![notice.id, at.to_string()],
        )?;
        Ok(())
    }

    pub(super) fn set_delivery(
        &mut self,
        notice: &str,
        delivery: &Delivery,
    ) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(
                "INSERT OR REPLACE INTO delivery (notice, way, position, status, perhaps)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                notice,
                delivery.target.way.word(),
                delivery.target.position,
                delivery.progress.word(),
                delivery.perhaps
            ])?;
        Ok(())
    }
}

/// How far each is, as the trail says it.
pub(super) fn reached(deliveries: &[Delivery]) -> Vec<serde_json::Value> {
    let one = |one: &Delivery| {
        serde_json::json!([
            one.target.way.word(),
            one.target.position,
            one.progress.word()
        ])
    };
    deliveries.iter().map(one).collect()
}

fn pair(target: Target) -> serde_json::Value {
    serde_json::json!([target.way.word(), target.position])
}

/// Adds to each notice how far it is.
pub(super) fn of_all(db: &Connection, kept: &mut [Kept]) -> Result<(), StoreError> {
    let mut statement = db.prepare(
        "SELECT way, position, status, perhaps FROM delivery WHERE notice = ?1 ORDER BY way DESC, position",
    )?;
    for notice in kept.iter_mut().filter(|notice| notice.attempts > 0) {
        let mut rows = statement.query([&notice.id])?;
        while let Some(row) = rows.next()? {
            notice.deliveries.push(Delivery {
                target: Target {
                    way: Way::read(&row.get::<_, String>(0)?)?,
                    position: codec::count(row.get(1)?)?,
                },
                progress: Progress::read(&row.get::<_, String>(2)?)?,
                perhaps: row.get(3)?,
            });
        }
    }
    Ok(())
}
