//! From jump to jump: plan, note what is new, do it, and look when something is due next.

use super::event::{Breach, Event, Failure, Forecast, Kind, Trip, When};
use super::news::{New, key, lasting, note};
use super::secrecy::{Secrecy, Sight};
use super::world::{Error, Planned, Start, World};
use crate::apply::Ended;
use crate::hr::PersonId;
use crate::plan::FindingKind;
use crate::policy::{GuardKind, Ruleset, Standing, Wish};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How often is planned at one instant, at most: applied and planned again a plan is empty, so twice is enough, and
/// what should never be does not hold the forecast up.
const ROUNDS: usize = 3;

/// From how many people on a day is told that hangs on their sensitive dates: of fewer it would be guessed whose it is.
const CROWD: usize = 5;

/// Said of people for whom no stage could be decided.
const HELD: &str = "held";

/// Which forecast is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Up to which instant, itself included.
    pub until: Timestamp,
    /// What hangs on sensitive dates is shown as all else: for somebody at a terminal, and never kept (S11).
    pub reveal: bool,
}

/// The forecast; `progress` hears of each instant that is looked at.
pub fn forecast(
    start: Start<'_>,
    wanted: Wanted,
    progress: &mut dyn FnMut(Timestamp),
) -> Result<Forecast, Error> {
    let mut world = World::new(start)?;
    let mut planned = world.plan()?;
    let mut line = Line::new(&world, &planned, wanted);
    let mut sight = line.secrecy.beginning();
    loop {
        progress(world.now());
        planned = line.pass(&mut world, planned, &sight)?;
        let Some(next) = planned.next().filter(|next| *next <= wanted.until) else {
            return Ok(line.forecast);
        };
        world.jump(next);
        sight = line.secrecy.look(next, &planned);
        planned = world.plan()?;
    }
}

/// What grows from jump to jump.
struct Line<'a> {
    rules: &'a Ruleset,
    home: TimeZone,
    secrecy: Secrecy,
    /// In which stage each person was, by name.
    stages: BTreeMap<PersonId, Arc<str>>,
    /// What an earlier plan had and was not done: it waits for approval, or was refused.
    lasting: FxHashSet<String>,
    /// Guards over how HR looks that have tripped already, with their counts.
    standing: BTreeMap<GuardKind, u32>,
    /// Invariants that are broken already, and by whom.
    broken: BTreeSet<(Arc<str>, PersonId)>,
    forecast: Forecast,
}

impl<'a> Line<'a> {
    fn new(world: &World<'a>, planned: &Planned, wanted: Wanted) -> Self {
        let rules = &world.policy().rules;
        let zone: Arc<str> = rules.home_zone.clone().unwrap_or_else(|| "UTC".into());
        let people = planned.prior.people.iter();
        let stages = people
            .filter_map(|(person, memory)| Some((person.clone(), memory.stage.clone()?)))
            .collect();
        let notes = planned.plan.findings.iter();
        let notes = notes
            .filter(|finding| finding.kind == FindingKind::Note && finding.person.is_none())
            .map(|finding| finding.text.clone());
        Self {
            rules,
            home: TimeZone::get(&zone).unwrap_or(TimeZone::UTC),
            secrecy: Secrecy::new(wanted.reveal),
            stages,
            lasting: FxHashSet::default(),
            standing: BTreeMap::new(),
            broken: BTreeSet::new(),
            forecast: Forecast {
                from: world.begun(),
                until: wanted.until,
                domain: planned.plan.header.domain_name.clone(),
                zone,
                revealed: wanted.reveal,
                events: Vec::new(),
                trips: Vec::new(),
                breaches: Vec::new(),
                failures: Vec::new(),
                notes: notes.collect(),
                quarantined: world.people().quarantined().len(),
            },
        }
    }

    /// Notes and does everything that is due at this instant; yields the plan of when all of it is done.
    fn pass(
        &mut self,
        world: &mut World<'_>,
        mut planned: Planned,
        sight: &Sight,
    ) -> Result<Planned, Error> {
        let mut new: BTreeMap<Option<PersonId>, New> = BTreeMap::new();
        let now = world.now();
        let is_first = now == world.begun();
        let digests = planned.prior.collected.iter();
        // Nothing is sent here, so what went before is still collected.
        for (person, _) in digests.filter(|(_, at)| *at == now || (is_first && *at < now)) {
            let one = new.entry(Some(person.clone())).or_default();
            *one.actions.entry(Kind::Notify).or_default() += 1;
            one.who.get_or_insert_with(|| world.who(&planned, person));
        }
        for round in 0..ROUNDS {
            if round == 0 {
                self.judge(&planned, sight);
            }
            let before = std::mem::take(&mut self.lasting);
            let fresh = note(&planned, &before, &mut new);
            if round > 0 && fresh == 0 {
                self.lasting = before;
                break;
            }
            let failed = world.apply(&planned.plan)?;
            self.lasting = lasting(&planned, &failed);
            self.failures(&planned, &before, &failed, sight);
            if planned.plan.is_empty() {
                break;
            }
            planned = world.plan()?;
        }
        self.tell(world, &planned, new, sight);
        Ok(planned)
    }

