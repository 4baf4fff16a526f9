//! Looks at objects again, right before and after they are written: few attributes, and many objects at a time.
//!
//! What several workers want to know at once is one search ([`super::together`]): a domain controller answers for
//! sixteen accounts in the time of two. Only what such a search says for sure counts. Whoever is not found by it, or
//! whose address somebody has, asks once more alone.

use std::sync::{Arc, PoisonError};

use ldap3::Ldap;

use super::LdapDirectory;
use super::filter::Filter;
use super::search::{Ask, Fault};
use super::write::{as_error, base_of};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::Object;
use crate::directory::port::{Error, Target};
use crate::directory::schema::{Unique, address_key, attributes};
use crate::directory::value::AttributeName;

/// What tells which object it is, and whether it may be written.
const ALWAYS: [&str; 5] = [
    "adminCount",
    "objectClass",
    "objectGUID",
    "sAMAccountName",
    "userAccountControl",
];

/// The prefixes under which an address stands in `proxyAddresses` and `targetAddress`.
const PREFIXES: [&str; 3] = ["", "smtp:", "sip:"];

/// `fATTINDEX` of `searchFlags` (MS-ADTS 3.1.1.2.3).
const INDEXED: u32 = 1;

/// An object that is looked at, and of it these attributes.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    target: Target,
    attributes: Vec<AttributeName>,
}

/// What is said of one object; none where it has to be looked at alone.
pub(super) type Looked = Option<Result<Option<Arc<Object>>, Error>>;

/// Who has one address; none where it has to be asked for alone.
pub(super) type Holders = Option<Result<Vec<Guid>, Error>>;

/// The attributes of the one name space of addresses (S14), as far as the schema has them. One that has no index makes
/// the domain controller look at every object.
#[derive(Debug)]
pub(super) struct AddressAttributes {
    indexed: Vec<&'static str>,
    others: Vec<&'static str>,
}

