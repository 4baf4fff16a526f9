//! What `history` and `show RUN` tell: runs and their actions, read from the journal as plain data.
//!
//! Begin with [`history`] and [`run`].

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use super::journal::{Author, Counts, RunStatus, Status};
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::{Action, ActionId, file};
use crate::state::outbox::{self, Kept};
use crate::state::{Private, Store, StoreError, codec, private};

/// A run, as `history` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Which.
    pub id: Uuid,
    /// How far.
    pub status: RunStatus,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Who let it happen, and from what.
    pub author: Author,
    /// The version of this tool.
    pub tool: String,
    /// For which instant its plan was made.
    pub planned_at: Timestamp,
    /// Digest of its plan, as text.
    pub plan_digest: String,
    /// Digest of the policy.
    pub policy: String,
    /// What the people were read from.
    pub people_source: String,
    /// Base of the domain.
    pub domain_name: String,
    /// How its actions ended.
    pub counts: Counts,
}

/// A run with its actions, as `show` prints it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetails {
    /// The run.
    pub run: RunRecord,
    /// Its actions, in order.
    pub actions: Vec<ActionRecord>,
    /// The notices that became due by it, and what became of them.
    pub notices: Vec<Kept>,
}

/// An action of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionRecord {
    /// Its place in the run.
    pub id: ActionId,
    /// What kind, in a word.
    pub kind: String,
    /// Whose account it concerns; gone where the person was forgotten.
    pub person: Option<PersonId>,
    /// What made it due, in a word.
    pub cause: String,
    /// Whether it can be taken back: `yes`, `partly` or `no`.
    pub reversible: String,
    /// It took away or changed what this tool did not give.
    pub not_ours: bool,
    /// How far it is.
    pub status: Status,
    /// When its intent was written.
    pub intended: Option<Timestamp>,
    /// When its outcome was written.
    pub ended: Option<Timestamp>,
    /// The account or unit concerned.
    pub object: Option<Guid>,
    /// The whole action, unless its person was forgotten.
    pub action: Option<Action>,
    /// What is to be said of its outcome: why it failed, or what to know.
    pub text: Option<String>,
    /// What to do about it.
    pub mend: Option<String>,
    /// The person was forgotten, or the time of values is up.
    pub forgotten: bool,
}

const RUN_COLUMNS: &str =
    "id, status, started, ended, who, host, git_commit, overrides, tool, planned_at,
                           plan_digest, policy, people_source, domain_name";

/// The last runs, newest first, at most so many.
pub fn history(store: &Store, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
    store.read(|db| {
        // Ids are of version 7: they sort as the runs began.
        let query = format!("SELECT {RUN_COLUMNS} FROM run ORDER BY id DESC LIMIT {limit}");
        let mut statement = db.prepare(&query)?;
        let mut rows = statement.query([])?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next()? {
            runs.push(run_record(db, row)?);
        }
        Ok(runs)
    })
}

/// One run with its actions; `None` if there is no such run.
pub fn run(store: &Store, id: Uuid) -> Result<Option<RunDetails>, StoreError> {
    store.read(|db| {
        let query = format!("SELECT {RUN_COLUMNS} FROM run WHERE id = ?1");
        let mut statement = db.prepare(&query)?;
        let mut rows = statement.query([id.to_string()])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let run = run_record(db, row)?;
        Ok(Some(RunDetails {
            run,
            actions: actions(db, id)?,
            notices: outbox::kept(db, Some(id))?,
        }))
    })
}

fn run_record(db: &Connection, row: &Row<'_>) -> Result<RunRecord, StoreError> {
    let id: String = row.get(0)?;
    let mut counts = Counts::default();
    let mut statement =
        db.prepare_cached("SELECT status, count(*) FROM action WHERE run = ?1 GROUP BY status")?;
    let mut rows = statement.query([&id])?;
    while let Some(row) = rows.next()? {
        counts.add(
            Status::read(&row.get::<_, String>(0)?)?,
            codec::count(row.get(1)?)?,
        );
    }
    let overrides = codec::list(&row.get::<_, String>(7)?)?;
    Ok(RunRecord {
        id: codec::uuid(&id)?,
        status: RunStatus::read(&row.get::<_, String>(1)?)?,
        started: codec::time(&row.get::<_, String>(2)?)?,
        ended: codec::maybe_time(row.get::<_, Option<String>>(3)?.as_deref())?,
        author: Author {
            who: row.get(4)?,
            host: row.get(5)?,
            git_commit: row.get(6)?,
            overrides: overrides.iter().map(ToString::to_string).collect(),
            approvals: Vec::new(),
        },
        tool: row.get(8)?,
        planned_at: codec::time(&row.get::<_, String>(9)?)?,
        plan_digest: row.get(10)?,
        policy: row.get(11)?,
        people_source: row.get(12)?,
        domain_name: row.get(13)?,
        counts,
    })
}

fn actions(db: &Connection, run: Uuid) -> Result<Vec<ActionRecord>, StoreError> {
    // An action without an outcome is described by the plan, which is kept until the run ends.
    let plan: Option<String> = db
        .query_row(
            "SELECT plan FROM run_plan WHERE run = ?1",
            [run.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    let plan = plan.and_then(|text| file::from_json(&text).ok());
    let mut statement = db.prepare(
        "SELECT position, kind, person, cause, reversible, not_ours, status, intended, ended, object, details
         FROM action WHERE run = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query([run.to_string()])?;
    let mut actions = Vec::new();
    while let Some(row) = rows.next()? {
        let position = codec::count(row.get(0)?)?;
        let person: Option<String> = row.get(2)?;
        let details: Option<i64> = row.get(10)?;
        let kept = details
            .map(|id| private::get(db, id))
            .transpose()?
            .map(|(kept, _)| kept);
        let planned = || {
            plan.as_ref()
                .and_then(|plan| plan.actions.get(position as usize))
                .cloned()
        };
        let told = match &kept {
            None => Described {
                action: planned(),
                ..Described::default()
            },
            Some(Private::Forgotten) => Described::default(),
            Some(Private::Known(text)) => described(text)?,
        };
        actions.push(ActionRecord {
            id: ActionId(position),
            kind: row.get(1)?,
            person: person.as_deref().map(codec::person).transpose()?,
            cause: row.get(3)?,
            reversible: row.get(4)?,
            not_ours: row.get(5)?,
            status: Status::read(&row.get::<_, String>(6)?)?,
            intended: codec::maybe_time(row.get::<_, Option<String>>(7)?.as_deref())?,
            ended: codec::maybe_time(row.get::<_, Option<String>>(8)?.as_deref())?,
            object: codec::maybe_guid(row, 9)?,
            action: told.action,
            text: told.text,
            mend: told.mend,
            forgotten: kept == Some(Private::Forgotten),
        });
    }
    Ok(actions)
}

/// What is known of an action and its outcome.
#[derive(Default)]
struct Described {
    action: Option<Action>,
    text: Option<String>,
    mend: Option<String>,
}

/// The action and what is to be said of it, from what was kept apart.
fn described(text: &str) -> Result<Described, StoreError> {
    let broken = || codec::unreadable("an action", text);
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| broken())?;
    let word = |name: &str| value.get(name).and_then(|word| word.as_str());
    let action = word("action").ok_or_else(broken)?;
    let action = file::action_from_json(action).map_err(|_| broken())?;
    Ok(Described {
        action: Some(action),
        text: word("text").map(Into::into),
        mend: word("mend").map(Into::into),
    })
}
