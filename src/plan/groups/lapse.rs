//! What goes for want of a rule, by the block that the group stands in.

use super::super::builder::Builder;
use super::super::time::later;
use super::super::world::World;
use super::{Desk, Removal, Taken, excepted, wish_of};
use crate::directory::ObjectId;
use crate::policy::ruleset::{Duration, Manage};
use crate::policy::{Block, BlockRules, Extent, RuleId};

/// What holds for one group that no rule grants any more.
struct Terms {
    manage: Option<(Manage, RuleId)>,
    /// `manage all` reaches what is there by hand only in groups that the block names.
    named: bool,
    kept: bool,
    linger: Option<(Duration, RuleId)>,
}

pub(super) fn lapse(builder: &mut Builder<'_, '_>, desk: &mut Desk<'_, '_>, block: Block) {
    let restriction = &wish_of(desk.subject, block).restriction;
    if restriction.extent != Extent::AsRules {
        return;
    }
    for group in desk.undecided() {
        if builder.block_of(group) != block || excepted(builder, &restriction.except, group) {
            continue;
        }
        // What is there by hand and in no block stays: nothing more needs to be known.
        if !desk.is_ours(group) && builder.naming_block(block, group).is_none() {
            continue;
        }
        let terms = terms(builder, desk, block, group);
        let covered = match terms.manage.map_or(Manage::Granted, |(manage, _)| manage) {
            Manage::Granted => desk.is_ours(group),
            Manage::All => desk.is_ours(group) || terms.named,
            Manage::Additions => false,
        };
        if !covered || terms.kept {
            continue;
        }
        let now = builder.world.input.now;
        if let Some((time, _)) = terms.linger {
            let lapsed = lapsed_since(desk, group, now);
            let due = later(lapsed, time, &desk.subject.wish.zone);
            if due > now {
                desk.lingering.push(group);
                let person = desk.subject.wish.person.clone();
                builder.draft.timers.push((person, due));
                continue;
            }
        }
        let reason = match (terms.linger, terms.manage) {
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
        let removal = Removal {
            taken: Taken::WantOfRule,
            rule: None,
            reason,
        };
        desk.removals.insert(group, removal);
    }
}

fn lapsed_since(desk: &Desk<'_, '_>, group: ObjectId, now: jiff::Timestamp) -> jiff::Timestamp {
    let known = desk.rows.get(&group).and_then(|row| row.lapsed);
    known.unwrap_or(now)
}

/// What its block says of the group. A group that no row names any more came from a block that nobody can tell:
/// then the mildest of what the blocks of its kind say.
fn terms(
    builder: &mut Builder<'_, '_>,
    desk: &Desk<'_, '_>,
    kind: Block,
    group: ObjectId,
) -> Terms {
    let rules = builder.world.input.rules;
    let named = builder.naming_block(kind, group);
    if let Some(block) = named.and_then(|index| rules.blocks.get(index)) {
        return Terms {
            manage: block.manage,
            named: true,
            kept: keeps(builder, block, group),
            linger: block.linger,
        };
    }
    let blocks: Vec<&BlockRules> = rules.blocks_of(kind).collect();
    let only_adds = |block: &&&BlockRules| matches!(block.manage, Some((Manage::Additions, _)));
    let now = builder.world.input.now;
    let lapsed = lapsed_since(desk, group, now);
    let zone = &desk.subject.wish.zone;
    let lingers = blocks.iter().filter_map(|block| block.linger);
    let manage = match blocks.as_slice() {
        [only] => only.manage,
        all => all
            .iter()
            .find(only_adds)
            .filter(|_| all.iter().all(|block| only_adds(&block)))
            .and_then(|block| block.manage),
    };
    Terms {
        manage,
        named: false,
        kept: blocks.iter().any(|block| keeps(builder, block, group)),
        linger: lingers.max_by_key(|(time, _)| later(lapsed, *time, zone)),
    }
}

fn keeps(builder: &Builder<'_, '_>, block: &BlockRules, group: ObjectId) -> bool {
    let mut patterns = block.keep.iter();
    patterns.any(|(pattern, _)| excepted(builder, std::slice::from_ref(pattern), group))
}
