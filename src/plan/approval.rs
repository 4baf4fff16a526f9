//! What waits for a person: which actions an `approve` item speaks of, under which id, and who has said yes.
//!
//! An id is a digest of what is to be done and to whom, not of why or in which order: it stays the same from
//! plan to plan while exactly this is to be done, and is another as soon as anything of it differs. So what was
//! approved is what was shown.

use super::order::{each_target, renumber_change, takes_away};
use super::world::World;
use super::{Action, ActionId, Approval, Cause, Change, Input, Target, file};
use crate::directory::{Dn, ObjectId, fold};
use crate::policy::{ApproveRule, GuardKind, RuleId, Wish};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// How many bytes of the digest an id has: short enough to be typed, long enough to be met once.
const ID_BYTES: usize = 6;

/// What an `approve` item with a condition means for somebody of whom the policy says nothing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strangers {
    /// It does not speak of them: nothing is planned for them by any rule either.
    Pass,
    /// It is asked: what is done for them no rule has weighed.
    Ask,
}

/// Marks the actions that an `approve` item speaks of.
pub(crate) fn mark(world: &World<'_>, actions: &mut [Action], strangers: Strangers) {
    if world.input.rules.approvals.is_empty() {
        return;
    }
    for action in actions {
        if action.approval.is_none()
            && let Some(rule) = first_rule(world, action, strangers)
        {
            action.approval = Some(asked(world, action, rule));
        }
    }
}

/// The question whether that may be done, which this rule asks, and the answer if there is one.
pub(crate) fn asked(world: &World<'_>, action: &Action, rule: RuleId) -> Approval {
    let id = id(world, action);
    let known = world.input.prior.approvals.get(&id);
    let given = known.and_then(|known| known.given.clone());
    Approval {
        id,
        rule: world.reason(rule, None),
        asked: known.map_or(world.input.now, |known| known.asked),
        given: given.filter(|given| given.expires > world.input.now),
    }
}

/// The first `approve` item that speaks of an action.
pub(crate) fn rule_for(world: &World<'_>, action: &Action) -> Option<RuleId> {
    first_rule(world, action, Strangers::Pass)
}

fn first_rule(world: &World<'_>, action: &Action, strangers: Strangers) -> Option<RuleId> {
    // Who was ended at once was ended by a person: that is the yes (S1).
    if takes_away(&action.change) && wish_of(world, action).is_some_and(|wish| wish.ended.is_some())
    {
        return None;
    }
    let rules = &world.input.rules.approvals;
    let rule = rules
        .iter()
        .find(|rule| speaks_of(world, rule, action, strangers))?;
    Some(rule.rule)
}

fn speaks_of(world: &World<'_>, rule: &ApproveRule, action: &Action, strangers: Strangers) -> bool {
    if !action.counts.iter().any(|kind| rule.kinds.contains(kind)) {
        return false;
    }
    if !rule.groups.is_empty() {
        let (Change::AddMember { group, .. } | Change::RemoveMember { group, .. }) = &action.change
        else {
            return false;
        };
        if !rule.groups.iter().any(|name| is_called(world, group, name)) {
            return false;
        }
    }
    // What is nobody's, such as a group that is made, is about no person.
    if !rule.conditional {
        return true;
    }
    match wish_of(world, action) {
        Some(wish) => wish.approvals.contains(&rule.rule),
        None => strangers == Strangers::Ask && action.person.is_some(),
    }
}

fn wish_of<'a>(world: &World<'a>, action: &Action) -> Option<&'a Wish> {
    world.wish(action.person.as_ref()?)
}

/// Whether a rule means that group.
fn is_called(world: &World<'_>, group: &Target, name: &str) -> bool {
    match group {
        Target::Existing { guid, .. } => {
            let found = world.input.directory.by_guid(*guid);
            found.is_some() && found == world.group(name)
        }
        Target::Made { dn, .. } => {
            let leaf = dn.rdn().map(|rdn| rdn.value());
            let is_dn = name.contains('=');
            let same_dn = || {
                Dn::parse(name).is_ok_and(|name| super::world::absolute(&name, world.input) == *dn)
            };
            let same_name = || leaf.is_some_and(|leaf| fold::fold(&leaf) == fold::fold(name));
            if is_dn { same_dn() } else { same_name() }
        }
    }
}

/// Whether an unconditional `approve` item speaks of every grant of that group.
pub(crate) fn every_grant_waits(input: &Input<'_>, group: ObjectId) -> bool {
    let object = &input.directory[group];
    let called = |name: &Arc<str>| match Dn::parse(name) {
        Ok(dn) if name.contains('=') => super::world::absolute(&dn, input) == *object.dn(),
        Ok(_) | Err(_) => object
            .account_name()
            .is_some_and(|known| fold::fold(known) == fold::fold(name)),
    };
    input.rules.approvals.iter().any(|rule| {
        !rule.conditional
            && rule.kinds.contains(&GuardKind::Grant)
            && (rule.groups.is_empty() || rule.groups.iter().any(called))
    })
}

/// The id of what an action does.
fn id(world: &World<'_>, action: &Action) -> Arc<str> {
    let mut bare = Action::new(action.change.clone(), Vec::new(), Cause::Time);
    renumber_change(&mut bare.change, &|_| Some(ActionId(0)));
    // What exists is known by its GUID, wherever it is by then.
    each_target(&mut bare.change, &mut |target| {
        if let Target::Existing { dn, .. } = target {
            *dn = Dn::root();
        }
    });
    if let Change::Modify { attributes, .. } = &mut bare.change {
        for change in attributes {
            change.reason = World::said("");
            change.cause = Cause::Time;
        }
    }
    bare.person.clone_from(&action.person);
    let mut hash = Sha256::new();
    hash.update(world.input.prior.id.as_bytes());
    hash.update(file::action_to_json(&bare).as_bytes());
    let bytes: [u8; 32] = hash.finalize().into();
    let mut text = String::with_capacity(ID_BYTES * 2);
    for byte in bytes.iter().take(ID_BYTES) {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text.into()
}
