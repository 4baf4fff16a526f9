//! What an account may do below a write base, as far as one can see: by the server's word and by the access lists.

use std::collections::{BTreeMap, BTreeSet};

use ldap3::Ldap;

use super::LdapDirectory;
use super::entry::Entry;
use super::filter::Filter;
use super::search::{Ask, Fault};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::rights::{self, AttributeId, Needs, Right};
use crate::directory::security::{Descriptor, Wanted};
use crate::directory::sid::{Sid, rid};

/// Of the group of administrators of everything, `S-1-5-32-544`.
const ADMINISTRATORS: [u32; 2] = [32, 544];

/// What one can see of the rights on a write base and on what is below it.
pub(super) struct Access {
    /// The access list of the base.
    list: Option<Descriptor>,
    /// The classes that the server says may be made in it.
    children: BTreeSet<String>,
    /// Of an account and of a group below: the class, its access list, and the attributes that the server says may be
    /// written.
    samples: BTreeMap<&'static str, (Option<Descriptor>, BTreeSet<String>)>,
    /// Units below that take nothing from above.
    pub(super) cut_off: Vec<Dn>,
}

impl Access {
    /// Whether it shows that right.
    pub(super) fn allows(
        &self,
        right: &Right,
        entry: rights::Entry,
        set: Option<Guid>,
        own: &BTreeSet<Sid>,
    ) -> bool {
        let wanted = |below| Wanted {
            right: entry.right,
            object_type: Some(entry.object_type),
            set,
            below,
            by: own,
        };
        let list = self.list.as_ref();
        let by_list = |below| list.is_some_and(|list| list.allows(&wanted(below)));
        let Some(class) = right.class() else {
            // Taking away what is there is no making of it: the server's list tells of the latter alone.
            let by_server = !matches!(right, Right::RemoveAccounts)
                && right
                    .child()
                    .is_some_and(|class| self.children.contains(&class.to_lowercase()));
            return by_list(None) || by_server;
        };
        if by_list(entry.class) {
            return true;
        }
        let Some((list, attributes)) = self.samples.get(class) else {
            return false;
        };
        let by_server = right
            .attribute()
            .is_some_and(|name| attributes.contains(&name.to_lowercase()));
        by_server || list.as_ref().is_some_and(|list| list.allows(&wanted(None)))
    }
}

impl LdapDirectory {
    /// Everybody that the account is: itself and its groups, however nested.
    pub(super) fn own_sids(&self, own: &Sid) -> Result<BTreeSet<Sid>, Fault> {
        let token = self.one("", &["tokenGroups"])?;
        let sids = token.iter().flat_map(|token| token.bytes("tokenGroups"));
        let mut all: BTreeSet<Sid> = sids.filter_map(Sid::from_bytes).collect();
        all.insert(own.clone());
        // Everyone, and all who logged on.
        all.extend(Sid::new(1, [0]));
        all.extend(Sid::new(5, [11]));
        Ok(all)
    }

    /// How the schema identifies the attributes that are needed, by their names in lower case.
    pub(super) fn attribute_ids(
        &self,
        needs: &Needs,
    ) -> Result<BTreeMap<String, AttributeId>, Fault> {
        let names: BTreeSet<&str> = needs.rights.iter().filter_map(Right::attribute).collect();
        let filter = Filter::both([
            Filter::equal("objectClass", "attributeSchema"),
            Filter::any(
                names
                    .iter()
                    .map(|name| Filter::equal("lDAPDisplayName", name)),
            ),
        ]);
        let attributes = ["lDAPDisplayName", "schemaIDGUID", "attributeSecurityGUID"];
        self.pool.read(async |ldap: &mut Ldap| {
            let mut ids = BTreeMap::new();
            let ask = Ask::below(self.root.schema.as_str(), filter.clone(), &attributes);
            ask.each(ldap, self.pool.patience(), |entry| {
                let guid = |name: &str| Guid::from_ad_bytes(entry.bytes(name).next()?);
                if let (Some(name), Some(own)) =
                    (entry.text("lDAPDisplayName"), guid("schemaIDGUID"))
                {
                    let set = guid("attributeSecurityGUID");
                    ids.insert(name.to_lowercase(), AttributeId { own, set });
                }
                Ok(())
            })
            .await?;
            Ok(ids)
        })
    }

