//! A whole column of a table as a list: `holidays.date`.

use super::{Lower, What};
use crate::diagnostic::Span;
use crate::policy::eval::Value;
use crate::policy::ir::Node;
use crate::policy::types::Type;
use crate::syntax::ast::{Expr, ExprKind, Name};

impl Lower<'_> {
    /// The cells of a column, in the order of the file and without those that are empty, if `base` names a table.
    ///
    /// It is known when the policy is checked, the same for everybody, and never missing, though it may be empty.
    pub(crate) fn whole_column(&mut self, base: &Expr, name: &Name, span: Span) -> Option<Node> {
        let ExprKind::Name(table) = &base.kind else {
            return None;
        };
        let What::Table(index) = self.names.get(table)?.what else {
            return None;
        };
        self.used.insert(table.clone());
        let Some(column) = self.column_named(index, name) else {
            return Some(Node::error(span));
        };
        let data = self.program.tables.get(index as usize)?;
        let ty = data.columns.get(column)?.ty.clone();
        if ty == Type::Error {
            return Some(Node::error(span));
        }
        let cells = data.rows.iter().filter_map(|row| row.get(column)?.clone());
        let list = Value::List(cells.collect());
        Some(Node::constant(list, Type::List(Box::new(ty)), span))
    }
}
