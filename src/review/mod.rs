//! Two policies by what they do to the same people: what only one of their plans has, whose it is, and which change in
//! the policy is behind it.
//!
//! Both plans are made of the same people, directory, state and instant, and each as if its policy were the one of the
//! last run: that a policy is another one is no effect of what it says. What is compared is what a plan does and says
//! ([`Deed`]), not why; a plan that does the same by another rule is counted apart.
//!
//! [`roster`] says the same of one group and one policy: who is in it, whom the policy wants in it, and by which rule.
//!
//! Begin with [`review`].

mod changes;
mod deed;
mod definitions;
pub mod roster;

pub use changes::{Because, Place};
pub use deed::{Deed, Kind};
pub use definitions::Definitions;

use crate::hr::PersonId;
use crate::plan::Plan;
use crate::policy::{GuardKind, Policy, Wish};
use changes::Changes;
use deed::Done;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One policy with its plan.
#[derive(Debug)]
pub struct Side<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What its rules lean on.
    pub definitions: &'a Definitions,
    /// What it wants of each person, sorted by person.
    pub wishes: &'a [Wish],
    /// The plan.
    pub plan: &'a Plan,
}

/// Something that one plan has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whose; none for units and groups that are made.
    pub person: Option<PersonId>,
    /// How the person is shown.
    pub who: Arc<str>,
    /// Whether the new plan has it; else only the old one had.
    pub new: bool,
    /// What.
    pub deed: Deed,
}

/// Differences that one change in the policy is behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The change.
    pub because: Because,
    /// What follows from it, by person.
    pub differences: Vec<Difference>,
}

/// A guard that stops one plan and not the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tripped {
    /// Which.
    pub kind: GuardKind,
    /// Whether it stops the new plan; else it stopped the old one alone.
    pub new: bool,
    /// How many that plan has.
    pub count: u32,
    /// How many are allowed there.
    pub limit: u32,
}

/// What the change of a policy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// What differs, by the change behind it.
    pub groups: Vec<Group>,
    /// Guards that stop one of the two.
    pub tripped: Vec<Tripped>,
    /// How many deeds both plans have by rules that differ.
    pub other_rule: usize,
}

impl Review {
    /// Whether both plans are the same.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.tripped.is_empty()
    }

    /// Whom anything is different for.
    pub fn people(&self) -> BTreeSet<&PersonId> {
        let all = self.groups.iter().flat_map(|group| &group.differences);
        all.filter_map(|one| one.person.as_ref()).collect()
    }

    /// How many deeds of each kind only the new plan has, and only the old one.
    pub fn counts(&self) -> BTreeMap<Kind, (usize, usize)> {
        let mut counts: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
        for one in self.groups.iter().flat_map(|group| &group.differences) {
            let (new, gone) = counts.entry(one.deed.kind).or_default();
            if one.new {
                *new += 1;
            } else {
                *gone += 1;
            }
        }
        counts
    }
}

/// How many deeds of each kind a plan has for each person: what two plans of the same people must share, whatever these
/// are called.
pub fn kinds(plan: &Plan) -> BTreeMap<(Option<PersonId>, Kind), usize> {
    let mut kinds = BTreeMap::new();
    for done in deed::deeds(plan) {
        *kinds
            .entry((done.person.cloned(), done.deed.kind))
            .or_default() += 1;
    }
    kinds
}

/// What differs between two plans of the same world.
pub fn review(old: &Side<'_>, new: &Side<'_>) -> Review {
    let (before, after) = (deed::deeds(old.plan), deed::deeds(new.plan));
    let changes = Changes::of(old, new);
    let mut groups: BTreeMap<Because, Vec<Difference>> = BTreeMap::new();
    let mut put = |done: &Done<'_>, side: usize| {
        let because = changes.behind(done, side);
        groups.entry(because).or_default().push(Difference {
            person: done.person.cloned(),
            who: done.who.clone(),
            new: side == 1,
            deed: done.deed.clone(),
        });
    };
    let (mut rest, mut other_rule) = (by_deed(&before), 0);
    for done in &after {
        let key = (done.person, &done.deed);
        match rest.get_mut(&key).and_then(Vec::pop) {
            Some(former) => other_rule += usize::from(!same_rule(former, done)),
            None => put(done, 1),
        }
    }
    for done in rest.into_values().flatten() {
        put(done, 0);
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(because, mut differences)| {
            differences.sort_by(|a, b| {
                let key = |one: &Difference| (one.person.clone(), !one.new, one.deed.clone());
                key(a).cmp(&key(b))
            });
            Group {
                because,
                differences,
            }
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.differences.len()));
    Review {
        groups,
        tripped: tripped(old.plan, new.plan),
        other_rule,
    }
}

/// The deeds of a plan by whose and what they are; the same may stand there twice.
fn by_deed<'d>(
    all: &'d [Done<'d>],
) -> BTreeMap<(Option<&'d PersonId>, &'d Deed), Vec<&'d Done<'d>>> {
    let mut by_deed: BTreeMap<_, Vec<&Done<'_>>> = BTreeMap::new();
    for done in all {
        by_deed
            .entry((done.person, &done.deed))
            .or_default()
            .push(done);
    }
    by_deed
}

fn same_rule(a: &Done<'_>, b: &Done<'_>) -> bool {
    let text = |done: &Done<'_>| {
        done.reasons
            .first()
            .map(|reason| definitions::plain(&reason.text))
    };
    text(a) == text(b)
}

fn tripped(old: &Plan, new: &Plan) -> Vec<Tripped> {
    let is_tripped = |plan: &Plan, kind: GuardKind| {
        let mut guards = plan.guards.iter();
        guards.any(|guard| guard.kind == kind && guard.tripped)
    };
    let of = |plan: &Plan, other: &Plan, new: bool| -> Vec<Tripped> {
        let guards = plan.guards.iter().filter(|guard| guard.tripped);
        let guards = guards.filter(|guard| !is_tripped(other, guard.kind));
        let tripped = guards.map(|guard| Tripped {
            kind: guard.kind,
            new,
            count: guard.count,
            limit: guard.limit,
        });
        tripped.collect()
    };
    let mut all = of(new, old, true);
    all.extend(of(old, new, false));
    all
}
