//! Reads a domain whole: everything below the read bases, all groups, who has which name anywhere, and what was deleted.
//!
//! Read is what the planner needs and what the policy names, no more (S12). Outside the read bases, objects are read
//! for their names alone, since a name is unique in the forest (S14): they have no class, so nobody takes them for an
//! account.

use std::collections::{BTreeMap, BTreeSet};

use ldap3::Ldap;

use super::LdapDirectory;
use super::entry::{Entry, Link};
use super::error::Error;
use super::forest::Attributes;
use super::found::Found;
use super::look::address_attributes;
use super::parts::{Parts, UPDATE, name_attributes, named};
use super::root::failed;
use super::search::{Ask, Fault, rest_of};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::{Object, SharedObject};
use crate::directory::snapshot::{Domain, Snapshot, SnapshotError};
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
pub(super) const MAX_READINGS: u32 = 3;

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

/// What one reading asks for.
#[derive(Debug)]
pub(super) struct Asked<'d> {
    /// The last update before it began.
    pub(super) usn: Option<u64>,
    /// Its searches.
    pub(super) parts: Parts<'d>,
    /// What the schema says of what the policy names.
    pub(super) attributes: Attributes,
}

/// Everything that one reading found.
#[derive(Debug)]
pub(super) struct Whole {
    /// The objects.
    pub(super) snapshot: Snapshot,
    /// Whom each of them names, where that was asked for.
    pub(super) links: BTreeMap<Guid, Vec<Link>>,
    /// Those of which the account may not read the update number.
    pub(super) silent: BTreeSet<Guid>,
}

impl LdapDirectory {
    /// Reads the domain, again from the beginning where it changed under the reader.
    pub fn read_whole(&self, progress: &Progress<'_>) -> Result<Snapshot, Error> {
        let asked = self.asked(|_| false)?;
        Ok(self.read_all(&asked, progress)?.snapshot)
    }

    /// What a reading that begins now asks for, and up to which update it sees everything for sure.
    pub(super) fn asked(
        &self,
        identified: impl FnOnce(&Attributes) -> bool,
    ) -> Result<Asked<'_>, Error> {
        let server = self.pool.server();
        let usn = self.last_update()?;
        let attributes = self
            .pool
            .read(async |ldap: &mut Ldap| self.attributes(ldap).await)
            .map_err(|fault| failed(server, "the schema", fault))?;
        Ok(Asked {
            usn,
            parts: self.parts(identified(&attributes)),
            attributes,
        })
    }

    /// Reads the domain, again from the beginning where it changed under the reader.
    pub(super) fn read_all(
        &self,
        asked: &Asked<'_>,
        progress: &Progress<'_>,
    ) -> Result<Whole, Error> {
        let mut reading = 1;
        loop {
            let mut found = self.objects(asked, progress)?;
            let links = std::mem::take(&mut found.links);
            let silent = std::mem::take(&mut found.silent);
            match self.snapshot_of(asked, found.finish())? {
                Ok(snapshot) => {
                    return Ok(Whole {
                        snapshot,
                        links,
                        silent,
                    });
                }
                Err(error) if reading >= MAX_READINGS => {
                    return Err(self.broken(&error.to_string()));
                }
                Err(_) => reading += 1,
            }
        }
    }

    /// The snapshot of what was read; else why the parts do not fit.
    pub(super) fn snapshot_of(
        &self,
        asked: &Asked<'_>,
        objects: Vec<SharedObject>,
    ) -> Result<Result<Snapshot, SnapshotError>, Error> {
        let head = objects
            .iter()
            .find(|object| *object.dn() == self.root.base)
            .ok_or_else(|| self.broken("a domain without its head"))?;
        let domain = Domain {
            base: self.root.base.clone(),
            sid: head.sid(),
            guid: Some(head.guid()),
            highest_usn: asked.usn,
            controller: Some(self.root.controller.clone()),
            lacks: asked.attributes.lacks.clone(),
        };
        Ok(Snapshot::new(domain, objects))
    }

    pub(super) fn broken(&self, why: &str) -> Error {
        Error::Broken {
            server: self.pool.server().to_string(),
            why: why.to_owned(),
        }
    }

    /// The attributes that are read of an object: those that are always needed, and what the policy names.
    pub fn wanted(&self) -> Vec<&str> {
        self.reading.wanted()
    }

    /// The number of the last update at this domain controller.
    pub(super) fn last_update(&self) -> Result<Option<u64>, Error> {
        let patience = self.pool.patience();
        let usn = self.pool.read(async |ldap: &mut Ldap| {
            let attributes = ["highestCommittedUSN"];
            let root = Ask::object("", &attributes).one(ldap, patience).await?;
            Ok(root.and_then(|root| root.text("highestCommittedUSN")?.parse().ok()))
        });
        usn.map_err(|fault| failed(self.pool.server(), "its root entry", fault))
    }

    fn objects(&self, asked: &Asked<'_>, progress: &Progress<'_>) -> Result<Found, Error> {
        let mut found = Found::default();
        for part in asked.parts.all() {
            self.read_part(&part, &asked.attributes, &mut found, progress)?;
        }
        self.read_other_domains(&mut found)?;
        self.read_rests(&mut found, asked)?;
        Ok(found)
    }

    /// The names that are taken in the other domains of the forest, from the global catalogue.
    pub(super) fn read_other_domains(&self, found: &mut Found) -> Result<(), Error> {
        let patience = self.pool.patience();
        let server = self.pool.server();
        let names: Vec<&str> = name_attributes();
        if self.others.is_empty() || !self.root.is_global_catalog {
            return Ok(());
        }
        let objects = self.pool.read_forest(async |ldap: &mut Ldap| {
            let mut objects = Vec::new();
            for domain in &self.others {
                let ask = Ask::below(domain.as_str(), named(), &names);
                ask.each(ldap, patience, |entry| {
                    objects.push(entry.told(&|_| false)?);
                    Ok(())
                })
                .await?;
            }
            Ok(objects)
        });
        let objects = objects.map_err(|fault| failed(server, "the global catalogue", fault))?;
        for mut told in objects {
            told.object.set(UPDATE, Vec::new());
            found.add(told, true);
        }
        Ok(())
    }

    /// Long attributes come in pieces: the members of large groups.
    pub(super) fn read_rests(&self, found: &mut Found, asked: &Asked<'_>) -> Result<(), Error> {
        let patience = self.pool.patience();
        let server = self.pool.server();
        for (guid, rest) in found.take_rests() {
            let base = format!("<GUID={guid}>");
            let identified = asked.parts.identified && asked.attributes.is_name(&rest.attribute);
            let values = self
                .pool
                .read(async |ldap: &mut Ldap| {
                    rest_of(ldap, patience, &base, &rest, identified).await
                })
                .map_err(|fault| failed(server, "a long attribute", fault))?;
            found.extend(guid, &rest, values);
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
            for (value, _) in rest_of(ldap, patience, base, &rest, false).await? {
                object.push(rest.attribute.clone(), value);
            }
        }
        Ok(Some(object))
    }
}
