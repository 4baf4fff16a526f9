//! Who is in a group and why: what the policy wants of it, beside what the directory has.

use crate::directory::{Dn, Guid, ObjectId, Snapshot};
use crate::hr::PersonId;
use crate::plan::{Change, Correlation, Plan, Reason, later};
use crate::policy::{Policy, RuleId, Wish};
use crate::state::{MembershipOwner, Prior};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How deep groups in groups are followed.
const MAX_NESTING: usize = 64;

/// What of policy and directory a roster is made of.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The directory.
    pub directory: &'a Snapshot,
    /// What earlier runs left behind.
    pub prior: &'a Prior,
    /// What the policy wants of each person, sorted by person.
    pub wishes: &'a [Wish],
    /// Which account is whose.
    pub correlation: &'a Correlation,
    /// The plan that follows.
    pub plan: &'a Plan,
    /// Below which names anything may be written; what the policy names lies below the first.
    pub bases: &'a [Dn],
}

/// How a membership stands to the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A rule gives it.
    ByRule,
    /// No rule gives it, and it stays: somebody else gave it, or `keep` or a stage leaves it alone.
    ByHand,
    /// No rule gives it any more; it ends then.
    Lingers(Option<Timestamp>),
    /// The next run takes it.
    Leaves,
    /// A rule gives it, and the next run does.
    ToCome,
    /// A rule gives it, and no run does: something is in the way that the plan tells.
    Withheld,
    /// Whether a rule gives it cannot be told.
    Undecided,
    /// It is the primary group of the account, of which no policy speaks.
    Primary,
}

/// A member, or somebody who is to be one.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Which account or group; none for one that is yet to be made.
    pub member: Option<Guid>,
    /// Where it is, or will be.
    pub dn: Dn,
    /// Whose account it is.
    pub person: Option<PersonId>,
    /// It is a group: whoever is in it is in this one, too.
    pub is_group: bool,
    /// How it stands.
    pub standing: Standing,
    /// The rule that gives or takes it.
    pub reason: Option<Reason>,
    /// The groups that lead here, the nearest to the member first; empty where it is in the group itself.
    pub through: Vec<String>,
    /// Somebody has to say yes to the change first.
    pub waits: bool,
}

/// Who is in a group now, whom the policy wants in it, and who is through other groups.
pub fn roster(world: &World<'_>, group: ObjectId) -> Vec<Entry> {
    let owners = owners(world);
    let mut all = Vec::new();
    let mut seen = BTreeSet::from([group]);
    let mut queue = VecDeque::from([(group, Vec::new())]);
    while let Some((group, through)) = queue.pop_front() {
        let entries = direct(world, &owners, group, &through);
        if through.len() < MAX_NESTING {
            for member in world.directory.members(group) {
                let nested = world.directory.shared(member);
                let nested = nested.filter(|object| object.is_group());
                if let Some(object) = nested
                    && seen.insert(member)
                {
                    let mut way = vec![name(object.dn(), object.account_name())];
                    way.extend(through.iter().cloned());
                    queue.push_back((member, way));
                }
            }
        }
        all.extend(entries);
    }
    all
}

fn name(dn: &Dn, login: Option<&str>) -> String {
    let leaf = || dn.rdn().map(|rdn| rdn.value()).unwrap_or_default();
    login.map_or_else(leaf, str::to_owned)
}

fn owners(world: &World<'_>) -> BTreeMap<ObjectId, PersonId> {
    let people = world.correlation.people.iter();
    let own = people.filter_map(|entry| Some((entry.verdict.account()?, entry.person.clone())));
    own.collect()
}

/// The entries of one group itself, by name.
fn direct(
    world: &World<'_>,
    owners: &BTreeMap<ObjectId, PersonId>,
    group: ObjectId,
    through: &[String],
) -> Vec<Entry> {
    let Some(object) = world.directory.shared(group) else {
        return Vec::new();
    };
    let (mut comes, mut leaves) = (Vec::new(), BTreeMap::new());
    for action in &world.plan.actions {
        let Some((target, account)) = action.change.membership() else {
            continue;
        };
        if target.dn() != object.dn() {
            continue;
        }
        if matches!(action.change, Change::AddMember { .. }) {
            comes.push((account.dn().clone(), action));
        } else {
            leaves.insert(account.dn().clone(), action);
        }
    }
    let mut entries = Vec::new();
    let there = world.directory.members(group);
    for member in &there {
        let Some(account) = world.directory.shared(*member) else {
            continue;
        };
        let person = owners.get(member).cloned();
        let (standing, reason, waits) = if let Some(action) = leaves.get(account.dn()) {
            let reason = action.reasons.first().cloned();
            (Standing::Leaves, reason, action.waits())
        } else {
            let (standing, reason) = stays(world, person.as_ref(), account.guid(), group);
            (standing, reason, false)
        };
        entries.push(Entry {
            member: Some(account.guid()),
            dn: account.dn().clone(),
            person,
            is_group: account.is_group(),
            standing,
            reason,
            through: through.to_vec(),
            waits,
        });
    }
    for (dn, action) in &comes {
        entries.push(Entry {
            member: world
                .directory
                .by_dn(dn)
                .and_then(|id| Some(world.directory.shared(id)?.guid())),
            dn: dn.clone(),
            person: action.person.clone(),
            is_group: false,
            standing: Standing::ToCome,
            reason: action.reasons.first().cloned(),
            through: through.to_vec(),
            waits: action.waits(),
        });
    }
    withheld(world, owners, group, through, &mut entries);
    for (id, account) in world.directory.iter() {
        if world.directory.primary_group(id) == Some(group) {
            entries.push(Entry {
                member: Some(account.guid()),
                dn: account.dn().clone(),
                person: owners.get(&id).cloned(),
                is_group: false,
                standing: Standing::Primary,
                reason: None,
                through: through.to_vec(),
                waits: false,
            });
        }
    }
    entries.sort_by_cached_key(|entry| {
        let leaf = entry.dn.rdn().map(|rdn| rdn.value().to_lowercase());
        (leaf, entry.dn.key().to_owned())
    });
    entries
}

