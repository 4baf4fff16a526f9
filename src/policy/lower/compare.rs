//! Conditions: comparisons, `in`, `matches`, `is present`, and how they are joined.

use super::coerce::written_as;
use super::{Lower, narrow};
use crate::diagnostic::{Diagnostic, Span};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Clock, CompareOp, Expr, ExprKind};

impl Lower<'_> {
    /// `and` and `or`: each part knows what those before it say.
    pub(super) fn chain(
        &mut self,
        parts: &[Expr],
        span: Span,
        says: fn(&Node) -> Vec<narrow::Path>,
        kind: fn(Vec<Node>) -> Kind,
    ) -> Node {
        let before = self.present.len();
        let mut nodes = Vec::with_capacity(parts.len());
        let mut marks = Marks::default();
        for part in parts {
            let node = self.condition(part);
            self.present.extend(says(&node));
            marks = marks.and(node.marks);
            nodes.push(node);
        }
        self.present.truncate(before);
        condition(kind(nodes), marks.present(), span)
    }

    fn operand(&mut self, expr: &Expr) -> Node {
        let mut inner = expr;
        while let ExprKind::Paren(next) = &inner.kind {
            inner = next;
        }
        let (kind, ty) = match inner.kind {
            ExprKind::Clock(Clock::Now) => (Kind::Now, Type::Instant),
            ExprKind::Clock(Clock::Today) => (Kind::Today, Type::Date),
            _ => return self.expr(expr),
        };
        if !self.allowed.clock {
            return self.wrong(
                Diagnostic::new(
                    &codes::CLOCK_OUTSIDE_COMPARISON,
                    expr.span,
                    "the clock cannot be read here",
                )
                .label("reads the clock")
                .help("a time zone, and what it is computed from, is the same at every hour"),
            );
        }
        let marks = Marks {
            clock: true,
            ..Marks::default()
        };
        Node {
            kind,
            ty,
            marks,
            span: expr.span,
        }
    }

    pub(super) fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Node {
        let left = self.operand(left);
        let right = self.operand(right);
        if left.ty == Type::Error || right.ty == Type::Error {
            return Node::error(span);
        }
        let (left, right) = (self.literal_like(left, &right), right);
        let right = self.literal_like(right, &left);
        if left.ty == Type::Error || right.ty == Type::Error {
            return Node::error(span);
        }
        if let Some(diagnostic) = mismatch(op, &left, &right, span) {
            return self.wrong(diagnostic);
        }
        if let Some(unknown) = self.not_given_yet([&left, &right]) {
            return unknown;
        }
        let marks = left.marks.and(right.marks).either_way();
        let which = |is: fn(&Marks) -> bool| {
            let side = [&left, &right].into_iter().find(|node| is(&node.marks));
            side.map(|node| node.span)
        };
        let gap = which(|marks| marks.gaps);
        let culprit = which(|marks| marks.missing);
        let mut marks = Marks {
            missing: false,
            free: false,
            gaps: false,
            hollow_true: marks.hollow_true.or(gap),
            hollow_false: marks.hollow_false.or(gap),
            ..marks
        };
        match op {
            CompareOp::Equal => marks.hollow_false = marks.hollow_false.or(culprit),
            CompareOp::NotEqual => marks.hollow_true = marks.hollow_true.or(culprit),
            CompareOp::Less
            | CompareOp::LessOrEqual
            | CompareOp::Greater
            | CompareOp::GreaterOrEqual => {
                marks.hollow_false = marks.hollow_false.or(culprit);
                marks.hollow_order = marks.hollow_order.or(culprit);
            }
        }
        let (left, right) = (Box::new(left), Box::new(right));
        condition(Kind::Compare { op, left, right }, marks, span)
    }

    /// Reads a literal as the type of the other side.
    pub(super) fn literal_like(&mut self, node: Node, other: &Node) -> Node {
        match (&node.kind, &other.ty) {
            (Kind::Const(Value::Text(_)), Type::Timezone | Type::OneOf(_)) => {
                let span = node.span;
                let ty = other.ty.clone();
                let node = self.coerce(node, &ty);
                Node { span, ..node }
            }
            _ => node,
        }
    }

    pub(super) fn contained(&mut self, item: &Expr, list: &Expr, span: Span) -> Node {
        let item = self.expr(item);
        let list = self.expr(list);
        if item.ty == Type::Error || list.ty == Type::Error {
            return Node::error(span);
        }
        let Type::List(element) = &list.ty else {
            return self.wrong(
                Diagnostic::new(&codes::WRONG_TYPE, list.span, format!("`in` needs a list, and this is {}", list.ty))
                    .label(list.ty.to_string())
                    .help("write `[\"a\", \"b\"]`; for one value write `==`, for a part of a text `matches \"*part*\"`"),
            );
        };
        if !item.ty.comparable(element) {
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    span,
                    format!("{} is never in a list of {element}", item.ty),
                )
                .label("never true"),
            );
        }
        let mut known = true;
        if let (Type::OneOf(choices), Kind::List(nodes)) = (&item.ty, &list.kind) {
            for node in nodes {
                if let Kind::Const(Value::Text(text)) = &node.kind {
                    known &= self.member(text, choices, node.span);
                }
            }
        }
        if let (Type::OneOf(choices), Kind::Const(Value::Text(text))) = (&**element, &item.kind) {
            known &= self.member(text, choices, item.span);
        }
        if !known {
            return Node::error(span);
        }
        if let Some(unknown) = self.not_given_yet([&item, &list]) {
            return unknown;
        }
        let culprit = [&item, &list]
            .into_iter()
            .find(|node| node.marks.missing || node.marks.gaps)
            .map(|node| node.span);
        let marks = item.marks.and(list.marks).either_way();
        let marks = Marks {
            missing: false,
            free: false,
            gaps: false,
            hollow_false: marks.hollow_false.or(culprit),
            ..marks
        };
        let (item, list) = (Box::new(item), Box::new(list));
        condition(Kind::In { item, list }, marks, span)
    }

    pub(super) fn matches(&mut self, text: &Expr, pattern: &Expr, span: Span) -> Node {
        let text = self.expr(text);
        let Some(regex) = self.pattern(pattern) else {
            return Node::error(span);
        };
        if text.ty == Type::Error {
            return text;
        }
        if !text.ty.is_textual() {
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    text.span,
                    format!("`matches` needs a text, and this is {}", text.ty),
                )
                .label(text.ty.to_string()),
            );
        }
        if let Some(unknown) = self.not_given_yet([&text]) {
            return unknown;
        }
        let culprit = text.marks.missing.then_some(text.span);
        let marks = Marks {
            missing: false,
            free: false,
            hollow_false: text.marks.hollow_false.or(culprit),
            ..text.marks
        };
        let kind = Kind::Matches {
            text: Box::new(text),
            pattern: regex,
        };
        condition(kind, marks, span)
    }

    pub(super) fn presence(
        &mut self,
        inner: &Expr,
        span: Span,
        kind: fn(Box<Node>) -> Kind,
    ) -> Node {
        let inner = self.expr(inner);
        if inner.ty == Type::Error {
            return inner;
        }
        if let Some(unknown) = self.not_given_yet([&inner]) {
            return unknown;
        }
        let marks = Marks {
            sensitive: inner.marks.sensitive,
            clock: inner.marks.clock,
            ..Marks::default()
        };
        condition(kind(Box::new(inner)), marks, span)
    }

    /// Reports a name of `unique` that is asked about before it is given.
    pub(super) fn not_given_yet<const N: usize>(&mut self, nodes: [&Node; N]) -> Option<Node> {
        let node = nodes.into_iter().find(|node| node.marks.assigned)?;
        let words = self.sources.slice(node.span).to_owned();
        Some(self.assigned_here(&words, node.span))
    }
}

