//! Brings a snapshot up to date: what changed is read again, and what shows it, by the searches of a whole reading.
//!
//! From the update numbers one learns which objects changed by themselves and which were deleted. Read again are those;
//! what lies below a container that has another name or another access list; and whoever names one of all these
//! otherwise than it is called now. What comes of it is what a whole reading would find, but for what no update number
//! tells: see `docs/active-directory.md`.
//!
//! Everything is counted from the update before the last reading *began*, so what changes while one is under way is
//! seen by the next.

use std::collections::BTreeSet;
use std::sync::Arc;

use ldap3::Ldap;
use rustc_hash::{FxHashMap, FxHashSet};

use super::LdapDirectory;
use super::current::Refreshed;
use super::entry::Link;
use super::error::Error;
use super::filter::Filter;
use super::found::Found;
use super::mark::{ACCESS, AT_ONCE, Changed, Kept, Links, Mark, Place};
use super::parts::{Part, UPDATE};
use super::read::{Asked, MAX_READINGS, Progress};
use super::root::{Root, failed};
use super::why::Why;
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::{Object, SharedObject};
use crate::directory::snapshot::Snapshot;

/// Fewer objects than that are read again whatever part of the directory they are.
const FEW: usize = 1_000;

/// Names in a value that do not become others while their objects are renamed, so nobody is looked for by them.
const NOT_SOUGHT: [&str; 2] = ["lastKnownParent", "objectCategory"];

/// Classes of which objects are there to hold others.
const UNITS: [&str; 2] = ["organizationalUnit", "container"];

/// Why a snapshot is not brought up to date.
#[derive(Debug)]
pub(super) enum Stop {
    /// What was read does not fit together: it changed under the reader, or is no answer.
    Unfit(String),
    /// Everything has to be read.
    Whole(Why),
    /// Nothing can be read now.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        match &error {
            Error::Broken { .. } => Self::Unfit(error.to_string()),
            Error::Refused { .. } => Self::Whole(Why::Failed(error.to_string())),
            Error::Setting { .. }
            | Error::Unresolved { .. }
            | Error::Unreachable { .. }
            | Error::Silent { .. }
            | Error::Certificate { .. }
            | Error::NoTls { .. }
            | Error::Credentials { .. }
            | Error::Kerberos { .. }
            | Error::NoController { .. }
            | Error::ReadOnly { .. }
            | Error::OtherController { .. }
            | Error::Clock { .. }
            | Error::NoBase { .. }
            | Error::Lost { .. }
            | Error::NoneOf { .. } => Self::Error(error),
        }
    }
}

impl LdapDirectory {
    /// The snapshot with everything that changed since; the one that is kept stays as it is.
    pub(super) fn increment(
        &self,
        kept: &Kept,
        progress: &Progress<'_>,
    ) -> Result<(Kept, Refreshed), Stop> {
        let mark = kept.mark.as_ref();
        let mark = mark.map_err(|why| Stop::Whole(why.clone()))?;
        let mut reading = 1;
        loop {
            let asked = self.asked(|_| true)?;
            self.fits(kept, mark, &asked)?;
            let increment = Increment {
                directory: self,
                old: &kept.snapshot,
                mark,
                asked: &asked,
                progress,
                found: Found::default(),
                dropped: FxHashSet::default(),
            };
            let refreshed = increment.read().and_then(|brought| {
                let snapshot = self.snapshot_of(&asked, brought.objects)?;
                let snapshot = snapshot.map_err(|error| self.broken(&error.to_string()))?;
                Ok((snapshot, brought.links, brought.silent, brought.refreshed))
            });
            match refreshed {
                Err(Stop::Unfit(_)) if reading < MAX_READINGS => reading += 1,
                Err(stop) => return Err(stop),
                Ok((snapshot, links, silent, refreshed)) => {
                    let mark = self.mark(&snapshot, asked, links, silent, &mark.places)?;
                    if matches!(mark, Err(Why::Unsteady(_))) && reading < MAX_READINGS {
                        reading += 1;
                        continue;
                    }
                    let kept = Kept {
                        snapshot: Arc::new(snapshot),
                        whole_at: kept.whole_at,
                        mark,
                    };
                    return Ok((kept, refreshed));
                }
            }
        }
    }

