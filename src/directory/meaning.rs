//! What an answer of the directory means: what happened, in a sentence, and what mends it.
//!
//! LDAP has a few dozen result codes for everything that can be refused; the Windows error that AD puts in front of
//! its message often tells more. Where we know that error it decides, else the code does. What the server says itself
//! is shown beside it, never in its place: it is another's text.

use super::port::{Error, ResultCode, win32};

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// What happened, as a sentence without its full stop.
    pub what: &'static str,
    /// What to do about it, as an act.
    pub mend: &'static str,
}

/// Said of everything that somebody else changed.
pub const PLAN_AGAIN: &str = "plan again: the next plan starts from what is there now";

const RIGHTS: &str =
    "`tenure doctor` names the right that is missing; give it to the account that tenure runs as";
const DOCTOR: &str =
    "`tenure doctor` looks at connection, credentials and rights, and says what to change";
const LATER: &str = "run it again when the domain controller has less to do";
const VALUE: &str = "correct the value in HR, or the rule that makes it";
const OURS: &str = "this is a mistake in tenure, or the server is no Active Directory: report it with what the server says";

/// The Windows errors that tell more than the code beside them.
const ERRORS: [(u32, &str, &str); 31] = [
    (
        win32::ACCESS_DENIED,
        "the account that tenure runs as may not do this",
        RIGHTS,
    ),
    (
        win32::INVALID_PARAMETER,
        "the directory does not take one of the values",
        VALUE,
    ),
    (
        win32::USER_EXISTS,
        "another account has this login already",
        PLAN_AGAIN,
    ),
    (
        win32::NO_SUCH_MEMBER,
        "whoever is to be a member does not exist",
        PLAN_AGAIN,
    ),
    (
        win32::PASSWORD_RESTRICTION,
        "the domain's password policy refuses the password, or there is none",
        "let the policy make longer passwords, or look which password policy of the domain applies to the account",
    ),
    (
        win32::NOT_A_MEMBER,
        "whoever is to be removed is no member",
        PLAN_AGAIN,
    ),
    (
        win32::ALREADY_A_MEMBER,
        "whoever is to be added is a member already",
        PLAN_AGAIN,
    ),
    (
        win32::NO_ATTRIBUTE,
        "the schema of this directory has no such attribute",
        "extend the schema, or take the attribute out of the policy",
    ),
    (
        win32::CONSTRAINT_VIOLATION,
        "a value does not fit its attribute: it is too long, or of another form",
        VALUE,
    ),
    (
        win32::SINGLE_VALUE,
        "the attribute takes one value, and this would be a second one",
        PLAN_AGAIN,
    ),
    (
        win32::CLASS_VIOLATION,
        "objects of this class cannot have that attribute",
        "take the attribute out of the policy, or extend the class in the schema",
    ),
    (
        win32::CHILDREN_EXIST,
        "there is something below the object",
        "move or delete what lies below it, then plan again",
    ),
    (
        win32::RDN_BY_RENAME,
        "the name of an object changes by a rename alone",
        OURS,
    ),
    (
        win32::NO_SUCH_OBJECT,
        "the object, or the unit that it lies in, does not exist",
        PLAN_AGAIN,
    ),
    (
        win32::WILL_NOT_PERFORM,
        "the directory does not do this to this object",
        "look at what the server says: the object may be one that Windows protects, or keeps itself",
    ),
    (
        win32::OBJECT_ALREADY_EXISTS,
        "an object of this name is there already",
        "look whose it is: adopt it, rename it, or let the policy choose another name",
    ),
    (
        win32::ILLEGAL_MODIFICATION,
        "the directory keeps this attribute itself and lets nobody change it in this way",
        "take the attribute out of the policy",
    ),
    (
        win32::VALUE_EXISTS,
        "a value that comes is there already",
        PLAN_AGAIN,
    ),
    (
        win32::NO_VALUE,
        "a value that goes is not there any more",
        PLAN_AGAIN,
    ),
    (
        win32::NO_PARENT,
        "the unit that it lies in does not exist",
        PLAN_AGAIN,
    ),
    (
        win32::OBJECT_NOT_FOUND,
        "the object does not exist, or the account that tenure runs as may not see it",
        PLAN_AGAIN,
    ),
    (
        win32::INSUFFICIENT_RIGHTS,
        "the account that tenure runs as has no right to write this attribute",
        RIGHTS,
    ),
    (
        win32::NO_LINK_TARGET,
        "a value names an object that does not exist",
        PLAN_AGAIN,
    ),
    (
        win32::BAD_GROUP_TYPE,
        "there is no group of this type",
        "change the type that the policy gives the group",
    ),
    (
        win32::GLOBAL_HOLDS_LOCAL,
        "a global group takes no domain local group",
        "make the group universal or domain local, or grant another one",
    ),
    (
        win32::GLOBAL_HOLDS_UNIVERSAL,
        "a global group takes no universal group",
        "make the group universal or domain local, or grant another one",
    ),
    (
        win32::UNIVERSAL_HOLDS_LOCAL,
        "a universal group takes no domain local group",
        "make the group domain local, or grant another one",
    ),
    (
        win32::HAS_PRIMARY_MEMBERS,
        "the group is somebody's primary group",
        "give those members another primary group first",
    ),
    (
        win32::SPN_NOT_UNIQUE,
        "another account of the forest has this servicePrincipalName",
        "find the other one, and decide whose it is",
    ),
    (
        win32::UPN_NOT_UNIQUE,
        "another account of the forest has this userPrincipalName",
        "find the other one in the global catalogue, and decide whose it is; then plan again",
    ),
    (win32::TOO_BUSY, "the directory is busy", LATER),
];

