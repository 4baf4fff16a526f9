//! Which action is next: who waits for whom, and who is ready.
//!
//! An action is ready once all are behind the run that it needs (`after`), that it is ordered behind (`behind`),
//! that make what it names, or that touch what it touches and stand before it in the plan (see `touch`). All of
//! these stand earlier in the plan, so the plan's own order is one of the orders that this allows, and the one that
//! it yields if one action at a time is asked for. Among ready ones the plan's first goes first: the planner puts
//! what takes access away before what gives it.
//!
//! Ready memberships of one group are handed out together, as one operation; a group takes one at a time.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::job::numbered;
use super::touch::{Thing, Touch, touches};
use crate::plan::{ActionId, Change, Plan, made_by};

/// What waits for what.
pub(super) struct Schedule {
    /// For each action, how many it still waits for.
    waits_for: Vec<u32>,
    /// For each action, those that wait for it.
    followers: Vec<Vec<ActionId>>,
    /// For each action, the group whose member it adds or removes.
    memberships: Vec<Option<(GroupNumber, Way)>>,
    groups: Vec<Group>,
    /// What is ready and no membership.
    ready: BTreeSet<ActionId>,
    /// The first ready membership of each group at which nobody is at work.
    heads: BTreeMap<ActionId, GroupNumber>,
    /// Nothing becomes ready any more.
    closed: bool,
}

/// A group, as a place in the list of groups of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct GroupNumber(usize);

/// Whether a membership is given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

#[derive(Default)]
struct Group {
    joining: BTreeSet<ActionId>,
    leaving: BTreeSet<ActionId>,
    /// An operation on it is on its way.
    at_work: bool,
}

/// What is next: one action, or memberships of one group.
#[derive(Debug)]
pub(super) struct Next {
    pub(super) ids: Vec<ActionId>,
    /// The group, which takes nothing else until [`Schedule::free`].
    pub(super) group: Option<GroupNumber>,
}

impl Group {
    fn of(&mut self, way: Way) -> &mut BTreeSet<ActionId> {
        match way {
            Way::In => &mut self.joining,
            Way::Out => &mut self.leaving,
        }
    }

    fn first(&self) -> Option<(ActionId, Way)> {
        let joining = self.joining.first().map(|id| (*id, Way::In));
        let leaving = self.leaving.first().map(|id| (*id, Way::Out));
        match (joining, leaving) {
            (Some(joining), Some(leaving)) if leaving.0 < joining.0 => Some(leaving),
            (Some(joining), _) => Some(joining),
            (None, leaving) => leaving,
        }
    }
}

impl Schedule {
    /// Of a plan of which these actions are behind the run.
    pub(super) fn new(plan: &Plan, is_behind: impl Fn(ActionId) -> bool) -> Self {
        let count = plan.actions.len();
        let mut schedule = Self {
            waits_for: vec![0; count],
            followers: vec![Vec::new(); count],
            memberships: vec![None; count],
            groups: Vec::new(),
            ready: BTreeSet::new(),
            heads: BTreeMap::new(),
            closed: false,
        };
        schedule.number_groups(plan);
        for (id, needed) in needs(plan) {
            for needed in needed.into_iter().filter(|needed| !is_behind(*needed)) {
                if let (Some(followers), Some(waits)) = (
                    schedule.followers.get_mut(index(needed)),
                    schedule.waits_for.get_mut(index(id)),
                ) {
                    followers.push(id);
                    *waits += 1;
                }
            }
        }
        for (id, _) in numbered(plan) {
            if !is_behind(id) && schedule.waits_for.get(index(id)) == Some(&0) {
                schedule.enter(id);
            }
        }
        schedule
    }

    fn number_groups(&mut self, plan: &Plan) {
        let mut numbers: FxHashMap<&str, GroupNumber> = FxHashMap::default();
        for (id, action) in numbered(plan) {
            let (group, way) = match &action.change {
                Change::AddMember { group, .. } => (group, Way::In),
                Change::RemoveMember { group, .. } => (group, Way::Out),
                Change::CreateUnit { .. }
                | Change::CreateGroup { .. }
                | Change::CreateAccount { .. }
                | Change::Adopt { .. }
                | Change::Release { .. }
                | Change::DeleteUnit { .. }
                | Change::SetPassword { .. }
                | Change::Modify { .. }
                | Change::Move { .. }
                | Change::Enable { .. }
                | Change::Disable { .. }
                | Change::WriteBack { .. }
                | Change::Await { .. }
                | Change::Delete { .. } => continue,
            };
            let next = GroupNumber(self.groups.len());
            let number = *numbers.entry(group.dn().key()).or_insert(next);
            if number == next {
                self.groups.push(Group::default());
            }
            if let Some(slot) = self.memberships.get_mut(index(id)) {
                *slot = Some((number, way));
            }
        }
    }

