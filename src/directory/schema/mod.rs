//! The attributes of AD in common use: syntax, limits, matching, and who may write them.
//!
//! One static table ([`attributes`]) that the policy checker, the planner and the embedded directory share,
//! so that a policy that passes `check` meets no surprise in the directory. Sources: MS-ADA1 to MS-ADA3
//! (Active Directory Schema Attributes), MS-ADTS 3.1.1.2.2 (syntaxes and matching), Microsoft Learn,
//! "Exchange schema changes".
//!
//! Begin with [`attribute`], then [`Attribute::equal`] and [`Attribute::check`].

mod check;
mod matching;
mod table;

use std::cmp::Ordering;

pub use check::Unfit;
pub use matching::{address_key, default_key};

/// How a value is written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// Any text, compared without case.
    Text,
    /// Any text, compared exactly.
    CaseExactText,
    /// A 32-bit number.
    Integer,
    /// A 64-bit number.
    LargeInteger,
    /// A 64-bit number that is an instant (see [`super::filetime`]).
    FileTime,
    /// `TRUE` or `FALSE`.
    Boolean,
    /// A distinguished name.
    Dn,
    /// Bytes.
    Octets,
    /// An instant, `20260302090000.0Z`.
    GeneralizedTime,
    /// A security identifier, as bytes.
    Sid,
    /// A GUID, as bytes.
    Guid,
    /// The name of a class.
    Class,
}

impl Syntax {
    /// Whether values are bytes, not text.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Octets | Self::Sid | Self::Guid)
    }
}

/// Whether an attribute is one end of a link between two objects, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// No link.
    None,
    /// The end that is written; AD keeps the named attribute of the other object.
    Forward(&'static str),
    /// The end that AD keeps; the named attribute of the other object is written.
    Back(&'static str),
}

/// Who may write an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// A line of a policy's `profile`, `set` or `clear`.
    Policy,
    /// Another part of a policy; the text says which and is shown to the author.
    Elsewhere(&'static str),
    /// Nobody here; the text says whose it is.
    Never(&'static str),
}

impl Attribute {
    /// Whether it holds a secret, which is never read (S12): passwords of any kind.
    pub fn is_secret(&self) -> bool {
        self.ownership == Ownership::Never(table::SECRET)
    }

    /// Whether its values are nobody's to see: a secret, or a key.
    pub fn is_private(&self) -> bool {
        self.is_secret() || self.ownership == Ownership::Never(table::KEYS)
    }
}

/// Within what no two objects may share a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unique {
    /// Among all objects of the forest, in this attribute.
    Forest,
    /// Among all mail and logon addresses of the forest, whatever the attribute.
    Addresses,
    /// Among the objects of one unit.
    Unit,
}

/// What AD's schema says of one attribute, and what this program says of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The LDAP name as AD spells it.
    pub name: &'static str,
    /// How values are written and compared.
    pub syntax: Syntax,
    /// Whether there is at most one value.
    pub single: bool,
    /// The longest text in UTF-16 units, or most bytes; for a number its highest value.
    pub max: Option<u32>,
    /// The longest text on a user account, where that is shorter.
    pub account_max: Option<u32>,
    /// Which end of a link it is.
    pub link: Link,
    /// Whether AD alone writes it.
    pub system: bool,
    /// Who of us may write it.
    pub ownership: Ownership,
    /// Within what values are unique.
    pub unique: Option<Unique>,
}

impl Attribute {
    /// Whether a policy may write it.
    pub const fn is_writable(&self) -> bool {
        matches!(self.ownership, Ownership::Policy)
    }

    /// The longest value on a user account.
    pub const fn max_on_account(&self) -> Option<u32> {
        match self.account_max {
            Some(max) => Some(max),
            None => self.max,
        }
    }

    /// Whether values are pictures of people, which outputs never show.
    pub fn is_picture(&self) -> bool {
        ["jpegPhoto", "photo", "thumbnailPhoto"].contains(&self.name)
    }

    /// Whether values are names of other objects.
    pub const fn is_dn(&self) -> bool {
        matches!(self.syntax, Syntax::Dn)
    }
}

/// The attribute of that name, in any case.
pub fn attribute(name: &str) -> Option<&'static Attribute> {
    let found = table::ATTRIBUTES
        .binary_search_by(|attribute| compare(attribute.name, name))
        .ok()?;
    table::ATTRIBUTES.get(found)
}

/// All attributes, by name.
pub fn attributes() -> impl Iterator<Item = &'static Attribute> {
    table::ATTRIBUTES.iter()
}

/// Names in the order of the table: bytewise, without case.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.bytes()
        .map(|byte| byte.to_ascii_lowercase())
        .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::{Link, Ownership, Unique, attribute, attributes, compare};

    #[test]
    fn the_table_is_sorted_and_without_doubles() {
        let names: Vec<&str> = attributes().map(|attribute| attribute.name).collect();
        for pair in names.windows(2) {
            assert!(compare(pair[0], pair[1]).is_lt(), "{} {}", pair[0], pair[1]);
        }
        assert!(names.len() >= 130, "{}", names.len());
    }

    #[test]
    fn every_attribute_is_found_in_any_case() {
        for known in attributes() {
            assert_eq!(attribute(&known.name.to_uppercase()), Some(known));
        }
        assert_eq!(attribute("shoeSize"), None);
        assert_eq!(attribute(""), None);
        assert_eq!(attribute(&"x".repeat(1000)), None);
    }

    #[test]
    fn links_have_both_ends_and_back_ends_are_not_written() {
        for known in attributes() {
            match known.link {
                Link::None => {}
                Link::Forward(back) => {
                    assert_eq!(attribute(back).unwrap().link, Link::Back(known.name));
                }
                Link::Back(forward) => {
                    assert_eq!(attribute(forward).unwrap().link, Link::Forward(known.name));
                    assert!(known.system && !known.is_writable(), "{}", known.name);
                }
            }
            assert!(!(known.system && known.is_writable()), "{}", known.name);
        }
    }

    #[test]
    fn what_others_own_points_to_where_it_is_said() {
        for (name, word) in [
            ("userAccountControl", "account enabled"),
            ("memberOf", "groups"),
            ("unicodePwd", "password"),
            ("distinguishedName", "unit"),
        ] {
            match attribute(name).unwrap().ownership {
                Ownership::Elsewhere(text) => assert!(text.contains(word), "{text}"),
                other => panic!("{name} is {other:?}"),
            }
        }
        for name in [
            "mS-DS-ConsistencyGuid",
            "objectSid",
            "sIDHistory",
            "msDS-KeyCredentialLink",
            "legacyExchangeDN",
            "msExchMailboxGuid",
            "objectGUID",
            "ms-Mcs-AdmPwd",
        ] {
            let ownership = attribute(name).unwrap().ownership;
            assert!(matches!(ownership, Ownership::Never(_)), "{name}");
        }
    }

    #[test]
    fn names_that_must_be_unique_say_where() {
        let unique = |name| attribute(name).unwrap().unique;
        assert_eq!(unique("sAMAccountName"), Some(Unique::Forest));
        assert_eq!(unique("proxyAddresses"), Some(Unique::Addresses));
        assert_eq!(unique("cn"), Some(Unique::Unit));
        assert_eq!(unique("department"), None);
    }
}
