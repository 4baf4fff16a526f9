//! Reads a domain whole: everything below the read bases, all groups, who has which name anywhere, and what was deleted.
//!
//! Read is what the planner needs and what the policy names, no more (S12). Outside the read bases, objects are read
//! for their names alone, since a name is unique in the forest (S14): they have no class, so nobody takes them for an
//! account.

use std::collections::{BTreeMap, BTreeSet};

use ldap3::Ldap;

use super::LdapDirectory;
use super::entry::{Entry, Rest};
use super::error::Error;
use super::filter::Filter;
use super::look::address_attributes;
use super::root::failed;
use super::search::{Ask, Fault, rest_of};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::{Object, SharedObject};
use crate::directory::snapshot::{Domain, Snapshot};
use crate::directory::value::AttributeName;

/// What is always read.
const ALWAYS: [&str; 35] = [
    "accountExpires",
    "adminCount",
    "cn",
    "description",
    "displayName",
    "groupType",
    "isCriticalSystemObject",
    "isDeleted",
    "keywords",
    "lastKnownParent",
    "lastLogonTimestamp",
    "manager",
    "member",
    "minPwdLength",
    "msExchLitigationHoldDate",
    "msExchLitigationHoldEnabled",
    "msExchRecipientTypeDetails",
    "nTSecurityDescriptor",
    "name",
    "objectCategory",
    "objectClass",
    "objectGUID",
    "objectSid",
    "ou",
    "primaryGroupID",
    "pwdLastSet",
    "pwdProperties",
    "sAMAccountName",
    "sAMAccountType",
    "serviceBindingInformation",
    "servicePrincipalName",
    "uSNChanged",
    "userAccountControl",
    "whenChanged",
    "whenCreated",
];

/// How often a domain is read that changed so much meanwhile that the parts do not fit.
const MAX_READINGS: u32 = 3;

/// Which part of a domain is read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Below which names; none is the whole domain.
    pub bases: Vec<Dn>,
    /// Which attributes beside those that are always read.
    pub attributes: BTreeSet<AttributeName>,
}

impl Reading {
    /// The attributes that are read of an object: those that are always needed, and what the policy names.
    pub fn wanted(&self) -> Vec<&str> {
        let mut wanted: Vec<&str> = ALWAYS.to_vec();
        for name in address_attributes() {
            wanted.push(name);
        }
        for name in &self.attributes {
            wanted.push(name.as_str());
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }
}

/// Told how many objects were read.
pub type Progress<'p> = dyn Fn(usize) + Sync + 'p;

impl LdapDirectory {
    /// Reads the domain, again from the beginning where it changed under the reader.
    pub fn read_whole(&self, progress: &Progress<'_>) -> Result<Snapshot, Error> {
        let mut reading = 1;
        loop {
            let mut domain = self.domain()?;
            let objects = self.objects(&domain, progress)?;
            let head = objects.iter().find(|object| *object.dn() == domain.base);
            let head = head.ok_or_else(|| self.broken("a domain without its head"))?;
            domain.sid = head.sid();
            domain.guid = Some(head.guid());
            match Snapshot::new(domain, objects) {
                Ok(snapshot) => return Ok(snapshot),
                Err(error) if reading >= MAX_READINGS => {
                    return Err(self.broken(&error.to_string()));
                }
                Err(_) => reading += 1,
            }
        }
    }

    fn broken(&self, why: &str) -> Error {
        Error::Broken {
            server: self.pool.server().to_string(),
            why: why.to_owned(),
        }
    }

    /// The attributes that are read of an object: those that are always needed, and what the policy names.
    pub fn wanted(&self) -> Vec<&str> {
        self.reading.wanted()
    }

    /// The domain, with the last update that a reading beginning now sees for sure.
    fn domain(&self) -> Result<Domain, Error> {
        let patience = self.pool.patience();
        let server = self.pool.server();
        let usn = self.pool.read(async |ldap: &mut Ldap| {
            let attributes = ["highestCommittedUSN"];
            let root = Ask::object("", &attributes).one(ldap, patience).await?;
            Ok(root.and_then(|root| root.text("highestCommittedUSN")?.parse().ok()))
        });
        let usn = usn.map_err(|fault| failed(server, "its root entry", fault))?;
        let lacks = self
            .pool
            .read(async |ldap: &mut Ldap| self.lacking(ldap).await);
        Ok(Domain {
            base: self.root.base.clone(),
            sid: None,
            guid: None,
            highest_usn: usn,
            controller: Some(self.root.controller.clone()),
            lacks: lacks.map_err(|fault| failed(server, "the schema", fault))?,
        })
    }

