//! Everything that was read from a directory at one instant, with the indexes to find it.
//!
//! A [`Snapshot`] never changes. Objects stand in the order of the tree (see [`Dn`]'s order), so that
//! walking it is deterministic whatever order they were read in, and all that lies under a unit is one
//! stretch. Indexes are built once, when first asked for, each in one pass over the objects.
//!
//! Begin with [`Snapshot::new`], [`Snapshot::by_dn`] and [`Snapshot::index_by`].

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Index as At, Range};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;

use super::dn::Dn;
use super::guid::Guid;
use super::links::Links;
use super::object::{Object, SharedObject};
use super::schema::{self, Unique};
use super::sid::Sid;
use super::value::{AttributeName, Value};

/// Which domain controller answers, and which copy of the directory it keeps (S9).
///
/// The invocation id changes when a domain controller is restored from a backup: update numbers of before then
/// mean nothing (MS-DRSR 1.1, "invocation id").
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Controller {
    /// Its name in the configuration of the forest (`dsServiceName`).
    pub service: String,
    /// The name of its host.
    pub host: String,
    /// Its copy of the directory.
    pub invocation: Guid,
}

impl Controller {
    /// Whether that is the same copy of the directory, wherever its domain controller stands by now.
    pub fn is_same_copy(&self, other: &Self) -> bool {
        self.invocation == other.invocation
    }
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.host, self.invocation)
    }
}

/// The domain that a snapshot shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The name of its head, `DC=example,DC=com`.
    pub base: Dn,
    /// Its SID, if known.
    pub sid: Option<Sid>,
    /// The GUID of its head, if known.
    pub guid: Option<Guid>,
    /// The highest update sequence number that the snapshot contains, if known.
    pub highest_usn: Option<u64>,
    /// Which domain controller was read; none where it is a file.
    pub controller: Option<Controller>,
    /// Attributes that were asked for and that the schema of the forest does not have.
    pub lacks: Vec<AttributeName>,
}

impl Domain {
    /// The DNS name, `example.com`.
    pub fn dns_name(&self) -> String {
        let labels = self.base.components().map(|rdn| rdn.value());
        labels.collect::<Vec<_>>().join(".")
    }
}

/// An object of one snapshot, by its place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(u32);

impl ObjectId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The place in the order of the tree.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Why objects are no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Two objects of one name.
    #[error("two objects are called `{0}`")]
    DuplicateDn(Dn),
    /// Two objects of one GUID.
    #[error("`{0}` and `{1}` have the same objectGUID")]
    DuplicateGuid(Dn, Dn),
    /// More objects than a snapshot counts.
    #[error("more than {} objects", u32::MAX)]
    TooMany,
}

/// All objects of a directory at one instant.
#[derive(Debug)]
pub struct Snapshot {
    domain: Domain,
    objects: Vec<SharedObject>,
    by_dn: FxHashMap<Arc<str>, ObjectId>,
    by_guid: FxHashMap<Guid, ObjectId>,
    by_sid: OnceLock<FxHashMap<Sid, ObjectId>>,
    children: OnceLock<Vec<Vec<ObjectId>>>,
    addresses: OnceLock<Index>,
    indexes: Mutex<BTreeMap<AttributeName, Arc<Index>>>,
    links: Mutex<BTreeMap<AttributeName, Arc<Links>>>,
}

impl Snapshot {
    /// The snapshot of these objects, given in any order.
    pub fn new(domain: Domain, mut objects: Vec<SharedObject>) -> Result<Self, SnapshotError> {
        if u32::try_from(objects.len()).is_err() {
            return Err(SnapshotError::TooMany);
        }
        objects.sort_by(|a, b| a.dn().cmp(b.dn()));
        let mut by_dn =
            FxHashMap::with_capacity_and_hasher(objects.len(), rustc_hash::FxBuildHasher);
        let mut by_guid =
            FxHashMap::with_capacity_and_hasher(objects.len(), rustc_hash::FxBuildHasher);
        for (index, object) in objects.iter().enumerate() {
            let id = ObjectId::new(index);
            if by_dn.insert(object.dn().shared_key().clone(), id).is_some() {
                return Err(SnapshotError::DuplicateDn(object.dn().clone()));
            }
            if let Some(other) = by_guid.insert(object.guid(), id) {
                let other = objects.get(other.index()).map(|other| other.dn().clone());
                return Err(SnapshotError::DuplicateGuid(
                    other.unwrap_or_else(Dn::root),
                    object.dn().clone(),
                ));
            }
        }
        Ok(Self {
            domain,
            objects,
            by_dn,
            by_guid,
            by_sid: OnceLock::new(),
            children: OnceLock::new(),
            addresses: OnceLock::new(),
            indexes: Mutex::default(),
            links: Mutex::default(),
        })
    }

