//! What is remembered of a reading beside its snapshot, so that the snapshot can be brought up to date.
//!
//! Three things change in a directory without the update number of the object that shows them: the name of whatever
//! lies below a unit that is renamed or moved, its access list where it takes that from above, and a name that stands
//! in a value of another object (`member`, `manager`). So a mark knows who is named by whom, by identity, and which
//! containers the names of the snapshot consist of, those among it that were not read themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use ldap3::Ldap;
use rustc_hash::FxHashMap;

use super::LdapDirectory;
use super::entry::{Entry, Link};
use super::error::Error;
use super::filter::Filter;
use super::forest::Attributes;
use super::parts::{UPDATE, read_at_all};
use super::root::failed;
use super::search::Ask;
use super::why::Why;
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::snapshot::Snapshot;

/// How many objects one search names.
pub(super) const AT_ONCE: usize = 100;

/// A snapshot and what is needed to bring it up to date.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) snapshot: Arc<Snapshot>,
    /// When it was last read whole.
    pub(super) whole_at: Timestamp,
    /// Else why it cannot be brought up to date.
    pub(super) mark: Result<Mark, Why>,
}

/// What is remembered of a reading.
#[derive(Debug)]
pub(super) struct Mark {
    /// The last update before it began.
    pub(super) usn: u64,
    /// Below which names it looked, and for which attributes.
    pub(super) bases: Vec<Dn>,
    pub(super) wanted: Vec<String>,
    /// What the schema said.
    pub(super) attributes: Attributes,
    /// Whom each object names.
    pub(super) links: Links,
    /// Objects of which the account may not read the update number: they are read each time.
    pub(super) silent: BTreeSet<Guid>,
    /// Containers that were not read themselves.
    pub(super) places: BTreeMap<Guid, Place>,
    /// Containers that changed while it was read: what lies in them may have been read before or after that.
    pub(super) unsettled: BTreeSet<Guid>,
}

/// Whom each object names.
pub(super) type Links = FxHashMap<Guid, Arc<[Link]>>;

/// A container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What it is called.
    pub(super) dn: Dn,
    /// Its access list, as far as the account may read it.
    pub(super) access: Option<Vec<u8>>,
}

/// An object that changed.
#[derive(Debug)]
pub(super) struct Changed {
    pub(super) guid: Guid,
    /// What it is called now, and its access list.
    pub(super) place: Place,
    /// Whether it was deleted.
    pub(super) deleted: bool,
    /// Whether it was made since.
    pub(super) new: bool,
}

/// What follows from a reading for the next one.
pub(super) struct Settled {
    pub(super) places: BTreeMap<Guid, Place>,
    pub(super) unsettled: BTreeSet<Guid>,
}

impl Place {
    fn of(entry: &Entry) -> Option<(Guid, Self)> {
        let place = Self {
            dn: Dn::parse(&entry.dn).ok()?,
            access: entry.bytes(ACCESS).next().map(<[u8]>::to_vec),
        };
        Some((entry.guid()?, place))
    }
}

/// The access list of an object.
pub(super) const ACCESS: &str = "nTSecurityDescriptor";

impl LdapDirectory {
    /// Everything of the domain that changed since an update, and what was deleted, as far as the account sees it.
    pub(super) fn changed_since(&self, usn: u64) -> Result<Vec<Changed>, Error> {
        let attributes = ["objectGUID", "isDeleted", "uSNCreated", ACCESS];
        let since = Filter::both([Filter::at_least(UPDATE, usn), read_at_all()]);
        let base = &self.root.base;
        let ask = Ask {
            deleted: true,
            ..Ask::below(base.as_str(), since, &attributes)
        };
        let changed = self.pool.read(async |ldap: &mut Ldap| {
            let mut changed = Vec::new();
            ask.each(ldap, self.pool.patience(), |entry| {
                let Some((guid, place)) = Place::of(&entry) else {
                    return Ok(());
                };
                let is = |name: &str| entry.text(name).is_some_and(|text| text == "TRUE");
                let made: Option<u64> = entry.text("uSNCreated").and_then(|text| text.parse().ok());
                let below_deleted = place.dn.is_under(&self.deleted) && place.dn != self.deleted;
                changed.push(Changed {
                    guid,
                    deleted: below_deleted || (is("isDeleted") && place.dn != self.deleted),
                    new: made.is_some_and(|made| made > usn),
                    place,
                });
                Ok(())
            })
            .await?;
            Ok(changed)
        });
        changed.map_err(|fault| failed(self.pool.server(), "what changed", fault))
    }

