//! What a test begins with: HR as it says, and a directory that has what the policy names.

use crate::directory::Value;
use crate::directory::ldif::HAS_PASSWORD;
use crate::directory::snapshot::SnapshotError;
use crate::directory::{Controller, Dn, Domain, Guid, Object, Rdn, SharedObject, Snapshot, Uac};
use crate::hr::{self, Origin, Person, PersonId, Quarantined, Reason};
use crate::policy::trial::{Account, Given, Test};
use crate::policy::{Policy, UnitWish, Wish};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The domain of a test where nothing may be written: then nothing is.
const NO_DOMAIN: &str = "DC=test";

/// The SID of the domain; accounts and groups stand below it.
const DOMAIN_SID: &str = "S-1-5-21-1-2-3";

/// The relative id of the first object of a test; those that a run makes have smaller ones.
const FIRST_RID: u32 = 1_000_000;

/// Global security group, universal distribution group.
const SECURITY: &str = "-2147483646";
const DISTRIBUTION: &str = "8";

/// Everybody whom HR has, by key, with a value or none for each attribute of the schema.
#[derive(Debug, Default)]
pub(super) struct People {
    records: BTreeMap<PersonId, Vec<Option<hr::Value>>>,
    gone: BTreeMap<PersonId, Vec<Option<hr::Value>>>,
}

impl People {
    /// HR says this from now on.
    pub(super) fn hear(&mut self, policy: &Policy, given: &Given) {
        if given.vanished {
            if let Some(record) = self.records.remove(&given.id) {
                self.gone.insert(given.id.clone(), record);
            }
            return;
        }
        let before = self.gone.remove(&given.id);
        let record = self
            .records
            .entry(given.id.clone())
            .or_insert_with(|| before.unwrap_or_default());
        record.resize(policy.schema.attributes().len(), None);
        for (position, value) in &given.values {
            if let Some(slot) = record.get_mut(*position as usize) {
                slot.clone_from(value);
            }
        }
    }

    /// As HR would be read: a record without a required value is set aside.
    pub(super) fn snapshot(&self, policy: &Policy) -> Result<hr::Snapshot, hr::DuplicateIds> {
        let mut people = Vec::new();
        let mut quarantined = Vec::new();
        for (id, record) in &self.records {
            let reasons = lacking(policy, record);
            if reasons.is_empty() {
                people.push(Person::new(id.clone(), record.clone()));
                continue;
            }
            quarantined.push(Quarantined {
                id: Some(id.clone()),
                name: policy.schema.name_of(record).map(Into::into),
                place: hr::Place {
                    file: "the test".into(),
                    at: hr::At::Record(1),
                },
                reasons,
                good: record.clone().into(),
            });
        }
        let origin = Origin::new("the test");
        hr::Snapshot::new(policy.schema.clone(), people, quarantined, origin)
    }

    /// The last records of those whom HR no longer has.
    pub(super) fn gone(&self, policy: &Policy) -> Vec<Person> {
        let whole = self.gone.iter();
        let whole = whole.filter(|(_, record)| lacking(policy, record).is_empty());
        whole
            .map(|(id, record)| Person::new(id.clone(), record.clone()))
            .collect()
    }
}

/// What a record must have and does not.
fn lacking(policy: &Policy, record: &[Option<hr::Value>]) -> Vec<Reason> {
    let attributes = policy.schema.attributes().iter().enumerate();
    let lacking = attributes.filter(|(position, attribute)| {
        !attribute.optional && record.get(*position).is_none_or(Option::is_none)
    });
    let reason = |(position, attribute): (usize, &hr::Attribute)| Reason {
        position,
        attribute: attribute.name.clone(),
        problem: "is missing".to_owned(),
        found: None,
        mend: "enter it".to_owned(),
    };
    lacking.map(reason).collect()
}

