//! Guards: what a single run, and any 24 hours, may never exceed (S10).
//!
//! Every kind has a limit, whether the policy names one or not. A limit counts effects over everybody,
//! whatever rule caused them. A plan that trips one can be shown, not applied (G2).

use super::draft::Draft;
use super::world::World;
use super::{Action, ActionId, Change, GuardVerdict, emergency, order};
use crate::directory::{Guid, ObjectId};
use crate::policy::GuardKind;
use crate::policy::ruleset::Limit;
use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The time over which runs are added up.
const MEMORY: SignedDuration = SignedDuration::from_hours(24);

/// From how many members on a group is watched on its own.
const WATCHED_MEMBERS: u32 = 10;

/// How many percent of the members of a watched group one run may remove.
const WATCHED_PERCENT: u32 = 30;

/// The limit of a kind that the policy does not name.
struct DefaultLimit {
    /// Percent of the enabled accounts of managed people, or of the people in HR.
    percent: u32,
    /// The number that is always allowed.
    count: u32,
    /// The number of a first filling, when no account is managed yet and percents mean nothing.
    first: u32,
}

/// Defaults by kind. What ends access or cannot be taken back is tight; what gives is bounded by what a
/// company takes in on a busy day; a first filling gives to everybody once and takes from nobody.
fn default_of(kind: GuardKind) -> DefaultLimit {
    let (percent, count, first) = match kind {
        // A large intake day; a first filling makes them all.
        GuardKind::Create | GuardKind::Enable => (5, 20, 5_000),
        // A human says whose an account is; `link` lines are not counted.
        GuardKind::Adopt => (0, 0, 0),
        // Leavers of a quarter's last day, weddings; more is a broken feed or a changed template.
        GuardKind::Disable | GuardKind::Rename => (2, 5, 20),
        // Never many at once, for it cannot be undone.
        GuardKind::Delete => (0, 3, 0),
        // A team changes floors; a reorganisation is announced by an override.
        GuardKind::Move => (5, 10, 500),
        // Logins, UPNs and addresses hang on cards and contracts.
        GuardKind::Login => (1, 3, 10),
        // Values and memberships that vanish in numbers are a broken feed.
        GuardKind::Clear | GuardKind::Revoke => (5, 20, 200),
        // Each locks somebody out until they have the new one.
        GuardKind::Password => (2, 5, 5),
        // Several groups a person.
        GuardKind::Grant => (50, 200, 50_000),
        GuardKind::Notify | GuardKind::Writeback => (5, 50, 5_000),
        // One typing error in HR touches one record; many are a changed export.
        GuardKind::Quarantine => (2, 3, 20),
        GuardKind::Lose => (2, 3, 3),
        GuardKind::Values => (5, 5, 5),
    };
    DefaultLimit {
        percent,
        count,
        first,
    }
}

/// What percents are of.
struct Bases {
    enabled_managed: u32,
    people: u32,
    first_filling: bool,
}

/// The verdict of every guard on all actions, in the order in which they will stand.
pub(crate) fn judge(
    world: &World<'_>,
    draft: &Draft,
    all: &[Action],
    planned: &[Action],
    notices: usize,
) -> Vec<GuardVerdict> {
    let bases = bases(world);
    let today = today(world);
    let narrowed = world.input.options.only.is_some();
    // S1: nothing stands in the way of a plan for those whom a human ended at once, and for nobody else.
    let ordered = emergency::is_all_of_it(world.input);
    // S10: `--only` still ends one person when a guard holds the run.
    let only_ends = narrowed
        && (ordered
            || planned
                .iter()
                .all(|action| order::takes_away(&action.change)));
    let judged = if only_ends { planned } else { all };
    // What waits for approval is not done by this plan; a yes is judged when it is given.
    let waits = order::waiting(judged);
    let shown_waits = order::waiting(planned);
    let mut verdicts = Vec::with_capacity(GuardKind::ALL.len());
    for kind in GuardKind::ALL {
        let level = level(world, draft, kind);
        let Tally {
            count,
            recent,
            note,
        } = level.clone().unwrap_or_else(|| Tally {
            count: if kind == GuardKind::Notify {
                u32::try_from(notices).unwrap_or(u32::MAX)
            } else {
                counted(judged, &waits, kind)
            },
            recent: recent(world, kind.word()),
            note: None,
        });
        let of = match level {
            Some(_) => bases.people,
            None => bases.enabled_managed,
        };
        let (limit, mut source) = limit(world, kind, (of, bases.first_filling), today);
        if let Some(note) = note {
            source = format!("{source}, {note}").into();
        }
        let shown = planned.iter().zip(&shown_waits).enumerate();
        let actions = shown
            .filter(|(_, (action, waits))| !**waits && action.counts.contains(&kind))
            .map(|(index, _)| ActionId(u32::try_from(index).unwrap_or(u32::MAX)));
        let stands_aside = only_ends && level.is_some();
        verdicts.push(GuardVerdict {
            kind,
            count,
            recent,
            limit,
            source,
            tripped: count > 0 && count.saturating_add(recent) > limit && !stands_aside,
            actions: actions.collect(),
        });
    }
    verdicts.extend(lost_of_sources(world, draft, only_ends));
    verdicts.extend(watched_groups(world, judged, planned, today));
    for verdict in verdicts.iter_mut().filter(|_| ordered) {
        verdict.tripped = false;
    }
    verdicts
}

