//! Which HR attribute goes where: what each rule reads, and what hangs on it. For a record of processing (S12).
//!
//! What a rule reads was found when the policy was checked ([`Rule::reads`](super::Rule)), by the same walk that
//! refuses a sensitive value on its way to where everybody reads it. Here each rule is told what it leads to; names
//! that a `unique` gives are looked through, so that a login leads back to the names that it is made of.

use super::ir::{Kind, Node};
use super::notice::Fact;
use super::program::{AccountQuestion, GroupRow, Line, Policy, StageBody, UnitClause};
use super::ruleset::{RuleId, StageId};
use crate::hr::Step;
use std::collections::BTreeSet;
use std::sync::Arc;

/// That a rule reads attributes of HR, and what hangs on them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// What the values lead to.
    pub to: Destination,
    /// The rule.
    pub rule: RuleId,
    /// What it reads, in the order of the schema.
    pub reads: Vec<Read>,
}

/// An attribute that a rule reads, of whomever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    /// Its position in the schema.
    pub position: u32,
    /// The way to it, where it is another person's or one of an employment: `supervisor.department`.
    pub path: Option<Arc<str>>,
}

/// What values of HR lead to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// It decides the stage of a person.
    Stage,
    /// It is written into an attribute of the account, or decides what is.
    Attribute(Arc<str>),
    /// It ties the account to its person, in this attribute.
    Anchor(Arc<str>),
    /// It decides in which unit the account is.
    Unit,
    /// It decides who is in these security groups.
    Groups(Vec<Arc<str>>),
    /// It decides who is in these distribution lists.
    Lists(Vec<Arc<str>>),
    /// It decides who must not be in these groups.
    Forbidden(Vec<Arc<str>>),
    /// It is compared with accounts, to find whose they are.
    Matching,
    /// It decides in which time zone the days of a person begin.
    Timezone,
    /// It decides what waits for approval.
    Approval,
    /// It is tested against a promise that no plan may break.
    Invariant(Arc<str>),
    /// It is tested for data quality.
    Quality(Arc<str>),
    /// It stands in a notice, or decides to whom that goes.
    Notice(Arc<str>, Vec<Arc<str>>),
    /// It decides when a notice is sent.
    NoticeWhen(Arc<str>),
    /// It is sent to that step.
    Step(Arc<str>),
    /// It decides whether that step is asked for.
    StepWhen(Arc<str>),
    /// The first password is computed from it.
    Password,
    /// It is written back to this field of HR.
    WriteBack(Arc<str>),
}

impl Policy {
    /// Every rule that reads HR, with what hangs on it, in the order of what that is and of the rules.
    pub fn flows(&self) -> Vec<Flow> {
        let mut flows = Flows {
            policy: self,
            found: BTreeSet::new(),
        };
        flows.lifecycle();
        flows.accounts();
        flows.memberships();
        flows.oversight();
        flows.telling();
        flows.found.into_iter().collect()
    }
}

/// What a row of groups leads to, for the names that it can give.
type ToGroups = fn(Vec<Arc<str>>) -> Destination;

struct Flows<'p> {
    policy: &'p Policy,
    found: BTreeSet<Flow>,
}

