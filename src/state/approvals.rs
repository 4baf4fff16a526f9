//! What waits for a person: the questions that runs asked, and the answers that people gave (S19).
//!
//! A question is known by the digest of what is to be done, so an answer holds for exactly that. A yes and a no have
//! an end each, and a new answer makes the state a new generation: no plan from before it is applied after it. What
//! a question is about is personal and lies sealed under the person's key.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::prior::{Asked, Given, Refused};
use super::{Entry, Private, Store, StoreError, Writer, codec, private, read};
use crate::hr::PersonId;

/// A question as a run asks it.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The digest of what is to be done.
    pub id: &'a str,
    /// Whom it concerns; `None` for what is nobody's, such as a group that is made.
    pub person: Option<&'a PersonId>,
    /// When it was asked, when it ends, and what was answered.
    pub asked: &'a Asked,
    /// What it is about, as text of the asker's own; kept apart under the person's key.
    pub what: Option<&'a str>,
}

/// A question as the state keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The digest of what is to be done.
    pub id: Arc<str>,
    /// Whom it concerns.
    pub person: Option<PersonId>,
    /// When it was asked, when it ends, and what was answered.
    pub asked: Asked,
    /// What it is about; forgotten where its time was up, and for what an earlier version asked.
    pub what: Private,
}

/// Why an answer cannot be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// No run has asked that.
    NotAsked,
    /// Nobody answered in time: the question is over.
    Over(Timestamp),
    /// Somebody said no, and that holds.
    Refused(Refused),
    /// Nobody said no.
    NotRefused,
}

/// An answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It may be done.
    Yes(Given),
    /// It must not be done.
    No(Refused),
    /// The no is taken back: it is asked again.
    Lifted {
        /// By whom.
        by: Arc<str>,
        /// When.
        at: Timestamp,
        /// Why.
        because: Arc<str>,
    },
}

impl Answer {
    /// When it was given.
    fn at(&self) -> Timestamp {
        match self {
            Self::Yes(given) => given.at,
            Self::No(refused) => refused.at,
            Self::Lifted { at, .. } => *at,
        }
    }
}

/// Why a question cannot be answered so, if it cannot.
fn may_be_answered(asked: &Asked, answer: &Answer) -> Result<(), Unanswered> {
    let at = answer.at();
    let refused = asked.refused.as_ref().filter(|refused| refused.until > at);
    let given = asked.given.as_ref().filter(|given| given.expires > at);
    // An answer that came to its end is no question any more, until it is asked anew.
    let ended = match (&asked.given, &asked.refused) {
        (Some(given), _) => Some(given.expires),
        (None, Some(refused)) => Some(refused.until),
        (None, None) => asked.until,
    };
    let over = ended.filter(|end| *end <= at && given.is_none());
    match (answer, refused, over) {
        (Answer::Lifted { .. }, None, _) => Err(Unanswered::NotRefused),
        (Answer::Yes(_), Some(refused), _) => Err(Unanswered::Refused(refused.clone())),
        (Answer::Yes(_) | Answer::No(_), None, Some(over)) => Err(Unanswered::Over(over)),
        (Answer::Lifted { .. } | Answer::No(_), _, _) | (Answer::Yes(_), None, None) => Ok(()),
    }
}

