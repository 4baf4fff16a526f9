//! Expressions: every form, with its type.

use super::compare::condition;
use super::{Lower, narrow};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::{Value, time};
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Clock, Expr, ExprKind, Name};

impl Lower<'_> {
    /// A condition.
    pub(crate) fn condition(&mut self, expr: &Expr) -> Node {
        // What an account will be is known when everything is decided, so nothing is decided by it.
        let told = std::mem::take(&mut self.told);
        let mut node = self.expr(expr);
        self.told = told;
        if matches!(node.ty, Type::Bool | Type::Error) {
            if node.marks.missing {
                // What is missing does not hold.
                node.marks.missing = false;
                node.marks.hollow_false = node.marks.hollow_false.or(Some(node.span));
            }
            return node;
        }
        let help = match node.ty {
            Type::Text | Type::OneOf(_) => {
                "compare it, as in `x == \"text\"`, or ask `x is present`"
            }
            _ => "compare it with something, or ask `x is present`",
        };
        self.wrong(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                node.span,
                format!("a condition is needed, and this is {}", node.ty),
            )
            .label(node.ty.to_string())
            .help(help),
        )
    }

    /// An expression of whatever type it has.
    pub(crate) fn expr(&mut self, expr: &Expr) -> Node {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, span),
            ExprKind::Call { name, args } => self.call(name, args, span),
            ExprKind::Account(name) if self.told.account => self.account_after(name, span),
            ExprKind::Account(_) => self.wrong(
                Diagnostic::new(&codes::ACCOUNT_NOT_HERE, span, "no account is known here")
                    .label("reads an account")
                    .help("`account.x` stands in `adopt`, `ignore when`, `protect account when`, `tied`, `notify` and `writeback` only"),
            ),
            ExprKind::Text(template) => self.template(template, span),
            ExprKind::Regex(_) => self.wrong(
                Diagnostic::new(&codes::BAD_PATTERN, span, "a regular expression stands behind `matches` only")
                    .label("a pattern is no value"),
            ),
            ExprKind::Int(number) => Node::constant(Value::Int(*number), Type::Int, span),
            ExprKind::Number(text) => match text.parse() {
                Ok(number) => Node::constant(Value::Number(number), Type::Number, span),
                Err(error) => self.wrong(Diagnostic::new(&codes::WRONG_TYPE, span, format!("`{text}` is {error}"))),
            },
            ExprKind::Bool(truth) => Node::constant(Value::Bool(*truth), Type::Bool, span),
            ExprKind::Date(date) => Node::constant(Value::Date(*date), Type::Date, span),
            ExprKind::Time(at) => Node::constant(Value::Time(*at), Type::Time, span),
            ExprKind::Duration(length) => {
                Node::constant(Value::Duration(time::duration(*length)), Type::Duration, span)
            }
            ExprKind::Clock(Clock::Never) => Node::constant(Value::Never, Type::Date, span),
            ExprKind::Clock(Clock::Now | Clock::Today) => self.wrong(
                Diagnostic::new(
                    &codes::CLOCK_OUTSIDE_COMPARISON,
                    span,
                    "`now` and `today` stand alone on one side of a comparison",
                )
                .label("not alone in a comparison")
                .help("move the rest to the other side: `today > end + 90 days`, not `today - 90 days > end`"),
            ),
            ExprKind::List(items) => self.list(items, span),
            ExprKind::Paren(inner) => {
                let mut node = self.expr(inner);
                node.span = span;
                node
            }
            ExprKind::Not(inner) => {
                let inner = self.condition(inner);
                let marks = inner.marks.negated();
                condition(Kind::Not(Box::new(inner)), marks, span)
            }
            ExprKind::And(parts) => self.chain(parts, span, narrow::if_true, Kind::And),
            ExprKind::Or(parts) => self.chain(parts, span, narrow::if_false, Kind::Or),
            ExprKind::Compare { op, left, right, .. } => self.compare(*op, left, right, span),
            ExprKind::In { item, list } => self.contained(item, list, span),
            ExprKind::Matches { text, pattern } => self.matches(text, pattern, span),
            ExprKind::IsPresent(inner) => self.presence(inner, span, Kind::Present),
            ExprKind::IsMissing(inner) => self.presence(inner, span, Kind::Missing),
            ExprKind::Else(first, second) => self.otherwise(first, second, span),
            ExprKind::At(date, at) => self.at(date, at, span),
            ExprKind::Add(base, by) => self.shift(base, by, false, span),
            ExprKind::Subtract(base, by) => self.shift(base, by, true, span),
            ExprKind::Field { base, name } => self.field(base, name, span),
            ExprKind::Method { base, name, args } => match self.function_named(&name.value) {
                Some(function) => {
                    let args: Vec<&Expr> = std::iter::once(&**base).chain(args).collect();
                    self.invoke(function, name, &args, span)
                }
                None => self.method(base, name, args, span),
            },
            ExprKind::Index { base, key } => self.index(base, key, span),
            ExprKind::Choose(rows) => self.choose(rows, span, None),
            ExprKind::Quantifier {
                quantifier,
                variable,
                list,
                condition,
            } => self.quantified(*quantifier, variable, list, condition, span),
            ExprKind::Error => Node::error(span),
        }
    }

    /// `account.x` where the account after the run is told of.
    fn account_after(&mut self, name: &Name, span: Span) -> Node {
        let Some(attribute) = self.account_attribute(name) else {
            return Node::error(span);
        };
        let marks = Marks {
            missing: true,
            assigned: true,
            ..Marks::default()
        };
        Node {
            kind: Kind::Account(attribute),
            ty: Type::Text,
            marks,
            span,
        }
    }

    fn list(&mut self, items: &[Expr], span: Span) -> Node {
        let nodes: Vec<Node> = items.iter().map(|item| self.expr(item)).collect();
        let mut ty = nodes.first().map_or(Type::Error, |node| node.ty.clone());
        if nodes.is_empty() {
            return self.wrong(
                Diagnostic::new(&codes::EMPTY_LIST, span, "a list is never empty")
                    .label("without an element")
                    .help("ask `x is missing`, or leave the condition out"),
            );
        }
        let mut marks = Marks::default();
        for node in &nodes {
            if let Some(unknown) = self.not_given_yet([node]) {
                return unknown;
            }
            marks = marks.and(node.marks);
            let Some(joined) = ty.join(&node.ty) else {
                return self.wrong(
                    Diagnostic::new(
                        &codes::WRONG_TYPE,
                        node.span,
                        format!("this list holds {ty}, and this is {}", node.ty),
                    )
                    .label(node.ty.to_string()),
                );
            };
            ty = joined;
        }
        // An element that is missing is left out; a list without any is missing itself.
        let marks = Marks {
            missing: nodes.iter().all(|node| node.marks.missing),
            gaps: marks.gaps || marks.missing,
            ..marks
        };
        Node {
            kind: Kind::List(nodes),
            ty: Type::List(Box::new(ty)),
            marks,
            span,
        }
    }
}
