//! Active Directory live: a domain controller over LDAP, read whole and written operation by operation.
//!
//! A run works on one writable domain controller (S9), over a few connections with TLS on which many operations travel
//! at a time. Everything that comes over the wire is read by code of our own that takes no malformed answer for one;
//! the library underneath (`ldap3`) is known in this folder alone.
//!
//! From the bottom: `tls`, `connect` and `pool` make connections; `root` tells who answers; `filter`, `search` and
//! `entry` ask and understand, `forest` tells what the schema says; `read` makes a snapshot of what its `parts` have
//! `found`, and `refresh` brings one up to date by its `mark`, or says `why` not; `look` looks at single objects again,
//! where `together` makes one question of many; `presence` asks whether a lost one is gone; `write` does operations,
//! `refusal` understands a no; [`doctor`] looks whether everything that a policy needs is there. The program that uses
//! it sees [`LdapDirectory`], [`Current`], [`Settings`] and [`Error`].

mod access;
mod connect;
mod current;
pub mod doctor;
mod entry;
mod error;
mod filter;
mod forest;
mod found;
mod look;
mod mark;
mod parts;
mod pool;
mod presence;
mod read;
mod refresh;
mod refusal;
mod root;
mod search;
mod settings;
mod tls;
mod together;
mod why;
mod write;

pub use current::{Current, Refresh, Refreshed, WHOLE_EVERY_HOURS};
pub use error::{Certificate, Credentials, Error};
pub use presence::{Presence, presence};
pub use read::{Progress, Reading};
pub use settings::{Bind, CONNECTIONS, Patience, Security, Server, Settings};
pub use why::Why;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::{SignedDuration, Timestamp};
use ldap3::Ldap;

use super::dn::Dn;
use super::guid::Guid;
use super::object::Object;
use super::port::{self, Directory, Operation, Target};
use super::snapshot::{Controller, Snapshot};
use super::value::AttributeName;
use filter::Filter;
use look::{AddressAttributes, Holders, Looked, Sought};
use pool::Pool;
use root::{Root, failed};
use search::Ask;
use together::Together;
use write::{as_error, base_of, gone};

/// How far two clocks may be apart (S5).
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// A directory on a domain controller.
pub struct LdapDirectory {
    pool: Pool,
    root: Root,
    /// The other domains of the forest.
    others: Vec<Dn>,
    reading: Reading,
    /// Where the forest keeps the suffixes of its logon names.
    suffixes: Dn,
    /// Where the domain keeps what was deleted.
    deleted: Dn,
    looks: Together<Sought, Looked>,
    holders: Together<String, Holders>,
    address_attributes: OnceLock<AddressAttributes>,
    asking_for_addresses: Mutex<()>,
}

impl fmt::Debug for LdapDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LdapDirectory")
            .field("controller", &self.root.controller)
            .finish_non_exhaustive()
    }
}

impl LdapDirectory {
    /// Connects to the domain controller that a run works on; `now` is this machine's clock.
    pub fn connect(settings: &Settings, reading: Reading, now: Timestamp) -> Result<Self, Error> {
        let (pool, root) = Pool::open(settings)?;
        let apart = root.time.duration_since(now).abs();
        if apart > CLOCK_TOLERANCE {
            return Err(Error::Clock {
                server: pool.server().to_string(),
                minutes: apart.as_mins(),
            });
        }
        let patience = pool.patience();
        let others = pool
            .read(async |ldap: &mut Ldap| root.other_domains(ldap, patience).await)
            .map_err(|fault| failed(pool.server(), "the domains of the forest", fault))?;
        let below = |container: &str, base: &Dn| {
            Dn::parse(&format!("{container},{base}")).map_err(|error| Error::Broken {
                server: pool.server().to_string(),
                why: error.to_string(),
            })
        };
        Ok(Self {
            suffixes: below("CN=Partitions", &root.configuration)?,
            deleted: below("CN=Deleted Objects", &root.base)?,
            pool,
            root,
            others,
            reading,
            looks: Together::default(),
            holders: Together::default(),
            address_attributes: OnceLock::new(),
            asking_for_addresses: Mutex::default(),
        })
    }

    /// Which domain controller it is.
    pub fn controller(&self) -> &Controller {
        &self.root.controller
    }

    /// The head of its domain.
    pub fn base(&self) -> &Dn {
        &self.root.base
    }

    fn found(&self, target: &Target) -> Result<Option<Object>, port::Error> {
        let base = base_of(target);
        self.pool
            .read(async |ldap: &mut Ldap| self.read_one(ldap, &base).await)
            .map_err(|fault| as_error(fault, &base))
    }
}

impl Directory for LdapDirectory {
    fn snapshot(&self) -> Result<Snapshot, port::Error> {
        self.read_whole(&|_| {})
            .map_err(|error| port::Error::Unreachable {
                message: error.to_string(),
            })
    }

    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, port::Error> {
        Ok(self.found(target)?.map(Arc::new))
    }

    fn read_some(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Option<Arc<Object>>, port::Error> {
        self.look(target, attributes)
    }

    fn address_holders(&self, address: &str) -> Result<Vec<Guid>, port::Error> {
        self.holders_of(address)
    }

    fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, port::Error> {
        let patience = self.pool.patience();
        let base = format!("<GUID={group}>");
        let attributes = ["objectGUID"];
        let there = Ask::object(&base, &attributes);
        let asked = Ask {
            filter: Filter::equal("member", member.as_str()),
            ..there.clone()
        };
        let (is, exists) = self
            .pool
            .read(async |ldap: &mut Ldap| {
                let is = asked.one(ldap, patience).await?.is_some();
                // No answer has two reasons: nobody of that name in it, or no group.
                let exists = is || there.one(ldap, patience).await?.is_some();
                Ok((is, exists))
            })
            .map_err(|fault| as_error(fault, &base))?;
        if exists { Ok(is) } else { Err(gone(&base)) }
    }

    fn perform(&self, operation: &Operation) -> Result<Guid, port::Error> {
        self.done(operation)
    }
}