impl Writer<'_> {
    /// Remembers what waits for approval, and its answer; what is known of the same id is replaced.
    pub fn ask(&mut self, asking: &Asking<'_>, at: Timestamp) -> Result<(), StoreError> {
        let Asking {
            id,
            person,
            asked,
            what,
        } = *asking;
        self.forget_what(id)?;
        let what = what
            .map(|text| private::put(self.db(), person, at, text))
            .transpose()?;
        let (given, refused) = (asked.given.as_ref(), asked.refused.as_ref());
        self.db()
            .prepare_cached(
                "INSERT OR REPLACE INTO approval (id, person, asked, first, until, what, given, given_by, expires,
                   given_because, refused, refused_by, refused_until, refused_because)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                id,
                person.map(ToString::to_string),
                asked.asked.to_string(),
                asked.first.to_string(),
                asked.until.map(|until| until.to_string()),
                what.map(|kept| kept.id),
                given.map(|given| given.at.to_string()),
                given.map(|given| &given.by),
                given.map(|given| given.expires.to_string()),
                given.and_then(|given| given.because.as_ref()),
                refused.map(|refused| refused.at.to_string()),
                refused.map(|refused| &refused.by),
                refused.map(|refused| refused.until.to_string()),
                refused.map(|refused| &refused.because),
            ])?;
        Ok(())
    }

    /// Forgets what no longer waits, but for an answer that still holds.
    pub fn drop_approvals<'b>(
        &mut self,
        but: impl IntoIterator<Item = &'b str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let asked: std::collections::BTreeSet<&str> = but.into_iter().collect();
        let mut old: Vec<String> = Vec::new();
        let query = "SELECT id, expires, refused_until FROM approval";
        read::each(self.db(), query, |row| {
            let holds = |column| -> Result<bool, StoreError> {
                let until: Option<String> = row.get(column)?;
                Ok(codec::maybe_time(until.as_deref())?.is_some_and(|until| until > at))
            };
            let id: String = row.get(0)?;
            if !asked.contains(id.as_str()) && !holds(1)? && !holds(2)? {
                old.push(id);
            }
            Ok(())
        })?;
        old.iter().try_for_each(|id| self.remove_approval(id))
    }

    /// Forgets what was approved, once it is done.
    pub fn remove_approval(&mut self, id: &str) -> Result<(), StoreError> {
        self.forget_what(id)?;
        for statement in [
            "DELETE FROM approval WHERE id = ?1",
            "DELETE FROM approval_told WHERE approval = ?1",
        ] {
            self.db().prepare_cached(statement)?.execute([id])?;
        }
        Ok(())
    }

    /// Says on the trail that nobody answered in time, or that an answer came to its end undone.
    pub fn asked_anew(
        &mut self,
        id: &str,
        person: Option<&PersonId>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.answered("approval-expired", id, (person, "{}"), None, at)
    }

    /// Remembers that an `on approval` line told of a question.
    pub fn told_of_approval(
        &mut self,
        key: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.db()
            .prepare_cached(
                "INSERT OR REPLACE INTO approval_told (key, approval, at) VALUES (?1, ?2, ?3)",
            )?
            .execute(params![key, id, at.to_string()])?;
        Ok(())
    }

    /// Answers questions, on the trail with who, when and why; all of them, or none where one cannot be answered so:
    /// then which one, and why.
    pub fn answer(
        &mut self,
        ids: &[&str],
        answer: &Answer,
    ) -> Result<Result<(), (String, Unanswered)>, StoreError> {
        let mut found = Vec::new();
        for id in ids {
            let question = questions(self.db(), Some(id))?.pop();
            match question.ok_or(Unanswered::NotAsked) {
                Ok(question) => match may_be_answered(&question.asked, answer) {
                    Ok(()) => found.push(question),
                    Err(why) => return Ok(Err(((*id).to_owned(), why))),
                },
                Err(why) => return Ok(Err(((*id).to_owned(), why))),
            }
        }
        for question in &found {
            self.write_answer(question, answer)?;
        }
        self.next_generation()?;
        Ok(Ok(()))
    }

    fn write_answer(&mut self, question: &Question, answer: &Answer) -> Result<(), StoreError> {
        let (id, asked) = (&*question.id, &question.asked);
        let at = answer.at();
        self.db().execute(
            "UPDATE approval SET given = NULL, given_by = NULL, expires = NULL, given_because = NULL, refused = NULL,
               refused_by = NULL, refused_until = NULL, refused_because = NULL WHERE id = ?1",
            [id],
        )?;
        let (event, by, because, until) = match answer {
            Answer::Yes(given) => {
                self.db().execute(
                    "UPDATE approval SET given = ?2, given_by = ?3, expires = ?4, given_because = ?5 WHERE id = ?1",
                    params![
                        id,
                        given.at.to_string(),
                        given.by,
                        given.expires.to_string(),
                        given.because
                    ],
                )?;
                let because = given.because.as_deref().unwrap_or_default();
                ("approved", &given.by, because, Some(given.expires))
            }
            Answer::No(refused) => {
                self.db().execute(
                    "UPDATE approval SET refused = ?2, refused_by = ?3, refused_until = ?4, refused_because = ?5
                     WHERE id = ?1",
                    params![
                        id,
                        refused.at.to_string(),
                        refused.by,
                        refused.until.to_string(),
                        refused.because
                    ],
                )?;
                (
                    "rejected",
                    &refused.by,
                    &*refused.because,
                    Some(refused.until),
                )
            }
            // It waits again from now on, as long as it might have before.
            Answer::Lifted { by, because, .. } => {
                let time = asked.until.map(|until| until.duration_since(asked.asked));
                let until = time.and_then(|time| at.checked_add(time).ok());
                self.db().execute(
                    "UPDATE approval SET asked = ?2, until = ?3 WHERE id = ?1",
                    params![id, at.to_string(), until.map(|until| until.to_string())],
                )?;
                ("rejection-lifted", by, &**because, None)
            }
        };
        let private = serde_json::json!({
            "because": because,
            "what": question.what.known(),
        });
        let facts = Some((&**by, until));
        let about = (question.person.as_ref(), &*private.to_string());
        self.answered(event, id, about, facts, at)
    }

    fn answered(
        &mut self,
        event: &str,
        id: &str,
        (person, private): (Option<&PersonId>, &str),
        by: Option<(&str, Option<Timestamp>)>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let facts = match by {
            Some((by, until)) => serde_json::json!({
                "approval": id,
                "by": by,
                "until": until.map(|until| until.to_string()),
            }),
            None => serde_json::json!({ "approval": id }),
        };
        self.audit(&Entry {
            at,
            event,
            run: None,
            facts: &facts.to_string(),
            private: Some((person, private)),
        })?;
        Ok(())
    }

    /// Destroys what a question was about.
    fn forget_what(&self, id: &str) -> Result<(), StoreError> {
        let query = "SELECT what FROM approval WHERE id = ?1";
        let kept: Option<Option<i64>> = self
            .db()
            .prepare_cached(query)?
            .query_row([id], |row| row.get(0))
            .optional()?;
        if let Some(Some(kept)) = kept {
            self.db()
                .execute("DELETE FROM private WHERE id = ?1", [kept])?;
        }
        Ok(())
    }
}

