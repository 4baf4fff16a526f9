//! Search filters (RFC 4515): values are escaped where a filter is made, and nowhere else.

use std::fmt::{self, Write as _};

use ldap3::ldap_escape;

/// A search filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter(String);

impl Filter {
    /// Everything.
    pub(super) fn all() -> Self {
        Self("(objectClass=*)".to_owned())
    }

    /// The attribute has this value, under the server's matching rule.
    pub(super) fn equal(attribute: &str, value: &str) -> Self {
        Self(format!("({attribute}={})", ldap_escape(value)))
    }

    /// The attribute has this value, byte by byte.
    pub(super) fn bytes(attribute: &str, value: &[u8]) -> Self {
        let escaped = value.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "\\{byte:02x}");
            text
        });
        Self(format!("({attribute}={escaped})"))
    }

    /// The attribute has a number that is as high, or higher.
    pub(super) fn at_least(attribute: &str, number: u64) -> Self {
        Self(format!("({attribute}>={number})"))
    }

    /// The attribute has a value.
    pub(super) fn present(attribute: &str) -> Self {
        Self(format!("({attribute}=*)"))
    }

    /// One of these.
    pub(super) fn any(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::joined('|', filters)
    }

    /// All of these.
    pub(super) fn both(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::joined('&', filters)
    }

    /// Not this.
    pub(super) fn not(filter: &Self) -> Self {
        Self(format!("(!{filter})"))
    }

    fn joined(operator: char, filters: impl IntoIterator<Item = Self>) -> Self {
        let texts: String = filters.into_iter().map(|filter| filter.0).collect();
        Self(format!("({operator}{texts})"))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    #[test]
    fn no_value_breaks_out_of_its_filter() {
        for (value, escaped) in [
            ("a)(b=*", "(cn=a\\29\\28b=\\2a)"),
            ("a\\b", "(cn=a\\5cb)"),
            ("a\0b", "(cn=a\\00b)"),
            ("Łukasz", "(cn=Łukasz)"),
        ] {
            let filter = Filter::equal("cn", value);
            assert_eq!(filter.to_string(), escaped);
            assert!(ldap3::parse_filter(filter.to_string()).is_ok());
        }
        let filter = Filter::both([
            Filter::any([Filter::present("a"), Filter::equal("b", "x")]),
            Filter::not(&Filter::present("c")),
        ]);
        assert_eq!(filter.to_string(), "(&(|(a=*)(b=x))(!(c=*)))");
        let filter = Filter::at_least("uSNChanged", 12);
        assert_eq!(filter.to_string(), "(uSNChanged>=12)");
        assert!(ldap3::parse_filter(filter.to_string()).is_ok());
        let filter = Filter::bytes("objectGUID", &[0, 0x2a, 0xff]);
        assert_eq!(filter.to_string(), "(objectGUID=\\00\\2a\\ff)");
        assert!(ldap3::parse_filter(filter.to_string()).is_ok());
    }
}
