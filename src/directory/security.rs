//! Security descriptors (MS-DTYP 2.4.6), as far as one question goes: does an access list deny a deletion?
//!
//! "Protect object from accidental deletion" is such an entry. It is looked at before an object is deleted or moved,
//! reported, and never cleared. Who is denied does not matter: whoever wrote the entry meant the object to stay.

/// What the access list of an object denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Denied {
    /// The deletion of the object itself, or of it with all below it.
    pub deletion: bool,
    /// The deletion of what is in it.
    pub deletion_of_children: bool,
}

/// `DELETE` and `RIGHT_DS_DELETE_TREE`.
const DELETION: u32 = 0x0001_0000 | 0x0000_0040;

/// `RIGHT_DS_DELETE_CHILD`.
const DELETION_OF_CHILDREN: u32 = 0x0000_0002;

/// The entry is only handed on to what is below.
const INHERIT_ONLY: u8 = 0x08;

/// Entries that deny: plain, for an object type, and both with a condition.
const DENYING: [u8; 4] = [0x01, 0x06, 0x0A, 0x0C];

/// Where the offset of the access list stands, and how long the fixed part is.
const DACL_OFFSET: usize = 16;

/// What a descriptor in its self-relative form denies; none where it is not one.
pub fn denied(descriptor: &[u8]) -> Option<Denied> {
    if *descriptor.first()? != 1 {
        return None;
    }
    let offset = u32_at(descriptor, DACL_OFFSET)? as usize;
    let mut denied = Denied::default();
    if offset == 0 {
        // No access list denies nothing.
        return Some(denied);
    }
    let list = descriptor.get(offset..)?;
    let count = u16_at(list, 4)?;
    let mut at = 8;
    for _ in 0..count {
        let kind = *list.get(at)?;
        let flags = *list.get(at + 1)?;
        let size = usize::from(u16_at(list, at + 2)?);
        let mask = u32_at(list, at + 4)?;
        if size < 8 {
            return None;
        }
        if DENYING.contains(&kind) && flags & INHERIT_ONLY == 0 {
            denied.deletion |= mask & DELETION != 0;
            denied.deletion_of_children |= mask & DELETION_OF_CHILDREN != 0;
        }
        at = at.checked_add(size)?;
    }
    Some(denied)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Denied, denied};

    /// A descriptor whose access list has these entries: type, flags, mask; each for Everyone.
    fn descriptor(entries: &[(u8, u8, u32)]) -> Vec<u8> {
        let mut bytes = vec![1, 0, 0x04, 0x80];
        for offset in [0_u32, 0, 0, 20] {
            bytes.extend(offset.to_le_bytes());
        }
        let size = u16::try_from(8 + entries.len() * 20).unwrap();
        bytes.extend([4, 0]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        for (kind, flags, mask) in entries {
            bytes.extend([*kind, *flags]);
            bytes.extend(20_u16.to_le_bytes());
            bytes.extend(mask.to_le_bytes());
            bytes.extend([1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
        }
        bytes
    }

    #[test]
    fn only_an_entry_that_denies_and_holds_here_counts() {
        let of = |entries: &[(u8, u8, u32)]| denied(&descriptor(entries)).unwrap();
        let both = Denied {
            deletion: true,
            deletion_of_children: false,
        };
        assert_eq!(of(&[]), Denied::default());
        // As "protect from accidental deletion" writes it.
        assert_eq!(of(&[(1, 0, 0x0001_0040)]), both);
        assert_eq!(of(&[(0, 0, 0x000F_01FF)]), Denied::default(), "it allows");
        assert_eq!(of(&[(0, 0, 1), (6, 0, 0x0001_0000)]), both);
        assert_eq!(
            of(&[(1, 0x0A, 0x0001_0040)]),
            Denied::default(),
            "for below only"
        );
        assert!(of(&[(1, 0, 2)]).deletion_of_children);
        assert_eq!(of(&[(1, 0, 0x20)]), Denied::default(), "it denies writing");
    }

    #[test]
    fn what_is_no_descriptor_is_none() {
        assert_eq!(denied(b""), None);
        assert_eq!(denied(b"no descriptor at all"), None);
        let whole = descriptor(&[(1, 0, 0x0001_0040)]);
        for length in 0..whole.len() - 12 {
            assert_eq!(denied(&whole[..length]), None, "{length}");
        }
    }
}