    /// Whether what is kept is of the same copy, and of the same reading.
    fn fits(&self, kept: &Kept, mark: &Mark, asked: &Asked<'_>) -> Result<(), Stop> {
        let whole = |why| Err(Stop::Whole(why));
        let server = self.pool.server();
        let patience = self.pool.patience();
        // Asked anew: a domain controller that was put back goes on by the same name and takes another invocation id.
        let root = self.pool.read(async |ldap: &mut Ldap| {
            let root = Root::of(ldap, server, patience).await;
            root.map_err(|error| super::search::Fault::Lost(error.to_string()))
        });
        let is = root
            .map_err(|fault| failed(server, "its root entry", fault))?
            .controller;
        let was = kept.snapshot.domain().controller.as_ref();
        if let Some(was) = was.filter(|was| !was.is_same_copy(&is)) {
            let (was, is) = (Box::new(was.clone()), Box::new(is));
            return whole(Why::OtherCopy { was, is });
        }
        let was = mark.usn;
        match asked.usn {
            None => return whole(Why::NoNumbers),
            Some(is) if is < was => return whole(Why::TakenBack { was, is }),
            Some(_) => {}
        }
        if mark.bases != self.reading.bases || !self.wanted().iter().eq(&mark.wanted) {
            return whole(Why::OtherReading);
        }
        if mark.attributes != asked.attributes {
            return whole(Why::OtherSchema);
        }
        Ok(())
    }
}

/// What an increment came to.
struct Brought {
    objects: Vec<SharedObject>,
    links: Links,
    silent: BTreeSet<Guid>,
    refreshed: Refreshed,
}

/// A container below which everything is read again.
struct Moved {
    /// Its old name; none where that is not known, and what was read below it is found under the new one.
    was: Option<Dn>,
    /// Its name now.
    is: Dn,
}

/// An increment at work.
struct Increment<'i> {
    directory: &'i LdapDirectory,
    old: &'i Snapshot,
    mark: &'i Mark,
    asked: &'i Asked<'i>,
    progress: &'i Progress<'i>,
    /// What was read again.
    found: Found,
    /// What of the old snapshot counts no more.
    dropped: FxHashSet<Guid>,
}

