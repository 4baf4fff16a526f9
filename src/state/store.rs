//! The state store: one `SQLite` file, written in whole transactions that are on disk when they are done.
//!
//! Opening checks that the file is ours, whole, and of a schema that we know. Reading needs no lock and sees
//! one instant ([`Store::prior`]); writing asks for the [`Lock`] and happens in a [`Writer`], all or nothing.
//! WAL with `synchronous = FULL`: what [`Store::write`] returned from survives a power cut.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior, params};
use uuid::Uuid;

use super::lock;
use super::{Lock, LockError, Prior, StoreError, Writer, codec, private, read};
use crate::directory::Guid;

/// The schema that this version writes.
pub const SCHEMA_VERSION: u32 = 10;

/// Steps from each schema version to the next; the first makes it.
const MIGRATIONS: [&str; SCHEMA_VERSION as usize] = [
    include_str!("schema.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
    include_str!("schema-4.sql"),
    include_str!("schema-5.sql"),
    include_str!("schema-6.sql"),
    include_str!("schema-7.sql"),
    include_str!("schema-8.sql"),
    include_str!("schema-9.sql"),
    include_str!("schema-10.sql"),
];

/// Marks the file as ours: `tenu`.
const APPLICATION_ID: i32 = 0x7465_6E75;

/// How long a transaction waits for another process that reads or writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How many pages are copied at once while nobody may write.
const PAGES_A_STEP: i32 = 4096;

/// The state of one directory.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
}

/// What the store is and whose: what a plan must agree with (S5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Which store.
    pub id: Uuid,
    /// Grows whenever a run begins or ends.
    pub generation: u64,
    /// The domain it belongs to; `None` before the first run.
    pub domain: Option<Guid>,
    /// The domain by name, for messages.
    pub domain_name: Option<String>,
}

