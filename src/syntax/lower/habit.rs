//! Habits from other languages: understood, and answered with the way it is written here.

use super::chain::{Operator, Token};
use super::{Cursor, Lower};
use crate::diagnostic::{Code, Diagnostic, Fix, Span};
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Part, Template};
use crate::syntax::codes;
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::recover::last_token;

/// Words that stand for a missing value elsewhere.
const NULLS: [&str; 6] = ["null", "nil", "None", "NULL", "Null", "undefined"];

impl<'t> Lower<'t> {
    /// "`written` is not how this is written": one word for another.
    fn instead(&mut self, code: &'static Code, span: Span, right: &str) {
        let written = self.slice(span);
        self.report(
            Diagnostic::new(code, span, format!("here it is `{right}`, not `{written}`"))
                .label(format!("write `{right}`"))
                .fix(Fix::replace(span, right)),
        );
    }

    /// `=`, `&&`, `||`, `??`, … between two operands.
    pub(super) fn habit_operator(&mut self, pair: &Pair<'t>) -> Option<Operator> {
        let span = self.span(pair);
        match pair.as_rule() {
            Rule::not_in => {
                return Some(if pair.as_str().ends_with("in") {
                    Operator::NotIn
                } else {
                    Operator::NotMatches
                });
            }
            Rule::habit_is => return Some(self.habit_is(pair)),
            Rule::habit_operator => {}
            _ => return None,
        }
        let (code, right, operator) = match pair.as_str() {
            "&&" => (&codes::DOUBLE_AMPERSAND, "and", Operator::And),
            "||" => (&codes::DOUBLE_BAR, "or", Operator::Or),
            "??" => (&codes::DOUBLE_QUESTION, "else", Operator::Else),
            "<>" | "!==" => {
                let operator = Operator::Compare(CompareOp::NotEqual);
                (&codes::NOT_EQUAL_HABIT, "!=", operator)
            }
            "===" => {
                let operator = Operator::Compare(CompareOp::Equal);
                (&codes::TRIPLE_EQUALS, "==", operator)
            }
            "=~" => (&codes::TRIPLE_EQUALS, "matches", Operator::Matches),
            "=" => {
                let operator = Operator::Compare(CompareOp::Equal);
                (&codes::EQUALS_SIGN, "==", operator)
            }
            _ => return Some(Operator::Contains),
        };
        self.instead(code, span, right);
        Some(operator)
    }

    /// Whether a `=` belongs to the next line, because the value before it was forgotten:
    /// `mail =` and below it `title = x`.
    pub(super) fn value_missing(&mut self, tokens: &[Token], operator: &Pair<'t>) -> bool {
        let [Token::Operand(name)] = tokens else {
            return false;
        };
        let before = last_token(self, name.span.start);
        let gap = Span::new(self.file, before, name.span.start);
        let named = matches!(name.kind, ExprKind::Name(_));
        if operator.as_str() != "=" || !named || !self.slice(gap).contains('\n') {
            return false;
        }
        let place = Span::new(self.file, before, before);
        self.report(
            Diagnostic::new(
                &codes::SYNTAX,
                place,
                "expected an expression, but the next line begins another statement",
            )
            .label("missing value after this"),
        );
        true
    }

    /// `x is "y"`.
    fn habit_is(&mut self, pair: &Pair<'t>) -> Operator {
        let negated = pair.clone().into_inner().nth(1).is_some();
        let (right, op) = if negated {
            ("!=", CompareOp::NotEqual)
        } else {
            ("==", CompareOp::Equal)
        };
        let span = self.span(pair);
        self.report(
            Diagnostic::new(
                &codes::IS_VALUE,
                span,
                "`is` only asks `is present` or `is missing`",
            )
            .label(format!("write `{right}`"))
            .help(format!("values are compared with `{right}`"))
            .fix(Fix::replace(span, right)),
        );
        Operator::Compare(op)
    }

    /// `is present`, `is missing`, and what others write for them.
    pub(super) fn is_test(&mut self, pair: Pair<'t>) -> Option<Token> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_IS)?;
        let negated = cursor.skip(Rule::KW_NOT);
        let word = cursor.next()?;
        let plain = match word.as_rule() {
            Rule::KW_PRESENT => true,
            Rule::KW_MISSING => false,
            Rule::habit_missing => word.as_str() == "set",
            _ => return None,
        };
        let present = plain != negated;
        let right = if present { "is present" } else { "is missing" };
        if word.as_rule() == Rule::habit_missing {
            self.instead(&codes::NULL_HABIT, span, right);
        } else if negated {
            self.instead(&codes::IS_NOT, span, right);
        }
        Some(Token::Test { present, span })
    }

    /// `enter a, b`.
    pub(super) fn habit_comma(&mut self, span: Span) {
        self.report(
            Diagnostic::new(
                &codes::SYNTAX,
                span,
                "stages are joined by `or`, not by a comma",
            )
            .label("write `or`")
            .fix(Fix {
                title: "write `or`".to_owned(),
                edits: vec![(span, " or".to_owned())],
            }),
        );
    }

