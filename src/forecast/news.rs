//! What of a plan is new: what an earlier one had and was not done is not told again.

use super::event::{Kind, Tally};
use super::world::Planned;
use crate::apply::Ended;
use crate::hr::PersonId;
use crate::plan::{Action, Change};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is new for one person at an instant.
#[derive(Default)]
pub(super) struct New {
    pub(super) who: Option<Arc<str>>,
    pub(super) actions: Tally,
    pub(super) waiting: u32,
}

/// Counts what a plan has and no earlier one had; yields how many of it are to be done now.
pub(super) fn note(
    planned: &Planned,
    before: &FxHashSet<String>,
    new: &mut BTreeMap<Option<PersonId>, New>,
) -> usize {
    let plan = &planned.plan;
    let mut fresh = 0;
    for (action, waits) in plan.actions.iter().zip(plan.waiting()) {
        if before.contains(&key(action)) {
            continue;
        }
        fresh += usize::from(!waits);
        let one = new.entry(action.person.clone()).or_default();
        let (kind, count) = Kind::of(action);
        let sum = one.actions.entry(kind).or_default();
        *sum = sum.saturating_add(count);
        one.waiting += u32::from(waits);
        one.who.get_or_insert_with(|| action.who.clone());
    }
    for notice in &plan.notices {
        fresh += 1;
        // What is collected is told when its digest goes.
        if notice.digest.is_some() {
            continue;
        }
        let one = new.entry(Some(notice.person.clone())).or_default();
        *one.actions.entry(Kind::Notify).or_default() += 1;
        one.who.get_or_insert_with(|| notice.who.clone());
    }
    fresh
}

/// What stays to be done: it waits, or the directory did not take it.
pub(super) fn lasting(planned: &Planned, failed: &[Ended]) -> FxHashSet<String> {
    let plan = &planned.plan;
    let waiting = plan.actions.iter().zip(plan.waiting());
    let waiting = waiting
        .filter(|(_, waits)| *waits)
        .map(|(action, _)| key(action));
    let failed = failed.iter().filter_map(|ended| {
        let action = plan.actions.get(ended.id.0 as usize)?;
        Some(key(action))
    });
    waiting.chain(failed).collect()
}

/// What an action does to whom: the same from plan to plan, whatever else the plan has.
pub(super) fn key(action: &Action) -> String {
    let kind = Kind::of(action).0.word();
    let person = action.person.as_ref().map(ToString::to_string);
    let what = match &action.change {
        Change::CreateUnit { dn }
        | Change::CreateGroup { dn, .. }
        | Change::CreateAccount { dn, .. } => dn.key().to_owned(),
        Change::Modify { attributes, .. } => {
            let names = attributes.iter().map(|one| {
                let values: Vec<&str> = one.after.iter().map(|value| &**value).collect();
                format!("{}={}", one.attribute, values.join("\0"))
            });
            names.collect::<Vec<_>>().join("\0")
        }
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            format!("{}\0{}", group.dn().key(), account.dn().key())
        }
        Change::WriteBack { field, after, .. } => format!("{field}={after}"),
        Change::Await { step, .. } => step.name.to_string(),
        Change::Move { to, .. } => to.key().to_owned(),
        Change::DeleteUnit { unit } => unit.dn().key().to_owned(),
        Change::Adopt { account, .. }
        | Change::Release { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. }
        | Change::Delete { account } => account.dn().key().to_owned(),
    };
    format!("{kind}\0{}\0{what}", person.unwrap_or_default())
}
