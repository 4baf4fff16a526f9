//! The journal: intent before each operation, outcome after it, in the state store (G8).
//!
//! A run is written with all its actions and its plan before the first step; an action is *pending*, then
//! *intended*, then *done*, *failed*, *conflict* (somebody else was faster) or *skipped* (something that it needs
//! did not succeed, or the run was stopped). After a crash exactly the intended ones are in doubt. Each outcome
//! goes onto the audit trail in the same transaction.
//!
//! This half writes; what it wrote is read by [`super::history`].

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::directory::{Controller, Guid};
use crate::plan::{Action, ActionId, Cause, Change, Formerly, Plan, Reversible, file};
use crate::state::{Entry, Store, StoreError, Writer, codec};

/// How far an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Not begun.
    Pending,
    /// Begun, and nothing says how it ended.
    Intended,
    /// It succeeded.
    Done,
    /// The directory refused.
    Failed,
    /// Somebody else changed what the plan saw.
    Conflict,
    /// Not tried: what it needs did not succeed, or the run was stopped.
    Skipped,
    /// Not done yet: nobody has approved it, another system has not answered, or what it needs waits so.
    Waiting,
}

impl Status {
    const ALL: [Self; 7] = [
        Self::Pending,
        Self::Intended,
        Self::Done,
        Self::Failed,
        Self::Conflict,
        Self::Skipped,
        Self::Waiting,
    ];

    /// The word for it in the store and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Intended => "intended",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Conflict => "conflict",
            Self::Skipped => "skipped",
            Self::Waiting => "waiting",
        }
    }

    pub(super) fn read(word: &str) -> Result<Self, StoreError> {
        let found = Self::ALL.into_iter().find(|status| status.word() == word);
        found.ok_or_else(|| codec::unreadable("a status", word))
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunStatus {
    /// Not at its end; if nobody works on it, it waits to be finished.
    Running,
    /// All its actions are behind it.
    Finished,
    /// Somebody stopped it; what was not begun was skipped.
    Cancelled,
}

impl RunStatus {
    /// The word for it in the store and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) fn read(word: &str) -> Result<Self, StoreError> {
        let all = [Self::Running, Self::Finished, Self::Cancelled];
        let found = all.into_iter().find(|status| status.word() == word);
        found.ok_or_else(|| codec::unreadable("a run's status", word))
    }
}

/// Who lets a run happen, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Author {
    /// The user.
    pub who: String,
    /// The machine.
    pub host: String,
    /// The commit of the policy folder, where it is in git.
    pub git_commit: Option<String>,
    /// Guards that were overridden, as typed.
    pub overrides: Vec<String>,
    /// Ids of what was approved for this run; each action keeps by whom and when.
    pub approvals: Vec<String>,
}

/// How many actions ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Not at an end.
    pub open: u32,
    /// Succeeded.
    pub done: u32,
    /// Refused.
    pub failed: u32,
    /// Overtaken by somebody else.
    pub conflict: u32,
    /// Not tried.
    pub skipped: u32,
    /// Waiting for approval, or for another system.
    pub waiting: u32,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, status: Status, more: u32) {
        let counter = match status {
            Status::Pending | Status::Intended => &mut self.open,
            Status::Done => &mut self.done,
            Status::Failed => &mut self.failed,
            Status::Conflict => &mut self.conflict,
            Status::Skipped => &mut self.skipped,
            Status::Waiting => &mut self.waiting,
        };
        *counter = counter.saturating_add(more);
    }

    /// Whether every action succeeded that does not wait.
    pub fn all_done(&self) -> bool {
        self.open == 0 && self.failed == 0 && self.conflict == 0 && self.skipped == 0
    }
}

/// A run that was begun and is not at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Which.
    pub id: Uuid,
    /// When it began.
    pub started: Timestamp,
    /// Who began it.
    pub who: String,
    /// From which machine.
    pub host: String,
    /// Its domain.
    pub domain: Option<Guid>,
    /// Its domain by name.
    pub domain_name: String,
    /// Its plan, as text.
    pub plan: String,
}

/// The word for a change in the journal and in machine output.
pub const fn kind_word(change: &Change) -> &'static str {
    match change {
        Change::CreateUnit { .. } => "create-unit",
        Change::CreateGroup { .. } => "create-group",
        Change::CreateAccount { .. } => "create-account",
        Change::Adopt { .. } => "adopt",
        Change::Release { .. } => "release",
        Change::SetPassword { .. } => "set-password",
        Change::Modify { .. } => "modify",
        Change::Move { .. } => "move",
        Change::Enable { .. } => "enable",
        Change::Disable { .. } => "disable",
        Change::AddMember { .. } => "add-member",
        Change::RemoveMember { .. } => "remove-member",
        Change::WriteBack { .. } => "write-back",
        Change::Await { .. } => "await",
        Change::Delete { .. } => "delete",
        Change::DeleteUnit { .. } => "delete-unit",
    }
}

