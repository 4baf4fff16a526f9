//! Actions: single changes with their reasons.

use super::Formerly;
use crate::directory::group_type::GroupType;
use crate::directory::{Dn, Guid};
use crate::hr::PersonId;
use crate::policy::GuardKind;
use crate::state::{Given, NameSpace, Refused};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// An action of a plan; index into [`crate::plan::Plan::actions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionId(pub u32);

/// One change of the directory (or of the state alone, for [`Change::Adopt`] without an anchor to write).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What.
    pub change: Change,
    /// Whose account it concerns; `None` for units and groups that are made.
    pub person: Option<PersonId>,
    /// How the person is shown: their name as the account bears or will bear it.
    pub who: Arc<str>,
    /// Why; the first is the main one.
    pub reasons: Vec<Reason>,
    /// What changed in the world that makes it due.
    pub cause: Cause,
    /// Actions that must have succeeded before.
    pub after: Vec<ActionId>,
    /// Actions that must have been tried before, whether they succeeded or not.
    pub behind: Vec<ActionId>,
    /// Whether it can be taken back.
    pub reversible: Reversible,
    /// It takes away or changes what this tool did not give (G7).
    pub not_ours: bool,
    /// Guards that count it.
    pub counts: Vec<GuardKind>,
    /// Names that it gives, folded as the planner compares them: reserved for the person once it succeeded (S14).
    pub reserves: Vec<(NameSpace, Arc<str>)>,
    /// A person must say yes to it; `None` where nobody has to.
    pub approval: Option<Approval>,
    /// What the state says again once it is done; only where it takes back what a run did.
    pub formerly: Option<Box<Formerly>>,
}

impl Action {
    /// Whether nobody has said yes to what somebody must say yes to; it is not done. Somebody may have said no.
    pub fn waits(&self) -> bool {
        self.approval
            .as_ref()
            .is_some_and(|approval| approval.given.is_none())
    }

    /// Whether it waits for somebody to answer.
    pub fn is_asked(&self) -> bool {
        self.approval
            .as_ref()
            .is_some_and(|approval| approval.given.is_none() && approval.refused.is_none())
    }

    /// Who said no to it, where somebody did.
    pub fn refused(&self) -> Option<&Refused> {
        self.approval.as_ref()?.refused.as_ref()
    }
}

/// That a person must say yes to an action, and whether one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What is approved, as a salted digest: the same from plan to plan, for as long as exactly this is to be
    /// done.
    pub id: Arc<str>,
    /// The `approve` item.
    pub rule: Reason,
    /// Since when it waits; where it is asked anew, since then.
    pub asked: Timestamp,
    /// When it was asked first.
    pub first: Timestamp,
    /// Until when it can be answered; then it is asked anew.
    pub until: Timestamp,
    /// Why this plan asks it anew, where it does.
    pub lapsed: Option<Lapsed>,
    /// Who said yes; `None` while it waits.
    pub given: Option<Given>,
    /// Who said no: it is not asked any more, and not done.
    pub refused: Option<Refused>,
}

/// Why a question is asked anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapsed {
    /// Nobody answered in time.
    Unanswered,
    /// The yes came to its end, and it was not done.
    Yes,
    /// The no came to its end.
    No,
}

/// An object that an action concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One that exists.
    Existing {
        /// Its GUID, by which it is addressed.
        guid: Guid,
        /// Where it was when the plan was made.
        dn: Dn,
    },
    /// One that an earlier action makes.
    Made {
        /// Which action.
        by: ActionId,
        /// Where it will be.
        dn: Dn,
    },
}

