//! Which account is whose (S7, S8).
//!
//! Anchor first: what stands in the directory and what the state remembers must agree. Then the `link` lines,
//! verdicts of a human. Then `adopt` rules, which only propose. Whatever is not certain is a [`Verdict`] of
//! its own and nobody's account. The result is a value that the planner and `tenure match` share.
//!
//! Begin with [`correlate`](fn@correlate) and [`Verdict`].

use super::Input;
use super::world::{World, tests_hold};
use crate::directory::kind::NotAPerson;
use crate::directory::{AttributeName, Guid, Object, ObjectId, filetime};
use crate::hr::PersonId;
use crate::policy::{AccountTest, IgnoreRule, LinkTarget, RuleId, TemplatePart, TiedRule, Wish};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Which accounts belong to whom, and what could not be decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Correlation {
    /// Every person that is planned for, sorted by person.
    pub people: Vec<Match>,
    /// Further accounts of people, sorted by owner.
    pub tied: Vec<Tied>,
    /// Accounts of people (S7) that are nobody's, in the order of the tree.
    pub orphans: Vec<ObjectId>,
    /// People whom an `ignore` line or a `continues` line takes out, sorted.
    pub left_out: Vec<(PersonId, RuleId)>,
    /// Whether the directory holds accounts of people that this tool did not make.
    pub holds_people: bool,
}

/// One person and what was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Who.
    pub person: PersonId,
    /// What.
    pub verdict: Verdict,
}

/// What was found for one person.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The anchor, or without one the state, says so.
    Anchored(ObjectId),
    /// A `link` line says so (or `continues`, where the account bears the former number).
    Linked {
        /// Which account.
        account: ObjectId,
        /// The line.
        rule: RuleId,
    },
    /// An `adopt` rule proposes it.
    Proposed {
        /// Which account.
        account: ObjectId,
        /// The rule.
        rule: RuleId,
    },
    /// A rule would propose it, but it is older than the person's first day.
    Namesake {
        /// Which account.
        account: ObjectId,
        /// The rule.
        rule: RuleId,
        /// The day it was created.
        created: Date,
        /// The first day of the person; `None` where it must not be shown (S11).
        started: Option<Date>,
    },
    /// Rules propose several accounts, or one account for several people.
    Ambiguous {
        /// Which accounts.
        accounts: Vec<ObjectId>,
        /// The first rule.
        rule: RuleId,
        /// What is unclear, as a sentence without a full stop.
        why: Arc<str>,
    },
    /// Facts contradict each other.
    Conflict {
        /// Which accounts.
        accounts: Vec<ObjectId>,
        /// What contradicts what, as a sentence without a full stop.
        why: Arc<str>,
    },
    /// There is none.
    Without,
}

impl Verdict {
    /// The account that is certainly this person's.
    pub fn account(&self) -> Option<ObjectId> {
        match self {
            Self::Anchored(account) | Self::Linked { account, .. } => Some(*account),
            Self::Proposed { .. }
            | Self::Namesake { .. }
            | Self::Ambiguous { .. }
            | Self::Conflict { .. }
            | Self::Without => None,
        }
    }

    /// Every account that it speaks of.
    pub fn accounts(&self) -> &[ObjectId] {
        match self {
            Self::Anchored(account)
            | Self::Linked { account, .. }
            | Self::Proposed { account, .. }
            | Self::Namesake { account, .. } => std::slice::from_ref(account),
            Self::Ambiguous { accounts, .. } | Self::Conflict { accounts, .. } => accounts,
            Self::Without => &[],
        }
    }

    /// Whether a human has to say something before this person can be planned for.
    pub fn is_unsettled(&self) -> bool {
        match self {
            Self::Proposed { .. } | Self::Namesake { .. } | Self::Ambiguous { .. } => true,
            Self::Anchored(_) | Self::Linked { .. } | Self::Conflict { .. } | Self::Without => {
                false
            }
        }
    }
}

