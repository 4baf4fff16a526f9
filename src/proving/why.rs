//! Which rule is responsible for what a test found, and on which values.

use super::judge::{attribute, folded};
use super::play::Scene;
use crate::diagnostic::Span;
use crate::hr::PersonId;
use crate::plan::FindingKind;
use crate::policy::explain::{Explanation, TraceVerdict, Traced};
use crate::policy::trial::What;
use crate::policy::{BlockWish, Evaluator, RuleId, Standing, UnitWish, Wish};
use std::sync::Arc;

/// How many places one failure points to, at most.
const MAX_PLACES: usize = 6;

/// Asks after the rules of one person.
pub(super) struct Why<'s> {
    scene: &'s Scene<'s>,
    wish: Option<&'s Wish>,
    explanation: Option<Explanation>,
    places: Vec<(Span, String)>,
}

impl<'s> Why<'s> {
    pub(super) fn new(scene: &'s Scene<'s>, person: &'s PersonId) -> Self {
        let evaluator = Evaluator::new(scene.policy, scene.people, scene.now);
        let record = scene.people.get(person);
        let mut wishes = scene.planned.wishes.iter();
        let mut why = Self {
            scene,
            wish: wishes.find(|wish| wish.person == *person),
            explanation: record.map(|record| evaluator.explain(record, scene.sources, false)),
            places: Vec::new(),
        };
        for (of, text) in &scene.seen.refused {
            if of.as_ref() == Some(person)
                && let Some(rule) = why.wish.map(|wish| wish.account_rule)
            {
                why.add(rule, format!("was not done: {text}"));
            }
        }
        for action in scene.waiting(person) {
            let Some(approval) = &action.approval else {
                continue;
            };
            let text = "waits for somebody's yes".to_owned();
            why.standing_at(&approval.rule.file, approval.rule.line, text);
        }
        let findings = scene.planned.plan.findings.iter();
        // What HR's data lacks is no reason for what an account is.
        let findings = findings.filter(|one| one.kind != FindingKind::Expectation);
        for finding in findings.filter(|one| one.person.as_ref() == Some(person)) {
            if let Some(reason) = &finding.reason {
                why.standing_at(&reason.file, reason.line, finding.text.to_string());
            }
        }
        why
    }

    /// Adds the rule that stands there.
    fn standing_at(&mut self, file: &str, line: u32, text: String) {
        let mut rules = self.scene.policy.rules.rules.iter();
        let rule = rules.find(|rule| &*rule.file == file && rule.line == line);
        if let Some(rule) = rule.filter(|rule| rule.line > 0) {
            self.places.push((rule.span, text));
        }
    }

    /// The places, the most telling first.
    pub(super) fn because(mut self, what: &What, negated: bool) -> Vec<(Span, String)> {
        let Some(wish) = self.wish else {
            return self.places;
        };
        match what {
            What::Stage(name) => self.stage(wish, Some(name)),
            What::Account(_) | What::Event(_) | What::Held | What::Approval(_) => {
                self.stage(wish, None);
                self.add(wish.account_rule, "says how the account is".to_owned());
            }
            What::Unit(_) => self.unit(wish),
            What::Groups(groups) => {
                for group in groups {
                    if negated {
                        self.given(wish, group);
                    } else {
                        self.not_given(wish, group);
                    }
                }
            }
            What::Exactly(groups, lists) => {
                let block = if *lists { &wish.lists } else { &wish.groups };
                let wanted: Vec<String> = groups.iter().map(|group| folded(group)).collect();
                for granted in &block.granted {
                    if !wanted.contains(&folded(&granted.group)) {
                        self.given(wish, &granted.group);
                    }
                }
                for group in groups {
                    let known = |granted: &crate::policy::GroupWish| {
                        folded(&granted.group) == folded(group)
                    };
                    if !block.granted.iter().any(known) {
                        self.not_given(wish, group);
                    }
                }
            }
            What::Notice(name, _) => {
                let rules = &self.scene.policy.rules.notices;
                let named: Vec<RuleId> = rules
                    .iter()
                    .filter(|rule| name.as_ref().is_some_and(|name| *name == rule.name))
                    .map(|rule| rule.rule)
                    .collect();
                for rule in named {
                    self.add(rule, "is told when this happens".to_owned());
                }
            }
            What::Guard(kind) => {
                let limits = self.scene.policy.rules.limits.iter();
                let limits: Vec<RuleId> = limits
                    .filter(|(known, _)| kind.is_none_or(|kind| kind == **known))
                    .map(|(_, limit)| limit.rule)
                    .collect();
                if kind.is_some() {
                    for rule in limits {
                        self.add(rule, "the limit".to_owned());
                    }
                }
            }
            What::Quarantine => {}
            What::Condition(tests) => {
                for test in tests {
                    let name = attribute(test);
                    let lines = wish.attributes.iter();
                    let lines = lines.filter(|line| line.attribute.eq_ignore_ascii_case(name));
                    for line in lines {
                        self.add(line.rule, "this line writes it".to_owned());
                    }
                }
            }
        }
        self.places.truncate(MAX_PLACES);
        self.places
    }