/// How many a plan has of a kind, and how many the runs of the last day had.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: u32,
    recent: u32,
    /// Which part it is that counts most.
    note: Option<String>,
}

/// How many effects of a kind these actions have, but for what waits for approval.
fn counted(actions: &[Action], waits: &[bool], kind: GuardKind) -> u32 {
    let due = actions.iter().zip(waits).filter(|(_, waits)| !**waits);
    let hits = due.map(|(action, _)| {
        let counts = action.counts.iter();
        counts.filter(|counted| **counted == kind).count()
    });
    u32::try_from(hits.sum::<usize>()).unwrap_or(u32::MAX)
}

/// The day on which overrides are judged: that of the policy's own zone, or where it names none the day that it is
/// for most people. An override is about everybody, so it needs one day for all.
fn today(world: &World<'_>) -> Date {
    let input = world.input;
    let most = || {
        let mut people: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
        for wish in input.wishes {
            *people.entry(&wish.zone).or_default() += 1;
        }
        let most = people
            .into_iter()
            .max_by_key(|(name, people)| (*people, std::cmp::Reverse(*name)));
        most.map(|(zone, _)| zone.clone())
    };
    let zone = input.rules.home_zone.clone().or_else(most);
    let zone = zone.and_then(|name| TimeZone::get(&name).ok());
    input
        .now
        .to_zoned_datetime(zone.unwrap_or(TimeZone::UTC))
        .date()
}

fn bases(world: &World<'_>) -> Bases {
    let prior = world.input.prior;
    let directory = world.input.directory;
    let mut enabled_managed = 0_u32;
    let mut first_filling = true;
    for (guid, memory) in &prior.accounts {
        if memory.person.is_none() || memory.tied {
            continue;
        }
        first_filling = false;
        if directory
            .by_guid(*guid)
            .is_some_and(|id| directory[id].enabled())
        {
            enabled_managed += 1;
        }
    }
    let read = u32::try_from(world.input.people.len()).unwrap_or(u32::MAX);
    Bases {
        enabled_managed,
        people: prior.people_read.unwrap_or(read).max(read),
        first_filling,
    }
}

/// Kinds that measure how HR looks, not what the plan does.
fn level(world: &World<'_>, draft: &Draft, kind: GuardKind) -> Option<Tally> {
    match kind {
        GuardKind::Quarantine => {
            let count = world.input.people.quarantined().len();
            Some(Tally {
                count: u32::try_from(count).unwrap_or(u32::MAX),
                ..Tally::default()
            })
        }
        GuardKind::Lose => Some(lost_people(world, draft)),
        GuardKind::Values => Some(lost_values(world)),
        GuardKind::Create
        | GuardKind::Enable
        | GuardKind::Adopt
        | GuardKind::Disable
        | GuardKind::Delete
        | GuardKind::Move
        | GuardKind::Rename
        | GuardKind::Login
        | GuardKind::Clear
        | GuardKind::Password
        | GuardKind::Grant
        | GuardKind::Revoke
        | GuardKind::Notify
        | GuardKind::Writeback => None,
    }
}

/// People whom the last applied run still had, or by how many they are fewer; and who vanished within a day.
fn lost_people(world: &World<'_>, draft: &Draft) -> Tally {
    let newly = draft
        .memory
        .people
        .iter()
        .filter(|(person, memory)| {
            let known = world.person_memory(person);
            memory.vanished.is_some() && known.is_some_and(|known| known.vanished.is_none())
        })
        .count();
    let now = world.input.now;
    let since = now.checked_sub(MEMORY).unwrap_or(now);
    let of_today = world.input.prior.people.values().filter(|memory| {
        memory
            .vanished
            .is_some_and(|vanished| vanished > since && vanished <= now)
    });
    let read = u32::try_from(world.input.people.len()).unwrap_or(u32::MAX);
    let fewer = world
        .input
        .prior
        .people_read
        .map_or(0, |before| before.saturating_sub(read));
    Tally {
        count: u32::try_from(newly).unwrap_or(u32::MAX).max(fewer),
        recent: u32::try_from(of_today.count()).unwrap_or(u32::MAX),
        note: None,
    }
}

