//! Expressions: every form, with its type.

use super::{Allowed, Lower, narrow};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::codes;
use crate::policy::eval::{Value, time};
use crate::policy::ir::{Kind, Node};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Clock, CompareOp, Expr, ExprKind, Name, Rows};
use std::sync::Arc;

impl Lower<'_> {
    /// An expression that should be of that type; literals are read as it.
    pub(crate) fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Node {
        if *ty == Type::Unit {
            return self.unit_expr(expr);
        }
        let node = self.expr(expr);
        self.coerce(node, ty)
    }

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

    /// Reads a literal as what is needed, and reports what does not fit.
    pub(crate) fn coerce(&mut self, node: Node, ty: &Type) -> Node {
        match (&node.kind, &node.ty, ty) {
            (_, Type::Error, _) | (_, _, Type::Error) => node,
            (Kind::Const(Value::Text(text)), _, Type::Timezone) => {
                let text = text.clone();
                self.zone(&text, node.span)
            }
            (Kind::Const(Value::Text(text)), Type::Text, Type::OneOf(choices)) => {
                let text = text.clone();
                if self.member(&text, choices, node.span) {
                    node
                } else {
                    Node::error(node.span)
                }
            }
            (_, have, want) if have == want => node,
            (_, Type::OneOf(_), Type::Text) | (_, Type::Int, Type::Number) => node,
            (_, have, want) => self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    node.span,
                    format!("{want} is needed, and this is {have}"),
                )
                .label(have.to_string()),
            ),
        }
    }

    fn zone(&mut self, text: &Arc<str>, span: Span) -> Node {
        match crate::hr::time_zone(text) {
            Some(zone) => {
                let name = zone.iana_name().map_or_else(|| text.clone(), Into::into);
                Node::constant(Value::Timezone(name), Type::Timezone, span)
            }
            None => self.wrong(
                Diagnostic::new(
                    &codes::UNKNOWN_ZONE,
                    span,
                    format!("there is no time zone `{text}`"),
                )
                .label("unknown time zone")
                .help("write its IANA name, such as `Europe/Berlin`"),
            ),
        }
    }

    /// Whether a literal is one of the texts; reports with the nearest where it is not.
    fn member(&mut self, text: &str, choices: &[Arc<str>], span: Span) -> bool {
        if choices.iter().any(|choice| &**choice == text) {
            return true;
        }
        let names: Vec<&str> = choices.iter().map(AsRef::as_ref).collect();
        let near = did_you_mean(text, names.iter().copied());
        let mut diagnostic = Diagnostic::new(
            &codes::UNKNOWN_VALUE,
            span,
            format!("this value is never `{text}`"),
        )
        .label("not one of the values declared")
        .help(format!("it is one of {}", super::declare::quoted(&names)));
        if let Some(near) = near {
            diagnostic = diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(Fix::replace(span, format!("\"{near}\"")));
        }
        self.report(diagnostic);
        false
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
            ExprKind::Method { base, name, args } => self.method(base, name, args, span),
            ExprKind::Index { base, key } => self.index(base, key, span),
            ExprKind::Choose(rows) => self.choose(rows, span, None),
            ExprKind::Quantifier { .. } => self.wrong(
                Diagnostic::new(&codes::NOT_IN_FORCE, span, "`any`, `all` and `count` cannot be evaluated yet")
                    .label("not in this version")
                    .help("ask a list with `in`, as in `\"First aid\" in duties`"),
            ),
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
        Node {
            kind: Kind::List(nodes),
            ty: Type::List(Box::new(ty)),
            marks: marks.present(),
            span,
        }
    }

    /// `and` and `or`: each part knows what those before it say.
    fn chain(
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

    fn compare(&mut self, op: CompareOp, left: &Expr, right: &Expr, span: Span) -> Node {
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
        let culprit = [&left, &right]
            .into_iter()
            .find(|node| node.marks.missing)
            .map(|node| node.span);
        let mut marks = Marks {
            missing: false,
            free: false,
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
    fn literal_like(&mut self, node: Node, other: &Node) -> Node {
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

    fn contained(&mut self, item: &Expr, list: &Expr, span: Span) -> Node {
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
            .find(|node| node.marks.missing)
            .map(|node| node.span);
        let marks = item.marks.and(list.marks).either_way();
        let marks = Marks {
            missing: false,
            free: false,
            hollow_false: marks.hollow_false.or(culprit),
            ..marks
        };
        let (item, list) = (Box::new(item), Box::new(list));
        condition(Kind::In { item, list }, marks, span)
    }

    fn matches(&mut self, text: &Expr, pattern: &Expr, span: Span) -> Node {
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

    fn presence(&mut self, inner: &Expr, span: Span, kind: fn(Box<Node>) -> Kind) -> Node {
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
    fn not_given_yet<const N: usize>(&mut self, nodes: [&Node; N]) -> Option<Node> {
        let node = nodes.into_iter().find(|node| node.marks.assigned)?;
        let words = self.sources.slice(node.span).to_owned();
        Some(self.assigned_here(&words, node.span))
    }

    fn otherwise(&mut self, first: &Expr, second: &Expr, span: Span) -> Node {
        let first = self.expr(first);
        let second = if first.ty == Type::Unit {
            self.unit_expr(second)
        } else {
            let second = self.expr(second);
            self.literal_like(second, &first)
        };
        if first.ty == Type::Error || second.ty == Type::Error {
            return Node::error(span);
        }
        if !first.marks.missing {
            self.report(
                Diagnostic::new(
                    &codes::USELESS_ELSE,
                    second.span,
                    "this is never used: what stands before `else` is never missing",
                )
                .label("never used")
                .also(first.span, "always has a value")
                .help("remove the `else`"),
            );
        }
        let Some(ty) = first.ty.join(&second.ty) else {
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    second.span,
                    format!(
                        "both sides of `else` are of one type: {}, and this is {}",
                        first.ty, second.ty
                    ),
                )
                .label(second.ty.to_string())
                .also(first.span, first.ty.to_string()),
            );
        };
        let marks = Marks {
            missing: second.marks.missing,
            ..first.marks.and(second.marks)
        };
        Node {
            kind: Kind::Else(Box::new(first), Box::new(second)),
            ty,
            marks,
            span,
        }
    }

    fn at(&mut self, date: &Expr, at: &Expr, span: Span) -> Node {
        let date = self.expr_as(date, &Type::Date);
        let at = self.expr_as(at, &Type::Time);
        if date.ty == Type::Error || at.ty == Type::Error {
            return Node::error(span);
        }
        let marks = date.marks.and(at.marks);
        Node {
            kind: Kind::At(Box::new(date), Box::new(at)),
            ty: Type::Instant,
            marks,
            span,
        }
    }

    fn shift(&mut self, base: &Expr, by: &Expr, back: bool, span: Span) -> Node {
        let base = self.expr(base);
        if !matches!(base.ty, Type::Date | Type::Instant | Type::Error) {
            let _ = self.expr(by);
            let help = match base.ty {
                Type::Text | Type::OneOf(_) => "join texts in a template: \"{a} {b}\"",
                _ => "only dates and points in time can be shifted",
            };
            return self.wrong(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    base.span,
                    format!("a date is needed, and this is {}", base.ty),
                )
                .label(base.ty.to_string())
                .help(help),
            );
        }
        let by = self.expr_as(by, &Type::Duration);
        if base.ty == Type::Error || by.ty == Type::Error {
            return Node::error(span);
        }
        let marks = base.marks.and(by.marks);
        Node {
            ty: base.ty.clone(),
            kind: Kind::Shift {
                base: Box::new(base),
                by: Box::new(by),
                back,
            },
            marks,
            span,
        }
    }

    /// `choose { … }`; results are read as `ty` where one is needed.
    pub(crate) fn choose(&mut self, rows: &Rows, span: Span, ty: Option<&Type>) -> Node {
        let before = self.present.len();
        let mut joined: Option<Type> = ty.cloned();
        let mut marks = Marks::default();
        let mut nodes = Vec::new();
        let allowed = Allowed {
            clock: true,
            assigned: false,
            ..self.allowed
        };
        let no_clock = !self.allowed.clock;
        for row in &rows.rows {
            let allowed = Allowed {
                clock: !no_clock,
                ..allowed
            };
            let test = self.allowing(allowed, |lower| lower.condition(&row.condition));
            self.decided_order(&test, "`choose`");
            let facts = narrow::if_true(&test);
            let result = self.knowing(facts, |lower| match ty {
                Some(ty) => lower.expr_as(&row.result, ty),
                None => lower.expr(&row.result),
            });
            self.present.extend(narrow::if_false(&test));
            marks = marks.and(test.marks.present()).and(result.marks);
            joined = Some(self.join_results(joined, &result));
            nodes.push((test, result));
        }
        let otherwise = rows.otherwise.as_ref().map(|(_, result)| match ty {
            Some(ty) => self.expr_as(result, ty),
            None => self.expr(result),
        });
        self.present.truncate(before);
        let spans = rows.rows.iter().map(|row| row.span);
        let reached: Vec<(&Node, Span)> = nodes.iter().map(|(test, _)| test).zip(spans).collect();
        self.reached(&reached);
        if let Some(result) = &otherwise {
            marks = marks.and(result.marks);
            joined = Some(self.join_results(joined, result));
        } else {
            let conditions: Vec<&Node> = nodes.iter().map(|(test, _)| test).collect();
            if let Some(example) = self.uncovered(&conditions) {
                marks.missing |= example.certain;
                self.report(
                    Diagnostic::new(
                        &codes::NOT_EXHAUSTIVE,
                        span,
                        "this `choose` leaves somebody without a result",
                    )
                    .label(example.text)
                    .help("add a row, or `otherwise => …`"),
                );
            }
        }
        let ty = joined.unwrap_or(Type::Error);
        Node {
            kind: Kind::Choose {
                rows: nodes,
                otherwise: otherwise.map(Box::new),
            },
            // A condition may still hang on what is missing; any other value has been decided here.
            marks: if ty == Type::Bool {
                marks.either_way()
            } else {
                marks.decided()
            },
            ty,
            span,
        }
    }

    fn join_results(&mut self, so_far: Option<Type>, result: &Node) -> Type {
        let Some(so_far) = so_far else {
            return result.ty.clone();
        };
        if let Some(joined) = so_far.join(&result.ty) {
            return joined;
        }
        self.report(
            Diagnostic::new(
                &codes::WRONG_TYPE,
                result.span,
                format!("the results before are {so_far}, and this is {}", result.ty),
            )
            .label(result.ty.to_string()),
        );
        Type::Error
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
        return Some(diagnostic);
    }
    if ordered && !(left.ty.is_ordered() && right.ty.is_ordered()) {
        let message = format!("{} has no order", left.ty);
        return Some(
            Diagnostic::new(&codes::WRONG_TYPE, span, message)
                .label("only dates, times and numbers have one"),
        );
    }
    None
}
