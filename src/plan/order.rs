//! The order of actions: each behind what it depends on; among ready ones those that take access away first.
//!
//! A link is written while the object that it names is still where it was: AD follows moves by itself, and
//! the test of the old value holds. So whoever is moved or deleted waits for the links that name them.

use super::{Action, ActionId, Change, Target};
use crate::directory::{AttributeName, Dn};
use crate::hr::PersonId;
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::sync::Arc;

/// Makes moves and deletions wait for the links that name what they move or delete.
pub(crate) fn links_first(actions: &mut [Action]) {
    let mut leaving: FxHashMap<Arc<str>, usize> = FxHashMap::default();
    for (index, action) in actions.iter().enumerate() {
        if let Change::Move { account, .. } | Change::Delete { account } = &action.change {
            leaving.insert(account.dn().key().into(), index);
        }
    }
    if leaving.is_empty() {
        return;
    }
    let mut waits: Vec<(usize, ActionId)> = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        let Change::Modify { attributes, .. } = &action.change else {
            continue;
        };
        let links = attributes
            .iter()
            .filter(|change| AttributeName::new(&change.attribute).is_dn());
        for value in links.flat_map(|change| change.before.iter().chain(&change.after)) {
            let named = Dn::parse(value).ok();
            if let Some(waiting) = named.and_then(|dn| leaving.get(dn.key()).copied()) {
                waits.push((waiting, id(index)));
            }
        }
    }
    for (waiting, link) in waits {
        if let Some(action) = actions.get_mut(waiting) {
            action.behind.push(link);
        }
    }
}

/// What stays of the actions when only some people are planned for: theirs, and what those depend on.
pub(crate) fn only(actions: &[Action], people: &BTreeSet<PersonId>) -> Vec<bool> {
    let mut kept = vec![false; actions.len()];
    let mut stack: Vec<usize> = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        if action
            .person
            .as_ref()
            .is_some_and(|person| people.contains(person))
        {
            stack.push(index);
        }
    }
    while let Some(index) = stack.pop() {
        let (Some(slot), Some(action)) = (kept.get_mut(index), actions.get(index)) else {
            continue;
        };
        if *slot {
            continue;
        }
        *slot = true;
        stack.extend(action.after.iter().map(|id| id.0 as usize));
        stack.extend(made_by(&action.change).map(|id| id.0 as usize));
    }
    kept
}

/// For each action, whether it waits for approval, or needs one that does.
pub(crate) fn waiting(actions: &[Action]) -> Vec<bool> {
    let mut waits: Vec<bool> = actions.iter().map(Action::waits).collect();
    if waits.iter().all(|waits| !waits) {
        return waits;
    }
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); actions.len()];
    for (index, action) in actions.iter().enumerate() {
        for needed in action.after.iter().copied().chain(made_by(&action.change)) {
            if let Some(followers) = followers.get_mut(needed.0 as usize) {
                followers.push(index);
            }
        }
    }
    let first = waits.iter().enumerate().filter(|(_, waits)| **waits);
    let mut stack: Vec<usize> = first.map(|(index, _)| index).collect();
    while let Some(index) = stack.pop() {
        for follower in followers.get(index).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(*follower)
                && !*waits
            {
                *waits = true;
                stack.push(*follower);
            }
        }
    }
    waits
}

/// Those actions that are kept, each behind what it depends on, with their new numbers.
pub(crate) fn ordered(actions: Vec<Action>, kept: &[bool]) -> Vec<Action> {
    let count = actions.len();
    let is_kept = |index: usize| kept.get(index).copied().unwrap_or(false);
    let mut waiting = vec![0_usize; count];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (index, action) in actions
        .iter()
        .enumerate()
        .filter(|(index, _)| is_kept(*index))
    {
        let before: BTreeSet<usize> = action
            .after
            .iter()
            .chain(&action.behind)
            .copied()
            .chain(made_by(&action.change))
            .map(|id| id.0 as usize)
            .filter(|before| is_kept(*before) && *before != index)
            .collect();
        for before in before {
            if let Some(followers) = followers.get_mut(before) {
                followers.push(index);
            }
            if let Some(waiting) = waiting.get_mut(index) {
                *waiting += 1;
            }
        }
    }
    let mut ready: BinaryHeap<Reverse<(u8, usize)>> = actions
        .iter()
        .enumerate()
        .filter(|(index, _)| is_kept(*index) && waiting.get(*index) == Some(&0))
        .map(|(index, action)| Reverse((turn(&action.change), index)))
        .collect();
    let mut order: Vec<usize> = Vec::with_capacity(count);
    while let Some(Reverse((_, index))) = ready.pop() {
        order.push(index);
        for follower in followers.get(index).into_iter().flatten() {
            let Some(left) = waiting.get_mut(*follower) else {
                continue;
            };
            *left -= 1;
            if *left == 0
                && let Some(action) = actions.get(*follower)
            {
                ready.push(Reverse((turn(&action.change), *follower)));
            }
        }
    }
    renumbered(actions, &order)
}

