//! What stands around the rules: approvals, notices, steps of other systems, what HR gets back, retention, expectations and tests.

use super::{Duration, Expr, GuardKind, Limit, Name, Transition};
use crate::diagnostic::{Span, Spanned};

/// `approve delete, disable when C`, `approve grant "G"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Approve {
    /// Which actions wait.
    pub kinds: Vec<Spanned<GuardKind>>,
    /// Only for these groups.
    pub groups: Vec<Expr>,
    /// Only in these stages.
    pub stages: Vec<Name>,
    /// Only in these units.
    pub units: Vec<Expr>,
    /// Only above so many.
    pub above: Option<Limit>,
    /// Only when.
    pub condition: Option<Expr>,
}

/// `notify "name" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Notify {
    /// Its name.
    pub name: Name,
    /// The statements.
    pub statements: Vec<NotifyStatement>,
}

/// A statement of `notify`.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyStatement {
    /// `on EVENT`.
    On(Event, Span),
    /// `to a, b`.
    To(Vec<Expr>, Span),
    /// `subject "…"`.
    Subject(Expr),
    /// `body file "…"` or `body "…"`.
    Body(NotifyBody, Span),
    /// `digest daily at 08:00`, `digest weekly on monday at 08:00`: the day where it is weekly, and the time.
    Digest(Option<jiff::civil::Weekday>, jiff::civil::Time, Span),
}

/// What makes a notice.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `create`.
    Create,
    /// `password`.
    Password,
    /// `delete`.
    Delete,
    /// `postpone`.
    Postpone,
    /// `problem`.
    Problem,
    /// `failure`.
    Failure,
    /// `expectation`.
    Expectation,
    /// `enter …`, `exit …`.
    Transition(Transition),
    /// `change of x, y`.
    ChangeOf(Vec<Name>),
    /// `when C`.
    When(Expr),
    /// `approval every 3 days`.
    Approval(Option<Duration>),
}

/// The body of a notice.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyBody {
    /// A file beside the policy.
    File(Name),
    /// A text.
    Text(Expr),
}

/// `await "name" within 4 hours { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Await {
    /// The name of the step, by which the configuration knows where it is asked for.
    pub name: Name,
    /// How long its answer may take, and where that is written.
    pub within: (Duration, Span),
    /// The statements.
    pub statements: Vec<AwaitStatement>,
}

/// A statement of `await`.
#[derive(Debug, Clone, PartialEq)]
pub enum AwaitStatement {
    /// `on EVENT`.
    On(Event, Span),
    /// `when C`.
    When(Expr, Span),
    /// `before enable`, `before groups "G"`.
    Before(Awaiting, Span),
    /// `send NAME = VALUE`.
    Send(Name, Expr),
}

/// What waits for an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Awaiting {
    /// The account, to be enabled.
    Enable,
    /// These groups; all that are given where none is named.
    Groups(Vec<Expr>),
}

/// `writeback { email = account.mail }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Writeback {
    /// HR attribute and value.
    pub lines: Vec<(Name, Expr)>,
}

/// `retention { values 180 days  trail 3 years }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// Personal values.
    pub values: Option<Duration>,
    /// The audit trail.
    pub trail: Option<Duration>,
}

/// `expect "title" when C`: data quality.
#[derive(Debug, Clone, PartialEq)]
pub struct Expect {
    /// What is expected.
    pub title: Name,
    /// The condition that should hold.
    pub condition: Expr,
}

/// `test "…" { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Its name.
    pub name: Name,
    /// The statements.
    pub statements: Vec<TestStatement>,
}

/// A statement of `test`.
#[derive(Debug, Clone, PartialEq)]
pub enum TestStatement {
    /// `on DATE [at TIME]`.
    On(jiff::civil::Date, Option<jiff::civil::Time>, Span),
    /// `person [name] { field = value }`.
    Person(Given),
    /// `account [of name] { … }`.
    Account(GivenAccount),
    /// `taken ATTRIBUTE "value"`.
    Taken(Name, Vec<Expr>, Span),
    /// `missing group "name"`.
    MissingGroup(Vec<Expr>, Span),
    /// `expect …`.
    Expect(ExpectRule),
}

/// A person of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The name under which others refer to it.
    pub name: Option<Name>,
    /// `field = value`; without a value it is `missing`.
    pub fields: Vec<(Name, Option<Expr>)>,
    /// `vanished`: HR no longer has this person.
    pub vanished: bool,
    /// The statement.
    pub span: Span,
}

/// An account that is there before a test begins.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenAccount {
    /// Whose, by the name of a person; without a name that of the one in question.
    pub of: Option<Name>,
    /// Its statements.
    pub statements: Vec<AccountStatement>,
    /// The statement.
    pub span: Span,
}

/// A statement of an account of a test.
#[derive(Debug, Clone, PartialEq)]
pub enum AccountStatement {
    /// `enabled` or `disabled`.
    Enabled(bool, Span),
    /// `unit "…"`.
    Unit(Expr),
    /// `group "…"`.
    Group(Vec<Expr>),
    /// `ATTRIBUTE = value`.
    Attribute(Name, Expr),
}

/// `expect [name] [no] …` in a test.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectRule {
    /// Of whom; without a name of the one in question.
    pub of: Option<Name>,
    /// `no`.
    pub negated: bool,
    /// What.
    pub clause: Expected,
    /// The statement.
    pub span: Span,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// `stage NAME`.
    Stage(Name),
    /// `account enabled`, `account deleted`, …
    Account(Name),
    /// `unit "…"`.
    Unit(Expr),
    /// `group "…"` or, where the second is true, `list "…"`.
    Group(Vec<Expr>, bool),
    /// `groups exactly "…"`, `groups none` or, where the second is true, of `lists`.
    Exactly(Vec<Expr>, bool),
    /// `notice "name" to "…"`, or any.
    Notice(Option<Name>, Vec<Expr>),
    /// `event create`.
    Event(Spanned<GuardKind>),
    /// `quarantine`.
    Quarantine,
    /// `held`.
    Held,
    /// `guard disable trips`, or any guard.
    Guard(Option<Spanned<GuardKind>>),
    /// `approval disable`, or of anything.
    Approval(Option<Spanned<GuardKind>>),
    /// A condition about the account.
    Condition(Expr),
}

/// What an invariant forbids.
#[derive(Debug, Clone, PartialEq)]
pub enum ExpectClause {
    /// `stage NAME`.
    Stage(Name),
    /// `account enabled`, `account deleted`, …
    Account(Name),
    /// `unit "…"`.
    Unit(Expr),
    /// `group "…"`.
    Group(Vec<Expr>),
    /// Any condition.
    Condition(Expr),
}
