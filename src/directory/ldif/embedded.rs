//! The embedded directory: an LDIF file that answers as Active Directory would.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::error::Error;
use super::load;
use super::memory::Memory;
use super::operation::{self, Stamp};
use super::store::{self, Store};
use crate::directory::dn::Dn;
use crate::directory::guid::Guid;
use crate::directory::object::Object;
use crate::directory::port::{self, Directory, Operation, Target};
use crate::directory::snapshot::Snapshot;
use crate::text::decode;

/// Where the time of a change comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A directory over an LDIF file, over a text alone, or over what was read of another directory.
///
/// Every operation is on the disk when it returns. [`EmbeddedDirectory::save`] writes the file as a whole;
/// without it the changes stand in a file beside it and are found again by whoever opens or reads it next.
pub struct EmbeddedDirectory {
    inner: Mutex<Inner>,
    clock: Clock,
}

struct Inner {
    memory: Memory,
    store: Option<Store>,
}

impl fmt::Debug for EmbeddedDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedDirectory").finish_non_exhaustive()
    }
}

/// Reads an LDIF file, and what was done to it since it was last saved; takes no lock and writes nothing.
pub fn read(path: &Path) -> Result<Snapshot, Error> {
    store::read(path)
}

impl EmbeddedDirectory {
    /// Opens a file to read and write; somebody else who does so is refused.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, Error> {
        let (memory, store) = store::open(path)?;
        Ok(Self::new(memory, Some(store), clock))
    }

    /// A directory in memory that begins with the content of a file; `name` is what messages call it.
    pub fn in_memory(name: &str, content: &[u8], clock: Clock) -> Result<Self, Error> {
        let at = |located| Error::new(name, located);
        let text = decode(content).map_err(|error| at((0, error.into())))?;
        let loaded = load::load(&text).map_err(at)?;
        Ok(Self::new(Memory::new(loaded), None, clock))
    }

    /// A directory in memory that begins as a snapshot shows another one, of whatever kind: to see what would become
    /// of it. What was not read of that one is not there.
    pub fn of_snapshot(snapshot: &Snapshot, clock: Clock) -> Self {
        Self::new(Memory::of_snapshot(snapshot), None, clock)
    }

    fn new(memory: Memory, store: Option<Store>, clock: Clock) -> Self {
        Self {
            inner: Mutex::new(Inner { memory, store }),
            clock,
        }
    }

    /// Writes the file as a whole, with everything that was done; nothing to do where nothing was.
    pub fn save(&self) -> Result<(), port::Error> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { memory, store } = &mut *inner;
        store.as_mut().map_or(Ok(()), |store| store.save(memory))
    }
}

impl Directory for EmbeddedDirectory {
    fn snapshot(&self) -> Result<Snapshot, port::Error> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot(&inner.memory)
    }

    fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, port::Error> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(operation::find(&inner.memory, target).cloned())
    }

    fn address_holders(&self, address: &str) -> Result<Vec<Guid>, port::Error> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(inner.memory.address_holders(address))
    }

    fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, port::Error> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        operation::is_member(&inner.memory, group, member)
    }

    fn perform(&self, operation: &Operation) -> Result<Guid, port::Error> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Inner { memory, store } = &mut *inner;
        let stamp = Stamp {
            now: (self.clock)(),
            usn: memory.usn + 1,
        };
        let (steps, guid) = operation::prepare(memory, operation, stamp)?;
        if steps.is_empty() {
            return Ok(guid);
        }
        if let Some(store) = store {
            store.append(&steps)?;
        }
        for step in steps {
            // `prepare` has asked everything; should it have missed something, the file is right.
            if let Err(message) = memory.apply(step) {
                return Err(match store {
                    Some(store) => store.stop(),
                    None => port::Error::Unreachable { message },
                });
            }
        }
        memory.usn = memory.usn.max(stamp.usn);
        Ok(guid)
    }
}

fn snapshot(memory: &Memory) -> Result<Snapshot, port::Error> {
    memory.snapshot().map_err(|error| port::Error::Unreachable {
        message: error.to_string(),
    })
}