fn renumbered(actions: Vec<Action>, order: &[usize]) -> Vec<Action> {
    let mut places: Vec<Option<ActionId>> = vec![None; actions.len()];
    for (place, index) in order.iter().enumerate() {
        if let Some(slot) = places.get_mut(*index) {
            *slot = Some(id(place));
        }
    }
    let place = |old: ActionId| places.get(old.0 as usize).copied().flatten();
    let mut slots: Vec<Option<Action>> = actions.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(order.len());
    for index in order {
        let Some(mut action) = slots.get_mut(*index).and_then(Option::take) else {
            continue;
        };
        action.after = new_places(&action.after, &place);
        action.behind = new_places(&action.behind, &place);
        renumber_change(&mut action.change, &place);
        sorted.push(action);
    }
    sorted
}

fn new_places(old: &[ActionId], place: &dyn Fn(ActionId) -> Option<ActionId>) -> Vec<ActionId> {
    let mut new: Vec<ActionId> = old.iter().filter_map(|id| place(*id)).collect();
    new.sort_unstable();
    new.dedup();
    new
}

pub(crate) fn renumber_change(change: &mut Change, place: &dyn Fn(ActionId) -> Option<ActionId>) {
    if let Change::Modify { attributes, .. } = change {
        for change in attributes {
            change.refers_to = change.refers_to.and_then(place);
        }
    }
    each_target(change, &mut |target| {
        if let Target::Made { by, .. } = target
            && let Some(new) = place(*by)
        {
            *by = new;
        }
    });
}

/// Visits every object that a change names.
pub(crate) fn each_target(change: &mut Change, visit: &mut dyn FnMut(&mut Target)) {
    match change {
        Change::CreateUnit { .. } | Change::CreateGroup { .. } | Change::CreateAccount { .. } => {}
        Change::Modify { account, .. }
        | Change::Adopt { account, .. }
        | Change::Release { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Move { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. }
        | Change::WriteBack { account, .. }
        | Change::Await { account, .. }
        | Change::Delete { account }
        | Change::DeleteUnit { unit: account } => visit(account),
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            visit(group);
            visit(account);
        }
    }
}

/// The actions that make what a change names.
pub(crate) fn made_by(change: &Change) -> impl Iterator<Item = ActionId> + use<> {
    let mut made: Vec<ActionId> = Vec::new();
    match change {
        Change::CreateUnit { .. } | Change::CreateGroup { .. } | Change::CreateAccount { .. } => {}
        Change::Modify {
            account,
            attributes,
        } => {
            made.extend(account.made_by());
            made.extend(attributes.iter().filter_map(|change| change.refers_to));
        }
        Change::Adopt { account, .. }
        | Change::Release { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Move { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. }
        | Change::WriteBack { account, .. }
        | Change::Await { account, .. }
        | Change::Delete { account }
        | Change::DeleteUnit { unit: account } => made.extend(account.made_by()),
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            made.extend(group.made_by());
            made.extend(account.made_by());
        }
    }
    made.into_iter()
}

/// Whose turn it is among ready actions (S10): taking access away, then giving, and what cannot be taken
/// back last.
fn turn(change: &Change) -> u8 {
    match change {
        Change::Disable { .. } => 0,
        Change::RemoveMember { .. } => 1,
        Change::CreateUnit { .. } => 2,
        Change::CreateGroup { .. } => 3,
        Change::Adopt { .. } => 4,
        Change::CreateAccount { .. } => 5,
        Change::Modify { .. } => 6,
        Change::Move { .. } => 7,
        Change::Await { .. } => 8,
        Change::SetPassword { .. } => 9,
        Change::Enable { .. } => 10,
        Change::AddMember { .. } => 11,
        Change::WriteBack { .. } | Change::Release { .. } | Change::Delete { .. } => 12,
        Change::DeleteUnit { .. } => 13,
    }
}

/// Whether a change only takes access away.
pub(crate) fn takes_away(change: &Change) -> bool {
    match change {
        Change::Disable { .. } | Change::RemoveMember { .. } => true,
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. }
        | Change::Adopt { .. }
        | Change::SetPassword { .. }
        | Change::Modify { .. }
        | Change::Move { .. }
        | Change::Enable { .. }
        | Change::AddMember { .. }
        | Change::WriteBack { .. }
        | Change::Await { .. }
        | Change::Release { .. }
        | Change::Delete { .. }
        | Change::DeleteUnit { .. } => false,
    }
}

fn id(index: usize) -> ActionId {
    ActionId(u32::try_from(index).unwrap_or(u32::MAX))
}
