//! Checked expressions: names bound, types known. What evaluation walks.

use super::builtin::Builtin;
use super::eval::Value;
use super::notice::Fact;
use super::pattern::Pattern;
use super::types::{Marks, Type};
use crate::diagnostic::Span;
use crate::syntax::ast::{CompareOp, Quantifier};
use std::sync::Arc;

/// A checked expression.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) ty: Type,
    pub(crate) marks: Marks,
    pub(crate) span: Span,
}

/// What a checked expression is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Const(Value),
    /// The HR attribute at that position of the schema.
    Field(u32),
    /// The `let` of that index.
    Let(u32),
    /// The name that the `unique` of that index gives.
    Unique(u32),
    /// An attribute of the account, as it is after the run.
    Account(Arc<str>),
    /// The password that is made.
    Password,
    /// What only directory and plan know of the person.
    Fact(Fact),
    /// `{n}` in a `try`.
    Counter,
    Template(Vec<Piece>),
    List(Vec<Node>),
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare {
        op: CompareOp,
        left: Box<Node>,
        right: Box<Node>,
    },
    In {
        item: Box<Node>,
        list: Box<Node>,
    },
    Matches {
        text: Box<Node>,
        pattern: Pattern,
    },
    Present(Box<Node>),
    Missing(Box<Node>),
    Else(Box<Node>, Box<Node>),
    At(Box<Node>, Box<Node>),
    /// Plus a duration; `back` is minus.
    Shift {
        base: Box<Node>,
        by: Box<Node>,
        back: bool,
    },
    Now,
    Today,
    /// The row of that table with this key.
    Lookup {
        table: u32,
        key: Box<Node>,
    },
    /// A column of a row.
    Column {
        row: Box<Node>,
        column: u32,
    },
    /// An HR attribute of another person.
    Of {
        person: Box<Node>,
        field: u32,
    },
    /// A field of an employment.
    Part {
        employment: Box<Node>,
        field: u32,
    },
    /// Who reports to a person, directly or at any depth; without `person`, to the one who is evaluated.
    Reports {
        person: Option<Box<Node>>,
        all: bool,
    },
    /// The parameter of a function, or the variable of a quantifier, in this slot.
    Local(u32),
    /// A call of the policy's function of that index.
    Invoke {
        function: u32,
        args: Vec<Node>,
    },
    /// `any`, `all` or `count` over the elements of a list, each in turn in the slot `variable`.
    Quantified {
        quantifier: Quantifier,
        variable: u32,
        list: Box<Node>,
        condition: Box<Node>,
    },
    Call {
        function: &'static Builtin,
        args: Vec<Node>,
    },
    Choose {
        rows: Vec<(Node, Node)>,
        otherwise: Option<Box<Node>>,
    },
    /// A distinguished name, possibly relative.
    Unit(Vec<Component>),
    Error,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Literal(Arc<str>),
    Hole(Node),
}

/// A piece of a distinguished name, from the leaf up.
#[derive(Debug, Clone)]
pub(crate) enum Component {
    /// A whole unit.
    Unit(Node),
    /// `OU=…`.
    Rdn {
        attribute: Arc<str>,
        value: Vec<Piece>,
    },
}

impl Node {
    /// Something that has been reported.
    pub(crate) fn error(span: Span) -> Self {
        Self {
            kind: Kind::Error,
            ty: Type::Error,
            marks: Marks::default(),
            span,
        }
    }

    /// The HR attribute at a position, for reading it outside any rule.
    pub(crate) fn field(position: u32) -> Self {
        Self {
            kind: Kind::Field(position),
            ..Self::error(Span::default())
        }
    }

    /// A condition that stands in no source, of values that do.
    pub(crate) fn condition(kind: Kind, span: Span) -> Self {
        Self {
            kind,
            ty: Type::Bool,
            marks: Marks::default(),
            span,
        }
    }

    /// A constant.
    pub(crate) fn constant(value: Value, ty: Type, span: Span) -> Self {
        Self {
            kind: Kind::Const(value),
            ty,
            marks: Marks::default(),
            span,
        }
    }

    /// Calls `visit` with this node and every node in it, the outer before the inner, not looking into `let`s
    /// and functions.
    pub(crate) fn walk(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        match &self.kind {
            Kind::Const(_)
            | Kind::Field(_)
            | Kind::Let(_)
            | Kind::Local(_)
            | Kind::Reports { person: None, .. }
            | Kind::Unique(_)
            | Kind::Account(_)
            | Kind::Password
            | Kind::Fact(_)
            | Kind::Counter
            | Kind::Now
            | Kind::Today
            | Kind::Error => {}
            Kind::Template(pieces) => walk_pieces(pieces, visit),
            Kind::List(nodes)
            | Kind::And(nodes)
            | Kind::Or(nodes)
            | Kind::Invoke { args: nodes, .. }
            | Kind::Call { args: nodes, .. } => {
                for node in nodes {
                    node.walk(visit);
                }
            }
            Kind::Not(node)
            | Kind::Present(node)
            | Kind::Missing(node)
            | Kind::Matches { text: node, .. }
            | Kind::Lookup { key: node, .. }
            | Kind::Column { row: node, .. }
            | Kind::Of { person: node, .. }
            | Kind::Part {
                employment: node, ..
            }
            | Kind::Reports {
                person: Some(node), ..
            } => node.walk(visit),
            Kind::Compare { left, right, .. }
            | Kind::In {
                item: left,
                list: right,
            }
            | Kind::Quantified {
                list: left,
                condition: right,
                ..
            }
            | Kind::Else(left, right)
            | Kind::At(left, right)
            | Kind::Shift {
                base: left,
                by: right,
                ..
            } => {
                left.walk(visit);
                right.walk(visit);
            }
            Kind::Choose { rows, otherwise } => {
                for (condition, result) in rows {
                    condition.walk(visit);
                    result.walk(visit);
                }
                if let Some(node) = otherwise {
                    node.walk(visit);
                }
            }
            Kind::Unit(components) => {
                for component in components {
                    match component {
                        Component::Unit(node) => node.walk(visit),
                        Component::Rdn { value, .. } => walk_pieces(value, visit),
                    }
                }
            }
        }
    }
}

fn walk_pieces(pieces: &[Piece], visit: &mut dyn FnMut(&Node)) {
    for piece in pieces {
        if let Piece::Hole(node) = piece {
            node.walk(visit);
        }
    }
}
