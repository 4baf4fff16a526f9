//! Security descriptors (MS-DTYP 2.4.6): who may do what with an object.
//!
//! Two questions are asked. Does the list deny a deletion ([`denied`])? "Protect object from accidental deletion" is
//! such an entry; it is looked at before an object is deleted or moved, reported, and never cleared, and who is denied
//! does not matter: whoever wrote it meant the object to stay. And does it let somebody do something
//! ([`Descriptor::allows`])? That is asked for the account that this program logs on with, before anything is written.

use std::collections::BTreeSet;

use super::guid::Guid;
use super::sid::Sid;

/// What the access list of an object denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Denied {
    /// The deletion of the object itself, or of it with all below it.
    pub deletion: bool,
    /// The deletion of what is in it.
    pub deletion_of_children: bool,
}

/// Rights on an object of the directory (MS-DTYP 2.4.3, MS-ADTS 5.1.3.2).
pub mod access {
    /// Making something below it.
    pub const CREATE_CHILD: u32 = 0x0000_0001;
    /// Deleting something below it.
    pub const DELETE_CHILD: u32 = 0x0000_0002;
    /// Writing an attribute.
    pub const WRITE_PROPERTY: u32 = 0x0000_0020;
    /// Deleting it with all below it.
    pub const DELETE_TREE: u32 = 0x0000_0040;
    /// A right with a name of its own, such as resetting a password.
    pub const CONTROL: u32 = 0x0000_0100;
    /// Deleting it.
    pub const DELETE: u32 = 0x0001_0000;
    /// All of them, as somebody may have written it.
    pub const GENERIC_ALL: u32 = 0x1000_0000;
    /// What changes it, likewise.
    pub const GENERIC_WRITE: u32 = 0x4000_0000;
}

/// What an entry hands on (MS-DTYP 2.4.4.1): to everything below, and to that alone.
const CONTAINER_INHERIT: u8 = 0x02;
const INHERIT_ONLY: u8 = 0x08;

/// Entries that allow and that deny: plain, and for an object type; the latter two with a condition as well, which
/// counts as denying and never as allowing.
const ALLOWING: [u8; 2] = [0x00, 0x05];
const DENYING: [u8; 4] = [0x01, 0x06, 0x0A, 0x0C];
const FOR_OBJECT_TYPE: [u8; 4] = [0x05, 0x06, 0x0B, 0x0C];

/// Which of its two GUIDs an entry for an object type has.
const HAS_OBJECT_TYPE: u32 = 1;
const HAS_INHERITED_TYPE: u32 = 2;

/// `SE_DACL_PROTECTED`: the list takes nothing from above.
const PROTECTED: u16 = 0x1000;

/// Where the offset of the access list stands, and how long the fixed part is.
const DACL_OFFSET: usize = 16;

/// The access list of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Whether it takes nothing from above.
    pub is_protected: bool,
    /// None lets everybody do everything.
    entries: Option<Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: u8,
    flags: u8,
    mask: u32,
    object_type: Option<Guid>,
    inherited_type: Option<Guid>,
    who: Option<Sid>,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'w> {
    /// Which right, one of [`access`].
    pub right: u32,
    /// With which attribute, class or right of its own name.
    pub object_type: Option<Guid>,
    /// The set of attributes that this one belongs to.
    pub set: Option<Guid>,
    /// With the object itself, or with what is made below it and is of this class.
    pub below: Option<Guid>,
    /// By somebody who is all of these.
    pub by: &'w BTreeSet<Sid>,
}