    /// Which guards and invariants would stop a run here.
    fn judge(&mut self, planned: &Planned, sight: &Sight) {
        let at = planned.plan.header.now;
        let mut standing = BTreeMap::new();
        for guard in planned.plan.guards.iter().filter(|guard| guard.tripped) {
            if !guard.kind.counts_actions() {
                standing.insert(guard.kind, guard.count);
                if self.standing.get(&guard.kind) == Some(&guard.count) {
                    continue;
                }
            }
            if let Some(when) = self.when(at, sight) {
                self.trip(Trip {
                    when,
                    kind: guard.kind,
                    counts: matches!(when, When::At(_)).then_some((guard.count, guard.recent)),
                    limit: guard.limit,
                    source: guard.source.clone(),
                });
            }
        }
        self.standing = standing;
        let mut broken = BTreeSet::new();
        for one in &planned.plan.broken {
            let key = (one.title.clone(), one.person.clone());
            if !self.broken.contains(&key) && self.secrecy.shows(sight, Some(&one.person)) {
                self.forecast.breaches.push(Breach {
                    when: When::At(at),
                    title: one.title.clone(),
                    person: (one.person.clone(), one.who.clone()),
                });
            }
            broken.insert(key);
        }
        self.broken = broken;
    }

    /// When a guard trips, as far as it may be told; not at all where it hangs on sensitive dates of too few. Even that it
    /// does some time would tell the date: by the first forecast that reaches so far.
    fn when(&self, at: Timestamp, sight: &Sight) -> Option<When> {
        if sight.is_open() || !self.secrecy.veils() {
            return Some(When::At(at));
        }
        let shared = self.secrecy.sharing(at, &self.home) >= CROWD;
        shared.then(|| When::Day(at.to_zoned_datetime(self.home.clone()).date()))
    }

    /// Notes a guard that trips; of one day once is enough.
    fn trip(&mut self, trip: Trip) {
        let of_the_day = |known: &Trip| {
            matches!(trip.when, When::Day(_))
                && (known.when, known.kind, &known.source) == (trip.when, trip.kind, &trip.source)
        };
        if !self.forecast.trips.iter().any(of_the_day) {
            self.forecast.trips.push(trip);
        }
    }

    fn failures(
        &mut self,
        planned: &Planned,
        before: &FxHashSet<String>,
        failed: &[Ended],
        sight: &Sight,
    ) {
        for ended in failed {
            let Some(action) = planned.plan.actions.get(ended.id.0 as usize) else {
                continue;
            };
            if before.contains(&key(action)) || !self.secrecy.shows(sight, action.person.as_ref()) {
                continue;
            }
            self.forecast.failures.push(Failure {
                at: planned.plan.header.now,
                person: action.person.clone(),
                who: action.who.clone(),
                kind: Kind::of(action).0,
                text: ended.text.as_deref().unwrap_or("it did not succeed").into(),
            });
        }
    }

    /// Makes events of what is new; what must not be shown is in none, and counted nowhere.
    fn tell(
        &mut self,
        world: &World<'_>,
        planned: &Planned,
        mut new: BTreeMap<Option<PersonId>, New>,
        sight: &Sight,
    ) {
        let mut zones: BTreeMap<PersonId, Arc<str>> = BTreeMap::new();
        let mut moved: BTreeMap<PersonId, (Option<Arc<str>>, Arc<str>)> = BTreeMap::new();
        let frozen = planned.plan.header.frozen.is_some();
        for wish in &planned.wishes {
            zones.insert(wish.person.clone(), wish.zone.clone());
            let acted = new.contains_key(&Some(wish.person.clone()));
            if (wish.absent.is_some() || frozen) && !acted {
                // Until their time has come their last record says nothing, and no stage is entered whose actions wait.
                continue;
            }
            let Some(stage) = self.stage(wish) else {
                continue;
            };
            let before = self.stages.insert(wish.person.clone(), stage.clone());
            if before.as_ref() == Some(&stage) || (before.is_none() && !acted) {
                continue;
            }
            moved.insert(wish.person.clone(), (before, stage));
        }
        for person in moved.keys() {
            let one = new.entry(Some(person.clone())).or_default();
            one.who.get_or_insert_with(|| world.who(planned, person));
        }
        let at = world.now();
        for (person, new) in new {
            if !self.secrecy.shows(sight, person.as_ref()) {
                continue;
            }
            let zone = person.as_ref().and_then(|person| zones.get(person));
            let zone = zone.unwrap_or(&self.forecast.zone).clone();
            self.forecast.events.push(Event {
                at,
                who: new.who.unwrap_or_default(),
                zone,
                stage: person.as_ref().and_then(|person| moved.remove(person)),
                person,
                actions: new.actions,
                waiting: new.waiting,
            });
        }
    }

    /// The name of the stage that a wish is in.
    fn stage(&self, wish: &Wish) -> Option<Arc<str>> {
        match &wish.standing {
            Standing::In { stage, .. } => {
                let stage = self.rules.stage(*stage);
                stage.map(|stage| stage.name.clone())
            }
            Standing::Held { .. } => Some(HELD.into()),
        }
    }
}
