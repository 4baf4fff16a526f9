//! (5): at most one of several groups, whether the account is in them itself or over others.

use super::super::builder::Builder;
use super::super::{Finding, FindingKind};
use super::named::Named;
use super::{Desk, Removal, Taken, wish_of};
use crate::directory::ObjectId;
use crate::policy::{Block, ExclusiveRule, Extent, Prefer};
use std::collections::BTreeSet;

/// A membership that the account has or is to have, and which of the exclusive groups it leads to.
struct Carrier {
    direct: Named,
    /// Places in the rule.
    leads_to: Vec<usize>,
    /// The ways to them, as words; none for the groups themselves.
    ways: Vec<Option<String>>,
}

pub(super) fn exclude(
    builder: &mut Builder<'_, '_>,
    desk: &mut Desk<'_, '_>,
    rule: &ExclusiveRule,
) {
    let mut groups: Vec<Named> = Vec::with_capacity(rule.groups.len());
    for name in &rule.groups {
        if let Some(group) = builder.named(name)
            && !groups.contains(&group)
        {
            groups.push(group);
        }
    }
    let carriers = carriers(builder, desk, &groups);
    // What the primary group leads to stays whatever is decided here.
    let fixed: BTreeSet<usize> = desk
        .primary
        .map_or_else(Vec::new, |primary| {
            leads_to(builder, Named::There(primary), &groups)
        })
        .into_iter()
        .map(|(place, _)| place)
        .collect();
    let led: BTreeSet<usize> = carriers
        .iter()
        .flat_map(|carrier| carrier.leads_to.iter().copied())
        .chain(fixed.iter().copied())
        .collect();
    if led.len() < 2 || restrained(desk, &carriers) {
        return;
    }
    let contenders: BTreeSet<usize> = carriers
        .iter()
        .filter(|carrier| competes(desk, carrier.direct))
        .flat_map(|carrier| carrier.leads_to.iter().copied())
        .collect();
    let pool = if contenders.is_empty() {
        &led
    } else {
        &contenders
    };
    let has = |place: &&usize| {
        let mut carriers = carriers.iter();
        carriers.any(|carrier| carrier.leads_to.contains(place) && stays(desk, carrier.direct))
    };
    let first = match rule.prefer {
        Prefer::First => pool.first(),
        Prefer::Current => pool.iter().find(has).or_else(|| pool.first()),
    };
    let Some(winner) = fixed.first().or(first).copied() else {
        return;
    };
    if let Some(text) = contradiction(builder, &carriers, (&fixed, first.copied()), &groups) {
        let finding = Finding::new(FindingKind::Blocked, desk.subject.who.clone(), text)
            .of(&desk.subject.wish.person)
            .about(builder.dn(desk.subject.account))
            .because(builder.world.reason(rule.rule, None))
            .help("mend it by hand: take a group out of the other, or give another primary group");
        builder.draft.find(finding);
    }
    let coming = carriers
        .iter()
        .find(|carrier| carrier.leads_to.contains(&winner) && !stays(desk, carrier.direct));
    let coming = coming.map(|carrier| carrier.direct);
    for carrier in carriers {
        if carrier.leads_to.contains(&winner) {
            continue;
        }
        give_way(builder, desk, rule, &carrier, coming);
    }
}

/// A membership that gives way.
fn give_way(
    builder: &Builder<'_, '_>,
    desk: &mut Desk<'_, '_>,
    rule: &ExclusiveRule,
    carrier: &Carrier,
    winner: Option<Named>,
) {
    let stays = stays(desk, carrier.direct);
    desk.desired.remove(&carrier.direct);
    let Named::There(loser) = carrier.direct else {
        return;
    };
    desk.held.remove(&loser);
    if !stays {
        return;
    }
    let mut reason = builder
        .world
        .reason(rule.rule, Some(&desk.subject.wish.person));
    if let Some(words) = carrier.ways.iter().flatten().next() {
        reason.text = format!("{} ({words})", reason.text).into();
    }
    let removal = Removal {
        taken: Taken::Exclusive {
            separate: rule.separate,
            winner,
        },
        rule: Some(rule.rule),
        reason,
    };
    desk.removals.insert(loser, removal);
}

