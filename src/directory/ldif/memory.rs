//! The directory in memory: all objects with the indexes that operations need, kept as steps are applied.
//!
//! Links are kept at their forward end, spelt as the target is; when a target moves or goes, every link to
//! it follows in the same step. This module asks no rules: `operation/` does, before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::load::{HAS_PASSWORD, Loaded};
use super::record::{Edit, EditKind};
use super::step::Step;
use crate::directory::dn::Dn;
use crate::directory::fold::fold_name;
use crate::directory::guid::Guid;
use crate::directory::object::{Object, SharedObject};
use crate::directory::schema;
use crate::directory::sid::{FIRST_FREE_RID, Sid};
use crate::directory::snapshot::{Domain, Snapshot, SnapshotError};
use crate::directory::value::{AttributeName, Value};

/// The lowest relative id that is given to a new account where the file tells no other: AD's own habit is
/// to leave room for what setup made.
const FIRST_NEW_RID: u32 = FIRST_FREE_RID + 100;

/// All objects, found by everything that must be unique.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) domain: Domain,
    domain_sid: Option<Sid>,
    objects: FxHashMap<Guid, SharedObject>,
    by_dn: BTreeMap<Dn, Guid>,
    /// By [`place`]: what a unit calls one of its objects.
    places: FxHashMap<String, Guid>,
    accounts: FxHashMap<String, Guid>,
    logons: FxHashMap<String, Guid>,
    /// Who has an address, in whatever attribute; AD itself does not mind several.
    addresses: FxHashMap<String, BTreeSet<Guid>>,
    /// By the spelling of the name, which is how links name their targets.
    texts: FxHashMap<Arc<str>, Guid>,
    /// Who may name an object in a link: some may no longer do so, or stand here twice.
    referrers: FxHashMap<Guid, Vec<Guid>>,
    /// The members of each group that are objects here: groups are large, and grow one by one.
    members: FxHashMap<Guid, FxHashSet<Guid>>,
    /// Attributes that the schema's table does not have, but the file uses.
    extra: BTreeSet<AttributeName>,
    pub(super) usn: u64,
    pub(super) next_rid: u32,
}

impl Memory {
    pub(super) fn new(loaded: Loaded) -> Self {
        let Loaded {
            header,
            domain,
            objects,
        } = loaded;
        let objects = objects.into_iter().map(Arc::new).collect();
        Self::of(domain, objects, header.next_rid.unwrap_or(FIRST_NEW_RID))
    }

    /// What a snapshot shows, to be gone on with.
    ///
    /// Nobody can read from a domain controller which accounts have a password; there it is taken that each has one.
    pub(super) fn of_snapshot(snapshot: &Snapshot) -> Self {
        let domain = snapshot.domain().clone();
        let live = domain.controller.is_some();
        let shared = snapshot.iter().filter_map(|(id, _)| snapshot.shared(id));
        let objects = shared.map(|shared| {
            let mut object = shared.clone();
            if live && object.is_user() {
                Arc::make_mut(&mut object).set(HAS_PASSWORD, vec!["TRUE".into()]);
            }
            object
        });
        let objects = objects.collect();
        Self::of(domain, objects, FIRST_NEW_RID)
    }

    fn of(domain: Domain, objects: Vec<SharedObject>, next_rid: u32) -> Self {
        let domain_sid = domain.sid.clone();
        let mut memory = Self {
            domain_sid,
            usn: domain.highest_usn.unwrap_or_default(),
            domain,
            objects: FxHashMap::default(),
            by_dn: BTreeMap::new(),
            places: FxHashMap::default(),
            accounts: FxHashMap::default(),
            logons: FxHashMap::default(),
            addresses: FxHashMap::default(),
            texts: FxHashMap::default(),
            referrers: FxHashMap::default(),
            members: FxHashMap::default(),
            extra: BTreeSet::new(),
            next_rid,
        };
        for object in &objects {
            memory.call(object.dn(), object.guid());
        }
        for object in objects {
            memory.enter(object);
        }
        memory
    }

