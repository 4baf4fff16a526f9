//! Steps of other systems: what was asked for whom, and what came of it.
//!
//! A step is written before it is first asked for, with the key under which it is asked for until there is an answer:
//! so whatever happens between, whoever is asked knows a repeat. What was sent is not kept, only a salted digest that
//! tells whether it is still the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::{Entry, Store, StoreError, Writer, codec, read};
use crate::hr::PersonId;

/// What is remembered of a step of one person: its last occasion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepMemory {
    /// The idempotency key.
    pub key: Arc<str>,
    /// What began it, as the policy says it: `create`, `enter employee`.
    pub event: Arc<str>,
    /// What tells this time from another, where the same happens again.
    pub occasion: Arc<str>,
    /// The salted digest of what goes with the key.
    pub digest: Arc<str>,
    /// When it was begun: from then on its time runs.
    pub begun: Timestamp,
    /// How far it is.
    pub standing: StepStanding,
    /// Since when it stands so; of one that waits, when it was asked for last.
    pub at: Timestamp,
    /// Before which instant whoever was asked does not want to be asked again.
    pub not_before: Option<Timestamp>,
    /// Since when its time is over without an answer, as a run saw it.
    pub late: Option<Timestamp>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepStanding {
    /// Begun, and not answered.
    Waiting,
    /// Done, as whoever was asked says.
    Answered,
    /// Whoever was asked will not do it.
    Refused,
    /// Given up before there was an answer: nothing waits for it any more.
    Over,
}

impl StepStanding {
    const ALL: [Self; 4] = [Self::Waiting, Self::Answered, Self::Refused, Self::Over];

    /// The word for it in the store and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Over => "over",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|one| one.word() == word);
        found.ok_or_else(|| codec::unreadable("how far a step is", word))
    }
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepNews {
    /// It is done.
    Answered,
    /// It is not done yet; not to be asked again before that instant, where one was named.
    NotYet(Option<Timestamp>),
    /// It is not done, and its time is over; the same.
    Late(Option<Timestamp>),
    /// It will not be done.
    Refused,
}

