//! The port to a directory: what is read from it, what is asked of it, how it refuses.
//!
//! An [`Operation`] is data, precise enough that a directory can do it only where nothing has changed since
//! it was planned: a [`Change`] names the values that go as well as those that come. The embedded directory
//! and live LDAP implement [`Directory`] alike and pass the same conformance tests.
//!
//! Begin with [`Directory`], then [`Operation`] and [`Error`].

use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::dn::Dn;
use super::guid::Guid;
use super::object::Object;
use super::snapshot::Snapshot;
use super::value::{AttributeName, Value};

/// A directory that can be read and written.
pub trait Directory: Send + Sync {
    /// Everything there is, at one instant.
    fn snapshot(&self) -> Result<Snapshot, Error>;

    /// One object as it is now; none if there is none.
    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, Error>;

    /// The same with these attributes and with what tells whether it may be written, and not necessarily more: what is
    /// asked right before each operation, so a directory far away may answer many such questions at once.
    fn read_some(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Option<Arc<Object>>, Error> {
        let _ = attributes;
        self.read(target)
    }

    /// Every object that has this address now, in whatever attribute of the one name space of addresses (S14).
    fn address_holders(&self, address: &str) -> Result<Vec<Guid>, Error>;

    /// Whether a name stands among the direct members of a group, its primary group not counting; refused with
    /// [`ResultCode::NoSuchObject`] where there is no such group. A group may have thousands of members: whoever
    /// answers does not read them all (over LDAP, a base search for `(member=DN)`).
    fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, Error>;

    /// Does one operation, wholly or not at all; on return it is durable. Yields the object's GUID.
    fn perform(&self, operation: &Operation) -> Result<Guid, Error>;
}

/// Which object is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The one with that GUID, whatever it is called.
    Guid(Guid),
    /// The one of that name.
    Dn(Dn),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(guid) => write!(f, "<GUID={guid}>"),
            Self::Dn(dn) => dn.fmt(f),
        }
    }
}

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Makes an object.
    Add {
        /// Its name.
        dn: Dn,
        /// Its attributes; at least `objectClass`, of which the last and most special class is enough.
        attributes: Vec<(AttributeName, Vec<Value>)>,
    },
    /// Changes attributes, all of them or none.
    Modify {
        /// Which object.
        target: Target,
        /// What changes.
        changes: Vec<Change>,
    },
    /// Gives an object another name, another place, or both.
    Move {
        /// Which object.
        guid: Guid,
        /// The name it must have now.
        from: Dn,
        /// The name it gets.
        to: Dn,
    },
    /// Removes an object that has nothing below it.
    Delete {
        /// Which object.
        guid: Guid,
        /// The name it must have now.
        dn: Dn,
    },
    /// Sets the password of an account.
    SetPassword {
        /// Which account.
        guid: Guid,
        /// The password.
        password: SecretString,
        /// Whether it must be changed at the next logon.
        must_change: bool,
    },
}

/// What happens to the values of one attribute: all that go must be there, and none that comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which attribute.
    pub attribute: AttributeName,
    /// The values that go.
    pub delete: Vec<Value>,
    /// The values that come.
    pub add: Vec<Value>,
}

impl Change {
    /// Puts one value in the place of another, either of which may be missing.
    pub fn replace(
        attribute: impl Into<AttributeName>,
        old: Option<Value>,
        new: Option<Value>,
    ) -> Self {
        Self {
            attribute: attribute.into(),
            delete: old.into_iter().collect(),
            add: new.into_iter().collect(),
        }
    }
}

/// The LDAP result codes that a directory answers with (RFC 4511, appendix A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are RFC 4511's")]
pub enum ResultCode {
    OperationsError,
    ProtocolError,
    TimeLimitExceeded,
    SizeLimitExceeded,
    StrongerAuthRequired,
    NoSuchAttribute,
    UndefinedAttributeType,
    ConstraintViolation,
    AttributeOrValueExists,
    InvalidAttributeSyntax,
    NoSuchObject,
    InvalidDnSyntax,
    InvalidCredentials,
    InsufficientAccessRights,
    Busy,
    Unavailable,
    UnwillingToPerform,
    NamingViolation,
    ObjectClassViolation,
    NotAllowedOnNonLeaf,
    NotAllowedOnRdn,
    EntryAlreadyExists,
    AffectsMultipleDsas,
    Other,
    /// A code that has no name here.
    Unnamed(u32),
}

