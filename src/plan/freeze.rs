//! A freeze (S18): of a plan only what takes access away stays.

use super::order::{ordered, takes_away};
use super::world::World;
use super::{Action, Change, Finding, FindingKind};
use crate::hr::PersonId;
use crate::state::{Freeze, Prior};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// The freeze that holds at an instant.
pub(crate) fn holding(prior: &Prior, now: Timestamp) -> Option<&Freeze> {
    prior.freeze.as_ref().filter(|freeze| now < freeze.until)
}

/// What a freeze left out of a plan.
pub(crate) struct Frozen {
    /// For whom something was left out: they are remembered as they were, and nothing is told of them.
    pub(crate) people: BTreeSet<PersonId>,
    /// What is said of it.
    pub(crate) finding: Finding,
}

/// Leaves out whatever does not only take access away, and what needs it; none where nothing is frozen.
pub(crate) fn leave_out(world: &World<'_>, actions: &mut Vec<Action>) -> Option<Frozen> {
    let freeze = holding(world.input.prior, world.input.now)?;
    // Whoever was ended at once was ended by an order too, with all that belongs to it.
    let is_ended = |action: &Action| {
        let ends = &world.input.prior.ends;
        action
            .person
            .as_ref()
            .is_some_and(|person| ends.contains_key(person))
    };
    let mut kept: Vec<bool> = actions
        .iter()
        .map(|action| takes_away(&action.change) || is_ended(action))
        .collect();
    // An account is taken over before it is disabled. That gives nobody anything, so it stands in no leaver's way.
    let needed: BTreeSet<u32> = actions
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| **kept)
        .flat_map(|(action, _)| action.after.iter().map(|id| id.0))
        .collect();
    for (kept, (index, action)) in kept.iter_mut().zip((0..).zip(actions.iter())) {
        *kept |= matches!(action.change, Change::Adopt { .. }) && needed.contains(&index);
    }
    loop {
        let met = |action: &Action| {
            let mut needed = action.after.iter();
            needed.all(|id| kept.get(id.0 as usize).copied().unwrap_or(false))
        };
        let both = kept.iter().zip(actions.iter());
        let next: Vec<bool> = both.map(|(kept, action)| *kept && met(action)).collect();
        if next == kept {
            break;
        }
        kept = next;
    }
    let left_out = || {
        let kept = kept.iter();
        let actions = actions.iter().zip(kept);
        actions
            .filter(|(_, kept)| !**kept)
            .map(|(action, _)| action)
    };
    let people: BTreeSet<PersonId> = left_out()
        .filter_map(|action| action.person.clone())
        .collect();
    let count = left_out().count();
    let waits = match count {
        0 => "nothing has to wait".to_owned(),
        1 => "1 action waits".to_owned(),
        count => format!("{count} actions wait"),
    };
    let text = format!(
        "frozen until {} by {}: only what takes access away is done, and {waits} ({})",
        freeze.until, freeze.by, freeze.because
    );
    let finding = Finding::new(FindingKind::Note, "freeze".into(), text)
        .help("`tenure freeze --lift --because …` ends it");
    *actions = ordered(std::mem::take(actions), &kept);
    Some(Frozen { people, finding })
}