const fn cause_word(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "first",
        Cause::Hr => "hr",
        Cause::Policy => "policy",
        Cause::Time => "time",
        Cause::ByHand => "by-hand",
        Cause::Undone => "undone",
        Cause::Ordered => "ordered",
    }
}

const fn reversible_word(reversible: &Reversible) -> &'static str {
    match reversible {
        Reversible::Yes => "yes",
        Reversible::Partly(_) => "partly",
        Reversible::No => "no",
    }
}

/// An action as a run finds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Progress {
    pub(super) status: Status,
    pub(super) object: Option<Guid>,
}

/// Writes a run with all its actions, none of them begun.
pub(super) fn begin(
    writer: &mut Writer<'_>,
    run: Uuid,
    plan: &Plan,
    author: &Author,
    at: Timestamp,
) -> Result<(), StoreError> {
    let header = &plan.header;
    let text = file::to_json(plan);
    let digest = codec::hex(&Sha256::digest(text.as_bytes()));
    let id = run.to_string();
    let overrides = serde_json::Value::from(author.overrides.clone()).to_string();
    let policy_before = writer.policy()?;
    let mut first_seen: Vec<Arc<str>> = Vec::new();
    for (account, _) in &plan.memory.accounts {
        if writer.account(*account)?.is_none() {
            first_seen.push(account.to_string().into());
        }
    }
    let takes_back = header.takes_back.as_ref();
    let takes_back = takes_back.map(|taken| taken.run.to_string());
    let kind = if takes_back.is_some() {
        "undo"
    } else {
        "apply"
    };
    let db = writer.db();
    db.execute(
        "INSERT INTO run (id, kind, status, started, who, host, tool, planned_at, expires, plan_digest, policy,
           git_commit, people, people_source, directory, domain, domain_name, generation, overrides, takes_back,
           policy_before, first_seen)
         VALUES (?1, ?2, 'running', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
           ?20, ?21)",
        params![
            id,
            kind,
            at.to_string(),
            author.who,
            author.host,
            env!("CARGO_PKG_VERSION"),
            header.now.to_string(),
            header.expires.to_string(),
            digest,
            header.policy,
            author.git_commit,
            header.people,
            header.people_source,
            header.directory,
            header.domain.map(Guid::to_ad_bytes),
            header.domain_name,
            header.generation.cast_signed(),
            overrides,
            takes_back,
            policy_before,
            codec::list_text(&first_seen),
        ],
    )?;
    db.execute(
        "INSERT INTO run_plan (run, plan) VALUES (?1, ?2)",
        params![id, text],
    )?;
    let mut insert = db.prepare_cached(
        "INSERT INTO action (run, position, kind, person, cause, reversible, not_ours, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending')",
    )?;
    for (position, action) in (0_u32..).zip(&plan.actions) {
        insert.execute(params![
            id,
            position,
            kind_word(&action.change),
            action.person.as_ref().map(ToString::to_string),
            cause_word(action.cause),
            reversible_word(&action.reversible),
            action.not_ours,
        ])?;
    }
    drop(insert);
    let facts = serde_json::json!({
        "who": author.who,
        "host": author.host,
        "tool": env!("CARGO_PKG_VERSION"),
        "git_commit": author.git_commit,
        "overrides": author.overrides,
        "approvals": author.approvals,
        "planned_at": header.now.to_string(),
        "plan": digest,
        "policy": &*header.policy,
        "people": &*header.people,
        "directory": &*header.directory,
        "domain": &*header.domain_name,
        "generation": header.generation,
        "actions": plan.actions.len(),
        "takes_back": takes_back,
    });
    let event = "run-begun";
    writer.audit(&Entry {
        at,
        event,
        run: Some(run),
        facts: &facts.to_string(),
        private: None,
    })?;
    Ok(())
}

/// Says that an action is about to happen.
pub(super) fn intend(
    writer: &mut Writer<'_>,
    run: Uuid,
    action: ActionId,
    at: Timestamp,
) -> Result<(), StoreError> {
    writer
        .db()
        .prepare_cached(
            "UPDATE action SET status = 'intended', intended = ?3 WHERE run = ?1 AND position = ?2",
        )?
        .execute(params![run.to_string(), action.0, at.to_string()])?;
    Ok(())
}

/// How an action ended.
pub(super) struct Ending<'a> {
    pub(super) id: ActionId,
    pub(super) action: &'a Action,
    pub(super) status: Status,
    pub(super) object: Option<Guid>,
    pub(super) text: Option<&'a str>,
    pub(super) mend: Option<&'a str>,
    /// What the state says before what follows from its success; `None` where it did not succeed.
    pub(super) formerly: Option<&'a Formerly>,
    /// It was so already: somebody else did it.
    pub(super) already: bool,
}