impl Descriptor {
    /// Reads a descriptor in its self-relative form; none where it is not one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if *bytes.first()? != 1 {
            return None;
        }
        let is_protected = u16_at(bytes, 2)? & PROTECTED != 0;
        let offset = u32_at(bytes, DACL_OFFSET)? as usize;
        if offset == 0 {
            return Some(Self {
                is_protected,
                entries: None,
            });
        }
        let list = bytes.get(offset..)?;
        let count = u16_at(list, 4)?;
        let mut at: usize = 8;
        let mut entries = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let size = usize::from(u16_at(list, at.checked_add(2)?)?);
            let end = at.checked_add(size)?;
            entries.push(Entry::read(list.get(at..end)?)?);
            at = end;
        }
        Some(Self {
            is_protected,
            entries: Some(entries),
        })
    }

    /// Whether it lets somebody do something (MS-ADTS 5.1.3.3.3): the first entry that speaks of it decides.
    pub fn allows(&self, wanted: &Wanted<'_>) -> bool {
        let Some(entries) = &self.entries else {
            return true;
        };
        let speaks = |entry: &&Entry| entry.speaks_of(wanted);
        let first = entries.iter().find(speaks);
        first.is_some_and(|entry| ALLOWING.contains(&entry.kind))
    }

    /// What it denies anybody.
    fn denied(&self) -> Denied {
        let mut denied = Denied::default();
        let here =
            |entry: &&Entry| DENYING.contains(&entry.kind) && entry.flags & INHERIT_ONLY == 0;
        for entry in self.entries.iter().flatten().filter(here) {
            denied.deletion |= entry.mask & (access::DELETE | access::DELETE_TREE) != 0;
            denied.deletion_of_children |= entry.mask & access::DELETE_CHILD != 0;
        }
        denied
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (kind, flags) = (*bytes.first()?, *bytes.get(1)?);
        let mask = u32_at(bytes, 4)?;
        let mut rest = bytes.get(8..)?;
        let (mut object_type, mut inherited_type) = (None, None);
        if FOR_OBJECT_TYPE.contains(&kind) {
            // The GUIDs stand behind the flags that tell of them.
            let which = u32_at(bytes, 8)?;
            rest = bytes.get(12..)?;
            for (flag, guid) in [
                (HAS_OBJECT_TYPE, &mut object_type),
                (HAS_INHERITED_TYPE, &mut inherited_type),
            ] {
                if which & flag != 0 {
                    let (bytes, behind) = rest.split_at_checked(16)?;
                    *guid = Guid::from_ad_bytes(bytes);
                    rest = behind;
                }
            }
        }
        let length = rest.get(1).map(|count| 8 + 4 * usize::from(*count));
        let who = length.and_then(|length| Sid::from_bytes(rest.get(..length)?));
        Some(Self {
            kind,
            flags,
            mask,
            object_type,
            inherited_type,
            who,
        })
    }

    /// Whether it decides what is wanted, this way or that.
    fn speaks_of(&self, wanted: &Wanted<'_>) -> bool {
        let decides = ALLOWING.contains(&self.kind) || DENYING.contains(&self.kind);
        let generic = match wanted.right {
            access::WRITE_PROPERTY => access::GENERIC_ALL | access::GENERIC_WRITE,
            _ => access::GENERIC_ALL,
        };
        let of_right = self.mask & (wanted.right | generic) != 0;
        let of_type = self.object_type.is_none_or(|object_type| {
            wanted.object_type == Some(object_type) || wanted.set == Some(object_type)
        });
        let here = match wanted.below {
            None => self.flags & INHERIT_ONLY == 0,
            Some(class) => {
                self.flags & CONTAINER_INHERIT != 0
                    && self
                        .inherited_type
                        .is_none_or(|inherited| inherited == class)
            }
        };
        let of_somebody = self.who.as_ref().is_some_and(|who| wanted.by.contains(who));
        decides && of_right && of_type && here && of_somebody
    }
}

