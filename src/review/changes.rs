//! Which rules and definitions differ between two policies, and which of them is behind a difference between their plans.

use super::Side;
use super::deed::{Deed, Done, Kind};
use super::definitions::plain;
use crate::hr::PersonId;
use crate::plan::Reason;
use crate::policy::{Rule, RuleId, RuleKind, Standing, UnitWish, Wish};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A rule where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The statement in its author's words, on one line.
    pub text: Arc<str>,
    /// File, relative to the policy folder; empty where no author wrote it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

/// What of the change in the policy a difference comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Because {
    /// A rule that is new, gone, or says something else.
    Rule {
        /// As it was; none where it is new.
        old: Option<Place>,
        /// As it is; none where it is gone.
        new: Option<Place>,
    },
    /// A rule that is the same, by definitions that are not: `let site`, `table sites`.
    Definitions(Vec<Arc<str>>),
    /// A rule that is the same and names nothing that is not: other rules leave it more or less to decide.
    Elsewhere(Place),
    /// The plan names no rule for it.
    Unknown,
}

/// The rules and definitions that differ.
pub(super) struct Changes<'a> {
    sides: [&'a Side<'a>; 2],
    /// By side and words: which change a rule is part of.
    rules: [BTreeMap<String, usize>; 2],
    all: Vec<Because>,
    definitions: BTreeSet<Arc<str>>,
}

/// Kind and words of a rule: where it stands means nothing.
fn words(rule: &Rule) -> String {
    format!("{:?} {}", rule.kind, plain(&rule.text))
}

fn place(rule: &Rule) -> Place {
    Place {
        text: rule.text.clone(),
        file: rule.file.clone(),
        line: rule.line,
    }
}

