//! The plan as a value.

use super::{
    Action, ActionId, Finding, Notice, NoticeMemory, OnFailure, OpenAccount, Reason, order,
};
use crate::directory::{Controller, Dn, Guid};
use crate::hr::PersonId;
use crate::policy::GuardKind;
use crate::state::Freeze;
use jiff::Timestamp;
use std::sync::Arc;
use uuid::Uuid;

/// What would change at one instant, and whether it may.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Of what and when.
    pub header: Header,
    /// Actions, each behind those it depends on; among ready ones those that take access away come first.
    pub actions: Vec<Action>,
    /// Every guard, by kind.
    pub guards: Vec<GuardVerdict>,
    /// Invariants that this plan would leave broken, in the policy's order; one is enough to stop it.
    pub broken: Vec<Broken>,
    /// What is told to whom once it is applied, by person.
    pub notices: Vec<Notice>,
    /// What is told beside where something of the person fails, by person.
    pub on_failure: Vec<OnFailure>,
    /// What is not done, and why; sorted by kind, then person.
    pub findings: Vec<Finding>,
    /// Enabled accounts that nobody deals with, oldest first.
    pub open_accounts: Vec<OpenAccount>,
    /// How many people are in each stage, in the policy's order.
    pub stages: Vec<StageCount>,
    /// The next instant at which something becomes due, as far as it may be shown: dates that are sensitive, such
    /// as a last day, do not count. That [`Header::expires`] comes before it tells that there is one within a day,
    /// not whose.
    pub next_change: Option<Timestamp>,
    /// The same for each person for whom such an instant is known, by person: until then nothing changes for them
    /// of itself. `language.md`, 'Exact time'.
    pub next_changes: Vec<NextChange>,
    /// What the state should remember once this plan is applied, beside what the actions say.
    pub memory: Memory,
}

/// The values of one attribute of one account; an empty list forgets them.
pub type ValuesEntry = ((Guid, Arc<str>), Vec<crate::state::ManagedValue>);

/// Facts for the state that no action carries: baselines, and only what differs from the prior state.
///
/// What is known of the directory (`accounts`, `memberships`, `values`, `open_since`, `exceptions_seen`) is
/// written when the run begins and describes the world *before* its actions: each action that succeeds then
/// writes what it changed. For an account with an [`super::Change::Adopt`] it is written once that succeeded. `people`,
/// `people_read` and the policy's digest are written at the end, and of the people only those none of whose
/// actions failed (S1: a stage counts as entered once its enable has succeeded).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    /// The people and accounts as they will be remembered; entries replace those of the prior state.
    pub people: Vec<(PersonId, crate::state::PersonMemory)>,
    /// Accounts that exist already.
    pub accounts: Vec<(Guid, crate::state::AccountMemory)>,
    /// Memberships that exist already.
    pub memberships: Vec<((Guid, Guid), crate::state::Membership)>,
    /// Values that exist already.
    pub values: Vec<ValuesEntry>,
    /// When each open account was first seen open; the whole list, it replaces the former one.
    pub open_since: Vec<(Guid, Timestamp)>,
    /// Exceptions by the digest of their text that this plan is the first to see (S18).
    pub exceptions_seen: Vec<(Arc<str>, Timestamp)>,
    /// Emergency ends that have done their work: HR says the same by now (S1).
    pub ends_agreed: Vec<PersonId>,
    /// Steps that are given up, each with its person and why: nothing waits for them any more.
    pub steps_over: Vec<super::StepOver>,
    /// How many people were read.
    pub people_read: u32,
    /// What notices watch.
    pub notices: NoticeMemory,
    /// What limits over 24 hours count and no action carries, by its word.
    pub counts: Vec<(Arc<str>, u32)>,
}

/// Of what the plan is, and how long it may be applied (S5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// As of which instant.
    pub now: Timestamp,
    /// The people source pins its clock: `now` is that clock's.
    pub clock_pinned: bool,
    /// Made with `--at`: shown, never applied.
    pub hypothetical: bool,
    /// The run that it takes back; none for a plan of what the policy wants.
    pub takes_back: Option<TakesBack>,
    /// The groups with `adminCount` 1 that it changes on purpose; one that has it only since then is left alone (G7).
    pub admin_groups: Vec<Guid>,
    /// Made with `--only`: for whom, as typed.
    pub only: Vec<Arc<str>>,
    /// Only what takes access away is in it, for somebody has frozen the rest.
    pub frozen: Option<Freeze>,
    /// The plan may be applied before this instant.
    pub expires: Timestamp,
    /// Digest of the policy.
    pub policy: Arc<str>,
    /// Digest of the people.
    pub people: Arc<str>,
    /// What the people were read from.
    pub people_source: Arc<str>,
    /// The sources that the people were read from, by name; none where there is one without a name.
    pub sources: Vec<SourceRead>,
    /// Digest of the directory as far as the plan read it.
    pub directory: Arc<str>,
    /// GUID of the domain.
    pub domain: Option<Guid>,
    /// Base of the domain, as text.
    pub domain_name: Arc<str>,
    /// Which domain controller was read, and must be written (S9); none where the directory is a file.
    pub controller: Option<Controller>,
    /// Which state store.
    pub state: Uuid,
    /// Its generation.
    pub generation: u64,
}

/// The run that a plan takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakesBack {
    /// Which.
    pub run: Uuid,
    /// Whether it was the first to be applied with its policy.
    pub new_policy: bool,
    /// The digest of the policy that the run before it was applied with, if there was one.
    pub policy_before: Option<Arc<str>>,
    /// Accounts of which the state knew nothing before it, of people of whom something is taken back: it knows nothing
    /// of them again.
    pub forgets: Vec<Guid>,
}

/// A source of people as it was read for the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRead {
    /// Its name.
    pub name: Arc<str>,
    /// Digest of what it says.
    pub digest: Arc<str>,
    /// How many records it has.
    pub records: u32,
}

/// What one guard says of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardVerdict {
    /// Which.
    pub kind: GuardKind,
    /// How many this plan has.
    pub count: u32,
    /// How many other runs of the last 24 hours had.
    pub recent: u32,
    /// How many are allowed.
    pub limit: u32,
    /// Where the limit comes from: the statement, or `default`.
    pub source: Arc<str>,
    /// Whether it stops the plan.
    pub tripped: bool,
    /// Actions it counts, for the output.
    pub actions: Vec<ActionId>,
}

/// An invariant that the plan would leave broken for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// What it promises.
    pub title: Arc<str>,
    /// Whose account breaks it.
    pub person: PersonId,
    /// How the person is shown.
    pub who: Arc<str>,
    /// The account, where it is or will be.
    pub account: Dn,
    /// What is so and must not be, with the way there: `member of "SG-Finance" by "SG-Sales"`.
    pub text: Arc<str>,
    /// The item.
    pub reason: Reason,
}

/// When something next becomes due for a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NextChange {
    /// For whom.
    pub person: PersonId,
    /// When.
    pub at: Timestamp,
}

/// People per stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageCount {
    /// The stage's name, or `held`, `quarantined`.
    pub stage: Arc<str>,
    /// How many.
    pub people: u32,
}

impl Plan {
    /// Whether any guard or invariant stops it.
    pub fn trips(&self) -> bool {
        self.guards.iter().any(|guard| guard.tripped) || !self.broken.is_empty()
    }

    /// For each action, whether it waits for approval, or for one that does.
    pub fn waiting(&self) -> Vec<bool> {
        order::waiting(&self.actions)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.notices.is_empty()
    }
}