/// Each named code with its number.
const CODES: [(ResultCode, u32, &str); 24] = [
    (ResultCode::OperationsError, 1, "OperationsError"),
    (ResultCode::ProtocolError, 2, "ProtocolError"),
    (ResultCode::TimeLimitExceeded, 3, "TimeLimitExceeded"),
    (ResultCode::SizeLimitExceeded, 4, "SizeLimitExceeded"),
    (ResultCode::StrongerAuthRequired, 8, "StrongerAuthRequired"),
    (ResultCode::NoSuchAttribute, 16, "NoSuchAttribute"),
    (
        ResultCode::UndefinedAttributeType,
        17,
        "UndefinedAttributeType",
    ),
    (ResultCode::ConstraintViolation, 19, "ConstraintViolation"),
    (
        ResultCode::AttributeOrValueExists,
        20,
        "AttributeOrValueExists",
    ),
    (
        ResultCode::InvalidAttributeSyntax,
        21,
        "InvalidAttributeSyntax",
    ),
    (ResultCode::NoSuchObject, 32, "NoSuchObject"),
    (ResultCode::InvalidDnSyntax, 34, "InvalidDnSyntax"),
    (ResultCode::InvalidCredentials, 49, "InvalidCredentials"),
    (
        ResultCode::InsufficientAccessRights,
        50,
        "InsufficientAccessRights",
    ),
    (ResultCode::Busy, 51, "Busy"),
    (ResultCode::Unavailable, 52, "Unavailable"),
    (ResultCode::UnwillingToPerform, 53, "UnwillingToPerform"),
    (ResultCode::NamingViolation, 64, "NamingViolation"),
    (ResultCode::ObjectClassViolation, 65, "ObjectClassViolation"),
    (ResultCode::NotAllowedOnNonLeaf, 66, "NotAllowedOnNonLeaf"),
    (ResultCode::NotAllowedOnRdn, 67, "NotAllowedOnRdn"),
    (ResultCode::EntryAlreadyExists, 68, "EntryAlreadyExists"),
    (ResultCode::AffectsMultipleDsas, 71, "AffectsMultipleDsas"),
    (ResultCode::Other, 80, "Other"),
];

impl ResultCode {
    /// The code of that number.
    pub fn from_number(number: u32) -> Self {
        CODES
            .iter()
            .find(|(_, known, _)| *known == number)
            .map_or(Self::Unnamed(number), |(code, _, _)| *code)
    }

    /// The number that goes over the wire.
    pub fn number(self) -> u32 {
        if let Self::Unnamed(number) = self {
            return number;
        }
        CODES
            .iter()
            .find(|(code, _, _)| *code == self)
            .map_or(80, |(_, number, _)| *number)
    }
}

impl fmt::Display for ResultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match CODES.iter().find(|(code, _, _)| code == self) {
            Some((_, number, name)) => write!(f, "{name} ({number})"),
            None => write!(f, "result code {}", self.number()),
        }
    }
}

/// The Windows error that AD puts in front of its message, where we act on it (MS-ERREF 2.2).
pub mod win32 {
    /// The password is missing, too short or too plain.
    pub const PASSWORD_RESTRICTION: u32 = 0x0000_052D;
    /// No such member.
    pub const NO_SUCH_MEMBER: u32 = 0x0000_0525;
    /// The object exists already.
    pub const OBJECT_ALREADY_EXISTS: u32 = 0x0000_2071;
    /// The parent or the object does not exist.
    pub const NO_SUCH_OBJECT: u32 = 0x0000_2030;
    /// There are children.
    pub const CHILDREN_EXIST: u32 = 0x0000_2015;
    /// The UPN is taken.
    pub const UPN_NOT_UNIQUE: u32 = 0x0000_21C8;
    /// The attribute is not in the schema.
    pub const NO_ATTRIBUTE: u32 = 0x0000_200A;
    /// A value does not fit.
    pub const CONSTRAINT_VIOLATION: u32 = 0x0000_200B;
    /// More than one value of a single-valued attribute.
    pub const SINGLE_VALUE: u32 = 0x0000_200D;
    /// The naming attribute changes by rename only.
    pub const RDN_BY_RENAME: u32 = 0x0000_2016;
    /// A link names what does not exist.
    pub const NO_LINK_TARGET: u32 = 0x0000_20B5;
    /// A value that is not taken.
    pub const INVALID_PARAMETER: u32 = 0x0000_0057;
    /// Whoever is to be removed is no member.
    pub const NOT_A_MEMBER: u32 = 0x0000_0561;
    /// Whoever is to be added is a member.
    pub const ALREADY_A_MEMBER: u32 = 0x0000_0562;
    /// A group type that there is not.
    pub const BAD_GROUP_TYPE: u32 = 0x0000_2141;
    /// The directory does not do that.
    pub const WILL_NOT_PERFORM: u32 = 0x0000_2035;
    /// The value is there already.
    pub const VALUE_EXISTS: u32 = 0x0000_2083;
    /// The attribute or value is not there.
    pub const NO_VALUE: u32 = 0x0000_2085;
    /// The class says otherwise.
    pub const CLASS_VIOLATION: u32 = 0x0000_2014;
    /// A global group takes no domain local one.
    pub const GLOBAL_HOLDS_LOCAL: u32 = 0x0000_2144;
    /// A global group takes no universal one.
    pub const GLOBAL_HOLDS_UNIVERSAL: u32 = 0x0000_2145;
    /// A universal group takes no domain local one.
    pub const UNIVERSAL_HOLDS_LOCAL: u32 = 0x0000_2146;
    /// The group is somebody's primary group.
    pub const HAS_PRIMARY_MEMBERS: u32 = 0x0000_2149;
    /// Whoever asks may not.
    pub const ACCESS_DENIED: u32 = 0x0000_0005;
    /// The login is taken.
    pub const USER_EXISTS: u32 = 0x0000_0524;
    /// The directory has too much to do.
    pub const TOO_BUSY: u32 = 0x0000_200E;
    /// An attribute that the directory keeps itself.
    pub const ILLEGAL_MODIFICATION: u32 = 0x0000_2077;
    /// The parent does not exist.
    pub const NO_PARENT: u32 = 0x0000_2089;
    /// The object does not exist, or is not to be seen.
    pub const OBJECT_NOT_FOUND: u32 = 0x0000_208D;
    /// No right to write the property.
    pub const INSUFFICIENT_RIGHTS: u32 = 0x0000_2098;
    /// The SPN is taken.
    pub const SPN_NOT_UNIQUE: u32 = 0x0000_21C7;
}

