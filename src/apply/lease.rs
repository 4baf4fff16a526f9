//! The right to change the directory, as the mark in it tells it to every other machine (S5).
//!
//! A run writes a lease before its first operation, renews it while it is at work, and takes it back at its end. As
//! long as a lease lasts nobody else begins: not with another state, not with a copy of this one, and not with this
//! very state on another machine, for only on this one does our lock prove that its run is dead. When it is over,
//! the state that knows the run may finish it; any other one has to be rebuilt.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::job::Job;
use super::line::Line;
use super::{ApplyError, Boundary, Executor, journal};
use crate::directory::port;
use crate::plan::Plan;
use crate::state::mark::{self, Foreign, Found, Lease, Mark};

/// How often the mark is written while its answers are lost.
const MAX_LOST_ANSWERS: u32 = 3;

/// A lease is renewed when this part of it is over.
const RENEWED_AFTER: i32 = 4;

impl Executor<'_> {
    /// Says in the directory that no run is at work, where one that was killed after its end could not (S5).
    pub fn release(&mut self) -> Result<(), ApplyError> {
        let line = Line::new(self.directory, self.pace);
        let found = self.own_mark(&line)?;
        let has_lease = found.as_ref().is_some_and(|found| found.lease().is_some());
        if has_lease && journal::unfinished(self.store)?.is_none() {
            self.write_mark(&line, found, None)?;
        }
        Ok(())
    }

    /// The mark of the directory, if it is this state's or may be taken over; none if there is none.
    pub(super) fn own_mark(&self, line: &Line<'_>) -> Result<Option<Found>, ApplyError> {
        let found = self.look(line)?;
        if let Some(foreign) = self.foreign(found.as_ref())? {
            let refusals = vec![foreign.into()];
            return Err(ApplyError::Refused { refusals });
        }
        Ok(found)
    }

    fn look(&self, line: &Line<'_>) -> Result<Option<Found>, ApplyError> {
        line.ask(|directory| Found::in_directory(directory, self.bases))
            .map_err(|source| ApplyError::Mark { source })
    }

    /// Why this state may not go on with the directory that says this; nothing stands against it otherwise.
    fn foreign(&self, found: Option<&Found>) -> Result<Option<Foreign>, ApplyError> {
        let Some(found) = found else {
            return Ok(None);
        };
        let lease = found.lease();
        let known = lease.map_or(Ok(None), |lease| {
            journal::is_finished(self.store, lease.run)
        })?;
        if let Some(lease) = lease
            && lease.lasts((self.clock)())
        {
            let is_dead = match known {
                Some(true) => true,
                Some(false) => lease.is_held_on(&self.lock.holder().host),
                None => false,
            };
            if !is_dead {
                let lease = lease.clone();
                return Ok(Some(Foreign::Held { lease }));
            }
        }
        if self.takes_over {
            return Ok(None);
        }
        let state = self.store.identity()?;
        if let Err(foreign) = found.belongs_to(state.id, state.generation) {
            return Ok(Some(foreign));
        }
        Ok(match (lease, known) {
            (Some(lease), None) => Some(Foreign::Astray {
                lease: lease.clone(),
            }),
            _ => None,
        })
    }

    /// Writes the lease of a run into the directory: from here on it is at work.
    pub(super) fn take_lease<'p>(
        &mut self,
        line: &Line<'_>,
        found: Option<Found>,
        run: Uuid,
        since: Timestamp,
        plan: &'p Plan,
    ) -> Result<Job<'p>, ApplyError> {
        let now = (self.clock)();
        let holder = self.lock.holder();
        let mut lease = Lease::new(run, since, &holder.user, &holder.host);
        lease.until = self.pace.lease.and_then(|length| end(now, length));
        let mark = self.write_mark(line, found, Some(lease.clone()))?;
        Ok(Job::new(run, plan, mark, lease, self.renewal(now)))
    }

    /// Renews the lease when it is time; yields why the run must stop, if it must.
    pub(super) fn keep_lease(
        &mut self,
        line: &Line<'_>,
        job: &mut Job<'_>,
    ) -> Result<Option<ApplyError>, ApplyError> {
        let (Some(renew), Some(length)) = (job.renew, self.pace.lease) else {
            return Ok(None);
        };
        let now = (self.clock)();
        if now < renew {
            return Ok(None);
        }
        let mut lease = job.lease.clone();
        lease.until = end(now, length);
        let run = job.run;
        match self.write_mark(line, Some(job.mark.clone()), Some(lease.clone())) {
            Ok(written) => {
                job.mark = written;
                job.lease = lease;
                job.renew = self.renewal(now);
                Ok(None)
            }
            Err(ApplyError::Refused { refusals }) => Ok(Some(ApplyError::Taken { run, refusals })),
            // Until it is over the lease holds, and the directory may be back before that.
            Err(ApplyError::Mark { .. }) if job.lease.until.is_some_and(|until| now < until) => {
                job.renew = end(now, length / (RENEWED_AFTER * RENEWED_AFTER));
                Ok(None)
            }
            Err(error @ ApplyError::Mark { .. }) => Ok(Some(error)),
            Err(error) => Err(error),
        }
    }

    fn renewal(&self, now: Timestamp) -> Option<Timestamp> {
        end(now, self.pace.lease? / RENEWED_AFTER)
    }

    /// Writes the state's id and generation, as they are in the store, into the directory (S5).
    ///
    /// The store always goes first: killed in between it is newer than its mark, which is as good.
    pub(super) fn write_mark(
        &mut self,
        line: &Line<'_>,
        mut found: Option<Found>,
        lease: Option<Lease>,
    ) -> Result<Found, ApplyError> {
        let state = self.store.identity()?;
        let mark = Mark {
            state: state.id,
            generation: state.generation,
            lease,
        };
        let at = match mark.lease {
            Some(_) => Boundary::Marked,
            None => Boundary::Unmarked,
        };
        let mut lost = 0;
        loop {
            let written = line
                .ask_once(|directory| mark::write(directory, self.bases, found.as_ref(), &mark));
            let source = match written {
                Ok(written) => {
                    self.at(at)?;
                    return Ok(written);
                }
                Err(source) => source,
            };
            let unanswered = matches!(source, port::Error::Unreachable { .. });
            lost += 1;
            if !(unanswered || source.is_conflict()) || lost > MAX_LOST_ANSWERS {
                return Err(ApplyError::Mark { source });
            }
            // Somebody else was faster, or it is our own write whose answer was lost.
            let now = self.look(line)?;
            let is_ours = now
                .as_ref()
                .is_some_and(|now| now.mark.as_ref() == Some(&mark));
            if !is_ours && let Some(foreign) = self.overtaken(now.as_ref(), &mark)? {
                let refusals = vec![foreign.into()];
                return Err(ApplyError::Refused { refusals });
            }
            found = now;
        }
    }

    /// Whoever wrote the mark while we wanted to; nobody else did where it still is this run's.
    fn overtaken(&self, now: Option<&Found>, wanted: &Mark) -> Result<Option<Foreign>, ApplyError> {
        let lease = now.and_then(Found::lease);
        match (lease, &wanted.lease) {
            (Some(lease), Some(own)) if lease.run == own.run => Ok(None),
            (Some(lease), Some(_)) => Ok(Some(Foreign::Held {
                lease: lease.clone(),
            })),
            _ => self.foreign(now),
        }
    }
}

fn end(now: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    now.checked_add(length).ok()
}
