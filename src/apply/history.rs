//! What `history` and `show RUN` tell: runs and their actions, read from the journal as plain data.
//!
//! Begin with [`history`] and [`run`].

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use super::journal::{Author, Counts, RunStatus, Status};
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::undo::{Deed, PastRun};
use crate::plan::{Action, ActionId, Formerly, file};
use crate::state::outbox::{self, Kept, Which};
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
    /// The domain.
    pub domain: Option<Guid>,
    /// Base of the domain.
    pub domain_name: String,
    /// The run that it took back, if that is what it did.
    pub takes_back: Option<Uuid>,
    /// The last run that took it back, if one did.
    pub taken_back_by: Option<Uuid>,
    /// Digest of the policy of the run before it; `None` for the first.
    pub policy_before: Option<String>,
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
    /// It was so already, so that nothing was done.
    pub already: bool,
    /// What the state said before it; `None` where it did not succeed, or an earlier version did it.
    pub formerly: Option<Formerly>,
    /// The person was forgotten, or the time of values is up.
    pub forgotten: bool,
}

const RUN_COLUMNS: &str =
    "id, status, started, ended, who, host, git_commit, overrides, tool, planned_at,
                           plan_digest, policy, people_source, domain_name, domain, takes_back, policy_before";

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
            notices: outbox::kept(db, Which::Of(id))?,
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
    let uuid = |text: Option<String>| text.as_deref().map(codec::uuid).transpose();
    let taken_back_by: Option<String> = db
        .prepare_cached("SELECT id FROM run WHERE takes_back = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([&id], |row| row.get(0))
        .optional()?;
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
        domain: codec::maybe_guid(row, 14)?,
        domain_name: row.get(13)?,
        takes_back: uuid(row.get(15)?)?,
        taken_back_by: uuid(taken_back_by)?,
        policy_before: row.get(16)?,
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
            None => Told {
                action: planned(),
                ..Told::default()
            },
            Some(Private::Forgotten) => Told::default(),
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
            already: told.already,
            formerly: told.formerly,
            forgotten: kept == Some(Private::Forgotten),
        });
    }
    Ok(actions)
}

/// What was kept apart of an action.
#[derive(Default)]
pub(super) struct Told {
    pub(super) action: Option<Action>,
    pub(super) object: Option<Guid>,
    pub(super) text: Option<String>,
    pub(super) mend: Option<String>,
    pub(super) already: bool,
    pub(super) formerly: Option<Formerly>,
}

/// The action and what is to be said of it, from what was kept apart.
pub(super) fn described(text: &str) -> Result<Told, StoreError> {
    let broken = || codec::unreadable("an action", text);
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| broken())?;
    let word = |name: &str| value.get(name).and_then(|word| word.as_str());
    let action = word("action").ok_or_else(broken)?;
    let action = file::action_from_json(action).map_err(|_| broken())?;
    let formerly = word("formerly").map(file::formerly_from_json).transpose();
    Ok(Told {
        action: Some(action),
        object: word("object").and_then(Guid::parse),
        text: word("text").map(Into::into),
        mend: word("mend").map(Into::into),
        already: value.get("already").and_then(serde_json::Value::as_bool) == Some(true),
        formerly: formerly.map_err(|_| broken())?,
    })
}

/// A run as an undo needs it: what it did, and what later runs did to the same objects.
pub fn past(store: &Store, details: &RunDetails) -> Result<PastRun, StoreError> {
    let run = &details.run;
    let done = details.actions.iter();
    let done = done.filter(|record| record.status == Status::Done);
    let forgotten = done.clone().filter(|record| record.forgotten).count();
    let later = store.read(|db| later(db, run.id))?;
    let first_seen = store.read(|db| first_seen(db, run.id))?;
    Ok(PastRun {
        run: run.id,
        policy: run.policy.as_str().into(),
        policy_before: run.policy_before.as_deref().map(Into::into),
        deeds: done.filter_map(|record| deed(run.id, record)).collect(),
        later,
        first_seen,
        forgotten,
        notices: details.notices.len(),
        taken_back_by: run.taken_back_by,
    })
}

fn deed(run: Uuid, record: &ActionRecord) -> Option<Deed> {
    Some(Deed {
        run,
        id: record.id,
        action: record.action.clone()?,
        object: record.object?,
        already: record.already,
        ended: record.ended?,
        formerly: record.formerly.clone(),
    })
}

/// Accounts that the state did not know when that run began.
fn first_seen(db: &Connection, run: Uuid) -> Result<BTreeSet<Guid>, StoreError> {
    let query = "SELECT first_seen FROM run WHERE id = ?1";
    let text: String = db.query_row(query, [run.to_string()], |row| row.get(0))?;
    let guids = codec::list(&text)?;
    let read = |text: &Arc<str>| Guid::parse(text).ok_or_else(|| codec::unreadable("a GUID", text));
    guids.iter().map(read).collect()
}

/// What runs after that one did to what it had to do with.
fn later(db: &Connection, run: Uuid) -> Result<Vec<Deed>, StoreError> {
    let mut statement = db.prepare(
        "SELECT run, position, ended, object, details FROM action
         WHERE run > ?1 AND status = 'done' AND details IS NOT NULL
           AND object IN (SELECT object FROM action WHERE run = ?1 AND object IS NOT NULL)
         ORDER BY run, position",
    )?;
    let mut rows = statement.query([run.to_string()])?;
    let mut deeds = Vec::new();
    while let Some(row) = rows.next()? {
        let (Private::Known(text), _) = private::get(db, row.get(4)?)? else {
            continue;
        };
        let told = described(&text)?;
        let ended = codec::maybe_time(row.get::<_, Option<String>>(2)?.as_deref())?;
        if let (Some(action), Some(object), Some(ended)) =
            (told.action, codec::maybe_guid(row, 3)?, ended)
        {
            deeds.push(Deed {
                run: codec::uuid(&row.get::<_, String>(0)?)?,
                id: ActionId(codec::count(row.get(1)?)?),
                action,
                object,
                already: told.already,
                ended,
                formerly: None,
            });
        }
    }
    Ok(deeds)
}

/// Since when values of a run that ended then are gone, by `retention`; `None` while they are kept.
pub fn pruned_since(store: &Store, ended: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    store.read(|db| {
        let mut statement =
            db.prepare("SELECT at, facts FROM audit WHERE event = 'pruned' ORDER BY seq")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let facts: serde_json::Value =
                serde_json::from_str(&row.get::<_, String>(1)?).unwrap_or_default();
            let since = facts.get("values_since").and_then(|since| since.as_str());
            if codec::maybe_time(since)?.is_some_and(|since| since > ended) {
                return codec::time(&row.get::<_, String>(0)?).map(Some);
            }
        }
        Ok(None)
    })
}
