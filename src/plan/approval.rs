//! What waits for a person: which actions an `approve` item speaks of, under which id, and who has said yes.
//!
//! An id is a digest of what is to be done and to whom, not of why or in which order: it stays the same from
//! plan to plan while exactly this is to be done, and is another as soon as anything of it differs. So what was
//! approved is what was shown.

use super::draft::Draft;
use super::order::{each_target, renumber_change, takes_away};
use super::time::later;
use super::world::World;
use super::{
    Action, ActionId, Approval, Cause, Change, Finding, FindingKind, Input, Lapsed, Target, file,
    guard,
};
use crate::directory::{Dn, ObjectId, fold};
use crate::hr::PersonId;
use crate::policy::ruleset::{Duration, TimeUnit};
use crate::policy::{ApproveRule, GuardKind, RuleId, Standing, Wish};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
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

/// For how long a question waits at most where no policy says it: then it is asked anew.
const LONGEST: Duration = Duration {
    count: 14,
    unit: TimeUnit::Day,
};

/// Marks the actions that an `approve` item speaks of.
pub(crate) fn mark(world: &World<'_>, actions: &mut [Action], strangers: Strangers) {
    let rules = &world.input.rules.approvals;
    if rules.is_empty() {
        return;
    }
    let places = Places::of(actions);
    let exceeded: Vec<bool> = rules
        .iter()
        .map(|rule| {
            let is_meant = |action: &&Action| is_meant(world, rule, action, (&places, strangers));
            rule.above.is_none_or(|limit| {
                let count = actions.iter().filter(is_meant).count();
                guard::is_above(world, &rule.kinds, &limit, count)
            })
        })
        .collect();
    let mut found: Vec<(usize, RuleId)> = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        if action.approval.is_some() || is_ordered(world, action) {
            continue;
        }
        // What was asked because there were too many is not done because others were done before it.
        let mut known: Option<bool> = None;
        let mut was_asked = || {
            let prior = &world.input.prior.approvals;
            *known.get_or_insert_with(|| prior.contains_key(&id(world, action)))
        };
        let rule = rules.iter().zip(&exceeded).find(|(rule, exceeded)| {
            is_meant(world, rule, action, (&places, strangers)) && (**exceeded || was_asked())
        });
        if let Some((rule, _)) = rule {
            found.push((index, rule.rule));
            if rule.above.is_some() && matches!(action.change, Change::AddMember { .. }) {
                found.extend(gives_way(actions, action).map(|index| (index, rule.rule)));
            }
        }
    }
    for (index, rule) in found {
        let asked = actions.get(index).map(|action| asked(world, action, rule));
        if let (Some(action), Some(asked)) = (actions.get_mut(index), asked) {
            action.approval.get_or_insert(asked);
        }
    }
}

/// The memberships that go before that one comes, so that nobody loses the one while the other waits.
fn gives_way<'a>(actions: &'a [Action], add: &'a Action) -> impl Iterator<Item = usize> + 'a {
    let before = add.after.iter().map(|id| id.0 as usize);
    before.filter(|index| {
        let action = actions.get(*index);
        action.is_some_and(|action| matches!(action.change, Change::RemoveMember { .. }))
    })
}

/// The question whether that may be done, which this rule asks, and the answer if there is one.
///
/// Whom nobody answered in time, and whose answer came to its end, is asked anew: then the time begins again.
pub(crate) fn asked(world: &World<'_>, action: &Action, rule: RuleId) -> Approval {
    let input = world.input;
    let now = input.now;
    let id = id(world, action);
    let zone = input.rules.home_zone.as_deref().unwrap_or("UTC");
    let longest = input
        .rules
        .approvals_at_most
        .map_or(LONGEST, |(longest, _)| longest);
    let mut approval = Approval {
        rule: world.reason(rule, None),
        asked: now,
        first: now,
        until: later(now, longest, zone),
        lapsed: None,
        given: None,
        refused: None,
        id,
    };
    let Some(known) = input.prior.approvals.get(&approval.id) else {
        return approval;
    };
    approval.first = known.first.min(known.asked);
    let end = later(known.asked, longest, zone);
    let end = known.until.map_or(end, |until| until.min(end));
    let given = known.given.clone();
    let refused = known.refused.clone();
    approval.lapsed = match (&given, &refused) {
        (Some(given), _) if given.expires <= now => Some(Lapsed::Yes),
        (_, Some(refused)) if refused.until <= now => Some(Lapsed::No),
        (None, None) if end <= now => Some(Lapsed::Unanswered),
        _ => None,
    };
    if approval.lapsed.is_none() {
        approval.asked = known.asked;
        approval.until = end;
        approval.given = given;
        approval.refused = refused;
    }
    approval
}

