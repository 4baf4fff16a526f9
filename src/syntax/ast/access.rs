//! What people may reach, and what may not happen: groups, promises, exceptions, guards.

use super::{Clause, Duration, ExpectClause, Expr, Key, Name};
use crate::diagnostic::{Span, Spanned};

/// `groups { … }` or `lists { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    /// The statements.
    pub statements: Vec<GroupStatement>,
}

/// A statement of `groups` or `lists`.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupStatement {
    /// `when C => G, H` or `always => G`.
    Row(GroupRow),
    /// `keep "SG-VPN-*"`.
    Keep(Vec<Expr>, Span),
    /// `linger 14 days`.
    Linger(Duration, Span),
    /// `manage granted`.
    Manage(Manage, Span),
    /// `create kind security scope global`.
    Create(Attach, Span),
}

/// `when C => G, H`; without condition it is `always`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRow {
    /// When; `None` is `always`.
    pub condition: Option<Expr>,
    /// Which groups.
    pub groups: Vec<Expr>,
    /// The whole row.
    pub span: Span,
}

/// Which memberships a block may take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manage {
    /// Those it granted.
    Granted,
    /// All, by hand too.
    All,
    /// None: it only adds.
    Additions,
}

/// Kind and scope of groups that are made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attach {
    /// `kind security`.
    pub kind: Option<Spanned<GroupKind>>,
    /// `scope global`.
    pub scope: Option<Spanned<GroupScope>>,
    /// `in UNIT`: where they are made.
    pub unit: Option<Expr>,
    /// `description "…"`.
    pub description: Option<Expr>,
}

/// Security or distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// Gives access.
    Security,
    /// Receives mail.
    Distribution,
}

/// Where a group may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupScope {
    /// Global.
    Global,
    /// Domain local.
    DomainLocal,
    /// Universal.
    Universal,
}

/// `group "SG-X" { kind … scope … description … in … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDeclaration {
    /// Its name.
    pub name: Name,
    /// How it is made.
    pub attach: Attach,
}

/// `privileged group "X", "Y"`.
#[derive(Debug, Clone, PartialEq)]
pub struct PrivilegedGroup {
    /// The groups.
    pub groups: Vec<Expr>,
}

/// `forbid G, H when C`.
#[derive(Debug, Clone, PartialEq)]
pub struct Forbid {
    /// The groups.
    pub groups: Vec<Expr>,
    /// When; `None` is always.
    pub condition: Option<Expr>,
}

/// `exclusive G, H prefer first`.
#[derive(Debug, Clone, PartialEq)]
pub struct Exclusive {
    /// The groups, best first.
    pub groups: Vec<Expr>,
    /// Which one wins.
    pub prefer: Spanned<ExclusivePrefer>,
    /// `separate`: the old one goes before the new one comes.
    pub separate: Option<Span>,
}

/// Which of several exclusive groups wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExclusivePrefer {
    /// The first named.
    First,
    /// The one that the person has.
    Current,
}

/// `invariant "…" when C never group G, H`.
#[derive(Debug, Clone, PartialEq)]
pub struct Invariant {
    /// What it promises.
    pub title: Name,
    /// For whom.
    pub condition: Expr,
    /// What never happens.
    pub never: Vec<ExpectClause>,
}

/// `exception for KEY until DATE because "…" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Exception {
    /// For whom.
    pub person: Key,
    /// Last day.
    pub until: Spanned<jiff::civil::Date>,
    /// Why.
    pub because: Name,
    /// What.
    pub clauses: Vec<ExceptionClause>,
}

/// A statement of an exception.
#[derive(Debug, Clone, PartialEq)]
pub enum ExceptionClause {
    /// `stage leaver`.
    Stage(Name),
    /// Any statement of a stage.
    Clause(Clause),
}

/// `guard { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// The statements.
    pub statements: Vec<GuardStatement>,
}

