//! Texts in quotes: literal parts, escapes and holes.

use super::{Cursor, Lower};
use crate::diagnostic::{Diagnostic, Fix, Span, Spanned};
use crate::syntax::ast::{Expr, ExprKind, Name, Part, Template};
use crate::syntax::codes;
use crate::syntax::grammar::{Pair, Rule};
use std::sync::Arc;

impl<'t> Lower<'t> {
    /// A text whose value must be known without a person: a file name, a title, a choice.
    pub(super) fn literal(&mut self, cursor: &mut Cursor<'t>) -> Option<Name> {
        let expr = self.string(cursor)?;
        let ExprKind::Text(template) = &expr.kind else {
            return None;
        };
        let mut text = String::new();
        for part in &template.parts {
            match part {
                Part::Literal(literal, _) => text.push_str(literal),
                Part::Hole(_, span) => {
                    let words = self.slice(*span);
                    let escaped = words.replace('{', "\\{").replace('}', "\\}");
                    text.push_str(words);
                    self.report(
                        Diagnostic::new(
                            &codes::HOLE_IN_LITERAL,
                            *span,
                            format!("`{words}` is a hole, and this text has no person to fill it"),
                        )
                        .label("a hole")
                        .help(format!(
                            "write the text itself; braces as such are `{escaped}`"
                        ))
                        .fix(Fix::replace(*span, escaped)),
                    );
                }
            }
        }
        Some(Spanned::new(text.into(), expr.span))
    }

    /// A text, in the quotes of this language or of another.
    pub(super) fn string(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        if let Some(pair) = cursor.take(Rule::text) {
            return Some(self.text(pair));
        }
        let pair = cursor.take(Rule::habit_quotes)?;
        Some(self.habit_quotes(&pair))
    }