impl Target {
    /// Where it is, or will be made.
    pub fn dn(&self) -> &Dn {
        match self {
            Self::Existing { dn, .. } | Self::Made { dn, .. } => dn,
        }
    }
}

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An organizational unit is made.
    CreateUnit {
        /// Where.
        dn: Dn,
    },
    /// A group is made, with nobody in it.
    CreateGroup {
        /// Where.
        dn: Dn,
        /// Its sAMAccountName.
        name: Arc<str>,
        /// Its scope, and whether it gives access.
        group_type: GroupType,
        /// Its description.
        description: Option<Arc<str>>,
    },
    /// An account is made, disabled and without a password; enabling is an action of its own.
    CreateAccount {
        /// Where.
        dn: Dn,
        /// Attributes with their values in LDAP text form, sorted; links are actions of their own.
        attributes: Vec<(Arc<str>, Vec<Arc<str>>)>,
        /// Which of them is the anchor; `None` where the policy has none.
        anchor: Option<Arc<str>>,
        /// Those whose values must not be shown, by name (S11).
        sensitive: Vec<Arc<str>>,
    },
    /// The account is taken as this person's: the anchor is written and the state remembers.
    Adopt {
        /// Which.
        account: Target,
        /// The anchor attribute.
        anchor: Arc<str>,
        /// What stands there now.
        before: Option<Arc<str>>,
        /// What will stand there.
        after: Arc<str>,
        /// Whether a `link` line says so; else an `adopt` rule.
        linked: bool,
    },
    /// The account is no longer taken as this person's: the anchor has its former value and the state forgets.
    Release {
        /// Which.
        account: Target,
        /// The anchor attribute.
        anchor: Arc<str>,
        /// What stands there now.
        before: Arc<str>,
        /// What will stand there.
        after: Option<Arc<str>>,
        /// Whether a `link` line had said that it is theirs; else an `adopt` rule.
        linked: bool,
    },
    /// A random password is made, set and handed over.
    SetPassword {
        /// Whose.
        account: Target,
        /// The person must choose another at first logon.
        must_change: bool,
        /// Its length; how long one that is computed is, no plan says.
        length: u32,
        /// Whether it is computed as the policy says, and not random.
        computed: bool,
    },
    /// Attributes of one account change.
    Modify {
        /// Which.
        account: Target,
        /// What, sorted by attribute.
        attributes: Vec<AttributeChange>,
    },
    /// The account's `cn`, unit or both change.
    Move {
        /// Which.
        account: Target,
        /// Where it goes.
        to: Dn,
        /// The stage whose overlay places it there, or ends by this (S16).
        overlay: Option<Arc<str>>,
    },
    /// The account is enabled.
    Enable {
        /// Which.
        account: Target,
        /// `userAccountControl` when the plan was made; `None` for one that is made.
        before: Option<u32>,
    },
    /// The account is disabled.
    Disable {
        /// Which.
        account: Target,
        /// `userAccountControl` when the plan was made.
        before: Option<u32>,
    },
    /// A membership is given.
    AddMember {
        /// In which group.
        group: Target,
        /// To whom.
        account: Target,
    },
    /// A membership is taken.
    RemoveMember {
        /// From which group.
        group: Target,
        /// From whom.
        account: Target,
        /// The stage that takes it, if one does (S16): then the state remembers whose it was.
        stage: Option<Arc<str>>,
    },
    /// A value of the account is written back to HR.
    WriteBack {
        /// Whose value it is.
        account: Target,
        /// Of whom HR gets to know it.
        person: PersonId,
        /// The field, as the policy calls it.
        field: Arc<str>,
        /// The field, as HR calls it.
        source: Arc<str>,
        /// What HR says now.
        before: Option<Arc<str>>,
        /// What it will say.
        after: Arc<str>,
        /// The salted digest by which the state will know the value as ours.
        digest: Arc<str>,
        /// People sign in to HR with this field.
        login: bool,
    },
    /// Another system is asked whether it has done what others wait for.
    Await {
        /// Whose account waits, with all or with a part.
        account: Target,
        /// What is asked.
        step: StepRequest,
    },
    /// The account is deleted.
    Delete {
        /// Which.
        account: Target,
    },
    /// A unit that a run made is deleted, with nothing in it.
    DeleteUnit {
        /// Which.
        unit: Target,
    },
}

impl Change {
    /// Group and account of a membership; none where it is about something else.
    pub fn membership(&self) -> Option<(&Target, &Target)> {
        let (Self::AddMember { group, account } | Self::RemoveMember { group, account, .. }) = self
        else {
            return None;
        };
        Some((group, account))
    }
}

/// What another system is asked for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRequest {
    /// The name of the step.
    pub name: Arc<str>,
    /// What began it, as the policy says it: `create`, `enter employee`.
    pub event: Arc<str>,
    /// What tells this time from another, where the same happens again.
    pub occasion: Arc<str>,
    /// The idempotency key: the same for every attempt with the same values.
    pub key: Arc<str>,
    /// The salted digest by which the state will know what went with the key.
    pub digest: Arc<str>,
    /// What is sent beside, by name; none where there is no value.
    pub fields: Vec<(Arc<str>, Option<Arc<str>>)>,
    /// How long the answer may take.
    pub within: SignedDuration,
    /// When it was begun; none where this plan begins it.
    pub begun: Option<Timestamp>,
    /// Before which instant it is not asked again.
    pub not_before: Option<Timestamp>,
    /// Whether the account waits to be enabled; else groups alone wait.
    pub enable: bool,
}

impl StepRequest {
    /// When its time is over, if it is begun then and was not begun before.
    pub fn until(&self, now: Timestamp) -> Timestamp {
        let begun = self.begun.unwrap_or(now);
        begun.checked_add(self.within).unwrap_or(Timestamp::MAX)
    }
}

/// One attribute of a [`Change::Modify`]; the old values are tested when it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeChange {
    /// LDAP name.
    pub attribute: Arc<str>,
    /// All values when the plan was made, in LDAP text form.
    pub before: Vec<Arc<str>>,
    /// All values afterwards.
    pub after: Vec<Arc<str>>,
    /// For a DN that an earlier action makes: that action.
    pub refers_to: Option<ActionId>,
    /// Why this attribute.
    pub reason: Reason,
    /// What made it due; may differ from that of the action.
    pub cause: Cause,
    /// A stage's overlay, or its end (S16): the stage.
    pub overlay: Option<Arc<str>>,
    /// It ends that overlay: the former value comes back and the state forgets it.
    pub lifts: bool,
    /// The value must not be shown (S11).
    pub sensitive: bool,
}

/// Why: the rule and what it read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// In words, where no rule of the author says it (`former value comes back`); else the statement.
    pub text: Arc<str>,
    /// File of the rule; empty where there is none.
    pub file: Arc<str>,
    /// Line of the rule; 0 where there is none.
    pub line: u32,
    /// The HR values it read, by the policy's names; sensitive ones as `•••`.
    pub values: Vec<(Arc<str>, Arc<str>)>,
}

/// What changed in the world (S19).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The first run that manages this account: no earlier state to compare with.
    First,
    /// HR says something else than at the last run.
    Hr,
    /// The policy says something else.
    Policy,
    /// Time passed.
    Time,
    /// Somebody changed the directory.
    ByHand,
    /// Nothing: a person wants a run taken back.
    Undone,
    /// A human ended the person at once (S1); that the end was lifted is no cause of its own.
    Ordered,
}

/// Whether an action can be taken back (S17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reversible {
    /// Wholly.
    Yes,
    /// All but what is named.
    Partly(Arc<str>),
    /// Not.
    No,
}
