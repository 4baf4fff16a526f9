//! Names, fields and rows: what a word stands for where it is read.

use super::notify::Password;
use super::people::EMPLOYMENTS;
use super::relations::Relation;
use super::{Local, Lower, What, narrow};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::notice::Fact;
use crate::policy::types::{Marks, Type};
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
        if let Some(local) = self.local(name, span) {
            return local;
        }
        if let Some(relation) = Relation::named(name) {
            return self.relation(relation, None, span);
        }
        let Some(declared) = self.names.get(name) else {
            if &**name == "password" && self.told.notice {
                return self.password_told(span);
            }
            if let (Some(fact), true) = (Fact::named(name), self.told.notice) {
                return self.fact_told(fact, span);
            }
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
            What::Fn(_) => self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    span,
                    format!("`{name}` is a function, not a value"),
                )
                .label("not called")
                .also(declared_at, "declared here")
                .help(format!("call it: `{name}(…)`")),
            ),
        }
    }

    /// `{approvals}`, `{owned_groups}` and the like: what only directory and plan know.
    fn fact_told(&mut self, fact: Fact, span: Span) -> Node {
        let mut sensitive = false;
        match fact {
            Fact::Approvals | Fact::TiedAccounts => {}
            Fact::OwnedGroups => {
                self.rules.directory_attributes.insert("managedBy");
            }
            // Who reports to whom is HR's word.
            Fact::DirectReports => {
                let list = self.relation(Relation::Reports, None, span);
                if matches!(list.kind, Kind::Error) {
                    return list;
                }
                sensitive = list.marks.sensitive;
            }
            Fact::Failures | Fact::Expectation if self.told.only == Some(fact) => {}
            Fact::Failures => {
                return self.wrong(
                    Diagnostic::new(
                        &codes::BAD_NOTICE,
                        span,
                        "what fails is known only when something does",
                    )
                    .label("no failure is known here")
                    .help("tell it in a notice whose only event is `on failure`"),
                );
            }
            Fact::Expectation => {
                return self.wrong(
                    Diagnostic::new(
                        &codes::BAD_NOTICE,
                        span,
                        "which expectation is not met is known only when one begins not to be",
                    )
                    .label("no expectation is known here")
                    .help("tell it in a notice whose only event is `on expectation`"),
                );
            }
        }
        Node {
            kind: Kind::Fact(fact),
            ty: Type::Text,
            marks: Marks {
                assigned: true,
                sensitive,
                ..Marks::default()
            },
            span,
        }
    }

    /// `{password}`, which is there when one is made and at no other time.
    fn password_told(&mut self, span: Span) -> Node {
        let diagnostic = match self.told.password {
            Password::NotMade => Diagnostic::new(
                &codes::PASSWORD_NOT_HERE,
                span,
                "a password is known only when one is made",
            )
            .label("no password is known here")
            .help("tell it in a notice whose only event is `on password`"),
            Password::Outside => Diagnostic::new(
                &codes::PASSWORD_NOT_HERE,
                span,
                "a password stands in the body of a notice, and nowhere else in it",
            )
            .label("every server on the way keeps this")
            .help("tell it in the `body`"),
            Password::Open => Diagnostic::new(
                &codes::PLAIN_PASSWORD_MAIL,
                span,
                "everybody on the way of a mail could read the password",
            )
            .label("a password in clear")
            .help(
                "leave it out, and have passwords sealed: `password { sealed to \"age1…\" }`; if a mail is meant, say \
                 `allow plain password mail` there; or have the notice posted, by `[http]` in `tenure.toml`",
            ),
            Password::Told => {
                let marks = Marks {
                    assigned: true,
                    ..Marks::default()
                };
                return Node {
                    kind: Kind::Password,
                    ty: Type::Text,
                    marks,
                    span,
                };
            }
        };
        self.wrong(diagnostic)
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Node {
        let locals = self.locals.iter().map(Local::name);
        let known: Vec<&str> = self
            .names
            .keys()
            .map(AsRef::as_ref)
            .chain(locals)
            .chain(Relation::NAMES)
            .collect();
        let near = did_you_mean(name, known.iter().copied());
        if let Some(near) = near {
            self.used.insert(near.into());
        }
        let mut diagnostic =
            Diagnostic::new(&codes::UNKNOWN_NAME, span, format!("there is no `{name}`"))
                .label("unknown name")
                .help_did_you_mean(near);
        if near.is_none() || name == EMPLOYMENTS {
            let help = if name == EMPLOYMENTS {
                "say what HR knows of one: `employment { start : date  end : date? }`"
            } else if name == "n" {
                "`{n}` stands in a `try` only"
            } else if crate::directory::schema::attribute(name).is_some() {
                "this is an attribute of AD: a value comes from HR, a `let`, a `param` or a `unique`"
            } else {
                "declare it in `person`, or with `let` or `param`"
            };
            diagnostic = diagnostic.help(help);
            let text = name.starts_with(char::is_uppercase) && name != EMPLOYMENTS;
            if text && !self.in_hole {
                // Names of people's fields begin with a small letter; values of HR and groups do not.
                let quoted = format!("\"{name}\"");
                diagnostic = diagnostic
                    .help(format!("a text stands in double quotes: `{quoted}`"))
                    .fix(Fix::replace(span, quoted));
            }
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

    pub(super) fn narrowed(&self, mut node: Node) -> Node {
        if node.marks.missing && narrow::is_present(&self.present, &node) {
            node.marks.missing = false;
        }
        node
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
