//! Reading an expression as the type that is needed where it stands.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::Type;
use crate::syntax::ast::Expr;
use std::sync::Arc;

impl Lower<'_> {
    /// An expression that should be of that type; literals are read as it.
    pub(crate) fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Node {
        if *ty == Type::Unit {
            return self.unit_expr(expr);
        }
        let node = self.expr(expr);
        self.coerce(node, ty)
    }

    /// Reads a literal as what is needed, and reports what does not fit.
    pub(crate) fn coerce(&mut self, node: Node, ty: &Type) -> Node {
        match (&node.kind, &node.ty, ty) {
            (_, Type::Error, _) | (_, _, Type::Error) => node,
            (Kind::Const(Value::Text(text)), _, Type::Timezone) => {
                let text = text.clone();
                self.zone(&text, node.span)
            }
            (Kind::Const(Value::Text(text)), Type::Text, Type::OneOf(choices)) => {
                let text = text.clone();
                if self.member(&text, choices, node.span) {
                    node
                } else {
                    Node::error(node.span)
                }
            }
            (_, have, want) if have == want => node,
            (_, Type::OneOf(_), Type::Text) | (_, Type::Int, Type::Number) => node,
            (_, have, want) => self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    node.span,
                    format!("{want} is needed, and this is {have}"),
                )
                .label(have.to_string()),
            ),
        }
    }

    fn zone(&mut self, text: &Arc<str>, span: Span) -> Node {
        match crate::hr::time_zone(text) {
            Some(zone) => {
                let name = zone.iana_name().map_or_else(|| text.clone(), Into::into);
                Node::constant(Value::Timezone(name), Type::Timezone, span)
            }
            None => self.wrong(
                Diagnostic::new(
                    &codes::UNKNOWN_ZONE,
                    span,
                    format!("there is no time zone `{text}`"),
                )
                .label("unknown time zone")
                .help("write its IANA name, such as `Europe/Berlin`"),
            ),
        }
    }

    /// Whether a literal is one of the texts; reports with the nearest where it is not.
    pub(super) fn member(&mut self, text: &str, choices: &[Arc<str>], span: Span) -> bool {
        if choices.iter().any(|choice| &**choice == text) {
            return true;
        }
        let names: Vec<&str> = choices.iter().map(AsRef::as_ref).collect();
        let near = did_you_mean(text, names.iter().copied());
        let mut diagnostic = Diagnostic::new(
            &codes::UNKNOWN_VALUE,
            span,
            format!("this value is never `{text}`"),
        )
        .label("not one of the values declared")
        .help(format!("it is one of {}", super::declare::quoted(&names)));
        if let Some(near) = near {
            diagnostic = diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(Fix::replace(span, format!("\"{near}\"")));
        }
        self.report(diagnostic);
        false
    }
}
