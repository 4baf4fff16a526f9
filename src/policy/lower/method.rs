//! Calls of functions on a value: `x.take(2)`.

use super::{Lower, What};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::builtin::{self, Builtin, Check, Param, Presence, Unfit};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{Expr, ExprKind, Name};

impl Lower<'_> {
    /// `a.f(x)`.
    pub(crate) fn method(&mut self, base: &Expr, name: &Name, args: &[Expr], span: Span) -> Node {
        let base = self.expr(base);
        if base.ty == Type::Error {
            self.look_into(args);
            return Node::error(span);
        }
        let Some(function) = builtin::find(&name.value, &base.ty) else {
            self.look_into(args);
            return self.no_such_method(&base, name, args, span);
        };
        if base.marks.assigned {
            self.look_into(args);
            return self.not_on_assigned(function, &base);
        }
        if let Some(wrong) = self.wrong_count(function, args, span) {
            self.look_into(args);
            return wrong;
        }
        let mut nodes = vec![as_receiver(function, base)];
        for (arg, param) in args.iter().zip(function.params) {
            nodes.push(self.argument(function, arg, param));
        }
        if nodes.iter().any(|node| node.ty == Type::Error)
            || !self.arguments_are_right(function, args, &nodes)
        {
            return Node::error(span);
        }
        if let Some(node) = nodes.iter().find(|node| node.marks.assigned) {
            let words = self.sources.slice(node.span).to_owned();
            return self.assigned_here(&words, node.span);
        }
        let marks = nodes
            .iter()
            .map(|node| node.marks)
            .fold(Marks::default(), Marks::and);
        // What is computed from a list that lacks an element hangs on what is missing: `[a, b].length()`.
        let gap = nodes.iter().find(|node| node.marks.gaps);
        let gap = gap.map(|node| node.span);
        let types: Vec<&Type> = nodes.iter().map(|node| &node.ty).collect();
        Node {
            marks: Marks {
                missing: marks.missing || !is_sure(function, &nodes),
                gaps: false,
                hollow_true: marks.hollow_true.or(gap),
                hollow_false: marks.hollow_false.or(gap),
                ..marks
            },
            ty: function.result_type(&types),
            kind: Kind::Call {
                function,
                args: nodes,
            },
            span,
        }
    }

    /// Checks arguments of something that cannot be called, for what is wrong or used in them.
    pub(super) fn look_into(&mut self, args: &[Expr]) {
        for arg in args {
            match &arg.kind {
                ExprKind::Regex(_) => {}
                // Whoever names a table here has been told how rows are looked up.
                ExprKind::Name(name) if self.is_table(name) => {
                    self.used.insert(name.clone());
                }
                _ => {
                    let _ = self.expr(arg);
                }
            }
        }
    }

    fn is_table(&self, name: &str) -> bool {
        let declared = self.names.get(name);
        declared.is_some_and(|declared| matches!(declared.what, What::Table(_)))
    }

    fn no_such_method(&mut self, base: &Node, name: &Name, args: &[Expr], span: Span) -> Node {
        if let Some(node) = self.foreign_method(base, name, args, span) {
            return node;
        }
        if let Some(function) = builtin::named(&name.value).next() {
            return self.on_another_type(function, base);
        }
        let fitting = builtin::all()
            .filter(|function| function.fits(&base.ty))
            .map(|function| function.name);
        let near = did_you_mean(&name.value, fitting);
        let mut diagnostic = Diagnostic::new(
            &codes::UNKNOWN_FUNCTION,
            name.span,
            format!("there is no function `{}`", name.value),
        )
        .label(format!("unknown function, called on {}", base.ty))
        .help_did_you_mean(near);
        if near.is_none() {
            diagnostic =
                diagnostic.help("the functions are listed in the reference, docs/functions.md");
        }
        self.wrong(diagnostic)
    }

    fn on_another_type(&mut self, function: &Builtin, base: &Node) -> Node {
        let on: Vec<&str> = builtin::named(function.name)
            .map(|function| function.on.words())
            .collect();
        let message = format!(
            "`{}` is called on {}, and this is {}",
            function.name,
            on.join(" or "),
            base.ty
        );
        let mut diagnostic =
            Diagnostic::new(&codes::WRONG_TYPE, base.span, message).label(base.ty.to_string());
        if let Some(help) = bridge(&base.ty, function) {
            diagnostic = diagnostic.help(help);
        }
        self.wrong(diagnostic)
    }

    fn not_on_assigned(&mut self, function: &Builtin, base: &Node) -> Node {
        let message = format!(
            "`{}` cannot be called on a name that is not given yet",
            function.name
        );
        self.wrong(
            Diagnostic::new(&codes::ASSIGNED_NOT_HERE, base.span, message)
                .label("given by `unique`")
                .help("call it where the candidates are made, in the `try`"),
        )
    }

    fn wrong_count(&mut self, function: &Builtin, args: &[Expr], span: Span) -> Option<Node> {
        let (least, most) = (function.least(), function.params.len());
        if (least..=most).contains(&args.len()) {
            return None;
        }
        let values = |count: usize| format!("{count} value{}", if count == 1 { "" } else { "s" });
        let takes = match (least, most) {
            (_, 0) => "no value".to_owned(),
            (least, most) if least == most => values(least),
            (least, most) => format!("{least} to {}", values(most)),
        };
        let message = format!(
            "`{}` takes {takes}, and {} {} given",
            function.name,
            args.len(),
            if args.len() == 1 { "is" } else { "are" },
        );
        let label = format!("write `.{}`", function.shape());
        Some(
            self.wrong(
                Diagnostic::new(&codes::WRONG_ARGUMENTS, span, message)
                    .label(label)
                    .help(said(function.summary)),
            ),
        )
    }

    fn argument(&mut self, function: &Builtin, arg: &Expr, param: &Param) -> Node {
        let takes_regex = matches!(
            param.kind,
            builtin::Kind::Regex | builtin::Kind::TextOrRegex
        );
        match &arg.kind {
            ExprKind::Regex(source) if takes_regex => return self.search(source, arg.span),
            ExprKind::Text(template)
                if param.kind == builtin::Kind::Regex && template.literal().is_some() =>
            {
                let written = template.literal().unwrap_or_default();
                let right = format!("/{}/", written.replace('/', "\\/"));
                return self.wrong(
                    Diagnostic::new(
                        &codes::BAD_PATTERN,
                        arg.span,
                        format!(
                            "`{}` takes a regular expression, and this is a text",
                            function.name
                        ),
                    )
                    .label("a text")
                    .help("a regular expression stands between slashes")
                    .fix(Fix::replace(arg.span, right)),
                );
            }
            ExprKind::Text(template)
                if function.name == "replace"
                    && param.name == "with"
                    && template.literal() == Some("") =>
            {
                return self.wrong(
                    Diagnostic::new(
                        &codes::EMPTY_TEXT,
                        arg.span,
                        "a text is never empty, and so nothing is replaced by an empty one",
                    )
                    .label("empty")
                    .help("to take a part out write `.remove(part)`"),
                );
            }
            _ => {}
        }
        let node = self.expr_as(arg, &param.kind.ty(&Type::Error));
        if param.kind == builtin::Kind::Regex && node.ty != Type::Error {
            return self.wrong(
                Diagnostic::new(
                    &codes::BAD_PATTERN,
                    arg.span,
                    "a regular expression is written out: `/[0-9]+/`",
                )
                .label("not a literal pattern"),
            );
        }
        node
    }

    /// What types do not say: bounds, patterns, groups of a regular expression.
    fn arguments_are_right(&mut self, function: &Builtin, args: &[Expr], nodes: &[Node]) -> bool {
        let mut right = true;
        let given = nodes.iter().skip(1).zip(args).zip(function.params);
        for ((node, arg), param) in given {
            if let Err(wrong) = check(param, node, nodes.get(1)) {
                right = false;
                let message = format!(
                    "`{}` cannot use this `{}`: {}",
                    function.name, param.name, wrong.why
                );
                let mut diagnostic = Diagnostic::new(&codes::BAD_ARGUMENT, arg.span, message)
                    .label(format!("`{}`", param.name));
                diagnostic = match wrong.right {
                    Some(right) => diagnostic
                        .help(format!("write `\"{right}\"`"))
                        .fix(Fix::replace(arg.span, format!("\"{right}\""))),
                    None => diagnostic.help(said(function.summary)),
                };
                self.report(diagnostic);
            }
        }
        right
    }
}

