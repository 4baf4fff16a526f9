//! From matches of the grammar to the tree, one file per area of the grammar.
//!
//! Each function takes a match and gives a node, or `None` where grammar and reading disagree: then the
//! item is left out and one internal diagnostic names the rule, instead of a crash. Begin with
//! [`Lower::item`]; [`cursor`] is how the inside of a match is walked, [`chain`] applies the precedence.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the grammar decides which rules come where; any other is reported as a disagreement"
)]

mod chain;
mod cursor;
mod data;
mod expectation;
mod expr;
mod groups;
mod guard;
mod habit;
mod identity;
mod lifecycle;
mod literal;
mod notify;
mod profile;
mod step;
mod text;

use super::ast::{self, FileItem, Item, Name};
use super::codes;
use super::grammar::{Pair, Rule};
use super::{MAX_DIAGNOSTICS, recover};
use crate::diagnostic::{Diagnostic, FileId, Fix, Span, Spanned};
use cursor::Cursor;
use std::sync::Arc;

/// Reads matches of one text.
#[derive(Debug)]
pub(super) struct Lower<'t> {
    /// The text's id.
    pub(super) file: FileId,
    /// The whole text.
    pub(super) text: &'t str,
    /// Where the parsed stretch begins in it.
    pub(super) base: u32,
    /// The text's comments, in order.
    pub(super) comments: &'t [ast::Comment],
    /// Which of them document an item.
    pub(super) doc_comments: Vec<usize>,
    /// Texts without an end.
    pub(super) unclosed: &'t [Span],
    /// How deep the expression being read is nested.
    pub(super) depth: usize,
    /// What was found wrong.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Which of it is about `;`.
    pub(super) semicolon: Option<usize>,
}

impl<'t> Lower<'t> {
    /// Where a match stands, from its first to its last token, without the blanks and comments behind it.
    pub(super) fn span(&self, pair: &Pair<'_>) -> Span {
        let start = pair.as_span().start();
        let mut last = pair.clone();
        // What is written without blanks inside ends where its last character is.
        let exact = |rule| {
            matches!(
                rule,
                Rule::text | Rule::hole | Rule::hole_step | Rule::hole_args
            )
        };
        while let Some(inner) = last.clone().into_inner().next_back() {
            if exact(last.as_rule()) {
                break;
            }
            last = inner;
        }
        self.at(start, last.as_span().end())
    }