    /// `!x`.
    pub(super) fn habit_bang(&mut self, span: Span) -> Token {
        self.report(
            Diagnostic::new(&codes::BANG_NOT, span, "here it is `not`, not `!`")
                .label("write `not`")
                .fix(Fix {
                    title: "write `not`".to_owned(),
                    edits: vec![(span, "not ".to_owned())],
                }),
        );
        Token::Not(span)
    }

    /// `if C then A else B`.
    pub(super) fn habit_if(&mut self, span: Span) {
        let known = self.diagnostics.iter().any(|known| {
            known.code == &codes::IF_THEN_ELSE && known.secondary.is_empty() && {
                let between = Span::new(span.file, known.primary.span.end, span.start);
                self.slice(between).trim_end().ends_with("else")
            }
        });
        if known {
            return;
        }
        let condition = self.slice(span).trim_start_matches("if");
        let condition = condition.strip_suffix("then").unwrap_or(condition).trim();
        self.report(
            Diagnostic::new(&codes::IF_THEN_ELSE, span, "there is no `if … then … else`")
                .label("a decision is a `choose`")
                .help(format!(
                    "write `choose {{ when {condition} => … otherwise => … }}`"
                )),
        );
    }

    /// Takes an operand into the row; `null` is no operand.
    pub(super) fn push_operand(&mut self, tokens: &mut Vec<Token>, operand: Expr) {
        let is_null =
            matches!(&operand.kind, ExprKind::Name(name) if NULLS.contains(&name.as_ref()));
        if !is_null {
            tokens.push(Token::Operand(operand));
            return;
        }
        if let Some(Token::Operator(Operator::Compare(op), place)) = tokens.last()
            && matches!(op, CompareOp::Equal | CompareOp::NotEqual)
        {
            let present = *op == CompareOp::NotEqual;
            let span = place.to(operand.span);
            let right = if present { "is present" } else { "is missing" };
            let place = *place;
            // `<> null` is one mistake
            self.diagnostics.pop_if(|last| last.primary.span == place);
            self.instead(&codes::NULL_HABIT, span, right);
            tokens.pop();
            tokens.push(Token::Test { present, span });
            return;
        }
        let word = self.slice(operand.span);
        self.report(
            Diagnostic::new(
                &codes::NULL_HABIT,
                operand.span,
                format!("there is no value `{word}`"),
            )
            .label("a missing value cannot be written")
            .help("ask `x is missing`; a profile line without a value ends in `else keep` or `else clear`"),
        );
        let (kind, span) = (ExprKind::Error, operand.span);
        tokens.push(Token::Operand(Expr { kind, span }));
    }

    /// `=>`, or `->` and `then` for it.
    pub(super) fn arrow(&mut self, cursor: &mut Cursor<'t>) -> Option<()> {
        if cursor.skip(Rule::ARROW) {
            return Some(());
        }
        let habit = cursor.take(Rule::habit_arrow)?;
        let span = self.span(&habit);
        self.instead(&codes::ARROW_HABIT, span, "=>");
        Some(())
    }

    /// `else =>`, `if C =>` and `elif C =>`.
    pub(super) fn habit_row(&mut self, pair: Pair<'t>) -> Option<Result<Expr, Span>> {
        let mut cursor = Cursor::of(pair);
        if let Some(word) = cursor.take(Rule::habit_otherwise) {
            let span = self.span(&word);
            self.instead(&codes::ELSE_ROW, span, "otherwise");
            return Some(Err(span));
        }
        let word = cursor.take(Rule::habit_elif)?;
        self.habit_elif(&word);
        Some(Ok(self.next_expr(&mut cursor)?))
    }

    /// `if`, `elif` or `else if` at the beginning of a row.
    pub(super) fn habit_elif(&mut self, word: &Pair<'t>) {
        let span = self.span(word);
        self.instead(&codes::ELSE_IF_HABIT, span, "when");
    }

    /// `'text'` and “text”.
    pub(super) fn habit_quotes(&mut self, pair: &Pair<'t>) -> Expr {
        let span = self.span(pair);
        let written = pair.as_str();
        let mut inner = written.chars();
        inner.next();
        inner.next_back();
        let inner = inner.as_str();
        let right = format!("\"{}\"", inner.replace('"', "\\\""));
        let message = if written.starts_with('\'') {
            "a text stands in double quotes, not single ones"
        } else {
            "a text stands in straight double quotes, not typographic ones"
        };
        self.report(
            Diagnostic::new(&codes::SINGLE_QUOTES, span, message)
                .label(format!("write `{right}`"))
                .fix(Fix::replace(span, right)),
        );
        let parts = vec![Part::Literal(inner.into(), span)];
        let kind = ExprKind::Text(Template { parts });
        Expr { kind, span }
    }
}