/// Says which questions are asked anew, and when each next changes of itself.
pub(crate) fn say_what_lapsed(actions: &[Action], draft: &mut Draft) {
    for action in actions {
        let Some(approval) = &action.approval else {
            continue;
        };
        if let Some(person) = &action.person {
            draft.timers.push((person.clone(), ends(approval)));
        }
        let Some(lapsed) = approval.lapsed else {
            continue;
        };
        let why = match lapsed {
            Lapsed::Unanswered => "nobody answered in time",
            Lapsed::Yes => "the yes came to its end before it was done",
            Lapsed::No => "the no came to its end",
        };
        let (id, first) = (&approval.id, approval.first);
        let text = format!("{id} is asked anew, first on {first}: {why}");
        let mut finding = Finding::new(FindingKind::Note, action.who.clone(), text)
            .because(approval.rule.clone())
            .help("`tenure approve ID --because …` or `tenure reject ID --because …`");
        if let Some(person) = &action.person {
            finding = finding.of(person);
        }
        draft.find(finding);
    }
}

/// When a question, or its answer, comes to its end.
fn ends(approval: &Approval) -> Timestamp {
    match (&approval.given, &approval.refused) {
        (Some(given), _) => given.expires,
        (None, Some(refused)) => refused.until,
        (None, None) => approval.until,
    }
}

/// The first `approve` item that speaks of an action, as far as one can tell by itself: how many there are, and where
/// its account will be, only the whole plan knows.
pub(crate) fn rule_for(world: &World<'_>, action: &Action) -> Option<RuleId> {
    if is_ordered(world, action) {
        return None;
    }
    let places = Places::default();
    let mut rules = world.input.rules.approvals.iter();
    let rule = rules.find(|rule| {
        rule.above.is_none() && is_meant(world, rule, action, (&places, Strangers::Pass))
    })?;
    Some(rule.rule)
}

/// Whether a person ordered it: who was ended at once was ended by a person, and that is the yes (S1).
fn is_ordered(world: &World<'_>, action: &Action) -> bool {
    takes_away(&action.change) && wish_of(world, action).is_some_and(|wish| wish.ended.is_some())
}

/// Where the accounts of people come from and go to in one plan.
#[derive(Debug, Default)]
struct Places(FxHashMap<PersonId, Vec<Dn>>);

impl Places {
    fn of(actions: &[Action]) -> Self {
        let mut places: FxHashMap<PersonId, Vec<Dn>> = FxHashMap::default();
        for action in actions {
            let Some(person) = &action.person else {
                continue;
            };
            let (Change::Move { to: place, .. } | Change::CreateAccount { dn: place, .. }) =
                &action.change
            else {
                continue;
            };
            places
                .entry(person.clone())
                .or_default()
                .push(place.clone());
        }
        Self(places)
    }

    /// Whether the account of an action is in one of these units or below it, or comes there.
    fn are_in(&self, action: &Action, units: &[Dn]) -> bool {
        let is_in = |dn: &Dn| units.iter().any(|unit| dn.is_under(unit));
        let person = action.person.as_ref();
        let comes = person.and_then(|person| self.0.get(person));
        comes.is_some_and(|places| places.iter().any(is_in)) || is_in(account_of(&action.change))
    }
}

/// Where the account of an action is, or will be made.
fn account_of(change: &Change) -> &Dn {
    match change {
        Change::CreateUnit { dn }
        | Change::CreateGroup { dn, .. }
        | Change::CreateAccount { dn, .. } => dn,
        Change::Adopt { account, .. }
        | Change::Release { account, .. }
        | Change::Modify { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Move { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. }
        | Change::AddMember { account, .. }
        | Change::RemoveMember { account, .. }
        | Change::WriteBack { account, .. }
        | Change::Await { account, .. }
        | Change::Delete { account }
        | Change::DeleteUnit { unit: account } => account.dn(),
    }
}

/// Whether a rule speaks of an action, however many there are of its kind.
fn is_meant(
    world: &World<'_>,
    rule: &ApproveRule,
    action: &Action,
    (places, strangers): (&Places, Strangers),
) -> bool {
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
    if !rule.units.is_empty() && !places.are_in(action, &rule.units) {
        return false;
    }
    // What is nobody's, such as a group that is made, is about no person.
    if !rule.conditional && rule.stages.is_empty() {
        return true;
    }
    let Some(wish) = wish_of(world, action) else {
        return strangers == Strangers::Ask && action.person.is_some();
    };
    let in_stage = || match &wish.standing {
        Standing::In { stage, .. } => rule.stages.contains(stage),
        // Where it cannot be told which stage somebody is in, it is asked.
        Standing::Held { .. } => true,
    };
    (!rule.conditional || wish.approvals.contains(&rule.rule))
        && (rule.stages.is_empty() || in_stage())
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
        rule.is_of_all()
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
