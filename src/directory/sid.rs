//! Security identifiers: who a principal is to access control, and whether it is a privileged one.
//!
//! Privilege is decided here, by number, never by name: "Domain Admins" is called differently in every
//! language. Sources: MS-DTYP 2.4.2 (form), 2.4.2.4 (well-known SIDs); Microsoft Learn, "Security
//! identifiers" and "Appendix C: Protected Accounts and Groups in Active Directory".

use std::fmt;

/// The most sub-authorities that a SID has (MS-DTYP 2.4.2.2).
pub const MAX_SUB_AUTHORITIES: usize = 15;

/// The first relative id that AD gives to what administrators create.
pub const FIRST_FREE_RID: u32 = 1000;

/// A security identifier, `S-1-5-21-…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid {
    authority: u64,
    sub_authorities: Vec<u32>,
}

/// Relative ids that every domain has.
pub mod rid {
    /// Enterprise Read-only Domain Controllers.
    pub const ENTERPRISE_READONLY_DOMAIN_CONTROLLERS: u32 = 498;
    /// Administrator.
    pub const ADMINISTRATOR: u32 = 500;
    /// Guest.
    pub const GUEST: u32 = 501;
    /// krbtgt.
    pub const KRBTGT: u32 = 502;
    /// Domain Admins.
    pub const DOMAIN_ADMINS: u32 = 512;
    /// Domain Users: the primary group of users.
    pub const DOMAIN_USERS: u32 = 513;
    /// Domain Guests.
    pub const DOMAIN_GUESTS: u32 = 514;
    /// Domain Computers.
    pub const DOMAIN_COMPUTERS: u32 = 515;
    /// Domain Controllers.
    pub const DOMAIN_CONTROLLERS: u32 = 516;
    /// Cert Publishers.
    pub const CERT_PUBLISHERS: u32 = 517;
    /// Schema Admins.
    pub const SCHEMA_ADMINS: u32 = 518;
    /// Enterprise Admins.
    pub const ENTERPRISE_ADMINS: u32 = 519;
    /// Group Policy Creator Owners.
    pub const GROUP_POLICY_CREATOR_OWNERS: u32 = 520;
    /// Read-only Domain Controllers.
    pub const READONLY_DOMAIN_CONTROLLERS: u32 = 521;
    /// Protected Users: holds people, gives nothing.
    pub const PROTECTED_USERS: u32 = 525;
    /// Key Admins.
    pub const KEY_ADMINS: u32 = 526;
    /// Enterprise Key Admins.
    pub const ENTERPRISE_KEY_ADMINS: u32 = 527;
}

/// Groups of a domain that can make themselves masters of it.
const PRIVILEGED_IN_DOMAIN: [u32; 12] = [
    rid::ADMINISTRATOR,
    rid::KRBTGT,
    rid::ENTERPRISE_READONLY_DOMAIN_CONTROLLERS,
    rid::DOMAIN_ADMINS,
    rid::DOMAIN_CONTROLLERS,
    rid::CERT_PUBLISHERS,
    rid::SCHEMA_ADMINS,
    rid::ENTERPRISE_ADMINS,
    rid::GROUP_POLICY_CREATOR_OWNERS,
    rid::READONLY_DOMAIN_CONTROLLERS,
    rid::KEY_ADMINS,
    rid::ENTERPRISE_KEY_ADMINS,
];

/// Groups of `S-1-5-32` likewise: Administrators 544, Account Operators 548, Server Operators 549, Print
/// Operators 550, Backup Operators 551, Replicator 552, Incoming Forest Trust Builders 557,
/// Cryptographic Operators 569, Hyper-V Administrators 578, Storage Replica Administrators 582.
const PRIVILEGED_BUILT_IN: [u32; 10] = [544, 548, 549, 550, 551, 552, 557, 569, 578, 582];

impl Sid {
    /// The SID of that authority (5 is NT) and those sub-authorities.
    pub fn new(authority: u64, sub_authorities: impl Into<Vec<u32>>) -> Option<Self> {
        let sub_authorities = sub_authorities.into();
        let fits = (1..=MAX_SUB_AUTHORITIES).contains(&sub_authorities.len());
        (fits && authority < 1 << 48).then_some(Self {
            authority,
            sub_authorities,
        })
    }

