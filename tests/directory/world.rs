//! A directory to try things on: a small domain, and words to say what is done to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::Domain;
use crate::domain::front::Front;
use secrecy::SecretString;
use tenure::directory::ldap::Server;
use tenure::directory::ldif::{Clock, EmbeddedDirectory};
use tenure::directory::port::{Change, Directory, Error, Operation, ResultCode, Target};
use tenure::directory::{Dn, Guid, Object, Snapshot, Value};

/// The head of the domain and what setup makes; everything else a test adds by operations.
pub(super) const EMPTY_DOMAIN: &str = include_str!("ldif/empty-domain.ldif");

pub(super) const BASE: &str = "DC=example,DC=com";

/// A directory that answers the port, whichever it is.
pub(super) struct World {
    pub(super) directory: Box<dyn Directory>,
    base: Dn,
    /// What stands before the domain controller, and ends first.
    front: Option<Front>,
    /// The domain controller behind it, which ends with it.
    domain: Option<Domain>,
}

/// A clock that goes on by a second each time it is asked.
pub(super) fn clock() -> Clock {
    let start = 1_772_438_400;
    let ticks = Arc::new(AtomicI64::new(start));
    Arc::new(move || {
        let second = ticks.fetch_add(1, Ordering::Relaxed);
        jiff::Timestamp::from_second(second).unwrap()
    })
}

pub(super) fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

/// The name of something in the domain.
pub(super) fn at(relative: &str) -> Dn {
    Dn::join(&dn(relative), &dn(BASE))
}

impl World {
    pub(super) fn new() -> Self {
        let directory = EmbeddedDirectory::in_memory("test", EMPTY_DOMAIN.as_bytes(), clock());
        Self::of(Box::new(directory.unwrap()), BASE, None)
    }

    /// A domain controller of its own.
    pub(super) fn live() -> Self {
        let domain = Domain::start();
        let directory = super::live::connect(&domain, domain.administrator());
        let base = domain.base_dn().to_owned();
        Self::of(Box::new(directory), &base, Some(domain))
    }

    /// A domain controller of its own that refuses what Windows refuses.
    pub(super) fn strict() -> Self {
        let domain = Domain::start();
        let front = Front::before(&domain).windows().start();
        let mut settings = super::live::settings(&domain, domain.administrator());
        settings.servers = vec![Server::parse(&front.ldaps_url()).unwrap()];
        let directory = super::live::try_connect(&settings).unwrap();
        let base = domain.base_dn().to_owned();
        let world = Self::of(Box::new(directory), &base, Some(domain));
        Self {
            front: Some(front),
            ..world
        }
    }

    fn of(directory: Box<dyn Directory>, base: &str, domain: Option<Domain>) -> Self {
        let world = Self {
            directory,
            base: dn(base),
            front: None,
            domain,
        };
        world.add("OU=Staff", &[("objectClass", &["organizationalUnit"])]);
        world.add("OU=Leavers", &[("objectClass", &["organizationalUnit"])]);
        world
    }

    /// Whether it refuses what Windows is known to refuse; Samba alone is laxer.
    pub(super) fn is_strict(&self) -> bool {
        self.is_embedded() || self.front.is_some()
    }

    /// Whether it refuses everything with the very codes of Windows.
    pub(super) fn is_embedded(&self) -> bool {
        self.domain.is_none()
    }

    /// The name of something in the domain.
    pub(super) fn at(&self, relative: &str) -> Dn {
        Dn::join(&dn(relative), &self.base)
    }

    pub(super) fn try_add(
        &self,
        relative: &str,
        attributes: &[(&str, &[&str])],
    ) -> Result<Guid, Error> {
        self.directory
            .perform(&add_at(self.at(relative), attributes))
    }

    #[track_caller]
    pub(super) fn add(&self, relative: &str, attributes: &[(&str, &[&str])]) -> Guid {
        self.try_add(relative, attributes).unwrap()
    }

    #[track_caller]
    pub(super) fn user(&self, name: &str) -> Guid {
        let relative = format!("CN={name},OU=Staff");
        self.add(
            &relative,
            &[("objectClass", &["user"]), ("sAMAccountName", &[name])],
        )
    }

    #[track_caller]
    pub(super) fn group(&self, name: &str, kind: &str) -> Guid {
        let relative = format!("CN={name},OU=Staff");
        self.add(
            &relative,
            &[
                ("objectClass", &["group"]),
                ("sAMAccountName", &[name]),
                ("groupType", &[kind]),
            ],
        )
    }

    pub(super) fn modify(&self, guid: Guid, changes: Vec<Change>) -> Result<Guid, Error> {
        let target = Target::Guid(guid);
        self.directory
            .perform(&Operation::Modify { target, changes })
    }

    pub(super) fn set(
        &self,
        guid: Guid,
        attribute: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<Guid, Error> {
        let change = Change::replace(attribute, old.map(Value::from), new.map(Value::from));
        self.modify(guid, vec![change])
    }

    pub(super) fn join(&self, group: Guid, member: Guid) -> Result<Guid, Error> {
        let member = self.get(member).dn().to_string();
        self.set(group, "member", None, Some(&member))
    }

    pub(super) fn rename(&self, guid: Guid, to: &str) -> Result<Guid, Error> {
        let from = self.get(guid).dn().clone();
        let to = self.at(to);
        self.directory.perform(&Operation::Move { guid, from, to })
    }

    pub(super) fn delete(&self, guid: Guid) -> Result<Guid, Error> {
        let dn = self.get(guid).dn().clone();
        self.directory.perform(&Operation::Delete { guid, dn })
    }

    pub(super) fn password(&self, guid: Guid, password: &str) -> Result<Guid, Error> {
        self.directory.perform(&Operation::SetPassword {
            guid,
            password: SecretString::from(password),
            must_change: true,
        })
    }

    #[track_caller]
    pub(super) fn get(&self, guid: Guid) -> Arc<Object> {
        self.directory.read(&Target::Guid(guid)).unwrap().unwrap()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.directory.snapshot().unwrap()
    }

    /// The names of the groups that an object is in, as the snapshot sees it.
    pub(super) fn groups(&self, guid: Guid) -> Vec<String> {
        let all = self.snapshot();
        let id = all.by_guid(guid).unwrap();
        let groups = all.groups(id);
        groups.iter().map(|id| all[*id].dn().to_string()).collect()
    }
}

pub(super) fn add(relative: &str, attributes: &[(&str, &[&str])]) -> Operation {
    add_at(at(relative), attributes)
}

fn add_at(dn: Dn, attributes: &[(&str, &[&str])]) -> Operation {
    Operation::Add {
        dn,
        attributes: attributes
            .iter()
            .map(|(name, values)| {
                let values = values.iter().copied().map(Value::from).collect();
                ((*name).into(), values)
            })
            .collect(),
    }
}

/// Asserts that an operation was refused with one of these codes, and with that Windows error if any.
#[track_caller]
pub(super) fn refused(result: Result<Guid, Error>, codes: &[ResultCode], win32: Option<u32>) {
    let error = result.expect_err("the directory took it");
    let code = error.code().unwrap_or_else(|| panic!("no code: {error}"));
    assert!(codes.contains(&code), "{error}");
    if win32.is_some() {
        assert_eq!(error.win32(), win32, "{error}");
    }
}
