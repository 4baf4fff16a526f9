//! The shape of the file. Field names are a contract: adding one is a new optional field, anything else a
//! new format.

use super::step::{Step, StepOver};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An enum of ours as the file writes it: variants in `snake_case`, and both ways between the two.
macro_rules! mirror {
    ($(#[$doc:meta])* $wire:ident = $ours:path { $($variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $wire { $(#[allow(missing_docs, reason = "named as in the plan")] $variant),* }

        impl From<$ours> for $wire {
            fn from(ours: $ours) -> Self {
                use $ours as Ours;
                match ours { $(Ours::$variant => Self::$variant),* }
            }
        }

        impl From<$wire> for $ours {
            fn from(wire: $wire) -> Self {
                use $ours as Ours;
                match wire { $($wire::$variant => Ours::$variant),* }
            }
        }
    };
}

mirror!(
    /// What changed in the world that makes an action due.
    Cause = crate::plan::Cause { First, Hr, Policy, Time, ByHand, Undone, Ordered }
);

mirror!(
    /// Kinds of guards.
    Guard = crate::policy::GuardKind {
        Create, Enable, Adopt, Disable, Delete, Move, Rename, Login, Clear, Password, Grant, Revoke,
        Notify, Writeback, Quarantine, Lose, Values,
    }
);

mirror!(
    /// Kinds of findings.
    FindingKind = crate::plan::FindingKind {
        Quarantined, Held, Conflict, Unsettled, Namesake, DisabledByHand, EnabledByHand, Blocked,
        Released, Vanished, Missing, Overlay, Proposed, Lingering, Waiting, Tied, Untold, Expectation, Exception,
        ChangedSince, Final, Note,
    }
);

mirror!(
    /// Why nobody deals with an enabled account.
    OpenReason = crate::plan::OpenReason {
        Blocked, Quarantined, Held, Conflict, Released, Vanished, Tied, Guard, Approval, Rejected, Failed,
    }
);

mirror!(
    /// Why a question is asked anew.
    Lapsed = crate::plan::Lapsed { Unanswered, Yes, No }
);

mirror!(
    /// Within what a name is unique.
    NameSpace = crate::state::NameSpace { Login, Address, CommonName }
);

mirror!(
    /// Where a membership comes from.
    MembershipOwner = crate::state::MembershipOwner { Granted, Adopted, ByHand }
);

mirror!(
    /// Where a value comes from.
    ValueOwner = crate::state::ValueOwner { Set, Adopted, ByHand }
);

/// A plan of tenure.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    /// The version of this format.
    pub(super) format: u32,
    /// SHA-256 over `plan` in compact form.
    pub(super) digest: String,
    /// The plan.
    pub(super) plan: Plan,
}

/// What would change, and whether it may.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) header: Header,
    /// Actions in their order; they refer to each other by their place in this list, from 0.
    pub(super) actions: Vec<Action>,
    pub(super) guards: Vec<GuardVerdict>,
    pub(super) broken: Vec<Broken>,
    /// What is told to whom once the plan is applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notices: Vec<Notice>,
    /// What is told beside where something of the person fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) on_failure: Vec<OnFailure>,
    pub(super) findings: Vec<Finding>,
    pub(super) open_accounts: Vec<OpenAccount>,
    pub(super) stages: Vec<StageCount>,
    pub(super) next_change: Option<String>,
    /// When something next becomes due for each person, as far as it may be shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) next_changes: Vec<NextChange>,
    pub(super) memory: Memory,
}

/// Of what the plan is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) now: String,
    pub(super) clock_pinned: bool,
    pub(super) hypothetical: bool,
    /// The run that is taken back, where it is an undo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) takes_back: Option<TakesBack>,
    /// The groups with `adminCount` 1 that it changes on purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) admin_groups: Vec<String>,
    pub(super) only: Vec<String>,
    /// What is frozen, where it is: then only what takes access away is in the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) frozen: Option<Frozen>,
    pub(super) expires: String,
    pub(super) policy: String,
    pub(super) people: String,
    pub(super) people_source: String,
    /// The sources, where they have names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sources: Vec<SourceRead>,
    pub(super) directory: String,
    pub(super) domain: Option<String>,
    pub(super) domain_name: String,
    /// The domain controller that was read, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) controller: Option<Controller>,
    pub(super) state: String,
    pub(super) generation: u64,
}

/// The run that a plan takes back, and by which policies it and the run before it were applied.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TakesBack {
    pub(super) run: String,
    pub(super) new_policy: bool,
    pub(super) policy_before: Option<String>,
    pub(super) forgets: Vec<String>,
}

/// A domain controller, and which copy of the directory it keeps.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Controller {
    pub(super) service: String,
    pub(super) host: String,
    pub(super) invocation: String,
}

/// A source of people as it was read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SourceRead {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) records: u32,
}

