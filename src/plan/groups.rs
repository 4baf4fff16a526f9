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

use super::account::action;
use super::builder::Builder;
use super::subject::{Aim, Subject};
use super::time::later;
use super::world::World;
use super::{ActionId, Cause, Change, Finding, FindingKind, Reason, Target};
use crate::directory::{Dn, ObjectId};
use crate::policy::ruleset::Manage;
use crate::policy::{
    Block, BlockWish, ExclusiveRule, Extent, GroupWish, GuardKind, NamePattern, Prefer, RuleId,
};
use crate::state::{Membership, MembershipOwner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is wrong with groups that rules name, gathered over all people.
#[derive(Debug, Default)]
pub(crate) struct GroupNotes {
    notes: BTreeMap<(Arc<str>, Trouble), GroupNote>,
}

/// For how many people, by which rule first, and why.
type GroupNote = (u32, RuleId, Arc<str>);

/// Why a group cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    Missing,
    WrongBlock,
    Privileged,
    Protected,
}

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
    act(builder, &desk, &target);
    report(builder, &desk);
    remember(builder, &desk);
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

impl Builder<'_, '_> {
    /// The group of that name or DN.
    fn group(&mut self, name: &Arc<str>) -> Option<ObjectId> {
        if let Some(found) = self.group_ids.get(name) {
            return *found;
        }
        let directory = self.world.input.directory;
        let found = match Dn::parse(name) {
            Ok(dn) if name.contains('=') => {
                directory.by_dn(&super::world::absolute(&dn, self.world.input))
            }
            Ok(_) | Err(_) => directory.by_account_name(name),
        };
        let found = found.filter(|id| self.world.object(*id).is_group());
        self.group_ids.insert(name.clone(), found);
        found
    }

    fn block_of(&self, group: ObjectId) -> Block {
        match self.world.object(group).group_type() {
            Some(kind) if !kind.is_security() => Block::Lists,
            Some(_) | None => Block::Groups,
        }
    }

    fn note(&mut self, wish: &GroupWish, trouble: Trouble, why: &Arc<str>) {
        let key = (wish.group.clone(), trouble);
        let note = self
            .group_notes
            .notes
            .entry(key)
            .or_insert_with(|| (0, wish.rule, why.clone()));
        note.0 += 1;
    }

    /// One finding for each group that rules name and that cannot be given.
    pub(crate) fn report_groups(&mut self) {
        let notes = std::mem::take(&mut self.group_notes.notes);
        for ((group, trouble), (people, rule, why)) in notes {
            let many = if people == 1 {
                "1 person".to_owned()
            } else {
                format!("{people} people")
            };
            let (kind, text, help) = match trouble {
                Trouble::Missing => (
                    FindingKind::Missing,
                    format!("`{group}` does not exist; a rule speaks of it for {many}"),
                    "create the group, or correct its name in the policy",
                ),
                Trouble::WrongBlock => (
                    FindingKind::Note,
                    format!("{why}; {many} would be members"),
                    "name it in the other block",
                ),
                Trouble::Privileged => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why} is privileged"),
                    "give privileges by hand; no ordinary rule grants them",
                ),
                Trouble::Protected => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why}"),
                    "take the group out of the rule, or out of the protection",
                ),
            };
            let reason = self.world.reason(rule, None);
            self.draft
                .find(Finding::new(kind, group, text).because(reason).help(help));
        }
    }
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

/// The actions: what comes, and what goes.
fn act(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>, account: &Target) {
    let subject = desk.subject;
    let person = &subject.wish.person;
    let mut given: BTreeMap<ObjectId, ActionId> = BTreeMap::new();
    for (group, rule) in &desk.desired {
        if desk.current.contains(group) {
            continue;
        }
        let taken_by_hand = desk.rows.get(group).is_some_and(|row| {
            row.removed_by_stage.is_none() && row.owner != MembershipOwner::ByHand
        });
        let cause = if taken_by_hand {
            Cause::ByHand
        } else {
            subject.cause_of_membership(builder, Some(*rule))
        };
        let change = Change::AddMember {
            group: builder.existing(*group),
            account: account.clone(),
        };
        let reason = builder.world.reason(*rule, Some(person));
        let mut add = action(subject, change, vec![reason], cause);
        add.counts.push(GuardKind::Grant);
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
            Taken::Exclusive {
                separate: false,
                winner,
            } => remove.behind.extend(given.get(&winner)),
            Taken::Exclusive { .. } | Taken::Forbidden | Taken::ByStage => {}
        }
        let id = builder.draft.push(remove);
        if let Taken::Exclusive {
            separate: true,
            winner,
        } = removal.taken
            && let Some(add) = given.get(&winner)
            && let Some(add) = builder.draft.actions.get_mut(add.0 as usize)
        {
            add.after.push(id);
        }
    }
}

/// What lingers, and what a stage took that was there by hand.
fn report(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>) {
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
    let stage = builder.world.stage_name(subject.stage);
    let proposed: Vec<ObjectId> = desk
        .rows
        .iter()
        .filter(|(group, row)| {
            row.removed_by_stage.as_ref().is_some_and(|by| *by != stage)
                && row.owner == MembershipOwner::ByHand
                && !desk.current.contains(group)
                && !desk.desired.contains_key(group)
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
fn remember(builder: &mut Builder<'_, '_>, desk: &Desk<'_, '_>) {
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
                owner: if desk.desired.contains_key(group) {
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
        if gone && !desk.desired.contains_key(group) && row.owner != MembershipOwner::ByHand {
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
