//! Going through all people, in the order of their keys, twice: first names and new accounts, then the rest.
//!
//! The first round decides who gets which name and which accounts are made, because the second needs to
//! know them: a manager who is made in this run has a name by then.

use super::account;
use super::correlate::Correlation;
use super::deletion;
use super::diff;
use super::draft::Draft;
use super::groups::{self, Groups};
use super::memory;
use super::names::Names;
use super::place::{self, Relocation, TakenName, Units};
use super::step;
use super::subject::{Aim, Subject, weigh};
use super::tied;
use super::vanished;
use super::world::World;
use super::writeback;
use super::{ActionId, Change, Finding, FindingKind, OpenReason, Target};
use crate::directory::{Dn, ObjectId};
use crate::hr::PersonId;
use crate::policy::Wish;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// Everything that grows while the plan is made.
pub(crate) struct Builder<'w, 'a> {
    pub(crate) world: &'w World<'a>,
    pub(crate) draft: Draft,
    pub(crate) names: Names<'w, 'a>,
    pub(crate) units: Units,
    /// Whose account may move once the holder of its name has.
    wait_for_names: FxHashMap<PersonId, TakenName>,
    /// Where the account of each person is or will be.
    pub(crate) seats: FxHashMap<PersonId, Seat>,
    pub(crate) groups: Groups,
    pub(crate) reported_quarantine: FxHashSet<PersonId>,
    pub(crate) may_adopt: bool,
}

/// Where a person's account is, for those who refer to it.
#[derive(Debug, Clone)]
pub(crate) enum Seat {
    /// There.
    At(Dn),
    /// Made by an action of this plan.
    Made(ActionId, Dn),
    /// By policy they have none.
    Nowhere,
    /// Not known: held, in conflict, unsettled.
    Unknown,
}

impl<'w, 'a> Builder<'w, 'a> {
    pub(crate) fn new(world: &'w World<'a>) -> Self {
        let mut builder = Self {
            world,
            draft: Draft::default(),
            names: Names::new(world),
            units: Units::default(),
            wait_for_names: FxHashMap::default(),
            seats: FxHashMap::default(),
            groups: Groups::default(),
            reported_quarantine: FxHashSet::default(),
            may_adopt: false,
        };
        builder.may_adopt = builder.adopts();
        builder
    }

    /// Goes through all people.
    pub(crate) fn people(&mut self, correlation: &Correlation) {
        let wishes: &'a [Wish] = self.world.input.wishes;
        let by_person: FxHashMap<&PersonId, &'a Wish> =
            wishes.iter().map(|wish| (&wish.person, wish)).collect();
        let mut subjects: Vec<Subject<'a>> = Vec::with_capacity(wishes.len());
        let tells = !self.world.input.rules.notices.is_empty();
        for entry in &correlation.people {
            let Some(wish) = by_person.get(&entry.person) else {
                continue;
            };
            let account = entry.verdict.account();
            if wish.absent.is_some()
                && wish.ended.is_none()
                && !vanished::is_due(self, wish, account)
            {
                let seat = account.map_or(Seat::Unknown, |account| {
                    Seat::At(self.world.object(account).dn().clone())
                });
                self.seats.insert(entry.person.clone(), seat);
                continue;
            }
            let some = account.or(entry.verdict.accounts().first().copied());
            if let (Some(some), true) = (some, tells) {
                self.draft.accounts.insert(entry.person.clone(), some);
            }
            let subject = weigh(self, wish, &entry.verdict);
            let Some(mut subject) = subject else {
                let seat = match account {
                    Some(account) => Seat::At(self.world.object(account).dn().clone()),
                    None if is_outside(wish) => Seat::Nowhere,
                    None => Seat::Unknown,
                };
                self.seats.insert(entry.person.clone(), seat);
                continue;
            };
            let begun = account::begin(self, &mut subject);
            self.seats.insert(entry.person.clone(), begun);
            subjects.push(subject);
        }
        for subject in &subjects {
            self.person(subject);
            step::awaits(self, subject);
            writeback::values(self, subject);
            if tells {
                let person = subject.wish.person.clone();
                self.draft.names.insert(person, subject.names.clone());
            }
        }
        step::left_over(self);
        self.names_left_behind(&subjects);
        self.tied(correlation, &subjects);
    }

