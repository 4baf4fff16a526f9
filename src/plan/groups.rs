//! Memberships: 'Groups: one order' and whose they are (S6, S15).
//!
//! Granted by rules and stage; `forbid` beats every grant, also by the path of nested groups; `exclusive`
//! picks one. What a stage, `forbid` or `exclusive` takes goes at once; for want of a rule a membership
//! goes only if its block manages it, no `keep` of the block names it and it has lingered. The primary group,
//! protected groups and groups of privilege are neither given nor taken, but for privileges that the author
//! names and a person approves.
//!
//! Between the direct groups of one domain and its users AD knows no forbidden scope, and no group is put into
//! another here, so scopes need no check beyond what a declared group should be.
//! S10 (who takes goes first) and S6 (new grants before old ones go) meet here: what goes for want of a
//! rule, or because an exclusive sibling comes, is done *behind* the new grants of the same person, whether
//! they succeed or not; what ends access waits for nothing.

mod act;
mod exclusive;
mod lapse;
mod named;

use super::builder::Builder;
use super::subject::Subject;
use super::{Finding, FindingKind, Reason};
use crate::directory::ObjectId;
use crate::policy::{Block, BlockWish, Extent, GroupWish, NamePattern, RuleId};
use crate::state::{Membership, MembershipOwner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use named::Groups;
use named::{Named, Trouble};

/// Why a membership goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Forbidden,
    ByStage,
    Exclusive {
        separate: bool,
        winner: Option<Named>,
    },
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
    primary: Option<ObjectId>,
    rows: BTreeMap<ObjectId, &'a Membership>,
    desired: BTreeMap<Named, RuleId>,
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
    let directory = builder.world.input.directory;
    let mut desk = Desk {
        rows: rows(builder, subject),
        primary: subject
            .account
            .and_then(|account| directory.primary_group(account)),
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
    forbid(builder, &mut desk);
    for block in [Block::Groups, Block::Lists] {
        restrict(builder, &mut desk, block);
    }
    for rule in &builder.world.input.rules.exclusives {
        exclusive::exclude(builder, &mut desk, rule);
    }
    for block in [Block::Groups, Block::Lists] {
        lapse::lapse(builder, &mut desk, block);
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
            if builder.named(&held.group).is_none() {
                builder.note(held, Trouble::Missing, &"".into());
            }
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
        match builder.group(&granted.group) {
            Some(group) => {
                if may_have(builder, desk, granted, group, block) {
                    desk.desired.insert(Named::There(group), granted.rule);
                }
            }
            None => match builder.would_be_made(&granted.group, block) {
                Some(Ok(index)) => {
                    desk.desired.insert(Named::New(index), granted.rule);
                }
                Some(Err(why)) => builder.note(granted, Trouble::Unmakeable, &why),
                None => builder.note(granted, Trouble::Missing, &"".into()),
            },
        }
    }
}

/// Whether a person has that group already or may be given it; else it is noted why not.
fn may_have(
    builder: &mut Builder<'_, '_>,
    desk: &Desk<'_, '_>,
    granted: &GroupWish,
    group: ObjectId,
    block: Block,
) -> bool {
    if desk.current.contains(&group) {
        return true;
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
        return false;
    }
    let way = builder.world.privilege(group).cloned();
    if let Some(way) = way.filter(|_| !builder.world.is_grantable(group)) {
        builder.note(granted, Trouble::Privileged, &way);
        return false;
    }
    if let Some(why) = builder.world.barrier(group) {
        builder.note(granted, Trouble::Protected, &why);
        return false;
    }
    true
}

/// (4): `forbid`, over the ways of nested groups too.
fn forbid(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>) {
    let subject = desk.subject;
    let forbidden: BTreeSet<&GroupWish> = [Block::Groups, Block::Lists]
        .into_iter()
        .flat_map(|block| &wish_of(subject, block).forbidden)
        .collect();
    for forbidden in forbidden {
        let group = match builder.named(&forbidden.group) {
            Some(Named::There(group)) => group,
            Some(new @ Named::New(_)) => {
                desk.desired.remove(&new);
                continue;
            }
            None => {
                builder.note(forbidden, Trouble::Missing, &"".into());
                continue;
            }
        };
        forbid_one(builder, desk, forbidden, group);
    }
}

fn forbid_one(
    builder: &mut Builder<'_, '_>,
    desk: &mut Desk<'_, '_>,
    forbidden: &GroupWish,
    group: ObjectId,
) {
    let person = Some(&desk.subject.wish.person);
    let mut all: Vec<ObjectId> = desk.current.clone();
    for named in desk.desired.keys() {
        if let Named::There(id) = named
            && !desk.current.contains(id)
        {
            all.push(*id);
        }
    }
    for direct in all {
        let Some(way) = builder.world.way(direct, group) else {
            continue;
        };
        desk.desired.remove(&Named::There(direct));
        if !desk.current.contains(&direct) {
            continue;
        }
        let mut reason = builder.world.reason(forbidden.rule, person);
        if let Some(words) = builder.world.way_in_words(&way) {
            reason.text = format!("{} ({words})", reason.text).into();
        }
        let removal = Removal {
            taken: Taken::Forbidden,
            rule: Some(forbidden.rule),
            reason,
        };
        desk.removals.insert(direct, removal);
    }
    let way = desk
        .primary
        .and_then(|primary| builder.world.way(primary, group));
    if let Some(way) = way {
        let text = match builder.world.way_in_words(&way) {
            None => format!(
                "`{}` is forbidden, but it is the primary group, which is not taken away",
                forbidden.group
            ),
            Some(words) => format!(
                "`{}` is forbidden, but the primary group, which is not taken away, is in it: {words}",
                forbidden.group
            ),
        };
        let finding = Finding::new(FindingKind::Blocked, desk.subject.who.clone(), text)
            .of(&desk.subject.wish.person)
            .because(builder.world.reason(forbidden.rule, person))
            .help("give the account another primary group by hand");
        builder.draft.find(finding);
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
            !self.desired.contains_key(&Named::There(**group))
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
