//! Equality of values as AD matches them, and the keys under which they are indexed.

use std::borrow::Cow;

use super::{Attribute, Syntax, Unique};
use crate::directory::dn::Dn;
use crate::directory::fold::{fold, fold_name};

impl Attribute {
    /// Whether AD holds two values of this attribute equal.
    pub fn equal(&self, a: &str, b: &str) -> bool {
        a == b || self.key(a) == self.key(b)
    }

    /// The key of a value: two values are equal exactly when their keys are.
    pub fn key<'a>(&self, value: &'a str) -> Cow<'a, str> {
        match self.syntax {
            Syntax::Text | Syntax::Class => fold(value),
            Syntax::CaseExactText | Syntax::Octets | Syntax::Sid | Syntax::Guid => value.into(),
            Syntax::Boolean => value.to_ascii_uppercase().into(),
            Syntax::Dn => match Dn::parse(value) {
                Ok(name) => name.key().to_owned().into(),
                Err(_) => fold(value),
            },
            Syntax::Integer | Syntax::LargeInteger => number_key(value),
            Syntax::FileTime => match value {
                // MS-ADA1: accountExpires has two ways to say never.
                "0" if self.name == "accountExpires" => i64::MAX.to_string().into(),
                value => number_key(value),
            },
            Syntax::GeneralizedTime => {
                match crate::directory::filetime::from_generalized_time(value) {
                    Some(instant) => instant.to_string().into(),
                    None => value.into(),
                }
            }
        }
    }

    /// The key under which a value must be unique: wider than [`Attribute::key`], since AD refuses a second
    /// name that differs in accents only, and an address is one whatever its prefix says.
    pub fn unique_key<'a>(&self, value: &'a str) -> Cow<'a, str> {
        match self.unique {
            Some(Unique::Addresses) => address_key(value),
            Some(Unique::Forest | Unique::Unit) => fold_name(value),
            None => self.key(value),
        }
    }
}

/// The key of a value of an attribute that the table does not have: AD's default, without case.
pub fn default_key(value: &str) -> Cow<'_, str> {
    fold(value)
}

/// The key of a mail or logon address: without case, accents and the prefix (`SMTP:`, `sip:`).
pub fn address_key(value: &str) -> Cow<'_, str> {
    let bare = match value.split_once(':') {
        Some((prefix, rest))
            if !prefix.is_empty()
                && !prefix.contains('@')
                && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
        {
            rest
        }
        _ => value,
    };
    fold_name(bare)
}

fn number_key(value: &str) -> Cow<'_, str> {
    match value.parse::<i64>() {
        Ok(number) => number.to_string().into(),
        Err(_) => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::address_key;
    use crate::directory::schema::attribute;

    fn equal(name: &str, a: &str, b: &str) -> bool {
        attribute(name).unwrap().equal(a, b)
    }

    #[test]
    fn values_match_as_ad_matches_them() {
        assert!(equal("department", "ENGINEERING", "Engineering"));
        assert!(!equal("department", "Engineering ", "Engineering"));
        assert!(equal("manager", "CN=Ada\\2C,DC=x", "cn=ada\\,,dc=X"));
        assert!(equal("accountExpires", "0", "9223372036854775807"));
        assert!(!equal("pwdLastSet", "0", "9223372036854775807"));
        assert!(equal("msExchHideFromAddressLists", "true", "TRUE"));
        assert!(!equal("unixHomeDirectory", "/home/Ada", "/home/ada"));
        assert!(equal("uidNumber", "007", "7"));
        assert!(equal(
            "whenCreated",
            "20260302090000.0Z",
            "20260302100000+0100"
        ));
    }

    #[test]
    fn what_is_unique_is_compared_more_widely() {
        let name = attribute("sAMAccountName").unwrap();
        assert!(!name.equal("jose", "josé"));
        assert_eq!(name.unique_key("josé"), name.unique_key("JOSE"));
        assert_eq!(address_key("SMTP:Zoë@Example.com"), "zoe@example.com");
        assert_eq!(address_key("ada@example.com"), "ada@example.com");
        assert_eq!(address_key("x500:/o=Ex/cn=a"), "/o=ex/cn=a");
    }
}
