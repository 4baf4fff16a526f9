//! Items and their statements, in the order of the language page.

use super::{Duration, Expr, Name, Rows};
use crate::diagnostic::{Span, Spanned};
use std::sync::Arc;

/// One top-level statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct FileItem<T> {
    /// The `##` lines before it, without the marks, joined by `\n`; empty where there are none.
    pub doc: Arc<str>,
    /// The item word (`person`, `let`, …).
    pub word: Span,
    /// From the item word to its last token.
    pub span: Span,
    /// What it says.
    pub body: T,
}

/// Everything that may stand at the top level.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `source "personio"`.
    Source(FileItem<Source>),
    /// `person { … }`.
    Person(FileItem<PersonItem>),
    /// `employment from "employments" { … }`.
    Employment(FileItem<EmploymentItem>),
    /// `param domain : text = "example.com"`.
    Param(FileItem<Param>),
    /// `table sites from "sites.csv" key office { … }`.
    Table(FileItem<Table>),
    /// `let site = sites[office]`.
    Let(FileItem<Let>),
    /// `fn short(t : text) : text = …`.
    Fn(FileItem<Fn>),
    /// `unique login { … }`.
    Unique(FileItem<Unique>),
    /// `timezone EXPR`.
    Timezone(FileItem<Timezone>),
    /// `lifecycle { … }`.
    Lifecycle(FileItem<Lifecycle>),
    /// `stage leaver { … }`.
    Stage(FileItem<Stage>),
    /// `identity { … }`.
    Identity(FileItem<Identity>),
    /// `profile { … }`.
    Profile(FileItem<Profile>),
    /// `password { … }`.
    Password(FileItem<Password>),
    /// `unit { … }`.
    Unit(FileItem<Unit>),
    /// `groups { … }`.
    Groups(FileItem<Groups>),
    /// `lists { … }`.
    Lists(FileItem<Groups>),
    /// `group "SG-X" { … }`.
    GroupDeclaration(FileItem<GroupDeclaration>),
    /// `privileged group "X"`.
    PrivilegedGroup(FileItem<PrivilegedGroup>),
    /// `forbid "G" when C`.
    Forbid(FileItem<Forbid>),
    /// `exclusive "A", "B" prefer first`.
    Exclusive(FileItem<Exclusive>),
    /// `invariant "…" when C never group "G"`.
    Invariant(FileItem<Invariant>),
    /// `exception for 4711 until … because "…" { … }`.
    Exception(FileItem<Exception>),
    /// `guard { … }`.
    Guard(FileItem<Guard>),
    /// `approve delete, disable when C`.
    Approve(FileItem<Approve>),
    /// `notify "welcome" { … }`.
    Notify(FileItem<Notify>),
    /// `writeback { … }`.
    Writeback(FileItem<Writeback>),
    /// `retention { … }`.
    Retention(FileItem<Retention>),
    /// `expect "…" when C`.
    Expect(FileItem<Expect>),
    /// `test "…" { … }`.
    Test(FileItem<Test>),
}

/// A people source: `source "externals.csv" prefix "x"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its name in `tenure.toml`.
    pub name: Name,
    /// Put before each key.
    pub prefix: Option<Name>,
    /// `lose at most …` of this source alone.
    pub lose: Option<Limit>,
}

/// `person { field* }`.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonItem {
    /// The fields in the order written.
    pub fields: Vec<Field>,
}

/// `employment from "source" { field* }`.
#[derive(Debug, Clone, PartialEq)]
pub struct EmploymentItem {
    /// The name HR uses for a person's employments, where it is not `employments`.
    pub from: Option<Name>,
    /// The fields of each, in the order written.
    pub fields: Vec<Field>,
}

/// `name : type key from "source" sensitive`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The name the policy uses.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The word `key`, if it is there.
    pub key: Option<Span>,
    /// The name HR uses, where it differs.
    pub from: Option<Name>,
    /// `sensitive` or `open`.
    pub sensitivity: Option<Spanned<Sensitivity>>,
    /// The whole line.
    pub span: Span,
}

/// Who may see a value (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sensitivity {
    /// Tested by rules, printed by nothing.
    Sensitive,
    /// Shown, although its nature is sensitive.
    Open,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Type {
    /// Which.
    pub kind: TypeKind,
    /// `?`: may be missing.
    pub optional: bool,
    /// Its place.
    pub span: Span,
}

/// The forms of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeKind {
    /// `text`, `int`, … or a table's name.
    Named(Arc<str>),
    /// `one of ("a", "b")`.
    OneOf(Vec<Name>),
    /// `list of T`.
    ListOf(Box<Type>),
}

/// `param name : type = default`.
#[derive(Debug, Clone, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The value where `tenure.toml` gives none.
    pub default: Option<Expr>,
}

/// `table name from "file" key column { column* }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// The CSV file, relative to the policy file.
    pub from: Name,
    /// The key column.
    pub key: Name,
    /// The columns; `key` and sensitivity are not for them.
    pub columns: Vec<Field>,
}

/// `let name : type = expr`.
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// Its name.
    pub name: Name,
    /// The type the author expects.
    pub ty: Option<Type>,
    /// Its value.
    pub value: Expr,
}

/// `fn name(p : type) : type = expr`.
#[derive(Debug, Clone, PartialEq)]
pub struct Fn {
    /// Its name.
    pub name: Name,
    /// Parameters with their types.
    pub params: Vec<(Name, Type)>,
    /// What it gives.
    pub ty: Type,
    /// How.
    pub body: Expr,
}

/// `unique name { … }`.
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    /// Its name.
    pub name: Name,
    /// The statements.
    pub statements: Vec<UniqueStatement>,
}

/// A statement of `unique`.
#[derive(Debug, Clone, PartialEq)]
pub enum UniqueStatement {
    /// `try EXPR`: a candidate.
    Try(Expr),
    /// `reuse after 10 years` or `reuse after never` (`None`).
    ReuseAfter(Option<Duration>, Span),
    /// `reserved from "cloud.csv"`.
    ReservedFrom(Name),
}

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

/// A person's key as a literal: `4711` or `"x12"`.
pub type Key = Spanned<Arc<str>>;

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

/// `approve delete, disable when C`, `approve grant "G"`.
#[derive(Debug, Clone, PartialEq)]
pub struct Approve {
    /// Which actions wait.
    pub kinds: Vec<Spanned<GuardKind>>,
    /// Only for these groups.
    pub groups: Vec<Expr>,
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
    /// `enter …`, `exit …`.
    Transition(Transition),
    /// `change of x, y`.
    ChangeOf(Vec<Name>),
    /// `when C`.
    When(Expr),
}

/// The body of a notice.
#[derive(Debug, Clone, PartialEq)]
pub enum NotifyBody {
    /// A file beside the policy.
    File(Name),
    /// A text.
    Text(Expr),
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
    /// `taken ATTRIBUTE "value"`.
    Taken(Name, Vec<Expr>, Span),
    /// `expect …`.
    Expect(ExpectRule),
}

/// A person of a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The name under which others refer to it.
    pub name: Option<Name>,
    /// `field = value`.
    pub fields: Vec<(Name, Expr)>,
    /// The statement.
    pub span: Span,
}

/// `expect [no] …` in a test.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectRule {
    /// `no`.
    pub negated: bool,
    /// What.
    pub clause: ExpectClause,
    /// The statement.
    pub span: Span,
}

/// What a test expects or an invariant forbids.
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