/// The directory before anything is planned. `wishes` are those of the first day: they say whose anchor is which.
pub(super) fn directory(
    policy: &Policy,
    bases: &[Dn],
    test: &Test,
    wishes: &[Wish],
) -> Result<Snapshot, SnapshotError> {
    let fallback = || Dn::parse(NO_DOMAIN).unwrap_or_else(|_| Dn::root());
    let domain = bases.first().map_or_else(fallback, domain_of);
    let mut scene = Scene {
        head: domain.clone(),
        objects: BTreeMap::new(),
        rid: FIRST_RID,
    };
    scene.put(
        Object::new(domain.clone(), Guid::derived(&["domain"]))
            .with("objectClass", ["top", "domain", "domainDNS"])
            .with("objectSid", [DOMAIN_SID]),
    );
    for base in bases {
        scene.unit(base);
    }
    // Groups are where they may be written.
    let home = bases.first().cloned().unwrap_or_else(|| domain.clone());
    let mut members: BTreeMap<Arc<str>, Vec<Dn>> = BTreeMap::new();
    for (index, account) in test.accounts.iter().enumerate() {
        let dn = scene.account(policy, bases, account, index, wishes);
        for group in &account.groups {
            members.entry(group.clone()).or_default().push(dn.clone());
        }
    }
    for (index, (attribute, value)) in test.taken.iter().enumerate() {
        scene.taken(attribute, value, index, wishes, bases);
    }
    let absent: BTreeSet<String> = test
        .missing
        .iter()
        .map(|name| name.to_lowercase())
        .collect();
    let named = policy.rules.named_groups.iter().chain(members.keys());
    let named: BTreeMap<String, Arc<str>> = named
        .map(|name| (name.to_lowercase(), name.clone()))
        .filter(|(lower, _)| !absent.contains(lower))
        .collect();
    for name in named.values() {
        let inside = members.get(name).cloned().unwrap_or_default();
        scene.group(policy, name, &home, bases, &inside);
    }
    Snapshot::new(
        Domain {
            base: domain,
            sid: None,
            guid: Some(Guid::derived(&["domain"])),
            highest_usn: Some(1),
            controller: None::<Controller>,
            lacks: Vec::new(),
        },
        scene.objects.into_values().collect(),
    )
}

/// The objects of a directory in the making, each once.
struct Scene {
    head: Dn,
    objects: BTreeMap<String, SharedObject>,
    rid: u32,
}

impl Scene {
    fn put(&mut self, object: Object) {
        let key = object.dn().key().to_owned();
        self.objects.entry(key).or_insert_with(|| Arc::new(object));
    }

    /// A unit and those above it, up to the domain.
    fn unit(&mut self, dn: &Dn) {
        let mut at = dn.clone();
        while !at.is_root() && at != self.head && at.is_under(&self.head) {
            let class = match at.rdn() {
                Some(rdn) if rdn.attribute().eq_ignore_ascii_case("CN") => "container",
                Some(_) | None => "organizationalUnit",
            };
            let guid = Guid::derived(&["unit", at.key()]);
            self.put(Object::new(at.clone(), guid).with("objectClass", ["top", class]));
            at = at.parent().unwrap_or_else(Dn::root);
        }
    }

    fn sid(&mut self) -> String {
        self.rid += 1;
        format!("{DOMAIN_SID}-{}", self.rid)
    }

    fn group(&mut self, policy: &Policy, name: &str, home: &Dn, bases: &[Dn], members: &[Dn]) {
        let written = Dn::parse(name).ok().filter(|_| name.contains('='));
        let dn = match written {
            Some(dn) => dn.absolute(bases),
            None => child(home, "CN", name),
        };
        if let Some(parent) = dn.parent() {
            self.unit(&parent);
        }
        let account_name = dn.rdn().map_or_else(|| name.to_owned(), |rdn| rdn.value());
        let kind = if policy.rules.is_list(name) {
            DISTRIBUTION
        } else {
            SECURITY
        };
        let guid = Guid::derived(&["group", dn.key()]);
        let sid = self.sid();
        let mut object = Object::new(dn, guid)
            .with("objectClass", ["top", "group"])
            .with("cn", [account_name.as_str()])
            .with("sAMAccountName", [account_name.as_str()])
            .with("objectSid", [sid.as_str()])
            .with("groupType", [kind]);
        let members: Vec<Value> = members.iter().map(|dn| dn.as_str().into()).collect();
        object.set("member", members);
        self.put(object);
    }