/// People whom each source of its own lost since the last applied run; a source that lost none has no verdict.
///
/// A small source that is cut short would not be seen among all people: so each has a limit of its own.
fn lost_of_sources(world: &World<'_>, draft: &Draft, stands_aside: bool) -> Vec<GuardVerdict> {
    let rules = world.input.rules;
    let default = default_of(GuardKind::Lose);
    let mut verdicts = Vec::new();
    for source in world.input.people.sources() {
        let Some(before) = world.input.prior.sources_read.get(&source.name).copied() else {
            continue;
        };
        let newly = draft.memory.people.iter().filter(|(person, memory)| {
            let known = world.person_memory(person);
            memory.vanished.is_some()
                && known.is_some_and(|known| known.vanished.is_none())
                && is_of(world, source, person)
        });
        let fewer = before.saturating_sub(source.records);
        let count = u32::try_from(newly.count()).unwrap_or(u32::MAX).max(fewer);
        if count == 0 {
            continue;
        }
        let of = before.max(source.records);
        let rule = rules.sources.iter().find(|rule| rule.name == source.name);
        let (limit, why) = match rule.and_then(|rule| rule.lose.as_ref().map(|lose| (rule, lose))) {
            Some((rule, lose)) => (
                amount(lose, &default, of, false),
                rules
                    .rule(rule.rule)
                    .map_or_else(|| "policy".into(), |rule| rule.text.clone()),
            ),
            None => (
                percent(default.percent, of).max(default.count),
                format!("default, of the source `{}`", source.name).into(),
            ),
        };
        verdicts.push(GuardVerdict {
            kind: GuardKind::Lose,
            count,
            recent: 0,
            limit,
            source: why,
            tripped: count > limit && !stands_aside,
            actions: Vec::new(),
        });
    }
    verdicts
}

/// Whether a person is of that source, as far as prefixes tell: whoever bears none is of the only one without.
fn is_of(world: &World<'_>, source: &crate::hr::SourceRead, person: &crate::hr::PersonId) -> bool {
    let key = person.to_string();
    let sources = world.input.people.sources();
    let prefixes = sources.iter().filter_map(|source| source.prefix.as_deref());
    let borne = prefixes
        .filter(|prefix| key.starts_with(prefix))
        .max_by_key(|prefix| prefix.len());
    let alone = sources
        .iter()
        .filter(|other| other.prefix == source.prefix)
        .count()
        == 1;
    alone && borne == source.prefix.as_deref()
}

/// How many people lost the value of each attribute since the last applied run.
pub(crate) fn lost_by_attribute(world: &World<'_>) -> Vec<(Arc<str>, u32)> {
    let attributes = world.input.schema.attributes();
    let mut lost = vec![0_u32; attributes.len()];
    for person in world.input.people.people() {
        let Some(memory) = world.person_memory(person.id()) else {
            continue;
        };
        for ((attribute, value), lost) in attributes.iter().zip(person.values()).zip(&mut lost) {
            if value.is_none() && memory.values.contains_key(&attribute.name) {
                *lost += 1;
            }
        }
    }
    let names = attributes.iter().map(|attribute| attribute.name.clone());
    names.zip(lost).filter(|(_, lost)| *lost > 0).collect()
}

/// The attribute whose value most people lost, within a day.
fn lost_values(world: &World<'_>) -> Tally {
    let lost = lost_by_attribute(world).into_iter();
    let tallies = lost.map(|(attribute, count)| Tally {
        count,
        recent: recent(world, &values_word(&attribute)),
        note: Some(format!("for `{attribute}`")),
    });
    tallies
        .rev()
        .max_by_key(|tally| tally.count.saturating_add(tally.recent))
        .unwrap_or_default()
}

/// The word under which the state counts who lost the value of an attribute.
pub(crate) fn values_word(attribute: &str) -> String {
    format!("{} {attribute}", GuardKind::Values.word())
}

/// The word under which the state counts who was taken out of a group.
pub(crate) fn revoke_word(group: Guid) -> String {
    format!("{} {group}", GuardKind::Revoke.word())
}

/// What the runs of the last day counted under that word.
fn recent(world: &World<'_>, word: &str) -> u32 {
    let now = world.input.now;
    let since = now.checked_sub(MEMORY).unwrap_or(now);
    let counts = world.input.prior.guard_counts.iter();
    counts
        .filter(|count| &*count.kind == word && count.at > since && count.at <= now)
        .fold(0, |sum, count| sum.saturating_add(count.count))
}

