//! `let`: checked once, when it is first used, so that the order of declarations means nothing.

use super::{Allowed, LetState, Lower, Opening};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::Marks;
use std::sync::Arc;

impl Lower<'_> {
    pub(super) fn let_use(&mut self, index: u32, name: &Arc<str>, span: Span) -> Node {
        self.check_let(index);
        let (ty, marks) = match self.lets.get(index as usize) {
            Some(LetState::Done(_, node)) => (node.ty.clone(), node.marks),
            Some(LetState::Open(open)) => {
                let declared = open.name.span;
                return self.circle(Opening::Let(index), name, declared, span);
            }
            Some(LetState::Waiting(_)) | None => return Node::error(span),
        };
        if marks.assigned && !self.allowed.assigned {
            return self.assigned_here(name, span);
        }
        if marks.clock && !self.allowed.clock {
            return self.clock_not_here(name, span);
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

    /// Something that depends on the clock where the clock cannot be read.
    pub(super) fn clock_not_here(&mut self, name: &str, span: Span) -> Node {
        self.wrong(
            Diagnostic::new(
                &codes::CLOCK_OUTSIDE_COMPARISON,
                span,
                format!("`{name}` reads the clock, which is not known here"),
            )
            .label("reads the clock"),
        )
    }

    /// A value, or a function, that needs itself; the message names the whole way round.
    pub(super) fn circle(
        &mut self,
        opening: Opening,
        name: &Arc<str>,
        declared: Span,
        span: Span,
    ) -> Node {
        let way = self.way_round(opening, name);
        self.wrong(
            Diagnostic::new(&codes::CYCLE, span, format!("`{name}` needs itself: {way}"))
                .label("needed here")
                .also(declared, "to know this")
                .help("one of the values in the circle must not depend on the others"),
        )
    }

    /// `` `a` needs `b` needs `a` ``.
    fn way_round(&self, opening: Opening, name: &str) -> String {
        let open = self.opening.iter().skip_while(|open| **open != opening);
        let names = open.filter_map(|open| match open {
            Opening::Let(index) => match self.lets.get(*index as usize)? {
                LetState::Open(item) => Some(&*item.name.value),
                LetState::Waiting(_) | LetState::Done(..) => None,
            },
            Opening::Function(index) => {
                let function = self.functions.get(*index as usize)?;
                Some(&*function.item.name.value)
            }
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
        self.opening.push(Opening::Let(index));
        let present = std::mem::take(&mut self.present);
        let locals = std::mem::take(&mut self.locals);
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
        self.locals = locals;
        self.opening.pop();
        if let Some(slot) = self.lets.get_mut(at) {
            *slot = LetState::Done(item.name.value.clone(), node);
        }
    }

    pub(super) fn must_be_present(&mut self, node: &Node, optional: bool) {
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
}
