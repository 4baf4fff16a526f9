//! What becomes of an account: stages of life, whose it is, its attributes, its password, its unit.

use super::{Duration, Expr, Key, Name, Rows};
use crate::diagnostic::{Span, Spanned};

/// `timezone EXPR`.
#[derive(Debug, Clone, PartialEq)]
pub struct Timezone {
    /// The zone of the person.
    pub value: Expr,
}

/// `lifecycle { row* }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Lifecycle {
    /// In order; the first that holds decides.
    pub rows: Vec<LifecycleRow>,
}

/// A row of `lifecycle`.
#[derive(Debug, Clone, PartialEq)]
pub struct LifecycleRow {
    /// When.
    pub condition: LifecycleCondition,
    /// The stage's name.
    pub stage: Name,
    /// The whole row.
    pub span: Span,
}

/// The left side of a row of `lifecycle`.
#[derive(Debug, Clone, PartialEq)]
pub enum LifecycleCondition {
    /// `when C`.
    When(Expr),
    /// `otherwise`.
    Otherwise(Span),
    /// `vanished for 14 days`.
    Vanished(Duration, Span),
}

/// `stage name was old, older { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// Its name.
    pub name: Name,
    /// Names it had before.
    pub was: Vec<Name>,
    /// Its statements.
    pub clauses: Vec<Clause>,
}

/// A statement of a stage or an exception, with its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// `account enabled`.
    Account(AccountClause, Span),
    /// `unit "OU=Leavers"` or `unit untouched`.
    Unit(UnitRule, Span),
    /// `groups none of ours`.
    Groups(Extent, Span),
    /// `lists untouched`.
    Lists(Extent, Span),
    /// `profile untouched`.
    ProfileUntouched(Span),
    /// `grant "G", "H"`.
    Grant(Vec<Expr>, Span),
    /// `set attribute = expr [else keep|clear]`.
    Set(ProfileLine),
    /// `clear a, b`.
    Clear(Vec<Name>, Span),
}

/// What a stage says of the account (S3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountClause {
    /// Exists and is enabled.
    Enabled,
    /// Exists and is disabled until its day.
    Prepared,
    /// If it exists, disabled.
    Disabled,
    /// Deleted once disabled for that long.
    DeletedAfter(Duration),
    /// Not touched at all.
    Untouched,
}

/// What a stage says of the unit.
#[derive(Debug, Clone, PartialEq)]
pub enum UnitRule {
    /// A unit of its own.
    Value(Expr),
    /// Stays where it is.
    Untouched,
}

/// How a stage restricts groups.
#[derive(Debug, Clone, PartialEq)]
pub enum Extent {
    /// `none`: not one, by hand too; `except` names those left alone.
    None {
        /// Left alone.
        except: Vec<Expr>,
    },
    /// `none of ours`: no grant of ours.
    NoneOfOurs {
        /// Left alone.
        except: Vec<Expr>,
    },
    /// `untouched`.
    Untouched,
    /// `except "G"`: as the rules say, but these are left alone.
    Except(Vec<Expr>),
}

/// `identity { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// The statements.
    pub statements: Vec<IdentityStatement>,
}

/// A statement of `identity`.
#[derive(Debug, Clone, PartialEq)]
pub enum IdentityStatement {
    /// `anchor employeeID = id`.
    Anchor(Anchor),
    /// `adopt when C`.
    Adopt(Adopt),
    /// `link 4711 to "jdoe"`.
    Link(Link),
    /// `tied "adm-{account.sAMAccountName}"`.
    Tied(Expr, Span),
    /// `ignore "svc-*"`, `ignore person 1042`.
    Ignore(Ignore),
    /// `person 5120 continues 4711`.
    Continues(Continues),
    /// `confirmed 2026-02-28`.
    Confirmed(Confirmed),
}

/// `anchor ATTRIBUTE = EXPR`.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// The AD attribute.
    pub attribute: Name,
    /// The HR value.
    pub value: Expr,
    /// The statement.
    pub span: Span,
}

/// `adopt when C`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adopt {
    /// May read `account.x` of the candidate.
    pub condition: Expr,
    /// The statement.
    pub span: Span,
}

/// `link KEY to "login or DN"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Whose.
    pub person: Key,
    /// Which account: its sAMAccountName, or a DN where it has a `=`.
    pub account: Name,
    /// The statement.
    pub span: Span,
}

/// What nobody should look at.
#[derive(Debug, Clone, PartialEq)]
pub enum Ignore {
    /// Accounts by glob on sAMAccountName, or a DN where it has a `=`.
    Accounts(Vec<Expr>, Span),
    /// A person of HR.
    Person(Key, Span),
    /// `ignore when account.x …`.
    When(Expr, Span),
}

/// `person NEW continues OLD`.
#[derive(Debug, Clone, PartialEq)]
pub struct Continues {
    /// The record that counts.
    pub person: Key,
    /// The record it continues.
    pub former: Key,
    /// The statement.
    pub span: Span,
}

/// `confirmed DATE`.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmed {
    /// When the verdicts were written.
    pub date: jiff::civil::Date,
    /// The statement.
    pub span: Span,
}

/// `profile { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The statements.
    pub statements: Vec<ProfileStatement>,
}

/// A statement of `profile`.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileStatement {
    /// `attribute = expr modifier`.
    Line(ProfileLine),
    /// `clear a, b`.
    Clear(Vec<Name>, Span),
    /// `keep a, b`.
    Keep(Vec<Name>, Span),
}

/// `attribute = expr modifier`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileLine {
    /// The AD attribute.
    pub attribute: Name,
    /// `adding`: values are added and never removed.
    pub adding: Option<Span>,
    /// Its value, without the modifier.
    pub value: Expr,
    /// What stands behind.
    pub modifier: Option<Spanned<Modifier>>,
    /// The whole line.
    pub span: Span,
}

/// What stands behind a profile line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// `once`: when the account is created, then never.
    Once,
    /// `if empty`.
    IfEmpty,
    /// `else keep` or `else clear`.
    Else(ElseAction),
}

/// What happens without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElseAction {
    /// What is there stays.
    Keep,
    /// The attribute is emptied.
    Clear,
}

/// `password { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Password {
    /// The statements.
    pub statements: Vec<PasswordStatement>,
}

/// A statement of `password`.
#[derive(Debug, Clone, PartialEq)]
pub enum PasswordStatement {
    /// `random 16`: its length.
    Random(u32, Span),
    /// `initial "Start-{id}"`: how it is computed.
    Initial(Expr, Span),
    /// `sealed to "age1…", "age1…"`: public keys of those who may open them.
    SealedTo(Vec<Expr>, Span),
    /// `change at first logon`.
    ChangeAtFirstLogon(Span),
    /// `reset on enter employee from leaver`.
    ResetOn(Transition, Span),
    /// `hand over 2 days before`.
    HandOverBefore(Duration, Span),
    /// `allow plain password mail`.
    AllowPlainMail(Span),
}

/// `enter A or B [from C or D]`, `exit A`.
#[derive(Debug, Clone, PartialEq)]
pub enum Transition {
    /// Into one of the first, out of one of the second (any, if empty).
    Enter(Vec<Name>, Vec<Name>),
    /// Out of one of these.
    Exit(Vec<Name>),
}

/// `unit { row* }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The rows.
    pub rows: Rows,
}
