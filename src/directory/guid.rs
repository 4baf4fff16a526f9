//! `objectGUID`: the name of an object that never changes.

use std::fmt;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The GUID of an object; survives renames, moves and, unlike the SID, migrations.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Guid(Uuid);

impl Guid {
    /// The GUID of nothing.
    pub const NIL: Self = Self(Uuid::nil());

    /// Reads the 16 bytes of `objectGUID`, whose first three fields are little-endian (MS-DTYP 2.3.4).
    pub fn from_ad_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; 16] = bytes.try_into().ok()?;
        Some(Self(Uuid::from_bytes_le(bytes)))
    }

    /// The 16 bytes as AD stores them.
    pub fn to_ad_bytes(self) -> [u8; 16] {
        self.0.to_bytes_le()
    }

    /// Reads the text form, with or without braces.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text.trim()).ok().map(Self)
    }

    /// The GUID of something that has none of its own: always the same for the same words.
    pub fn derived(words: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for word in words {
            hash.update((word.len() as u64).to_le_bytes());
            hash.update(word.as_bytes());
        }
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        for (byte, from) in bytes.iter_mut().zip(digest.iter()) {
            *byte = *from;
        }
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Guid;

    #[test]
    fn the_first_three_fields_are_little_endian() {
        let bytes = [
            0x78, 0x56, 0x34, 0x12, 0xCD, 0xAB, 0x01, 0xEF, 1, 2, 3, 4, 5, 6, 7, 8,
        ];
        let guid = Guid::from_ad_bytes(&bytes).unwrap();
        assert_eq!(guid.to_string(), "12345678-abcd-ef01-0102-030405060708");
        assert_eq!(guid.to_ad_bytes(), bytes);
        assert_eq!(
            Guid::parse("{12345678-ABCD-EF01-0102-030405060708}"),
            Some(guid)
        );
        assert_eq!(Guid::from_ad_bytes(&bytes[1..]), None);
        assert_eq!(Guid::parse("12345678"), None);
    }

    #[test]
    fn a_derived_guid_depends_on_each_word() {
        assert_eq!(Guid::derived(&["a", "b"]), Guid::derived(&["a", "b"]));
        assert_ne!(Guid::derived(&["a", "b"]), Guid::derived(&["ab", ""]));
    }
}
