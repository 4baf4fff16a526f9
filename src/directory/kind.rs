//! What kind of object something is, and why it can not be the account of a person.
//!
//! The answer of [`Object::not_a_person`] keeps adoption away from computers, services, mailboxes that
//! nobody owns and what AD made itself. Sources: MS-ADA3 (objectCategory), Microsoft Learn, "Recipient type
//! details", "Group Managed Service Accounts overview".

use std::fmt;

use super::dn::Dn;
use super::group_type::GroupType;
use super::object::Object;
use super::uac::Uac;
use super::value::Value;

/// The classes that make a difference here, out of `objectClass`.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Classes(u16);

const USER: u16 = 1;
const GROUP: u16 = 1 << 1;
const UNIT: u16 = 1 << 2;
const COMPUTER: u16 = 1 << 4;
const MANAGED_SERVICE: [u16; 3] = [1 << 6, 1 << 7, 1 << 8];

/// The classes by name, each with its bit.
const CLASSES: [(&str, u16); 13] = [
    ("user", USER),
    ("group", GROUP),
    ("organizationalUnit", UNIT),
    ("container", 1 << 3),
    ("computer", COMPUTER),
    ("contact", 1 << 5),
    ("msDS-ManagedServiceAccount", MANAGED_SERVICE[0]),
    ("msDS-GroupManagedServiceAccount", MANAGED_SERVICE[1]),
    ("msDS-DelegatedManagedServiceAccount", MANAGED_SERVICE[2]),
    ("trustedDomain", 1 << 9),
    ("domainDNS", 1 << 10),
    ("foreignSecurityPrincipal", 1 << 11),
    ("builtinDomain", 1 << 12),
];

impl Classes {
    /// The classes that these values of `objectClass` name.
    pub fn of(values: &[Value]) -> Self {
        let mut bits = 0;
        for name in values.iter().filter_map(Value::text) {
            bits |= Self::bit(name);
        }
        Self(bits)
    }

    /// Whether the class of that name is among them.
    pub fn has(self, name: &str) -> bool {
        self.0 & Self::bit(name) != 0
    }

    const fn any(self, bits: u16) -> bool {
        self.0 & bits != 0
    }

    fn bit(name: &str) -> u16 {
        CLASSES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or(0, |(_, bit)| *bit)
    }
}

impl fmt::Debug for Classes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = CLASSES.iter().filter(|(_, bit)| self.0 & bit != 0);
        f.debug_set().entries(names.map(|(name, _)| name)).finish()
    }
}

/// Whose mailbox it is, by `msExchRecipientTypeDetails`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mailbox {
    /// A person's, here or in the cloud, or a mail address without a mailbox.
    Personal,
    /// One that several people use.
    Shared,
    /// A meeting room's.
    Room,
    /// A car's, a projector's.
    Equipment,
    /// One that belongs to an account in another forest.
    Linked,
    /// One of Exchange's own, of a team or of a group.
    System,
}

impl Mailbox {
    /// What a value of `msExchRecipientTypeDetails` means; values that we do not know count as not personal.
    pub fn of(details: i64) -> Self {
        match details {
            // User, legacy, mail user, remote user mailbox; 0 is a mailbox that was taken away.
            0 | 1 | 8 | 128 | 0x8000_0000 => Self::Personal,
            2 => Self::Linked,
            4 | 0x8_0000_0000 => Self::Shared,
            16 | 0x2_0000_0000 | 0x200_0000_0000 => Self::Room,
            32 | 0x4_0000_0000 => Self::Equipment,
            _ => Self::System,
        }
    }
}

/// Why an object can not be the account of a person (S7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotAPerson {
    /// Not of class `user`.
    NoUser,
    /// Its `objectCategory` is another than person.
    OtherCategory,
    /// A computer.
    Computer,
    /// A managed service account of any kind.
    ManagedServiceAccount,
    /// The account of a trust.
    Trust,
    /// AD's own: Administrator, Guest, krbtgt.
    BuiltIn,
    /// A service runs as it: it has a `servicePrincipalName`.
    Service,
    /// Privileged or once privileged: `adminCount` is 1.
    Protected,
    /// The mailbox of no single person.
    Mailbox(Mailbox),
    /// It was deleted.
    Deleted,
}