    /// The next action; with it, where it is a membership, at most so many others of that group.
    pub(super) fn next(&mut self, most: usize) -> Option<Next> {
        let single = self.ready.first().copied();
        let head = self
            .heads
            .first_key_value()
            .map(|(id, group)| (*id, *group));
        let (first, number) = match (single, head) {
            (Some(single), head) if head.is_none_or(|(head, _)| single < head) => {
                self.ready.remove(&single);
                return Some(Next {
                    ids: vec![single],
                    group: None,
                });
            }
            (_, head) => head?,
        };
        self.heads.remove(&first);
        let group = self.groups.get_mut(number.0)?;
        let (_, way) = group.first()?;
        group.at_work = true;
        let waiting = group.of(way);
        let ids: Vec<ActionId> = waiting.iter().take(most.max(1)).copied().collect();
        for id in &ids {
            waiting.remove(id);
        }
        Some(Next {
            ids,
            group: Some(number),
        })
    }

    /// No operation on that group is on its way any more.
    pub(super) fn free(&mut self, number: GroupNumber) {
        if let Some(group) = self.groups.get_mut(number.0) {
            group.at_work = false;
            if let Some((first, _)) = group.first() {
                self.heads.insert(first, number);
            }
        }
    }

    /// An action is behind the run: what waited for it may be ready.
    pub(super) fn behind(&mut self, id: ActionId) {
        let followers = self.followers.get_mut(index(id));
        for follower in followers.map(std::mem::take).unwrap_or_default() {
            let Some(waits) = self.waits_for.get_mut(index(follower)) else {
                continue;
            };
            *waits = waits.saturating_sub(1);
            if *waits == 0 && !self.closed {
                self.enter(follower);
            }
        }
    }

    /// Leaves of what is ready only these, and lets nothing more become so.
    pub(super) fn close(&mut self, keep: impl Fn(ActionId) -> bool) {
        if self.closed {
            return;
        }
        self.closed = true;
        self.ready.retain(|id| keep(*id));
        self.heads.clear();
        for (number, group) in self.groups.iter_mut().enumerate() {
            group.joining.retain(|id| keep(*id));
            group.leaving.retain(|id| keep(*id));
            if let (Some((first, _)), false) = (group.first(), group.at_work) {
                self.heads.insert(first, GroupNumber(number));
            }
        }
    }

    /// An action is ready.
    fn enter(&mut self, id: ActionId) {
        let membership = self.memberships.get(index(id)).copied().flatten();
        let Some((number, way)) = membership else {
            self.ready.insert(id);
            return;
        };
        let Some(group) = self.groups.get_mut(number.0) else {
            return;
        };
        let before = group.first();
        group.of(way).insert(id);
        if !group.at_work && before.is_none_or(|(first, _)| id < first) {
            if let Some((first, _)) = before {
                self.heads.remove(&first);
            }
            self.heads.insert(id, number);
        }
    }
}

/// For each action, those that must be behind the run before it begins; all of them stand before it.
fn needs(plan: &Plan) -> impl Iterator<Item = (ActionId, BTreeSet<ActionId>)> {
    let mut last: FxHashMap<Thing<'_>, Last> = FxHashMap::default();
    numbered(plan).map(move |(id, action)| {
        let said = action.after.iter().chain(&action.behind).copied();
        let mut needed: BTreeSet<ActionId> = said.chain(made_by(&action.change)).collect();
        for (thing, touch) in touches(action) {
            let last = last.entry(thing).or_default();
            match touch {
                Touch::Reads => {
                    needed.extend(last.changed);
                    last.read.push(id);
                }
                Touch::Changes => {
                    // Who read it since has seen the last change already.
                    needed.extend(last.changed.filter(|_| last.read.is_empty()));
                    needed.extend(last.read.drain(..));
                    last.changed = Some(id);
                }
            }
        }
        needed.retain(|needed| *needed < id);
        (id, needed)
    })
}

/// Who touched a thing last.
#[derive(Default)]
struct Last {
    changed: Option<ActionId>,
    /// Those who read it since.
    read: Vec<ActionId>,
}

fn index(id: ActionId) -> usize {
    id.0 as usize
}