    /// An account; yields where it is.
    fn account(
        &mut self,
        policy: &Policy,
        bases: &[Dn],
        account: &Account,
        index: usize,
        wishes: &[Wish],
    ) -> Dn {
        let owner = account.of.as_ref();
        let wish = owner.and_then(|owner| wishes.iter().find(|wish| wish.person == *owner));
        let value = |name: &str| {
            let mut given = account.attributes.iter();
            let (_, values) = given.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            values.first().cloned()
        };
        let login = value("sAMAccountName");
        let login = login.unwrap_or_else(|| format!("account{}", index + 1).into());
        let common = value("cn").unwrap_or_else(|| login.clone());
        let wished = wish.and_then(|wish| match &wish.unit {
            UnitWish::In(unit, _) => Some(unit.clone()),
            UnitWish::Untouched(_) | UnitWish::Held(..) => None,
        });
        let unit = account.unit.clone().or(wished);
        let unit = unit.or_else(|| bases.first().cloned());
        let unit = unit.unwrap_or_else(|| self.head.clone()).absolute(bases);
        self.unit(&unit);
        let dn = child(&unit, "CN", &common);
        let bits = Uac::NORMAL_ACCOUNT.bits();
        let bits = if account.enabled {
            bits
        } else {
            bits | Uac::ACCOUNT_DISABLED.bits()
        };
        let sid = self.sid();
        let guid = Guid::derived(&["account", &index.to_string()]);
        let mut object = Object::new(dn.clone(), guid)
            .with(
                "objectClass",
                ["top", "person", "organizationalPerson", "user"],
            )
            .with("cn", [&*common])
            .with("sAMAccountName", [&*login])
            .with("objectSid", [sid.as_str()])
            .with("userAccountControl", [bits.to_string().as_str()])
            .with(HAS_PASSWORD, ["TRUE"]);
        if let (Some(rule), Some(anchor)) = (
            &policy.rules.anchor,
            wish.and_then(|wish| wish.anchor.clone()),
        ) {
            object.set(&*rule.attribute, vec![(&*anchor).into()]);
        }
        for (name, values) in &account.attributes {
            object.set(
                &**name,
                values.iter().map(|value| (&**value).into()).collect(),
            );
        }
        self.put(object);
        dn
    }

    /// Somebody else has that value already.
    fn taken(&mut self, attribute: &str, value: &str, index: usize, wishes: &[Wish], bases: &[Dn]) {
        let home = bases.first().cloned().unwrap_or_else(|| self.head.clone());
        if attribute.eq_ignore_ascii_case("cn") {
            // A name is taken in a unit: in each where somebody of the test belongs.
            for wish in wishes {
                if let UnitWish::In(unit, _) = &wish.unit {
                    let unit = unit.absolute(bases);
                    self.unit(&unit);
                    let dn = child(&unit, "CN", value);
                    let guid = Guid::derived(&["taken", dn.key()]);
                    self.put(
                        Object::new(dn, guid)
                            .with(
                                "objectClass",
                                ["top", "person", "organizationalPerson", "contact"],
                            )
                            .with("cn", [value]),
                    );
                }
            }
            return;
        }
        let name = format!("taken{}", index + 1);
        let dn = child(&home, "CN", &name);
        let sid = self.sid();
        let guid = Guid::derived(&["taken", &name]);
        let mut object = Object::new(dn, guid)
            .with(
                "objectClass",
                ["top", "person", "organizationalPerson", "user"],
            )
            .with("cn", [name.as_str()])
            .with("sAMAccountName", [name.as_str()])
            .with("objectSid", [sid.as_str()])
            .with("userAccountControl", ["512"]);
        object.set(attribute, vec![value.into()]);
        self.put(object);
    }
}

fn child(parent: &Dn, attribute: &str, value: &str) -> Dn {
    Rdn::new(attribute, value).map_or_else(|_| parent.clone(), |rdn| parent.child(&rdn))
}

/// The domain that a unit stands in.
fn domain_of(unit: &Dn) -> Dn {
    let mut at = unit.clone();
    while let Some(rdn) = at.rdn() {
        if rdn.attribute().eq_ignore_ascii_case("DC") {
            break;
        }
        at = at.parent().unwrap_or_else(Dn::root);
    }
    at
}
