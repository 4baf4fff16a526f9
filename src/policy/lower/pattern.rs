//! Patterns: globs and regular expressions behind `matches`, and globs on names.

use super::Lower;
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::Node;
use crate::policy::pattern::{Pattern, Search};
use crate::policy::ruleset::NamePattern;
use crate::policy::types::Type;
use crate::syntax::ast::{Expr, ExprKind};
use std::sync::Arc;

impl Lower<'_> {
    /// What stands behind `matches`: a literal glob or regular expression, on the whole text.
    pub(crate) fn pattern(&mut self, pattern: &Expr) -> Option<Pattern> {
        let built = match &pattern.kind {
            ExprKind::Regex(source) => Pattern::regex(source),
            ExprKind::Text(template) if template.literal().is_some() => {
                let text = template.literal().unwrap_or_default();
                Pattern::glob(text)
            }
            ExprKind::Error => return None,
            _ => {
                self.report(
                    Diagnostic::new(
                        &codes::BAD_PATTERN,
                        pattern.span,
                        "a pattern is written out: `\"Head of *\"` or `/[0-9]+/`",
                    )
                    .label("not a literal pattern")
                    .help("to compare with another value write `==`"),
                );
                return None;
            }
        };
        match built {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.no_regex(&error, pattern.span);
                None
            }
        }
    }

    /// A regular expression that a function searches for, as an argument of it.
    pub(crate) fn search(&mut self, source: &str, span: Span) -> Node {
        match Search::new(source) {
            Ok(search) => Node::constant(Value::Search(search), Type::Text, span),
            Err(error) => {
                self.no_regex(&error, span);
                Node::error(span)
            }
        }
    }

    fn no_regex(&mut self, error: &regex::Error, span: Span) {
        let text = error.to_string();
        let last = text.lines().last().unwrap_or_default();
        let why = last.strip_prefix("error: ").unwrap_or(last);
        let diagnostic = match error {
            regex::Error::CompiledTooBig(_) => Diagnostic::new(
                &codes::BAD_PATTERN,
                span,
                "this regular expression is too large",
            )
            .label("too large")
            .help("write smaller counts in braces, and `[0-9]` for `\\d`, which stands for the digits of all scripts"),
            _ => Diagnostic::new(
                &codes::BAD_PATTERN,
                span,
                format!("this is no regular expression: {why}"),
            )
            .label("cannot be read")
            .help("write a `\\` before a mark that is meant as it is; for `*` alone a text in quotes is enough"),
        };
        self.report(diagnostic);
    }

    /// A glob on names or a DN, written as a literal text.
    pub(crate) fn name_pattern(&mut self, expr: &Expr) -> Option<NamePattern> {
        let text = self.literal_text(expr)?;
        let pattern = NamePattern::new(&text);
        if let Some(NamePattern::Dn(dn)) = &pattern
            && dn.components().any(|rdn| rdn.value().contains('*'))
        {
            self.report(
                Diagnostic::new(
                    &codes::BAD_PATTERN,
                    expr.span,
                    "a distinguished name is meant exactly, and here is a `*` in one",
                )
                .label("`*` stands for nothing in it")
                .help("write the pattern on the name alone, as in `\"SG-*\"`"),
            );
            return None;
        }
        if pattern.is_none() {
            self.report(
                Diagnostic::new(&codes::BAD_PATTERN, expr.span, "this pattern is too long")
                    .label("too long"),
            );
        }
        pattern
    }

    /// A text without holes.
    pub(crate) fn literal_text(&mut self, expr: &Expr) -> Option<Arc<str>> {
        let text: Option<Arc<str>> = match &expr.kind {
            ExprKind::Text(template) => template.literal().map(Arc::from),
            ExprKind::Error => return None,
            _ => None,
        };
        match text {
            Some(text) if !text.trim().is_empty() => Some(text),
            _ => {
                self.not_literal(expr.span);
                None
            }
        }
    }

    pub(crate) fn not_literal(&mut self, span: Span) {
        self.report(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                span,
                "a text without holes is needed here",
            )
            .label("not a plain text")
            .help("write the text itself in quotes"),
        );
    }
}