    /// The attributes of the policy that the schema does not have, such as those of an Exchange that was never installed.
    pub(super) async fn lacking(&self, ldap: &mut Ldap) -> Result<Vec<AttributeName>, Fault> {
        let named = &self.reading.attributes;
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let mut lacking = named.clone();
        let names = named
            .iter()
            .map(|name| Filter::equal("lDAPDisplayName", name.as_str()));
        let filter = Filter::both([
            Filter::equal("objectClass", "attributeSchema"),
            Filter::any(names),
        ]);
        let attributes = ["lDAPDisplayName"];
        let ask = Ask::below(self.root.schema.as_str(), filter, &attributes);
        ask.each(ldap, self.pool.patience(), |entry| {
            if let Some(name) = entry.text("lDAPDisplayName") {
                lacking.remove(&AttributeName::new(name));
            }
            Ok(())
        })
        .await?;
        Ok(lacking.into_iter().collect())
    }

    fn objects(
        &self,
        domain: &Domain,
        progress: &Progress<'_>,
    ) -> Result<Vec<SharedObject>, Error> {
        let server = self.pool.server();
        let wanted = self.wanted();
        let base = domain.base.as_str();
        let whole = self.reading.bases.is_empty() || self.reading.bases.contains(&domain.base);
        let mut found = Found::default();
        let mut read = |what: &'static str, asks: &[Ask<'_>], names_only: bool| {
            for ask in asks {
                let objects = self
                    .pool
                    .read(async |ldap: &mut Ldap| {
                        // A second attempt begins with nothing of the first.
                        let mut part = Vec::new();
                        let known = found.objects.len();
                        ask.each(ldap, self.pool.patience(), |entry| {
                            // Of some objects, mostly of the system's own, the account may read nothing but the name.
                            if entry.is_closed() {
                                return Ok(());
                            }
                            part.push(entry.object()?);
                            if part.len().is_multiple_of(256) {
                                progress(known + part.len());
                            }
                            Ok(())
                        })
                        .await?;
                        Ok(part)
                    })
                    .map_err(|fault| failed(server, what, fault))?;
                for (object, rest) in objects {
                    found.add(object, rest, names_only);
                }
                progress(found.objects.len());
            }
            Ok::<(), Error>(())
        };
        let all = || {
            Filter::not(&Filter::any(
                NOT_READ.map(|class| Filter::equal("objectClass", class)),
            ))
        };
        if whole {
            read("the domain", &[Ask::below(base, all(), &wanted)], false)?;
        } else {
            read("its head", &[Ask::object(base, &wanted)], false)?;
            let bases: Vec<&Dn> = outermost(&self.reading.bases);
            let asks: Vec<Ask<'_>> = bases
                .iter()
                .map(|base| Ask::below(base.as_str(), all(), &wanted))
                .collect();
            read("a read base", &asks, false)?;
            let groups = Filter::equal("objectClass", "group");
            read("its groups", &[Ask::below(base, groups, &wanted)], false)?;
        }
        let suffixes = format!("CN=Partitions,{}", self.root.configuration);
        let attributes = ["objectGUID", "objectClass", "cn", "uPNSuffixes"];
        read(
            "its suffixes",
            &[Ask::object(&suffixes, &attributes)],
            false,
        )?;
        let deleted = format!("CN=Deleted Objects,{base}");
        let attributes = deleted_attributes();
        let ask = Ask {
            deleted: true,
            ..Ask::below(&deleted, Filter::present("sAMAccountName"), &attributes)
        };
        read("what was deleted", &[ask], false)?;
        let names = name_attributes();
        if !whole {
            let ask = Ask::below(base, named(), &names);
            read("the names of the domain", &[ask], true)?;
        }
        self.read_other_domains(&mut found)?;
        self.read_rests(&mut found)?;
        Ok(found.finish())
    }

