//! What the state keeps of one person, before it is destroyed (S12): enough to say what is lost, and to find what
//! lies beside the state.

use std::collections::BTreeSet;

use rusqlite::Connection;
use uuid::Uuid;

use super::trail;
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::Change;
use crate::state::{Store, StoreError, codec};

/// The attribute that gives a file of a password its name.
const LOGIN: &str = "sAMAccountName";

/// What is kept of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// The state remembers them: a stage, an account, names that were given.
    pub remembered: bool,
    /// An emergency end of theirs holds: HR is overruled until it agrees or somebody lifts the order.
    pub ended: bool,
    /// The account that the state takes for theirs.
    pub account: Option<Guid>,
    /// Values under their key: of actions, notices and HR's last record.
    pub values: usize,
    /// Runs that made a password of theirs.
    pub password_runs: BTreeSet<Uuid>,
    /// What the files of these passwords can be called, in lower case: logins, and GUIDs where there was none.
    pub names: BTreeSet<String>,
}

impl Traces {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        !self.remembered && !self.ended && self.values == 0 && self.password_runs.is_empty()
    }
}

/// What is kept of that person.
pub fn traces(store: &Store, person: &PersonId) -> Result<Traces, StoreError> {
    let mut traces = store.read(|db| kept(db, &person.to_string()))?;
    trail::each_as_it_is(store, |entry| {
        // What cannot be read says no name, and stands in nobody's way of being forgotten.
        let Ok(entry) = entry else {
            return Ok(());
        };
        let theirs = entry.person.as_ref() == Some(person);
        let Some(deed) = entry.deed.filter(|_| theirs) else {
            return Ok(());
        };
        traces
            .names
            .extend(deed.object.map(|guid| guid.to_string()));
        let mut name = |name: &str| traces.names.insert(name.to_lowercase());
        match &deed.action.change {
            Change::CreateAccount { attributes, .. } => {
                let logins = attributes.iter();
                let logins = logins.filter(|(attribute, _)| attribute.eq_ignore_ascii_case(LOGIN));
                for value in logins.flat_map(|(_, values)| values) {
                    name(value);
                }
            }
            Change::Modify { attributes, .. } => {
                let logins = attributes.iter();
                let logins = logins.filter(|one| one.attribute.eq_ignore_ascii_case(LOGIN));
                for value in logins.flat_map(|one| one.before.iter().chain(&one.after)) {
                    name(value);
                }
            }
            Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::Adopt { .. }
            | Change::Release { .. }
            | Change::SetPassword { .. }
            | Change::Move { .. }
            | Change::Enable { .. }
            | Change::Disable { .. }
            | Change::AddMember { .. }
            | Change::RemoveMember { .. }
            | Change::WriteBack { .. }
            | Change::Await { .. }
            | Change::Delete { .. }
            | Change::DeleteUnit { .. } => {}
        }
        let before = deed.formerly.iter();
        for value in before.flat_map(|formerly| formerly.values_of(LOGIN)) {
            name(&value.value);
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(traces)
}

/// What stands in the tables.
fn kept(db: &Connection, person: &str) -> Result<Traces, StoreError> {
    const REMEMBERED: &str = "SELECT EXISTS (SELECT 1 FROM person WHERE id = ?1)
           OR EXISTS (SELECT 1 FROM account WHERE person = ?1)
           OR EXISTS (SELECT 1 FROM reservation WHERE person = ?1)
           OR EXISTS (SELECT 1 FROM person_key WHERE person = ?1)
           OR EXISTS (SELECT 1 FROM action WHERE person = ?1)
           OR EXISTS (SELECT 1 FROM outbox WHERE person = ?1)
           OR EXISTS (SELECT 1 FROM step WHERE person = ?1)";
    const ENDED: &str = "SELECT EXISTS (SELECT 1 FROM emergency_end WHERE person = ?1)";
    const NAMES: &str = "SELECT name FROM reservation WHERE person = ?1 AND space = 'login'";
    const RUNS: &str =
        "SELECT DISTINCT run FROM action WHERE person = ?1 AND kind = 'set-password' ORDER BY run";
    let mut traces = Traces {
        remembered: db.query_row(REMEMBERED, [person], |row| row.get(0))?,
        ended: db.query_row(ENDED, [person], |row| row.get(0))?,
        ..Traces::default()
    };
    let values: i64 = db.query_row(
        "SELECT count(*) FROM private WHERE person = ?1",
        [person],
        |row| row.get(0),
    )?;
    traces.values = usize::try_from(values).unwrap_or(usize::MAX);
    let mut account =
        db.prepare("SELECT guid FROM account WHERE person = ?1 AND tied = 0 LIMIT 1")?;
    let mut rows = account.query([person])?;
    if let Some(row) = rows.next()? {
        traces.account = Some(codec::guid(&row.get::<_, Vec<u8>>(0)?)?);
    }
    for (query, of_names) in [(NAMES, true), (RUNS, false)] {
        let mut statement = db.prepare(query)?;
        let mut rows = statement.query([person])?;
        while let Some(row) = rows.next()? {
            let text: String = row.get(0)?;
            if of_names {
                traces.names.insert(text.to_lowercase());
            } else {
                traces.password_runs.insert(codec::uuid(&text)?);
            }
        }
    }
    traces
        .names
        .extend(traces.account.map(|guid| guid.to_string()));
    Ok(traces)
}