    /// The domain.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether there is no object.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// All objects in the order of the tree.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ObjectId, &Object)> {
        self.objects
            .iter()
            .enumerate()
            .map(|(index, object)| (ObjectId::new(index), &**object))
    }

    /// The object, to be kept beyond the snapshot.
    pub fn shared(&self, id: ObjectId) -> Option<&SharedObject> {
        self.objects.get(id.index())
    }

    /// The object of that name.
    pub fn by_dn(&self, dn: &Dn) -> Option<ObjectId> {
        self.by_key(dn.key())
    }

    /// The object of the name that has that key (see [`Dn::key`]).
    pub fn by_key(&self, key: &str) -> Option<ObjectId> {
        self.by_dn.get(key).copied()
    }

    /// The object of that GUID.
    pub fn by_guid(&self, guid: Guid) -> Option<ObjectId> {
        self.by_guid.get(&guid).copied()
    }

    /// The object of that SID.
    pub fn by_sid(&self, sid: &Sid) -> Option<ObjectId> {
        let index = self.by_sid.get_or_init(|| {
            let sids = self
                .iter()
                .filter_map(|(id, object)| Some((object.sid()?, id)));
            sids.collect()
        });
        index.get(sid).copied()
    }

    /// The object of that logon or group name; the first in the order of the tree if there were several.
    pub fn by_account_name(&self, name: &str) -> Option<ObjectId> {
        self.index_by("sAMAccountName").get(name).first().copied()
    }

    /// What holds this object, if that was read, too.
    pub fn parent(&self, id: ObjectId) -> Option<ObjectId> {
        self.by_key(self.objects.get(id.index())?.dn().parent_key())
    }

    /// What lies directly in this object, in the order of the tree.
    pub fn children(&self, id: ObjectId) -> &[ObjectId] {
        let children = self.children.get_or_init(|| {
            let mut children = vec![Vec::new(); self.objects.len()];
            for (child, _) in self.iter() {
                let parent = self
                    .parent(child)
                    .and_then(|up| children.get_mut(up.index()));
                if let Some(siblings) = parent {
                    siblings.push(child);
                }
            }
            children
        });
        children.get(id.index()).map_or(&[], Vec::as_slice)
    }

    /// What is called `base` or lies anywhere below it, in the order of the tree.
    pub fn under(&self, base: &Dn) -> impl Iterator<Item = (ObjectId, &Object)> {
        let Range { start, end } = self.stretch(base);
        (start..end).filter_map(|index| {
            let object = self.objects.get(index)?;
            Some((ObjectId::new(index), &**object))
        })
    }

    fn stretch(&self, base: &Dn) -> Range<usize> {
        let start = self.objects.partition_point(|object| object.dn() < base);
        let below = self.objects.get(start..).unwrap_or_default();
        start..start + below.partition_point(|object| object.dn().is_under(base))
    }

    /// The index over one attribute, by its matching rule.
    pub fn index_by(&self, attribute: &str) -> Arc<Index> {
        let name = AttributeName::new(attribute);
        let mut indexes = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let index = indexes.entry(name.clone()).or_insert_with(|| {
            let pairs = self.iter().flat_map(|(id, object)| {
                let keys = object.values(name.as_str()).map(|value| name.key(value));
                keys.map(move |key| (key, id))
            });
            Arc::new(Index::new(name.clone(), pairs))
        });
        index.clone()
    }

    /// The objects that hold a value of an attribute, under its matching rule.
    pub fn holders(&self, attribute: &str, value: &str) -> Vec<ObjectId> {
        self.index_by(attribute).get(value).to_vec()
    }

    /// The objects that hold a mail or logon address in any attribute of that name space (S14).
    pub fn address_holders(&self, address: &str) -> &[ObjectId] {
        let index = self.addresses.get_or_init(|| {
            let names: Vec<&str> = schema::attributes()
                .filter(|attribute| attribute.unique == Some(Unique::Addresses))
                .map(|attribute| attribute.name)
                .collect();
            let pairs = self.iter().flat_map(|(id, object)| {
                let values = names.iter().flat_map(|name| object.values(name));
                let keys = values.map(|value| schema::address_key(value).into_owned());
                keys.map(move |key| (key, id))
            });
            Index::new(AttributeName::new("mail"), pairs)
        });
        index.by_key(&schema::address_key(address))
    }

    /// The links of one attribute in both directions; `member`, `manager`, `managedBy` and the like.
    pub fn links(&self, attribute: &str) -> Arc<Links> {
        let name = AttributeName::new(attribute);
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let found = links
            .entry(name.clone())
            .or_insert_with(|| Arc::new(Links::new(self, &name)));
        found.clone()
    }

    /// The direct members of a group that were read, without those by primary group.
    pub fn members(&self, group: ObjectId) -> Vec<ObjectId> {
        self.links("member").targets(group).to_vec()
    }

    /// The groups that an object is a direct member of, without its primary group.
    pub fn groups(&self, object: ObjectId) -> Vec<ObjectId> {
        self.links("member").sources(object).to_vec()
    }

    /// The group that `primaryGroupID` names, if it was read.
    pub fn primary_group(&self, object: ObjectId) -> Option<ObjectId> {
        let object = self.objects.get(object.index())?;
        let rid = u32::try_from(object.integer("primaryGroupID")?).ok()?;
        let domain = object.sid().and_then(|sid| sid.domain());
        let domain = domain.or_else(|| self.domain.sid.clone())?;
        self.by_sid(&domain.principal(rid)?)
    }
}

