//! Units: distinguished names with holes, and the rows that choose one.
//!
//! A hole inside a value is a text and is escaped (RFC 4514); a hole in the place of a whole component
//! must be a `unit`. Free HR text never names a unit (S15).

use super::{Allowed, Lower, narrow};
use crate::diagnostic::{Diagnostic, Span};
use crate::directory::{Dn, Rdn};
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Component, Kind, Node, Piece};
use crate::policy::program::UnitBody;
use crate::policy::ruleset::RuleKind;
use crate::policy::types::{Marks, Type};
use crate::syntax::ast::{self, Expr, ExprKind, Part, Template};

/// Stands for the holes while the text round them is read; a private-use character that no name has.
const HOLE: char = '\u{F8FF}';

impl Lower<'_> {
    /// `unit { … }`.
    pub(crate) fn unit_item(&mut self, item: &ast::FileItem<ast::Unit>) {
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let body = self.allowing(allowed, |lower| lower.unit_rows(item));
        self.program.unit = Some(body);
    }

    fn unit_rows(&mut self, item: &ast::FileItem<ast::Unit>) -> UnitBody {
        let before = self.present.len();
        let mut rows = Vec::new();
        for row in &item.body.rows.rows {
            let test = self.condition(&row.condition);
            self.decided_order(&test, "`unit`");
            let facts = narrow::if_true(&test);
            let result = self.knowing(facts, |lower| lower.place(&row.result));
            self.present.extend(narrow::if_false(&test));
            let rule = self.rule(RuleKind::Unit, row.span, [&test, &result]);
            rows.push((test, result, rule));
        }
        let otherwise = item.body.rows.otherwise.as_ref().map(|(word, result)| {
            let node = self.place(result);
            let rule = self.rule(RuleKind::Unit, word.to(result.span), [&node]);
            (node, rule)
        });
        self.present.truncate(before);
        let spans = item.body.rows.rows.iter().map(|row| row.span);
        let tests = rows.iter().map(|(test, ..)| test);
        let reached: Vec<(&Node, Span)> = tests.zip(spans).collect();
        self.reached(&reached);
        if otherwise.is_none() {
            let tests: Vec<&Node> = rows.iter().map(|(test, ..)| test).collect();
            if let Some(example) = self.uncovered(&tests) {
                self.report(
                    Diagnostic::new(
                        &codes::NOT_EXHAUSTIVE,
                        item.word,
                        "`unit` leaves somebody without a place",
                    )
                    .label(example.text)
                    .help("add a row, or `otherwise => \"OU=…\"`"),
                );
            }
        }
        let rule = self.rule(RuleKind::Unit, item.word, []);
        UnitBody {
            rows,
            otherwise,
            rule,
        }
    }

    /// A unit for an account: absolute, and never missing.
    pub(crate) fn place(&mut self, expr: &Expr) -> Node {
        let node = self.unit_expr(expr);
        if node.ty == Type::Error {
            return node;
        }
        if node.marks.missing {
            return self.wrong(
                Diagnostic::new(&codes::MAYBE_MISSING, node.span, "a part of this unit may be missing")
                    .label("may be missing")
                    .help("ask for it in the condition (`x is present`), or give another value with `else` in a `let`"),
            );
        }
        self.discloses_nothing(&node, "where accounts are");
        self.absolute(node)
    }

    /// Puts the first write base under a relative unit.
    fn absolute(&mut self, node: Node) -> Node {
        let Some(base) = self.bases.first().cloned() else {
            return node;
        };
        let span = node.span;
        if let Kind::Const(Value::Unit(dn)) = &node.kind {
            if !dn.names_domain() {
                let dn = Dn::join(dn, &base);
                return Node::constant(Value::Unit(dn), Type::Unit, span);
            }
            if self
                .bases
                .iter()
                .any(|base| dn == base || dn.is_under(base))
            {
                return node;
            }
            return self.outside_bases(span);
        }
        if let Kind::Unit(components) = &node.kind
            && let Some(end) = literal_end(components)
            && end.names_domain()
        {
            let inside = self.bases.iter().any(|base| end.is_under(base));
            return if inside {
                node
            } else {
                self.outside_bases(span)
            };
        }
        let marks = node.marks;
        let base = Node::constant(Value::Unit(base), Type::Unit, span);
        Node {
            kind: Kind::Unit(vec![Component::Unit(node), Component::Unit(base)]),
            ty: Type::Unit,
            marks,
            span,
        }
    }

    fn outside_bases(&mut self, span: Span) -> Node {
        let bases: Vec<String> = self.bases.iter().map(|base| format!("`{base}`")).collect();
        self.wrong(
            Diagnostic::new(&codes::UNIT_OUTSIDE_BASE, span, "this unit is outside the bases that may be written")
                .label("outside")
                .help(format!("write bases are {} (in `tenure.toml`); a unit without `DC=` is relative to the first", bases.join(", "))),
        )
    }

    /// An expression that is a unit; texts are read as distinguished names.
    pub(crate) fn unit_expr(&mut self, expr: &Expr) -> Node {
        match &expr.kind {
            ExprKind::Text(template) => self.unit_template(template, expr.span),
            ExprKind::Paren(inner) => self.unit_expr(inner),
            ExprKind::Choose(rows) => self.choose(rows, expr.span, Some(&Type::Unit)),
            _ => {
                let node = self.expr(expr);
                if matches!(node.ty, Type::Unit | Type::Error) {
                    return node;
                }
                self.wrong(
                    Diagnostic::new(&codes::WRONG_TYPE, node.span, format!("a unit is needed, and this is {}", node.ty))
                        .label(node.ty.to_string())
                        .help("write the name out, as in `\"OU={office},OU=Staff\"`, or take a column of type `unit`"),
                )
            }
        }
    }

    fn unit_template(&mut self, template: &Template, span: Span) -> Node {
        if let Some(text) = template.literal() {
            return match Dn::parse(text) {
                Ok(dn) if !dn.is_root() => Node::constant(Value::Unit(dn), Type::Unit, span),
                Ok(_) => self.bad_unit(span, "it is empty"),
                Err(error) => self.bad_unit(span, &error.to_string()),
            };
        }
        let mut skeleton = String::new();
        let mut holes = Vec::new();
        for part in &template.parts {
            match part {
                Part::Literal(text, _) if text.contains(HOLE) => {
                    return self.bad_unit(span, "it has a character of private use");
                }
                Part::Literal(text, _) => skeleton.push_str(text),
                Part::Hole(expr, _) => {
                    skeleton.push(HOLE);
                    holes.push(self.hole(expr));
                }
            }
        }
        if holes.iter().any(|hole| hole.ty == Type::Error) {
            return Node::error(span);
        }
        let marks = holes
            .iter()
            .map(|hole| hole.marks)
            .fold(Marks::default(), Marks::and);
        let mut holes = holes.into_iter();
        let mut components = Vec::new();
        for component in split_components(&skeleton) {
            match self.component(component, &mut holes, span) {
                Some(component) => components.push(component),
                None => return Node::error(span),
            }
        }
        Node {
            kind: Kind::Unit(components),
            ty: Type::Unit,
            marks: Marks {
                free: false,
                ..marks
            },
            span,
        }
    }

    fn component(
        &mut self,
        text: &str,
        holes: &mut impl Iterator<Item = Node>,
        span: Span,
    ) -> Option<Component> {
        let text = text.trim();
        if text.chars().eq([HOLE]) {
            let hole = holes.next()?;
            if hole.ty == Type::Unit {
                return Some(Component::Unit(hole));
            }
            let message = format!(
                "a whole component of a name must be a unit, and this is {}",
                hole.ty
            );
            self.report(
                Diagnostic::new(&codes::WRONG_TYPE, hole.span, message)
                    .label(hole.ty.to_string())
                    .help("write `OU={…}`, or take a column of type `unit`"),
            );
            return None;
        }
        let rdn = match Rdn::parse(text) {
            Ok(rdn) if !rdn.attribute().contains(HOLE) => rdn,
            Ok(_) => {
                self.bad_unit(span, "the part before `=` is written out");
                return None;
            }
            Err(error) => {
                self.bad_unit(span, &error.to_string().replace(HOLE, "{…}"));
                return None;
            }
        };
        let mut value = Vec::new();
        for (index, literal) in rdn.value().split(HOLE).enumerate() {
            if index > 0 {
                let hole = holes.next()?;
                self.named_by(&hole, "unit")?;
                value.push(Piece::Hole(hole));
            }
            if !literal.is_empty() {
                value.push(Piece::Literal(literal.into()));
            }
        }
        Some(Component::Rdn {
            attribute: rdn.attribute().into(),
            value,
        })
    }

    /// What may stand in the name of a unit or group: text that somebody declared, never free HR text (S15).
    pub(crate) fn named_by(&mut self, hole: &Node, what: &str) -> Option<()> {
        if !hole.ty.is_textual() && hole.ty != Type::Int {
            let message = format!(
                "a text is needed in the name of a {what}, and this is {}",
                hole.ty
            );
            self.report(
                Diagnostic::new(&codes::WRONG_TYPE, hole.span, message).label(hole.ty.to_string()),
            );
            return None;
        }
        if hole.marks.free {
            self.report(
                Diagnostic::new(
                    &codes::FREE_TEXT_NAME,
                    hole.span,
                    format!("free HR text never names a {what}"),
                )
                .label("whoever types this in HR would choose")
                .help("look it up in a `table`, or declare the field as `one of (…)`"),
            );
            return None;
        }
        Some(())
    }

    fn bad_unit(&mut self, span: Span, why: &str) -> Node {
        self.wrong(
            Diagnostic::new(&codes::BAD_UNIT, span, format!("this is no name of a unit: {why}"))
                .label("not a distinguished name")
                .help("write it from the inside out, as in `\"OU=Berlin,OU=Staff\"`; a comma in a name is `\\\\,`"),
        )
    }
}

/// The end of a name up to its first hole, from the outside; none where it ends in one.
fn literal_end(components: &[Component]) -> Option<Dn> {
    let mut end: Option<Dn> = None;
    for component in components.iter().rev() {
        let Component::Rdn { attribute, value } = component else {
            break;
        };
        let mut text = String::new();
        for piece in value {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Hole(_) => return end,
            }
        }
        let rdn = Rdn::new(attribute, &text).ok()?;
        end = Some(end.unwrap_or_else(Dn::root).child(&rdn));
    }
    end
}

/// Splits at commas that are not escaped.
fn split_components(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            ',' if !escaped => {
                parts.extend(text.get(begin..at));
                begin = at + 1;
            }
            _ => escaped = false,
        }
    }
    parts.extend(text.get(begin..));
    parts
}