    /// Everything as it is now.
    pub(super) fn snapshot(&self) -> Result<Snapshot, SnapshotError> {
        let domain = Domain {
            highest_usn: Some(self.usn),
            ..self.domain.clone()
        };
        Snapshot::new(domain, self.iter().cloned().collect())
    }

    /// The objects in the order of the tree.
    pub(super) fn iter(&self) -> impl Iterator<Item = &SharedObject> {
        self.by_dn
            .values()
            .filter_map(|guid| self.objects.get(guid))
    }

    pub(super) fn get(&self, guid: Guid) -> Option<&SharedObject> {
        self.objects.get(&guid)
    }

    pub(super) fn find(&self, dn: &Dn) -> Option<&SharedObject> {
        self.objects.get(self.by_dn.get(dn)?)
    }

    /// The object that a link's value names.
    pub(super) fn named(&self, value: &Value) -> Option<&SharedObject> {
        let text = value.text()?;
        if let Some(guid) = self.texts.get(text) {
            return self.objects.get(guid);
        }
        self.find(&Dn::parse(text).ok()?)
    }

    /// Whether an object is a direct member of a group, its primary group not counting.
    pub(super) fn is_member(&self, group: Guid, member: Guid) -> bool {
        let members = self.members.get(&group);
        members.is_some_and(|members| members.contains(&member))
    }

    pub(super) fn account(&self, name: &str) -> Option<Guid> {
        self.accounts.get(fold_name(name).as_ref()).copied()
    }

    pub(super) fn logon(&self, name: &str) -> Option<Guid> {
        self.logons.get(fold_name(name).as_ref()).copied()
    }

    /// Every object that has that address.
    pub(super) fn address_holders(&self, address: &str) -> Vec<Guid> {
        let holders = self.addresses.get(schema::address_key(address).as_ref());
        holders.into_iter().flatten().copied().collect()
    }

    /// What stands under that name in its unit, accents not counting.
    pub(super) fn at(&self, dn: &Dn) -> Option<Guid> {
        self.places.get(&place(dn)).copied()
    }

    /// What lies below an object, itself not counting.
    pub(super) fn below(&self, dn: &Dn) -> impl Iterator<Item = &SharedObject> {
        let range = (std::ops::Bound::Excluded(dn), std::ops::Bound::Unbounded);
        let below = self
            .by_dn
            .range::<Dn, _>(range)
            .take_while(move |(name, _)| name.is_under(dn));
        below.filter_map(|(_, guid)| self.objects.get(guid))
    }

    /// Who may name this object in a link.
    pub(super) fn referrers(&self, guid: Guid) -> impl Iterator<Item = &SharedObject> {
        let guids: BTreeSet<Guid> = self
            .referrers
            .get(&guid)
            .into_iter()
            .flatten()
            .copied()
            .collect();
        guids.into_iter().filter_map(|guid| self.objects.get(&guid))
    }

    /// The SID that the next new account or group gets.
    pub(super) fn next_sid(&self) -> Option<Sid> {
        self.domain_sid.as_ref()?.principal(self.next_rid)
    }

    /// Whether the directory has that attribute.
    pub(super) fn knows(&self, name: &AttributeName) -> bool {
        name.schema().is_some() || self.extra.contains(name)
    }

    /// Does one step; the reason why it does not fit what is here, in which case nothing was done.
    pub(super) fn apply(&mut self, step: Step) -> Result<(), String> {
        match step {
            Step::Add(object) => self.add(object),
            Step::Modify { dn, edits } => self.modify(&dn, &edits),
            Step::Move { from, to } => self.rename(&from, &to),
            Step::Delete(dn) => self.delete(&dn),
        }
    }

    fn add(&mut self, mut object: Object) -> Result<(), String> {
        if self.by_dn.contains_key(object.dn()) || self.objects.contains_key(&object.guid()) {
            return Err(format!("`{}` exists already", object.dn()));
        }
        let names: Vec<AttributeName> = links_of(&object);
        for name in names {
            let (values, _) = self.spelt(object.all(name.as_str()).to_vec());
            object.set(name, values);
        }
        self.call(object.dn(), object.guid());
        self.enter(Arc::new(object));
        Ok(())
    }