impl fmt::Display for NotAPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoUser => "no user",
            Self::OtherCategory => "not of category person",
            Self::Computer => "a computer",
            Self::ManagedServiceAccount => "a managed service account",
            Self::Trust => "the account of a trust",
            Self::BuiltIn => "built in",
            Self::Service => "a service account (it has a servicePrincipalName)",
            Self::Protected => "protected (adminCount is 1)",
            Self::Mailbox(Mailbox::Shared) => "a shared mailbox",
            Self::Mailbox(Mailbox::Room) => "a room mailbox",
            Self::Mailbox(Mailbox::Equipment) => "an equipment mailbox",
            Self::Mailbox(Mailbox::Linked) => "a linked mailbox",
            Self::Mailbox(Mailbox::System | Mailbox::Personal) => "a mailbox of no single person",
            Self::Deleted => "deleted",
        })
    }
}

impl Object {
    /// Whether it is of class `user`; computers and service accounts are, too.
    pub fn is_user(&self) -> bool {
        self.classes().any(USER)
    }

    /// Whether it is a group, for access or for mail.
    pub fn is_group(&self) -> bool {
        self.classes().any(GROUP)
    }

    /// Whether it is an organizational unit.
    pub fn is_unit(&self) -> bool {
        self.classes().any(UNIT)
    }

    /// Whether it is a computer (and no managed service account, which also has that class).
    pub fn is_computer(&self) -> bool {
        self.classes().any(COMPUTER) && !self.is_managed_service_account()
    }

    /// Whether it is a managed service account: standalone, group or delegated.
    pub fn is_managed_service_account(&self) -> bool {
        let [standalone, group, delegated] = MANAGED_SERVICE;
        self.classes().any(standalone | group | delegated)
    }

    /// Whether it is the account of a trust between domains.
    pub fn is_trust_account(&self) -> bool {
        self.uac()
            .is_some_and(|uac| uac.contains(Uac::INTERDOMAIN_TRUST_ACCOUNT))
    }

    /// Whether AD made it itself.
    pub fn is_built_in(&self) -> bool {
        self.flag("isCriticalSystemObject") || self.sid().is_some_and(|sid| sid.is_built_in())
    }

    /// Whether a service runs as it.
    pub fn has_service_principal_name(&self) -> bool {
        self.has("servicePrincipalName")
    }

    /// Whether AD protects it as privileged: `adminCount` is 1.
    pub fn is_admin_count(&self) -> bool {
        self.integer("adminCount").is_some_and(|count| count > 0)
    }

    /// Whether its SID is one of the well-known privileged ones.
    pub fn has_privileged_sid(&self) -> bool {
        self.sid().is_some_and(|sid| sid.is_privileged())
    }

    /// Whether it is a deleted object that AD still keeps.
    pub fn is_deleted(&self) -> bool {
        self.flag("isDeleted")
    }

    /// Whose mailbox it has; none where it has none.
    pub fn mailbox(&self) -> Option<Mailbox> {
        self.integer("msExchRecipientTypeDetails").map(Mailbox::of)
    }

    /// Scope and kind, if it is a group; AD's default where the attribute is missing is none.
    pub fn group_type(&self) -> Option<GroupType> {
        self.first("groupType").and_then(GroupType::parse)
    }

