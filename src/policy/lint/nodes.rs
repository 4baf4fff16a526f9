//! All expressions of a policy, and its conditions with what they decide.

use super::Linter;
use crate::policy::ir::{Kind, Node};
use crate::policy::program::{Program, StageBody, UnitClause};

/// Calls `visit` with every expression of a policy, inner ones too.
pub(super) fn all<'p>(program: &'p Program, visit: &mut dyn FnMut(&'p Node)) {
    roots(program, &mut |node| walk(node, visit));
}

/// Calls `visit` with this node and all in it.
pub(super) fn walk<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n Node)) {
    // `Node::walk` gives nodes that do not outlive it, so the order is kept here.
    visit(node);
    children(node, &mut |child| walk(child, visit));
}

fn children<'n>(node: &'n Node, visit: &mut dyn FnMut(&'n Node)) {
    use crate::policy::ir::{Component, Piece};
    let pieces = |pieces: &'n [Piece], visit: &mut dyn FnMut(&'n Node)| {
        for piece in pieces {
            if let Piece::Hole(node) = piece {
                visit(node);
            }
        }
    };
    match &node.kind {
        Kind::Template(of) => pieces(of, visit),
        Kind::List(nodes)
        | Kind::And(nodes)
        | Kind::Or(nodes)
        | Kind::Invoke { args: nodes, .. }
        | Kind::Call { args: nodes, .. } => nodes.iter().for_each(visit),
        Kind::Not(node)
        | Kind::Present(node)
        | Kind::Missing(node)
        | Kind::Matches { text: node, .. }
        | Kind::Lookup { key: node, .. }
        | Kind::Column { row: node, .. }
        | Kind::Of { person: node, .. }
        | Kind::Part {
            employment: node, ..
        }
        | Kind::Reports {
            person: Some(node), ..
        } => visit(node),
        Kind::Compare { left, right, .. }
        | Kind::In {
            item: left,
            list: right,
        }
        | Kind::Quantified {
            list: left,
            condition: right,
            ..
        }
        | Kind::Else(left, right)
        | Kind::At(left, right)
        | Kind::Shift {
            base: left,
            by: right,
            ..
        } => {
            visit(left);
            visit(right);
        }
        Kind::Choose { rows, otherwise } => {
            for (test, result) in rows {
                visit(test);
                visit(result);
            }
            if let Some(node) = otherwise {
                visit(node);
            }
        }
        Kind::Unit(components) => {
            for component in components {
                match component {
                    Component::Unit(node) => visit(node),
                    Component::Rdn { value, .. } => pieces(value, visit),
                }
            }
        }
        _ => {}
    }
}

/// Calls `visit` with the expressions that statements hold.
fn roots<'p>(program: &'p Program, visit: &mut dyn FnMut(&'p Node)) {
    program.initial.iter().for_each(&mut *visit);
    program.lets.iter().for_each(|one| visit(&one.node));
    program.functions.iter().for_each(|one| visit(&one.body));
    program.timezone.iter().for_each(|(node, _)| visit(node));
    for row in &program.lifecycle {
        row.condition.iter().for_each(&mut *visit);
    }
    program.stages.iter().for_each(|body| stage(body, visit));
    program.anchor.iter().for_each(&mut *visit);
    for adopt in &program.adopt {
        adopt.person.iter().for_each(&mut *visit);
        for question in &adopt.account {
            if let crate::policy::program::AccountQuestion::Equal(_, node) = question {
                visit(node);
            }
        }
    }
    for one in program.uniques.iter().flatten() {
        visit(&one.before);
        one.after.iter().for_each(&mut *visit);
    }
    let values = program
        .profile
        .iter()
        .filter_map(|line| line.value.as_ref());
    values.for_each(&mut *visit);
    if let Some(unit) = &program.unit {
        for (test, result, _) in &unit.rows {
            visit(test);
            visit(result);
        }
        unit.otherwise.iter().for_each(|(node, _)| visit(node));
    }
    let rows = program.groups.iter().chain(&program.lists);
    for row in rows.chain(&program.forbids) {
        row.condition.iter().for_each(&mut *visit);
        row.groups.iter().for_each(&mut *visit);
    }
    program.approvals.iter().for_each(|(node, _)| visit(node));
    program.invariants.iter().for_each(&mut *visit);
    // In whatever order: nothing that is said hangs on it.
    let mut exceptions: Vec<_> = program.exceptions.iter().collect();
    exceptions.sort_by_key(|(person, _)| *person);
    for exception in exceptions.into_iter().flat_map(|(_, all)| all) {
        stage(&exception.body, visit);
    }
    program.expects.iter().for_each(&mut *visit);
    for notice in &program.notices {
        notice.to.iter().for_each(|(node, _)| visit(node));
        visit(&notice.subject);
        visit(&notice.body);
    }
    program.watches.iter().for_each(&mut *visit);
    program.writebacks.iter().for_each(&mut *visit);
}