/// A further account of the same human.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tied {
    /// The owner's account.
    pub owner: ObjectId,
    /// The further account.
    pub account: ObjectId,
    /// The `tied` line.
    pub rule: RuleId,
}

impl Correlation {
    /// What was found for that person.
    pub fn of(&self, person: &PersonId) -> Option<&Verdict> {
        let found = self
            .people
            .binary_search_by(|entry| entry.person.cmp(person))
            .ok()?;
        self.people.get(found).map(|entry| &entry.verdict)
    }
}

/// Whether the anchor there speaks of a person: a laptop that bears its owner's number is nobody's account.
/// Protected accounts, services and mailboxes that bear one are their owner's, and are blocked or reported.
fn may_bear_an_anchor(object: &Object) -> bool {
    match object.not_a_person() {
        None
        | Some(
            NotAPerson::BuiltIn
            | NotAPerson::Service
            | NotAPerson::Protected
            | NotAPerson::Mailbox(_),
        ) => true,
        Some(
            NotAPerson::NoUser
            | NotAPerson::OtherCategory
            | NotAPerson::Computer
            | NotAPerson::ManagedServiceAccount
            | NotAPerson::Trust
            | NotAPerson::Deleted,
        ) => false,
    }
}

/// Matches people and accounts; pure, in time proportional to both.
pub fn correlate(input: &Input<'_>) -> Correlation {
    in_world(&World::new(input))
}

pub(crate) fn in_world(world: &World<'_>) -> Correlation {
    let left_out = left_out(world);
    let out: FxHashSet<&PersonId> = left_out.iter().map(|(person, _)| person).collect();
    let matcher = Matcher::new(world);
    let wishes: Vec<&Wish> = world
        .input
        .wishes
        .iter()
        .filter(|wish| !out.contains(&wish.person))
        .collect();
    let mut verdicts: Vec<Verdict> = wishes.iter().map(|wish| matcher.certain(wish)).collect();
    settle_rivals(&mut verdicts);
    let taken: FxHashSet<ObjectId> = verdicts
        .iter()
        .flat_map(|verdict| verdict.accounts().iter().copied())
        .collect();
    let tied = tied_accounts(world, &verdicts);
    let tied_set: FxHashSet<ObjectId> = tied.iter().map(|tied| tied.account).collect();
    let free = |id: ObjectId| !taken.contains(&id) && !tied_set.contains(&id);
    let shared = Matcher::shared_queries(&wishes);
    for (wish, verdict) in wishes.iter().zip(&mut verdicts) {
        if matches!(verdict, Verdict::Without) {
            *verdict = matcher.proposal(wish, &shared, &free);
        }
    }
    settle_proposals(&mut verdicts);
    let spoken_of: FxHashSet<ObjectId> = verdicts
        .iter()
        .flat_map(|verdict| verdict.accounts().iter().copied())
        .collect();
    let mut orphans = Vec::new();
    let mut holds_people = false;
    for (id, object) in world.input.directory.iter() {
        if !object.is_person_account() || world.ignored(object) {
            continue;
        }
        let ours = world
            .account_memory(id)
            .is_some_and(|memory| memory.created.is_some());
        holds_people |= !ours;
        if !spoken_of.contains(&id) && !tied_set.contains(&id) {
            orphans.push(id);
        }
    }
    let people = wishes.iter().zip(verdicts).map(|(wish, verdict)| Match {
        person: wish.person.clone(),
        verdict,
    });
    Correlation {
        people: people.collect(),
        tied,
        orphans,
        left_out,
        holds_people,
    }
}

/// People who are not planned for: ignored ones, and records that another one continues.
fn left_out(world: &World<'_>) -> Vec<(PersonId, RuleId)> {
    let rules = world.input.rules;
    let ignored = rules.ignores.iter().filter_map(|rule| match rule {
        IgnoreRule::Person(person, rule) => Some((person.clone(), *rule)),
        IgnoreRule::Accounts(..) | IgnoreRule::When(..) => None,
    });
    let continued = rules
        .continues
        .iter()
        .map(|rule| (rule.former.clone(), rule.rule));
    let mut out: Vec<(PersonId, RuleId)> = ignored.chain(continued).collect();
    out.sort();
    out.dedup_by(|a, b| a.0 == b.0);
    out
}

