//! What the planner gathers while it goes through people: actions, findings, open accounts, memory.
//!
//! Actions are numbered in the order in which they are thought of; `order.rs` gives them their final places.

use super::names::Assigned;
use super::plan::Memory;
use super::{
    Action, ActionId, Cause, Change, Finding, FindingKind, OpenReason, Reason, Reversible, Target,
};
use crate::directory::{Dn, ObjectId};
use crate::hr::PersonId;
use jiff::Timestamp;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Everything gathered so far.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) actions: Vec<Action>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) open: Vec<Open>,
    pub(crate) memory: Memory,
    /// When something of the planner's own becomes due, and for whom (linger, deletion).
    pub(crate) timers: Vec<(PersonId, Timestamp)>,
    /// Who has an account, or may have one.
    pub(crate) accounts: FxHashMap<PersonId, ObjectId>,
    /// The further accounts of people.
    pub(crate) tied: FxHashMap<PersonId, Vec<ObjectId>>,
    /// Who works and would be put back before the start (S2).
    pub(crate) postponed: FxHashSet<PersonId>,
    /// What is not done because of a step that is not asked for.
    pub(crate) withheld: BTreeSet<ActionId>,
    /// Of whom nothing new is remembered because of that.
    pub(crate) not_remembered: BTreeSet<PersonId>,
    /// What is told of whom where something fails.
    pub(crate) on_failure: Vec<super::OnFailure>,
    /// The names that `unique` gives; only where something is told of them.
    pub(crate) names: FxHashMap<PersonId, Assigned>,
}

/// An enabled account that nobody deals with.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) account: ObjectId,
    pub(crate) person: Option<PersonId>,
    pub(crate) who: Arc<str>,
    pub(crate) why: OpenReason,
}

impl Draft {
    /// Adds an action.
    pub(crate) fn push(&mut self, action: Action) -> ActionId {
        let id = ActionId(u32::try_from(self.actions.len()).unwrap_or(u32::MAX));
        self.actions.push(action);
        id
    }

    /// Adds a finding.
    pub(crate) fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Action {
    /// An action of that kind with nothing else said yet.
    pub(crate) fn new(change: Change, reasons: Vec<Reason>, cause: Cause) -> Self {
        Self {
            change,
            person: None,
            who: "".into(),
            reasons,
            cause,
            after: Vec::new(),
            behind: Vec::new(),
            reversible: Reversible::Yes,
            not_ours: false,
            counts: Vec::new(),
            reserves: Vec::new(),
            approval: None,
            formerly: None,
        }
    }
}

impl Finding {
    /// A finding of that kind with nothing else said yet.
    pub(crate) fn new(kind: FindingKind, who: Arc<str>, text: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            person: None,
            who,
            accounts: Vec::new(),
            text: text.into(),
            help: None,
            reason: None,
        }
    }

    /// The same, about that person.
    #[must_use]
    pub(crate) fn of(mut self, person: &PersonId) -> Self {
        self.person = Some(person.clone());
        self
    }

    /// The same, about these accounts.
    #[must_use]
    pub(crate) fn about(mut self, accounts: impl IntoIterator<Item = Dn>) -> Self {
        self.accounts.extend(accounts);
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<Arc<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with the rule concerned.
    #[must_use]
    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }
}

impl Target {
    /// The action that makes it, if one does.
    pub(crate) fn made_by(&self) -> Option<ActionId> {
        match self {
            Self::Made { by, .. } => Some(*by),
            Self::Existing { .. } => None,
        }
    }
}
