//! The items that a policy file is made of.

use super::{
    Approve, Await, EmploymentItem, Exception, Exclusive, Expect, Fn, Forbid, GroupDeclaration,
    Groups, Guard, Identity, Invariant, Let, Lifecycle, Notify, Param, Password, PersonItem,
    PrivilegedGroup, Profile, Retention, Source, Stage, Table, Test, Timezone, Unique, Unit,
    Writeback,
};
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
    /// `await "mailbox" within 4 hours { … }`.
    Await(FileItem<Await>),
    /// `writeback { … }`.
    Writeback(FileItem<Writeback>),
    /// `retention { … }`.
    Retention(FileItem<Retention>),
    /// `expect "…" when C`.
    Expect(FileItem<Expect>),
    /// `test "…" { … }`.
    Test(FileItem<Test>),
}

/// A person's key as a literal: `4711` or `"x12"`.
pub type Key = Spanned<Arc<str>>;