/// What finding a person's account needs, gathered once.
struct Matcher<'w, 'a> {
    world: &'w World<'a>,
    anchor: Option<AttributeName>,
    /// Anchor values of people, as the directory compares them.
    anchors: FxHashMap<String, PersonId>,
    /// The value of the anchor of each person that another one continues.
    former: FxHashMap<&'a PersonId, Vec<(&'a PersonId, RuleId)>>,
    links: FxHashMap<&'a PersonId, (&'a LinkTarget, RuleId)>,
    /// Whose an account is by the state.
    owners: FxHashMap<Guid, &'a PersonId>,
    wishes: FxHashMap<&'a PersonId, &'a Wish>,
}

impl<'w, 'a> Matcher<'w, 'a> {
    fn new(world: &'w World<'a>) -> Self {
        let input = world.input;
        let anchor = input
            .rules
            .anchor
            .as_ref()
            .map(|anchor| AttributeName::new(&anchor.attribute));
        let mut anchors = FxHashMap::default();
        let mut wishes = FxHashMap::default();
        for wish in input.wishes {
            wishes.insert(&wish.person, wish);
            if let (Some(name), Some(value)) = (&anchor, &wish.anchor) {
                anchors.insert(name.key(value), wish.person.clone());
            }
        }
        let mut former: FxHashMap<&PersonId, Vec<(&PersonId, RuleId)>> = FxHashMap::default();
        for rule in &input.rules.continues {
            former
                .entry(&rule.person)
                .or_default()
                .push((&rule.former, rule.rule));
        }
        let links = input.rules.links.iter();
        let owners = input.prior.people.iter();
        Self {
            world,
            anchor,
            anchors,
            former,
            links: links
                .map(|link| (&link.person, (&link.account, link.rule)))
                .collect(),
            owners: owners
                .filter_map(|(person, memory)| Some((memory.account?, person)))
                .collect(),
            wishes,
        }
    }

    /// What anchor, state and `link` lines say.
    fn certain(&self, wish: &Wish) -> Verdict {
        let by_anchor = match &wish.anchor {
            Some(value) => self.anchored(value),
            None => Vec::new(),
        };
        let link = self.links.get(&wish.person);
        let verdict = self.by_anchor_and_state(wish, &by_anchor);
        match (verdict, link) {
            (Verdict::Without, Some((target, rule))) => self.linked(wish, target, *rule),
            (Verdict::Without, None) => self.continued(wish),
            (Verdict::Anchored(account), Some((target, _))) => match self.find(target) {
                Some(other) if other != account => Verdict::Conflict {
                    accounts: sorted(vec![account, other]),
                    why: "a `link` line names one account and the anchor another".into(),
                },
                Some(_) | None => Verdict::Anchored(account),
            },
            (other, _) => other,
        }
    }

