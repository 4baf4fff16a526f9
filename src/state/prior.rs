//! What the planner reads of the state.

use super::{EmergencyEnd, Freeze, StepMemory};
use crate::directory::Guid;
use crate::hr::PersonId;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use uuid::Uuid;

/// What makes digests of this state worthless to whoever has them without the state: random, and kept in it alone.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Salt(pub(super) [u8; 32]);

impl Salt {
    /// A salt of these bytes; all zero there is none.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether there is none, because there is no state yet.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt")
    }
}

/// Everything the last runs left behind, as of one transaction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prior {
    /// Which store this is (S5).
    pub id: Uuid,
    /// What its digests are salted with; none without a store, and then there are no digests of HR values (S12).
    pub salt: Salt,
    /// How many runs wrote to it.
    pub generation: u64,
    /// Digest of the policy at the last run that was applied; `None` before the first.
    pub policy: Option<Arc<str>>,
    /// What is remembered of each person.
    pub people: BTreeMap<PersonId, PersonMemory>,
    /// What is remembered of each account, managed, tied or only seen.
    pub accounts: BTreeMap<Guid, AccountMemory>,
    /// Memberships of managed accounts, by account and group.
    pub memberships: BTreeMap<(Guid, Guid), Membership>,
    /// Attribute values of managed accounts; a multi-valued attribute has an entry per value.
    pub values: BTreeMap<(Guid, Arc<str>), Vec<ManagedValue>>,
    /// How often in a row a run took back what somebody wrote into an attribute by hand (S13).
    pub set_back: BTreeMap<(Guid, Arc<str>), u32>,
    /// Names that were given, by name space and folded name.
    pub reservations: BTreeMap<(NameSpace, Arc<str>), Reservation>,
    /// What the runs of the last day did, for limits over 24 hours.
    pub guard_counts: Vec<GuardCount>,
    /// Since when each enabled account of somebody who should have none is open.
    pub open_since: BTreeMap<Guid, Timestamp>,
    /// Open accounts that the last run meant to disable and could not.
    pub failed: BTreeSet<Guid>,
    /// How many people the last applied run read; `None` before the first.
    pub people_read: Option<u32>,
    /// How many records each source of people that has a name had, by the last applied run.
    pub sources_read: BTreeMap<Arc<str>, u32>,
    /// What was written back to HR last, by person and field: salted digests.
    pub written: BTreeMap<(PersonId, Arc<str>), Arc<str>>,
    /// The keys of the `on` lines of notices that a run has seen.
    pub notices_known: BTreeSet<Arc<str>>,
    /// For whom what an `on` line watches is so, by its key.
    pub notice_states: BTreeSet<(Arc<str>, PersonId)>,
    /// What other systems were asked, by person and step.
    pub steps: BTreeMap<(PersonId, Arc<str>), StepMemory>,
    /// About whom something is collected for a digest, and when that goes. Runs collect and digests end it: it is read
    /// with the rest and not written with it.
    pub collected: BTreeSet<(PersonId, Timestamp)>,
    /// Exceptions by the digest of their text, and when a plan first saw each (S18).
    pub exceptions_seen: BTreeMap<Arc<str>, Timestamp>,
    /// Who was ended at once, whatever HR says (S1).
    pub ends: BTreeMap<PersonId, EmergencyEnd>,
    /// The last freeze that nobody lifted, over or not (S18).
    pub freeze: Option<Freeze>,
    /// What waits for a person's approval, or has it, by its id.
    pub approvals: BTreeMap<Arc<str>, Asked>,
}

/// Something that a person must say yes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// Since when it waits; asked anew, since then.
    pub asked: Timestamp,
    /// When it was asked first.
    pub first: Timestamp,
    /// Until when it can be answered, then it is asked anew; `None` where an earlier version asked.
    pub until: Option<Timestamp>,
    /// Who said yes; `None` while it waits.
    pub given: Option<Given>,
    /// Who said no; `None` while it waits.
    pub refused: Option<Refused>,
    /// When an `on approval` line told of it last, by the key of the line.
    pub told: BTreeMap<Arc<str>, Timestamp>,
}

impl Asked {
    /// Asked then, and not answered.
    pub fn new(asked: Timestamp) -> Self {
        Self {
            asked,
            first: asked,
            ..Self::default()
        }
    }
}