    /// Why this can not be the account of a person; none if it can.
    pub fn not_a_person(&self) -> Option<NotAPerson> {
        if self.is_deleted() {
            return Some(NotAPerson::Deleted);
        }
        if !self.is_user() {
            return Some(NotAPerson::NoUser);
        }
        if self.is_managed_service_account() {
            return Some(NotAPerson::ManagedServiceAccount);
        }
        if self.is_computer() {
            return Some(NotAPerson::Computer);
        }
        if self.is_trust_account() {
            return Some(NotAPerson::Trust);
        }
        if self
            .category()
            .is_some_and(|name| !name.eq_ignore_ascii_case("person"))
        {
            return Some(NotAPerson::OtherCategory);
        }
        if self.is_built_in() {
            return Some(NotAPerson::BuiltIn);
        }
        if self.has_service_principal_name() {
            return Some(NotAPerson::Service);
        }
        if self.is_admin_count() {
            return Some(NotAPerson::Protected);
        }
        match self.mailbox() {
            None | Some(Mailbox::Personal) => None,
            Some(other) => Some(NotAPerson::Mailbox(other)),
        }
    }

    /// Whether it can be the account of a person.
    pub fn is_person_account(&self) -> bool {
        self.not_a_person().is_none()
    }

    /// The category by its name; exports by hand may leave it out, the class then says enough.
    fn category(&self) -> Option<String> {
        let name = Dn::parse(self.first("objectCategory")?).ok()?;
        Some(name.rdn()?.value())
    }
}

#[cfg(test)]
mod tests {
    use super::{Mailbox, NotAPerson};
    use crate::directory::{Dn, Guid, Object, Sid};

    fn user() -> Object {
        Object::new(Dn::parse("CN=a,DC=x").unwrap(), Guid::derived(&["a"]))
            .with(
                "objectClass",
                ["top", "person", "organizationalPerson", "user"],
            )
            .with(
                "objectCategory",
                ["CN=Person,CN=Schema,CN=Configuration,DC=x"],
            )
            .with("userAccountControl", ["512"])
    }

    #[test]
    fn a_plain_user_can_be_a_person() {
        assert_eq!(user().not_a_person(), None);
        assert!(user().enabled());
        assert!(
            user()
                .with("userAccountControl", ["514"])
                .is_person_account()
        );
        assert!(
            user()
                .with("msExchRecipientTypeDetails", ["2147483648"])
                .is_person_account()
        );
    }

    #[test]
    fn everything_else_is_told_apart() {
        let gmsa = [
            "top",
            "person",
            "organizationalPerson",
            "user",
            "computer",
            "msDS-GroupManagedServiceAccount",
        ];
        let sid = Sid::parse("S-1-5-21-1-2-3-500").unwrap().to_bytes();
        let category = "CN=Computer,CN=Schema,CN=Configuration,DC=x";
        let details = |value: &'static str| user().with("msExchRecipientTypeDetails", [value]);
        let cases = [
            (
                user().with("objectClass", ["top", "contact"]),
                NotAPerson::NoUser,
            ),
            (
                user().with("objectClass", gmsa.into_iter().take(5)),
                NotAPerson::Computer,
            ),
            (
                user().with("objectClass", gmsa),
                NotAPerson::ManagedServiceAccount,
            ),
            (
                user().with("objectCategory", [category]),
                NotAPerson::OtherCategory,
            ),
            (
                user().with("userAccountControl", ["2080"]),
                NotAPerson::Trust,
            ),
            (user().with("objectSid", [sid]), NotAPerson::BuiltIn),
            (
                user().with("isCriticalSystemObject", ["TRUE"]),
                NotAPerson::BuiltIn,
            ),
            (
                user().with("servicePrincipalName", ["http/a"]),
                NotAPerson::Service,
            ),
            (user().with("adminCount", ["1"]), NotAPerson::Protected),
            (user().with("isDeleted", ["TRUE"]), NotAPerson::Deleted),
            (details("4"), NotAPerson::Mailbox(Mailbox::Shared)),
            (details("8589934592"), NotAPerson::Mailbox(Mailbox::Room)),
            (details("32"), NotAPerson::Mailbox(Mailbox::Equipment)),
            (details("2"), NotAPerson::Mailbox(Mailbox::Linked)),
            (details("536870912"), NotAPerson::Mailbox(Mailbox::System)),
        ];
        for (object, reason) in cases {
            assert_eq!(object.not_a_person(), Some(reason), "{object:?}");
        }
    }
}