/// The limit of a kind whose percents are of so many, and where it comes from.
fn limit(
    world: &World<'_>,
    kind: GuardKind,
    (of, first_filling): (u32, bool),
    today: Date,
) -> (u32, Arc<str>) {
    let rules = world.input.rules;
    let default = default_of(kind);
    let (mut limit, mut source): (u32, Arc<str>) = match rules.limits.get(&kind) {
        Some(rule) => (
            amount(&rule.limit, &default, of, first_filling),
            rules
                .rule(rule.rule)
                .map_or_else(|| "policy".into(), |rule| rule.text.clone()),
        ),
        None if first_filling => (default.first, "default of a first filling".into()),
        None => (
            percent(default.percent, of).max(default.count),
            "default".into(),
        ),
    };
    for rule in rules
        .overrides
        .iter()
        .filter(|rule| rule.kind == kind && rule.on == today)
    {
        if rule.count > limit {
            limit = rule.count;
            source = rules
                .rule(rule.rule)
                .map_or_else(|| rule.because.clone(), |rule| rule.text.clone());
        }
    }
    (limit, source)
}

/// Whether so many actions of these kinds, with those of the last 24 hours, are more than a limit of the author.
pub(crate) fn is_above(world: &World<'_>, kinds: &[GuardKind], most: &Limit, count: usize) -> bool {
    let Bases {
        enabled_managed,
        first_filling,
        ..
    } = bases(world);
    let recent = kinds.iter().map(|kind| recent(world, kind.word()));
    let recent = recent.fold(0_u32, u32::saturating_add);
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let default = DefaultLimit {
        percent: 0,
        count: 0,
        first: 0,
    };
    count > 0
        && count.saturating_add(recent) > amount(most, &default, enabled_managed, first_filling)
}

/// The number that a limit of the author comes to.
fn amount(limit: &Limit, default: &DefaultLimit, of: u32, first_filling: bool) -> u32 {
    match (limit.percent, limit.count) {
        (_, Some(count)) if first_filling => count,
        (Some(_), None) if first_filling => default.first,
        (Some(share), Some(count)) if limit.more => at_least_one(share, of).max(count),
        (Some(share), Some(count)) => at_least_one(share, of).min(count),
        (Some(share), None) => at_least_one(share, of),
        (None, Some(count)) => count,
        (None, None) => default.count,
    }
}

fn percent(share: u32, of: u32) -> u32 {
    u32::try_from(u64::from(share) * u64::from(of) / 100).unwrap_or(u32::MAX)
}

/// Rounded down, at least 1; no percent at all is nothing.
fn at_least_one(share: u32, of: u32) -> u32 {
    if share == 0 {
        0
    } else {
        percent(share, of).max(1)
    }
}

/// Groups of which this plan, with the runs of the last day, would remove too large a part.
fn watched_groups(
    world: &World<'_>,
    judged: &[Action],
    planned: &[Action],
    today: Date,
) -> Vec<GuardVerdict> {
    let all = removed_from(world, judged);
    let shown = removed_from(world, planned);
    let rules = world.input.rules;
    let raised = rules
        .overrides
        .iter()
        .filter(|rule| rule.kind == GuardKind::Revoke && rule.on == today)
        .map(|rule| rule.count)
        .max()
        .unwrap_or(0);
    let mut verdicts = Vec::new();
    for (group, removed) in all {
        let recent = recent(world, &revoke_word(world.object(group).guid()));
        let left = u32::try_from(world.members.targets(group).len()).unwrap_or(u32::MAX);
        // Those of whom the last day took some.
        let members = left.saturating_add(recent);
        let count = u32::try_from(removed.len()).unwrap_or(u32::MAX);
        let limit = percent(WATCHED_PERCENT, members).max(raised);
        if members >= WATCHED_MEMBERS && count.saturating_add(recent) > limit {
            verdicts.push(GuardVerdict {
                kind: GuardKind::Revoke,
                count,
                recent,
                limit,
                source: format!(
                    "at most {WATCHED_PERCENT}% of the {members} members of `{}`",
                    world.name_of(group)
                )
                .into(),
                tripped: true,
                actions: shown.get(&group).cloned().unwrap_or_default(),
            });
        }
    }
    verdicts
}

/// The removals of these actions by group.
fn removed_from(world: &World<'_>, actions: &[Action]) -> BTreeMap<ObjectId, Vec<ActionId>> {
    let mut removed: BTreeMap<ObjectId, Vec<ActionId>> = BTreeMap::new();
    let waits = order::waiting(actions);
    for (index, (action, waits)) in actions.iter().zip(waits).enumerate() {
        if let Change::RemoveMember { group, .. } = &action.change
            && !waits
            && let Some(group) = world.input.directory.by_dn(group.dn())
        {
            let id = ActionId(u32::try_from(index).unwrap_or(u32::MAX));
            removed.entry(group).or_default().push(id);
        }
    }
    removed
}