    /// The names that are taken in the other domains of the forest, from the global catalogue.
    fn read_other_domains(&self, found: &mut Found) -> Result<(), Error> {
        let patience = self.pool.patience();
        let server = self.pool.server();
        let names = name_attributes();
        if self.others.is_empty() || !self.root.is_global_catalog {
            return Ok(());
        }
        let objects = self.pool.read_forest(async |ldap: &mut Ldap| {
            let mut objects = Vec::new();
            for domain in &self.others {
                let ask = Ask::below(domain.as_str(), named(), &names);
                ask.each(ldap, patience, |entry| {
                    objects.push(entry.object()?);
                    Ok(())
                })
                .await?;
            }
            Ok(objects)
        });
        let objects = objects.map_err(|fault| failed(server, "the global catalogue", fault))?;
        for (object, rest) in objects {
            found.add(object, rest, true);
        }
        Ok(())
    }

    /// Long attributes come in pieces: the members of large groups.
    fn read_rests(&self, found: &mut Found) -> Result<(), Error> {
        let patience = self.pool.patience();
        let server = self.pool.server();
        for (guid, rest) in std::mem::take(&mut found.rests) {
            let base = format!("<GUID={guid}>");
            let values = self
                .pool
                .read(async |ldap: &mut Ldap| rest_of(ldap, patience, &base, &rest).await)
                .map_err(|fault| failed(server, "a long attribute", fault))?;
            if let Some(object) = found.objects.get_mut(&guid) {
                for value in values {
                    object.push(rest.attribute.clone(), value);
                }
            }
        }
        Ok(())
    }

    /// One object as it is now, with all of its values.
    pub(super) async fn read_one(
        &self,
        ldap: &mut Ldap,
        base: &str,
    ) -> Result<Option<Object>, Fault> {
        let patience = self.pool.patience();
        let wanted = self.wanted();
        let entry: Option<Entry> = Ask::object(base, &wanted).one(ldap, patience).await?;
        let Some(entry) = entry else {
            return Ok(None);
        };
        let (mut object, rests) = entry.object().map_err(Fault::Broken)?;
        for rest in rests {
            for value in rest_of(ldap, patience, base, &rest).await? {
                object.push(rest.attribute.clone(), value);
            }
        }
        Ok(Some(object))
    }
}

/// Objects by their GUID: the parts of a reading overlap.
#[derive(Debug, Default)]
struct Found {
    objects: BTreeMap<Guid, Object>,
    rests: Vec<(Guid, Rest)>,
}

impl Found {
    fn add(&mut self, mut object: Object, rests: Vec<Rest>, names_only: bool) {
        let guid = object.guid();
        if names_only {
            if self.objects.contains_key(&guid) {
                return;
            }
            object.set("objectClass", Vec::new());
        }
        self.rests.retain(|(of, _)| *of != guid);
        self.rests
            .extend(rests.into_iter().map(|rest| (guid, rest)));
        self.objects.insert(guid, object);
    }

    fn finish(self) -> Vec<SharedObject> {
        self.objects.into_values().map(SharedObject::new).collect()
    }
}

/// Classes of which a domain may have very many objects, and whose names are nobody's logon or address.
const NOT_READ: [&str; 2] = ["dnsNode", "dnsZone"];

/// Whatever has a name that must be unique.
fn named() -> Filter {
    let addresses = address_attributes().map(Filter::present);
    Filter::any(std::iter::once(Filter::present("sAMAccountName")).chain(addresses))
}

fn name_attributes() -> Vec<&'static str> {
    let own = ["objectGUID", "objectSid", "sAMAccountName"];
    own.into_iter().chain(address_attributes()).collect()
}

fn deleted_attributes() -> Vec<&'static str> {
    let own = [
        "objectClass",
        "isDeleted",
        "lastKnownParent",
        "whenChanged",
        "userAccountControl",
    ];
    own.into_iter().chain(name_attributes()).collect()
}

/// Of several bases those that lie below no other.
fn outermost(bases: &[Dn]) -> Vec<&Dn> {
    let below_another = |base: &&Dn| {
        let others = bases.iter().filter(|other| *other != *base);
        !others.into_iter().any(|other| base.is_under(other))
    };
    let mut outermost: Vec<&Dn> = bases.iter().filter(below_another).collect();
    outermost.dedup();
    outermost
}
