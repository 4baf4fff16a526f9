//! What rows, stages, exceptions and `forbid` want of the two blocks of groups.

use super::{Evaluator, Scope};
use crate::policy::program::{GroupRow, RestrictionBody, StageBody};
use crate::policy::ruleset::{Extent, Never, RuleId};
use crate::policy::wish::{BlockWish, GroupWish, Restriction};
use std::cmp::Ordering;
use std::sync::Arc;
impl<'a> Evaluator<'a> {
    pub(super) fn blocks(
        &self,
        scope: &Scope<'a>,
        bodies: &[&StageBody],
    ) -> (BlockWish, BlockWish) {
        let program = &self.policy().program;
        for row in [&program.groups, &program.lists, &program.forbids]
            .into_iter()
            .flatten()
        {
            if row.condition.is_none() {
                self.reached(row.rule);
            }
        }
        let mut groups = block(
            scope,
            &program.groups,
            restriction(bodies, |body| body.groups.as_ref()),
        );
        let mut lists = block(
            scope,
            &program.lists,
            restriction(bodies, |body| body.lists.as_ref()),
        );
        for (index, body) in bodies.iter().enumerate() {
            for (node, names, rule) in &body.grants {
                let wish = |group: Arc<str>| GroupWish { group, rule: *rule };
                let (granted, held) = match scope.value(node) {
                    Ok(value) => (value.map(|value| wish(value.into_text())), None),
                    Err(unknown) => (None, Some(unknown.why)),
                };
                if let Some(granted) = granted {
                    let of_lists = self.policy().rules.is_list(&granted.group);
                    let block = if of_lists { &mut lists } else { &mut groups };
                    // What restricts a block restricts what exceptions grant; its own grants come after.
                    let mut restricting = bodies.iter().position(|body| {
                        let clause = if of_lists { &body.lists } else { &body.groups };
                        clause.is_some()
                    });
                    restricting = restricting.or(bodies.len().checked_sub(1));
                    let own = restricting == Some(index);
                    if own || lets_through(&block.restriction, &granted) {
                        block.granted.push(granted);
                    }
                }
                for name in held.iter().flat_map(|_| names) {
                    let block = if self.policy().rules.is_list(name) {
                        &mut lists
                    } else {
                        &mut groups
                    };
                    let why = held.clone().unwrap_or_default();
                    block.held.push((wish(name.clone()), why));
                }
            }
        }
        for row in &program.forbids {
            let holds = row
                .condition
                .as_ref()
                .map_or(Ok(true), |node| scope.holds(node));
            if holds == Ok(false) {
                continue;
            }
            for (node, names) in row.groups.iter().zip(&row.names) {
                let rule = row.rule;
                let wish = |group: Arc<str>| GroupWish { group, rule };
                let named = scope.value(node);
                for block in [&mut groups, &mut lists] {
                    match (&holds, &named) {
                        (_, Ok(None)) => {}
                        (Ok(_), Ok(Some(value))) => {
                            block.forbidden.push(wish(value.clone().into_text()));
                        }
                        (Err(unknown), Ok(Some(value))) => {
                            let held = wish(value.clone().into_text());
                            block.held.push((held, unknown.why.clone()));
                        }
                        (_, Err(unknown)) => block.held.extend(
                            names
                                .iter()
                                .map(|name| (wish(name.clone()), unknown.why.clone())),
                        ),
                    }
                }
            }
        }
        self.hold_unjudged(scope, [&mut groups, &mut lists]);
        for block in [&mut groups, &mut lists] {
            tidy(block);
        }
        (groups, lists)
    }
}

impl<'a> Evaluator<'a> {
    /// Where it cannot be told whether an invariant is about this person, the groups that it rules out are
    /// neither given nor taken.
    fn hold_unjudged(&self, scope: &Scope<'a>, mut blocks: [&mut BlockWish; 2]) {
        let invariants = &self.policy().rules.invariants;
        for (rule, node) in invariants.iter().zip(&self.policy().program.invariants) {
            let Err(unknown) = scope.holds(node) else {
                continue;
            };
            for never in &rule.never {
                let group = match never {
                    Never::Group(group) => group,
                    Never::Unit(_) | Never::Account(_) | Never::Stage(_) => continue,
                };
                for block in &mut blocks {
                    let held = GroupWish {
                        group: group.clone(),
                        rule: rule.rule,
                    };
                    block.held.push((held, unknown.why.clone()));
                }
            }
        }
    }
}

/// Whether a restriction leaves a grant of a rule or an exception as it is.
fn lets_through(restriction: &Restriction, granted: &GroupWish) -> bool {
    let root = crate::directory::Dn::root();
    restriction.extent == Extent::AsRules
        && !restriction
            .except
            .iter()
            .any(|pattern| pattern.matches(&granted.group, &root))
}

fn restriction<'b>(
    bodies: &[&'b StageBody],
    of: impl Fn(&'b StageBody) -> Option<&'b (RestrictionBody, RuleId)>,
) -> Restriction {
    match bodies.iter().find_map(|body| of(body)) {
        Some((body, rule)) => Restriction {
            extent: body.extent,
            except: body.except.clone(),
            rule: Some(*rule),
        },
        None => Restriction {
            extent: Extent::AsRules,
            except: Vec::new(),
            rule: None,
        },
    }
}

/// What the rows give after the stage's restriction.
fn block(scope: &Scope<'_>, rows: &[GroupRow], restriction: Restriction) -> BlockWish {
    let mut wish = BlockWish {
        granted: Vec::new(),
        restriction,
        forbidden: Vec::new(),
        held: Vec::new(),
    };
    if wish.restriction.extent != Extent::AsRules {
        return wish;
    }
    for row in rows {
        let holds = row
            .condition
            .as_ref()
            .map_or(Ok(true), |node| scope.holds(node));
        if holds == Ok(false) {
            continue;
        }
        for (node, names) in row.groups.iter().zip(&row.names) {
            let group = holds.clone().and_then(|_| scope.value(node));
            match group {
                Ok(Some(value)) => wish.granted.push(GroupWish {
                    group: value.into_text(),
                    rule: row.rule,
                }),
                Ok(None) => {}
                Err(unknown) => wish.held.extend(names.iter().map(|name| {
                    let held = GroupWish {
                        group: name.clone(),
                        rule: row.rule,
                    };
                    (held, unknown.why.clone())
                })),
            }
        }
    }
    let restriction = &wish.restriction;
    wish.granted
        .retain(|granted| lets_through(restriction, granted));
    wish
}

/// Sorts, keeps one entry for each group, and gives nothing that is held.
fn tidy(block: &mut BlockWish) {
    for list in [&mut block.granted, &mut block.forbidden] {
        list.sort_by(|a, b| folded(&a.group, &b.group).then(a.rule.cmp(&b.rule)));
        list.dedup_by(|a, b| folded(&a.group, &b.group).is_eq());
    }
    let held = &mut block.held;
    held.sort_by(|(a, _), (b, _)| folded(&a.group, &b.group).then(a.rule.cmp(&b.rule)));
    held.dedup_by(|(a, _), (b, _)| folded(&a.group, &b.group).is_eq());
    let BlockWish { granted, held, .. } = block;
    granted.retain(|wish| {
        !held
            .iter()
            .any(|(held, _)| folded(&held.group, &wish.group).is_eq())
    });
}

/// The order of two names without regard to case.
fn folded(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        let a = a.bytes().map(|byte| byte.to_ascii_lowercase());
        return a.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.to_lowercase().cmp(&b.to_lowercase())
}
