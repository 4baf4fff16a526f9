//! A test, played: its days in order, and between them everything that is due.

use super::judge::judge;
use super::scene::{self, People};
use crate::diagnostic::{Sources, Span};
use crate::directory::{Dn, ObjectId};
use crate::forecast::{self, Planned, Start, World};
use crate::hr::PersonId;
use crate::plan::{Action, GuardVerdict, Notice};
use crate::policy::trial::{Day, Test};
use crate::policy::{GuardKind, Policy, wishes};
use crate::state::Store;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How often is planned at one instant, at most, as in a forecast.
const ROUNDS: usize = 3;

/// How many instants are looked at between two days, at most: a rule that changes each day for ten years has fewer.
const MAX_JUMPS: usize = 5_000;

/// How a test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// The expectations that were not met, in order.
    pub failures: Vec<Failure>,
    /// How many expectations it has.
    pub expected: usize,
}

impl Verdict {
    /// Whether all expectations were met.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// An expectation that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The `expect`.
    pub span: Span,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub got: String,
    /// The rules that made it so, and how.
    pub because: Vec<(Span, String)>,
}

/// Runs these tests of a policy, each on its own; `sources` are the texts of the policy.
pub fn prove(policy: &Policy, bases: &[Dn], sources: &Sources, tests: &[&Test]) -> Vec<Verdict> {
    let one = |test: &&Test| {
        let mut verdict = Verdict {
            name: test.name.clone(),
            span: test.span,
            failures: Vec::new(),
            expected: test.days.iter().map(|day| day.expected.len()).sum(),
        };
        if let Err(problem) = play(policy, bases, sources, test, &mut verdict.failures) {
            verdict.failures.push(Failure {
                span: test.span,
                expected: "the test can be played".to_owned(),
                got: problem,
                because: Vec::new(),
            });
        }
        verdict
    };
    tests.par_iter().map(one).collect()
}

/// What happened since the day before.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Guards that would have stopped a run.
    pub(super) tripped: Vec<GuardVerdict>,
    /// What was done to whom.
    pub(super) done: BTreeSet<(Option<PersonId>, GuardKind)>,
    /// What became due.
    pub(super) notices: Vec<Notice>,
    /// What the directory did not take, of whom, and why.
    pub(super) refused: Vec<(Option<PersonId>, String)>,
}

/// A day whose work is done, with all that an expectation may be about.
pub(super) struct Scene<'s> {
    pub(super) policy: &'s Policy,
    pub(super) sources: &'s Sources,
    pub(super) people: &'s crate::hr::Snapshot,
    pub(super) planned: &'s Planned,
    pub(super) seen: &'s Seen,
    /// Who had an account at any time of the test.
    pub(super) had: &'s BTreeSet<PersonId>,
    pub(super) now: Timestamp,
}

impl Scene<'_> {
    /// The person's account.
    pub(super) fn account(&self, person: &PersonId) -> Option<ObjectId> {
        account(self.policy, self.planned, person)
    }

    /// Actions of a person that wait for approval.
    pub(super) fn waiting(&self, person: &PersonId) -> impl Iterator<Item = &Action> {
        let waits = self.planned.plan.waiting();
        let actions = self.planned.plan.actions.iter().zip(waits);
        let theirs =
            actions.filter(|(action, waits)| *waits && action.person.as_ref() == Some(person));
        theirs
            .map(|(action, _)| action)
            .collect::<Vec<_>>()
            .into_iter()
    }
}

fn account(policy: &Policy, planned: &Planned, person: &PersonId) -> Option<ObjectId> {
    let memory = planned.prior.people.get(person);
    let known = memory.and_then(|memory| memory.account);
    if let Some(id) = known.and_then(|guid| planned.directory.by_guid(guid)) {
        return Some(id);
    }
    let wish = planned.wishes.iter().find(|wish| wish.person == *person)?;
    let anchor = policy.rules.anchor.as_ref()?;
    let holders = planned
        .directory
        .holders(&anchor.attribute, wish.anchor.as_deref()?);
    holders.first().copied()
}

