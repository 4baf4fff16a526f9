//! Expressions: the same form everywhere, in conditions, values and templates.

use super::{Duration, Name};
use crate::diagnostic::Span;
use std::sync::Arc;

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// From its first to its last word, without surrounding blanks.
    pub span: Span,
}

/// What an expression is. `and` and `or` chains are flat, so that a thousand conditions are not a
/// thousand levels deep.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A bare name: an HR field, `let`, `param`, parameter, table, `unique` or stage-free word.
    Name(Arc<str>),
    /// `f(a, b)`: a call of a declared `fn` or a built-in.
    Call {
        /// The function.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// `account.mail`: an attribute of an account.
    Account(Name),
    /// A text with holes.
    Text(Template),
    /// `/…/`, the text between the slashes.
    Regex(Arc<str>),
    /// A whole number.
    Int(i64),
    /// A number with a decimal point, as written.
    Number(Arc<str>),
    /// `true` or `false`.
    Bool(bool),
    /// `2026-03-02`.
    Date(jiff::civil::Date),
    /// `18:00`.
    Time(jiff::civil::Time),
    /// `14 days`.
    Duration(Duration),
    /// `now`, `today` or `never`.
    Clock(Clock),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `(a)`; kept so that the formatter writes what the author wrote.
    Paren(Box<Expr>),
    /// `not a`.
    Not(Box<Expr>),
    /// `a and b and c`: two or more.
    And(Vec<Expr>),
    /// `a or b or c`: two or more.
    Or(Vec<Expr>),
    /// `a == b` and its kin; never a chain.
    Compare {
        /// Which comparison.
        op: CompareOp,
        /// Where the operator stands.
        op_span: Span,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `a in b`.
    In {
        /// The element.
        item: Box<Expr>,
        /// The list.
        list: Box<Expr>,
    },
    /// `a matches "glob*"` or `a matches /regex/`; the pattern is a literal.
    Matches {
        /// The text.
        text: Box<Expr>,
        /// A [`ExprKind::Text`] without holes or a [`ExprKind::Regex`]; anything else is reported later.
        pattern: Box<Expr>,
    },
    /// `a is present`.
    IsPresent(Box<Expr>),
    /// `a is missing`.
    IsMissing(Box<Expr>),
    /// `a else b`.
    Else(Box<Expr>, Box<Expr>),
    /// `a at 18:00`.
    At(Box<Expr>, Box<Expr>),
    /// `a + b`.
    Add(Box<Expr>, Box<Expr>),
    /// `a - b`.
    Subtract(Box<Expr>, Box<Expr>),
    /// `a.b`.
    Field {
        /// Left of the dot.
        base: Box<Expr>,
        /// Right of it.
        name: Name,
    },
    /// `a.f(x)`.
    Method {
        /// Left of the dot.
        base: Box<Expr>,
        /// The method.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// `table[key]`.
    Index {
        /// The table.
        base: Box<Expr>,
        /// The key.
        key: Box<Expr>,
    },
    /// `choose { when … => … otherwise => … }`.
    Choose(Box<Rows>),
    /// `any e in employments where (…)`.
    Quantifier {
        /// `any`, `all` or `count`.
        quantifier: Quantifier,
        /// The element's name.
        variable: Name,
        /// What it ranges over.
        list: Box<Expr>,
        /// The condition.
        condition: Box<Expr>,
    },
    /// Something that could not be read and has been reported.
    Error,
}

/// A word that reads the clock, or stands for a date later than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The instant of evaluation.
    Now,
    /// Its date in the person's zone.
    Today,
    /// A date later than all.
    Never,
}

/// `== != < <= > >=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// `any`, `all`, `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Each.
    All,
    /// How many.
    Count,
}

/// A text in double quotes: literal parts and holes.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// In order; neighbouring literal parts are joined, escapes resolved.
    pub parts: Vec<Part>,
}

impl Template {
    /// The text, where it has no hole.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text, _)] => Some(text),
            _ => None,
        }
    }
}

/// A piece of a [`Template`].
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text as it stands, escapes resolved.
    Literal(Arc<str>, Span),
    /// `{name.field.method(2)}`: the span includes the braces.
    Hole(Expr, Span),
}

/// Rows that decide: the first whose condition holds gives the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// `when C => R`, in order.
    pub rows: Vec<Row>,
    /// `otherwise => R`, with the place of the word.
    pub otherwise: Option<(Span, Expr)>,
}

/// `when C => R`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The condition.
    pub condition: Expr,
    /// The result.
    pub result: Expr,
    /// The whole row.
    pub span: Span,
}
