//! The world in memory: a copy of directory and state whose clock the forecast sets.

use crate::apply::{
    ApplyError, AssumedHandover, AssumedSteps, Author, Ended, Executor, Pace, Pictures, Situation,
    Status, Unwatched, journal,
};
use crate::directory::ldif::EmbeddedDirectory;
use crate::directory::port::{self, Directory as _};
use crate::directory::{self, Dn};
use crate::hr::port::{Field, PortError, WriteBack};
use crate::hr::{self, PersonId, Written};
use crate::plan::{self, Basis, Plan};
use crate::policy::{Policy, Wish};
use crate::state::{Holder, Lock, Prior, Store, StoreError};
use jiff::Timestamp;
use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// Who holds the copy: nobody else can reach it.
const SIMULATION: &str = "forecast";

/// How things are when the forecast begins.
#[derive(Debug)]
pub struct Start<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The people.
    pub people: &'a hr::Snapshot,
    /// The last complete records of people whom HR no longer has, where the policy asks for them.
    pub gone: &'a [hr::Person],
    /// The directory.
    pub directory: &'a directory::Snapshot,
    /// The state: a copy that is written from here on, see [`Store::in_memory`].
    pub state: Store,
    /// Below which names anything may be written.
    pub bases: &'a [Dn],
    /// As of which instant.
    pub now: Timestamp,
}

/// Why there is no forecast.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The copy of the state cannot be used.
    #[error(transparent)]
    State(#[from] StoreError),
    /// The copy of the directory cannot be used.
    #[error(transparent)]
    Directory(#[from] port::Error),
    /// A plan could not be carried out on the copies.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// The copies, and the clock.
pub(crate) struct World<'a> {
    policy: &'a Policy,
    people: hr::Snapshot,
    gone: Cow<'a, [hr::Person]>,
    bases: &'a [Dn],
    directory: EmbeddedDirectory,
    state: Store,
    lock: Lock,
    clock: Arc<Mutex<Timestamp>>,
    begun: Timestamp,
}

/// A plan at an instant, with what it was made of.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) wishes: Vec<Wish>,
    pub(crate) prior: Prior,
    pub(crate) directory: directory::Snapshot,
}

impl Planned {
    /// The next instant at which anybody's plan changes of itself; whether it may be shown does not matter here.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let wishes = self.wishes.iter().filter_map(|wish| wish.next_change);
        let shown = self.plan.next_changes.iter().map(|one| one.at);
        // What a freeze holds back is due when it ends.
        let freeze = self.plan.header.frozen.iter().map(|freeze| freeze.until);
        let all = wishes.chain(shown).chain(freeze);
        all.filter(|at| *at > self.plan.header.now).min()
    }
}

impl<'a> World<'a> {
    pub(crate) fn new(start: Start<'a>) -> Result<Self, Error> {
        let Start {
            policy,
            people,
            gone,
            directory,
            state,
            bases,
            now,
        } = start;
        if let Some(run) = journal::unfinished(&state)? {
            return Err(Error::Apply(ApplyError::Unfinished {
                run: run.id,
                started: run.started,
                who: run.who,
            }));
        }
        let clock = Arc::new(Mutex::new(now));
        let watch = clock.clone();
        let directory = EmbeddedDirectory::of_snapshot(
            directory,
            Arc::new(move || *watch.lock().unwrap_or_else(PoisonError::into_inner)),
        );
        let holder = Holder {
            pid: 0,
            host: SIMULATION.to_owned(),
            user: SIMULATION.to_owned(),
            since: now,
        };
        Ok(Self {
            policy,
            people: people.clone(),
            gone: Cow::Borrowed(gone),
            bases,
            directory,
            state,
            lock: Lock::in_memory(&holder),
            clock,
            begun: now,
        })
    }

    pub(crate) fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(crate) fn people(&self) -> &hr::Snapshot {
        &self.people
    }

    pub(crate) fn begun(&self) -> Timestamp {
        self.begun
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// HR says something else from now on, and no longer has those who are gone.
    pub(crate) fn hear(&mut self, people: hr::Snapshot, gone: Vec<hr::Person>) {
        self.people = people;
        self.gone = Cow::Owned(gone);
    }

    pub(crate) fn jump(&mut self, to: Timestamp) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = to;
    }

