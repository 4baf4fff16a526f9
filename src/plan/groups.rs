//! Memberships: 'Groups: one order' and whose they are (S6, S15).
//!
//! Granted by rules and stage; `forbid` beats every grant, also by the path of nested groups; `exclusive`
//! picks one. What a stage, `forbid` or `exclusive` takes goes at once; for want of a rule a membership
//! goes only if the block manages it, no `keep` names it and it has lingered. The primary group, protected
//! groups and groups of privilege are neither given nor taken.
//!
//! Between the direct groups of one domain and its users AD knows no forbidden scope, so scopes need no check.
//! S10 (who takes goes first) and S6 (new grants before old ones go) meet here: what goes for want of a
//! rule, or because an exclusive sibling comes, is done *behind* the new grants of the same person, whether
//! they succeed or not; what ends access waits for nothing.

mod act;
mod named;

use super::builder::Builder;
use super::subject::Subject;
use super::time::later;
use super::world::World;
use super::{Finding, FindingKind, Reason};
use crate::directory::{Dn, ObjectId};
use crate::policy::ruleset::Manage;
use crate::policy::{Block, BlockWish, ExclusiveRule, Extent, NamePattern, Prefer, RuleId};
use crate::state::{Membership, MembershipOwner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use named::GroupNotes;
use named::Trouble;

/// Why a membership goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Forbidden,
    ByStage,
    Exclusive { separate: bool, winner: ObjectId },
    WantOfRule,
}

/// A membership that goes.
struct Removal {
    taken: Taken,
    /// The rule that takes it; `None` where one is wanting.
    rule: Option<RuleId>,
    reason: Reason,
}

/// The memberships of one person on the way from granted to done.
struct Desk<'s, 'a> {
    subject: &'s Subject<'a>,
    current: Vec<ObjectId>,
    rows: BTreeMap<ObjectId, &'a Membership>,
    desired: BTreeMap<ObjectId, RuleId>,
    held: BTreeSet<ObjectId>,
    /// Groups whose rule could not be decided, with the first rule, by the reason.
    undecided: BTreeMap<Arc<str>, (RuleId, Vec<ObjectId>)>,
    removals: BTreeMap<ObjectId, Removal>,
    lingering: Vec<ObjectId>,
}

/// Second round: all memberships of one account.
pub(crate) fn memberships<'a>(builder: &mut Builder<'_, 'a>, subject: &Subject<'a>) {
    let Some(target) = subject.target.clone() else {
        return;
    };
    let current: Vec<ObjectId> = subject.account.map_or_else(Vec::new, |account| {
        builder.world.groups_of(account).collect()
    });
    let mut desk = Desk {
        rows: rows(builder, subject),
        subject,
        current,
        desired: BTreeMap::new(),
        held: BTreeSet::new(),
        undecided: BTreeMap::new(),
        removals: BTreeMap::new(),
        lingering: Vec::new(),
    };
    for block in [Block::Groups, Block::Lists] {
        grant(builder, &mut desk, block);
    }
    for block in [Block::Groups, Block::Lists] {
        forbid(builder, &mut desk, wish_of(subject, block));
        restrict(builder, &mut desk, block);
    }
    for rule in &builder.world.input.rules.exclusives {
        exclude(builder, &mut desk, rule);
    }
    for block in [Block::Groups, Block::Lists] {
        lapse(builder, &mut desk, block);
    }
    act::act(builder, &desk, &target);
    act::report(builder, &desk);
    act::remember(builder, &desk);
}

fn wish_of<'s>(subject: &'s Subject<'_>, block: Block) -> &'s BlockWish {
    match block {
        Block::Groups => &subject.wish.groups,
        Block::Lists => &subject.wish.lists,
    }
}

/// What the state knows of this account's memberships, by group.
fn rows<'a>(
    builder: &Builder<'_, 'a>,
    subject: &Subject<'a>,
) -> BTreeMap<ObjectId, &'a Membership> {
    let Some(account) = subject.account.filter(|_| subject.managed()) else {
        return BTreeMap::new();
    };
    let guid = builder.world.object(account).guid();
    let Some(least) = crate::directory::Guid::from_ad_bytes(&[0; 16]) else {
        return BTreeMap::new();
    };
    let prior = builder.world.input.prior;
    let directory = builder.world.input.directory;
    prior
        .memberships
        .range((guid, least)..)
        .take_while(|((account, _), _)| *account == guid)
        .filter_map(|((_, group), row)| Some((directory.by_guid(*group)?, row)))
        .collect()
}