impl Flows<'_> {
    /// Notes what a rule reads, and what the names read that stand in these expressions.
    fn add<'n>(
        &mut self,
        to: Destination,
        rule: RuleId,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) {
        let rules = &self.policy.rules;
        let mut numbers: BTreeSet<u32> = BTreeSet::new();
        numbers.extend(rules.rule(rule).iter().flat_map(|rule| &rule.reads));
        let mut inside = Inside::default();
        for node in nodes {
            inside.look(self.policy, node);
        }
        numbers.extend(inside.fields);
        for unique in inside.uniques {
            let unique = rules.uniques.get(unique as usize);
            let rule = unique.and_then(|unique| rules.rule(unique.rule));
            numbers.extend(rule.iter().flat_map(|rule| &rule.reads));
        }
        let reads: BTreeSet<Read> = numbers
            .into_iter()
            .flat_map(|number| self.read(number))
            .collect();
        if !reads.is_empty() {
            let reads = reads.into_iter().collect();
            self.found.insert(Flow { to, rule, reads });
        }
    }

    /// The attributes of a number: a position in the schema, or behind them a way with all that stands on it.
    fn read(&self, number: u32) -> Vec<Read> {
        let attributes = self.policy.schema.attributes().len();
        let Some(index) = (number as usize).checked_sub(attributes) else {
            return vec![Read {
                position: number,
                path: None,
            }];
        };
        let Some(way) = self.policy.rules.related.get(index) else {
            return Vec::new();
        };
        let supervisor = self.policy.schema.supervisor();
        let employments = self.policy.schema.employments();
        let employments = employments.map(|(position, _)| position);
        let steps = way.steps.iter().filter_map(|step| match step {
            Step::Attribute(position) => Some(*position),
            Step::Employments(_) => u32::try_from(employments?).ok(),
            Step::Reports | Step::AllReports => u32::try_from(supervisor?).ok(),
        });
        let read = |position| Read {
            position,
            path: Some(way.name.clone()),
        };
        steps.map(read).collect()
    }

    fn lifecycle(&mut self) {
        let program = &self.policy.program;
        for row in &program.lifecycle {
            self.add(Destination::Stage, row.rule, &row.condition);
        }
        if let Some((node, rule)) = &program.timezone {
            self.add(Destination::Timezone, *rule, [node]);
        }
        for index in 0..program.stages.len() {
            let stage = StageId(u32::try_from(index).unwrap_or(u32::MAX));
            if let Some(body) = self.policy.program.stages.get(stage.0 as usize) {
                self.stage(body);
            }
        }
        for exception in program.exceptions.values().flatten() {
            self.stage(&exception.body);
        }
    }

    fn stage(&mut self, body: &StageBody) {
        if let Some((UnitClause::Value(node), rule)) = &body.unit {
            self.add(Destination::Unit, *rule, [node]);
        }
        for (node, names, rule) in &body.grants {
            self.add(Destination::Groups(names.clone()), *rule, [node]);
        }
        self.lines(&body.lines);
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            let to = Destination::Attribute(line.attribute.name.into());
            self.add(to, line.rule, &line.value);
        }
    }

    fn accounts(&mut self) {
        let policy = self.policy;
        let program = &policy.program;
        if let (Some(anchor), Some(node)) = (&policy.rules.anchor, &program.anchor) {
            let to = Destination::Anchor(anchor.attribute.clone());
            self.add(to, anchor.rule, [node]);
        }
        for adopt in &program.adopt {
            let asked = adopt.account.iter().filter_map(|question| match question {
                AccountQuestion::Equal(_, node) => Some(node),
                AccountQuestion::Matches(..)
                | AccountQuestion::Present(_)
                | AccountQuestion::Missing(_) => None,
            });
            self.add(
                Destination::Matching,
                adopt.rule,
                adopt.person.iter().chain(asked),
            );
        }
        self.lines(&program.profile);
        if let (Some(node), Some(rule)) = (&program.initial, policy.rules.password.rule) {
            self.add(Destination::Password, rule, [node]);
        }
        if let Some(unit) = &program.unit {
            for (condition, place, rule) in &unit.rows {
                self.add(Destination::Unit, *rule, [condition, place]);
            }
            if let Some((place, rule)) = &unit.otherwise {
                self.add(Destination::Unit, *rule, [place]);
            }
        }
    }

    fn memberships(&mut self) {
        let program = &self.policy.program;
        let blocks: [(&[GroupRow], ToGroups); 3] = [
            (&program.groups, Destination::Groups),
            (&program.lists, Destination::Lists),
            (&program.forbids, Destination::Forbidden),
        ];
        for (rows, to) in blocks {
            for row in rows {
                let names: BTreeSet<Arc<str>> = row.names.iter().flatten().cloned().collect();
                let nodes = row.condition.iter().chain(&row.groups);
                self.add(to(names.into_iter().collect()), row.rule, nodes);
            }
        }
    }

    fn oversight(&mut self) {
        let policy = self.policy;
        for (node, rule) in &policy.program.approvals {
            self.add(Destination::Approval, *rule, [node]);
        }
        for (rule, node) in policy
            .rules
            .invariants
            .iter()
            .zip(&policy.program.invariants)
        {
            self.add(
                Destination::Invariant(rule.title.clone()),
                rule.rule,
                [node],
            );
        }
        for (rule, node) in policy.rules.expects.iter().zip(&policy.program.expects) {
            self.add(Destination::Quality(rule.title.clone()), rule.rule, [node]);
        }
    }

    fn telling(&mut self) {
        let policy = self.policy;
        for (rule, body) in policy.rules.notices.iter().zip(&policy.program.notices) {
            let to: Vec<Arc<str>> = body.to.iter().map(|(_, words)| words.clone()).collect();
            let nodes = body.to.iter().map(|(node, _)| node);
            let nodes = nodes.chain([&body.subject, &body.body]);
            self.add(Destination::Notice(rule.name.clone(), to), rule.rule, nodes);
            for event in &rule.on {
                self.add(Destination::NoticeWhen(rule.name.clone()), event.rule, []);
                if event.event == super::NoticeEvent::Expectation {
                    let expects = policy.rules.expects.iter().zip(&policy.program.expects);
                    for (expect, node) in expects.filter(|(expect, _)| !expect.sensitive) {
                        let to = Destination::NoticeWhen(rule.name.clone());
                        self.add(to, expect.rule, [node]);
                    }
                }
                let super::NoticeEvent::ChangeOf(fields) = &event.event else {
                    continue;
                };
                let reads = fields.iter().map(|position| Read {
                    position: *position,
                    path: None,
                });
                self.found.insert(Flow {
                    to: Destination::NoticeWhen(rule.name.clone()),
                    rule: event.rule,
                    reads: reads.collect(),
                });
            }
        }
        for (rule, fields) in policy.rules.awaits.iter().zip(&policy.program.awaits) {
            let nodes = fields.iter().map(|(_, node)| node);
            self.add(Destination::Step(rule.name.clone()), rule.rule, nodes);
            let condition = rule.condition.map(|index| index as usize);
            let condition = condition.and_then(|index| policy.program.watches.get(index));
            if let (Some(node), Some(when)) = (condition, rule.when) {
                self.add(Destination::StepWhen(rule.name.clone()), when, [node]);
            }
        }
        for (rule, node) in policy
            .rules
            .writebacks
            .iter()
            .zip(&policy.program.writebacks)
        {
            self.add(Destination::WriteBack(rule.name.clone()), rule.rule, [node]);
        }
    }
}