    /// How a person is shown of whom a plan says nothing.
    pub(crate) fn who(&self, planned: &Planned, person: &PersonId) -> Arc<str> {
        let memory = planned.prior.people.get(person);
        let account = memory
            .and_then(|memory| memory.account)
            .and_then(|guid| planned.directory.by_guid(guid));
        let by_account = account.and_then(|id| {
            let object = &planned.directory[id];
            object.first("displayName").or(object.account_name())
        });
        let by_record = || {
            let record = self.people.get(person)?;
            self.people.schema().name_of(record.values())
        };
        by_account
            .map(Arc::from)
            .or_else(|| by_record().map(Into::into))
            .unwrap_or_else(|| format!("person {person}").into())
    }

    pub(crate) fn plan(&self) -> Result<Planned, Error> {
        let prior = self.state.prior()?;
        let directory = self.directory.snapshot()?;
        let basis = Basis {
            policy: self.policy,
            people: &self.people,
            gone: &self.gone,
            directory: &directory,
            prior: &prior,
            bases: self.bases,
            now: self.now(),
        };
        let options = plan::Options {
            people_source: self.people.origin().description.clone(),
            ..plan::Options::default()
        };
        let (plan, wishes) =
            basis.with_input(options, |input| (plan::plan(input), input.wishes.to_vec()));
        Ok(Planned {
            plan,
            wishes,
            prior,
            directory,
        })
    }

    /// Carries a plan out on the copies, whatever guards and invariants say; yields what did not succeed.
    pub(crate) fn apply(&mut self, plan: &Plan) -> Result<Vec<Ended>, Error> {
        let mut plan = plan.clone();
        for guard in &mut plan.guards {
            guard.tripped = false;
        }
        plan.broken.clear();
        let identity = self.state.identity()?;
        let now = self.now();
        let paper = Paper {
            people: &self.people,
            written: RefCell::default(),
        };
        let situation = Situation {
            now,
            state: &identity,
            domain: plan.header.domain,
            domain_name: &plan.header.domain_name,
            policy: &self.policy.rules.digest,
            people_source: &plan.header.people_source,
            people: None,
            overridden: &[],
            approved: &[],
        };
        let outcome = Executor {
            store: &mut self.state,
            lock: &self.lock,
            directory: &self.directory,
            hr: &paper,
            bases: self.bases,
            takes_over: false,
            // One at a time is in the plan's order: the same forecast each time. The clock stands still meanwhile.
            pace: Pace {
                in_flight: 1,
                lease: None,
                ..Pace::default()
            },
            handover: &AssumedHandover,
            steps: &AssumedSteps,
            pictures: &Pictures::of(&self.people),
            watch: &mut Unwatched,
            clock: &|| now,
        }
        .apply(&plan, &situation, &Author::default())?;
        let written = paper.written.into_inner();
        if !written.is_empty() {
            self.people = hr::overwritten(self.people.clone(), &written);
        }
        let failed = outcome.ended.into_iter().filter(|ended| {
            matches!(
                ended.status,
                Status::Failed | Status::Conflict | Status::Skipped
            )
        });
        Ok(failed.collect())
    }
}

/// An HR that takes every value, and forgets it with the forecast.
struct Paper<'a> {
    people: &'a hr::Snapshot,
    written: RefCell<Vec<Written>>,
}

impl WriteBack for Paper<'_> {
    fn value(&self, field: &Field<'_>) -> Result<Option<String>, PortError> {
        let written = self.written.borrow();
        let last = written
            .iter()
            .rfind(|one| one.person == *field.person && *one.field == *field.name);
        if let Some(one) = last {
            return Ok(Some(one.after.to_string()));
        }
        let person: &PersonId = field.person;
        let attributes = self.people.schema().attributes().iter();
        let values = self.people.get(person).map(hr::Person::values);
        let mut found = attributes.zip(values.unwrap_or_default());
        let value = found.find(|(attribute, _)| *attribute.source == *field.name);
        Ok(value.and_then(|(_, value)| value.as_ref().map(ToString::to_string)))
    }

    fn write(&self, field: &Field<'_>, before: Option<&str>, after: &str) -> Result<(), PortError> {
        self.written.borrow_mut().push(Written {
            person: field.person.clone(),
            field: field.name.into(),
            before: before.map(Into::into),
            after: after.into(),
        });
        Ok(())
    }
}
