//! What becomes of the memberships that were decided: actions, findings, and what the state remembers.

use super::super::account::action;
use super::super::approval;
use super::super::builder::Builder;
use super::super::subject::Aim;
use super::super::{ActionId, Cause, Change, Finding, FindingKind, Target};
use super::named::Named;
use super::{Desk, Taken};
use crate::directory::ObjectId;
use crate::policy::GuardKind;
use crate::state::{Membership, MembershipOwner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The actions: what comes, and what goes.
pub(super) fn act(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>, account: &Target) {
    let subject = desk.subject;
    let person = &subject.wish.person;
    let mut given: BTreeMap<Named, ActionId> = BTreeMap::new();
    let mut waiting: BTreeSet<Named> = BTreeSet::new();
    for (group, rule) in &desk.desired {
        let row = match group {
            Named::There(id) if desk.current.contains(id) => continue,
            Named::There(id) => desk.rows.get(id),
            Named::New(_) => None,
        };
        let taken_by_hand = row.is_some_and(|row| {
            row.removed_by_stage.is_none() && row.owner != MembershipOwner::ByHand
        });
        let cause = if taken_by_hand {
            Cause::ByHand
        } else {
            subject.cause_of_membership(builder, Some(*rule))
        };
        let Some(target) = builder.target_of(*group, subject, *rule) else {
            continue;
        };
        let change = Change::AddMember {
            group: target,
            account: account.clone(),
        };
        let reason = builder.world.reason(*rule, Some(person));
        let mut add = action(subject, change, vec![reason], cause);
        add.counts.push(GuardKind::Grant);
        if approval::rule_for(builder.world, &add).is_some() {
            waiting.insert(*group);
        }
        given.insert(*group, builder.draft.push(add));
    }
    for (group, removal) in &desk.removals {
        if let Some(why) = builder.world.barrier(*group) {
            let text = format!(
                "`{}` is not taken away: {why}",
                builder.world.name_of(*group)
            );
            let finding = Finding::new(FindingKind::Blocked, subject.who.clone(), text)
                .of(person)
                .about(builder.dn(subject.account))
                .because(removal.reason.clone())
                .help("take the membership away by hand");
            builder.draft.find(finding);
            continue;
        }
        let by_stage = matches!(removal.taken, Taken::ByStage);
        let added_since = subject.managed() && !desk.rows.contains_key(group);
        let cause = match removal.taken {
            _ if added_since => Cause::ByHand,
            Taken::ByStage => subject.cause_of_stage(builder),
            Taken::Forbidden | Taken::Exclusive { .. } => {
                subject.cause_of_membership(builder, removal.rule)
            }
            Taken::WantOfRule => {
                let lapsed = desk.rows.get(group).and_then(|row| row.lapsed);
                match lapsed {
                    Some(_) => Cause::Time,
                    None => subject.cause_of_membership(builder, None),
                }
            }
        };
        let change = Change::RemoveMember {
            group: builder.existing(*group),
            account: account.clone(),
            stage: by_stage.then(|| builder.world.stage_name(subject.stage)),
        };
        let mut remove = action(subject, change, vec![removal.reason.clone()], cause);
        remove.not_ours = !desk.is_ours(*group);
        remove.counts.push(GuardKind::Revoke);
        match removal.taken {
            Taken::WantOfRule => remove.behind.extend(given.values()),
            // What gives way to something that waits for approval waits with it.
            Taken::Exclusive {
                separate: false,
                winner: Some(winner),
            } if waiting.contains(&winner) => remove.after.extend(given.get(&winner)),
            Taken::Exclusive {
                separate: false,
                winner: Some(winner),
            } => remove.behind.extend(given.get(&winner)),
            Taken::Exclusive { .. } | Taken::Forbidden | Taken::ByStage => {}
        }
        // What goes before something that waits does so with a yes of its own: else the person had neither.
        if let Taken::Exclusive {
            separate: true,
            winner: Some(winner),
        } = removal.taken
            && waiting.contains(&winner)
            && let Some(rule) = removal.rule
        {
            remove.approval = Some(approval::asked(builder.world, &remove, rule));
        }
        let id = builder.draft.push(remove);
        if let Taken::Exclusive {
            separate: true,
            winner: Some(winner),
        } = removal.taken
            && let Some(add) = given.get(&winner)
            && let Some(add) = builder.draft.actions.get_mut(add.0 as usize)
        {
            add.after.push(id);
        }
    }
}

/// What lingers, and what a stage took that was there by hand.
pub(super) fn report(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>) {
    let subject = desk.subject;
    let listed = |groups: &[ObjectId], builder: &Builder<'_, '_>| {
        let names: Vec<Arc<str>> = groups
            .iter()
            .map(|group| builder.world.name_of(*group))
            .collect();
        names.join(", ")
    };
    for (why, (rule, groups)) in &desk.undecided {
        let text = format!("{} not decided: {why}", listed(groups, builder));
        let finding = Finding::new(FindingKind::Held, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(subject.account))
            .because(builder.world.reason(*rule, Some(&subject.wish.person)));
        builder.draft.find(finding);
    }
    if !desk.lingering.is_empty() {
        let text = format!(
            "{} lingers: no rule grants it any more",
            listed(&desk.lingering, builder)
        );
        let finding = Finding::new(FindingKind::Lingering, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(subject.account));
        builder.draft.find(finding);
    }
    if subject.aim != Aim::Enabled {
        return;
    }
    let proposed: Vec<ObjectId> =
        desk.rows
            .iter()
            .filter(|(group, row)| {
                row.removed_by_stage.as_ref().is_some_and(|by| {
                    builder.world.input.rules.stage_named(by) != Some(subject.stage)
                }) && row.owner == MembershipOwner::ByHand
                    && !desk.current.contains(group)
                    && !desk.desired.contains_key(&Named::There(**group))
            })
            .map(|(group, _)| *group)
            .collect();
    if !proposed.is_empty() {
        let text = format!(
            "had {} by hand before; it is not given again by itself",
            listed(&proposed, builder)
        );
        let finding = Finding::new(FindingKind::Proposed, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(subject.account))
            .help("add them by hand if they are still needed");
        builder.draft.find(finding);
    }
}

/// Rows for memberships that are there, as far as they differ from what the state knows.
pub(super) fn remember(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>) {
    let Some(account) = desk.subject.account else {
        return;
    };
    let now = builder.world.input.now;
    let guid = builder.world.object(account).guid();
    for group in &desk.current {
        let lapsed = desk.lingering.contains(group);
        let row = match desk.rows.get(group) {
            Some(row) => Membership {
                owner: row.owner,
                since: row.since,
                lapsed: lapsed.then(|| row.lapsed.unwrap_or(now)),
                removed_by_stage: None,
            },
            None => Membership {
                owner: if desk.desired.contains_key(&Named::There(*group)) {
                    MembershipOwner::Adopted
                } else {
                    MembershipOwner::ByHand
                },
                since: now,
                lapsed: lapsed.then_some(now),
                removed_by_stage: None,
            },
        };
        if desk.rows.get(group).is_none_or(|known| **known != row) {
            let key = (guid, builder.world.object(*group).guid());
            builder.draft.memory.memberships.push((key, row));
        }
    }
    // A grant that somebody took away, and that no rule gives again, is nobody's from now on.
    for (group, row) in &desk.rows {
        let gone = !desk.current.contains(group) && row.removed_by_stage.is_none();
        let wanted = desk.desired.contains_key(&Named::There(*group));
        if gone && !wanted && row.owner != MembershipOwner::ByHand {
            let row = Membership {
                owner: MembershipOwner::ByHand,
                since: now,
                lapsed: None,
                removed_by_stage: None,
            };
            let key = (guid, builder.world.object(*group).guid());
            builder.draft.memory.memberships.push((key, row));
        }
    }
}