impl<'a> Changes<'a> {
    pub(super) fn of(old: &'a Side<'a>, new: &'a Side<'a>) -> Self {
        let all = |side: &'a Side<'a>| -> BTreeMap<String, &'a Rule> {
            let rules = side.policy.rules.rules.iter();
            let rules = rules.filter(|rule| !rule.file.is_empty());
            rules.map(|rule| (words(rule), rule)).collect()
        };
        let (before, after) = (all(old), all(new));
        let only = |these: &BTreeMap<String, &'a Rule>, others: &BTreeMap<String, &'a Rule>| {
            let these = these
                .iter()
                .filter(|(words, _)| !others.contains_key(*words));
            let mut these: Vec<&'a Rule> = these.map(|(_, rule)| *rule).collect();
            these.sort_by(|a, b| (&a.file, a.line, &a.text).cmp(&(&b.file, b.line, &b.text)));
            these
        };
        let mut gone = only(&before, &after);
        let mut rules = [BTreeMap::new(), BTreeMap::new()];
        let mut changes = Vec::new();
        let [of_old, of_new] = &mut rules;
        for rule in only(&after, &before) {
            let former = gone.iter().position(|other| is_edit(other, rule));
            let former = former.map(|index| gone.remove(index));
            if let Some(former) = former {
                of_old.insert(words(former), changes.len());
            }
            of_new.insert(words(rule), changes.len());
            changes.push(Because::Rule {
                old: former.map(place),
                new: Some(place(rule)),
            });
        }
        for rule in gone {
            of_old.insert(words(rule), changes.len());
            changes.push(Because::Rule {
                old: Some(place(rule)),
                new: None,
            });
        }
        Self {
            sides: [old, new],
            rules,
            all: changes,
            definitions: new.definitions.changed(old.definitions),
        }
    }

    /// What is behind a deed that only one of the two plans has: `side` is 0 where it is the old one.
    pub(super) fn behind(&self, done: &Done<'_>, side: usize) -> Because {
        let candidates = self.candidates(done, side);
        let known = |(side, rule): &(usize, &Rule)| self.change(*side, rule);
        if let Some(index) = candidates.iter().find_map(known) {
            return self.all.get(index).cloned().unwrap_or(Because::Unknown);
        }
        for (_, rule) in &candidates {
            let titles = self.reached(&rule.text);
            if !titles.is_empty() {
                return Because::Definitions(titles);
            }
        }
        // What decides for everybody or names others may have left this one more or less to decide.
        if let Some(index) = self.mentions(&done.deed) {
            return self.all.get(index).cloned().unwrap_or(Because::Unknown);
        }
        match candidates.first() {
            Some((_, rule)) => Because::Elsewhere(place(rule)),
            None => done.reasons.first().map_or(Because::Unknown, |reason| {
                Because::Elsewhere(Place {
                    text: reason.text.clone(),
                    file: reason.file.clone(),
                    line: reason.line,
                })
            }),
        }
    }

    fn change(&self, side: usize, rule: &Rule) -> Option<usize> {
        self.rules.get(side)?.get(&words(rule)).copied()
    }

    fn reached(&self, text: &str) -> Vec<Arc<str>> {
        let [old, new] = self.sides.map(|side| side.definitions);
        let mut reached = old.reached(text);
        reached.extend(new.reached(text));
        let changed = reached.intersection(&self.definitions);
        let title = |word: &Arc<str>| new.title(word).or(old.title(word)).cloned();
        changed.filter_map(title).collect()
    }

    /// A rule that differs and names the same group or attribute, or else decides the same kind of thing.
    fn mentions(&self, deed: &Deed) -> Option<usize> {
        let kinds: &[RuleKind] = match deed.kind {
            Kind::Grant | Kind::Revoke => &[
                RuleKind::Groups,
                RuleKind::Lists,
                RuleKind::Exclusive,
                RuleKind::Forbid,
                RuleKind::Stage,
                RuleKind::Group,
            ],
            Kind::Set => &[RuleKind::Profile, RuleKind::Stage, RuleKind::Unique],
            Kind::Place => &[RuleKind::Unit, RuleKind::Stage, RuleKind::Unique],
            Kind::Notice => &[RuleKind::Notify],
            Kind::Broken => &[RuleKind::Invariant],
            Kind::Password => &[RuleKind::Password],
            Kind::Writeback => &[RuleKind::Writeback],
            Kind::Step => &[RuleKind::Await],
            Kind::Create
            | Kind::Adopt
            | Kind::Release
            | Kind::Enable
            | Kind::Disable
            | Kind::Delete
            | Kind::Structure
            | Kind::Quarantined
            | Kind::Held
            | Kind::Finding(_) => &[],
        };
        let in_kinds = |words: &str| {
            kinds
                .iter()
                .any(|kind| words.starts_with(&format!("{kind:?} ")))
        };
        let of_kind = || {
            self.rules
                .iter()
                .rev()
                .flatten()
                .filter(|(words, _)| in_kinds(words))
        };
        let named = of_kind().find(|(words, _)| !deed.of.is_empty() && words.contains(&*deed.of));
        let mut all = of_kind();
        let only = match (all.next(), all.next()) {
            (Some(one), None) => Some(one),
            (_, _) => None,
        };
        named.or(only).map(|(_, index)| *index)
    }

    /// The rules that may have decided: those that the plan names, then what either policy wants of the same thing.
    fn candidates(&self, done: &Done<'_>, side: usize) -> Vec<(usize, &'a Rule)> {
        let mut found: Vec<(usize, &'a Rule)> = Vec::new();
        if let Some(own) = self.sides.get(side) {
            for reason in &done.reasons {
                found.extend(rule_of(own, reason).map(|rule| (side, rule)));
            }
        }
        let Some(person) = done.person else {
            return found;
        };
        for (side, own) in self.sides.iter().enumerate() {
            let Some(wish) = wish_of(own, person) else {
                continue;
            };
            let ids = wanted_by(wish, &done.deed);
            let rules = ids.into_iter().filter_map(|id| own.policy.rules.rule(id));
            found.extend(rules.map(|rule| (side, rule)));
        }
        if self.stage_differs(person) {
            for (side, own) in self.sides.iter().enumerate() {
                let wish = wish_of(own, person);
                let rule = wish.and_then(|wish| match &wish.standing {
                    Standing::In { rule, .. } => Some(*rule),
                    Standing::Held { rule, .. } => *rule,
                });
                let rule = rule.and_then(|id| own.policy.rules.rule(id));
                found.extend(rule.map(|rule| (side, rule)));
            }
        }
        found
    }

    fn stage_differs(&self, person: &PersonId) -> bool {
        let [old, new] = self.sides.map(|side| {
            wish_of(side, person).and_then(|wish| match &wish.standing {
                Standing::In { stage, .. } => side
                    .policy
                    .rules
                    .stage(*stage)
                    .map(|stage| stage.name.clone()),
                Standing::Held { .. } => None,
            })
        });
        old != new
    }
}

