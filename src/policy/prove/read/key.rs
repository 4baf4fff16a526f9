//! How an expression is known: two with the same key have the same value for every person at every instant.

use super::{Given, Known};
use crate::policy::ir::{Component, Kind, Node, Piece};
use std::fmt::Write as _;

/// Writes the key of a node.
pub(super) fn write(node: &Node, given: &Given, known: &dyn Known, text: &mut String) {
    let mut call = |name: &str, parts: &[&Node]| {
        let _ = write!(text, "{name}(");
        for part in parts {
            write(part, given, known, text);
            text.push(',');
        }
        text.push(')');
    };
    match &node.kind {
        Kind::Const(value) => {
            let _ = match known.param(node) {
                Some(name) => write!(text, "param {name}"),
                None => write!(text, "{value:?}"),
            };
        }
        Kind::Field(position) => {
            let _ = write!(text, "f{position}");
        }
        Kind::Let(index) => {
            let _ = write!(text, "l{index}");
        }
        Kind::Local(slot) => {
            let _ = match given.get(slot) {
                Some((_, key)) => write!(text, "{key}"),
                None => write!(text, "s{slot}"),
            };
        }
        Kind::Unique(index) => {
            let _ = write!(text, "u{index}");
        }
        Kind::Account(name) => {
            let _ = write!(text, "account.{name}");
        }
        Kind::Fact(fact) => {
            let _ = write!(text, "{fact:?}");
        }
        Kind::Password => text.push_str("password"),
        Kind::Counter => text.push_str("counter"),
        Kind::Now => text.push_str("now"),
        Kind::Today => text.push_str("today"),
        Kind::Error => {
            let _ = write!(text, "error{:?}", node.span);
        }
        Kind::Template(pieces) => {
            text.push_str("text(");
            pieces_of(pieces, given, known, text);
            text.push(')');
        }
        Kind::List(nodes) => call("list", &nodes.iter().collect::<Vec<_>>()),
        Kind::And(nodes) => call("and", &nodes.iter().collect::<Vec<_>>()),
        Kind::Or(nodes) => call("or", &nodes.iter().collect::<Vec<_>>()),
        Kind::Not(inner) => call("not", &[inner]),
        Kind::Compare { op, left, right } => call(&format!("{op:?}"), &[left, right]),
        Kind::In { item, list } => call("in", &[item, list]),
        Kind::Matches {
            text: inner,
            pattern,
        } => call(&format!("{pattern:?}"), &[inner]),
        Kind::Present(inner) => call("present", &[inner]),
        Kind::Missing(inner) => call("missing", &[inner]),
        Kind::Else(first, second) => call("else", &[first, second]),
        Kind::At(date, at) => call("at", &[date, at]),
        Kind::Shift { base, by, back } => call(&format!("shift{back}"), &[base, by]),
        Kind::Lookup { table, key } => call(&format!("table{table}"), &[key]),
        Kind::Column { row, column } => call(&format!("column{column}"), &[row]),
        Kind::Of { person, field } => call(&format!("of{field}"), &[person]),
        Kind::Part { employment, field } => call(&format!("part{field}"), &[employment]),
        Kind::Reports { person, all } => {
            call(
                &format!("reports{all}"),
                &person.iter().map(|one| &**one).collect::<Vec<_>>(),
            );
        }
        Kind::Invoke { function, args } => {
            call(&format!("fn{function}"), &args.iter().collect::<Vec<_>>());
        }
        Kind::Quantified {
            quantifier,
            variable,
            list,
            condition,
        } => call(&format!("{quantifier:?}{variable}"), &[list, condition]),
        Kind::Call { function, args } => {
            let name = format!("{}:{:?}", function.name, function.on);
            call(&name, &args.iter().collect::<Vec<_>>());
        }
        Kind::Choose { rows, otherwise } => {
            let rows = rows.iter().flat_map(|(test, result)| [test, result]);
            call(
                "choose",
                &rows.chain(otherwise.as_deref()).collect::<Vec<_>>(),
            );
        }
        Kind::Unit(components) => {
            text.push_str("unit(");
            for component in components {
                match component {
                    Component::Unit(node) => write(node, given, known, text),
                    Component::Rdn { attribute, value } => {
                        text.push_str(attribute);
                        text.push('=');
                        pieces_of(value, given, known, text);
                    }
                }
                text.push(',');
            }
            text.push(')');
        }
    }
}

fn pieces_of(pieces: &[Piece], given: &Given, known: &dyn Known, text: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Literal(literal) => {
                let _ = write!(text, "{literal:?}");
            }
            Piece::Hole(node) => {
                text.push('{');
                write(node, given, known, text);
                text.push('}');
            }
        }
    }
}
