//! Finding a person's account: what anchor, state and `link` lines say, and what `adopt` rules propose.

use super::Verdict;
use crate::directory::kind::NotAPerson;
use crate::directory::{AttributeName, Guid, Object, ObjectId, filetime};
use crate::hr::PersonId;
use crate::plan::world::{World, tests_hold};
use crate::policy::{AccountTest, LinkTarget, RuleId, Wish};
use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What finding a person's account needs, gathered once.
pub(super) struct Matcher<'w, 'a> {
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
    pub(super) fn new(world: &'w World<'a>) -> Self {
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
    pub(super) fn certain(&self, wish: &Wish) -> Verdict {
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
    pub(super) fn shared_queries(wishes: &[&Wish]) -> FxHashSet<String> {
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

    pub(super) fn proposal(
        &self,
        wish: &Wish,
        shared: &FxHashSet<String>,
        free: &dyn Fn(ObjectId) -> bool,
    ) -> Verdict {
        let found = self.answers(wish, free, |key| !shared.contains(key));
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

    /// What rules would propose, did they not ask the same for several people.
    pub(super) fn shared(
        &self,
        wish: &Wish,
        shared: &FxHashSet<String>,
        free: &dyn Fn(ObjectId) -> bool,
    ) -> Vec<(ObjectId, RuleId)> {
        self.answers(wish, free, |key| shared.contains(key))
    }

    /// The accounts that answer those of a person's questions that are asked, each with the first rule that asks.
    fn answers(
        &self,
        wish: &Wish,
        free: &dyn Fn(ObjectId) -> bool,
        is_asked: impl Fn(&str) -> bool,
    ) -> Vec<(ObjectId, RuleId)> {
        let mut found: Vec<(ObjectId, RuleId)> = Vec::new();
        for query in &wish.adopt {
            if !is_asked(&query_key(&query.tests)) {
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
        found
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
