//! Reading an expression as the type that is needed where it stands.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::Type;
use crate::syntax::ast::{Expr, ExprKind};
use std::sync::Arc;

impl Lower<'_> {
    /// An expression that should be of that type; literals are read as it.
    pub(crate) fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Node {
        if *ty == Type::Unit {
            return self.unit_expr(expr);
        }
        if let (Type::OneOf(_) | Type::Timezone | Type::List(_), ExprKind::Choose(rows)) =
            (ty, &expr.kind)
        {
            return self.choose(rows, expr.span, Some(ty));
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
            (Kind::List(_), Type::List(_), Type::List(element)) => self.coerce_each(node, element),
            (_, have, want) if is_part_of(have, want) => node,
            (_, have, want) => {
                let diagnostic = Diagnostic::new(
                    &codes::WRONG_TYPE,
                    node.span,
                    format!("{want} is needed, and this is {have}"),
                )
                .label(have.to_string());
                self.wrong(written_as(&node, want, diagnostic))
            }
        }
    }

    /// Reads each literal of a list as what is needed.
    fn coerce_each(&mut self, node: Node, element: &Type) -> Node {
        let Kind::List(items) = node.kind else {
            return node;
        };
        let items: Vec<Node> = items
            .into_iter()
            .map(|item| self.coerce(item, element))
            .collect();
        if items.iter().any(|item| item.ty == Type::Error) {
            return Node::error(node.span);
        }
        Node {
            kind: Kind::List(items),
            ty: Type::List(Box::new(element.clone())),
            ..node
        }
    }

    fn zone(&mut self, text: &Arc<str>, span: Span) -> Node {
        if let Some(zone) = crate::hr::time_zone(text) {
            let name = zone.iana_name().map_or_else(|| text.clone(), Into::into);
            return Node::constant(Value::Timezone(name), Type::Timezone, span);
        }
        let known: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            .collect();
        let near = did_you_mean(text, known.iter().map(String::as_str));
        let diagnostic = Diagnostic::new(
            &codes::UNKNOWN_ZONE,
            span,
            format!("there is no time zone `{text}`"),
        )
        .label("unknown time zone");
        self.wrong(match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(Fix::replace(span, format!("\"{near}\""))),
            None => diagnostic.help("write its IANA name, such as `Europe/Berlin`"),
        })
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

/// Whether every value of the one type is one of the other.
fn is_part_of(have: &Type, want: &Type) -> bool {
    match (have, want) {
        (Type::OneOf(_), Type::Text) | (Type::Int, Type::Number) => true,
        (Type::List(have), Type::List(want)) => have == want || is_part_of(have, want),
        _ => false,
    }
}

/// With the way in which this literal is written as the type that is needed.
pub(super) fn written_as(node: &Node, want: &Type, diagnostic: Diagnostic) -> Diagnostic {
    let right = match (&node.kind, want) {
        (Kind::Const(Value::Text(text)), Type::Int) => {
            text.parse::<i64>().ok().map(|_| text.to_string())
        }
        (Kind::Const(Value::Text(text)), Type::Date) => text
            .parse::<jiff::civil::Date>()
            .ok()
            .map(|_| text.to_string()),
        (Kind::Const(Value::Int(number)), Type::Duration) => Some(format!("{number} days")),
        (Kind::Const(Value::Int(number)), Type::Text) => Some(format!("\"{number}\"")),
        _ => None,
    };
    match right {
        Some(right) => diagnostic
            .help(format!("write `{right}`"))
            .fix(Fix::replace(node.span, right)),
        None => diagnostic,
    }
}