    /// Accounts that could not move because of a name whose holder goes elsewhere in this plan, one behind the other.
    fn names_left_behind(&mut self, subjects: &[Subject<'a>]) {
        let mut taken = std::mem::take(&mut self.wait_for_names);
        let mut behind: FxHashMap<ObjectId, Vec<&Subject<'a>>> = FxHashMap::default();
        for subject in subjects {
            let name = taken.get(&subject.wish.person);
            let free = |account| self.world.barrier(account).is_none();
            if let Some(holder) = name.and_then(|name| name.holder)
                && subject.account.is_some_and(free)
            {
                behind.entry(holder).or_default().push(subject);
            }
        }
        let mut left = self.leaving(&behind);
        while let Some((holder, by)) = left.pop_front() {
            for subject in behind.remove(&holder).unwrap_or_default() {
                match place::relocate_behind(self, subject, by) {
                    Relocation::Taken(_) => continue,
                    Relocation::Planned(id) => {
                        left.extend(subject.account.map(|account| (account, id)));
                    }
                    Relocation::Settled => {}
                }
                taken.remove(&subject.wish.person);
            }
        }
        for subject in subjects {
            if let Some(name) = taken.get(&subject.wish.person) {
                place::stays_where_it_is(self, subject, &name.why);
            }
        }
    }

    /// The accounts for which others wait and which leave their place, each with the action by which it does.
    fn leaving<T>(&self, behind: &FxHashMap<ObjectId, T>) -> VecDeque<(ObjectId, ActionId)> {
        let actions = (0..).map(ActionId).zip(&self.draft.actions);
        let leaving = actions.filter_map(|(id, action)| {
            let (Change::Move { account, .. } | Change::Delete { account }) = &action.change else {
                return None;
            };
            let Target::Existing { guid, .. } = account else {
                return None;
            };
            let account = self.world.input.directory.by_guid(*guid)?;
            behind.contains_key(&account).then_some((account, id))
        });
        leaving.collect()
    }

    /// Everything about one person; what a barrier forbids becomes one finding.
    fn person(&mut self, subject: &Subject<'a>) {
        memory::person(self, subject);
        let Some(account) = subject.account else {
            if subject.target.is_some() {
                diff::attributes(self, subject);
                account::enable_made(self, subject);
                groups::memberships(self, subject);
            }
            return;
        };
        let before = self.draft.actions.len();
        if subject.aim == Aim::EndOnly {
            account::state(self, subject);
        } else if !deletion::delete(self, subject) {
            account::state(self, subject);
            diff::attributes(self, subject);
            if let Relocation::Taken(name) = place::relocate(self, subject) {
                let person = subject.wish.person.clone();
                self.wait_for_names.insert(person, name);
            }
            groups::memberships(self, subject);
        }
        memory::account(self, subject);
        if let Some(why) = self.world.barrier(account) {
            if self.draft.actions.len() > before {
                self.block(subject, account, before, &why);
            } else if subject.adopted.is_some() {
                let text = format!("cannot be taken over: {why}");
                self.draft.find(
                    Finding::new(FindingKind::Blocked, subject.who.clone(), text)
                        .of(&subject.wish.person)
                        .about(self.dn(Some(account)))
                        .help("write the anchor by hand, or take the `link` line out"),
                );
            }
        }
    }

    fn block(&mut self, subject: &Subject<'a>, account: ObjectId, before: usize, why: &str) {
        let blocked = self.draft.actions.len() - before;
        self.draft.actions.truncate(before);
        self.units.forget_from(before);
        self.groups.forget_from(before);
        if subject.aim == Aim::Enabled && !self.world.object(account).enabled() {
            memory::not_entered(self, subject);
        }
        let changes = if blocked == 1 { "change" } else { "changes" };
        let text = format!("{blocked} {changes} cannot be made: {why}");
        self.draft.find(
            Finding::new(FindingKind::Blocked, subject.who.clone(), text)
                .of(&subject.wish.person)
                .about(self.dn(Some(account)))
                .because(
                    self.world
                        .reason(subject.wish.account_rule, Some(&subject.wish.person)),
                )
                .help("change the account by hand, or the protection"),
        );
        if subject.aim.ends() {
            let who = subject.who.clone();
            let person = &subject.wish.person;
            self.open(Some(account), Some(person), &who, OpenReason::Blocked);
        }
    }

    /// Further accounts end with their owner (S8).
    fn tied(&mut self, correlation: &Correlation, subjects: &[Subject<'a>]) {
        let owners: FxHashMap<ObjectId, usize> = subjects
            .iter()
            .enumerate()
            .filter_map(|(index, subject)| Some((subject.account?, index)))
            .collect();
        for one in &correlation.tied {
            let owner = owners
                .get(&one.owner)
                .and_then(|index| subjects.get(*index));
            if let Some(owner) = owner {
                tied::with_owner(self, owner, one);
            }
        }
        tied::left_behind(self, correlation, subjects);
    }
}

/// Whether the policy certainly means no account for that person.
fn is_outside(wish: &Wish) -> bool {
    use crate::policy::{StageAccount, Standing};
    match (&wish.standing, wish.account) {
        (
            Standing::In { .. },
            StageAccount::Untouched | StageAccount::Disabled | StageAccount::DeletedAfter(_),
        ) => true,
        (
            Standing::In { .. },
            StageAccount::Enabled | StageAccount::Prepared | StageAccount::Hold,
        )
        | (Standing::Held { .. }, _) => false,
    }
}