/// What each code means where no Windows error tells more.
fn of_code(code: ResultCode) -> Meaning {
    let (what, mend) = match code {
        ResultCode::OperationsError => (
            "the directory could not do this, at this moment or over this connection",
            DOCTOR,
        ),
        ResultCode::ProtocolError => ("the directory does not understand the request", OURS),
        ResultCode::TimeLimitExceeded => ("the directory took longer than it may", LATER),
        ResultCode::SizeLimitExceeded => (
            "the directory does not give or take as much at once",
            "raise the limit in the domain's query policy, or name smaller bases",
        ),
        ResultCode::StrongerAuthRequired => (
            "the directory wants a connection that is encrypted or signed",
            "connect with LDAPS or StartTLS",
        ),
        ResultCode::NoSuchAttribute => ("a value that goes is not there any more", PLAN_AGAIN),
        ResultCode::UndefinedAttributeType => (
            "the schema of this directory has no such attribute",
            "extend the schema, or take the attribute out of the policy",
        ),
        ResultCode::ConstraintViolation => (
            "a value does not fit its attribute, or a rule of the domain",
            VALUE,
        ),
        ResultCode::AttributeOrValueExists => ("a value that comes is there already", PLAN_AGAIN),
        ResultCode::InvalidAttributeSyntax => (
            "a value is written in another way than its attribute takes it",
            VALUE,
        ),
        ResultCode::NoSuchObject => (
            "the object, or something that it lies in or names, does not exist",
            PLAN_AGAIN,
        ),
        ResultCode::InvalidDnSyntax => ("a name is none that the directory takes", VALUE),
        ResultCode::InvalidCredentials => (
            "the directory does not take the credentials of tenure any more",
            "look whether the account is locked, or its password expired or was changed; then give tenure the present one",
        ),
        ResultCode::InsufficientAccessRights => {
            ("the account that tenure runs as may not do this", RIGHTS)
        }
        ResultCode::Busy => ("the directory is busy", LATER),
        ResultCode::Unavailable => (
            "the directory is going down, or not up yet",
            "run it again when the domain controller is up",
        ),
        ResultCode::UnwillingToPerform => (
            "the directory refuses to do this",
            "look at what the server says; `tenure doctor` looks at the usual reasons",
        ),
        ResultCode::NamingViolation => (
            "an object of this class cannot have this name, or lie there",
            "change the unit or the name that the policy gives it",
        ),
        ResultCode::ObjectClassViolation => (
            "objects of this class cannot have that attribute, or need another one",
            "take the attribute out of the policy, or extend the class in the schema",
        ),
        ResultCode::NotAllowedOnNonLeaf => (
            "there is something below the object",
            "move or delete what lies below it, then plan again",
        ),
        ResultCode::NotAllowedOnRdn => ("the name of an object changes by a rename alone", OURS),
        ResultCode::EntryAlreadyExists => (
            "an object of this name is there already",
            "look whose it is: adopt it, rename it, or let the policy choose another name",
        ),
        ResultCode::AffectsMultipleDsas => (
            "this would reach into another domain",
            "name units of this domain alone: each domain has a configuration of its own",
        ),
        ResultCode::Other | ResultCode::Unnamed(_) => (
            "the directory refused for a reason that it does not name",
            "look at what the server says, and into the event log of the domain controller",
        ),
    };
    Meaning { what, mend }
}

