//! What a policy knows of people, and names for it: fields, types, tables, values, functions, unique names.

use super::{Duration, Expr, Limit, Name};
use crate::diagnostic::{Span, Spanned};
use std::sync::Arc;

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