/// (1) to (3): what rules, exceptions and the stage grant.
fn grant(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, block: Block) {
    let wish = wish_of(desk.subject, block);
    for (held, why) in &wish.held {
        let Some(group) = builder.group(&held.group) else {
            builder.note(held, Trouble::Missing, &"".into());
            continue;
        };
        desk.held.insert(group);
        let undecided = desk
            .undecided
            .entry(why.clone())
            .or_insert((held.rule, Vec::new()));
        undecided.1.push(group);
    }
    for granted in &wish.granted {
        let Some(group) = builder.group(&granted.group) else {
            builder.note(granted, Trouble::Missing, &"".into());
            continue;
        };
        if desk.current.contains(&group) {
            desk.desired.insert(group, granted.rule);
            continue;
        }
        if builder.block_of(group) != block {
            let why = match block {
                Block::Groups => format!(
                    "`{}` is a distribution list, not a security group",
                    granted.group
                ),
                Block::Lists => format!(
                    "`{}` is a security group, not a distribution list",
                    granted.group
                ),
            };
            builder.note(granted, Trouble::WrongBlock, &why.into());
        } else if let Some(way) = builder.world.privilege(group).cloned() {
            builder.note(granted, Trouble::Privileged, &way);
        } else if let Some(why) = builder.world.barrier(group) {
            builder.note(granted, Trouble::Protected, &why);
        } else {
            desk.desired.insert(group, granted.rule);
        }
    }
}

/// (4): `forbid`, over the ways of nested groups too.
fn forbid(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, wish: &BlockWish) {
    if wish.forbidden.is_empty() {
        return;
    }
    let mut all: Vec<ObjectId> = desk.current.clone();
    all.extend(desk.desired.keys().filter(|id| !desk.current.contains(id)));
    let person = Some(&desk.subject.wish.person);
    for forbidden in &wish.forbidden {
        let Some(group) = builder.group(&forbidden.group) else {
            builder.note(forbidden, Trouble::Missing, &"".into());
            continue;
        };
        for direct in &all {
            let is_it = *direct == group;
            let leads = !is_it
                && builder
                    .world
                    .effective_groups(std::slice::from_ref(direct))
                    .contains_key(&group);
            if !is_it && !leads {
                continue;
            }
            desk.desired.remove(direct);
            let mut reason = builder.world.reason(forbidden.rule, person);
            if leads {
                let way = format!(
                    "{} (`{}` leads to `{}`)",
                    reason.text,
                    builder.world.name_of(*direct),
                    builder.world.name_of(group)
                );
                reason.text = way.into();
            }
            if desk.current.contains(direct) {
                let taken = Taken::Forbidden;
                desk.removals.insert(
                    *direct,
                    Removal {
                        taken,
                        rule: Some(forbidden.rule),
                        reason,
                    },
                );
            }
        }
        let primary = desk
            .subject
            .account
            .and_then(|account| builder.world.input.directory.primary_group(account));
        if primary == Some(group) {
            let text = format!(
                "`{}` is forbidden, but it is the primary group, which is not taken away",
                forbidden.group
            );
            let finding = Finding::new(FindingKind::Blocked, desk.subject.who.clone(), text)
                .of(&desk.subject.wish.person)
                .because(builder.world.reason(forbidden.rule, person))
                .help("give the account another primary group by hand");
            builder.draft.find(finding);
        }
    }
}

fn excepted(builder: &Builder<'_, '_>, patterns: &[NamePattern], group: ObjectId) -> bool {
    let object = builder.world.object(group);
    let name = object.account_name().unwrap_or_default();
    patterns
        .iter()
        .any(|pattern| pattern.matches(name, object.dn()))
}

impl Desk<'_, '_> {
    /// Whose a membership that is there is, as far as the state knows.
    fn owner(&self, group: ObjectId) -> Option<MembershipOwner> {
        self.rows.get(&group).map(|row| row.owner)
    }

    fn is_ours(&self, group: ObjectId) -> bool {
        match self.owner(group) {
            Some(MembershipOwner::Granted | MembershipOwner::Adopted) => true,
            Some(MembershipOwner::ByHand) | None => false,
        }
    }

    /// Memberships that nothing has decided about yet.
    fn undecided(&self) -> Vec<ObjectId> {
        let open = |group: &&ObjectId| {
            !self.desired.contains_key(group)
                && !self.removals.contains_key(group)
                && !self.held.contains(group)
        };
        self.current.iter().filter(open).copied().collect()
    }
}

/// (2): what the stage takes away.
fn restrict(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, block: Block) {
    let restriction = &wish_of(desk.subject, block).restriction;
    let ours_only = match restriction.extent {
        Extent::None => false,
        Extent::NoneOfOurs => true,
        Extent::AsRules | Extent::Untouched => return,
    };
    let person = Some(&desk.subject.wish.person);
    let rule = restriction.rule.unwrap_or(desk.subject.wish.account_rule);
    for group in desk.undecided() {
        if builder.block_of(group) != block
            || excepted(builder, &restriction.except, group)
            || (ours_only && !desk.is_ours(group))
        {
            continue;
        }
        let reason = builder.world.reason(rule, person);
        let taken = Taken::ByStage;
        desk.removals.insert(
            group,
            Removal {
                taken,
                rule: Some(rule),
                reason,
            },
        );
    }
}

