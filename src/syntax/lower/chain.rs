//! Precedence: a flat row of operands and operators becomes a tree.
//!
//! Loose to tight: `or` and `and` (never mixed without parentheses), `not`, comparisons (no chains),
//! `else`, `at`, `+` and `-`. Chains of `and` and of `or` stay flat, so that ten thousand conditions are
//! not ten thousand levels deep. The rest is bounded by [`Lower::expr`] before it comes here.

use super::Lower;
use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::syntax::ast::{CompareOp, Expr, ExprKind, Part};
use crate::syntax::codes;
use std::iter::Peekable;
use std::vec::IntoIter;

/// One element of the row.
#[derive(Debug)]
pub(super) enum Token {
    /// `not`.
    Not(Span),
    /// Anything that is a value by itself.
    Operand(Expr),
    /// Something between two operands.
    Operator(Operator, Span),
    /// `is present` or `is missing`.
    Test { present: bool, span: Span },
}

/// What may stand between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Compare(CompareOp),
    In,
    Matches,
    NotIn,
    NotMatches,
    Contains,
    Else,
    At,
    Plus,
    Minus,
}

impl Operator {
    fn is_comparison(self) -> bool {
        use Operator::{Compare, Contains, In, Matches, NotIn, NotMatches};
        matches!(
            self,
            Compare(_) | In | Matches | NotIn | NotMatches | Contains
        )
    }
}

/// The tree of a row; `None` where the row is no alternation of operands and operators.
pub(super) fn tree(lower: &mut Lower<'_>, tokens: Vec<Token>) -> Option<Expr> {
    let mut chain = Chain {
        lower,
        tokens: tokens.into_iter().peekable(),
    };
    let expr = chain.logic()?;
    chain.tokens.next().is_none().then_some(expr)
}

struct Chain<'l, 't> {
    lower: &'l mut Lower<'t>,
    tokens: Peekable<IntoIter<Token>>,
}

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

impl Chain<'_, '_> {
    /// The next token, if it is one of these operators.
    fn operator(&mut self, accept: impl Fn(Operator) -> bool) -> Option<(Operator, Span)> {
        match self.tokens.peek() {
            Some(Token::Operator(operator, span)) if accept(*operator) => {
                let found = (*operator, *span);
                self.tokens.next();
                Some(found)
            }
            _ => None,
        }
    }

    /// `or` and `and`: alternatives, each a row of conditions.
    fn logic(&mut self) -> Option<Expr> {
        let mut alternatives = vec![vec![self.negation()?]];
        let mut places = [None, None];
        while let Some((operator, span)) =
            self.operator(|operator| matches!(operator, Operator::And | Operator::Or))
        {
            let right = self.negation()?;
            let [and, or] = &mut places;
            if operator == Operator::And {
                and.get_or_insert(span);
                alternatives.last_mut()?.push(right);
            } else {
                or.get_or_insert(span);
                alternatives.push(vec![right]);
            }
        }
        if let [Some(and), Some(or)] = places {
            self.mixed(and, or, &alternatives);
        }
        let alternatives = alternatives
            .into_iter()
            .map(|conditions| flat(conditions, ExprKind::And))
            .collect::<Option<Vec<Expr>>>()?;
        flat(alternatives, ExprKind::Or)
    }

    fn mixed(&mut self, and: Span, or: Span, alternatives: &[Vec<Expr>]) {
        let (second, first) = if and.start > or.start {
            (and, or)
        } else {
            (or, and)
        };
        let mut edits = Vec::new();
        for conditions in alternatives {
            if let ([first, .., last], file) = (conditions.as_slice(), and.file) {
                let at = |offset| Span::new(file, offset, offset);
                edits.push((at(first.span.start), "(".to_owned()));
                edits.push((at(last.span.end), ")".to_owned()));
            }
        }
        self.lower.report(
            Diagnostic::new(
                &codes::MIXED_AND_OR,
                second,
                "`and` and `or` stand side by side without parentheses",
            )
            .label("which of the two binds first?")
            .also(first, "the other one")
            .help("put parentheses round the conditions that belong together")
            .fix(Fix {
                title: "put parentheses round the conditions joined by `and`".to_owned(),
                edits,
            }),
        );
    }

    /// Any number of `not` before a comparison.
    fn negation(&mut self) -> Option<Expr> {
        let mut nots = Vec::new();
        while let Some(Token::Not(span)) = self.tokens.peek() {
            nots.push(*span);
            self.tokens.next();
        }
        let mut inner = self.comparison()?;
        for not in nots.into_iter().rev() {
            let span = not.to(inner.span);
            inner = expr(ExprKind::Not(Box::new(inner)), span);
        }
        Some(inner)
    }

    /// At most one comparison; a second one is reported.
    fn comparison(&mut self) -> Option<Expr> {
        let mut left = self.fallback()?;
        let mut first: Option<Span> = None;
        let mut reported = false;
        loop {
            let place = match self.tokens.peek() {
                Some(Token::Test { span, .. }) => *span,
                Some(Token::Operator(operator, span)) if operator.is_comparison() => *span,
                _ => return Some(left),
            };
            if let Some(first) = first
                && !reported
            {
                self.chained(first, place);
                reported = true;
            }
            first.get_or_insert(place);
            left = self.compare(left)?;
        }
    }

    fn compare(&mut self, left: Expr) -> Option<Expr> {
        match self.tokens.next()? {
            Token::Test { present, span } => {
                let span = left.span.to(span);
                let left = Box::new(left);
                Some(expr(
                    if present {
                        ExprKind::IsPresent(left)
                    } else {
                        ExprKind::IsMissing(left)
                    },
                    span,
                ))
            }
            Token::Operator(operator, place) => {
                let right = self.fallback()?;
                self.compared(left, operator, place, right)
            }
            Token::Not(_) | Token::Operand(_) => None,
        }
    }

