//! `writeback { email = account.mail }`: values of accounts that HR gets to know.

use super::notify::Told;
use super::{Allowed, Lower, What};
use crate::diagnostic::{Diagnostic, Span};
use crate::hr;
use crate::policy::around::WritebackRule;
use crate::policy::codes;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::notice::TextPart;
use crate::policy::ruleset::RuleKind;
use crate::policy::types::Type;
use crate::syntax::ast::{self, Expr, ExprKind, Name};

impl Lower<'_> {
    /// `writeback { … }`.
    pub(crate) fn writeback(
        &mut self,
        item: &ast::FileItem<ast::Writeback>,
        schema: Option<&hr::Schema>,
    ) {
        for (name, expr) in &item.body.lines {
            self.writeback_line(name, expr, schema);
        }
    }

    fn writeback_line(&mut self, name: &Name, expr: &Expr, schema: Option<&hr::Schema>) {
        let field = self.writeback_field(name, schema);
        let told = Told {
            account: true,
            ..Told::default()
        };
        let allowed = Allowed {
            assigned: true,
            ..Allowed::default()
        };
        let before = std::mem::replace(&mut self.told, told);
        let node = self.allowing(allowed, |lower| lower.expr(expr));
        self.told = before;
        let (Some((position, source)), false) = (field, node.ty == Type::Error) else {
            return;
        };
        if !node.ty.is_textual() {
            let message = format!("a text is needed, and this is {}", node.ty);
            self.report(
                Diagnostic::new(&codes::WRONG_TYPE, node.span, message)
                    .label(node.ty.to_string())
                    .help("print it in one: \"{x}\""),
            );
            return;
        }
        self.tells_nothing_sensitive(&node, "whoever reads this field in HR reads it");
        let first = self
            .rules
            .writebacks
            .iter()
            .any(|line| line.field == position);
        if first {
            let message = format!("`{}` is written back twice", name.value);
            self.report(
                Diagnostic::new(&codes::DUPLICATE, name.span, message)
                    .label("again")
                    .help("HR has one value: remove one of the lines"),
            );
            return;
        }
        let span = Span {
            end: expr.span.end,
            ..name.span
        };
        let rule = self.rule(RuleKind::Writeback, span, [&node]);
        self.rules.writebacks.push(WritebackRule {
            field: position,
            name: name.value.clone(),
            login: source.eq_ignore_ascii_case("email"),
            source: source.into(),
            fixed: fixed(&node),
            rule,
        });
        self.program.writebacks.push(node);
    }

    /// The position and HR's name of a field that may be written.
    fn writeback_field(
        &mut self,
        name: &Name,
        schema: Option<&hr::Schema>,
    ) -> Option<(u32, String)> {
        let what = self.names.get(&name.value).map(|declared| declared.what);
        let Some(What::Field(position)) = what else {
            if what.is_some() {
                let message = format!("`{}` is no field of `person`", name.value);
                self.report(
                    Diagnostic::new(&codes::WRONG_TYPE, name.span, message)
                        .label("HR does not have it")
                        .help("name the field of HR that gets the value"),
                );
                return None;
            }
            let kind = ExprKind::Name(name.value.clone());
            let _ = self.expr(&Expr {
                kind,
                span: name.span,
            });
            return None;
        };
        self.used.insert(name.value.clone());
        let attribute = schema?.attributes().get(position as usize)?;
        let refused = if attribute.key {
            Some(("the key of a person is HR's own", "write another field"))
        } else if attribute.sensitive {
            Some((
                "a sensitive field is not written back",
                "its former value would stand in the plan: take another field",
            ))
        } else if attribute.ty != hr::Type::Text {
            Some((
                "only texts are written back",
                "declare the field `text?`, or take another one",
            ))
        } else {
            None
        };
        if let Some((message, help)) = refused {
            self.report(
                Diagnostic::new(&codes::BAD_FIELD, name.span, message)
                    .label("cannot be written")
                    .help(help),
            );
            return None;
        }
        Some((position, attribute.source.to_string()))
    }
}

/// The pieces of a value that is the same for everybody but for the account: then nobody need be evaluated.
fn fixed(node: &Node) -> Option<Vec<TextPart>> {
    match &node.kind {
        Kind::Account(attribute) => Some(vec![TextPart::Account(attribute.clone())]),
        Kind::Template(pieces) => {
            let each = pieces.iter().map(|piece| match piece {
                Piece::Literal(text) => Some(vec![TextPart::Literal(text.clone())]),
                Piece::Hole(node) => fixed(node),
            });
            Some(each.collect::<Option<Vec<_>>>()?.concat())
        }
        _ => None,
    }
}