    /// What there is to see of the rights on a write base.
    pub(super) fn access(&self, base: &Dn) -> Result<Access, Fault> {
        let attributes = ["nTSecurityDescriptor", "allowedChildClassesEffective"];
        let found = self.one(base.as_str(), &attributes)?;
        let texts = |entry: &Entry, name: &str| -> BTreeSet<String> {
            entry.texts(name).map(str::to_lowercase).collect()
        };
        let list = |entry: &Entry| Descriptor::read(entry.bytes("nTSecurityDescriptor").next()?);
        let mut access = Access {
            list: found.as_ref().and_then(list),
            children: found
                .iter()
                .flat_map(|entry| texts(entry, "allowedChildClassesEffective"))
                .collect(),
            samples: BTreeMap::new(),
            cut_off: Vec::new(),
        };
        for (class, category) in [
            ("user", "person"),
            ("group", "group"),
            ("serviceConnectionPoint", "serviceConnectionPoint"),
        ] {
            if let Some(sample) = self.sample(base, class, category)? {
                let attributes = ["nTSecurityDescriptor", "allowedAttributesEffective"];
                if let Some(entry) = self.one(sample.as_str(), &attributes)? {
                    let writable = texts(&entry, "allowedAttributesEffective");
                    access.samples.insert(class, (list(&entry), writable));
                }
            }
        }
        access.cut_off = self.cut_off(base)?;
        Ok(access)
    }

    /// Some object of a class below a base, which nothing protects.
    fn sample(&self, base: &Dn, class: &str, category: &str) -> Result<Option<Dn>, Fault> {
        let filter = Filter::both([
            Filter::equal("objectCategory", category),
            Filter::equal("objectClass", class),
            Filter::not(&Filter::equal("adminCount", "1")),
        ]);
        let attributes = ["objectGUID"];
        let patience = self.pool.patience();
        let found = self.pool.read(async |ldap: &mut Ldap| {
            let ask = Ask::below(base.as_str(), filter.clone(), &attributes);
            ask.first(ldap, patience).await
        })?;
        Ok(found.and_then(|entry| Dn::parse(&entry.dn).ok()))
    }

    /// The units below a base whose access lists take nothing from above.
    fn cut_off(&self, base: &Dn) -> Result<Vec<Dn>, Fault> {
        let filter = Filter::equal("objectClass", "organizationalUnit");
        let attributes = ["nTSecurityDescriptor"];
        self.pool.read(async |ldap: &mut Ldap| {
            let mut found = Vec::new();
            let ask = Ask::below(base.as_str(), filter.clone(), &attributes);
            ask.each(ldap, self.pool.patience(), |entry| {
                let list = entry.bytes("nTSecurityDescriptor").next();
                let list = list.and_then(Descriptor::read);
                if list.is_some_and(|list| list.is_protected)
                    && let Ok(dn) = Dn::parse(&entry.dn)
                    && dn != *base
                {
                    found.push(dn);
                }
                Ok(())
            })
            .await?;
            found.sort();
            Ok(found)
        })
    }
}

/// Whether somebody is an administrator of the whole domain.
pub(super) fn is_master(own: &BTreeSet<Sid>) -> bool {
    let built_in = Sid::new(5, ADMINISTRATORS);
    own.iter().any(|sid| {
        let of_domain = sid.domain().is_some()
            && [rid::DOMAIN_ADMINS, rid::ENTERPRISE_ADMINS].contains(&sid.rid());
        of_domain || Some(sid) == built_in.as_ref()
    })
}