/// A condition.
pub(crate) fn condition(kind: Kind, marks: Marks, span: Span) -> Node {
    Node {
        kind,
        ty: Type::Bool,
        marks,
        span,
    }
}

/// Why two sides cannot be compared like this.
fn mismatch(op: CompareOp, left: &Node, right: &Node, span: Span) -> Option<Diagnostic> {
    let is = |node: &Node, kind: fn(&Kind) -> bool| kind(&node.kind);
    let today = |kind: &Kind| matches!(kind, Kind::Today);
    let now = |kind: &Kind| matches!(kind, Kind::Now);
    let both = |a: fn(&Kind) -> bool, ty: Type| {
        (is(left, a) && right.ty == ty) || (is(right, a) && left.ty == ty)
    };
    let ordered = !matches!(op, CompareOp::Equal | CompareOp::NotEqual);
    let diagnostic = Diagnostic::new(
        &codes::WRONG_TYPE,
        span,
        format!("{} and {} cannot be compared", left.ty, right.ty),
    )
    .label("cannot be compared");
    if both(now, Type::Date) {
        return Some(
            diagnostic.help(
                "compare `today` with a date, or say at what time: `now >= last_day at 18:00`",
            ),
        );
    }
    if both(today, Type::Instant) {
        return Some(diagnostic.help("compare `now` with a point in time"));
    }
    if !left.ty.comparable(&right.ty) {
        let diagnostic = diagnostic.help("a comparison needs two values of one kind");
        let diagnostic = written_as(right, &left.ty, diagnostic);
        return Some(written_as(left, &right.ty, diagnostic));
    }
    if ordered && !(left.ty.is_ordered() && right.ty.is_ordered()) {
        let message = format!("{} has no order", left.ty);
        return Some(
            Diagnostic::new(&codes::WRONG_TYPE, span, message)
                .label("only dates, times and numbers have one")
                .help("a text is asked with `==`, `in`, `matches` or a function such as `.starts_with(…)`; what is a number or a date in it is read with `.number()` or `.date(…)`"),
        );
    }
    None
}
