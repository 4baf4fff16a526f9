//! The syntax tree: what a policy file says, before anything is known about names or types.
//!
//! One [`File`] per text, a list of [`Item`]s in the order written. Every node that a message may point at
//! has a [`Span`]. The tree owns its words (no borrow of the text, no pest pair), and it contains no
//! opinion: a name is a name until the policy layer binds it.
//!
//! Begin with [`Item`]; expressions are in `expr`, what each item says in `people`, `account`, `access` and `around`.

mod access;
mod account;
mod around;
mod expr;
mod item;
mod people;

pub use access::{
    Attach, Exception, ExceptionClause, Exclusive, ExclusivePrefer, Forbid, GroupDeclaration,
    GroupKind, GroupRow, GroupScope, GroupStatement, Groups, Guard, GuardKind, GuardStatement,
    Invariant, Limit, Manage, Override, PrivilegedGroup, Protect, ProtectKind,
};
pub use account::{
    AccountClause, Adopt, Anchor, Clause, Confirmed, Continues, ElseAction, Extent, Identity,
    IdentityStatement, Ignore, Lifecycle, LifecycleCondition, LifecycleRow, Link, Modifier,
    Password, PasswordStatement, Profile, ProfileLine, ProfileStatement, Stage, Timezone,
    Transition, Unit, UnitRule,
};
pub use around::{
    AccountStatement, Approve, Await, AwaitStatement, Awaiting, Event, Expect, ExpectClause,
    ExpectRule, Expected, Given, GivenAccount, Notify, NotifyBody, NotifyStatement, Retention,
    Test, TestStatement, Writeback,
};
pub use expr::{Clock, CompareOp, Expr, ExprKind, Part, Quantifier, Row, Rows, Template};
pub use item::{FileItem, Item, Key};
pub use people::{
    EmploymentItem, Field, Fn, Let, Param, PersonItem, Sensitivity, Source, Table, Type, TypeKind,
    Unique, UniqueStatement,
};

use crate::diagnostic::{FileId, Span, Spanned};
use std::sync::Arc;

/// A word of the policy with its place.
pub type Name = Spanned<Arc<str>>;

/// One policy file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which text it was read from.
    pub id: FileId,
    /// What it says, in the order written; what could not be read is left out and reported.
    pub items: Vec<Item>,
    /// Its `#` comments, in order; `##` comments are part of the item that follows.
    pub comments: Vec<Comment>,
}

/// A `#` comment, kept for the formatter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the line end.
    pub span: Span,
    /// Whether it stands on a line of its own.
    pub own_line: bool,
}

/// A length of time as written: `14 days`, `3 months`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: TimeUnit,
}

/// The unit of a [`Duration`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// A calendar day.
    Day,
    /// Seven calendar days.
    Week,
    /// A calendar month; the day clamps.
    Month,
    /// Twelve calendar months.
    Year,
}