/// (5): at most one of several groups.
fn exclude(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, rule: &ExclusiveRule) {
    let mut groups: Vec<ObjectId> = Vec::with_capacity(rule.groups.len());
    for name in &rule.groups {
        if let Some(group) = builder.group(name)
            && !groups.contains(&group)
        {
            groups.push(group);
        }
    }
    let stays = |desk: &Desk<'_, '_>, group: &ObjectId| {
        desk.current.contains(group) && !desk.removals.contains_key(group)
    };
    // A grant that no rule gives any more does not compete: it goes for the first that does.
    let competes = |desk: &Desk<'_, '_>, group: &ObjectId| {
        desk.desired.contains_key(group)
            || desk.held.contains(group) && stays(desk, group)
            || (stays(desk, group) && !desk.is_ours(*group))
    };
    let involved: Vec<ObjectId> = groups
        .iter()
        .filter(|group| stays(desk, group) || desk.desired.contains_key(group))
        .copied()
        .collect();
    if involved.len() < 2 || restrained(desk, &involved) {
        return;
    }
    let contenders: Vec<ObjectId> = involved
        .iter()
        .filter(|group| competes(desk, group))
        .copied()
        .collect();
    let pool = if contenders.is_empty() {
        &involved
    } else {
        &contenders
    };
    let winner = match rule.prefer {
        Prefer::First => pool.first(),
        Prefer::Current => pool
            .iter()
            .find(|group| stays(desk, group))
            .or_else(|| pool.first()),
    };
    let Some(winner) = winner.copied() else {
        return;
    };
    let person = Some(&desk.subject.wish.person);
    for loser in involved.into_iter().filter(|group| *group != winner) {
        desk.desired.remove(&loser);
        desk.held.remove(&loser);
        if stays(desk, &loser) {
            let taken = Taken::Exclusive {
                separate: rule.separate,
                winner,
            };
            let reason = builder.world.reason(rule.rule, person);
            desk.removals.insert(
                loser,
                Removal {
                    taken,
                    rule: Some(rule.rule),
                    reason,
                },
            );
        }
    }
}

/// Whether nothing is granted among these and the stage leaves memberships alone.
fn restrained(desk: &Desk<'_, '_>, involved: &[ObjectId]) -> bool {
    let untouched = [Block::Groups, Block::Lists]
        .iter()
        .all(|block| wish_of(desk.subject, *block).restriction.extent == Extent::Untouched);
    untouched
        && !involved
            .iter()
            .any(|group| desk.desired.contains_key(group))
}

/// What goes for want of a rule.
fn lapse(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, block: Block) {
    let restriction = &wish_of(desk.subject, block).restriction;
    if restriction.extent != Extent::AsRules {
        return;
    }
    let rules = builder.world.input.rules.block(block);
    let manage = rules.manage.map_or(Manage::Granted, |(manage, _)| manage);
    for group in desk.undecided() {
        if builder.block_of(group) != block {
            continue;
        }
        let covered = match manage {
            Manage::Granted => desk.is_ours(group),
            Manage::All => desk.is_ours(group) || names(builder, &rules.names, group),
            Manage::Additions => false,
        };
        let kept = rules
            .keep
            .iter()
            .any(|(pattern, _)| excepted(builder, std::slice::from_ref(pattern), group));
        if !covered || kept || excepted(builder, &restriction.except, group) {
            continue;
        }
        let now = builder.world.input.now;
        if let Some((time, _)) = rules.linger {
            let lapsed = desk
                .rows
                .get(&group)
                .and_then(|row| row.lapsed)
                .unwrap_or(now);
            let due = later(lapsed, time, &desk.subject.wish.zone);
            if due > now {
                desk.lingering.push(group);
                builder.draft.timers.push(due);
                continue;
            }
        }
        let reason = match (rules.linger, rules.manage) {
            (Some((_, rule)), _) => {
                let mut reason = builder.world.reason(rule, None);
                reason.text =
                    format!("no rule grants it any more, since then: {}", reason.text).into();
                reason
            }
            (None, Some((_, rule))) => {
                let mut reason = builder.world.reason(rule, None);
                reason.text = format!("no rule grants it any more: {}", reason.text).into();
                reason
            }
            (None, None) => World::said("no rule grants it any more"),
        };
        let taken = Taken::WantOfRule;
        desk.removals.insert(
            group,
            Removal {
                taken,
                rule: None,
                reason,
            },
        );
    }
}

fn names(builder: &Builder<'_, '_>, names: &[Arc<str>], group: ObjectId) -> bool {
    let object = builder.world.object(group);
    let name = object.account_name().unwrap_or_default();
    names.iter().any(|known| {
        crate::directory::fold::fold(known) == crate::directory::fold::fold(name)
            || Dn::parse(known).is_ok_and(|dn| dn == *object.dn())
    })
}
