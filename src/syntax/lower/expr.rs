//! Expressions: operands here, their precedence in `chain`.

use super::chain::{self, Operator, Token};
use super::{Cursor, Lower};
use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{Clock, CompareOp, Expr, ExprKind, Quantifier, Row, Rows};
use crate::syntax::grammar::{Pair, Rule};
use crate::syntax::{MAX_DEPTH, codes};

fn error(span: Span) -> Expr {
    let kind = ExprKind::Error;
    Expr { kind, span }
}

impl<'t> Lower<'t> {
    /// The next expression.
    pub(super) fn next_expr(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let pair = cursor.take(Rule::expr)?;
        self.expr(pair)
    }

    /// Expressions joined by commas.
    pub(super) fn expr_list(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Expr>> {
        let mut list = vec![self.next_expr(cursor)?];
        while cursor.peek() == Some(Rule::COMMA) {
            let comma = cursor.next()?;
            if let Some(pair) = cursor.take(Rule::expr) {
                list.push(self.expr(pair)?);
            } else {
                self.comma(&comma);
            }
        }
        Some(list)
    }

    /// An expression, if it is not nested too deep; its depth is counted before anything recurses.
    pub(super) fn expr(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let deep = depth(&pair);
        if !self.chain_fits(deep, self.span(&pair)) {
            return Some(error(self.span(&pair)));
        }
        self.depth += deep;
        let expr = self.row_of_operands(pair);
        self.depth -= deep;
        expr
    }

    /// Whether that many more levels are allowed here; reports it, once, if not.
    pub(super) fn chain_fits(&mut self, more: usize, span: Span) -> bool {
        if self.depth + more <= MAX_DEPTH {
            return true;
        }
        let known = self
            .diagnostics
            .iter()
            .any(|known| known.code == &codes::NESTED_TOO_DEEP);
        if !known {
            self.report(
                Diagnostic::new(
                    &codes::NESTED_TOO_DEEP,
                    span,
                    format!("this expression is more than {MAX_DEPTH} levels deep"),
                )
                .label("too deep")
                .help("give parts of it a name with `let`"),
            );
        }
        false
    }

    fn row_of_operands(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let mut tokens = Vec::new();
        let mut foreign = false;
        while let Some(next) = cursor.next() {
            let at = self.span(&next);
            match next.as_rule() {
                Rule::KW_NOT => tokens.push(Token::Not(at)),
                Rule::habit_bang => tokens.push(self.habit_bang(at)),
                Rule::habit_if => {
                    self.habit_if(at);
                    foreign = true;
                }
                Rule::is_test => tokens.push(self.is_test(next)?),
                rule => {
                    if let Some(operator) = operator(rule) {
                        tokens.push(Token::Operator(operator, at));
                    } else if rule == Rule::habit_operator && self.value_missing(&tokens, &next) {
                        foreign = true;
                        tokens.push(Token::Operator(Operator::Plus, at));
                    } else if let Some(operator) = self.habit_operator(&next) {
                        tokens.push(Token::Operator(operator, at));
                    } else {
                        let operand = self.operand(next, &mut cursor)?;
                        self.push_operand(&mut tokens, operand);
                    }
                }
            }
        }
        let tree = chain::tree(self, tokens)?;
        Some(if foreign { error(span) } else { tree })
    }

    /// A primary with the fields, methods and keys behind it.
    fn operand(&mut self, pair: Pair<'t>, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut operand = self.primary(pair)?;
        while let Some(Rule::dot | Rule::index) = cursor.peek() {
            let step = cursor.next()?;
            operand = self.step(operand, step)?;
        }
        Some(operand)
    }

    fn step(&mut self, base: Expr, step: Pair<'t>) -> Option<Expr> {
        let span = base.span.to(self.span(&step));
        let base = Box::new(base);
        let indexed = step.as_rule() == Rule::index;
        let mut cursor = Cursor::of(step);
        if indexed {
            cursor.take(Rule::LBRACKET)?;
            let key = Box::new(self.next_expr(&mut cursor)?);
            cursor.take(Rule::RBRACKET)?;
            let kind = ExprKind::Index { base, key };
            return Some(Expr { kind, span });
        }
        cursor.take(Rule::DOT)?;
        let name = self.name(&cursor.take(Rule::field_name)?);
        let kind = match self.args(&mut cursor)? {
            Some(args) => ExprKind::Method { base, name, args },
            None => ExprKind::Field { base, name },
        };
        Some(Expr { kind, span })
    }

    /// Arguments in parentheses, if there are any.
    #[expect(
        clippy::option_option,
        reason = "no parentheses is an answer, disagreement another"
    )]
    fn args(&mut self, cursor: &mut Cursor<'t>) -> Option<Option<Vec<Expr>>> {
        let Some(args) = cursor.take(Rule::args) else {
            return Some(None);
        };
        let mut inner = Cursor::of(args);
        inner.take(Rule::LPAREN)?;
        let args = if inner.peek() == Some(Rule::RPAREN) {
            Vec::new()
        } else {
            self.elements(&mut inner)?
        };
        inner.take(Rule::RPAREN)?;
        Some(Some(args))
    }

    /// The elements between brackets; a lone comma is reported.
    fn elements(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Expr>> {
        if let Some(comma) = cursor.take(Rule::COMMA) {
            self.comma(&comma);
            return Some(Vec::new());
        }
        self.expr_list(cursor)
    }

    fn primary(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::text => return Some(self.text(pair)),
            Rule::habit_quotes => return Some(self.habit_quotes(&pair)),
            Rule::call_or_name => return self.call_or_name(pair),
            Rule::clock => ExprKind::Clock(match pair.as_str() {
                "now" => Clock::Now,
                "today" => Clock::Today,
                _ => Clock::Never,
            }),
            Rule::paren => ExprKind::Paren(Box::new(self.paren(pair)?)),
            Rule::list => ExprKind::List(self.list(pair)?),
            Rule::account => {
                let mut cursor = Cursor::of(pair);
                cursor.take(Rule::KW_ACCOUNT)?;
                cursor.take(Rule::DOT)?;
                ExprKind::Account(self.name(&cursor.take(Rule::account_attribute)?))
            }
            Rule::choose => ExprKind::Choose(Box::new(self.choose(pair)?)),
            Rule::quantifier => return self.quantifier(pair),
            _ => return self.literal_expr(pair),
        };
        Some(Expr { kind, span })
    }

    /// A bare name.
    pub(super) fn name_expr(&mut self, pair: &Pair<'t>) -> Expr {
        let name = self.name(pair);
        Expr {
            kind: ExprKind::Name(name.value),
            span: name.span,
        }
    }

    fn call_or_name(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let name = cursor.take(Rule::name)?;
        Some(match self.args(&mut cursor)? {
            Some(args) => {
                let name = self.name(&name);
                let kind = ExprKind::Call { name, args };
                Expr { kind, span }
            }
            None => self.name_expr(&name),
        })
    }

    fn paren(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::LPAREN)?;
        let inner = self.next_expr(&mut cursor)?;
        cursor.take(Rule::RPAREN)?;
        Some(inner)
    }

    fn list(&mut self, pair: Pair<'t>) -> Option<Vec<Expr>> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::LBRACKET)?;
        if cursor.skip(Rule::RBRACKET) {
            return Some(Vec::new());
        }
        let list = self.elements(&mut cursor)?;
        cursor.take(Rule::RBRACKET)?;
        Some(list)
    }

    fn choose(&mut self, pair: Pair<'t>) -> Option<Rows> {
        let mut cursor = Cursor::of(pair);
        cursor.take(Rule::KW_CHOOSE)?;
        Some(self.rows(&mut cursor))
    }

    /// Rows between braces: `when C => R`, and `otherwise => R` as the last.
    pub(super) fn rows(&mut self, cursor: &mut Cursor<'t>) -> Rows {
        let read = self.block(cursor, Rule::row, Self::row);
        let mut rows = Vec::new();
        let mut otherwise = None;
        for (condition, result, span) in read {
            match (condition, &otherwise) {
                (Ok(condition), None) => rows.push(Row {
                    condition,
                    result,
                    span,
                }),
                (Err(word), None) => otherwise = Some((word, result)),
                (_, Some((word, _))) => self.row_after_otherwise(span, *word),
            }
        }
        Rows { rows, otherwise }
    }

    fn row(&mut self, pair: Pair<'t>) -> Option<(Result<Expr, Span>, Expr, Span)> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let condition = self.row_condition(&mut cursor)?;
        self.arrow(&mut cursor)?;
        let result = self.next_expr(&mut cursor)?;
        Some((condition, result, span))
    }

    /// `when C`, or the place of `otherwise`.
    pub(super) fn row_condition(&mut self, cursor: &mut Cursor<'t>) -> Option<Result<Expr, Span>> {
        if cursor.skip(Rule::KW_WHEN) {
            return Some(Ok(self.next_expr(cursor)?));
        }
        if let Some(word) = cursor.take(Rule::KW_OTHERWISE) {
            return Some(Err(self.span(&word)));
        }
        let habit = cursor.take(Rule::habit_row)?;
        self.habit_row(habit)
    }

    /// A row that can never be reached.
    pub(super) fn row_after_otherwise(&mut self, row: Span, otherwise: Span) {
        self.report(
            Diagnostic::new(
                &codes::DUPLICATE_CLAUSE,
                row,
                "a row behind `otherwise` can never be reached",
            )
            .label("never reached")
            .also(otherwise, "`otherwise` takes everything that is left")
            .help("move `otherwise` to the end"),
        );
    }

    fn quantifier(&mut self, pair: Pair<'t>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut cursor = Cursor::of(pair);
        let quantifier = match cursor.take(Rule::quantifier_word)?.as_str() {
            "any" => Quantifier::Any,
            "all" => Quantifier::All,
            _ => Quantifier::Count,
        };
        let variable = self.name(&cursor.take(Rule::name)?);
        cursor.take(Rule::KW_IN)?;
        let list = cursor.take(Rule::call_or_name)?;
        let list = Box::new(self.operand(list, &mut cursor)?);
        cursor.take(Rule::KW_WHERE)?;
        let condition = Box::new(self.paren(cursor.take(Rule::paren)?)?);
        let kind = ExprKind::Quantifier {
            quantifier,
            variable,
            list,
            condition,
        };
        Some(Expr { kind, span })
    }
}