    /// The identities of everything in the domain that the account sees.
    pub(super) fn everybody(&self) -> Result<BTreeSet<Guid>, Error> {
        let attributes = ["objectGUID"];
        let ask = Ask::below(self.root.base.as_str(), read_at_all(), &attributes);
        let all = self.pool.read(async |ldap: &mut Ldap| {
            let mut all = BTreeSet::new();
            ask.each(ldap, self.pool.patience(), |entry| {
                all.extend(entry.guid());
                Ok(())
            })
            .await?;
            Ok(all)
        });
        all.map_err(|fault| failed(self.pool.server(), "who is there", fault))
    }

    /// Whether an object is of this domain and in use: not deleted, nor of the configuration or another domain.
    pub(super) fn is_ours(&self, dn: &Dn) -> bool {
        let others = || {
            self.others
                .iter()
                .filter(|other| other.is_under(&self.root.base))
        };
        dn.is_under(&self.root.base)
            && !dn.is_under(&self.root.configuration)
            && !dn.is_under(&self.deleted)
            && !others().any(|other| dn.is_under(other))
    }

    /// The containers of a snapshot and what of them is in doubt; else why nobody can follow what happens there.
    pub(super) fn settled(
        &self,
        snapshot: &Snapshot,
        began: u64,
        known: &BTreeMap<Guid, Place>,
    ) -> Result<Result<Settled, Why>, Error> {
        let mut unsettled = BTreeSet::new();
        let mut moved = BTreeSet::new();
        if self.last_update()? != Some(began) {
            for changed in self.changed_since(began + 1)? {
                if changed.deleted || changed.new {
                    continue;
                }
                moved.insert(changed.guid);
                let is_leaf = snapshot
                    .by_guid(changed.guid)
                    .is_some_and(|id| snapshot.children(id).is_empty());
                if !is_leaf || known.contains_key(&changed.guid) {
                    unsettled.insert(changed.guid);
                }
            }
        }
        let mut places = BTreeMap::new();
        let mut missing = self.containers(snapshot);
        for (guid, place) in known {
            if !moved.contains(guid) && missing.remove(place.dn.key()).is_some() {
                places.insert(*guid, place.clone());
            }
        }
        let missing: Vec<Dn> = missing.into_values().collect();
        for some in missing.chunks(AT_ONCE) {
            let found = self.look_up(some)?;
            for dn in some {
                let Some((guid, place)) = found.iter().find(|(_, place)| place.dn == *dn) else {
                    return Ok(Err(if moved.is_empty() {
                        Why::Unseen(dn.clone())
                    } else {
                        Why::Unsteady(dn.clone())
                    }));
                };
                places.insert(*guid, place.clone());
            }
        }
        Ok(Ok(Settled { places, unsettled }))
    }

    /// What the objects of a snapshot lie in and was not read itself, or for its name alone; by the keys of the names.
    fn containers(&self, snapshot: &Snapshot) -> BTreeMap<String, Dn> {
        let mut containers: BTreeMap<String, Dn> = BTreeMap::new();
        for (_, object) in snapshot.iter() {
            let mut child = object.dn().clone();
            while self.is_ours(&child) && child != self.root.base {
                let parent = snapshot.by_key(child.parent_key());
                if parent.is_some_and(|parent| snapshot[parent].has("objectClass"))
                    || containers.contains_key(child.parent_key())
                {
                    break;
                }
                let Some(above) = child.parent() else { break };
                containers.insert(above.key().to_owned(), above.clone());
                child = above;
            }
        }
        containers
    }

    /// Containers by their names; only those whose updates can be seen.
    fn look_up(&self, names: &[Dn]) -> Result<Vec<(Guid, Place)>, Error> {
        let attributes = ["objectGUID", UPDATE, ACCESS];
        let equal = |dn: &Dn| Filter::equal("distinguishedName", dn.as_str());
        let filter = Filter::any(names.iter().map(equal));
        let ask = Ask::below(self.root.base.as_str(), filter, &attributes);
        let found = self.pool.read(async |ldap: &mut Ldap| {
            let mut found = Vec::new();
            ask.each(ldap, self.pool.patience(), |entry| {
                if entry.text(UPDATE).is_some() {
                    found.extend(Place::of(&entry));
                }
                Ok(())
            })
            .await?;
            Ok(found)
        });
        found.map_err(|fault| failed(self.pool.server(), "the containers", fault))
    }
}
