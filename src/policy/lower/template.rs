//! Texts with holes, and patterns.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, Part, Template};

impl Lower<'_> {
    /// A text in double quotes.
    pub(crate) fn template(&mut self, template: &Template, span: Span) -> Node {
        if let Some(text) = template.literal() {
            return match Value::text(text) {
                Some(value) => Node::constant(value, Type::Text, span),
                None => self.wrong(
                    Diagnostic::new(&codes::EMPTY_TEXT, span, "a text is never empty")
                        .label("empty")
                        .help("ask `x is missing`, or write `else clear` to empty an attribute"),
                ),
            };
        }
        let mut broken = false;
        let mut pieces = Vec::new();
        let mut marks = Marks::default();
        for (index, part) in template.parts.iter().enumerate() {
            match part {
                Part::Literal(text, place) => {
                    if text.ends_with('$')
                        && matches!(template.parts.get(index + 1), Some(Part::Hole(..)))
                    {
                        self.dollar(*place);
                    }
                    pieces.push(Piece::Literal(text.clone()));
                }
                Part::Hole(expr, _) => {
                    let node = self.hole(expr);
                    if node.ty == Type::Error {
                        broken = true;
                        continue;
                    }
                    if !is_printable(&node.ty) {
                        broken = true;
                        self.report(
                            Diagnostic::new(
                                &codes::WRONG_TYPE,
                                node.span,
                                format!("{} cannot be printed in a text", node.ty),
                            )
                            .label(node.ty.to_string())
                            .help("name one of its fields, or make a text of it in a `let`"),
                        );
                        continue;
                    }
                    marks = marks.and(node.marks);
                    pieces.push(Piece::Hole(node));
                }
            }
        }
        if broken {
            return Node::error(span);
        }
        Node {
            kind: Kind::Template(pieces),
            ty: Type::Text,
            marks,
            span,
        }
    }
}

impl Lower<'_> {
    /// What stands in the braces of a text.
    pub(super) fn hole(&mut self, expr: &Expr) -> Node {
        let before = std::mem::replace(&mut self.in_hole, true);
        let node = self.expr(expr);
        self.in_hole = before;
        node
    }

    /// `${x}`, as shells and JavaScript write a hole: here the dollar would stand in the text.
    fn dollar(&mut self, literal: Span) {
        let place = Span::new(literal.file, literal.end.saturating_sub(1), literal.end);
        self.report(
            Diagnostic::new(
                &codes::DOLLAR_IN_TEXT,
                place,
                "this `$` stands in the text: a hole is `{x}` alone",
            )
            .label("part of the text")
            .help("drop it")
            .fix(Fix {
                title: "drop the `$`".to_owned(),
                edits: vec![(place, String::new())],
            }),
        );
    }
}

/// Whether values of the type stand in a text as people expect.
fn is_printable(ty: &Type) -> bool {
    match ty {
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Date
        | Type::Time
        | Type::Timezone
        | Type::OneOf(_) => true,
        Type::Bool
        | Type::Duration
        | Type::Unit
        | Type::Person
        | Type::Photo
        | Type::Employment
        | Type::Instant
        | Type::List(_)
        | Type::Row(..)
        | Type::Error => false,
    }
}