    fn add(&mut self, rule: RuleId, text: String) {
        // Rule 0 is nobody's.
        let Some(rule) = self
            .scene
            .policy
            .rules
            .rule(rule)
            .filter(|rule| rule.line > 0)
        else {
            return;
        };
        if self.places.iter().all(|(span, _)| *span != rule.span) {
            self.places.push((rule.span, text));
        }
    }

    /// The row that decided the stage; with a name also why the rows of that stage did not.
    fn stage(&mut self, wish: &Wish, wanted: Option<&str>) {
        let rows = self.explanation.as_ref().map(|one| one.stage.clone());
        let rows = rows.unwrap_or_default();
        match &wish.standing {
            Standing::In { rule, .. } => {
                let row = rows.iter().find(|row| row.rule == *rule);
                let facts = row.map(facts).unwrap_or_default();
                self.add(*rule, format!("this decides{facts}"));
            }
            Standing::Held { rule, reason, .. } => {
                if let Some(rule) = rule {
                    self.add(*rule, format!("cannot be decided: {reason}"));
                }
            }
        }
        let Some(wanted) = wanted else {
            return;
        };
        for row in rows.iter().filter(|row| row.verdict == TraceVerdict::Fails) {
            let text = self
                .scene
                .policy
                .rules
                .rule(row.rule)
                .map(|rule| rule.text.clone());
            let leads = text.is_some_and(|text| {
                let stage = text.rsplit("=>").next().unwrap_or_default();
                stage.trim() == wanted
            });
            if leads {
                self.add(row.rule, format!("does not hold{}", facts(row)));
            }
        }
    }

    fn unit(&mut self, wish: &Wish) {
        let rows = self.explanation.as_ref().map(|one| one.unit.clone());
        let rows = rows.unwrap_or_default();
        let (rule, text) = match &wish.unit {
            UnitWish::In(_, rule) => {
                let row = rows.iter().find(|row| row.rule == *rule);
                let facts = row.map(facts).unwrap_or_default();
                (*rule, format!("this decides{facts}"))
            }
            UnitWish::Untouched(rule) => (*rule, "leaves it where it is".to_owned()),
            UnitWish::Held(why, rule) => (*rule, format!("cannot be decided: {why}")),
        };
        self.add(rule, text);
        for row in rows.iter().filter(|row| row.verdict == TraceVerdict::Fails) {
            self.add(row.rule, format!("does not hold{}", facts(row)));
        }
    }

    /// The rule that gave a group.
    fn given(&mut self, wish: &Wish, group: &str) {
        let key = folded(group);
        for block in [&wish.groups, &wish.lists] {
            let granted = block.granted.iter().find(|one| folded(&one.group) == key);
            if let Some(granted) = granted {
                let row = self.row(granted.rule);
                let facts = row.as_ref().map(facts).unwrap_or_default();
                self.add(granted.rule, format!("gives it{facts}"));
            }
        }
    }

    /// Why a group was not given: the rows that name it, what forbids it, and how the stage restricts its block.
    fn not_given(&mut self, wish: &Wish, group: &Arc<str>) {
        let key = folded(group);
        let is = |name: &str| folded(name) == key;
        for block in [&wish.groups, &wish.lists] {
            let forbidden = block.forbidden.iter().find(|one| is(&one.group));
            if let Some(forbidden) = forbidden {
                let row = self.row(forbidden.rule);
                let facts = row.as_ref().map(facts).unwrap_or_default();
                self.add(forbidden.rule, format!("forbids it{facts}"));
            }
        }
        let rows = self.explanation.as_ref().map(|one| one.groups.clone());
        for named in rows.unwrap_or_default() {
            let could = named.possible.iter().any(|name| is(name));
            if !could || named.block.is_none() {
                continue;
            }
            let restricted = |block: &BlockWish| block.restriction.rule;
            match named.row.verdict {
                TraceVerdict::Fails => {
                    self.add(
                        named.row.rule,
                        format!("does not hold{}", facts(&named.row)),
                    );
                }
                TraceVerdict::Decides if named.groups.iter().any(|name| is(name)) => {
                    let block = match named.block {
                        Some(crate::policy::Block::Lists) => &wish.lists,
                        Some(crate::policy::Block::Groups) | None => &wish.groups,
                    };
                    if let Some(rule) = restricted(block) {
                        self.add(rule, "the stage gives none".to_owned());
                    }
                }
                TraceVerdict::Decides | TraceVerdict::Unknown | TraceVerdict::NotReached => {}
            }
        }
    }

    /// A row of groups, as it was explained.
    fn row(&self, rule: RuleId) -> Option<Traced> {
        let rows = self.explanation.as_ref()?.groups.iter();
        let mut rows = rows.map(|named| &named.row);
        rows.find(|row| row.rule == rule).cloned()
    }
}

/// The conditions that decided about a row, with what they read: `: department is "Finance"`.
fn facts(row: &Traced) -> String {
    let mut values: Vec<String> = Vec::new();
    for (name, value) in row.facts.iter().flat_map(|fact| &fact.values) {
        let one = format!("{name} is {value}");
        if !values.contains(&one) {
            values.push(one);
        }
    }
    if values.is_empty() {
        return String::new();
    }
    format!(": {}", values.join(", "))
}