/// One change with its reasons.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Action {
    pub(super) change: Change,
    pub(super) person: Option<String>,
    pub(super) who: String,
    pub(super) reasons: Vec<Reason>,
    pub(super) cause: Cause,
    pub(super) after: Vec<u32>,
    pub(super) behind: Vec<u32>,
    pub(super) reversible: Reversible,
    pub(super) not_ours: bool,
    pub(super) counts: Vec<Guard>,
    pub(super) reserves: Vec<Name>,
    pub(super) approval: Option<Approval>,
    /// What the state says again once it is done, where it takes back what a run did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) formerly: Option<Box<Formerly>>,
}

/// What the state said before an action.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Formerly {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<PersonMemory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<AccountMemory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) membership: Option<Membership>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<AttributeValues>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) written: Option<String>,
}

/// That a person must say yes to an action; the id is the same as long as exactly this is to be done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    pub(super) id: String,
    pub(super) rule: Reason,
    /// Since when it waits.
    pub(super) asked: String,
    /// When it was asked first, where that was earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<String>,
    /// Until when it can be answered; then it is asked anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<String>,
    /// Why it is asked anew, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lapsed: Option<Lapsed>,
    /// Nobody has said yes where this is missing: then the action is not done.
    pub(super) given: Option<Given>,
    /// Somebody has said no: then it is not asked either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Refused>,
}

/// A person's no.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) by: String,
    pub(super) at: String,
    pub(super) until: String,
    pub(super) because: String,
}

/// A person's yes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    pub(super) by: String,
    pub(super) at: String,
    pub(super) expires: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
}

/// A name that an action reserves.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    pub(super) space: NameSpace,
    pub(super) name: String,
}

/// An object: one that exists, by GUID, or one that an action makes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Target {
    Existing { guid: String, dn: String },
    Made { by: u32, dn: String },
}

/// What is changed.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Change {
    CreateUnit {
        dn: String,
    },
    CreateGroup {
        dn: String,
        name: String,
        /// `groupType`, in decimal.
        group_type: String,
        description: Option<String>,
    },
    CreateAccount {
        dn: String,
        attributes: Vec<Attribute>,
        anchor: Option<String>,
        /// Names of attributes whose values must not be shown; an earlier version did not say which.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        sensitive: Vec<String>,
    },
    Adopt {
        account: Target,
        anchor: String,
        before: Option<String>,
        after: String,
        linked: bool,
    },
    Release {
        account: Target,
        anchor: String,
        before: String,
        after: Option<String>,
        linked: bool,
    },
    SetPassword {
        account: Target,
        must_change: bool,
        length: u32,
        #[serde(default)]
        computed: bool,
    },
    Modify {
        account: Target,
        attributes: Vec<AttributeChange>,
    },
    Move {
        account: Target,
        to: String,
        overlay: Option<String>,
    },
    Enable {
        account: Target,
        before: Option<u32>,
    },
    Disable {
        account: Target,
        before: Option<u32>,
    },
    AddMember {
        group: Target,
        account: Target,
    },
    RemoveMember {
        group: Target,
        account: Target,
        stage: Option<String>,
    },
    WriteBack {
        account: Target,
        person: String,
        field: String,
        source: String,
        before: Option<String>,
        after: String,
        digest: String,
        login: bool,
    },
    /// Another system is asked whether it has done what others wait for.
    Await {
        account: Target,
        step: Step,
    },
    Delete {
        account: Target,
    },
    DeleteUnit {
        unit: Target,
    },
}

/// An attribute of a new account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) values: Vec<String>,
}

/// An attribute that changes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeChange {
    pub(super) attribute: String,
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
    pub(super) refers_to: Option<u32>,
    pub(super) reason: Reason,
    pub(super) cause: Cause,
    pub(super) overlay: Option<String>,
    pub(super) lifts: bool,
    pub(super) sensitive: bool,
}

/// Why: the rule and what it read; sensitive values are masked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reason {
    pub(super) text: String,
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) values: Vec<ValueRead>,
}

/// An HR value that a rule read.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ValueRead {
    pub(super) name: String,
    pub(super) value: String,
}

/// Whether an action can be taken back; `partly` says what stays.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reversible {
    Yes,
    Partly(String),
    No,
}

/// What one guard says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GuardVerdict {
    pub(super) kind: Guard,
    pub(super) count: u32,
    pub(super) recent: u32,
    pub(super) limit: u32,
    pub(super) source: String,
    pub(super) tripped: bool,
    pub(super) actions: Vec<u32>,
}

/// An invariant that the plan would leave broken for one person: such a plan is not applied.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Broken {
    pub(super) title: String,
    pub(super) person: String,
    pub(super) who: String,
    pub(super) account: String,
    pub(super) text: String,
    pub(super) reason: Reason,
}

