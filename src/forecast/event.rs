//! What a forecast says, as data. What must not be shown is not in it.

use crate::hr::PersonId;
use crate::plan::{Action, Change};
use crate::policy::GuardKind;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is done when, from the dates that HR shows today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// As of which instant.
    pub from: Timestamp,
    /// Up to which instant, itself included.
    pub until: Timestamp,
    /// Base of the domain, as text.
    pub domain: Arc<str>,
    /// The policy's own zone, in which days are counted that are about everybody.
    pub zone: Arc<str>,
    /// What hangs on sensitive dates is in it, as all else: somebody at a terminal asked for it.
    pub revealed: bool,
    /// By instant; the first are what is due at [`Self::from`].
    pub events: Vec<Event>,
    /// Guards that would stop a run, in the order of time.
    pub trips: Vec<Trip>,
    /// Invariants that would be broken, in the order of time.
    pub breaches: Vec<Breach>,
    /// What the copy of the directory refused, in the order of time.
    pub failures: Vec<Failure>,
    /// What the plan of now says of itself as a whole: that nobody has confirmed whose the accounts are.
    pub notes: Vec<Arc<str>>,
    /// How many records of HR cannot be read, of whom therefore nothing is foreseen.
    pub quarantined: usize,
}

/// Everything that happens to one person at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// To whom; none for units and groups that are made.
    pub person: Option<PersonId>,
    /// How the person is shown.
    pub who: Arc<str>,
    /// The person's zone; the policy's for what is nobody's.
    pub zone: Arc<str>,
    /// Which stage they leave and which they enter; none where they stay in theirs.
    pub stage: Option<(Option<Arc<str>>, Arc<str>)>,
    /// What is done.
    pub actions: Tally,
    /// How many of the actions wait for approval from then on.
    pub waiting: u32,
}

/// How often each kind of action is done.
pub type Tally = BTreeMap<Kind, u32>;

/// A kind of action; the order is that in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A unit is made.
    CreateUnit,
    /// A group is made.
    CreateGroup,
    /// An account is made.
    Create,
    /// An account that exists becomes theirs.
    Adopt,
    /// It is theirs no longer.
    Release,
    /// The account is enabled.
    Enable,
    /// The account is disabled.
    Disable,
    /// The account is deleted.
    Delete,
    /// A new password is set.
    Password,
    /// An attribute changes.
    Change,
    /// The account moves or is renamed.
    Move,
    /// A membership is given.
    Grant,
    /// A membership is taken.
    Revoke,
    /// A value is written back to HR.
    WriteBack,
    /// Another system is asked for a step.
    Step,
    /// A unit is deleted.
    DeleteUnit,
    /// A notice becomes due.
    Notify,
}

impl Kind {
    /// The word for it in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::CreateUnit => "create-unit",
            Kind::CreateGroup => "create-group",
            Kind::Create => "create",
            Kind::Adopt => "adopt",
            Kind::Release => "release",
            Kind::Enable => "enable",
            Kind::Disable => "disable",
            Kind::Delete => "delete",
            Kind::Password => "password",
            Kind::Change => "change",
            Kind::Move => "move",
            Kind::Grant => "grant",
            Kind::Revoke => "revoke",
            Kind::WriteBack => "writeback",
            Kind::Step => "step",
            Kind::DeleteUnit => "delete-unit",
            Kind::Notify => "notify",
        }
    }

    /// Of what kind an action is, and how many it counts for: an attribute each.
    pub(super) fn of(action: &Action) -> (Self, u32) {
        let kind = match &action.change {
            Change::CreateUnit { .. } => Self::CreateUnit,
            Change::CreateGroup { .. } => Self::CreateGroup,
            Change::CreateAccount { .. } => Self::Create,
            Change::Adopt { .. } => Self::Adopt,
            Change::Release { .. } => Self::Release,
            Change::SetPassword { .. } => Self::Password,
            Change::Modify { attributes, .. } => {
                let count = u32::try_from(attributes.len()).unwrap_or(u32::MAX);
                return (Self::Change, count);
            }
            Change::Move { .. } => Self::Move,
            Change::Enable { .. } => Self::Enable,
            Change::Disable { .. } => Self::Disable,
            Change::AddMember { .. } => Self::Grant,
            Change::RemoveMember { .. } => Self::Revoke,
            Change::WriteBack { .. } => Self::WriteBack,
            Change::Await { .. } => Self::Step,
            Change::Delete { .. } => Self::Delete,
            Change::DeleteUnit { .. } => Self::DeleteUnit,
        };
        (kind, 1)
    }
}

/// When something is, as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At this instant.
    At(Timestamp),
    /// On this day of the policy's own zone: dates of several people make it so, and they are sensitive.
    Day(Date),
}

/// A guard that would stop the run there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trip {
    /// When.
    pub when: When,
    /// Which guard.
    pub kind: GuardKind,
    /// How many the run there has, and how many runs of the 24 hours before have; none where only the day is told: how
    /// many people share it may change from forecast to forecast, by one who then is known.
    pub counts: Option<(u32, u32)>,
    /// How many are allowed.
    pub limit: u32,
    /// Where the limit comes from.
    pub source: Arc<str>,
}

/// An invariant that would be broken there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// When.
    pub when: When,
    /// What it promises.
    pub title: Arc<str>,
    /// Whose account breaks it, and how they are shown.
    pub person: (PersonId, Arc<str>),
}

/// An action that the copy of the directory did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// When.
    pub at: Timestamp,
    /// Of whom; none for units and groups.
    pub person: Option<PersonId>,
    /// How the person is shown.
    pub who: Arc<str>,
    /// What was to be done.
    pub kind: Kind,
    /// Why not.
    pub text: Arc<str>,
}