impl Writer<'_> {
    /// Begins a step, or a further request of it, before it is first sent; nothing where the state has it under that key.
    pub fn begin_step(
        &mut self,
        run: Uuid,
        (person, name): (&PersonId, &str),
        step: &StepMemory,
    ) -> Result<(), StoreError> {
        let known = find(self.db(), person, name)?;
        if known.is_some_and(|known| known.key == step.key) {
            return Ok(());
        }
        self.set_step((person, name), step)?;
        let facts = serde_json::json!({ "step": name, "on": &*step.event, "key": &*step.key });
        self.audit(&Entry {
            at: step.at,
            event: "step-begun",
            run: Some(run),
            facts: &facts.to_string(),
            private: Some((Some(person), "{}")),
        })?;
        Ok(())
    }

    /// Writes what came of asking; `says` is the answer in numbers, which names nobody.
    pub fn step_asked(
        &mut self,
        run: Uuid,
        (person, name): (&PersonId, &str),
        (news, says): (StepNews, Option<&str>),
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(mut step) = find(self.db(), person, name)? else {
            return Ok(());
        };
        step.at = at;
        step.not_before = None;
        let event = match news {
            StepNews::Answered => {
                step.standing = StepStanding::Answered;
                "step-answered"
            }
            StepNews::Refused => {
                step.standing = StepStanding::Refused;
                "step-refused"
            }
            StepNews::NotYet(not_before) => {
                step.not_before = not_before;
                "step-asked"
            }
            StepNews::Late(not_before) => {
                step.not_before = not_before;
                // It becomes so once; whoever asks on is told of by each asking.
                let first = step.late.is_none();
                step.late.get_or_insert(at);
                if first { "step-late" } else { "step-asked" }
            }
        };
        self.set_step((person, name), &step)?;
        let facts = serde_json::json!({ "step": name, "key": &*step.key, "says": says });
        self.audit(&Entry {
            at,
            event,
            run: Some(run),
            facts: &facts.to_string(),
            private: Some((Some(person), "{}")),
        })?;
        Ok(())
    }

    /// Gives up a step that is not answered; nothing where there is none.
    pub fn give_up_step(
        &mut self,
        run: Uuid,
        (person, name): (&PersonId, &str),
        why: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let known = find(self.db(), person, name)?;
        let open = |step: &StepMemory| {
            matches!(step.standing, StepStanding::Waiting | StepStanding::Refused)
        };
        let Some(mut step) = known.filter(open) else {
            return Ok(());
        };
        step.standing = StepStanding::Over;
        step.at = at;
        step.not_before = None;
        self.set_step((person, name), &step)?;
        let facts = serde_json::json!({ "step": name, "key": &*step.key, "why": why });
        self.audit(&Entry {
            at,
            event: "step-given-up",
            run: Some(run),
            facts: &facts.to_string(),
            private: Some((Some(person), "{}")),
        })?;
        Ok(())
    }

    /// Has what was refused to a person asked once more, as somebody orders; the names of these steps.
    pub fn ask_steps_again(
        &mut self,
        person: &PersonId,
        (by, because): (&str, &str),
        at: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let refused: Vec<(Arc<str>, StepMemory)> = all(self.db())?
            .into_iter()
            .filter(|((of, _), step)| of == person && step.standing == StepStanding::Refused)
            .map(|((_, name), step)| (name, step))
            .collect();
        let mut names = Vec::new();
        for (name, step) in refused {
            let step = StepMemory {
                standing: StepStanding::Over,
                at,
                ..step
            };
            self.set_step((person, &name), &step)?;
            names.push(name.to_string());
        }
        if !names.is_empty() {
            self.ordered("step-again", Some(person), (by, because), at)?;
        }
        Ok(names)
    }

    /// What is remembered of a step, in place of what was.
    pub(super) fn set_step(
        &mut self,
        (person, name): (&PersonId, &str),
        step: &StepMemory,
    ) -> Result<(), StoreError> {
        let when = |at: Option<Timestamp>| at.map(|at| at.to_string());
        self.db()
            .prepare_cached(
                "INSERT OR REPLACE INTO step
                   (person, name, key, event, occasion, digest, begun, standing, at, not_before, late)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                person.to_string(),
                name,
                step.key,
                step.event,
                step.occasion,
                step.digest,
                step.begun.to_string(),
                step.standing.word(),
                step.at.to_string(),
                when(step.not_before),
                when(step.late),
            ])?;
        Ok(())
    }
}

impl Store {
    /// What is remembered of a step of that person.
    pub fn step(&self, person: &PersonId, name: &str) -> Result<Option<StepMemory>, StoreError> {
        self.read(|db| find(db, person, name))
    }
}

const COLUMNS: &str = "key, event, occasion, digest, begun, standing, at, not_before, late";

fn find(db: &Connection, person: &PersonId, name: &str) -> Result<Option<StepMemory>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM step WHERE person = ?1 AND name = ?2");
    let found = db
        .prepare_cached(&query)?
        .query_row(params![person.to_string(), name], |row| Ok(of_row(row, 0)))
        .optional()?;
    found.transpose()
}

/// All of them.
pub(super) fn all(
    db: &Connection,
) -> Result<BTreeMap<(PersonId, Arc<str>), StepMemory>, StoreError> {
    let mut steps = BTreeMap::new();
    let query = format!("SELECT person, name, {COLUMNS} FROM step");
    read::each(db, &query, |row| {
        let person = codec::person(&row.get::<_, String>(0)?)?;
        let name: String = row.get(1)?;
        steps.insert((person, name.into()), of_row(row, 2)?);
        Ok(())
    })?;
    Ok(steps)
}

fn of_row(row: &rusqlite::Row<'_>, first: usize) -> Result<StepMemory, StoreError> {
    let text = |column: usize| row.get::<_, String>(first + column);
    let maybe = |column: usize| row.get::<_, Option<String>>(first + column);
    Ok(StepMemory {
        key: text(0)?.into(),
        event: text(1)?.into(),
        occasion: text(2)?.into(),
        digest: text(3)?.into(),
        begun: codec::time(&text(4)?)?,
        standing: StepStanding::read(&text(5)?)?,
        at: codec::time(&text(6)?)?,
        not_before: codec::maybe_time(maybe(7)?.as_deref())?,
        late: codec::maybe_time(maybe(8)?.as_deref())?,
    })
}
