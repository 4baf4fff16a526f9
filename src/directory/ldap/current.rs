//! A snapshot that is kept current: brought up to date by what changed, and read whole where that cannot be told.
//!
//! For a process that plans again and again. Where a refresh fails, the snapshot is the one before it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::LdapDirectory;
use super::error::Error;
use super::mark::{Kept, Links, Mark, Place};
use super::read::{Asked, Progress, Whole};
use super::refresh::Stop;
use super::why::Why;
use crate::directory::guid::Guid;
use crate::directory::snapshot::Snapshot;

/// After how many hours a directory is read whole, whatever its update numbers say.
pub const WHOLE_EVERY_HOURS: i64 = 24;

/// The snapshot of a directory, kept from run to run of one process.
#[derive(Debug, Default)]
pub struct Current {
    kept: Option<Kept>,
}

/// How a refresh is to be done.
#[derive(Debug, Clone, Copy)]
pub struct Refresh {
    /// This machine's clock.
    pub now: Timestamp,
    /// Whether everything is read, whatever changed.
    pub whole: bool,
}

/// What a refresh was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// Everything was read.
    Whole(Why),
    /// What changed was read, and what shows it.
    Changes {
        /// How many objects changed by themselves.
        changed: usize,
        /// How many objects were read, these among them.
        read: usize,
        /// How many objects are no longer there.
        gone: usize,
    },
}

impl Current {
    /// The snapshot; none before the first refresh.
    pub fn snapshot(&self) -> Option<&Arc<Snapshot>> {
        self.kept.as_ref().map(|kept| &kept.snapshot)
    }

    /// Brings the snapshot up to date: it has everything that was in the directory when this began.
    pub fn refresh(
        &mut self,
        directory: &LdapDirectory,
        how: Refresh,
        progress: &Progress<'_>,
    ) -> Result<Refreshed, Error> {
        let why = match &self.kept {
            None => Why::First,
            Some(_) if how.whole => Why::Asked,
            Some(kept) if !kept.is_fresh(how.now) => Why::Age,
            Some(kept) => match directory.increment(kept, progress) {
                Ok((kept, refreshed)) => {
                    self.kept = Some(kept);
                    return Ok(refreshed);
                }
                Err(Stop::Whole(why)) => why,
                Err(Stop::Unfit(why)) => Why::Failed(why),
                Err(Stop::Error(error)) => return Err(error),
            },
        };
        self.kept = Some(directory.read_to_keep(how.now, progress)?);
        Ok(Refreshed::Whole(why))
    }
}

impl Kept {
    /// Whether it was read whole not long ago; a clock that was put back tells nothing.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.whole_at);
        !age.is_negative() && age < SignedDuration::from_hours(WHOLE_EVERY_HOURS)
    }
}

impl LdapDirectory {
    /// Reads the domain, and what is needed to bring that up to date.
    fn read_to_keep(&self, now: Timestamp, progress: &Progress<'_>) -> Result<Kept, Error> {
        let asked = self.asked(|attributes| attributes.untold.is_empty())?;
        let Whole {
            snapshot,
            links,
            silent,
        } = self.read_all(&asked, progress)?;
        let links = links.into_iter().map(|(guid, all)| (guid, all.into()));
        let mark = self.mark(&snapshot, asked, links.collect(), silent, &BTreeMap::new())?;
        Ok(Kept {
            snapshot: Arc::new(snapshot),
            whole_at: now,
            mark,
        })
    }

    /// What is remembered of a reading; else why that does not help.
    pub(super) fn mark(
        &self,
        snapshot: &Snapshot,
        asked: Asked<'_>,
        links: Links,
        silent: BTreeSet<Guid>,
        known: &BTreeMap<Guid, Place>,
    ) -> Result<Result<Mark, Why>, Error> {
        if let Some(name) = asked.attributes.untold.first() {
            return Ok(Err(Why::Untold(name.clone())));
        }
        let Some(usn) = asked.usn else {
            return Ok(Err(Why::NoNumbers));
        };
        let settled = self.settled(snapshot, usn, known)?;
        Ok(settled.map(|settled| Mark {
            usn,
            bases: self.reading.bases.clone(),
            wanted: self.wanted().into_iter().map(str::to_owned).collect(),
            attributes: asked.attributes,
            links,
            silent,
            places: settled.places,
            unsettled: settled.unsettled,
        }))
    }
}