    fn modify(&mut self, dn: &Dn, edits: &[Edit]) -> Result<(), String> {
        let missing = || format!("`{dn}` does not exist");
        let guid = self.by_dn.get(dn).copied().ok_or_else(missing)?;
        let mut object = self.objects.remove(&guid).ok_or_else(missing)?;
        self.forget(&object);
        let result = edits
            .iter()
            .try_for_each(|edit| self.edit(Arc::make_mut(&mut object), edit));
        self.remember(&object);
        self.objects.insert(guid, object);
        result
    }

    fn edit(&mut self, object: &mut Object, edit: &Edit) -> Result<(), String> {
        let name = &edit.attribute;
        if !name.is_dn() {
            let values = edit.apply(object.all(name.as_str()), false)?;
            object.set(name.clone(), values);
            return Ok(());
        }
        let (values, exact) = self.spelt(edit.values.clone());
        if name.is("member") && edit.kind == EditKind::Add && exact {
            // Linear in what comes, not in what is there.
            let group = object.guid();
            for value in values {
                let target = self.named(&value).map(|target| target.guid());
                if target.is_some_and(|target| self.is_member(group, target)) {
                    return Err(format!("`{name}` already has a value that comes"));
                }
                self.refer(group, name, std::slice::from_ref(&value));
                object.push(name.clone(), value);
            }
            return Ok(());
        }
        let edit = Edit {
            values,
            ..edit.clone()
        };
        let before = object.all(name.as_str());
        let after = edit.apply(before, exact)?;
        if name.is("member") && exact && edit.kind == EditKind::Delete && !edit.values.is_empty() {
            let gone: Vec<Guid> = edit
                .values
                .iter()
                .filter_map(|value| self.target(value))
                .collect();
            let members = self.members.entry(object.guid()).or_default();
            for target in &gone {
                members.remove(target);
            }
        } else {
            if name.is("member") {
                self.members.remove(&object.guid());
            }
            self.refer(object.guid(), name, &after);
        }
        object.set(name.clone(), after);
        Ok(())
    }

    fn rename(&mut self, from: &Dn, to: &Dn) -> Result<(), String> {
        let Some(root) = self.by_dn.get(from).copied() else {
            return Err(format!("`{from}` does not exist"));
        };
        let mut moved = vec![root];
        moved.extend(self.below(from).map(|object| object.guid()));
        let mut renamed: BTreeMap<Dn, Arc<str>> = BTreeMap::new();
        for guid in &moved {
            let Some(mut object) = self.leave(*guid) else {
                continue;
            };
            let old = object.dn().clone();
            let Some(new) = old.rebase(from, to) else {
                continue;
            };
            renamed.insert(old.clone(), new.text().clone());
            self.uncall(&old);
            self.call(&new, *guid);
            let changed = Arc::make_mut(&mut object);
            changed.set_dn(new);
            if *guid == root {
                name_after(changed, &old);
            }
            self.enter(object);
        }
        self.follow(&moved, &|dn| renamed.get(dn).cloned().map(Follow::To));
        Ok(())
    }

    fn delete(&mut self, dn: &Dn) -> Result<(), String> {
        let Some(guid) = self.by_dn.get(dn).copied() else {
            return Err(format!("`{dn}` does not exist"));
        };
        if self.below(dn).next().is_some() {
            return Err(format!("`{dn}` is not empty"));
        }
        self.leave(guid);
        self.uncall(dn);
        self.members.remove(&guid);
        self.follow(&[guid], &|named| (named == dn).then_some(Follow::Gone));
        for group in self.referrers.remove(&guid).into_iter().flatten() {
            if let Some(members) = self.members.get_mut(&group) {
                members.remove(&guid);
            }
        }
        Ok(())
    }