impl Store {
    /// What runs asked, and what was answered, oldest first.
    pub fn questions(&self) -> Result<Vec<Question>, StoreError> {
        self.read(|db| questions(db, None))
    }
}

/// All questions, or the one of that id.
fn questions(db: &Connection, id: Option<&str>) -> Result<Vec<Question>, StoreError> {
    let mut questions = Vec::new();
    let mut statement = db.prepare(
        "SELECT id, asked, first, until, given, given_by, expires, given_because, refused, refused_by, refused_until,
           refused_because, person, what
         FROM approval WHERE ?1 IS NULL OR id = ?1 ORDER BY asked, id",
    )?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        let time = |column: usize| -> Result<Option<Timestamp>, StoreError> {
            let text: Option<String> = row.get(column)?;
            codec::maybe_time(text.as_deref())
        };
        let text = |column: usize| -> Result<Option<Arc<str>>, StoreError> {
            Ok(row.get::<_, Option<String>>(column)?.map(Into::into))
        };
        let asked = codec::time(&row.get::<_, String>(1)?)?;
        let given = match (time(4)?, text(5)?, time(6)?) {
            (Some(at), Some(by), Some(expires)) => Some(Given {
                by,
                at,
                expires,
                because: text(7)?,
            }),
            _ => None,
        };
        let refused = match (time(8)?, text(9)?, time(10)?, text(11)?) {
            (Some(at), Some(by), Some(until), Some(because)) => Some(Refused {
                by,
                at,
                until,
                because,
            }),
            _ => None,
        };
        let person: Option<String> = row.get(12)?;
        let what: Option<i64> = row.get(13)?;
        let what = what.map(|kept| private::get(db, kept)).transpose()?;
        questions.push(Question {
            id: row.get::<_, String>(0)?.into(),
            person: person.as_deref().map(codec::person).transpose()?,
            asked: Asked {
                asked,
                first: time(2)?.unwrap_or(asked),
                until: time(3)?,
                given,
                refused,
                told: BTreeMap::new(),
            },
            what: what.map_or(Private::Forgotten, |(what, _)| what),
        });
    }
    let mut statement = db.prepare("SELECT key, at FROM approval_told WHERE approval = ?1")?;
    for question in &mut questions {
        let mut rows = statement.query([&*question.id])?;
        while let Some(row) = rows.next()? {
            let at = codec::time(&row.get::<_, String>(1)?)?;
            let key: String = row.get(0)?;
            question.asked.told.insert(key.into(), at);
        }
    }
    Ok(questions)
}

/// What the planner knows of questions, by id.
pub(super) fn asked(db: &Connection) -> Result<BTreeMap<Arc<str>, Asked>, StoreError> {
    let questions = questions(db, None)?.into_iter();
    Ok(questions
        .map(|question| (question.id, question.asked))
        .collect())
}
