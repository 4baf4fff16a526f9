//! What the schema of the forest says of the attributes that a policy names.

use std::collections::BTreeSet;

use ldap3::Ldap;

use super::LdapDirectory;
use super::entry::Entry;
use super::filter::Filter;
use super::search::{Ask, Fault};
use crate::directory::value::AttributeName;

/// `attributeSyntax` of a name (MS-ADTS 3.1.1.2.2.2), and of names that stand behind bytes or a text.
const NAME: &str = "2.5.5.1";
const COMPOUND_NAMES: [&str; 2] = ["2.5.5.7", "2.5.5.14"];

/// `FLAG_ATTR_NOT_REPLICATED` and `FLAG_ATTR_IS_CONSTRUCTED` of `systemFlags` (MS-ADTS 2.2.10): such a value changes,
/// and the update number of its object does not.
const UNTOLD: u32 = 1 | 4;

/// Those that have the flags and change only together with their object.
const TOLD_ALL_THE_SAME: [&str; 6] = [
    "distinguishedName",
    "objectGUID",
    "uSNChanged",
    "uSNCreated",
    "whenChanged",
    "whenCreated",
];

/// What the schema says of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Attributes {
    /// Those that it does not have, such as those of an Exchange that was never installed.
    pub(super) lacks: Vec<AttributeName>,
    /// Those whose values are names of other objects.
    pub(super) names: BTreeSet<AttributeName>,
    /// Those whose changes no update number tells.
    pub(super) untold: Vec<AttributeName>,
}

impl Attributes {
    /// Whether values of it are names of other objects.
    pub(super) fn is_name(&self, name: &AttributeName) -> bool {
        name.is_dn() || self.names.contains(name)
    }

    fn take(&mut self, name: AttributeName, entry: &Entry) {
        let flags: Option<u32> = entry.text("systemFlags").and_then(|text| text.parse().ok());
        let untold = flags.is_some_and(|flags| flags & UNTOLD != 0)
            && !TOLD_ALL_THE_SAME.iter().any(|told| name.is(told));
        let syntax = entry.text("attributeSyntax");
        if untold || syntax.is_some_and(|syntax| COMPOUND_NAMES.contains(&syntax)) {
            self.untold.push(name);
        } else if syntax == Some(NAME) {
            self.names.insert(name);
        }
    }
}

impl LdapDirectory {
    /// What the schema says of the attributes that the policy names.
    pub(super) async fn attributes(&self, ldap: &mut Ldap) -> Result<Attributes, Fault> {
        let named = &self.reading.attributes;
        let mut attributes = Attributes::default();
        if named.is_empty() {
            return Ok(attributes);
        }
        let mut lacking = named.clone();
        let names = named
            .iter()
            .map(|name| Filter::equal("lDAPDisplayName", name.as_str()));
        let filter = Filter::both([
            Filter::equal("objectClass", "attributeSchema"),
            Filter::any(names),
        ]);
        let wanted = ["lDAPDisplayName", "attributeSyntax", "systemFlags"];
        let ask = Ask::below(self.root.schema.as_str(), filter, &wanted);
        ask.each(ldap, self.pool.patience(), |entry| {
            if let Some(name) = entry.text("lDAPDisplayName").map(AttributeName::new) {
                lacking.remove(&name);
                attributes.take(name, &entry);
            }
            Ok(())
        })
        .await?;
        attributes.lacks = lacking.into_iter().collect();
        attributes.untold.sort();
        Ok(attributes)
    }
}
