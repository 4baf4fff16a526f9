//! Names, fields and rows: what a word stands for where it is read.

use super::{Allowed, LetState, Lower, What, narrow};
use crate::diagnostic::{Diagnostic, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, ExprKind, Name};
use std::sync::Arc;

impl Lower<'_> {
    /// A bare name.
    pub(crate) fn name(&mut self, name: &Arc<str>, span: Span) -> Node {
        if &**name == "n" && self.allowed.counter {
            return Node {
                kind: Kind::Counter,
                ..Node::constant(crate::policy::eval::Value::Int(2), Type::Int, span)
            };
        }
        let Some(declared) = self.names.get(name) else {
            return self.unknown_name(name, span);
        };
        let what = declared.what;
        let declared_at = declared.span;
        self.used.insert(name.clone());
        match what {
            What::Field(position) => self.field_node(position, span),
            What::Param(index) => {
                let node = self.params.get(index as usize).cloned();
                node.map_or_else(|| Node::error(span), |node| Node { span, ..node })
            }
            What::Let(index) => self.let_use(index, name, span),
            What::Unique(index) => self.unique_use(index, name, span),
            What::Table(_) => self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    span,
                    format!("`{name}` is a table, not a value"),
                )
                .label("a whole table")
                .help(format!("look a row up by its key: `{name}[…]`")),
            ),
            What::Fn => self.wrong(
                Diagnostic::new(
                    &codes::NOT_IN_FORCE,
                    span,
                    format!("`{name}` is a function of the policy, which cannot be called yet"),
                )
                .label("not in this version")
                .also(declared_at, "declared here"),
            ),
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Node {
        let known: Vec<&str> = self.names.keys().map(AsRef::as_ref).collect();
        let near = did_you_mean(name, known.iter().copied());
        if let Some(near) = near {
            self.used.insert(near.into());
        }
        let mut diagnostic =
            Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("there is no `{name}`"))
                .label("unknown name")
                .help_did_you_mean(near);
        if near.is_none() {
            let help = if name == "n" {
                "`{n}` stands in a `try` only"
            } else if crate::directory::schema::attribute(name).is_some() {
                "this is an attribute of AD: a value comes from HR, a `let`, a `param` or a `unique`"
            } else {
                "declare it in `person`, or with `let` or `param`"
            };
            diagnostic = diagnostic.help(help);
        }
        self.wrong(diagnostic)
    }

    /// An HR attribute.
    pub(crate) fn field_node(&mut self, position: u32, span: Span) -> Node {
        let Some(field) = self.fields.get(position as usize) else {
            return Node::error(span);
        };
        let node = Node {
            kind: Kind::Field(position),
            ty: field.ty.clone(),
            marks: Marks {
                missing: field.optional,
                sensitive: field.sensitive,
                free: field.free,
                ..Marks::default()
            },
            span,
        };
        self.narrowed(node)
    }

    fn narrowed(&self, mut node: Node) -> Node {
        if node.marks.missing && narrow::is_present(&self.present, &node) {
            node.marks.missing = false;
        }
        node
    }

    fn let_use(&mut self, index: u32, name: &Arc<str>, span: Span) -> Node {
        self.check_let(index);
        let (ty, marks) = match self.lets.get(index as usize) {
            Some(LetState::Done(_, node)) => (node.ty.clone(), node.marks),
            Some(LetState::Open(open)) => {
                let declared = open.name.span;
                let way = self.way_round(index, name);
                return self.wrong(
                    Diagnostic::new(&codes::CYCLE, span, format!("`{name}` needs itself: {way}"))
                        .label("needed here")
                        .also(declared, "to know this")
                        .help("one of the values in the circle must not depend on the others"),
                );
            }
            Some(LetState::Waiting(_)) | None => return Node::error(span),
        };
        if marks.assigned && !self.allowed.assigned {
            return self.assigned_here(name, span);
        }
        if marks.clock && !self.allowed.clock {
            return self.wrong(
                Diagnostic::new(
                    &codes::CLOCK_OUTSIDE_COMPARISON,
                    span,
                    format!("`{name}` reads the clock, which is not known here"),
                )
                .label("reads the clock"),
            );
        }
        // What may be missing in a condition is to be pointed at where the condition is used.
        let here = |hollow: Option<Span>| hollow.map(|_| span);
        let marks = Marks {
            hollow_true: here(marks.hollow_true),
            hollow_false: here(marks.hollow_false),
            hollow_order: here(marks.hollow_order),
            ..marks
        };
        self.narrowed(Node {
            kind: Kind::Let(index),
            ty,
            marks,
            span,
        })
    }

    /// `` `a` needs `b` needs `a` ``.
    fn way_round(&self, index: u32, name: &str) -> String {
        let open = self.opening.iter().skip_while(|open| **open != index);
        let names = open.filter_map(|open| match self.lets.get(*open as usize)? {
            LetState::Open(item) => Some(&*item.name.value),
            LetState::Waiting(_) | LetState::Done(..) => None,
        });
        let names: Vec<String> = names
            .chain([name])
            .map(|name| format!("`{name}`"))
            .collect();
        names.join(" needs ")
    }

    /// Checks a `let`, if that has not been done.
    pub(crate) fn check_let(&mut self, index: u32) {
        let at = index as usize;
        let Some(LetState::Waiting(item)) = self.lets.get(at) else {
            return;
        };
        let item = *item;
        if let Some(slot) = self.lets.get_mut(at) {
            *slot = LetState::Open(item);
        }
        self.opening.push(index);
        let present = std::mem::take(&mut self.present);
        let allowed = Allowed {
            counter: false,
            assigned: true,
            clock: true,
        };
        let node = self.allowing(allowed, |lower| match &item.ty {
            Some(written) => match lower.written_type(written) {
                Some(ty) => {
                    let node = lower.expr_as(&item.value, &ty);
                    lower.must_be_present(&node, written.optional);
                    node
                }
                None => Node::error(item.value.span),
            },
            None => lower.expr(&item.value),
        });
        self.present = present;
        self.opening.pop();
        if let Some(slot) = self.lets.get_mut(at) {
            *slot = LetState::Done(item.name.value.clone(), node);
        }
    }

    fn must_be_present(&mut self, node: &Node, optional: bool) {
        if node.marks.missing && !optional {
            self.report(
                Diagnostic::new(
                    &codes::MAYBE_MISSING,
                    node.span,
                    "this may be missing, and its type says that it never is",
                )
                .label("may be missing")
                .help("write `?` behind the type, or end with `else …`"),
            );
        }
    }

    fn unique_use(&mut self, index: u32, name: &Arc<str>, span: Span) -> Node {
        if !self.allowed.assigned {
            return self.assigned_here(name, span);
        }
        Node {
            kind: Kind::Unique(index),
            ty: Type::Text,
            marks: Marks {
                assigned: true,
                ..Marks::default()
            },
            span,
        }
    }

    pub(crate) fn assigned_here(&mut self, name: &str, span: Span) -> Node {
        self.wrong(
            Diagnostic::new(&codes::ASSIGNED_NOT_HERE, span, format!("`{name}` depends on a name that is given only when the directory is known"))
                .label("not known yet")
                .help("names of `unique` stand in `profile` and `set`; in conditions, units and group names use what they are made of"),
        )
    }

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
            ty => self.function_as_field(&base, &ty, name).unwrap_or_else(|| {
                self.wrong(
                    Diagnostic::new(
                        &codes::UNKNOWN_FIELD,
                        name.span,
                        format!("{ty} has no fields"),
                    )
                    .label("no such field")
                    .help("rows of tables and people have fields; functions are called with `()`"),
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
        if found.is_none() {
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

    /// A type written in a `let` or a `param`.
    pub(crate) fn written_type(&mut self, written: &crate::syntax::ast::Type) -> Option<Type> {
        if let crate::syntax::ast::TypeKind::Named(name) = &written.kind
            && &**name == "unit"
        {
            return Some(Type::Unit);
        }
        self.hr_type(written).map(|ty| Type::from_hr(&ty))
    }
}