/// What is told to whom.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Notice {
    pub(super) name: String,
    /// What happened, as the policy says it.
    pub(super) event: String,
    pub(super) person: String,
    pub(super) who: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) body: String,
    /// Where in the body, in bytes, the password will stand in the place of `{password}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) password: Vec<u32>,
    pub(super) reason: Reason,
    /// Actions that must have succeeded; where there are none, all of the person's.
    pub(super) after: Vec<u32>,
    /// It is told whatever becomes of the person's actions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) regardless: bool,
    /// The questions that it tells of, for the state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) asks: Vec<ToldOf>,
    /// It is collected for a digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) digest: Option<Collecting>,
}

/// For which digest a notice is collected.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Collecting {
    /// When it goes.
    pub(super) at: String,
    /// What the state knows by it whether it is still so.
    pub(super) key: String,
}

/// What is told where something of a person fails, by the key of the `on failure` line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnFailure {
    pub(super) key: String,
    pub(super) notice: Notice,
}

/// A question that an `on approval` line tells of, by the key of the line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToldOf {
    pub(super) key: String,
    pub(super) approval: String,
}

/// What the plan does not do, and why.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Finding {
    pub(super) kind: FindingKind,
    pub(super) person: Option<String>,
    pub(super) who: String,
    pub(super) accounts: Vec<String>,
    pub(super) text: String,
    pub(super) help: Option<String>,
    pub(super) reason: Option<Reason>,
}

/// An enabled account that nobody deals with.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenAccount {
    pub(super) guid: String,
    pub(super) dn: String,
    pub(super) person: Option<String>,
    pub(super) who: String,
    pub(super) why: OpenReason,
    pub(super) since: String,
    pub(super) days: u32,
}

/// When something next becomes due for a person.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NextChange {
    pub(super) person: String,
    pub(super) at: String,
}

/// People in a stage.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StageCount {
    pub(super) stage: String,
    pub(super) people: u32,
}

/// A freeze: who ordered it, and until when it holds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Frozen {
    pub(super) until: String,
    pub(super) since: String,
    pub(super) by: String,
    pub(super) because: String,
}

/// What the state remembers beside the actions.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    pub(super) people: Vec<PersonMemory>,
    pub(super) accounts: Vec<AccountMemory>,
    pub(super) memberships: Vec<Membership>,
    pub(super) values: Vec<AttributeValues>,
    pub(super) open_since: Vec<Since>,
    pub(super) exceptions_seen: Vec<Since>,
    /// Emergency ends on which HR agrees by now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) ends_agreed: Vec<String>,
    pub(super) people_read: u32,
    /// What notices watch, by keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notices_known: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) notices_changed: Vec<NoticeState>,
    /// Steps that are given up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) steps_over: Vec<StepOver>,
    pub(super) counts: Vec<Counted>,
}

/// What a notice watches has begun, or ceased, to be so.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeState {
    pub(super) key: String,
    pub(super) person: String,
    pub(super) holds: bool,
}

/// How many of something there were, for limits over 24 hours.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    pub(super) what: String,
    pub(super) count: u32,
}

/// What is remembered of a person; HR values as salted digests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonMemory {
    pub(super) person: String,
    pub(super) account: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) entered: Option<String>,
    pub(super) values: BTreeMap<String, String>,
    pub(super) vanished: Option<String>,
    /// Files of before the state's version 5 have it, and it says nothing.
    #[serde(default, skip_serializing, rename = "terminated")]
    #[schemars(skip)]
    pub(super) _terminated: Option<String>,
}

/// What is remembered of an account.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountMemory {
    pub(super) guid: String,
    pub(super) person: Option<String>,
    pub(super) tied: bool,
    pub(super) created: Option<String>,
    pub(super) disabled_since: Option<String>,
    pub(super) disabled_by_us: bool,
    pub(super) password_set: Option<String>,
    pub(super) password_given: Option<String>,
    pub(super) overlays: Vec<Overlay>,
    pub(super) anchor: Option<String>,
}

/// What a stage laid over an attribute.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    pub(super) stage: String,
    pub(super) attribute: String,
    pub(super) before: Vec<String>,
    pub(super) wrote: Vec<String>,
}

/// Whose a membership is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Membership {
    pub(super) account: String,
    pub(super) group: String,
    pub(super) owner: MembershipOwner,
    pub(super) since: String,
    pub(super) lapsed: Option<String>,
    pub(super) removed_by_stage: Option<String>,
}

/// Whose the values of an attribute are.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeValues {
    pub(super) account: String,
    pub(super) attribute: String,
    pub(super) values: Vec<ManagedValue>,
}

/// A value and whose it is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ManagedValue {
    pub(super) value: String,
    pub(super) owner: ValueOwner,
    pub(super) since: String,
}

/// Since when something is so.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Since {
    pub(super) what: String,
    pub(super) since: String,
}
