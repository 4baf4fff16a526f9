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
use super::place::{self, Relocation, Units};
use super::subject::{Aim, Subject, weigh};
use super::tied;
use super::vanished;
use super::world::World;
use super::writeback;
use super::{Action, ActionId, Change, Finding, FindingKind, OpenReason, Target};
use crate::directory::{Dn, ObjectId};
use crate::hr::PersonId;
use crate::policy::Wish;
use rustc_hash::{FxHashMap, FxHashSet};

/// Everything that grows while the plan is made.
pub(crate) struct Builder<'w, 'a> {
    pub(crate) world: &'w World<'a>,
    pub(crate) draft: Draft,
    pub(crate) names: Names<'w, 'a>,
    pub(crate) units: Units,
    /// Whose account may move once the holder of its name has, and what is said if that does not go.
    wait_for_names: FxHashMap<PersonId, String>,
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
            if wish.absent.is_some() && !vanished::is_due(self, wish, account) {
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
            writeback::values(self, subject);
            if tells {
                let person = subject.wish.person.clone();
                self.draft.names.insert(person, subject.names.clone());
            }
        }
        self.names_left_behind(&subjects);
        self.tied(correlation, &subjects);
    }

    /// Accounts that could not move because of a name whose holder goes elsewhere in this plan, one behind the other.
    fn names_left_behind(&mut self, subjects: &[Subject<'a>]) {
        let names = std::mem::take(&mut self.wait_for_names);
        let mut waiting: Vec<(&Subject<'a>, &String)> = subjects
            .iter()
            .filter_map(|subject| Some((subject, names.get(&subject.wish.person)?)))
            .collect();
        loop {
            let before = waiting.len();
            waiting.retain(|(subject, _)| {
                let free = subject
                    .account
                    .is_some_and(|account| self.world.barrier(account).is_none());
                !free || matches!(place::relocate_behind(self, subject), Relocation::Taken(_))
            });
            if waiting.len() == before {
                break;
            }
        }
        for (subject, why) in waiting {
            place::stays_where_it_is(self, subject, why);
        }
    }

    /// The action by which an account leaves its place.
    pub(super) fn leaves(&self, account: ObjectId) -> Option<ActionId> {
        let guid = self.world.object(account).guid();
        let leaves = |action: &Action| {
            let (Change::Move { account, .. } | Change::Delete { account }) = &action.change else {
                return false;
            };
            matches!(account, Target::Existing { guid: own, .. } if *own == guid)
        };
        let at = self.draft.actions.iter().position(leaves)?;
        u32::try_from(at).ok().map(ActionId)
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
            if let Relocation::Taken(why) = place::relocate(self, subject) {
                let person = subject.wish.person.clone();
                self.wait_for_names.insert(person, why);
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