    /// Rewrites the links to these objects, each referring object once; a value that names one of them is
    /// handed over as a name.
    fn follow(&mut self, targets: &[Guid], rewrite: &dyn Fn(&Dn) -> Option<Follow>) {
        let sources: BTreeSet<Guid> = targets
            .iter()
            .filter_map(|target| self.referrers.get(target))
            .flatten()
            .copied()
            .collect();
        let texts = &self.texts;
        let rewrite = |value: &Value| {
            let Some(text) = value.text() else {
                return Some(value.clone());
            };
            // What is spelt as some object is names that one, and none of those that moved or went.
            let dn = if texts.contains_key(text) {
                None
            } else {
                Dn::parse(text).ok()
            };
            match dn.and_then(|dn| rewrite(&dn)) {
                None => Some(value.clone()),
                Some(Follow::To(text)) => Some(Value::Text(text)),
                Some(Follow::Gone) => None,
            }
        };
        for source in sources {
            let Some(object) = self.objects.get_mut(&source) else {
                continue;
            };
            let mut changed = Vec::new();
            for name in links_of(object) {
                let before = object.all(name.as_str());
                let after: Vec<Value> = before.iter().filter_map(&rewrite).collect();
                if before != after {
                    changed.push((name, after));
                }
            }
            if changed.is_empty() {
                continue;
            }
            let object = Arc::make_mut(object);
            for (name, values) in changed {
                object.set(name, values);
            }
        }
    }

    fn call(&mut self, dn: &Dn, guid: Guid) {
        self.by_dn.insert(dn.clone(), guid);
        self.texts.insert(dn.text().clone(), guid);
    }

    fn uncall(&mut self, dn: &Dn) {
        if let Some((old, _)) = self.by_dn.remove_entry(dn) {
            self.texts.remove(old.text());
        }
    }

    /// Puts an object into all indexes but those by name.
    fn enter(&mut self, object: SharedObject) {
        self.remember(&object);
        for name in links_of(&object) {
            self.refer(object.guid(), &name, object.all(name.as_str()));
        }
        self.objects.insert(object.guid(), object);
    }

    /// Takes an object out of the indexes that its attributes decide, and hands it out.
    fn leave(&mut self, guid: Guid) -> Option<SharedObject> {
        let object = self.objects.remove(&guid)?;
        self.forget(&object);
        Some(object)
    }

    fn remember(&mut self, object: &Object) {
        let guid = object.guid();
        self.places.entry(place(object.dn())).or_insert(guid);
        // AD frees the names of what was deleted.
        if !object.is_deleted() {
            if let Some(name) = object.account_name() {
                let key = fold_name(name).into_owned();
                self.accounts.entry(key).or_insert(guid);
            }
            if let Some(name) = object.first("userPrincipalName") {
                let key = fold_name(name).into_owned();
                self.logons.entry(key).or_insert(guid);
            }
        }
        for key in address_keys(object) {
            self.addresses.entry(key).or_default().insert(guid);
        }
        if let Some(sid) = object.sid()
            && sid.domain() == self.domain_sid
        {
            self.next_rid = self.next_rid.max(sid.rid().saturating_add(1));
        }
        let usn = object.integer("uSNChanged");
        self.usn = self.usn.max(
            usn.and_then(|usn| u64::try_from(usn).ok())
                .unwrap_or_default(),
        );
        for (name, _) in object.attributes() {
            if name.schema().is_none() && !self.extra.contains(name) {
                self.extra.insert(name.clone());
            }
        }
    }

    fn forget(&mut self, object: &Object) {
        let guid = object.guid();
        let drop = |index: &mut FxHashMap<String, Guid>, key: String| {
            if index.get(&key) == Some(&guid) {
                index.remove(&key);
            }
        };
        drop(&mut self.places, place(object.dn()));
        if let Some(name) = object.account_name() {
            drop(&mut self.accounts, fold_name(name).into_owned());
        }
        if let Some(name) = object.first("userPrincipalName") {
            drop(&mut self.logons, fold_name(name).into_owned());
        }
        for key in address_keys(object) {
            if let Some(holders) = self.addresses.get_mut(&key) {
                holders.remove(&guid);
            }
        }
    }

