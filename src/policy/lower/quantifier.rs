//! `any`, `all` and `count`: a condition on the elements of a list, and the name that stands for each of them.
//!
//! What a missing value does to them decides whether S2 holds, so here is the reasoning. **A list is never empty:
//! an empty one is missing**, as for texts. HR's lists are read so, `[]` is refused, nobody's `reports` are missing.
//! So a list is certain where it is known to be present, and there is one case to think about:
//!
//! - `any` over a missing list is false for want of a value: *hollow false*, like `==`.
//! - `all` over a missing list is true, because nothing speaks against it: *hollow true*, like `!=`. Neither
//!   `lifecycle` nor `groups` take it until the list `is present`.
//! - `count` over a missing list is 0, which a comparison may take either way: hollow both ways.
//! - A list that lacks elements whose values are missing (`["a", nickname]`) is to each of them what a missing
//!   list is: the element that is not there might have decided.
//! - What is hollow in the condition stays what it is in `any` and `all`: more elements of which it holds make
//!   both more true. In `count` it counts either way.
//!
//! Relations are the exception to the first line: that nobody reports to a person is a fact which is read off
//! everybody's records, not a value that HR owes. `any r in reports where (…)` of somebody without reports is false
//! in earnest. `all` over nobody is true all the same, and asks for `is_manager and …`.

use super::Lower;
use super::compare::condition;
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, Name, Quantifier};
use std::sync::Arc;

/// A name that is known within a function or a quantifier only.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    name: Arc<str>,
    span: Span,
    slot: u32,
    ty: Type,
    marks: Marks,
    /// Whether it is a parameter of a function.
    pub(super) parameter: bool,
}

impl Local {
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Lower<'_> {
    /// `any e in LIST where (…)`.
    pub(super) fn quantified(
        &mut self,
        quantifier: Quantifier,
        variable: &Name,
        list: &Expr,
        test: &Expr,
        span: Span,
    ) -> Node {
        let list = self.expr(list);
        let element = match &list.ty {
            Type::List(item) => (**item).clone(),
            Type::Error => Type::Error,
            other => {
                let help = match other {
                    Type::Row(..) => "a table has no elements: look a row up by its key",
                    _ => {
                        "name a list, such as `employments`, `reports` or a field of type `list of …`"
                    }
                };
                let message = format!("a list is needed, and this is {other}");
                self.wrong(
                    Diagnostic::new(&codes::WRONG_TYPE, list.span, message)
                        .label(other.to_string())
                        .help(help),
                );
                Type::Error
            }
        };
        if let Some(unknown) = self.not_given_yet([&list]) {
            return unknown;
        }
        let marks = Marks {
            sensitive: list.marks.sensitive,
            free: list.marks.free,
            clock: list.marks.clock,
            ..Marks::default()
        };
        let slot = self.enter(variable, element.clone(), marks, false);
        let test = self.condition(test);
        self.locals.pop();
        if element == Type::Error || test.ty == Type::Error {
            return Node::error(span);
        }
        let ty = match quantifier {
            Quantifier::Any | Quantifier::All => Type::Bool,
            Quantifier::Count => Type::Int,
        };
        let node = condition(
            Kind::Quantified {
                quantifier,
                variable: slot,
                condition: Box::new(test.clone()),
                list: Box::new(list.clone()),
            },
            self.hollow(quantifier, &list, &test),
            span,
        );
        Node { ty, ..node }
    }

    /// The marks of a quantifier; the head of this file says why.
    fn hollow(&self, quantifier: Quantifier, list: &Node, test: &Node) -> Marks {
        let gap = list.marks.gaps.then_some(list.span);
        let missing = list.marks.missing.then_some(list.span).or(gap);
        let certain = if self.is_fact(list) { gap } else { missing };
        let marks = Marks {
            missing: false,
            free: false,
            gaps: false,
            ..list.marks.and(test.marks)
        };
        match quantifier {
            Quantifier::Any => Marks {
                hollow_false: marks.hollow_false.or(certain),
                ..marks
            },
            Quantifier::All => Marks {
                hollow_true: marks.hollow_true.or(missing),
                ..marks
            },
            Quantifier::Count => {
                let either = marks.hollow().or(certain);
                Marks {
                    hollow_true: either,
                    hollow_false: either,
                    ..marks
                }
            }
        }
    }

    /// A new name, which must not be that of anything else.
    pub(super) fn enter(&mut self, name: &Name, ty: Type, marks: Marks, parameter: bool) -> u32 {
        let slot = self.slots;
        self.slots += 1;
        let local = self.locals.iter().find(|local| local.name == name.value);
        let first = local
            .map(|local| local.span)
            .or_else(|| self.names.get(&name.value).map(|declared| declared.span));
        let built_in = super::relations::Relation::named(&name.value).is_some();
        if first.is_some() || built_in {
            let message = if built_in {
                format!("`{}` is built in", name.value)
            } else {
                format!("`{}` is declared twice", name.value)
            };
            let mut diagnostic = Diagnostic::new(&codes::DUPLICATE, name.span, message)
                .label("declared again")
                .help("all names are of one space, those of functions and lists too: give it another name");
            if let Some(first) = first {
                diagnostic = diagnostic.also(first, "first declared here");
                self.used.insert(name.value.clone());
            }
            self.report(diagnostic);
        }
        self.locals.push(Local {
            name: name.value.clone(),
            span: name.span,
            slot,
            ty,
            marks,
            parameter,
        });
        slot
    }

    /// The value of a parameter or variable of that name, if one is known here.
    pub(super) fn local(&self, name: &str, span: Span) -> Option<Node> {
        let mut locals = self.locals.iter().rev();
        let local = locals.find(|local| &*local.name == name)?;
        if local.ty == Type::Error {
            return Some(Node::error(span));
        }
        Some(self.narrowed(Node {
            kind: Kind::Local(local.slot),
            ty: local.ty.clone(),
            marks: local.marks,
            span,
        }))
    }
}