impl Error {
    /// What happened, and what mends it.
    pub fn meaning(&self) -> Meaning {
        let (what, mend) = match self {
            Self::Refused { code, win32, .. } => {
                let known = ERRORS.iter().find(|(error, _, _)| Some(*error) == *win32);
                match known {
                    Some((_, what, mend)) => (*what, *mend),
                    None => return of_code(*code),
                }
            }
            Self::Renamed { .. } => ("somebody gave the object another name", PLAN_AGAIN),
            Self::Unreachable { .. } => ("the directory does not answer", DOCTOR),
            Self::Storage { .. } => (
                "the change could not be written down",
                "make room on the disk, or let tenure write there",
            ),
            Self::Stopped { .. } => (
                "an earlier change may be half written",
                "run it again: what is there is looked at first",
            ),
        };
        Meaning { what, mend }
    }
}

#[cfg(test)]
mod tests {
    use super::{ERRORS, of_code};
    use crate::directory::port::{Error, ResultCode, win32};

    fn refused(code: ResultCode, win32: Option<u32>) -> Error {
        Error::Refused {
            code,
            win32,
            dn: "CN=a".to_owned(),
            message: "no".to_owned(),
        }
    }

    #[test]
    fn every_code_has_a_sentence_and_a_mend() {
        for number in 0..=256 {
            let code = ResultCode::from_number(number);
            let meaning = refused(code, None).meaning();
            assert_eq!(meaning, of_code(code));
            let is_sentence = |text: &str| {
                text.len() > 10 && !text.ends_with('.') && !text.starts_with(char::is_uppercase)
            };
            assert!(
                is_sentence(meaning.what) && is_sentence(meaning.mend),
                "{code}"
            );
        }
    }

    #[test]
    fn the_windows_error_tells_more_than_the_code() {
        let meaning = refused(
            ResultCode::UnwillingToPerform,
            Some(win32::PASSWORD_RESTRICTION),
        )
        .meaning();
        assert!(meaning.what.contains("password policy"), "{meaning:?}");
        let meaning =
            refused(ResultCode::ConstraintViolation, Some(win32::UPN_NOT_UNIQUE)).meaning();
        assert!(meaning.what.contains("userPrincipalName"), "{meaning:?}");
        let rights = refused(
            ResultCode::InsufficientAccessRights,
            Some(win32::INSUFFICIENT_RIGHTS),
        );
        assert!(rights.meaning().mend.contains("tenure doctor"));
        // One that nobody here knows leaves it to the code.
        let unknown = refused(ResultCode::Busy, Some(0xFFFF_FFFF)).meaning();
        assert_eq!(unknown, of_code(ResultCode::Busy));
    }

    #[test]
    fn no_error_stands_twice() {
        let mut numbers: Vec<u32> = ERRORS.iter().map(|(number, _, _)| *number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), ERRORS.len());
    }
}