/// What stands in an expression, through `let`s and functions.
#[derive(Default)]
struct Inside {
    fields: BTreeSet<u32>,
    uniques: BTreeSet<u32>,
    lets: BTreeSet<u32>,
    functions: BTreeSet<u32>,
}

impl Inside {
    fn look(&mut self, policy: &Policy, node: &Node) {
        let (mut lets, mut functions) = (Vec::new(), Vec::new());
        node.walk(&mut |node| {
            if let Kind::Field(position) = &node.kind {
                self.fields.insert(*position);
            } else if let Kind::Fact(Fact::DirectReports) = &node.kind {
                // Who reports to whom is what HR says of each of them.
                let position = policy.schema.supervisor();
                let position = position.and_then(|position| u32::try_from(position).ok());
                self.fields.extend(position);
            } else if let Kind::Unique(index) = &node.kind {
                self.uniques.insert(*index);
            } else if let Kind::Let(index) = &node.kind {
                lets.push(*index);
            } else if let Kind::Invoke { function, .. } = &node.kind {
                functions.push(*function);
            }
        });
        let program = &policy.program;
        for index in lets {
            if self.lets.insert(index)
                && let Some(inner) = program.lets.get(index as usize)
            {
                self.look(policy, &inner.node);
            }
        }
        for index in functions {
            if self.functions.insert(index)
                && let Some(inner) = program.functions.get(index as usize)
            {
                self.look(policy, &inner.body);
            }
        }
    }
}