/// The operator that a rule stands for.
fn operator(rule: Rule) -> Option<Operator> {
    Some(match rule {
        Rule::KW_AND => Operator::And,
        Rule::KW_OR => Operator::Or,
        Rule::EQ => Operator::Compare(CompareOp::Equal),
        Rule::NE => Operator::Compare(CompareOp::NotEqual),
        Rule::LT => Operator::Compare(CompareOp::Less),
        Rule::LE => Operator::Compare(CompareOp::LessOrEqual),
        Rule::GT => Operator::Compare(CompareOp::Greater),
        Rule::GE => Operator::Compare(CompareOp::GreaterOrEqual),
        Rule::KW_IN => Operator::In,
        Rule::KW_MATCHES => Operator::Matches,
        Rule::KW_ELSE => Operator::Else,
        Rule::KW_AT => Operator::At,
        Rule::PLUS => Operator::Plus,
        Rule::MINUS => Operator::Minus,
        _ => return None,
    })
}

/// How many levels this row adds to the tree at most: its longest stretch without `and` and `or`.
fn depth(pair: &Pair<'_>) -> usize {
    let (mut deepest, mut stretch) = (0, 0);
    for inner in pair.clone().into_inner() {
        if matches!(
            inner.as_rule(),
            Rule::KW_AND | Rule::KW_OR | Rule::habit_operator
        ) {
            stretch = 0;
        } else {
            stretch += 1;
            deepest = deepest.max(stretch);
        }
    }
    // `and`, `or` and the node itself
    deepest + 2
}
