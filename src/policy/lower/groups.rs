//! Rows of `groups` and `lists`, `forbid`, `exclusive`: who is in which group.

use super::{Allowed, LetState, Lower, narrow};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::GroupRow;
use crate::policy::ruleset::{ExclusiveRule, Prefer, RuleKind};
use crate::policy::types::Type;
use crate::syntax::ast::{self, ExclusivePrefer, Expr};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Every text that a parameter can be, by its slot, where that is known.
pub(crate) type Given = BTreeMap<u32, Vec<Arc<str>>>;

/// The most names that one template may stand for.
const MAX_NAMES: usize = 10_000;

impl Lower<'_> {
    pub(super) fn group_row(
        &mut self,
        condition: Option<Node>,
        groups: &[Expr],
        span: crate::diagnostic::Span,
        kind: RuleKind,
    ) -> GroupRow {
        let facts = condition.as_ref().map(narrow::if_true).unwrap_or_default();
        let named: Vec<(Node, Vec<Arc<str>>)> = self.knowing(facts, |lower| {
            groups.iter().map(|group| lower.group_name(group)).collect()
        });
        let (groups, names): (Vec<Node>, Vec<Vec<Arc<str>>>) = named.into_iter().unzip();
        let nodes: Vec<Node> = condition.iter().chain(&groups).cloned().collect();
        let rule = self.rule(kind, span, &nodes);
        GroupRow {
            condition,
            groups,
            names,
            rule,
        }
    }

    /// The name of a group, with every name that it can be.
    pub(crate) fn group_name(&mut self, expr: &Expr) -> (Node, Vec<Arc<str>>) {
        let unassigned = Allowed {
            assigned: false,
            ..self.allowed
        };
        let node = self.allowing(unassigned, |lower| lower.expr_as(expr, &Type::Text));
        if node.ty == Type::Error {
            return (node, Vec::new());
        }
        if self.named_by(&node, "group").is_none() {
            return (Node::error(expr.span), Vec::new());
        }
        self.discloses_nothing(&node, "memberships");
        if let Some(names) = self.possible(&node, &Given::new(), None) {
            (node, names)
        } else {
            let node = self.wrong(
                Diagnostic::new(&codes::FREE_TEXT_NAME, expr.span, "it is not known which groups this can be")
                    .label("any text at all")
                    .help("take it from a `table`, a `one of` or a list that is written out: then only those groups are managed"),
            );
            (node, Vec::new())
        }
    }

    /// Every text that an expression can be, sorted; none if that is not known. With `unknown`, that stands for whatever
    /// part is not known.
    pub(crate) fn possible(
        &self,
        node: &Node,
        given: &Given,
        unknown: Option<&Arc<str>>,
    ) -> Option<Vec<Arc<str>>> {
        self.known(node, given, unknown)
            .or_else(|| unknown.map(|unknown| vec![unknown.clone()]))
    }

    fn known(
        &self,
        node: &Node,
        given: &Given,
        unknown: Option<&Arc<str>>,
    ) -> Option<Vec<Arc<str>>> {
        let mut texts: Vec<Arc<str>> = match &node.kind {
            Kind::Const(value) => vec![value.to_string().into()],
            Kind::Field(_) | Kind::Of { .. } | Kind::Part { .. } => match &node.ty {
                Type::OneOf(choices) => choices.to_vec(),
                _ => return None,
            },
            Kind::Let(index) => match self.lets.get(*index as usize)? {
                LetState::Done(_, node) => self.possible(node, &Given::new(), unknown)?,
                LetState::Waiting(_) | LetState::Open(_) => return None,
            },
            Kind::Local(slot) => match (given.get(slot), &node.ty) {
                (Some(texts), _) => texts.clone(),
                (None, Type::OneOf(choices)) => choices.to_vec(),
                (None, _) => return None,
            },
            Kind::Invoke { function, args } => {
                let (body, slots) = self.function_body(*function)?;
                let mut inner = Given::new();
                for (slot, arg) in slots.iter().zip(args) {
                    inner.extend(
                        self.possible(arg, given, unknown)
                            .map(|texts| (*slot, texts)),
                    );
                }
                self.possible(body, &inner, unknown)?
            }
            Kind::Column { row, column } => {
                let Type::Row(table, _) = &row.ty else {
                    return None;
                };
                let table = self.program.tables.get(*table as usize)?;
                let cells = table
                    .rows
                    .iter()
                    .filter_map(|row| row.get(*column as usize)?.as_ref());
                cells.map(|value| value.to_string().into()).collect()
            }
            Kind::Template(pieces) => self.possible_template(pieces, given, unknown)?,
            Kind::Else(first, second) => {
                let mut texts = self.possible(first, given, unknown)?;
                texts.extend(self.possible(second, given, unknown)?);
                texts
            }
            Kind::Choose { rows, otherwise } => {
                let mut texts = Vec::new();
                for (_, result) in rows {
                    texts.extend(self.possible(result, given, unknown)?);
                }
                if let Some(node) = otherwise {
                    texts.extend(self.possible(node, given, unknown)?);
                }
                texts
            }
            Kind::Call { function, args } if function.is_on_text() => {
                let (first, rest) = args.split_first()?;
                let constants: Option<Vec<Value>> = rest
                    .iter()
                    .map(|arg| match &arg.kind {
                        Kind::Const(value) => Some(value.clone()),
                        _ => None,
                    })
                    .collect();
                let constants = constants?;
                let run = |text: Arc<str>| -> Option<Arc<str>> {
                    if unknown.is_some_and(|unknown| text.contains(&**unknown)) {
                        return unknown.cloned();
                    }
                    let mut values = vec![Value::Text(text)];
                    values.extend(constants.iter().cloned());
                    (function.run)(&values).map(|value| value.to_string().into())
                };
                self.possible(first, given, unknown)?
                    .into_iter()
                    .filter_map(run)
                    .collect()
            }
            _ => return None,
        };
        texts.sort();
        texts.dedup();
        (texts.len() <= MAX_NAMES).then_some(texts)
    }

    fn possible_template(
        &self,
        pieces: &[Piece],
        given: &Given,
        unknown: Option<&Arc<str>>,
    ) -> Option<Vec<Arc<str>>> {
        let mut texts = vec![String::new()];
        for piece in pieces {
            let next: Vec<Arc<str>> = match piece {
                Piece::Literal(text) => vec![text.clone()],
                Piece::Hole(node) => self.possible(node, given, unknown)?,
            };
            if texts.len().saturating_mul(next.len()) > MAX_NAMES {
                return None;
            }
            texts = texts
                .iter()
                .flat_map(|begin| next.iter().map(move |end| format!("{begin}{end}")))
                .collect();
        }
        Some(texts.into_iter().map(Into::into).collect())
    }

    /// `forbid G when C`.
    pub(crate) fn forbid(&mut self, item: &ast::FileItem<ast::Forbid>) {
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        let row = self.allowing(allowed, |lower| {
            let condition = item
                .body
                .condition
                .as_ref()
                .map(|expr| lower.condition(expr));
            if let Some(node) = &condition {
                lower.closes_always(node, "forbid");
            }
            lower.group_row(condition, &item.body.groups, item.span, RuleKind::Forbid)
        });
        self.program.forbids.push(row);
    }

    /// `exclusive G, H prefer first`.
    pub(crate) fn exclusive(&mut self, item: &ast::FileItem<ast::Exclusive>) {
        let groups: Vec<Arc<str>> = item
            .body
            .groups
            .iter()
            .filter_map(|group| self.literal_text(group))
            .collect();
        let rule = self.rule(RuleKind::Exclusive, item.span, []);
        self.rules.exclusives.push(ExclusiveRule {
            groups,
            prefer: match item.body.prefer.value {
                ExclusivePrefer::First => Prefer::First,
                ExclusivePrefer::Current => Prefer::Current,
            },
            separate: item.body.separate.is_some(),
            rule,
        });
    }
}