/// Those with an account to whom a rule gives the group, who have it neither now nor after the next run.
fn withheld(
    world: &World<'_>,
    owners: &BTreeMap<ObjectId, PersonId>,
    group: ObjectId,
    through: &[String],
    entries: &mut Vec<Entry>,
) {
    for (id, person) in owners {
        let Some((rule, decided)) = granted(world, person, group) else {
            continue;
        };
        let Some(account) = world.directory.shared(*id) else {
            continue;
        };
        let known = entries
            .iter()
            .any(|entry| entry.person.as_ref() == Some(person));
        if known || !decided {
            continue;
        }
        entries.push(Entry {
            member: Some(account.guid()),
            dn: account.dn().clone(),
            person: Some(person.clone()),
            is_group: false,
            standing: Standing::Withheld,
            reason: reason(world, rule),
            through: through.to_vec(),
            waits: false,
        });
    }
}

/// Why a membership that is there stays.
fn stays(
    world: &World<'_>,
    person: Option<&PersonId>,
    account: Guid,
    group: ObjectId,
) -> (Standing, Option<Reason>) {
    match person.and_then(|person| granted(world, person, group)) {
        Some((rule, true)) => return (Standing::ByRule, reason(world, rule)),
        Some((rule, false)) => return (Standing::Undecided, reason(world, rule)),
        None => {}
    }
    let Some(object) = world.directory.shared(group) else {
        return (Standing::ByHand, None);
    };
    let key = (account, object.guid());
    let remembered = world.plan.memory.memberships.iter().rev();
    let mut remembered = remembered.filter(|(known, _)| *known == key);
    let row = remembered.next().map(|(_, row)| row);
    let row = row.or_else(|| world.prior.memberships.get(&key));
    if let Some(since) = row.and_then(|row| row.lapsed) {
        let zone = person
            .and_then(|person| wish_of(world, person))
            .map(|wish| &*wish.zone);
        let blocks = world.policy.rules.blocks.iter();
        let ends = blocks
            .filter_map(|block| block.linger)
            .map(|(time, _)| later(since, time, zone.unwrap_or("UTC")));
        return (Standing::Lingers(ends.max()), None);
    }
    let kept = world
        .policy
        .rules
        .blocks
        .iter()
        .flat_map(|block| &block.keep);
    let login = object.account_name().unwrap_or_default();
    let mut kept = kept.filter(|(pattern, _)| pattern.matches(login, object.dn()));
    let is_ours = row.is_some_and(|row| row.owner != MembershipOwner::ByHand);
    let rule = kept.next().filter(|_| is_ours);
    (
        Standing::ByHand,
        rule.and_then(|(_, rule)| reason(world, *rule)),
    )
}

/// The rule that gives somebody a group, and whether that is decided.
fn granted(world: &World<'_>, person: &PersonId, group: ObjectId) -> Option<(RuleId, bool)> {
    let wish = wish_of(world, person)?;
    let object = world.directory.shared(group)?;
    let is_it = |name: &str| {
        object
            .account_name()
            .is_some_and(|login| login.eq_ignore_ascii_case(name))
            || (name.contains('=')
                && Dn::parse(name)
                    .is_ok_and(|dn| dn == *object.dn() || dn.absolute(world.bases) == *object.dn()))
    };
    for block in [&wish.groups, &wish.lists] {
        if let Some(one) = block.granted.iter().find(|one| is_it(&one.group)) {
            return Some((one.rule, true));
        }
        if let Some((one, _)) = block.held.iter().find(|(one, _)| is_it(&one.group)) {
            return Some((one.rule, false));
        }
    }
    None
}

fn wish_of<'a>(world: &World<'a>, person: &PersonId) -> Option<&'a Wish> {
    let found = world
        .wishes
        .binary_search_by(|wish| wish.person.cmp(person));
    world.wishes.get(found.ok()?)
}

fn reason(world: &World<'_>, rule: RuleId) -> Option<Reason> {
    let rule = world.policy.rules.rule(rule)?;
    Some(Reason {
        text: rule.text.clone(),
        file: rule.file.clone(),
        line: rule.line,
        values: Vec::new(),
    })
}
