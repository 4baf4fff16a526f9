//! Tests of texts, elements of lists, rows of tables and their cells.

use super::{Atom, Cases, Formula, Reader, Simple, simple, truth_of};
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::prove::MAX_CASES;
use crate::syntax::ast::CompareOp;
use std::sync::Arc;

impl Reader<'_> {
    /// Whether a text passes a test.
    pub(super) fn fits(&mut self, text: &Node, test: u32) -> Formula {
        let cases = self.value(text).0.into_iter();
        let ways: Vec<Formula> = cases
            .map(|(when, simple)| {
                let holds = match simple {
                    Simple::Text(text) => {
                        let test = self.atoms.test_at(test);
                        truth_of(test.is_some_and(|test| test.holds(&text)))
                    }
                    Simple::Term(term) => self.literal(Atom::Fits(term, test)),
                    Simple::Bool(_) | Simple::Line(..) | Simple::Other(_) => {
                        self.literal(Atom::Opaque(format!("{test} of {simple:?}").into()))
                    }
                };
                Formula::and([when, holds])
            })
            .collect();
        Formula::or(ways)
    }

    pub(super) fn contained(&mut self, item: &Node, list: &Node, node: &Node) -> Formula {
        let elements: Vec<Node> = match &list.kind {
            Kind::List(nodes) => nodes.clone(),
            Kind::Const(Value::List(values)) if self.known.param(list).is_none() => {
                let constant = |value: &Value| {
                    Node::constant(value.clone(), item.ty.clone(), list.span.after())
                };
                values.iter().map(constant).collect()
            }
            _ => return self.member(item, list, node),
        };
        let items = self.value(item).0;
        let key = self.key_of(node);
        let mut ways = Vec::new();
        for element in &elements {
            let element = self.value(element);
            if items.len() * element.0.len() > MAX_CASES {
                return self.opaque(node);
            }
            for (when, a) in &items {
                for (also, b) in &element.0 {
                    let holds = self.compare_simple(CompareOp::Equal, a, b, &key);
                    ways.push(Formula::and([when.clone(), also.clone(), holds]));
                }
            }
        }
        Formula::or(ways)
    }

    /// `"First aid" in duties`.
    fn member(&mut self, item: &Node, list: &Node, node: &Node) -> Formula {
        let (items, lists) = (self.value(item), self.value(list));
        if let ([(_, Simple::Text(text))], [(when, Simple::Term(term))]) =
            (items.0.as_slice(), lists.0.as_slice())
        {
            let holds = self.literal(Atom::Member(*term, text.clone()));
            return Formula::and([when.clone(), holds]);
        }
        let there = Formula::and([items.present(), lists.present()]);
        Formula::and([there, self.opaque(node)])
    }

    pub(super) fn column(&mut self, row: &Node, column: u32, node: &Node) -> Cases {
        let rows = self.value(row);
        let known = rows
            .0
            .iter()
            .map(|(when, simple)| match simple {
                Simple::Other(Value::Row(table, row)) => Some((when, *table, *row)),
                _ => None,
            })
            .collect::<Option<Vec<_>>>();
        let Some(known) = known else {
            return self.inside(node, row);
        };
        let mut cases = Vec::new();
        for (when, table, row) in known {
            let table = self.known.table(table);
            if let Some(value) = table.and_then(|table| table.cell(row, column)) {
                cases.push((when.clone(), simple(value)));
            }
        }
        Cases(cases)
    }

    /// When each row of a table is the one with that key; none where that is not known.
    pub(super) fn rows_by_key(&mut self, table: u32, key: &Node) -> Option<Vec<Formula>> {
        let table = self.known.table(table)?;
        let column = table.key?;
        if table.rows.len() > MAX_CASES || !key.ty.is_textual() {
            return None;
        }
        let texts: Option<Vec<Arc<str>>> = table
            .rows
            .iter()
            .map(|row| row.get(column)?.as_ref()?.as_text().cloned())
            .collect();
        let texts = texts?;
        let keys = self.value(key);
        if texts.len() * keys.0.len() > 4 * MAX_CASES {
            return None;
        }
        let rows = texts.iter().map(|text| {
            let ways: Vec<Formula> = keys
                .0
                .iter()
                .map(|(when, simple)| {
                    let holds = self.compare_simple(
                        CompareOp::Equal,
                        simple,
                        &Simple::Text(text.clone()),
                        "",
                    );
                    Formula::and([when.clone(), holds])
                })
                .collect();
            Formula::or(ways)
        });
        Some(rows.collect())
    }
}
