//! What stands behind a dot or in brackets: columns of rows, fields of people, rows of tables.

use super::relations::Relation;
use super::{Lower, What};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, ExprKind, Name};

impl Lower<'_> {
    /// `a.b`.
    pub(crate) fn field(&mut self, base: &Expr, name: &Name, span: Span) -> Node {
        if let Some(column) = self.whole_column(base, name, span) {
            return column;
        }
        let base = self.expr(base);
        match base.ty.clone() {
            Type::Error => Node { span, ..base },
            Type::Row(table, _) => self.column(base, table, name, span),
            Type::Person => self.field_of(base, name, span),
            Type::Employment => self.part(base, name, span),
            ty => self.function_as_field(&base, &ty, name).unwrap_or_else(|| {
                self.wrong(
                    Diagnostic::new(
                        &codes::UNKNOWN_FIELD,
                        name.span,
                        format!("{ty} has no fields"),
                    )
                    .label("no such field")
                    .help("rows of tables, people and employments have fields; functions are called with `()`"),
                )
            }),
        }
    }

    fn column(&mut self, row: Node, table: u32, name: &Name, span: Span) -> Node {
        let Some(column) = self.column_named(table, name) else {
            return Node::error(span);
        };
        let Some(data) = self.program.tables.get(table as usize) else {
            return Node::error(span);
        };
        let (ty, optional) = data
            .columns
            .get(column)
            .map_or((Type::Error, false), |column| {
                (column.ty.clone(), column.optional)
            });
        let node = Node {
            marks: Marks {
                missing: row.marks.missing || optional,
                free: false,
                ..row.marks
            },
            kind: Kind::Column {
                row: Box::new(row),
                column: u32::try_from(column).unwrap_or(u32::MAX),
            },
            ty,
            span,
        };
        self.narrowed(node)
    }

    /// The place of a column; reports a name that is none.
    pub(crate) fn column_named(&mut self, table: u32, name: &Name) -> Option<usize> {
        let data = self.program.tables.get(table as usize)?;
        let columns: Vec<&str> = data.columns.iter().map(|column| &*column.name).collect();
        let found = columns.iter().position(|column| *column == &*name.value);
        let table_is_bad = |one: &Diagnostic| one.code == &codes::BAD_TABLE;
        if found.is_none() && !self.diagnostics.iter().any(table_is_bad) {
            let near = did_you_mean(&name.value, columns.iter().copied());
            let message = format!("the table `{}` has no column `{}`", data.name, name.value);
            let diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, name.span, message)
                .label("unknown column")
                .help(format!("it has {}", super::declare::quoted(&columns)))
                .help_did_you_mean(near);
            self.report(diagnostic);
        }
        found
    }

    fn field_of(&mut self, person: Node, name: &Name, span: Span) -> Node {
        if let Some(relation) = Relation::named(&name.value) {
            return self.relation(relation, Some(person), span);
        }
        let Some(What::Field(position)) = self.names.get(&name.value).map(|declared| declared.what)
        else {
            let is_field = |what: What| matches!(what, What::Field(_));
            let names = self
                .names
                .iter()
                .filter(|(_, declared)| is_field(declared.what));
            let near = did_you_mean(&name.value, names.map(|(name, _)| &**name)).map(str::to_owned);
            return self.wrong(
                Diagnostic::new(
                    &codes::UNKNOWN_FIELD,
                    name.span,
                    format!("a person has no field `{}`", name.value),
                )
                .label("unknown field")
                .help(
                    "fields are those of `person`; a `let` belongs to the person who is evaluated",
                )
                .help_did_you_mean(near.as_deref()),
            );
        };
        let own = self.field_node(position, span);
        let optional = self
            .fields
            .get(position as usize)
            .is_some_and(|field| field.optional);
        let node = Node {
            marks: Marks {
                missing: person.marks.missing || optional,
                ..person.marks.and(own.marks)
            },
            ty: own.ty,
            kind: Kind::Of {
                person: Box::new(person),
                field: position,
            },
            span,
        };
        self.narrowed(node)
    }

    /// A field of an employment.
    fn part(&mut self, employment: Node, name: &Name, span: Span) -> Node {
        let known = self.employment.iter().zip(0u32..);
        let found = known
            .filter(|((known, _), _)| *known == name.value)
            .map(|((_, field), position)| (field.clone(), position))
            .next();
        let Some((field, position)) = found else {
            let names: Vec<&str> = self.employment.iter().map(|(name, _)| &**name).collect();
            let near = did_you_mean(&name.value, names.iter().copied());
            let message = format!("an employment has no field `{}`", name.value);
            let diagnostic = Diagnostic::new(&codes::UNKNOWN_FIELD, name.span, message)
                .label("unknown field")
                .help(format!("it has {}", super::declare::quoted(&names)))
                .help_did_you_mean(near);
            return self.wrong(diagnostic);
        };
        if field.ty == Type::Error {
            return Node::error(span);
        }
        let node = Node {
            marks: Marks {
                missing: employment.marks.missing || field.optional,
                sensitive: employment.marks.sensitive || field.sensitive,
                free: field.free,
                ..employment.marks
            },
            ty: field.ty,
            kind: Kind::Part {
                employment: Box::new(employment),
                field: position,
            },
            span,
        };
        self.narrowed(node)
    }

    /// `table[key]`.
    pub(crate) fn index(&mut self, base: &Expr, key: &Expr, span: Span) -> Node {
        let table = match &base.kind {
            ExprKind::Name(name) => self
                .names
                .get(name)
                .map(|declared| (name.clone(), declared.what)),
            _ => None,
        };
        let Some((name, What::Table(table))) = table else {
            let node = self.expr(base);
            if node.ty == Type::Error {
                return node;
            }
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    base.span,
                    format!(
                        "only tables are looked up with `[…]`, and this is {}",
                        node.ty
                    ),
                )
                .label(node.ty.to_string()),
            );
        };
        self.used.insert(name.clone());
        let key_ty = self
            .program
            .tables
            .get(table as usize)
            .and_then(|data| data.columns.get(data.key?))
            .map_or(Type::Error, |column| column.ty.clone());
        let key = self.expr(key);
        if key.marks.assigned {
            let words = self.sources.slice(key.span).to_owned();
            return self.assigned_here(&words, key.span);
        }
        if key.ty == Type::Error || key_ty == Type::Error {
            return Node::error(span);
        }
        if !key.ty.comparable(&key_ty) {
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    key.span,
                    format!("the key of `{name}` is {key_ty}, and this is {}", key.ty),
                )
                .label(key.ty.to_string()),
            );
        }
        Node {
            marks: Marks {
                missing: true,
                free: false,
                sensitive: key.marks.sensitive,
                ..key.marks
            },
            kind: Kind::Lookup {
                table,
                key: Box::new(key),
            },
            ty: Type::Row(table, name),
            span,
        }
    }
}
