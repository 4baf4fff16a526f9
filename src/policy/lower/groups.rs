//! `groups`, `lists`, `forbid`, `exclusive`: who is in which group.

use super::{Allowed, LetState, Lower, narrow};
use crate::diagnostic::Diagnostic;
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node, Piece};
use crate::policy::program::GroupRow;
use crate::policy::ruleset::{Block, ExclusiveRule, Prefer, RuleKind};
use crate::policy::types::Type;
use crate::syntax::ast::{self, ExclusivePrefer, Expr, GroupStatement};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most names that one template may stand for.
const MAX_NAMES: usize = 10_000;

impl Lower<'_> {
    /// `groups { … }` or `lists { … }`; there may be several of each.
    pub(crate) fn groups(&mut self, item: &ast::FileItem<ast::Groups>, block: Block) {
        let (kind, place) = match block {
            Block::Groups => (RuleKind::Groups, "row of `groups`"),
            Block::Lists => (RuleKind::Lists, "row of `lists`"),
        };
        let allowed = Allowed {
            clock: true,
            ..Allowed::default()
        };
        for statement in &item.body.statements {
            match statement {
                GroupStatement::Row(row) => {
                    let row = self.allowing(allowed, |lower| {
                        let condition = row.condition.as_ref().map(|expr| lower.condition(expr));
                        if let Some(node) = &condition {
                            lower.opens_nothing(node, place);
                        }
                        lower.group_row(condition, &row.groups, row.span, kind)
                    });
                    match block {
                        Block::Groups => self.program.groups.push(row),
                        Block::Lists => self.program.lists.push(row),
                    }
                }
                GroupStatement::Keep(names, span) => {
                    let rule = self.rule(kind, *span, []);
                    for name in names {
                        if let Some(pattern) = self.name_pattern(name) {
                            self.block_mut(block).keep.push((pattern, rule));
                        }
                    }
                }
                GroupStatement::Linger(length, span) => {
                    let rule = self.rule(kind, *span, []);
                    let taken = self
                        .block_mut(block)
                        .linger
                        .replace((*length, rule))
                        .is_some();
                    self.said_twice(taken, *span);
                }
                GroupStatement::Manage(manage, span) => {
                    let rule = self.rule(kind, *span, []);
                    let taken = self.block_mut(block).manage.replace((*manage, rule));
                    let taken = taken.is_some_and(|(before, _)| before != *manage);
                    self.said_twice(taken, *span);
                }
                GroupStatement::Create(_, span) => self.report(
                    Diagnostic::new(
                        &codes::NO_EFFECT_YET,
                        *span,
                        "missing groups are reported, not made, in this version",
                    )
                    .label("no effect yet"),
                ),
            }
        }
    }

    fn said_twice(&mut self, taken: bool, span: crate::diagnostic::Span) {
        if taken {
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    span,
                    "this is said elsewhere for the same block",
                )
                .label("said again"),
            );
        }
    }

    fn block_mut(&mut self, block: Block) -> &mut crate::policy::ruleset::BlockRules {
        let [groups, lists] = &mut self.rules.blocks;
        match block {
            Block::Groups => groups,
            Block::Lists => lists,
        }
    }

    fn group_row(
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
        if let Some(names) = self.possible(&node) {
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

    /// Every text that an expression can be, sorted; none if that is not known.
    fn possible(&self, node: &Node) -> Option<Vec<Arc<str>>> {
        let mut texts: Vec<Arc<str>> = match &node.kind {
            Kind::Const(value) => vec![value.to_string().into()],
            Kind::Field(_) | Kind::Of { .. } => match &node.ty {
                Type::OneOf(choices) => choices.to_vec(),
                _ => return None,
            },
            Kind::Let(index) => match self.lets.get(*index as usize)? {
                LetState::Done(_, node) => self.possible(node)?,
                LetState::Waiting(_) | LetState::Open(_) => return None,
            },
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
            Kind::Template(pieces) => self.possible_template(pieces)?,
            Kind::Else(first, second) => {
                let mut texts = self.possible(first)?;
                texts.extend(self.possible(second)?);
                texts
            }
            Kind::Choose { rows, otherwise } => {
                let mut texts = Vec::new();
                for (_, result) in rows {
                    texts.extend(self.possible(result)?);
                }
                if let Some(node) = otherwise {
                    texts.extend(self.possible(node)?);
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
                    let mut values = vec![Value::Text(text)];
                    values.extend(constants.iter().cloned());
                    (function.run)(&values).map(|value| value.to_string().into())
                };
                self.possible(first)?.into_iter().filter_map(run).collect()
            }
            _ => return None,
        };
        texts.sort();
        texts.dedup();
        (texts.len() <= MAX_NAMES).then_some(texts)
    }

    fn possible_template(&self, pieces: &[Piece]) -> Option<Vec<Arc<str>>> {
        let mut texts = vec![String::new()];
        for piece in pieces {
            let next: Vec<Arc<str>> = match piece {
                Piece::Literal(text) => vec![text.clone()],
                Piece::Hole(node) => self.possible(node)?,
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

    /// What each block manages: every name that its rows, grants and exceptions can give.
    pub(crate) fn block_names(&mut self) {
        let mut lists: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for name in self
            .program
            .lists
            .iter()
            .flat_map(|row| row.names.iter().flatten())
        {
            lists
                .entry(name.to_lowercase())
                .or_insert_with(|| name.clone());
        }
        let mut groups: BTreeMap<String, Arc<str>> = BTreeMap::new();
        let rows = self
            .program
            .groups
            .iter()
            .flat_map(|row| row.names.iter().flatten().cloned());
        let exceptions = self
            .program
            .exceptions
            .values()
            .flatten()
            .map(|exception| &exception.body);
        let bodies = self.program.stages.iter().chain(exceptions);
        let grants = bodies.flat_map(|body| &body.grants);
        let granted = grants.flat_map(|(_, names, _)| names.iter().cloned());
        for name in rows.chain(granted) {
            let key = name.to_lowercase();
            if !lists.contains_key(&key) {
                groups.entry(key).or_insert(name);
            }
        }
        self.block_mut(Block::Groups).names = groups.into_values().collect();
        self.block_mut(Block::Lists).names = lists.into_values().collect();
    }
}
