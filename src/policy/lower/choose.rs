//! Values that are decided or computed from others: `else`, `choose`, `at`, `+` and `-`.

use super::{Allowed, Lower, narrow};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, Rows};

impl Lower<'_> {
    pub(super) fn otherwise(&mut self, first: &Expr, second: &Expr, span: Span) -> Node {
        let first = self.expr(first);
        let second = if first.ty == Type::Unit {
            self.unit_expr(second)
        } else {
            let second = self.expr(second);
            self.literal_like(second, &first)
        };
        if first.ty == Type::Error || second.ty == Type::Error {
            return Node::error(span);
        }
        if !first.marks.missing {
            self.report(
                Diagnostic::new(
                    &codes::USELESS_ELSE,
                    second.span,
                    "this is never used: what stands before `else` is never missing",
                )
                .label("never used")
                .also(first.span, "always has a value")
                .help("remove the `else`"),
            );
        }
        let Some(ty) = first.ty.join(&second.ty) else {
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    second.span,
                    format!(
                        "both sides of `else` are of one type: {}, and this is {}",
                        first.ty, second.ty
                    ),
                )
                .label(second.ty.to_string())
                .also(first.span, first.ty.to_string()),
            );
        };
        let marks = Marks {
            missing: second.marks.missing,
            ..first.marks.and(second.marks)
        };
        Node {
            kind: Kind::Else(Box::new(first), Box::new(second)),
            ty,
            marks,
            span,
        }
    }

    pub(super) fn at(&mut self, date: &Expr, at: &Expr, span: Span) -> Node {
        let date = self.expr_as(date, &Type::Date);
        let at = self.expr_as(at, &Type::Time);
        if date.ty == Type::Error || at.ty == Type::Error {
            return Node::error(span);
        }
        let marks = date.marks.and(at.marks);
        Node {
            kind: Kind::At(Box::new(date), Box::new(at)),
            ty: Type::Instant,
            marks,
            span,
        }
    }

    pub(super) fn shift(&mut self, base: &Expr, by: &Expr, back: bool, span: Span) -> Node {
        let base = self.expr(base);
        if !matches!(base.ty, Type::Date | Type::Instant | Type::Error) {
            let _ = self.expr(by);
            let help = match base.ty {
                Type::Text | Type::OneOf(_) => "join texts in a template: \"{a} {b}\"",
                _ => "only dates and points in time can be shifted",
            };
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    base.span,
                    format!("a date is needed, and this is {}", base.ty),
                )
                .label(base.ty.to_string())
                .help(help),
            );
        }
        if base.ty == Type::Error {
            let _ = self.expr(by);
            return base;
        }
        let by = self.expr_as(by, &Type::Duration);
        if base.ty == Type::Error || by.ty == Type::Error {
            return Node::error(span);
        }
        let marks = base.marks.and(by.marks);
        Node {
            ty: base.ty.clone(),
            kind: Kind::Shift {
                base: Box::new(base),
                by: Box::new(by),
                back,
            },
            marks,
            span,
        }
    }

    /// `choose { … }`; results are read as `ty` where one is needed.
    pub(crate) fn choose(&mut self, rows: &Rows, span: Span, ty: Option<&Type>) -> Node {
        let before = self.present.len();
        let mut joined: Option<Type> = ty.cloned();
        let mut marks = Marks::default();
        let mut nodes = Vec::new();
        let allowed = Allowed {
            clock: true,
            assigned: false,
            ..self.allowed
        };
        let no_clock = !self.allowed.clock;
        for row in &rows.rows {
            let allowed = Allowed {
                clock: !no_clock,
                ..allowed
            };
            let test = self.allowing(allowed, |lower| lower.condition(&row.condition));
            self.decided_order(&test, "`choose`");
            let facts = narrow::if_true(&test);
            let result = self.knowing(facts, |lower| match ty {
                Some(ty) => lower.expr_as(&row.result, ty),
                None => lower.expr(&row.result),
            });
            self.present.extend(narrow::if_false(&test));
            marks = marks.and(test.marks.present()).and(result.marks);
            joined = Some(self.join_results(joined, &result));
            nodes.push((test, result));
        }
        let otherwise = rows.otherwise.as_ref().map(|(_, result)| match ty {
            Some(ty) => self.expr_as(result, ty),
            None => self.expr(result),
        });
        self.present.truncate(before);
        let spans = rows.rows.iter().map(|row| row.span);
        let reached: Vec<(&Node, Span)> = nodes.iter().map(|(test, _)| test).zip(spans).collect();
        self.reached(&reached);
        if let Some(result) = &otherwise {
            marks = marks.and(result.marks);
            joined = Some(self.join_results(joined, result));
        } else {
            let conditions: Vec<&Node> = nodes.iter().map(|(test, _)| test).collect();
            if let Some(example) = self.uncovered(&conditions) {
                marks.missing |= example.certain;
                self.report(
                    Diagnostic::new(
                        &codes::NOT_EXHAUSTIVE,
                        span,
                        "this `choose` leaves somebody without a result",
                    )
                    .label(example.text)
                    .help("add a row, or `otherwise => …`"),
                );
            }
        }
        let ty = joined.unwrap_or(Type::Error);
        Node {
            kind: Kind::Choose {
                rows: nodes,
                otherwise: otherwise.map(Box::new),
            },
            // A condition may still hang on what is missing; any other value has been decided here.
            marks: if ty == Type::Bool {
                marks.either_way()
            } else {
                marks.decided()
            },
            ty,
            span,
        }
    }

    fn join_results(&mut self, so_far: Option<Type>, result: &Node) -> Type {
        let Some(so_far) = so_far else {
            return result.ty.clone();
        };
        if let Some(joined) = so_far.join(&result.ty) {
            return joined;
        }
        self.report(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                result.span,
                format!("the results before are {so_far}, and this is {}", result.ty),
            )
            .label(result.ty.to_string()),
        );
        Type::Error
    }
}