    /// Notes that an object names others.
    fn refer(&mut self, source: Guid, name: &AttributeName, values: &[Value]) {
        for value in values {
            let Some(target) = self.target(value) else {
                continue;
            };
            let sources = self.referrers.entry(target).or_default();
            if sources.last() != Some(&source) {
                sources.push(source);
            }
            if name.is("member") {
                self.members.entry(source).or_default().insert(target);
            }
        }
    }

    /// The object that a value names; the name may be known before the object is entered.
    fn target(&self, value: &Value) -> Option<Guid> {
        let text = value.text()?;
        if let Some(guid) = self.texts.get(text) {
            return Some(*guid);
        }
        self.by_dn.get(&Dn::parse(text).ok()?).copied()
    }

    /// The values of a link spelt as their targets are, and whether all targets are here.
    fn spelt(&self, values: Vec<Value>) -> (Vec<Value>, bool) {
        let spellings: Vec<_> = values.iter().map(|value| self.spelling(value)).collect();
        let exact = spellings.iter().all(Option::is_some);
        let spelt = values
            .into_iter()
            .zip(spellings)
            .map(|(value, spelling)| spelling.map_or(value, Value::Text));
        (spelt.collect(), exact)
    }

    fn spelling(&self, value: &Value) -> Option<Arc<str>> {
        let text = value.text()?;
        if let Some((spelling, _)) = self.texts.get_key_value(text) {
            return Some(spelling.clone());
        }
        let (dn, _) = self.by_dn.get_key_value(&Dn::parse(text).ok()?)?;
        Some(dn.text().clone())
    }
}

/// What becomes of a link.
enum Follow {
    To(Arc<str>),
    Gone,
}

/// The attributes of an object that name others.
fn links_of(object: &Object) -> Vec<AttributeName> {
    object
        .attributes()
        .filter(|(name, _)| name.is_dn() && !is_classification(name))
        .map(|(name, _)| name.clone())
        .collect()
}

/// `objectCategory` names a class of the schema, which is in no export, the same few for all objects.
fn is_classification(name: &AttributeName) -> bool {
    name.is("objectCategory")
}

/// The naming attribute, and `name` where the object has it, after a rename.
fn name_after(object: &mut Object, old: &Dn) {
    let Some(rdn) = object.dn().rdn() else {
        return;
    };
    let before = old.rdn();
    if before
        .as_ref()
        .is_some_and(|before| before.same_spelling(&rdn))
    {
        return;
    }
    let attribute =
        before.filter(|before| !before.attribute().eq_ignore_ascii_case(rdn.attribute()));
    if let Some(before) = attribute {
        object.set(before.attribute(), Vec::new());
    }
    object.set(rdn.attribute(), vec![rdn.value().into()]);
    if object.has("name") {
        object.set("name", vec![rdn.value().into()]);
    }
}

/// What two objects of one unit may not share: the value of the first component, whatever its type and
/// accents (MS-ADTS 3.1.1.5.2.2).
fn place(dn: &Dn) -> String {
    let value = dn.rdn().map(|rdn| rdn.value()).unwrap_or_default();
    format!("{}\0\0{}", dn.parent_key(), fold_name(&value))
}

/// The key of the schema's attribute that names objects of that class.
pub(super) fn naming_attribute(object: &Object) -> &'static str {
    if object.is_unit() {
        return schema::attribute("ou").map_or("ou", |attribute| attribute.name);
    }
    "cn"
}

/// The addresses of an object, as they are compared.
fn address_keys(object: &Object) -> Vec<String> {
    let is_address = |name: &AttributeName| {
        name.schema()
            .is_some_and(|schema| schema.unique == Some(schema::Unique::Addresses))
    };
    let values = object.attributes().filter(|(name, _)| is_address(name));
    values
        .flat_map(|(_, values)| values)
        .filter_map(Value::text)
        .map(|value| schema::address_key(value).into_owned())
        .collect()
}