    /// The span of offsets within the parsed stretch.
    pub(super) fn at(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
            at.saturating_add(self.base).min(end)
        };
        Span::new(self.file, offset(start), offset(end))
    }

    /// How long the whole text is.
    pub(super) fn text_len(&self) -> u32 {
        u32::try_from(self.text.len()).unwrap_or(u32::MAX)
    }

    /// The words that a span covers.
    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// A word with its place.
    pub(super) fn name(&self, pair: &Pair<'_>) -> Name {
        Spanned::new(Arc::from(pair.as_str()), self.span(pair))
    }

    /// One item, or a report why there is none.
    pub(super) fn item(&mut self, pair: &Pair<'t>) -> Option<Item> {
        let rule = pair.as_rule();
        let span = self.span(pair);
        let item = self.item_of(rule, pair);
        if item.is_none() {
            self.disagreement(rule, span);
        }
        item
    }

    fn item_of(&mut self, rule: Rule, pair: &Pair<'t>) -> Option<Item> {
        let read = pair.clone();
        macro_rules! items {
            ($($rule:ident => $variant:ident $function:ident;)*) => {
                match rule {
                    $(Rule::$rule => {
                        let body = self.$function(read)?;
                        Some(Item::$variant(self.wrap(pair, body)))
                    })*
                    _ => None,
                }
            };
        }
        items! {
            source => Source source;
            person => Person person;
            employment => Employment employment;
            param => Param param;
            table => Table table;
            let_item => Let let_item;
            fn_item => Fn fn_item;
            unique => Unique unique;
            timezone => Timezone timezone;
            lifecycle => Lifecycle lifecycle;
            stage => Stage stage;
            identity => Identity identity;
            profile => Profile profile;
            password => Password password;
            unit => Unit unit;
            groups => Groups groups;
            lists => Lists groups;
            group => GroupDeclaration group;
            privileged => PrivilegedGroup privileged;
            forbid => Forbid forbid;
            exclusive => Exclusive exclusive;
            invariant => Invariant invariant;
            exception => Exception exception;
            guard => Guard guard;
            approve => Approve approve;
            notify => Notify notify;
            r#await => Await await_item;
            writeback => Writeback writeback;
            retention => Retention retention;
            expect => Expect expect;
            test => Test test;
        }
    }

    fn wrap<T>(&mut self, pair: &Pair<'t>, body: T) -> FileItem<T> {
        let span = self.span(pair);
        let word = pair.clone().into_inner().next();
        FileItem {
            doc: self.doc(span.start),
            word: word.map_or(span, |word| self.span(&word)),
            span,
            body,
        }
    }

    /// The `##` lines that stand right before an offset.
    fn doc(&mut self, start: u32) -> Arc<str> {
        let end = self
            .comments
            .partition_point(|comment| comment.span.end <= start);
        let mut lines = Vec::new();
        let mut next = start;
        for (index, comment) in self.comments.iter().enumerate().take(end).rev() {
            let between = Span::new(self.file, comment.span.end, next);
            let line = self.slice(comment.span).strip_prefix("##");
            let adjacent = self.slice(between).trim_matches([' ', '\t']) == "\n";
            match line {
                Some(line) if adjacent && comment.own_line && !line.starts_with('#') => {
                    lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end());
                    self.doc_comments.push(index);
                    next = comment.span.start;
                }
                _ => break,
            }
        }
        lines.reverse();
        lines.join("\n").into()
    }

    /// Takes a diagnostic, up to [`MAX_DIAGNOSTICS`] of them.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        } else if self.diagnostics.len() == MAX_DIAGNOSTICS {
            self.diagnostics.push(
                Diagnostic::new(
                    &codes::TOO_MANY_ERRORS,
                    diagnostic.primary.span,
                    format!(
                        "more than {MAX_DIAGNOSTICS} errors in one file; the rest is not looked at"
                    ),
                )
                .help("mend the first ones and check again; most of them may have one cause"),
            );
        }
    }

    /// Whether there are so many diagnostics already that no more are taken.
    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() > MAX_DIAGNOSTICS
    }

    /// Reports that the grammar let something through that is not read here.
    pub(super) fn disagreement(&mut self, rule: Rule, span: Span) {
        self.report(
            Diagnostic::new(
                &codes::INTERNAL_SYNTAX,
                span,
                format!("grammar and reading disagree at `{rule:?}`"),
            )
            .help(
                "this is a fault of tenure, not of the policy; please report it with these lines",
            ),
        );
    }

    /// The statements up to the closing brace; what is no statement is reported.
    fn block<T>(
        &mut self,
        cursor: &mut Cursor<'t>,
        statement: Rule,
        mut read: impl FnMut(&mut Self, Pair<'t>) -> Option<T>,
    ) -> Vec<T> {
        cursor.skip(Rule::LBRACE);
        let mut statements = Vec::new();
        while let Some(pair) = cursor.next() {
            let rule = pair.as_rule();
            if rule == statement {
                let span = self.span(&pair);
                match read(self, pair) {
                    Some(read) => statements.push(read),
                    None => self.disagreement(rule, span),
                }
            } else if rule == Rule::RBRACE {
                break;
            } else {
                self.no_statement(&pair, statement);
            }
        }
        statements
    }

    /// A separator, or a slice that is no statement.
    pub(super) fn no_statement(&mut self, pair: &Pair<'t>, statement: Rule) {
        match pair.as_rule() {
            Rule::SEMI => self.semicolon(pair),
            Rule::COMMA => self.comma(pair),
            Rule::bad_clause | Rule::bad_test_clause | Rule::bad_given_clause => {
                recover::statement(self, pair.as_str(), pair.as_span().start(), statement);
            }
            rule => self.disagreement(rule, self.span(pair)),
        }
    }

    /// A `;`: all of a file are one mistake.
    pub(super) fn semicolon(&mut self, pair: &Pair<'t>) {
        let edit = (self.span(pair), String::new());
        let known = self.semicolon.and_then(|at| self.diagnostics.get_mut(at));
        if let Some(fix) = known.and_then(|known| known.fix.as_mut()) {
            if fix.edits.len() < MAX_DIAGNOSTICS {
                fix.edits.push(edit);
                fix.title = format!("drop all {}", fix.edits.len());
            }
            return;
        }
        self.semicolon = Some(self.diagnostics.len());
        self.report(
            Diagnostic::new(&codes::SEMICOLON, edit.0, "statements end without a `;`")
                .label("not needed")
                .help("drop it; a statement ends where the next word begins another")
                .fix(Fix {
                    title: "drop it".to_owned(),
                    edits: vec![edit],
                }),
        );
    }

    /// A comma that joins nothing.
    pub(super) fn comma(&mut self, pair: &Pair<'t>) {
        let span = self.span(pair);
        self.report(
            Diagnostic::new(&codes::TRAILING_COMMA, span, "this comma joins nothing")
                .label("no element follows")
                .help("drop it; a comma only stands between the elements of a list")
                .fix(Fix {
                    title: "drop it".to_owned(),
                    edits: vec![(span, String::new())],
                }),
        );
    }
}