    fn by_anchor_and_state(&self, wish: &Wish, by_anchor: &[ObjectId]) -> Verdict {
        let directory = self.world.input.directory;
        let memory = self.world.person_memory(&wish.person);
        let remembered = memory.and_then(|memory| memory.account);
        let by_state = remembered
            .and_then(|guid| directory.by_guid(guid))
            .filter(|id| !self.world.object(*id).is_deleted());
        match (by_anchor, remembered, by_state) {
            ([_, _, ..], _, _) => Verdict::Conflict {
                accounts: by_anchor.to_vec(),
                why: format!(
                    "{} accounts bear the anchor {}",
                    by_anchor.len(),
                    wish.anchor.as_deref().unwrap_or_default()
                )
                .into(),
            },
            ([account], Some(guid), _) if self.world.object(*account).guid() != guid => {
                let accounts = by_state.into_iter().chain([*account]).collect();
                Verdict::Conflict {
                    accounts: sorted(accounts),
                    why: "the anchor stands at another account than the one that the state \
                          remembers"
                        .into(),
                }
            }
            ([account], _, _) => match self.owners.get(&self.world.object(*account).guid()) {
                Some(owner) if **owner != wish.person && !self.is_former(wish, owner) => {
                    Verdict::Conflict {
                        accounts: vec![*account],
                        why: format!("the state remembers this account as that of {owner}").into(),
                    }
                }
                Some(_) | None => Verdict::Anchored(*account),
            },
            ([], _, Some(account)) if self.anchor.is_none() || wish.anchor.is_none() => {
                Verdict::Anchored(account)
            }
            ([], _, Some(account)) => Verdict::Conflict {
                accounts: vec![account],
                why: "the account no longer bears the anchor: somebody took it away or changed it"
                    .into(),
            },
            ([], Some(_), None) if self.links.contains_key(&wish.person) => Verdict::Without,
            ([], Some(guid), None) => Verdict::Conflict {
                accounts: Vec::new(),
                why: format!("the account {guid} that this person had is gone").into(),
            },
            ([], None, None) => Verdict::Without,
        }
    }

    fn is_former(&self, wish: &Wish, other: &PersonId) -> bool {
        self.former
            .get(&wish.person)
            .is_some_and(|former| former.iter().any(|(person, _)| *person == other))
    }

    /// The account of a record that this one continues.
    fn continued(&self, wish: &Wish) -> Verdict {
        for (former, rule) in self.former.get(&wish.person).into_iter().flatten() {
            let Some(record) = self.wishes.get(former) else {
                let memory = self.world.person_memory(former);
                let remembered = memory.and_then(|memory| memory.account);
                let directory = self.world.input.directory;
                match remembered.and_then(|guid| directory.by_guid(guid)) {
                    Some(account) => {
                        return Verdict::Linked {
                            account,
                            rule: *rule,
                        };
                    }
                    None => continue,
                }
            };
            let by_anchor = match &record.anchor {
                Some(value) => self.anchored(value),
                None => Vec::new(),
            };
            match self.by_anchor_and_state(record, &by_anchor) {
                Verdict::Without => {}
                Verdict::Anchored(account) => {
                    return Verdict::Linked {
                        account,
                        rule: *rule,
                    };
                }
                other @ (Verdict::Linked { .. }
                | Verdict::Proposed { .. }
                | Verdict::Namesake { .. }
                | Verdict::Ambiguous { .. }
                | Verdict::Conflict { .. }) => return other,
            }
        }
        Verdict::Without
    }

    fn linked(&self, wish: &Wish, target: &LinkTarget, rule: RuleId) -> Verdict {
        let Some(account) = self.find(target) else {
            return Verdict::Conflict {
                accounts: Vec::new(),
                why: match target {
                    LinkTarget::Login(name) => {
                        format!("the `link` line names `{name}`, which does not exist")
                    }
                    LinkTarget::Dn(dn) => {
                        format!("the `link` line names `{dn}`, which does not exist")
                    }
                }
                .into(),
            };
        };
        if let Some(owner) = self.owner_by_anchor(wish, self.world.object(account)) {
            return Verdict::Conflict {
                accounts: vec![account],
                why: format!("the `link` line names an account that bears the anchor of {owner}")
                    .into(),
            };
        }
        Verdict::Linked { account, rule }
    }

    fn find(&self, target: &LinkTarget) -> Option<ObjectId> {
        let directory = self.world.input.directory;
        let found = match target {
            LinkTarget::Login(name) => directory.by_account_name(name),
            LinkTarget::Dn(dn) => directory.by_dn(dn),
        };
        found.filter(|id| self.world.object(*id).is_user())
    }

    /// Accounts that bear this anchor.
    fn anchored(&self, value: &str) -> Vec<ObjectId> {
        let Some(anchor) = &self.anchor else {
            return Vec::new();
        };
        let directory = self.world.input.directory;
        let found = directory.holders(anchor.as_str(), value);
        let account = |id: &ObjectId| {
            let object = self.world.object(*id);
            may_bear_an_anchor(object) && !self.world.ignored(object)
        };
        found.into_iter().filter(account).collect()
    }