impl Increment<'_> {
    fn read(mut self) -> Result<Brought, Stop> {
        let changed = self.directory.changed_since(self.mark.usn)?;
        let gone = self.gone(&changed)?;
        let moved = self.moved(&changed)?;
        self.not_too_much(changed.len(), &moved)?;
        let parts = self.asked.parts.all();
        for part in parts.iter().filter(|part| part.is_of_one()) {
            self.read_part(part)?;
        }
        for moved in &moved {
            if let Some(was) = &moved.was {
                let below = self.old.under(was).map(|(_, object)| object.guid());
                self.dropped.extend(below);
            }
            for part in parts.iter().filter_map(|part| part.below(&moved.is)) {
                self.read_part(&part)?;
            }
        }
        let mut again: BTreeSet<Guid> = changed.iter().map(|changed| changed.guid).collect();
        again.extend(&gone);
        again.extend(&self.mark.silent);
        self.read_again(&again, &parts)?;
        self.silent_ones_stayed()?;
        self.read_who_names(&changed, &parts)?;
        let called = self.called(&changed, &gone);
        let affected = self.affected(&called, self.may_hide_moves(&changed, &moved));
        self.not_too_much(affected.len(), &[])?;
        self.read_again(&affected, &parts)?;
        self.directory.read_other_domains(&mut self.found)?;
        self.directory.read_rests(&mut self.found, self.asked)?;
        Ok(self.finish(changed.len()))
    }

    fn read_part(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let attributes = &self.asked.attributes;
        self.directory
            .read_part(part, attributes, &mut self.found, self.progress)
    }

    /// Reads these objects again, each by whatever part reads it now.
    fn read_again(&mut self, guids: &BTreeSet<Guid>, parts: &[Part<'_>]) -> Result<(), Error> {
        let guids: Vec<Guid> = guids.iter().copied().collect();
        for some in guids.chunks(AT_ONCE) {
            let is = |guid: &Guid| Filter::bytes("objectGUID", &guid.to_ad_bytes());
            let filter = Filter::any(some.iter().map(is));
            self.read_narrowed(&filter, parts)?;
        }
        self.dropped.extend(guids);
        Ok(())
    }

    fn read_narrowed(&mut self, filter: &Filter, parts: &[Part<'_>]) -> Result<(), Error> {
        for part in parts.iter().filter(|part| !part.is_of_one()) {
            self.read_part(&part.narrowed(filter.clone()))?;
        }
        Ok(())
    }

    /// What is no longer there: what was deleted; where the account may not see that, what is not found any more.
    fn gone(&self, changed: &[Changed]) -> Result<BTreeSet<Guid>, Error> {
        let deleted = changed.iter().filter(|changed| changed.deleted);
        let mut gone: BTreeSet<Guid> = deleted.map(|deleted| deleted.guid).collect();
        if !gone.is_empty() {
            return Ok(gone);
        }
        let server = self.directory.pool.server();
        let seen = self.directory.sees_deleted(&Filter::at_least(UPDATE, 0));
        if seen.map_err(|fault| failed(server, "deleted objects", fault))? {
            return Ok(gone);
        }
        let there = self.directory.everybody()?;
        let ours = |object: &Object| self.directory.is_ours(object.dn());
        let known = self.old.iter().filter(|(_, object)| ours(object));
        let known = known.map(|(_, object)| object.guid());
        let links = self.mark.links.values();
        let named = links.flat_map(|links| links.iter().map(|link| link.to));
        gone.extend(known.chain(named).filter(|guid| !there.contains(guid)));
        Ok(gone)
    }

    /// The containers that have another name or another access list than before, or of which that is in doubt, and those
    /// that come with things in them that were not read.
    fn moved(&self, changed: &[Changed]) -> Result<Vec<Moved>, Stop> {
        let mut moved: Vec<Moved> = Vec::new();
        for changed in changed.iter().filter(|changed| !changed.deleted) {
            let is = &changed.place;
            let is_new_to_us = !changed.new && !self.was_whole(changed.guid) && self.reads(&is.dn);
            let in_doubt = is_new_to_us || self.mark.unsettled.contains(&changed.guid);
            let Some(was) = self.known(changed.guid) else {
                if in_doubt {
                    let is = is.dn.clone();
                    moved.push(Moved { was: None, is });
                }
                continue;
            };
            let other_name = !was.dn.same_spelling(&is.dn);
            let other_access = was.access != is.access;
            let is_other = |(_, object): (_, &Object)| *object.dn() != was.dn;
            let holds_something = self.old.under(&was.dn).any(is_other);
            // What was out of sight in a unit may have come into it; in others there is nothing to see.
            let may_hold_something = other_access && self.is_unit(changed.guid);
            if holds_something && other_name {
                self.bases_stay(&was.dn, &is.dn)?;
            }
            let otherwise = holds_something && (other_name || other_access);
            if otherwise || may_hold_something || in_doubt {
                moved.push(Moved {
                    was: Some(was.dn),
                    is: is.dn.clone(),
                });
            }
        }
        Ok(moved)
    }

    /// Whether an object was read with all that is read of one, and so was what lies in it.
    fn was_whole(&self, guid: Guid) -> bool {
        let object = self.old.by_guid(guid).map(|id| &self.old[id]);
        object
            .is_some_and(|object| object.has("objectClass") && self.directory.is_ours(object.dn()))
    }

    /// Whether everything is read of what lies there.
    fn reads(&self, dn: &Dn) -> bool {
        let bases = &self.mark.bases;
        bases.is_empty() || bases.iter().any(|base| dn.is_under(base))
    }

    /// Whether an object is there to hold others.
    fn is_unit(&self, guid: Guid) -> bool {
        let object = self.old.by_guid(guid).map(|id| &self.old[id]);
        object.is_some_and(|object| {
            object
                .values("objectClass")
                .any(|class| UNITS.contains(&class))
        })
    }

    /// What was known of a container, or might be one.
    fn known(&self, guid: Guid) -> Option<Place> {
        if let Some(place) = self.mark.places.get(&guid) {
            return Some(place.clone());
        }
        let object = &self.old[self.old.by_guid(guid)?];
        let access = object.all(ACCESS).first();
        self.directory.is_ours(object.dn()).then(|| Place {
            dn: object.dn().clone(),
            access: access.map(|value| value.bytes().to_vec()),
        })
    }

    /// A read base that is elsewhere now, or something else under its name: what is read is another part of the domain.
    fn bases_stay(&self, was: &Dn, is: &Dn) -> Result<(), Stop> {
        let touched = |base: &&Dn| was != is && (base.is_under(was) || base.is_under(is));
        match self.mark.bases.iter().find(touched) {
            Some(base) => Err(Stop::Whole(Why::BaseMoved(base.clone()))),
            None => Ok(()),
        }
    }

    /// Reading half of everything again takes longer than reading everything.
    fn not_too_much(&self, count: usize, moved: &[Moved]) -> Result<(), Stop> {
        let names = moved.iter().filter_map(|moved| moved.was.as_ref());
        let below: usize = names.map(|was| self.old.under(was).count()).sum();
        let (again, of) = (count + below, self.old.len());
        if again > FEW.max(of / 2) {
            return Err(Stop::Whole(Why::TooMuch { again, of }));
        }
        Ok(())
    }

    /// Nobody tells when a container moves whose updates are not seen.
    fn silent_ones_stayed(&self) -> Result<(), Stop> {
        for guid in &self.mark.silent {
            let Some(was) = self.known(*guid) else {
                continue;
            };
            let is_container = self.old.under(&was.dn).count() > 1;
            let is = self.found.objects.get(guid).map(Object::dn);
            if is_container && !is.is_some_and(|is| is.same_spelling(&was.dn)) {
                return Err(Stop::Whole(Why::Unseen(was.dn)));
            }
        }
        Ok(())
    }

    /// Who names what came back from the deleted objects, or came into sight: links come back with it.
    fn read_who_names(&mut self, changed: &[Changed], parts: &[Part<'_>]) -> Result<(), Error> {
        let is_known = |guid| self.known(guid).is_some();
        let back = changed
            .iter()
            .filter(|changed| !changed.deleted && !changed.new && !is_known(changed.guid));
        let back: Vec<Dn> = back.map(|changed| changed.place.dn.clone()).collect();
        let own = |name: &&str| {
            let name = crate::directory::AttributeName::new(name);
            self.asked.attributes.is_name(&name) && !NOT_SOUGHT.iter().any(|not| name.is(not))
        };
        let wanted = self.directory.wanted();
        let names: Vec<&str> = wanted.into_iter().filter(own).collect();
        for some in back.chunks(AT_ONCE / names.len().max(1) + 1) {
            let pairs = some
                .iter()
                .flat_map(|dn| names.iter().map(move |name| (name, dn)));
            let filter = Filter::any(pairs.map(|(name, dn)| Filter::equal(name, dn.as_str())));
            self.read_narrowed(&filter, parts)?;
        }
        Ok(())
    }

    /// What everything is called now that may be called otherwise than before; none is gone.
    fn called(
        &self,
        changed: &[Changed],
        gone: &BTreeSet<Guid>,
    ) -> FxHashMap<Guid, Option<Arc<str>>> {
        let mut called: FxHashMap<Guid, Option<Arc<str>>> = FxHashMap::default();
        for guid in &self.mark.silent {
            called.insert(*guid, None);
        }
        for changed in changed {
            called.insert(changed.guid, Some(changed.place.dn.text().clone()));
        }
        for (guid, object) in &self.found.objects {
            called.insert(*guid, Some(object.dn().text().clone()));
        }
        for guid in gone {
            called.insert(*guid, None);
        }
        called
    }

    /// Whether something may have another name that is in no reading: what lies in a container that moved, below which
    /// nothing is read but names stand in values.
    fn may_hide_moves(&self, changed: &[Changed], moved: &[Moved]) -> bool {
        let unknown = |changed: &Changed| {
            !changed.deleted && !changed.new && self.known(changed.guid).is_none()
        };
        !moved.is_empty() || changed.iter().any(unknown)
    }

    /// The objects that name one of these otherwise than it is called.
    fn affected(
        &self,
        called: &FxHashMap<Guid, Option<Arc<str>>>,
        hidden_moves: bool,
    ) -> BTreeSet<Guid> {
        // Not read before, or not any more: it went out of the read bases with what it lies in.
        let is_unknown = |to: &Guid| self.old.by_guid(*to).is_none() || self.dropped.contains(to);
        let is_stale = |link: &Link| match called.get(&link.to) {
            Some(now) => now.as_ref() != Some(&link.called),
            None => hidden_moves && is_unknown(&link.to),
        };
        let links = self.mark.links.iter().filter(|(source, links)| {
            !self.found.objects.contains_key(source)
                && !self.dropped.contains(source)
                && links.iter().any(is_stale)
        });
        links.map(|(source, _)| *source).collect()
    }

    fn finish(mut self, changed: usize) -> Brought {
        let read = self.found.objects.len();
        self.dropped.extend(self.found.objects.keys());
        let is_gone = |guid: &&Guid| {
            self.old.by_guid(**guid).is_some() && !self.found.objects.contains_key(guid)
        };
        let gone = self.dropped.iter().filter(is_gone).count();
        let mut links = self.mark.links.clone();
        let mut silent = self.mark.silent.clone();
        links.retain(|guid, _| !self.dropped.contains(guid));
        silent.retain(|guid| !self.dropped.contains(guid));
        let found = std::mem::take(&mut self.found.links);
        links.extend(found.into_iter().map(|(guid, all)| (guid, all.into())));
        silent.append(&mut self.found.silent);
        let stays = |object: &Object| {
            !self.dropped.contains(&object.guid()) && !self.is_elsewhere(object.dn())
        };
        let ids = self.old.iter().filter(|(_, object)| stays(object));
        let mut objects: Vec<SharedObject> = ids
            .filter_map(|(id, _)| self.old.shared(id).cloned())
            .collect();
        objects.extend(self.found.finish());
        Brought {
            objects,
            links,
            silent,
            refreshed: Refreshed::Changes {
                changed,
                read,
                gone,
            },
        }
    }

    /// Whether it is of another domain of the forest, whose names are read each time.
    fn is_elsewhere(&self, dn: &Dn) -> bool {
        let directory = self.directory;
        !self.directory.is_ours(dn)
            && !dn.is_under(&directory.deleted)
            && !dn.is_under(&directory.root.configuration)
    }
}
