//! Which account is whose (S7, S8).
//!
//! Anchor first: what stands in the directory and what the state remembers must agree. Then the `link` lines,
//! verdicts of a human. Then `adopt` rules, which only propose. Whatever is not certain is a [`Verdict`] of
//! its own and nobody's account. The result is a value that the planner and `tenure match` share.
//!
//! Begin with [`correlate`](fn@correlate) and [`Verdict`].

mod matcher;

use super::Input;
use super::world::World;
use crate::directory::ObjectId;
use crate::hr::PersonId;
use crate::policy::{IgnoreRule, RuleId, TemplatePart, TiedRule, Wish};
use jiff::civil::Date;
use matcher::Matcher;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Orphans that a rule would propose, did it not ask the same for several people; sorted by account.
    pub shared: Vec<Shared>,
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

/// A value that HR gives several people matches nobody (S7); an account has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The account.
    pub account: ObjectId,
    /// The rule that asks for it.
    pub rule: RuleId,
    /// For whom it asks, of those who have no account; sorted.
    pub people: Vec<PersonId>,
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
    let mut asked: BTreeMap<(ObjectId, RuleId), Vec<PersonId>> = BTreeMap::new();
    for (wish, verdict) in wishes.iter().zip(&verdicts) {
        if matches!(verdict, Verdict::Without) {
            for found in matcher.shared(wish, &shared, &free) {
                asked.entry(found).or_default().push(wish.person.clone());
            }
        }
    }
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
        shared: asked
            .into_iter()
            .filter(|((account, _), _)| !spoken_of.contains(account))
            .map(|((account, rule), people)| Shared {
                account,
                rule,
                people,
            })
            .collect(),
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
