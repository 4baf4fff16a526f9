//! What a policy needs to be allowed to do in a directory, right by right, and how that is delegated.
//!
//! A [`Right`] is the smallest thing that Active Directory grants by itself. Each says which entry of an access list
//! gives it, as SDDL (MS-DTYP 2.5.1) and as an argument of `dsacls`, so that an account can be given these and no more.
//! Knows no policy: whoever knows one makes [`Needs`] of it.

use std::collections::BTreeSet;
use std::fmt;

use super::guid::Guid;
use super::security::access;
use super::sid::Sid;

/// The identities of classes (MS-ADSC, `schemaIDGUID`).
mod class {
    pub(super) const USER: &str = "bf967aba-0de6-11d0-a285-00aa003049e2";
    pub(super) const GROUP: &str = "bf967a9c-0de6-11d0-a285-00aa003049e2";
    pub(super) const UNIT: &str = "bf967aa5-0de6-11d0-a285-00aa003049e2";
    pub(super) const MARK: &str = "28630ec1-41d5-11d1-a9c1-0000f80367c1";
}

/// The right to set a password without knowing the old one (MS-ADTS 5.1.3.2.1, User-Force-Change-Password).
const RESET_PASSWORD: &str = "00299570-246d-11d0-a768-00aa006e0529";

/// One thing that has to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    /// Making accounts, and moving them to where it may make them.
    CreateAccounts,
    /// Taking accounts away from where they are: to delete and to move them.
    RemoveAccounts,
    /// Writing this attribute of accounts.
    WriteAccount(String),
    /// Setting passwords.
    ResetPasswords,
    /// Making groups.
    CreateGroups,
    /// Changing who is a member of a group.
    WriteMembers,
    /// Making units.
    CreateUnits,
    /// Making the mark that tells to which state the directory belongs.
    CreateMark,
    /// Keeping it.
    WriteMark,
}

/// What a policy does to a directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// On everything below a write base.
    pub rights: BTreeSet<Right>,
}

/// How the schema of a forest identifies an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeId {
    /// Its own GUID.
    pub own: Guid,
    /// That of the set it belongs to, if it does.
    pub set: Option<Guid>,
}

/// What an entry of an access list must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Which right, one of [`access`].
    pub right: u32,
    /// Of which attribute, class or right of its own name.
    pub object_type: Guid,
    /// To objects of this class below; none is to the unit and all units below.
    pub class: Option<Guid>,
}