    /// The other person whose anchor this account bears.
    fn owner_by_anchor(&self, wish: &Wish, object: &Object) -> Option<String> {
        let anchor = self.anchor.as_ref()?;
        let found = object.first(anchor.as_str())?;
        if wish
            .anchor
            .as_ref()
            .is_some_and(|own| anchor.equal(own, found))
        {
            return None;
        }
        match self.anchors.get(&anchor.key(found)) {
            Some(person) if self.is_former(wish, person) => None,
            Some(person) => Some(format!("person {person}")),
            None => Some(format!("nobody in HR ({found})")),
        }
    }

    /// Queries that more than one person asks: `info@` is nobody's (S7).
    fn shared_queries(wishes: &[&Wish]) -> FxHashSet<String> {
        let mut seen: FxHashSet<String> = FxHashSet::default();
        let mut shared = FxHashSet::default();
        for wish in wishes {
            let keys: BTreeSet<String> = wish
                .adopt
                .iter()
                .map(|query| query_key(&query.tests))
                .collect();
            for key in keys {
                if !seen.insert(key.clone()) {
                    shared.insert(key);
                }
            }
        }
        shared
    }

    fn proposal(
        &self,
        wish: &Wish,
        shared: &FxHashSet<String>,
        free: &dyn Fn(ObjectId) -> bool,
    ) -> Verdict {
        let mut found: Vec<(ObjectId, RuleId)> = Vec::new();
        for query in &wish.adopt {
            if shared.contains(&query_key(&query.tests)) {
                continue;
            }
            for id in self.candidates(&query.tests) {
                let object = self.world.object(id);
                if free(id)
                    && object.is_person_account()
                    && tests_hold(object, &query.tests)
                    && !self.world.ignored(object)
                    && self.owner_by_anchor(wish, object).is_none()
                    && !self.owners.contains_key(&object.guid())
                    && !found.iter().any(|(other, _)| *other == id)
                {
                    found.push((id, query.rule));
                }
            }
        }
        match found.as_slice() {
            [] => Verdict::Without,
            [(account, rule)] => self
                .older(wish, *account, *rule)
                .unwrap_or(Verdict::Proposed {
                    account: *account,
                    rule: *rule,
                }),
            [(_, rule), ..] => Verdict::Ambiguous {
                rule: *rule,
                why: format!("the rules propose {} accounts", found.len()).into(),
                accounts: sorted(found.iter().map(|(account, _)| *account).collect()),
            },
        }
    }

    /// Who an index says may answer the questions.
    fn candidates(&self, tests: &[AccountTest]) -> Vec<ObjectId> {
        let equal = tests.iter().find_map(|test| match test {
            AccountTest::Equal(attribute, value) => Some((attribute, value)),
            AccountTest::Matches(..) | AccountTest::Present(_) | AccountTest::Missing(_) => None,
        });
        equal.map_or_else(Vec::new, |(attribute, value)| {
            self.world.input.directory.holders(attribute, value)
        })
    }

    /// An account that was created before the person's first day may be a namesake's.
    fn older(&self, wish: &Wish, account: ObjectId, rule: RuleId) -> Option<Verdict> {
        let started = wish.started?;
        let text = self.world.object(account).first("whenCreated")?;
        let zone = TimeZone::get(&wish.zone).unwrap_or(TimeZone::UTC);
        let created = filetime::from_generalized_time(text)?
            .to_zoned_datetime(zone)
            .date();
        (created < started).then_some(Verdict::Namesake {
            account,
            rule,
            created,
            started: Some(started).filter(|_| !self.world.first_day_is_sensitive()),
        })
    }
}