fn play(
    policy: &Policy,
    bases: &[Dn],
    sources: &Sources,
    test: &Test,
    failures: &mut Vec<Failure>,
) -> Result<(), String> {
    let mut people = People::default();
    let Some((first, later)) = test.days.split_first() else {
        return Ok(());
    };
    for given in &first.people {
        people.hear(policy, given);
    }
    let snapshot = people.snapshot(policy).map_err(told)?;
    // Where somebody is hangs on no clock, so any instant tells the zone, the anchor and the unit of a beginning.
    let early = wishes(policy, &snapshot, Timestamp::UNIX_EPOCH);
    let zone = early.iter().find(|wish| wish.person == test.about);
    let zone = zone.and_then(|wish| TimeZone::get(&wish.zone).ok());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let now = instant(first, &zone)?;
    let begun = wishes(policy, &snapshot, now);
    let directory = scene::directory(policy, bases, test, &begun).map_err(told)?;
    let mut world = World::new(Start {
        policy,
        people: &snapshot,
        gone: &[],
        directory: &directory,
        state: Store::fresh(now).map_err(told)?,
        bases,
        now,
    })
    .map_err(told)?;
    let mut player = Player {
        policy,
        sources,
        seen: Seen::default(),
        had: BTreeSet::new(),
    };
    let mut planned = player.pass(&mut world).map_err(told)?;
    player.judge(&world, &planned, first, failures);
    for day in later {
        let at = instant(day, &zone)?;
        player.seen = Seen::default();
        for _ in 0..MAX_JUMPS {
            let Some(next) = planned.next().filter(|next| *next < at) else {
                break;
            };
            world.jump(next);
            planned = player.pass(&mut world).map_err(told)?;
        }
        for given in &day.people {
            people.hear(policy, given);
        }
        world.hear(people.snapshot(policy).map_err(told)?, people.gone(policy));
        world.jump(at);
        planned = player.pass(&mut world).map_err(told)?;
        player.judge(&world, &planned, day, failures);
    }
    Ok(())
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn instant(day: &Day, zone: &TimeZone) -> Result<Timestamp, String> {
    let at = zone
        .to_ambiguous_zoned_datetime(day.date.to_datetime(day.time))
        .compatible();
    at.map(|at| at.timestamp()).map_err(told)
}

/// What lasts from day to day.
struct Player<'s> {
    policy: &'s Policy,
    sources: &'s Sources,
    seen: Seen,
    had: BTreeSet<PersonId>,
}

impl Player<'_> {
    /// Does everything that is due at this instant; yields the plan of when all of it is done.
    fn pass(&mut self, world: &mut World<'_>) -> Result<Planned, forecast::Error> {
        let mut planned = world.plan()?;
        for round in 0..ROUNDS {
            self.remember(&planned);
            if round == 0 {
                let tripped = planned.plan.guards.iter().filter(|guard| guard.tripped);
                self.seen.tripped.extend(tripped.cloned());
            }
            let waits = planned.plan.waiting();
            let fresh = planned.plan.notices.len() + waits.iter().filter(|waits| !**waits).count();
            if round > 0 && fresh == 0 {
                break;
            }
            let failed = world.apply(&planned.plan)?;
            let actions = planned.plan.actions.iter().zip(waits).enumerate();
            for (index, (action, waits)) in actions {
                let refused = failed.iter().find(|ended| ended.id.0 as usize == index);
                if let Some(ended) = refused {
                    let text = ended.text.clone().unwrap_or_default();
                    if !waits {
                        self.seen.refused.push((action.person.clone(), text));
                    }
                    continue;
                }
                if waits {
                    continue;
                }
                let kinds = action.counts.iter();
                let kinds = kinds.map(|kind| (action.person.clone(), *kind));
                self.seen.done.extend(kinds);
            }
            self.seen
                .notices
                .extend(planned.plan.notices.iter().cloned());
            planned = world.plan()?;
        }
        self.remember(&planned);
        Ok(planned)
    }

    fn remember(&mut self, planned: &Planned) {
        for wish in &planned.wishes {
            if account(self.policy, planned, &wish.person).is_some() {
                self.had.insert(wish.person.clone());
            }
        }
    }

    fn judge(&self, world: &World<'_>, planned: &Planned, day: &Day, failures: &mut Vec<Failure>) {
        let scene = Scene {
            policy: self.policy,
            sources: self.sources,
            people: world.people(),
            planned,
            seen: &self.seen,
            had: &self.had,
            now: world.now(),
        };
        failures.extend(day.expected.iter().filter_map(|one| judge(&scene, one)));
    }
}