/// A statement of `guard`.
#[derive(Debug, Clone, PartialEq)]
pub enum GuardStatement {
    /// `disable at most 2% or 5 whichever is more`.
    Limit(Spanned<GuardKind>, Limit, Span),
    /// `protect group "X"`.
    Protect(Protect),
    /// `override disable 12 on 2026-12-31 because "…"`.
    Override(Override),
    /// `exceptions at most 180 days`.
    Exceptions(Duration, Span),
    /// `approvals at most 14 days`.
    Approvals(Duration, Span),
}

/// What a guard counts (S10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GuardKind {
    /// Accounts created.
    Create,
    /// Accounts enabled.
    Enable,
    /// Accounts adopted by a rule.
    Adopt,
    /// Accounts disabled.
    Disable,
    /// Accounts deleted.
    Delete,
    /// Accounts moved.
    Move,
    /// Accounts renamed (`cn`).
    Rename,
    /// Changes of login, UPN or mail.
    Login,
    /// Attributes emptied.
    Clear,
    /// Passwords set on existing accounts.
    Password,
    /// Memberships given.
    Grant,
    /// Memberships taken.
    Revoke,
    /// Notices.
    Notify,
    /// Values written back to HR.
    Writeback,
    /// People quarantined.
    Quarantine,
    /// People fewer than last time.
    Lose,
    /// People who lost the value of one attribute.
    Values,
}

impl GuardKind {
    /// Whether it counts what a plan does; the others measure how HR looks.
    pub const fn counts_actions(self) -> bool {
        match self {
            Self::Quarantine | Self::Lose | Self::Values => false,
            Self::Create
            | Self::Enable
            | Self::Adopt
            | Self::Disable
            | Self::Delete
            | Self::Move
            | Self::Rename
            | Self::Login
            | Self::Clear
            | Self::Password
            | Self::Grant
            | Self::Revoke
            | Self::Notify
            | Self::Writeback => true,
        }
    }

    /// Every kind, in the order of the output.
    pub const ALL: [Self; 17] = [
        Self::Create,
        Self::Enable,
        Self::Adopt,
        Self::Disable,
        Self::Delete,
        Self::Move,
        Self::Rename,
        Self::Login,
        Self::Clear,
        Self::Password,
        Self::Grant,
        Self::Revoke,
        Self::Notify,
        Self::Writeback,
        Self::Quarantine,
        Self::Lose,
        Self::Values,
    ];

    /// The word for it in a policy, in the state and in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Enable => "enable",
            Self::Adopt => "adopt",
            Self::Disable => "disable",
            Self::Delete => "delete",
            Self::Move => "move",
            Self::Rename => "rename",
            Self::Login => "login",
            Self::Clear => "clear",
            Self::Password => "password",
            Self::Grant => "grant",
            Self::Revoke => "revoke",
            Self::Notify => "notify",
            Self::Writeback => "writeback",
            Self::Quarantine => "quarantine",
            Self::Lose => "lose",
            Self::Values => "values",
        }
    }
}

/// `at most 2% or 5 whichever is more`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Percent, if named.
    pub percent: Option<u32>,
    /// Absolute number, if named.
    pub count: Option<u32>,
    /// With both: the larger (`whichever is more`), else the smaller.
    pub more: bool,
}

/// `protect group|unit|account …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Protect {
    /// What kind.
    pub kind: ProtectKind,
    /// Which, by name, glob or DN.
    pub names: Vec<Expr>,
    /// `protect account when account.x …`.
    pub condition: Option<Expr>,
    /// The statement.
    pub span: Span,
}

/// What is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectKind {
    /// Groups.
    Group,
    /// Units with all that is below.
    Unit,
    /// Accounts.
    Account,
}

/// `override KIND COUNT on DATE because "…"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Which guard.
    pub kind: Spanned<GuardKind>,
    /// How many are allowed that day.
    pub count: u32,
    /// Which day.
    pub on: jiff::civil::Date,
    /// Why.
    pub because: Name,
    /// The statement.
    pub span: Span,
}