impl At<ObjectId> for Snapshot {
    type Output = Object;

    #[expect(
        clippy::indexing_slicing,
        reason = "ids are only made by the snapshot that they belong to"
    )]
    fn index(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }
}

/// The objects by the values of one attribute.
#[derive(Debug)]
pub struct Index {
    name: AttributeName,
    holders: FxHashMap<Box<str>, Holders>,
}

/// Nearly all values that are asked for are held once.
#[derive(Debug)]
enum Holders {
    One(ObjectId),
    Many(Vec<ObjectId>),
}

impl Index {
    fn new(name: AttributeName, pairs: impl Iterator<Item = (String, ObjectId)>) -> Self {
        let mut holders: FxHashMap<Box<str>, Holders> = FxHashMap::default();
        for (key, id) in pairs {
            let Some(found) = holders.get_mut(key.as_str()) else {
                holders.insert(key.into(), Holders::One(id));
                continue;
            };
            match found {
                Holders::One(first) if *first == id => {}
                Holders::One(first) => *found = Holders::Many(vec![*first, id]),
                Holders::Many(ids) if ids.last() == Some(&id) => {}
                Holders::Many(ids) => ids.push(id),
            }
        }
        Self { name, holders }
    }

    /// Who holds that value, in the order of the tree.
    pub fn get(&self, value: &str) -> &[ObjectId] {
        self.by_key(&self.name.key(value))
    }

    /// Who holds a value of that key.
    pub fn by_key(&self, key: &str) -> &[ObjectId] {
        match self.holders.get(key) {
            None => &[],
            Some(Holders::One(id)) => std::slice::from_ref(id),
            Some(Holders::Many(ids)) => ids,
        }
    }
}

/// The bytes of a value as a name of another object, if it is one.
pub(super) fn named(value: &Value) -> Option<Dn> {
    value.text().and_then(|text| Dn::parse(text).ok())
}

#[cfg(test)]
mod tests;