    /// A text in double quotes.
    pub(super) fn text(&mut self, pair: Pair<'t>) -> Expr {
        let span = self.span(&pair);
        let mut parts = Parts::default();
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::chunk => parts.push(inner.as_str(), at),
                Rule::escape => {
                    let text = self.escape(inner.as_str(), at);
                    parts.push(&text, at);
                }
                Rule::hole => {
                    let expr = self.hole(inner).unwrap_or(Expr {
                        kind: ExprKind::Error,
                        span: at,
                    });
                    parts.hole(expr, at);
                }
                Rule::bad_hole => {
                    self.bad_hole(inner.as_str(), at);
                    let kind = ExprKind::Error;
                    parts.hole(Expr { kind, span: at }, at);
                }
                Rule::bad_brace => {
                    self.bad_brace(at);
                    parts.push("}", at);
                }
                Rule::unclosed => self.unclosed_text(Span {
                    end: at.start,
                    ..span
                }),
                rule => self.disagreement(rule, at),
            }
        }
        let kind = ExprKind::Text(parts.finish());
        Expr { kind, span }
    }

    /// The text of a notice that stands in a file of its own.
    pub(in crate::syntax) fn body_file(&mut self, pair: Pair<'t>) -> Template {
        let mut parts = Parts::default();
        for inner in pair.into_inner() {
            let at = self.span(&inner);
            match inner.as_rule() {
                Rule::body_chunk => parts.push(inner.as_str(), at),
                Rule::body_escape => parts.push(inner.as_str().get(1..).unwrap_or_default(), at),
                Rule::hole => {
                    let expr = self.hole(inner).unwrap_or(Expr {
                        kind: ExprKind::Error,
                        span: at,
                    });
                    parts.hole(expr, at);
                }
                Rule::bad_hole => {
                    self.bad_hole(inner.as_str(), at);
                    let kind = ExprKind::Error;
                    parts.hole(Expr { kind, span: at }, at);
                }
                Rule::bad_brace => {
                    self.bad_brace(at);
                    parts.push("}", at);
                }
                Rule::EOI => {}
                rule => self.disagreement(rule, at),
            }
        }
        parts.finish()
    }

    /// Reports a text without an end, once.
    pub(in crate::syntax) fn unclosed_text(&mut self, span: Span) {
        let known = self.diagnostics.iter().any(|known| {
            known.code == &codes::UNCLOSED_TEXT && known.primary.span.start == span.start
        });
        if known {
            return;
        }
        self.report(
            Diagnostic::new(
                &codes::UNCLOSED_TEXT,
                span,
                "this text has no closing quote",
            )
            .label("a text ends on the line where it begins")
            .help("close it with `\"`; a quote inside a text is `\\\"`"),
        );
    }

    fn escape(&mut self, written: &str, span: Span) -> String {
        let known = match written.strip_prefix('\\') {
            Some("n") => Some('\n'),
            Some("t") => Some('\t'),
            Some("\"") => Some('"'),
            Some("\\") => Some('\\'),
            Some("{") => Some('{'),
            Some("}") => Some('}'),
            Some(code) => unicode(code),
            None => None,
        };
        if let Some(c) = known {
            return c.to_string();
        }
        self.report(
            Diagnostic::new(
                &codes::UNKNOWN_ESCAPE,
                span,
                format!("`{written}` is no escape"),
            )
            .label("unknown escape")
            .help("a backslash as such is `\\\\`; the escapes are `\\\"` `\\\\` `\\{` `\\}` `\\n` `\\t` `\\u{e9}`")
            .fix(Fix::replace(span, format!("\\{written}"))),
        );
        written.to_owned()
    }

    fn hole(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let mut cursor = Cursor::of(pair);
        let mut expr = if let Some(account) = cursor.take(Rule::KW_ACCOUNT) {
            let attribute = cursor.take(Rule::account_attribute)?;
            let name = self.name(&attribute);
            let span = self.span(&account).to(name.span);
            let kind = ExprKind::Account(name);
            Expr { kind, span }
        } else {
            self.name_expr(&cursor.take(Rule::name)?)
        };
        for (steps, step) in std::iter::from_fn(|| cursor.take(Rule::hole_step)).enumerate() {
            if !self.chain_fits(steps, expr.span) {
                let kind = ExprKind::Error;
                return Some(Expr {
                    kind,
                    span: expr.span,
                });
            }
            expr = self.hole_step(expr, step)?;
        }
        Some(expr)
    }

    fn hole_step(&mut self, base: Expr, step: Pair<'t>) -> Option<Expr> {
        let span = base.span.to(self.span(&step));
        let mut cursor = Cursor::of(step);
        let name = self.name(&cursor.take(Rule::field_name)?);
        let base = Box::new(base);
        let Some(list) = cursor.take(Rule::hole_args) else {
            let kind = ExprKind::Field { base, name };
            return Some(Expr { kind, span });
        };
        let mut args = Vec::new();
        let mut list = Cursor::of(list);
        while let Some(arg) = list.take(Rule::hole_arg) {
            let mut inner = Cursor::of(arg);
            args.push(match inner.take(Rule::name) {
                Some(name) => self.name_expr(&name),
                None => self.number(&inner.take(Rule::number)?),
            });
        }
        let kind = ExprKind::Method { base, name, args };
        Some(Expr { kind, span })
    }

    fn bad_hole(&mut self, written: &str, span: Span) {
        let inner = written.trim_matches(['{', '}']).trim();
        let help = if inner.is_empty() {
            "put a name between the braces; braces as such are `\\{` and `\\}`"
        } else if !written.ends_with('}') {
            "close it with `}`; a brace as such is `\\{`"
        } else {
            "give the value a name with `let` and put that name between the braces"
        };
        self.report(
            Diagnostic::new(&codes::BAD_HOLE, span, format!("`{written}` is no hole"))
                .label("a hole holds a name with `.field` and `.method(names or numbers)`")
                .help(help),
        );
    }

    fn bad_brace(&mut self, span: Span) {
        self.report(
            Diagnostic::new(&codes::STRAY_BRACE_IN_TEXT, span, "this `}` closes no hole")
                .label("no `{` before it")
                .help("a brace as such is `\\}`")
                .fix(Fix::replace(span, "\\}")),
        );
    }
}

fn unicode(code: &str) -> Option<char> {
    let digits = code.strip_prefix("u{")?.strip_suffix('}')?;
    let valid = (1..=6).contains(&digits.len());
    let number = u32::from_str_radix(digits, 16).ok()?;
    char::from_u32(number).filter(|c| valid && *c != '\0')
}

/// Joins neighbouring literal parts.
#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    text: String,
    span: Option<Span>,
}

impl Parts {
    fn push(&mut self, text: &str, at: Span) {
        self.text.push_str(text);
        self.span = Some(self.span.map_or(at, |span| span.to(at)));
    }

    fn hole(&mut self, expr: Expr, at: Span) {
        self.flush();
        self.done.push(Part::Hole(expr, at));
    }

    fn flush(&mut self) {
        if let Some(span) = self.span.take() {
            let text: Arc<str> = std::mem::take(&mut self.text).into();
            self.done.push(Part::Literal(text, span));
        }
    }

    fn finish(mut self) -> Template {
        self.flush();
        Template { parts: self.done }
    }
}
