//! What stands above the rules: privileges, approvals, invariants.

use super::{GuardKind, Limit, RuleId, StageId};
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
    /// Only for people in one of these stages; in any if empty.
    pub stages: Vec<StageId>,
    /// Only for accounts that are in one of these units or below it (absolute), or come there; anywhere if empty.
    pub units: Vec<Dn>,
    /// Only where there are more of them than this, in one plan and the 24 hours before it.
    pub above: Option<Limit>,
    /// Whether it holds for some people only: then it is in their [`crate::policy::Wish::approvals`].
    pub conditional: bool,
    /// The item.
    pub rule: RuleId,
}

impl ApproveRule {
    /// Whether it speaks of everybody, wherever they are and however many.
    pub fn is_of_all(&self) -> bool {
        let Self {
            stages,
            units,
            above,
            conditional,
            ..
        } = self;
        !conditional && stages.is_empty() && units.is_empty() && above.is_none()
    }
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
