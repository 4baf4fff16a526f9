//! The audit trail as `audit export` tells it: each entry with the run that it belongs to, and what an action did.
//!
//! What the trail itself says of a run counts, for it is chained; the journal is asked only where the beginning of a
//! run was dropped when its time was up.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value as Json;
use uuid::Uuid;

use super::history;
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::{Action, Formerly};
use crate::state::{Private, Recorded, Store, StoreError, Unreadable};

/// Who let a run happen, and by which policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct By {
    /// The user.
    pub who: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// Digest of the policy.
    pub policy: Option<String>,
    /// The commit of the policy folder.
    pub git_commit: Option<String>,
}

/// An entry of the trail, read.
#[derive(Debug, Clone, PartialEq)]
pub struct TrailEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// What happened, in a word.
    pub event: String,
    /// In which run.
    pub run: Option<Uuid>,
    /// Who let it happen; of a run, what its beginning says.
    pub by: By,
    /// About whom; `None` where it is about nobody, or they were forgotten.
    pub person: Option<PersonId>,
    /// What may be known for ever.
    pub facts: Json,
    /// What an action did.
    pub deed: Option<Deed>,
    /// Why somebody ordered it, in their words.
    pub because: Option<String>,
    /// It had values, and they are gone.
    pub forgotten: bool,
    /// The hash of the entry, in hexadecimal digits.
    pub hash: String,
}

/// What an action did, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// The action.
    pub action: Action,
    /// The object that it was about.
    pub object: Option<Guid>,
    /// What is to be said of its outcome.
    pub text: Option<String>,
    /// What to do about it.
    pub mend: Option<String>,
    /// It was so already.
    pub already: bool,
    /// What the state said before it; `None` where an earlier version did it.
    pub formerly: Option<Formerly>,
}

impl TrailEntry {
    /// A fact that is a word.
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.get(name).and_then(Json::as_str)
    }
}

/// Calls `each` with every entry of the trail, oldest first, until it fails; an entry that cannot be read is an error.
pub fn each<E: From<StoreError>>(
    store: &Store,
    mut each: impl FnMut(TrailEntry) -> Result<(), E>,
) -> Result<(), E> {
    each_as_it_is(store, |entry| {
        each(entry.map_err(|entry| StoreError::from(*entry))?)
    })
}

/// The same for a trail that may be broken: what cannot be read is told in its place.
pub fn each_as_it_is<E: From<StoreError>>(
    store: &Store,
    mut each: impl FnMut(Result<TrailEntry, Box<Unreadable>>) -> Result<(), E>,
) -> Result<(), E> {
    let mut runs: HashMap<Uuid, By> = HashMap::new();
    for run in history::history(store, u32::MAX)? {
        let by = By {
            who: Some(run.author.who),
            host: Some(run.author.host),
            policy: Some(run.policy),
            git_commit: run.author.git_commit,
        };
        runs.insert(run.id, by);
    }
    store.each_recorded(|entry| each(entry.and_then(|entry| read(entry, &mut runs))))
}

fn read(entry: Recorded, runs: &mut HashMap<Uuid, By>) -> Result<TrailEntry, Box<Unreadable>> {
    let facts: Json = serde_json::from_str(&entry.facts).unwrap_or_default();
    let said = By::said(&facts);
    let by = match entry.run {
        None => said,
        Some(run) if entry.event == "run-begun" => {
            runs.insert(run, said.clone());
            said
        }
        Some(run) => runs.get(&run).cloned().unwrap_or_default(),
    };
    let deed = match &entry.private {
        Some(Private::Known(text)) if entry.event == "action" => match deed(text) {
            Ok(deed) => Some(deed),
            Err(problem) => return Err(Box::new(Unreadable::of_recorded(entry, &problem))),
        },
        Some(Private::Known(_) | Private::Forgotten) | None => None,
    };
    let private = entry.private.as_ref().and_then(Private::known);
    let private: Json = private
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let because = private.get("because").or_else(|| facts.get("because"));
    let because = because.and_then(Json::as_str).map(str::to_owned);
    Ok(TrailEntry {
        seq: entry.seq,
        at: entry.at,
        event: entry.event,
        run: entry.run,
        by,
        person: entry.person,
        facts,
        deed: deed.flatten(),
        because,
        forgotten: entry.private == Some(Private::Forgotten),
        hash: entry.hash,
    })
}

fn deed(text: &str) -> Result<Option<Deed>, StoreError> {
    let told = history::described(text)?;
    Ok(told.action.map(|action| Deed {
        action,
        object: told.object,
        text: told.text,
        mend: told.mend,
        already: told.already,
        formerly: told.formerly,
    }))
}

impl By {
    /// What an entry says of who let it happen.
    fn said(facts: &Json) -> Self {
        let word = |name: &str| facts.get(name).and_then(Json::as_str).map(str::to_owned);
        Self {
            // An order says who gave it, and where, in one.
            who: word("who").or_else(|| word("by")),
            host: word("host"),
            policy: word("policy"),
            git_commit: word("git_commit"),
        }
    }
}