impl LdapDirectory {
    /// One object as it is now, as far as it is asked for.
    pub(super) fn look(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Option<Arc<Object>>, Error> {
        let sought = Sought {
            target: target.clone(),
            attributes: attributes.to_vec(),
        };
        let looked = self.looks.ask(sought.clone(), |all| match all {
            [one] => vec![Some(self.look_alone(one))],
            all => self.look_at_all(all),
        });
        looked.flatten().unwrap_or_else(|| self.look_alone(&sought))
    }

    fn look_alone(&self, sought: &Sought) -> Result<Option<Arc<Object>>, Error> {
        let base = base_of(&sought.target);
        let names = names(std::slice::from_ref(sought));
        let patience = self.pool.patience();
        let found = self
            .pool
            .read(async |ldap: &mut Ldap| Ask::object(&base, &names).one(ldap, patience).await)
            .map_err(|fault| as_error(fault, &base))?;
        let Some(entry) = found else {
            return Ok(None);
        };
        match entry.object() {
            Ok((object, rest)) if rest.is_empty() => Ok(Some(Arc::new(object))),
            // A long attribute is read in pieces.
            Ok(_) => Ok(self.found(&sought.target)?.map(Arc::new)),
            Err(why) => Err(as_error(Fault::Broken(why), &base)),
        }
    }

    fn look_at_all(&self, all: &[Sought]) -> Vec<Looked> {
        let filter = Filter::any(all.iter().map(|sought| match &sought.target {
            Target::Guid(guid) => Filter::bytes("objectGUID", &guid.to_ad_bytes()),
            Target::Dn(dn) => Filter::equal("distinguishedName", dn.as_str()),
        }));
        let names = names(all);
        let mut objects: Vec<Arc<Object>> = Vec::new();
        let read = self.few(&self.root.base, &filter, &names, |object| {
            objects.push(object);
        });
        let is = |object: &Object, target: &Target| match target {
            Target::Guid(guid) => object.guid() == *guid,
            Target::Dn(dn) => object.dn() == dn,
        };
        let answer = |sought: &Sought| match &read {
            Ok(()) => {
                let mut found = objects.iter();
                let found = found.find(|object| is(object, &sought.target));
                found.map(|object| Ok(Some(Arc::clone(object))))
            }
            Err(fault) => lost(fault).map(Err),
        };
        all.iter().map(answer).collect()
    }

    /// Whose address this is.
    pub(super) fn holders_of(&self, address: &str) -> Result<Vec<Guid>, Error> {
        let of = self.address_attributes()?;
        if self.asks_the_forest() {
            // Each answer comes from two places: nothing is gained by asking together.
            return self.holders_alone(of, address);
        }
        let asked = self.holders.ask(address.to_owned(), |all| match all {
            [one] => vec![Some(self.holders_alone(of, one))],
            all => self.nobody_has(of, all),
        });
        asked
            .flatten()
            .unwrap_or_else(|| self.holders_alone(of, address))
    }

    fn holders_alone(&self, of: &AddressAttributes, address: &str) -> Result<Vec<Guid>, Error> {
        let filters = of.filters(&[address]);
        let own = std::slice::from_ref(&self.root.base);
        let read = self
            .pool
            .read(async |ldap: &mut Ldap| self.guids(ldap, own, &filters).await);
        let mut holders = read.map_err(|fault| as_error(fault, address))?;
        if self.asks_the_forest() {
            let elsewhere = self.pool.read_forest(async |ldap: &mut Ldap| {
                self.guids(ldap, &self.others, &filters).await
            });
            holders.extend(elsewhere.map_err(|fault| as_error(fault, address))?);
        }
        holders.sort();
        holders.dedup();
        Ok(holders)
    }

    async fn guids(
        &self,
        ldap: &mut Ldap,
        bases: &[Dn],
        filters: &[Filter],
    ) -> Result<Vec<Guid>, Fault> {
        let mut guids = Vec::new();
        let attributes = ["objectGUID"];
        for base in bases {
            for filter in filters {
                let ask = Ask::below(base.as_str(), filter.clone(), &attributes);
                ask.each(ldap, self.pool.patience(), |entry| {
                    guids.extend(entry.guid());
                    Ok(())
                })
                .await?;
            }
        }
        Ok(guids)
    }

    /// Whether nobody has any of these addresses.
    fn nobody_has(&self, of: &AddressAttributes, all: &[String]) -> Vec<Holders> {
        let addresses: Vec<&str> = all.iter().map(String::as_str).collect();
        let every = |answer: Holders| vec![answer; all.len()];
        for filter in of.filters(&addresses) {
            let mut somebody = false;
            let read = self.few(&self.root.base, &filter, &["objectGUID"], |_| {
                somebody = true;
            });
            match read {
                Ok(()) if somebody => return every(None),
                Ok(()) => {}
                Err(fault) => return every(lost(&fault).map(Err)),
            }
        }
        every(Some(Ok(Vec::new())))
    }

    /// Whether there are other domains, and this domain controller answers for them.
    fn asks_the_forest(&self) -> bool {
        !self.others.is_empty() && self.root.is_global_catalog
    }

    /// Hands over a few objects, all of them in one answer.
    fn few(
        &self,
        base: &Dn,
        filter: &Filter,
        names: &[&str],
        mut take: impl FnMut(Arc<Object>),
    ) -> Result<(), Fault> {
        let patience = self.pool.patience();
        let objects = self.pool.read(async |ldap: &mut Ldap| {
            let mut objects = Vec::new();
            let ask = Ask {
                paged: false,
                ..Ask::below(base.as_str(), filter.clone(), names)
            };
            ask.each(ldap, patience, |entry| {
                let (object, rest) = entry.object()?;
                objects.push((object, rest));
                Ok(())
            })
            .await?;
            Ok(objects)
        })?;
        for (object, rest) in objects {
            // What came in part is read again alone.
            if rest.is_empty() {
                take(Arc::new(object));
            }
        }
        Ok(())
    }

    /// The attributes of addresses that this forest has, asked for once.
    fn address_attributes(&self) -> Result<&AddressAttributes, Error> {
        if let Some(known) = self.address_attributes.get() {
            return Ok(known);
        }
        // All workers need it at once, and one of them asks.
        let asking = self.asking_for_addresses.lock();
        let _asking = asking.unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = self.address_attributes.get() {
            return Ok(known);
        }
        let schema = self.root.schema.as_str();
        let named = address_attributes().map(|name| Filter::equal("lDAPDisplayName", name));
        let filter = Filter::both([
            Filter::equal("objectClass", "attributeSchema"),
            Filter::any(named),
        ]);
        let wanted = ["lDAPDisplayName", "searchFlags"];
        let ask = Ask::below(schema, filter, &wanted);
        let found = self.pool.read(async |ldap: &mut Ldap| {
            let mut found: Vec<(String, bool)> = Vec::new();
            ask.each(ldap, self.pool.patience(), |entry| {
                let flags: Option<u32> = entry
                    .text("searchFlags")
                    .and_then(|flags| flags.parse().ok());
                let indexed = flags.is_some_and(|flags| flags & INDEXED != 0);
                found.extend(
                    entry
                        .text("lDAPDisplayName")
                        .map(|name| (name.to_owned(), indexed)),
                );
                Ok(())
            })
            .await?;
            Ok(found)
        });
        let found = found.map_err(|fault| as_error(fault, schema))?;
        Ok(self
            .address_attributes
            .get_or_init(|| AddressAttributes::among(&found)))
    }
}

impl AddressAttributes {
    /// Those among what was found in the schema, each with whether it is indexed.
    fn among(found: &[(String, bool)]) -> Self {
        let known = |name: &&str| {
            let mut found = found.iter();
            found.find(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        // `mail` is in every schema: where not even that was found, nothing of it may be read, and all are asked for.
        let unread = known(&"mail").is_none();
        let is_indexed = |name: &&str| known(name).is_some_and(|(_, indexed)| *indexed);
        let (indexed, others): (Vec<_>, Vec<_>) = address_attributes()
            .filter(|name| unread || known(name).is_some())
            .partition(is_indexed);
        Self { indexed, others }
    }

    /// Whoever has one of these addresses; what is indexed apart, for a filter is as slow as its slowest part.
    fn filters(&self, addresses: &[&str]) -> Vec<Filter> {
        let filter = |names: &Vec<&'static str>| {
            let bare: Vec<_> = addresses
                .iter()
                .map(|address| address_key(address))
                .collect();
            let values = bare
                .iter()
                .flat_map(|bare| PREFIXES.map(|prefix| format!("{prefix}{bare}")));
            let parts: Vec<Filter> = values
                .flat_map(|value| names.iter().map(move |name| Filter::equal(name, &value)))
                .collect();
            Filter::any(parts)
        };
        let parts = [&self.indexed, &self.others].into_iter();
        parts
            .filter(|names| !names.is_empty())
            .map(filter)
            .collect()
    }
}

/// The attributes of the one name space of addresses (S14).
pub(super) fn address_attributes() -> impl Iterator<Item = &'static str> {
    attributes()
        .filter(|attribute| attribute.unique == Some(Unique::Addresses))
        .map(|attribute| attribute.name)
}

fn names(all: &[Sought]) -> Vec<&str> {
    let wanted = all.iter().flat_map(|sought| &sought.attributes);
    let mut names: Vec<&str> = ALWAYS.to_vec();
    names.extend(wanted.map(AttributeName::as_str));
    names.sort_unstable();
    names.dedup();
    names
}

/// What is wrong with the directory itself, so that nobody asks again alone.
fn lost(fault: &Fault) -> Option<Error> {
    match fault {
        Fault::Lost(message) => Some(Error::Unreachable {
            message: message.clone(),
        }),
        Fault::Refused(_) | Fault::Broken(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::AddressAttributes;

    #[test]
    fn only_what_the_schema_has_is_asked_for_and_what_is_slow_apart() {
        let found = [
            ("mail", true),
            ("proxyAddresses", true),
            ("targetAddress", false),
        ];
        let found = found.map(|(name, indexed)| (name.to_owned(), indexed));
        let of = AddressAttributes::among(&found);
        let filters: Vec<String> = of
            .filters(&["SMTP:Ada@x.example"])
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(filters.len(), 2, "{filters:?}");
        assert!(filters[0].contains("(mail=ada@x.example)"), "{filters:?}");
        assert!(
            filters[0].contains("(proxyAddresses=smtp:ada@x.example)"),
            "{filters:?}"
        );
        assert!(!filters[0].contains("targetAddress"), "{filters:?}");
        assert!(
            filters[1].contains("(targetAddress=smtp:ada@x.example)"),
            "{filters:?}"
        );
        assert!(!filters.concat().contains("mailNickname"), "{filters:?}");
    }

    #[test]
    fn where_the_schema_cannot_be_read_all_are_asked_for() {
        let of = AddressAttributes::among(&[]);
        assert!(of.indexed.is_empty());
        assert_eq!(of.others.len(), super::address_attributes().count());
    }
}
