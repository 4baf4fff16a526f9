//! Flow typing: what a condition that holds, or fails, says about the presence of values.

use crate::policy::ir::{Kind, Node, Piece};
use crate::syntax::ast::{CompareOp, Quantifier};
use std::fmt;

/// A value that can be asked for again: a field, a `let`, or a column or field of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(String);

impl Path {
    /// The path of an expression, if it is one.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        match &node.kind {
            Kind::Field(position) => Some(Self(format!("f{position}"))),
            Kind::Let(index) => Some(Self(format!("l{index}"))),
            Kind::Local(slot) => Some(Self(format!("v{slot}"))),
            Kind::Part { employment, field } => {
                Some(Self(format!("{}.e{field}", Self::of(employment)?.0)))
            }
            Kind::Reports { person, .. } => super::relations::path(person.as_deref()).map(Self),
            Kind::Column { row, column } => Some(Self(format!("{}.c{column}", Self::of(row)?.0))),
            Kind::Of { person, field } => Some(Self(format!("{}.p{field}", Self::of(person)?.0))),
            _ => None,
        }
    }

    /// Whether this being present makes `other` present: it is the same, or it lies within it.
    fn implies(&self, other: &Self) -> bool {
        self.0
            .strip_prefix(&other.0)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `facts` say that the node has a value.
pub(crate) fn is_present(facts: &[Path], node: &Node) -> bool {
    Path::of(node).is_some_and(|path| facts.iter().any(|fact| fact.implies(&path)))
}

/// What is present if the condition holds.
pub(crate) fn if_true(node: &Node) -> Vec<Path> {
    let mut facts = Vec::new();
    match &node.kind {
        Kind::Present(inner) => value(inner, &mut facts),
        Kind::Not(inner) => facts = if_false(inner),
        Kind::And(parts) => facts = parts.iter().flat_map(if_true).collect(),
        Kind::Compare { op, left, right } if *op != CompareOp::NotEqual => {
            value(left, &mut facts);
            value(right, &mut facts);
        }
        Kind::In { item, list } => {
            value(item, &mut facts);
            value(list, &mut facts);
        }
        Kind::Matches { text, .. } => value(text, &mut facts),
        // A truth value of HR or of a function: what is missing does not hold.
        Kind::Field(_)
        | Kind::Column { .. }
        | Kind::Of { .. }
        | Kind::Call { .. }
        | Kind::Part { .. }
        | Kind::Local(_) => value(node, &mut facts),
        // One of them is enough to say that there is one.
        Kind::Quantified {
            quantifier: Quantifier::Any,
            list,
            ..
        } => value(list, &mut facts),
        _ => {}
    }
    facts
}

/// What is present if the condition does not hold.
pub(crate) fn if_false(node: &Node) -> Vec<Path> {
    let mut facts = Vec::new();
    match &node.kind {
        Kind::Missing(inner) => value(inner, &mut facts),
        Kind::Not(inner) => facts = if_true(inner),
        Kind::Or(parts) => facts = parts.iter().flat_map(if_false).collect(),
        Kind::Compare { op, left, right } if *op == CompareOp::NotEqual => {
            value(left, &mut facts);
            value(right, &mut facts);
        }
        _ => {}
    }
    facts
}

/// What must be present for the node to have a value.
fn value(node: &Node, facts: &mut Vec<Path>) {
    facts.extend(Path::of(node));
    match &node.kind {
        Kind::Shift { base, .. } => value(base, facts),
        Kind::At(date, time) => {
            value(date, facts);
            value(time, facts);
        }
        Kind::Lookup { key, .. } => value(key, facts),
        Kind::Call { args, .. } => args.iter().for_each(|arg| value(arg, facts)),
        Kind::Template(pieces) => {
            for piece in pieces {
                if let Piece::Hole(hole) = piece {
                    value(hole, facts);
                }
            }
        }
        _ => {}
    }
}
