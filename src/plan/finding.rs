//! Findings: what a person must know that is no action.

use super::Reason;
use crate::directory::{Dn, Guid};
use crate::hr::PersonId;
use std::sync::Arc;

/// Something the plan does not do, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub kind: FindingKind,
    /// Whose, if anybody's.
    pub person: Option<PersonId>,
    /// How the person or account is shown.
    pub who: Arc<str>,
    /// Which accounts are concerned.
    pub accounts: Vec<Dn>,
    /// One line: what was found.
    pub text: Arc<str>,
    /// What to do about it, as an act.
    pub help: Option<Arc<str>>,
    /// The rule concerned.
    pub reason: Option<Reason>,
}

/// Kinds of findings; the order is that of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// HR's record cannot be read.
    Quarantined,
    /// A rule could not be decided, so nothing of that item changes.
    Held,
    /// Two people want one account, or one person has two.
    Conflict,
    /// An account may be theirs; nobody has said so yet.
    Unsettled,
    /// An account older than the person's start.
    Namesake,
    /// It should be enabled and somebody else disabled it (S1).
    DisabledByHand,
    /// It was disabled and somebody else enabled it; it is disabled again.
    EnabledByHand,
    /// It must not be written: protected, outside the write bases.
    Blocked,
    /// The policy no longer looks after this account.
    Released,
    /// HR no longer has this person.
    Vanished,
    /// A group, unit or manager that the policy names does not exist.
    Missing,
    /// A former value cannot come back: somebody changed it since.
    Overlay,
    /// A membership by hand, removed by a stage, could be given again.
    Proposed,
    /// A membership that lingers.
    Lingering,
    /// A deletion that waits.
    Waiting,
    /// A tied account.
    Tied,
    /// A notice that has nobody to go to.
    Untold,
    /// HR's record is not as the policy expects it.
    Expectation,
    /// An exception that has lasted too long, or soon will have (S18).
    Exception,
    /// It is not what the run to be taken back left: somebody changed it since, and it stays.
    ChangedSince,
    /// The run did it, and it cannot be taken back (S17).
    Final,
    /// Anything else worth a look.
    Note,
}

/// An enabled account of somebody who by anything HR says should have none (S4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAccount {
    /// Which.
    pub guid: Guid,
    /// Where.
    pub dn: Dn,
    /// Whose.
    pub person: Option<PersonId>,
    /// How it is shown.
    pub who: Arc<str>,
    /// Why it is open.
    pub why: OpenReason,
    /// Since when, by the state.
    pub since: jiff::Timestamp,
    /// Whole days until now.
    pub days: u32,
}

/// Why nobody deals with an enabled account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenReason {
    /// It may not be written.
    Blocked,
    /// Its person's record cannot be read.
    Quarantined,
    /// Its person is held.
    Held,
    /// Two want it.
    Conflict,
    /// The policy released it.
    Released,
    /// HR no longer has its person.
    Vanished,
    /// It is tied to an account whose owner left, and may not be written or is found by no rule.
    Tied,
    /// A guard or an invariant stops the plan that would deal with it.
    Guard,
    /// What would deal with it waits for a person's approval.
    Approval,
    /// A person said no to what would deal with it.
    Rejected,
    /// An earlier run meant to disable it and did not succeed.
    Failed,
}