/// Says how an action ended, in the journal and on the audit trail.
pub(super) fn close(
    writer: &mut Writer<'_>,
    run: Uuid,
    ending: &Ending<'_>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Ending {
        id,
        action,
        status,
        object,
        text,
        mend,
        formerly,
        already,
    } = ending;
    let facts = serde_json::json!({
        "action": id.0,
        "kind": kind_word(&action.change),
        "status": status.word(),
        "cause": cause_word(action.cause),
        "reversible": reversible_word(&action.reversible),
        "not_ours": action.not_ours,
    });
    let values = serde_json::json!({
        "person": action.person.as_ref().map(ToString::to_string),
        "object": object.map(|guid| guid.to_string()),
        "action": file::action_to_json(action),
        "text": text,
        "mend": mend,
        "already": already,
        "formerly": formerly.map(file::formerly_to_json),
    });
    let kept = writer.audit(&Entry {
        at,
        event: "action",
        run: Some(run),
        facts: &facts.to_string(),
        private: Some((action.person.as_ref(), &values.to_string())),
    })?;
    writer
        .db()
        .prepare_cached(
            "UPDATE action SET status = ?3, ended = ?4, object = ?5, details = ?6 WHERE run = ?1 AND position = ?2",
        )?
        .execute(params![
            run.to_string(),
            id.0,
            status.word(),
            at.to_string(),
            object.map(Guid::to_ad_bytes),
            kept,
        ])?;
    Ok(())
}

/// Closes a run; its plan goes, since every action now tells its own part under its person's key.
pub(super) fn end(
    writer: &mut Writer<'_>,
    run: Uuid,
    status: RunStatus,
    counts: Counts,
    at: Timestamp,
) -> Result<(), StoreError> {
    let id = run.to_string();
    writer.db().execute(
        "UPDATE run SET status = ?2, ended = ?3 WHERE id = ?1",
        params![id, status.word(), at.to_string()],
    )?;
    writer
        .db()
        .execute("DELETE FROM run_plan WHERE run = ?1", [id])?;
    let facts = serde_json::json!({
        "status": status.word(),
        "done": counts.done,
        "failed": counts.failed,
        "conflict": counts.conflict,
        "skipped": counts.skipped,
        "waiting": counts.waiting,
    });
    let event = "run-ended";
    writer.audit(&Entry {
        at,
        event,
        run: Some(run),
        facts: &facts.to_string(),
        private: None,
    })?;
    Ok(())
}

/// Says that a run goes on at the domain controller that its plan now names, because the one before is lost.
pub(super) fn give_over(
    writer: &mut Writer<'_>,
    run: Uuid,
    plan: &Plan,
    from: Option<&Controller>,
    at: Timestamp,
) -> Result<(), StoreError> {
    writer.db().execute(
        "UPDATE run_plan SET plan = ?2 WHERE run = ?1",
        params![run.to_string(), file::to_json(plan)],
    )?;
    let to = plan.header.controller.as_ref();
    let facts = serde_json::json!({
        "lost": from.map(ToString::to_string),
        "now": to.map(ToString::to_string),
    });
    writer.audit(&Entry {
        at,
        event: "controller-lost",
        run: Some(run),
        facts: &facts.to_string(),
        private: None,
    })?;
    Ok(())
}

/// How far each action of a run is, in order.
pub(super) fn progress(store: &Store, run: Uuid) -> Result<Vec<Progress>, StoreError> {
    store.read(|db| {
        let mut statement = db
            .prepare_cached("SELECT status, object FROM action WHERE run = ?1 ORDER BY position")?;
        let mut rows = statement.query([run.to_string()])?;
        let mut progress = Vec::new();
        while let Some(row) = rows.next()? {
            let status = Status::read(&row.get::<_, String>(0)?)?;
            progress.push(Progress {
                status,
                object: codec::maybe_guid(row, 1)?,
            });
        }
        Ok(progress)
    })
}

/// Whether that run is at its end; `None` where the journal does not have it.
pub(super) fn is_finished(store: &Store, run: Uuid) -> Result<Option<bool>, StoreError> {
    store.read(|db| {
        let query = "SELECT status <> 'running' FROM run WHERE id = ?1";
        Ok(db
            .query_row(query, [run.to_string()], |row| row.get(0))
            .optional()?)
    })
}

/// The run that was begun and is not at its end, if there is one.
pub fn unfinished(store: &Store) -> Result<Option<Unfinished>, StoreError> {
    store.read(|db| {
        let query = "SELECT id, started, who, host, domain, domain_name, plan
                     FROM run JOIN run_plan ON run.id = run_plan.run WHERE status = 'running'";
        let mut statement = db.prepare(query)?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(Unfinished {
            id: codec::uuid(&row.get::<_, String>(0)?)?,
            started: codec::time(&row.get::<_, String>(1)?)?,
            who: row.get(2)?,
            host: row.get(3)?,
            domain: codec::maybe_guid(row, 4)?,
            domain_name: row.get(5)?,
            plan: row.get(6)?,
        }))
    })
}