    /// Reads the bytes of `objectSid`.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let ([1, count, authority @ ..], rest) = bytes.split_first_chunk::<8>()? else {
            return None;
        };
        let authority = authority
            .iter()
            .fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let (words, left) = rest.as_chunks::<4>();
        if words.len() != usize::from(*count) || !left.is_empty() {
            return None;
        }
        let words: Vec<u32> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        Self::new(authority, words)
    }

    /// The bytes as AD stores them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.sub_authorities.len() * 4);
        bytes.push(1);
        bytes.push(u8::try_from(self.sub_authorities.len()).unwrap_or_default());
        bytes.extend(self.authority.to_be_bytes().iter().skip(2));
        for word in &self.sub_authorities {
            bytes.extend(word.to_le_bytes());
        }
        bytes
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let head = parts.next()?.eq_ignore_ascii_case("S") && parts.next()? == "1";
        let authority = parts.next()?.parse().ok()?;
        let words: Option<Vec<u32>> = parts.map(|part| part.parse().ok()).collect();
        head.then(|| Self::new(authority, words?)).flatten()
    }

    /// The last number: which principal of its domain this is.
    pub fn rid(&self) -> u32 {
        self.sub_authorities.last().copied().unwrap_or_default()
    }

    /// The SID of the domain that this principal belongs to; none for a SID that is no principal of a domain.
    pub fn domain(&self) -> Option<Self> {
        match self.sub_authorities.as_slice() {
            [21, _, _, _, _] if self.authority == 5 => {
                let words = self.sub_authorities.split_last()?.1;
                Self::new(5, words)
            }
            _ => None,
        }
    }

    /// The principal of this domain with that relative id.
    pub fn principal(&self, rid: u32) -> Option<Self> {
        let mut words = self.sub_authorities.clone();
        words.push(rid);
        Self::new(self.authority, words)
    }

    /// Whether this is a group of `S-1-5-32`, the same in every domain.
    pub fn is_built_in_domain(&self) -> bool {
        self.authority == 5 && matches!(self.sub_authorities.as_slice(), [32, _])
    }

    /// Whether AD itself made this principal, not an administrator.
    pub fn is_built_in(&self) -> bool {
        self.is_built_in_domain() || (self.domain().is_some() && self.rid() < FIRST_FREE_RID)
    }

    /// Whether who has this SID, or is a member of the group that has it, can take the domain over.
    pub fn is_privileged(&self) -> bool {
        match self.sub_authorities.as_slice() {
            [32, rid] if self.authority == 5 => PRIVILEGED_BUILT_IN.contains(rid),
            [21, _, _, _, rid] if self.authority == 5 => PRIVILEGED_IN_DOMAIN.contains(rid),
            _ => false,
        }
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority)?;
        for word in &self.sub_authorities {
            write!(f, "-{word}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::{Sid, rid};

    const TEXT: &str = "S-1-5-21-3623811015-3361044348-30300820-1013";

    #[test]
    fn bytes_and_text_are_the_same_sid() {
        let sid = Sid::parse(TEXT).unwrap();
        assert_eq!(sid.to_string(), TEXT);
        assert_eq!(Sid::from_bytes(&sid.to_bytes()), Some(sid.clone()));
        assert_eq!(
            sid.to_bytes()[..12],
            [1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0],
            "revision, count, authority big-endian, first word little-endian"
        );
        let domain = sid.domain().unwrap();
        assert_eq!(domain.principal(sid.rid()), Some(sid));
        assert_eq!(domain.domain(), None);
    }

    #[test]
    fn what_is_no_sid_is_refused() {
        for text in [
            "",
            "S-1",
            "S-1-5",
            "S-2-5-21",
            "S-1-5-x",
            "S-1-5-4294967296",
        ] {
            assert_eq!(Sid::parse(text), None, "{text}");
        }
        let mut bytes = Sid::parse(TEXT).unwrap().to_bytes();
        bytes.pop();
        assert_eq!(Sid::from_bytes(&bytes), None);
        assert_eq!(Sid::from_bytes(&[1, 0, 0, 0, 0, 0, 0, 5]), None);
    }

    #[test]
    fn privilege_goes_by_number() {
        let domain = Sid::parse("S-1-5-21-1-2-3").unwrap();
        assert!(
            domain
                .principal(rid::DOMAIN_ADMINS)
                .unwrap()
                .is_privileged()
        );
        assert!(Sid::parse("S-1-5-32-544").unwrap().is_privileged());
        assert!(!domain.principal(rid::DOMAIN_USERS).unwrap().is_privileged());
        assert!(!domain.principal(1512).unwrap().is_privileged());
        assert!(!Sid::parse("S-1-5-32-545").unwrap().is_privileged());
        assert!(domain.principal(rid::DOMAIN_USERS).unwrap().is_built_in());
        assert!(!domain.principal(1104).unwrap().is_built_in());
    }
}