/// Why an operation was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The directory refused.
    #[error("{code}: {}{message} ({dn})", prefix(*.win32))]
    Refused {
        /// With which code.
        code: ResultCode,
        /// The Windows error in front of AD's message, where there is one.
        win32: Option<u32>,
        /// The object it was asked for, or its GUID where it has no name.
        dn: String,
        /// What the directory says.
        message: String,
    },
    /// The object has another name than the plan saw.
    #[error("{guid} is now called {now}, the plan saw {planned}")]
    Renamed {
        /// Which object.
        guid: Guid,
        /// What it is called now.
        now: Dn,
        /// What the plan saw.
        planned: Dn,
    },
    /// No answer came; the operation may have been done.
    #[error("the directory did not answer: {message}")]
    Unreachable {
        /// What happened.
        message: String,
    },
    /// The change could not be written down; nothing was done.
    #[error("{path}: the change could not be stored: {source}")]
    Storage {
        /// The file.
        path: String,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// An earlier change may be half stored; the directory must be opened again before it takes another one.
    #[error("{path}: an earlier change could not be stored for sure; start again")]
    Stopped {
        /// The file.
        path: String,
    },
}

fn prefix(win32: Option<u32>) -> String {
    win32.map_or_else(String::new, |code| format!("{code:08X}: "))
}

impl Error {
    /// The result code, where the directory gave one.
    pub fn code(&self) -> Option<ResultCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            Self::Renamed { .. }
            | Self::Unreachable { .. }
            | Self::Storage { .. }
            | Self::Stopped { .. } => None,
        }
    }

    /// The Windows error, where the directory gave one.
    pub fn win32(&self) -> Option<u32> {
        match self {
            Self::Refused { win32, .. } => *win32,
            Self::Renamed { .. }
            | Self::Unreachable { .. }
            | Self::Storage { .. }
            | Self::Stopped { .. } => None,
        }
    }

    /// Whether the same operation may succeed a little later, with nothing changed.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Refused { code, .. } => matches!(
                code,
                ResultCode::Busy | ResultCode::Unavailable | ResultCode::TimeLimitExceeded
            ),
            Self::Unreachable { .. } => true,
            Self::Renamed { .. } | Self::Storage { .. } | Self::Stopped { .. } => false,
        }
    }

    /// Whether it is the domain's password policy that refuses, whatever the code.
    pub fn is_password_policy(&self) -> bool {
        self.win32() == Some(win32::PASSWORD_RESTRICTION)
    }

    /// Whether somebody else changed the object since the plan saw it.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Renamed { .. } => true,
            Self::Refused { code, .. } => matches!(
                code,
                ResultCode::NoSuchAttribute
                    | ResultCode::AttributeOrValueExists
                    | ResultCode::NoSuchObject
                    | ResultCode::EntryAlreadyExists
            ),
            Self::Unreachable { .. } | Self::Storage { .. } | Self::Stopped { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Error, ResultCode, win32};

    #[test]
    fn every_code_has_its_number() {
        for (code, number, name) in CODES {
            assert_eq!(ResultCode::from_number(number), code);
            assert_eq!(code.number(), number);
            assert_eq!(code.to_string(), format!("{name} ({number})"));
        }
        assert_eq!(ResultCode::from_number(97), ResultCode::Unnamed(97));
        assert_eq!(ResultCode::Unnamed(97).to_string(), "result code 97");
    }

    #[test]
    fn an_error_reads_as_ad_writes_it() {
        let error = Error::Refused {
            code: ResultCode::UnwillingToPerform,
            win32: Some(win32::PASSWORD_RESTRICTION),
            dn: "CN=a,DC=x".to_owned(),
            message: "it has no password".to_owned(),
        };
        assert_eq!(
            error.to_string(),
            "UnwillingToPerform (53): 0000052D: it has no password (CN=a,DC=x)"
        );
        assert!(error.is_password_policy() && !error.is_retryable() && !error.is_conflict());
    }
}