/// Whether one rule is the other one, edited: what it tests or what it gives is the same.
fn is_edit(old: &Rule, new: &Rule) -> bool {
    let parts = |rule: &Rule| {
        let text = plain(&rule.text);
        let (test, gives) = text
            .split_once("=>")
            .or_else(|| text.split_once(" = "))
            .map_or((text.as_str(), ""), |(a, b)| (a.trim(), b.trim()));
        (test.to_owned(), gives.to_owned())
    };
    let ((a, x), (b, y)) = (parts(old), parts(new));
    old.kind == new.kind && (a == b || (!x.is_empty() && x == y))
}

fn rule_of<'a>(side: &Side<'a>, reason: &Reason) -> Option<&'a Rule> {
    let mut rules = side.policy.rules.rules.iter();
    rules.find(|rule| {
        !rule.file.is_empty()
            && rule.file == reason.file
            && rule.line == reason.line
            && reason.text.starts_with(&*rule.text)
    })
}

fn wish_of<'a>(side: &Side<'a>, person: &PersonId) -> Option<&'a Wish> {
    let found = side.wishes.binary_search_by(|wish| wish.person.cmp(person));
    side.wishes.get(found.ok()?)
}

/// The rules by which a policy wants something of that kind of a person.
fn wanted_by(wish: &Wish, deed: &Deed) -> Vec<RuleId> {
    match deed.kind {
        Kind::Grant | Kind::Revoke => {
            let blocks = [&wish.groups, &wish.lists];
            let is_it = |name: &str| {
                name.eq_ignore_ascii_case(&deed.of)
                    || name
                        .to_lowercase()
                        .contains(&format!("cn={},", deed.of.to_lowercase()))
            };
            let mut rules = Vec::new();
            for block in blocks {
                let all = block.granted.iter().chain(&block.forbidden);
                let all = all.chain(block.held.iter().map(|(group, _)| group));
                rules.extend(all.filter(|one| is_it(&one.group)).map(|one| one.rule));
                rules.extend(block.restriction.rule);
            }
            rules
        }
        Kind::Set => {
            let lines = wish.attributes.iter();
            let lines = lines.filter(|line| line.attribute.eq_ignore_ascii_case(&deed.of));
            lines.map(|line| line.rule).collect()
        }
        Kind::Place => vec![match &wish.unit {
            UnitWish::In(_, rule) | UnitWish::Untouched(rule) | UnitWish::Held(_, rule) => *rule,
        }],
        Kind::Create
        | Kind::Adopt
        | Kind::Release
        | Kind::Enable
        | Kind::Disable
        | Kind::Delete
        | Kind::Password => vec![wish.account_rule],
        Kind::Writeback
        | Kind::Step
        | Kind::Structure
        | Kind::Notice
        | Kind::Broken
        | Kind::Quarantined
        | Kind::Held
        | Kind::Finding(_) => Vec::new(),
    }
}
