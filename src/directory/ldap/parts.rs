//! The searches that a reading is made of; the same ones, narrowed, bring a snapshot up to date.

use ldap3::{Ldap, Scope};

use super::LdapDirectory;
use super::error::Error;
use super::filter::Filter;
use super::forest::Attributes;
use super::found::Found;
use super::look::address_attributes;
use super::read::Progress;
use super::root::failed;
use super::search::Ask;
use crate::directory::dn::Dn;

/// Classes of which a domain may have very many objects, and whose names are nobody's logon or address.
const NOT_READ: [&str; 2] = ["dnsNode", "dnsZone"];

/// What the searches of a reading have in common.
#[derive(Debug)]
pub(super) struct Parts<'d> {
    directory: &'d LdapDirectory,
    wanted: Vec<&'d str>,
    names: Vec<&'static str>,
    deleted: Vec<&'static str>,
    /// Whether names come with the identities of their objects.
    pub(super) identified: bool,
}

/// One search.
#[derive(Debug, Clone)]
pub(super) struct Part<'p> {
    /// What it reads, in words.
    pub(super) what: &'static str,
    /// Where.
    pub(super) base: Dn,
    scope: Scope,
    filter: Filter,
    attributes: &'p [&'p str],
    deleted: bool,
    names_only: bool,
    identified: bool,
}

impl Part<'_> {
    /// Whether it reads one object.
    pub(super) fn is_of_one(&self) -> bool {
        self.scope == Scope::Base
    }

    /// Of what it reads that alone.
    pub(super) fn narrowed(&self, filter: Filter) -> Self {
        Self {
            filter: Filter::both([self.filter.clone(), filter]),
            ..self.clone()
        }
    }

    /// Of what it reads what is called `dn` or lies below it; none if it reads nothing there.
    pub(super) fn below(&self, dn: &Dn) -> Option<Self> {
        if self.is_of_one() || self.deleted {
            return None;
        }
        if dn.is_under(&self.base) {
            return Some(Self {
                base: dn.clone(),
                ..self.clone()
            });
        }
        self.base.is_under(dn).then(|| self.clone())
    }

    fn ask(&self) -> Ask<'_> {
        Ask {
            base: self.base.as_str(),
            scope: self.scope,
            filter: self.filter.clone(),
            attributes: self.attributes,
            deleted: self.deleted,
            paged: !self.is_of_one(),
            identified: self.identified,
        }
    }
}

impl Parts<'_> {
    /// All of them, in their order: a later one knows better than an earlier one, except about names alone.
    pub(super) fn all(&self) -> Vec<Part<'_>> {
        let directory = self.directory;
        let domain = &directory.root.base;
        let bases = &directory.reading.bases;
        let below = |what, base: &Dn, filter, attributes| Part {
            what,
            base: base.clone(),
            scope: Scope::Subtree,
            filter,
            attributes,
            deleted: false,
            names_only: false,
            identified: self.identified,
        };
        let one = |what, base: Dn, attributes| Part {
            scope: Scope::Base,
            ..below(what, &base, Filter::all(), attributes)
        };
        let whole = bases.is_empty() || bases.contains(domain);
        let mut parts = Vec::new();
        if whole {
            parts.push(below("the domain", domain, read_at_all(), &self.wanted));
        } else {
            parts.push(one("its head", domain.clone(), &self.wanted));
            for base in outermost(bases) {
                parts.push(below("a read base", base, read_at_all(), &self.wanted));
            }
            let groups = Filter::equal("objectClass", "group");
            parts.push(below("its groups", domain, groups, &self.wanted));
        }
        let suffixes = ["objectGUID", "objectClass", "cn", "uPNSuffixes"].as_slice();
        parts.push(one("its suffixes", directory.suffixes.clone(), suffixes));
        let has_name = Filter::present("sAMAccountName");
        parts.push(Part {
            deleted: true,
            ..below(
                "what was deleted",
                &directory.deleted,
                has_name,
                &self.deleted,
            )
        });
        if !whole {
            parts.push(Part {
                names_only: true,
                ..below("the names of the domain", domain, named(), &self.names)
            });
        }
        parts
    }
}

impl LdapDirectory {
    /// The searches of a reading.
    pub(super) fn parts(&self, identified: bool) -> Parts<'_> {
        Parts {
            directory: self,
            wanted: self.wanted(),
            names: name_attributes(),
            deleted: deleted_attributes(),
            identified,
        }
    }

    /// Reads one part into what was found.
    pub(super) fn read_part(
        &self,
        part: &Part<'_>,
        attributes: &Attributes,
        found: &mut Found,
        progress: &Progress<'_>,
    ) -> Result<(), Error> {
        let ask = part.ask();
        let is_name = |name: &_| part.identified && attributes.is_name(name);
        let known = found.objects.len();
        let all = self
            .pool
            .read(async |ldap: &mut Ldap| {
                // A second attempt begins with nothing of the first.
                let mut all = Vec::new();
                ask.each(ldap, self.pool.patience(), |entry| {
                    // Of some objects, mostly of the system's own, the account may read nothing but the name.
                    if entry.is_closed() {
                        return Ok(());
                    }
                    all.push(entry.told(&is_name)?);
                    if all.len().is_multiple_of(256) {
                        progress(known + all.len());
                    }
                    Ok(())
                })
                .await?;
                Ok(all)
            })
            .map_err(|fault| failed(self.pool.server(), part.what, fault))?;
        let tells = part.attributes.contains(&UPDATE);
        for mut told in all {
            if tells && !told.object.has(UPDATE) {
                found.silent.insert(told.object.guid());
            }
            if part.names_only || part.deleted {
                told.object.set(UPDATE, Vec::new());
            }
            found.add(told, part.names_only);
        }
        progress(found.objects.len());
        Ok(())
    }
}

/// The number of the last update of an object at this domain controller.
pub(super) const UPDATE: &str = "uSNChanged";

/// Whatever is read at all.
pub(super) fn read_at_all() -> Filter {
    Filter::not(&Filter::any(
        NOT_READ.map(|class| Filter::equal("objectClass", class)),
    ))
}

/// Whatever has a name that must be unique.
pub(super) fn named() -> Filter {
    let addresses = address_attributes().map(Filter::present);
    Filter::any(std::iter::once(Filter::present("sAMAccountName")).chain(addresses))
}

/// The attributes whose values must be unique.
pub(super) fn name_attributes() -> Vec<&'static str> {
    let own = ["objectGUID", "objectSid", "sAMAccountName", UPDATE];
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