impl Store {
    /// Opens the store at `path`, and makes it where there is none; `now` is when.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, StoreError> {
        make_private(path);
        let db = Connection::open(path).map_err(|error| StoreError::from(error).at(path))?;
        let mut store = Self {
            db,
            path: path.to_owned(),
        };
        store.prepare(now).map_err(|error| error.at(path))?;
        Ok(store)
    }

    /// Opens a store that exists, for reading alone; `None` where there is none.
    pub fn open_existing(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.try_exists().unwrap_or(true) {
            return Ok(None);
        }
        bring_up(path).map_err(|error| error.at(path))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = || -> Result<Self, StoreError> {
            let db = Connection::open_with_flags(path, flags)?;
            db.busy_timeout(BUSY_TIMEOUT)?;
            let store = Self {
                db,
                path: path.to_owned(),
            };
            store.check_kind()?;
            Ok(store)
        };
        opened().map(Some).map_err(|error| error.at(path))
    }

    /// A copy in memory of the store at `path`, or a new one where there is none: whatever is written to it goes
    /// with it, and what lies on the disk never knows.
    pub fn in_memory(path: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let copy = || -> Result<Self, StoreError> {
            let mut db = Connection::open_in_memory()?;
            if let Some(original) = Self::open_existing(path)? {
                Backup::new(&original.db, &mut db)?.run_to_completion(
                    PAGES_A_STEP,
                    Duration::ZERO,
                    None,
                )?;
            }
            let mut store = Self {
                db,
                path: path.to_owned(),
            };
            store.prepare(now)?;
            Ok(store)
        };
        copy().map_err(|error| error.at(path))
    }

    /// Where it is; of a copy in memory, where the original is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new store in memory: of it nothing lies on any disk.
    pub fn fresh(now: Timestamp) -> Result<Self, StoreError> {
        let mut store = Self {
            db: Connection::open_in_memory()?,
            path: PathBuf::from("memory"),
        };
        store.prepare(now)?;
        Ok(store)
    }

    /// Which store this is.
    pub fn identity(&self) -> Result<Identity, StoreError> {
        self.read(read::identity)
    }

    /// The whole state as the planner reads it, as of one transaction.
    pub fn prior(&self) -> Result<Prior, StoreError> {
        self.read(read::prior)
    }

    /// Reads in one transaction.
    pub(crate) fn read<T>(
        &self,
        reading: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let whole = || {
            let tx = self.db.unchecked_transaction()?;
            reading(&tx)
        };
        whole().map_err(|error| error.at(&self.path))
    }

    /// Writes in one transaction: all of it is on disk when this returns, or nothing.
    pub fn write<T>(
        &mut self,
        _lock: &Lock,
        writing: impl FnOnce(&mut Writer<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let db = &mut self.db;
        let whole = || {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut writer = Writer::new(tx);
            let value = writing(&mut writer)?;
            writer.commit()?;
            Ok(value)
        };
        whole().map_err(|error: StoreError| error.at(&self.path))
    }

    /// Moves all that is in the write-ahead log into the file, so that wiped values are wiped there too.
    pub fn checkpoint(&self, _lock: &Lock) -> Result<(), StoreError> {
        self.db
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|error| StoreError::from(error).at(&self.path))
    }

    /// Writes the file anew without anything that it no longer holds, and empties the write-ahead log: what was
    /// deleted before is in no byte of either.
    ///
    /// `secure_delete` overwrites what is deleted where it lies; where pages were split or joined before, an older
    /// copy may lie in the unused part of another one, and this is what is rid of here.
    pub fn wipe(&self, _lock: &Lock) -> Result<(), StoreError> {
        let whole = || -> Result<(), StoreError> {
            // The copy that is made on the way does not go to a disk.
            self.db.pragma_update(None, "temp_store", "memory")?;
            self.db.execute_batch("VACUUM")?;
            let held: bool = self
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if held {
                let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                return Err(rusqlite::Error::SqliteFailure(busy, None).into());
            }
            Ok(())
        };
        whole().map_err(|error| error.at(&self.path))
    }

    /// Looks through the whole file for damage; slow, for `doctor` and after a restore.
    pub fn check_integrity(&self) -> Result<(), StoreError> {
        self.read(|db| {
            let verdict: String =
                db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if verdict == "ok" {
                return Ok(());
            }
            Err(codec::unreadable("a page", &verdict))
        })
    }

    /// The most pages (of 4 KiB) that the file may have; what would need more fails as on a full disk.
    pub fn limit_pages(&self, most: u32) -> Result<(), StoreError> {
        self.db
            .query_row(&format!("PRAGMA max_page_count = {most}"), [], |_| Ok(()))
            .map_err(|error| StoreError::from(error).at(&self.path))
    }

    fn prepare(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.db.busy_timeout(BUSY_TIMEOUT)?;
        let fresh = self.version()? == 0 && self.is_empty()?;
        if !fresh {
            self.check_kind()?;
        }
        self.db.pragma_update(None, "journal_mode", "wal")?;
        self.db.pragma_update(None, "synchronous", "full")?;
        self.db.pragma_update(None, "foreign_keys", true)?;
        self.db.pragma_update(None, "secure_delete", true)?;
        if self.version()? < SCHEMA_VERSION {
            self.migrate(now)?;
        }
        Ok(())
    }

    /// That the file is ours and of a schema that is known here.
    fn check_kind(&self) -> Result<(), StoreError> {
        let application: i32 = self
            .db
            .pragma_query_value(None, "application_id", |row| row.get(0))?;
        if application != APPLICATION_ID {
            return Err(StoreError::Foreign {
                path: self.path.clone(),
            });
        }
        let found = self.version()?;
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found,
                known: SCHEMA_VERSION,
            });
        }
        Ok(())
    }

    fn version(&self) -> Result<u32, StoreError> {
        Ok(self
            .db
            .pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    fn is_empty(&self) -> Result<bool, StoreError> {
        let tables: i64 = self
            .db
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok(tables == 0)
    }

    /// Brings the schema to this version, step by step, in one transaction.
    fn migrate(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let tx = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Somebody else may have done it while we waited.
        let from: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        for (version, step) in (1..=SCHEMA_VERSION).zip(MIGRATIONS).skip(from as usize) {
            tx.execute_batch(step)?;
            tx.execute(
                "INSERT INTO migration (version, at, tool) VALUES (?1, ?2, ?3)",
                params![version, now.to_string(), env!("CARGO_PKG_VERSION")],
            )?;
        }
        let there: Option<i64> = tx
            .query_row("SELECT only FROM store", [], |row| row.get(0))
            .optional()?;
        if there.is_none() {
            tx.execute(
                "INSERT INTO store (only, id, created) VALUES (1, ?1, ?2)",
                params![Uuid::new_v4().to_string(), now.to_string()],
            )?;
        }
        let salt: [u8; 32] = private::random()?;
        tx.execute(
            "INSERT OR IGNORE INTO salt (only, bytes) VALUES (1, ?1)",
            [salt],
        )?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        tx.commit()?;
        Ok(())
    }
}

/// Brings a store of an earlier version to this one's schema, so that whoever only reads finds what they look for.
///
/// That is writing, so it holds the lock of writers: a run of the earlier version may be at work with the tables as they
/// are, and another reader may be about to do the same.
fn bring_up(path: &Path) -> Result<(), StoreError> {
    let mut patience = BUSY_TIMEOUT;
    while let Some(made) = older(path)? {
        match lock::try_take(path) {
            // Looked at again under the lock: it may have been done by whoever held it.
            Ok(_held) => {
                if older(path)?.is_some() {
                    Store::open(path, made)?;
                }
                return Ok(());
            }
            Err(LockError::Held { .. }) if !patience.is_zero() => lock::nap(&mut patience),
            Err(source) => {
                return Err(StoreError::Older {
                    path: path.to_owned(),
                    source,
                });
            }
        }
    }
    Ok(())
}

/// When a store of an earlier version was made; `None` where it is of this one. The store's own beginning stands for the
/// time of what is done to it then: reading asks no clock.
fn older(path: &Path) -> Result<Option<Timestamp>, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(BUSY_TIMEOUT)?;
    let store = Store {
        db,
        path: path.to_owned(),
    };
    store.check_kind()?;
    if store.version()? >= SCHEMA_VERSION {
        return Ok(None);
    }
    let made: String = store
        .db
        .query_row("SELECT created FROM store", [], |row| row.get(0))?;
    codec::time(&made).map(Some)
}

/// Makes the file so that its owner alone may read it: it holds the keys of [`super::private`].
///
/// What goes wrong here goes wrong again, and is told, when the database opens the file.
#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    let _ = options.write(true).create_new(true).mode(0o600).open(path);
}

#[cfg(not(unix))]
fn make_private(_path: &Path) {}