/// A sentence as it stands behind `help:`, without capital and full stop.
fn said(summary: &str) -> String {
    let mut letters = summary.trim_end_matches('.').chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

/// What is wrong with an argument, if something is.
fn check(param: &Param, node: &Node, before: Option<&Node>) -> Result<(), Unfit> {
    let constant = match &node.kind {
        Kind::Const(value) => Some(value),
        _ => None,
    };
    let unfit = |why: String| Unfit { why, right: None };
    match (param.check, constant) {
        (Check::Bounds(least, most), Some(Value::Int(number)))
            if !(least..=most).contains(number) =>
        {
            let bounds = if most == i64::MAX {
                format!("at least {least}")
            } else {
                format!("from {least} to {most}")
            };
            Err(unfit(format!("a whole number {bounds} is needed")))
        }
        (Check::Literal(check) | Check::IfLiteral(check), Some(value)) => check(&value.to_string()),
        (Check::Literal(_), None) => Err("it has to be written out".into()),
        (Check::Replacement, Some(Value::Text(with))) => {
            let Some(Kind::Const(Value::Search(search))) = before.map(|node| &node.kind) else {
                return Ok(());
            };
            let groups = search.regex().captures_len().saturating_sub(1);
            match builtin::groups_named(with).find(|group| *group > groups) {
                Some(group) => Err(unfit(format!(
                    "`${group}` stands for a group, and the pattern has {groups}"
                ))),
                None => Ok(()),
            }
        }
        (Check::Any | Check::Bounds(..) | Check::IfLiteral(_) | Check::Replacement, _) => Ok(()),
    }
}

/// Whether a call gives something when all that it is given is there.
fn is_sure(function: &Builtin, nodes: &[Node]) -> bool {
    match function.presence {
        Presence::Always => true,
        Presence::Maybe => false,
        Presence::WithLiterals => nodes
            .iter()
            .skip(1)
            .zip(function.params)
            .all(|(node, param)| {
                !matches!(param.check, Check::Bounds(..)) || matches!(node.kind, Kind::Const(_))
            }),
    }
}

/// The value that a function is called on; a number is read as its digits where a text is wanted.
fn as_receiver(function: &Builtin, base: Node) -> Node {
    if !(function.is_on_text() && builtin::is_read_as_text(&base.ty)) {
        return base;
    }
    Node {
        ty: Type::Text,
        marks: base.marks,
        span: base.span,
        kind: Kind::Template(vec![Piece::Hole(base)]),
    }
}

/// How to come from a value of one type to one that the function is called on.
fn bridge(ty: &Type, function: &Builtin) -> Option<&'static str> {
    use builtin::Kind as On;
    Some(match (ty, function.on) {
        (Type::Text | Type::OneOf(_), On::Date) => {
            "read the text as a date first: `x.date(\"dd.MM.yyyy\")`"
        }
        (Type::Text | Type::OneOf(_), On::Number | On::Int) => {
            "read the text as a number first: `x.number()`, or `x.int()`"
        }
        (
            Type::Text | Type::OneOf(_),
            On::List | On::Texts | On::Dates | On::Ordered | On::Printable,
        ) => "split the text first: `x.split(\",\")`, or `x.words()`",
        (Type::Date, On::Text) => "write the date as a text first: `x.format(\"yyyy-MM-dd\")`",
        (Type::Time, On::Text) => "write the time as a text first: `x.format(\"HH:mm\")`",
        (Type::List(_), On::Text) => {
            "take one item of the list, as in `x.first()`, or make a text of it: `x.join(\", \")`"
        }
        (Type::Number, On::Int) => "make a whole number of it first: `x.int()`",
        (Type::Instant, On::Date | On::Time) => {
            "call it on the date or the time that the point in time is made of"
        }
        (Type::Row(..), _) => "name a column of the row, as in `site.code`",
        (Type::Person, _) => "name a field of the person, as in `supervisor.last_name`",
        _ => return None,
    })
}
