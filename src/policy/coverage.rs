//! Which rules of a policy tests reached: counted by the evaluator itself, where somebody asks for it.
//!
//! Each condition of a row counts how often it held and how often it did not; a rule without a condition counts how
//! often it was reached. Where nobody asks there is nothing to count, and it costs one look at an empty place.

use super::ir::{Kind, Node};
use super::program::{Policy, Program};
use super::ruleset::{RuleId, RuleKind};
use crate::diagnostic::{Sources, Span};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts by the place of a condition or a rule: how often it held, how often it did not.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    places: FxHashMap<Span, [AtomicU64; 2]>,
}

impl Counts {
    /// Counts an answer.
    pub(crate) fn count(&self, span: Span, holds: bool) {
        if let Some([held, failed]) = self.places.get(&span) {
            let counter = if holds { held } else { failed };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn of(&self, span: Span) -> (u64, u64) {
        let found = self.places.get(&span);
        found.map_or((0, 0), |[held, failed]| {
            (held.load(Ordering::Relaxed), failed.load(Ordering::Relaxed))
        })
    }
}

/// What of a policy was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Its rules and conditions, in the order of files and lines.
    pub points: Vec<Point>,
}

/// A rule, or a condition in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// File.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// `lifecycle`, `groups`, `choose`, …
    pub kind: &'static str,
    /// The condition in its author's words; of a rule without one the rule.
    pub text: Arc<str>,
    /// Whether it is a condition, which can go two ways.
    pub conditional: bool,
    /// How often it held, or was reached.
    pub held: u64,
    /// How often it did not hold.
    pub failed: u64,
}

impl Coverage {
    /// How many ways were gone, and how many there are.
    pub fn branches(&self) -> (u32, u32) {
        let mut branches = (0, 0);
        for point in &self.points {
            branches.0 += u32::from(point.held > 0);
            branches.1 += 1;
            if point.conditional {
                branches.0 += u32::from(point.failed > 0);
                branches.1 += 1;
            }
        }
        branches
    }

    /// How many percent of the ways were gone, rounded down.
    pub fn percent(&self) -> u32 {
        let (reached, all) = self.branches();
        (reached * 100).checked_div(all).unwrap_or(0)
    }
}

/// A place that is counted, before it is.
type Place = (Span, &'static str, bool);

impl Policy {
    /// Counts from now on what is reached.
    pub fn count_coverage(&mut self) {
        let places = self.places().into_iter();
        let places = places.map(|(span, _, _)| (span, <[AtomicU64; 2]>::default()));
        self.program.counts = Some(Counts {
            places: places.collect(),
        });
    }

    /// What was reached since; `sources` are the texts of the policy.
    pub fn coverage(&self, sources: &Sources) -> Coverage {
        let mut points: Vec<Point> = Vec::new();
        for (span, kind, conditional) in self.places() {
            let Some((file, at)) = sources.place(span) else {
                continue;
            };
            let counts = self.program.counts.as_ref();
            let (held, failed) = counts.map_or((0, 0), |counts| counts.of(span));
            let words: Vec<&str> = sources.slice(span).split_whitespace().collect();
            points.push(Point {
                file,
                line: at.line,
                kind,
                text: words.join(" ").into(),
                conditional,
                held,
                failed,
            });
        }
        points.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Coverage { points }
    }

    /// Every place that is counted, once.
    fn places(&self) -> Vec<Place> {
        let Program {
            lets,
            functions,
            lifecycle,
            unit,
            groups,
            lists,
            forbids,
            approvals,
            invariants,
            expects,
            watches,
            profile,
            stages,
            ..
        } = &self.program;
        let mut found = Found {
            policy: self,
            places: BTreeMap::new(),
        };
        for row in lifecycle {
            found.row(row.condition.as_ref(), row.rule, "lifecycle");
        }
        if let Some(unit) = unit {
            for (condition, value, rule) in &unit.rows {
                found.row(Some(condition), *rule, "unit");
                found.inside(value);
            }
            if let Some((value, rule)) = &unit.otherwise {
                found.row(None, *rule, "unit");
                found.inside(value);
            }
        }
        for (rows, kind) in [(groups, "groups"), (lists, "lists"), (forbids, "forbid")] {
            for row in rows {
                found.row(row.condition.as_ref(), row.rule, kind);
            }
        }
        for (node, _) in approvals {
            found.condition(node, "approve");
        }
        for node in invariants {
            found.condition(node, "invariant");
        }
        for node in expects {
            found.condition(node, "expect");
        }
        for node in watches {
            found.condition(node, "notify");
        }
        for node in lets.iter().map(|one| &one.node) {
            found.inside(node);
        }
        for node in functions.iter().map(|one| &one.body) {
            found.inside(node);
        }
        for line in profile.iter().filter_map(|line| line.value.as_ref()) {
            found.inside(line);
        }
        for (index, _) in stages.iter().enumerate() {
            let rule = self.rules.stages.get(index).map(|stage| stage.rule);
            if let Some(rule) = rule.and_then(|rule| self.rules.rule(rule))
                && rule.kind == RuleKind::Stage
            {
                found.places.insert(rule.span, ("stage", false));
            }
        }
        let places = found.places.into_iter();
        places
            .map(|(span, (kind, conditional))| (span, kind, conditional))
            .collect()
    }
}

struct Found<'p> {
    policy: &'p Policy,
    places: BTreeMap<Span, (&'static str, bool)>,
}

impl Found<'_> {
    /// A row: its condition, or itself where it has none.
    fn row(&mut self, condition: Option<&Node>, rule: RuleId, kind: &'static str) {
        if let Some(node) = condition {
            self.condition(node, kind);
            return;
        }
        let rule = self.policy.rules.rule(rule).filter(|rule| rule.line > 0);
        if let Some(rule) = rule {
            self.places.insert(rule.span, (kind, false));
        }
    }

    fn condition(&mut self, node: &Node, kind: &'static str) {
        self.places.insert(node.span, (kind, true));
        self.inside(node);
    }

    /// The rows of every `choose` in an expression.
    fn inside(&mut self, node: &Node) {
        node.walk(&mut |node| {
            if let Kind::Choose { rows, otherwise } = &node.kind {
                for (condition, _) in rows {
                    self.places.insert(condition.span, ("choose", true));
                }
                if let Some(otherwise) = otherwise {
                    self.places.insert(otherwise.span, ("choose", false));
                }
            }
        });
    }
}