fn stage<'p>(body: &'p StageBody, visit: &mut dyn FnMut(&'p Node)) {
    if let Some((UnitClause::Value(node), _)) = &body.unit {
        visit(node);
    }
    body.grants.iter().for_each(|(node, _, _)| visit(node));
    let values = body.lines.iter().filter_map(|line| line.value.as_ref());
    values.for_each(visit);
}

/// What a condition decides by itself, wherever other rows stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A row of `groups` or `lists`, `forbid`, `approve` or `invariant`.
    Alone,
    /// `expect`, `on when`.
    Told,
    /// A row of which the first that holds decides.
    First,
}

/// A list of rows of which the first that holds decides.
pub(super) struct Decision<'p> {
    /// Each condition, with how its outcome is known.
    pub(super) rows: Vec<(&'p Node, String)>,
    /// The outcome of whoever is left.
    pub(super) otherwise: Option<String>,
}

impl<'a> Linter<'a> {
    /// Every condition that decides something.
    pub(super) fn conditions(&self) -> Vec<(&'a Node, Place)> {
        let program = &self.policy.program;
        let rows = program.groups.iter().chain(&program.lists);
        let rows = rows.chain(&program.forbids);
        let alone = rows.filter_map(|row| row.condition.as_ref());
        let alone = alone.chain(program.approvals.iter().map(|(node, _)| node));
        let alone = alone.chain(&program.invariants);
        let alone = alone.map(|node| (node, Place::Alone));
        let told = program.expects.iter().chain(&program.watches);
        let told = told.map(|node| (node, Place::Told));
        let decisions = self.decisions();
        let first = decisions.iter().flat_map(|decision| &decision.rows);
        let first = first.map(|(node, _)| (*node, Place::First));
        alone.chain(told).chain(first).collect()
    }

    /// Every list of rows of which the first that holds decides.
    pub(super) fn decisions(&self) -> Vec<Decision<'a>> {
        let program = &self.policy.program;
        let mut decisions = Vec::new();
        let rows = program.lifecycle.iter().filter(|row| !row.vanished);
        let stage = |row: &crate::policy::program::LifecycleRow| format!("{:?}", row.stage);
        let otherwise = rows.clone().find(|row| row.condition.is_none()).map(stage);
        decisions.push(Decision {
            rows: rows
                .filter_map(|row| Some((row.condition.as_ref()?, stage(row))))
                .collect(),
            otherwise,
        });
        if let Some(unit) = &program.unit {
            let rows = unit.rows.iter();
            decisions.push(Decision {
                rows: rows
                    .map(|(test, result, _)| (test, self.key(result).to_string()))
                    .collect(),
                otherwise: unit
                    .otherwise
                    .as_ref()
                    .map(|(node, _)| self.key(node).to_string()),
            });
        }
        all(program, &mut |node| {
            if let Kind::Choose { rows, otherwise } = &node.kind {
                let rows = rows.iter();
                decisions.push(Decision {
                    rows: rows
                        .map(|(test, result)| (test, self.key(result).to_string()))
                        .collect(),
                    otherwise: otherwise.as_ref().map(|node| self.key(node).to_string()),
                });
            }
        });
        decisions
    }
}