/// A person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Who.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Until when it may be acted on.
    pub expires: Timestamp,
    /// Why, where that person wrote it.
    pub because: Option<Arc<str>>,
}

/// A person's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// Until when it holds; then it is asked anew.
    pub until: Timestamp,
    /// Why, as that person wrote it.
    pub because: Arc<str>,
}

/// What is remembered of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonMemory {
    /// Their account, by GUID.
    pub account: Option<Guid>,
    /// The stage at the last applied run, by name.
    pub stage: Option<Arc<str>>,
    /// When that stage was entered.
    pub entered: Option<Timestamp>,
    /// Salted digests of the HR values of the last applied run, by attribute: they tell what changed
    /// without keeping it (S12).
    pub values: BTreeMap<Arc<str>, Arc<str>>,
    /// The first run in which HR no longer had this person; `None` while it has.
    pub vanished: Option<Timestamp>,
}

/// What is remembered of an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountMemory {
    /// Whose it is; `None` for one that was only seen.
    pub person: Option<PersonId>,
    /// Whether it is a further account of that person (S8).
    pub tied: bool,
    /// Whether this tool created it.
    pub created: Option<Timestamp>,
    /// Since when this tool has seen it disabled without a break, by its own clock (G11).
    pub disabled_since: Option<Timestamp>,
    /// Whether this tool disabled or prepared it (G13: only then may it enable it).
    pub disabled_by_us: bool,
    /// When this tool last set a password, handed over or not.
    pub password_set: Option<Timestamp>,
    /// When a password was last handed over; earlier than `password_set`, or `None`, where it was not.
    pub password_given: Option<Timestamp>,
    /// What a stage laid over it, in the order of laying.
    pub overlays: Vec<Overlay>,
    /// The value of the anchor when it was adopted or created.
    pub anchor: Option<Arc<str>>,
}

/// Something that a stage changed and that its end gives back (S16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// The stage, by name.
    pub stage: Arc<str>,
    /// LDAP attribute, or `unit` for the place.
    pub attribute: Arc<str>,
    /// What was there before, in LDAP text form; empty where nothing was.
    pub before: Vec<Arc<str>>,
    /// What the stage wrote; empty where it cleared.
    pub wrote: Vec<Arc<str>>,
}

/// Whose a membership is (S6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Whose.
    pub owner: MembershipOwner,
    /// Since when.
    pub since: Timestamp,
    /// The first run in which no rule granted it any more; it lingers from then.
    pub lapsed: Option<Timestamp>,
    /// Removed by a stage (S16), by its name: proposed again on return where it was by hand.
    pub removed_by_stage: Option<Arc<str>>,
}

/// Where a membership comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MembershipOwner {
    /// A rule gave it.
    Granted,
    /// It was there and a rule granted it at the moment of adoption.
    Adopted,
    /// Somebody else gave it.
    ByHand,
}

/// A value and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagedValue {
    /// The value in LDAP text form.
    pub value: Arc<str>,
    /// Whose.
    pub owner: ValueOwner,
    /// Since when.
    pub since: Timestamp,
}

/// Where an attribute value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueOwner {
    /// A run wrote it.
    Set,
    /// It was there when the account was adopted and a rule wants the same.
    Adopted,
    /// Somebody else wrote it.
    ByHand,
}

/// Something somebody else did, as it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ByHand {
    /// An attribute value.
    Value,
    /// A membership.
    Membership,
    /// The place.
    Unit,
    /// Enabled or disabled.
    Enabled,
}

/// Within what a name must be unique (S14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameSpace {
    /// sAMAccountName, over all classes.
    Login,
    /// mail, userPrincipalName, proxyAddresses, targetAddress, mailNickname.
    Address,
    /// cn within a unit.
    CommonName,
}

/// A name that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// To whom.
    pub person: PersonId,
    /// When.
    pub since: Timestamp,
    /// When its account went; `None` while it is in use.
    pub released: Option<Timestamp>,
}

/// What a run did of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardCount {
    /// Which guard, by its word.
    pub kind: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// How many.
    pub count: u32,
    /// Which run.
    pub run: Uuid,
}