    fn compared(
        &mut self,
        left: Expr,
        operator: Operator,
        op_span: Span,
        right: Expr,
    ) -> Option<Expr> {
        let span = left.span.to(right.span);
        let not = |kind| ExprKind::Not(Box::new(expr(kind, span)));
        if matches!(operator, Operator::NotIn | Operator::NotMatches) {
            self.not_in(operator, op_span, left.span);
        }
        if operator == Operator::Contains {
            self.contains(op_span, &left, &right);
            return Some(expr(ExprKind::Error, span));
        }
        let (left, right) = (Box::new(left), Box::new(right));
        let is_in = |item, list| ExprKind::In { item, list };
        let matches = |text, pattern| ExprKind::Matches { text, pattern };
        let kind = match operator {
            Operator::Compare(op) => ExprKind::Compare {
                op,
                op_span,
                left,
                right,
            },
            Operator::In => is_in(left, right),
            Operator::NotIn => not(is_in(left, right)),
            Operator::Matches => matches(left, right),
            Operator::NotMatches => not(matches(left, right)),
            Operator::And
            | Operator::Or
            | Operator::Contains
            | Operator::Else
            | Operator::At
            | Operator::Plus
            | Operator::Minus => return None,
        };
        Some(expr(kind, span))
    }

    fn chained(&mut self, first: Span, second: Span) {
        self.lower.report(
            Diagnostic::new(
                &codes::CHAINED_COMPARISON,
                second,
                "two comparisons stand side by side",
            )
            .label("the second one")
            .also(first, "the first one")
            .help("join two comparisons with `and`, or put one into parentheses"),
        );
    }

    fn not_in(&mut self, operator: Operator, place: Span, left: Span) {
        let word = if operator == Operator::NotIn {
            "in"
        } else {
            "matches"
        };
        let start = Span::new(left.file, left.start, left.start);
        self.lower.report(
            Diagnostic::new(
                &codes::NOT_IN,
                place,
                format!("`not` stands before the comparison, not before `{word}`"),
            )
            .label("`not` does not belong here")
            .help(format!("write `not x {word} y`"))
            .fix(Fix {
                title: format!("move `not` before the comparison with `{word}`"),
                edits: vec![(start, "not ".to_owned()), (place, word.to_owned())],
            }),
        );
    }

    fn contains(&mut self, place: Span, left: &Expr, right: &Expr) {
        let literal = match &right.kind {
            ExprKind::Text(template) => match template.parts.as_slice() {
                [Part::Literal(..)] => self.lower.slice(right.span).trim_matches('"'),
                _ => "",
            },
            _ => "",
        };
        let diagnostic = Diagnostic::new(
            &codes::CONTAINS_HABIT,
            place,
            "`contains` is no operator of this language",
        )
        .label("not an operator");
        self.lower.report(if literal.is_empty() {
            let list = self.lower.slice(left.span);
            let item = self.lower.slice(right.span);
            diagnostic.help(format!("write `{item} in {list}`"))
        } else {
            // Which of the two is meant hangs on the type, which nobody knows yet.
            let list = self.lower.slice(left.span);
            diagnostic.help(format!(
                "write `matches \"*{literal}*\"` for a part of a text, `\"{literal}\" in {list}` for an element of a list"
            ))
        });
    }

    /// `else`.
    fn fallback(&mut self) -> Option<Expr> {
        let mut left = self.at()?;
        while self
            .operator(|operator| operator == Operator::Else)
            .is_some()
        {
            let right = self.at()?;
            let span = left.span.to(right.span);
            left = expr(ExprKind::Else(Box::new(left), Box::new(right)), span);
        }
        Some(left)
    }

    /// `at`.
    fn at(&mut self) -> Option<Expr> {
        let mut left = self.sum()?;
        while self.operator(|operator| operator == Operator::At).is_some() {
            let right = self.sum()?;
            let span = left.span.to(right.span);
            left = expr(ExprKind::At(Box::new(left), Box::new(right)), span);
        }
        Some(left)
    }

    /// `+` and `-`.
    fn sum(&mut self) -> Option<Expr> {
        let mut left = self.operand()?;
        let signs = |operator| matches!(operator, Operator::Plus | Operator::Minus);
        while let Some((operator, _)) = self.operator(signs) {
            let right = self.operand()?;
            let span = left.span.to(right.span);
            let (a, b) = (Box::new(left), Box::new(right));
            let kind = if operator == Operator::Plus {
                ExprKind::Add(a, b)
            } else {
                ExprKind::Subtract(a, b)
            };
            left = expr(kind, span);
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<Expr> {
        loop {
            match self.tokens.next()? {
                Token::Operand(operand) => return Some(operand),
                Token::Not(span) => self.lower.report(
                    Diagnostic::new(
                        &codes::MISPLACED_NOT,
                        span,
                        "`not` stands where a value is expected",
                    )
                    .label("negates a condition, not a value")
                    .help(
                        "put `not` before the whole comparison, or the condition into parentheses",
                    ),
                ),
                Token::Operator(..) | Token::Test { .. } => return None,
            }
        }
    }
}

/// One alone, or all of them in one flat node.
fn flat(mut parts: Vec<Expr>, node: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
    let last = parts.last()?.span;
    let span = parts.first()?.span.to(last);
    if parts.len() == 1 {
        return parts.pop();
    }
    Some(expr(node(parts), span))
}