impl Right {
    /// The attribute that it writes.
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Self::WriteAccount(name) => Some(name),
            Self::WriteMembers => Some("member"),
            Self::WriteMark => Some("serviceBindingInformation"),
            Self::CreateAccounts
            | Self::RemoveAccounts
            | Self::ResetPasswords
            | Self::CreateGroups
            | Self::CreateUnits
            | Self::CreateMark => None,
        }
    }

    /// The class that it makes or takes away.
    pub const fn child(&self) -> Option<&'static str> {
        match self {
            Self::CreateAccounts | Self::RemoveAccounts => Some("user"),
            Self::CreateGroups => Some("group"),
            Self::CreateUnits => Some("organizationalUnit"),
            Self::CreateMark => Some("serviceConnectionPoint"),
            Self::WriteAccount(_) | Self::ResetPasswords | Self::WriteMembers | Self::WriteMark => {
                None
            }
        }
    }

    /// The class of the objects below that it is about; none where it is about units.
    pub const fn class(&self) -> Option<&'static str> {
        match self {
            Self::WriteAccount(_) | Self::ResetPasswords => Some("user"),
            Self::WriteMembers => Some("group"),
            Self::WriteMark => Some("serviceConnectionPoint"),
            Self::CreateAccounts
            | Self::RemoveAccounts
            | Self::CreateGroups
            | Self::CreateUnits
            | Self::CreateMark => None,
        }
    }

    /// The entry that gives it; `id` is that of the attribute, where it has one.
    pub fn entry(&self, id: Option<AttributeId>) -> Option<Entry> {
        let of_class = |right, object_type| {
            Some(Entry {
                right,
                object_type: Guid::parse(object_type)?,
                class: None,
            })
        };
        let below = |right, object_type, class| {
            Some(Entry {
                right,
                object_type,
                class: Some(Guid::parse(class)?),
            })
        };
        match self {
            Self::CreateAccounts => of_class(access::CREATE_CHILD, class::USER),
            Self::RemoveAccounts => of_class(access::DELETE_CHILD, class::USER),
            Self::CreateGroups => of_class(access::CREATE_CHILD, class::GROUP),
            Self::CreateUnits => of_class(access::CREATE_CHILD, class::UNIT),
            Self::CreateMark => of_class(access::CREATE_CHILD, class::MARK),
            Self::ResetPasswords => {
                below(access::CONTROL, Guid::parse(RESET_PASSWORD)?, class::USER)
            }
            Self::WriteAccount(_) => below(access::WRITE_PROPERTY, id?.own, class::USER),
            Self::WriteMembers => below(access::WRITE_PROPERTY, id?.own, class::GROUP),
            Self::WriteMark => below(access::WRITE_PROPERTY, id?.own, class::MARK),
        }
    }

    /// The argument of `dsacls` that gives it, and whether that is for what is below (`/I:S`) or for the unit as well
    /// (`/I:T`).
    pub fn dsacls(&self, who: &str) -> (&'static str, String) {
        let (inherits, text) = match self {
            Self::CreateAccounts => ("/I:T", "CC;user".to_owned()),
            Self::RemoveAccounts => ("/I:T", "DC;user".to_owned()),
            Self::CreateGroups => ("/I:T", "CC;group".to_owned()),
            Self::CreateUnits => ("/I:T", "CC;organizationalUnit".to_owned()),
            Self::CreateMark => ("/I:T", "CC;serviceConnectionPoint".to_owned()),
            Self::ResetPasswords => ("/I:S", "CA;Reset Password;user".to_owned()),
            Self::WriteAccount(name) => ("/I:S", format!("WP;{name};user")),
            Self::WriteMembers => ("/I:S", "WP;member;group".to_owned()),
            Self::WriteMark => (
                "/I:S",
                "WP;serviceBindingInformation;serviceConnectionPoint".to_owned(),
            ),
        };
        (inherits, format!("{who}:{text}"))
    }
}

impl Entry {
    /// The entry as SDDL, for this account.
    pub fn sddl(&self, who: &Sid) -> String {
        let right = match self.right {
            access::CREATE_CHILD => "CC",
            access::DELETE_CHILD => "DC",
            access::CONTROL => "CR",
            _ => "WP",
        };
        let object_type = self.object_type;
        match self.class {
            None => format!("(OA;CI;{right};{object_type};;{who})"),
            Some(class) => format!("(OA;CIIO;{right};{object_type};{class};{who})"),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateAccounts => f.write_str("make accounts"),
            Self::RemoveAccounts => f.write_str("delete accounts or move them away"),
            Self::WriteAccount(name) => write!(f, "write `{name}` of accounts"),
            Self::ResetPasswords => f.write_str("set passwords"),
            Self::CreateGroups => f.write_str("make groups"),
            Self::WriteMembers => f.write_str("change the members of groups"),
            Self::CreateUnits => f.write_str("make units"),
            Self::CreateMark => f.write_str("make its mark, the object `CN=tenure`"),
            Self::WriteMark => f.write_str("keep its mark, the object `CN=tenure`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AttributeId, Right};
    use crate::directory::guid::Guid;
    use crate::directory::sid::Sid;

    #[test]
    fn a_right_is_one_entry() {
        let who = Sid::parse("S-1-5-21-1-2-3-1104").unwrap();
        let id = AttributeId {
            own: Guid::parse("bf9679c0-0de6-11d0-a285-00aa003049e2").unwrap(),
            set: None,
        };
        let sddl = |right: Right| right.entry(Some(id)).unwrap().sddl(&who);
        assert_eq!(
            sddl(Right::CreateAccounts),
            "(OA;CI;CC;bf967aba-0de6-11d0-a285-00aa003049e2;;S-1-5-21-1-2-3-1104)"
        );
        assert_eq!(
            sddl(Right::WriteMembers),
            "(OA;CIIO;WP;bf9679c0-0de6-11d0-a285-00aa003049e2;bf967a9c-0de6-11d0-a285-00aa003049e2;S-1-5-21-1-2-3-1104)"
        );
        assert_eq!(Right::WriteAccount("title".into()).entry(None), None);
        assert_eq!(
            Right::ResetPasswords.dsacls("KESTREL\\svc"),
            ("/I:S", "KESTREL\\svc:CA;Reset Password;user".to_owned())
        );
    }
}
