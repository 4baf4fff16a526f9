//! The state store: what was written is read again, and every way to fail has its own error.

mod approvals;
mod audit;
mod digest;
mod lock;
mod records;
mod retention;
mod round_trip;
mod store;

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use tenure::state::{Holder, Lock, Store, StoreError, Writer};

/// A folder with a store in it, and the right to write it.
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) lock: Lock,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(
            &folder.path().join("state.db"),
            &holder("ada"),
            Duration::ZERO,
        )
        .unwrap();
        Self { folder, lock }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("state.db")
    }

    pub(crate) fn store(&self) -> Store {
        Store::open(&self.path(), at(0)).unwrap()
    }

    pub(crate) fn write(
        &self,
        writing: impl FnOnce(&mut Writer<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.store().write(&self.lock, writing)
    }
}

pub(crate) fn holder(user: &str) -> Holder {
    Holder {
        pid: 4711,
        host: "dc1".into(),
        user: user.into(),
        since: at(0),
    }
}

/// That many seconds after a fixed instant.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_772_400_000 + seconds).unwrap()
}