fn query_key(tests: &[AccountTest]) -> String {
    let mut key = String::new();
    for test in tests {
        let (mark, attribute, value) = match test {
            AccountTest::Equal(attribute, value) => {
                ('=', attribute, AttributeName::new(attribute).key(value))
            }
            AccountTest::Matches(attribute, pattern) => ('~', attribute, format!("{pattern:?}")),
            AccountTest::Present(attribute) => ('+', attribute, String::new()),
            AccountTest::Missing(attribute) => ('-', attribute, String::new()),
        };
        key.push(mark);
        key.push_str(attribute);
        key.push('\0');
        key.push_str(&value);
        key.push('\0');
    }
    key
}

fn sorted(mut accounts: Vec<ObjectId>) -> Vec<ObjectId> {
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

/// How often each account is spoken of.
fn wanted(verdicts: &[Verdict], by: impl Fn(&Verdict) -> bool) -> FxHashMap<ObjectId, u32> {
    let mut wanted: FxHashMap<ObjectId, u32> = FxHashMap::default();
    for verdict in verdicts.iter().filter(|verdict| by(verdict)) {
        for account in verdict.accounts() {
            *wanted.entry(*account).or_default() += 1;
        }
    }
    wanted
}

/// One account that is certainly two people's is nobody's.
fn settle_rivals(verdicts: &mut [Verdict]) {
    let wanted = wanted(verdicts, |verdict| verdict.account().is_some());
    for verdict in verdicts {
        if let Some(account) = verdict.account()
            && wanted.get(&account).is_some_and(|count| *count > 1)
        {
            *verdict = Verdict::Conflict {
                accounts: vec![account],
                why: "two people claim this account".into(),
            };
        }
    }
}

/// One account that is proposed for two people is proposed for nobody.
fn settle_proposals(verdicts: &mut [Verdict]) {
    let wanted = wanted(verdicts, Verdict::is_unsettled);
    for verdict in verdicts {
        let (account, rule) = match verdict {
            Verdict::Proposed { account, rule } | Verdict::Namesake { account, rule, .. } => {
                (*account, *rule)
            }
            Verdict::Anchored(_)
            | Verdict::Linked { .. }
            | Verdict::Ambiguous { .. }
            | Verdict::Conflict { .. }
            | Verdict::Without => continue,
        };
        if wanted.get(&account).is_some_and(|count| *count > 1) {
            *verdict = Verdict::Ambiguous {
                accounts: vec![account],
                rule,
                why: "the rules propose this account for several people".into(),
            };
        }
    }
}

/// Further accounts of those whose account is certain; one that two owners reach is nobody's.
fn tied_accounts(world: &World<'_>, verdicts: &[Verdict]) -> Vec<Tied> {
    let certain: FxHashSet<ObjectId> = verdicts.iter().filter_map(Verdict::account).collect();
    let mut tied: Vec<Tied> = Vec::new();
    for owner in verdicts.iter().filter_map(Verdict::account) {
        for rule in &world.input.rules.tied {
            if let Some(account) = tied_account(world, owner, rule)
                && account != owner
                && !certain.contains(&account)
            {
                tied.push(Tied {
                    owner,
                    account,
                    rule: rule.rule,
                });
            }
        }
    }
    let mut count: FxHashMap<ObjectId, BTreeSet<ObjectId>> = FxHashMap::default();
    for one in &tied {
        count.entry(one.account).or_default().insert(one.owner);
    }
    tied.retain(|one| {
        count
            .get(&one.account)
            .is_some_and(|owners| owners.len() == 1)
    });
    let mut seen = FxHashSet::default();
    tied.retain(|one| seen.insert(one.account));
    tied
}

fn tied_account(world: &World<'_>, owner: ObjectId, rule: &TiedRule) -> Option<ObjectId> {
    let object = world.object(owner);
    let mut name = String::new();
    for part in &rule.parts {
        match part {
            TemplatePart::Literal(text) => name.push_str(text),
            TemplatePart::Account(attribute) => name.push_str(object.first(attribute)?),
        }
    }
    let found = world.input.directory.by_account_name(&name)?;
    let account = world.object(found);
    (account.is_user() && !account.is_computer() && !world.ignored(account)).then_some(found)
}
