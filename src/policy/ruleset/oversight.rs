//! What stands above the rules: privileges, approvals, invariants.

use super::{GuardKind, RuleId, StageId};
use crate::directory::Dn;
use std::sync::Arc;

/// `privileged group "X"`: membership takes the domain over, or nearly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivilegedRule {
    /// Its name, or its DN where it has a `=`.
    pub group: Arc<str>,
    /// The item.
    pub rule: RuleId,
}

/// `approve delete, disable when C`, `approve grant "G"`: actions that wait for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproveRule {
    /// Which actions, by what guards count them as.
    pub kinds: Vec<GuardKind>,
    /// Only memberships in these groups, by name or DN; all if empty.
    pub groups: Vec<Arc<str>>,
    /// Whether it holds for some people only: then it is in their [`crate::policy::Wish::approvals`].
    pub conditional: bool,
    /// The item.
    pub rule: RuleId,
}

/// `invariant "…" when C never …`; for whom `C` holds is in [`crate::policy::Wish::invariants`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvariantRule {
    /// What it promises.
    pub title: Arc<str>,
    /// What never is.
    pub never: Vec<Never>,
    /// The item.
    pub rule: RuleId,
}

/// What an invariant rules out, of the state that a plan leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Never {
    /// A member of this group, by name or DN, directly or over others.
    Group(Arc<str>),
    /// In this unit or below it (absolute).
    Unit(Dn),
    /// With an account that is so.
    Account(NeverAccount),
    /// In this stage.
    Stage(StageId),
}

/// How an account must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeverAccount {
    /// There, and enabled.
    Enabled,
    /// There, and disabled.
    Disabled,
    /// Deleted by the plan.
    Deleted,
}