/// What a descriptor in its self-relative form denies; none where it is not one.
pub fn denied(descriptor: &[u8]) -> Option<Denied> {
    Descriptor::read(descriptor).map(|descriptor| descriptor.denied())
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
    use super::{Denied, Descriptor, Wanted, access, denied};
    use crate::directory::guid::Guid;
    use crate::directory::sid::Sid;
    use std::collections::BTreeSet;

    /// A descriptor whose access list has these entries: type, flags, mask; each for Everyone.
    fn descriptor(entries: &[(u8, u8, u32)]) -> Vec<u8> {
        let mut bytes = vec![1, 0, 0x04, 0x80];
        for offset in [0_u32, 0, 0, 20] {
            bytes.extend(offset.to_le_bytes());
        }
        let of = |kind: u8| {
            if super::FOR_OBJECT_TYPE.contains(&kind) {
                24
            } else {
                20_u16
            }
        };
        let size: u16 = 8 + entries.iter().map(|(kind, ..)| of(*kind)).sum::<u16>();
        bytes.extend([4, 0]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        for (kind, flags, mask) in entries {
            bytes.extend([*kind, *flags]);
            bytes.extend(of(*kind).to_le_bytes());
            bytes.extend(mask.to_le_bytes());
            if of(*kind) > 20 {
                // For all types.
                bytes.extend([0; 4]);
            }
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

    /// An entry for an object type and for a class below.
    fn typed(kind: u8, flags: u8, mask: u32, types: [Option<Guid>; 2], who: &Sid) -> Vec<u8> {
        let mut body = Vec::new();
        let which = u32::from(types[0].is_some()) | u32::from(types[1].is_some()) << 1;
        body.extend(mask.to_le_bytes());
        body.extend(which.to_le_bytes());
        for guid in types.into_iter().flatten() {
            body.extend(guid.to_ad_bytes());
        }
        body.extend(who.to_bytes());
        let size = u16::try_from(4 + body.len()).unwrap();
        [vec![kind, flags], size.to_le_bytes().to_vec(), body].concat()
    }

    #[test]
    fn the_first_entry_that_speaks_of_it_decides() {
        let [attribute, set, user, group] =
            ["attribute", "set", "user", "group"].map(|word| Guid::derived(&[word]));
        let [me, other] = [1000, 1001].map(|rid| Sid::new(5, [21, 1, 2, 3, rid]).unwrap());
        let by = BTreeSet::from([me.clone()]);
        let allows = |entries: &[Vec<u8>], below| {
            let mut bytes = vec![1, 0, 0x04, 0x80];
            for offset in [0_u32, 0, 0, 20] {
                bytes.extend(offset.to_le_bytes());
            }
            let list = entries.concat();
            bytes.extend([4, 0]);
            bytes.extend(u16::try_from(8 + list.len()).unwrap().to_le_bytes());
            bytes.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
            bytes.extend([0, 0]);
            bytes.extend(list);
            let descriptor = Descriptor::read(&bytes).unwrap();
            descriptor.allows(&Wanted {
                right: access::WRITE_PROPERTY,
                object_type: Some(attribute),
                set: Some(set),
                below,
                by: &by,
            })
        };
        let mask = access::WRITE_PROPERTY;
        let for_users =
            |kind, who: &Sid| typed(kind, 0x0A, mask, [Some(attribute), Some(user)], who);
        assert!(allows(&[for_users(5, &me)], Some(user)));
        assert!(
            !allows(&[for_users(5, &me)], Some(group)),
            "of another class"
        );
        assert!(!allows(&[for_users(5, &me)], None), "for below only");
        assert!(
            !allows(&[for_users(5, &other)], Some(user)),
            "somebody else's"
        );
        assert!(!allows(&[for_users(6, &me), for_users(5, &me)], Some(user)));
        assert!(allows(
            &[for_users(6, &other), for_users(5, &me)],
            Some(user)
        ));
        let of_set = typed(5, 0x02, mask, [Some(set), None], &me);
        assert!(allows(std::slice::from_ref(&of_set), Some(user)));
        assert!(allows(&[of_set], None), "handed on, and here as well");
        let of_another = typed(5, 0x02, mask, [Some(user), None], &me);
        assert!(!allows(&[of_another], None));
        let all = typed(5, 0x02, access::GENERIC_ALL, [None, None], &me);
        assert!(allows(&[all], Some(group)));
        assert!(!allows(&[], Some(user)));
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