/// One membership, or the primary group with another, that leads to two groups of which there may be one.
fn contradiction(
    builder: &Builder<'_, '_>,
    carriers: &[Carrier],
    (fixed, preferred): (&BTreeSet<usize>, Option<usize>),
    groups: &[Named],
) -> Option<String> {
    let name = |place: &usize| match groups.get(*place) {
        Some(Named::There(group)) => format!("`{}`", builder.world.name_of(*group)),
        Some(Named::New(_)) | None => "another".to_owned(),
    };
    let listed = |places: Vec<&usize>| {
        let names: Vec<String> = places.into_iter().map(name).collect();
        names.join(" and ")
    };
    if fixed.len() > 1 {
        let both = listed(fixed.iter().collect());
        return Some(format!(
            "the primary group leads to {both}, and is not taken away"
        ));
    }
    if let (Some(stays), Some(preferred)) = (fixed.first(), preferred)
        && *stays != preferred
    {
        return Some(format!(
            "{} is not given: the primary group leads to {}, and is not taken away",
            name(&preferred),
            name(stays)
        ));
    }
    let carrier = carriers.iter().find(|carrier| carrier.leads_to.len() > 1)?;
    let Named::There(direct) = carrier.direct else {
        return None;
    };
    Some(format!(
        "`{}` leads to {}, of which there may be one",
        builder.world.name_of(direct),
        listed(carrier.leads_to.iter().collect())
    ))
}

fn carriers(builder: &Builder<'_, '_>, desk: &Desk<'_, '_>, groups: &[Named]) -> Vec<Carrier> {
    let staying = desk.current.iter().copied().map(Named::There);
    let staying = staying.filter(|direct| stays(desk, *direct));
    let all: BTreeSet<Named> = staying.chain(desk.desired.keys().copied()).collect();
    let carrier = |direct: Named| {
        let led = leads_to(builder, direct, groups);
        let (leads_to, ways): (Vec<usize>, Vec<Option<String>>) = led.into_iter().unzip();
        (!leads_to.is_empty()).then_some(Carrier {
            direct,
            leads_to,
            ways,
        })
    };
    all.into_iter().filter_map(carrier).collect()
}

/// The groups to which a membership leads, with the way in words.
fn leads_to(
    builder: &Builder<'_, '_>,
    direct: Named,
    groups: &[Named],
) -> Vec<(usize, Option<String>)> {
    let mut led = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        match (direct, *group) {
            (Named::There(direct), Named::There(group)) => {
                if let Some(way) = builder.world.way(direct, group) {
                    led.push((place, builder.world.way_in_words(&way)));
                }
            }
            (direct, group) if direct == group => led.push((place, None)),
            (Named::There(_) | Named::New(_), _) => {}
        }
    }
    led
}

fn stays(desk: &Desk<'_, '_>, direct: Named) -> bool {
    match direct {
        Named::There(group) => desk.is_member(group) && !desk.removals.contains_key(&group),
        Named::New(_) => false,
    }
}

/// Whether a membership has a claim. A grant that no rule gives any more has none: it goes for the first that
/// does.
fn competes(desk: &Desk<'_, '_>, direct: Named) -> bool {
    if desk.desired.contains_key(&direct) {
        return true;
    }
    let Named::There(group) = direct else {
        return false;
    };
    stays(desk, direct) && (desk.held.contains(&group) || !desk.is_ours(group))
}

/// Whether nothing is granted among these and the stage leaves memberships alone.
fn restrained(desk: &Desk<'_, '_>, carriers: &[Carrier]) -> bool {
    let untouched = [Block::Groups, Block::Lists]
        .iter()
        .all(|block| wish_of(desk.subject, *block).restriction.extent == Extent::Untouched);
    let granted = |carrier: &Carrier| desk.desired.contains_key(&carrier.direct);
    untouched && !carriers.iter().any(granted)
}

impl Desk<'_, '_> {
    fn is_member(&self, group: ObjectId) -> bool {
        self.current.contains(&group)
    }
}
