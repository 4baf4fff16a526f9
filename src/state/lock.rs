//! One writer at a time: a lock that says who holds it.
//!
//! The lock is the operating system's on a file beside the state store, so it goes with the process that
//! holds it, however that ends. The file's text says who that is; it is for people, the lock does not
//! depend on it. Every write of the store asks for a [`Lock`], so a run cannot forget to take it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

/// How often a waiting run looks whether the lock is free.
const POLL: Duration = Duration::from_millis(100);

/// The most that is read of a lock file, in bytes; ours are far shorter.
const MAX_HOLDER_BYTES: u64 = 4096;

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// The user.
    pub user: String,
    /// Since when.
    pub since: Timestamp,
}

/// The right to write one state store; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    /// None where the store is in memory.
    file: Option<File>,
    path: PathBuf,
    holder: Holder,
}

/// Why the lock was not taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else has it.
    #[error("another run holds the state: {}", describe(holder.as_ref()))]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Who, where the file says so.
        holder: Option<Holder>,
    },
    /// The lock file cannot be made or locked.
    #[error("the lock file `{}` cannot be used", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

impl LockError {
    /// What to do about it, as an act.
    pub fn help(&self) -> String {
        match self {
            Self::Held { .. } => "wait until it is done, then run this again".into(),
            Self::Io { path, .. } => format!(
                "give the user that runs tenure the right to write the folder of `{}`",
                path.display()
            ),
        }
    }
}

fn describe(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "it does not say who it is".into(),
        |holder| {
            let Holder {
                pid,
                host,
                user,
                since,
            } = holder;
            format!("{user} on {host}, process {pid}, since {since}")
        },
    )
}

impl Lock {
    /// The lock file of a state store: `NAME.lock` beside it.
    pub fn path_for(store: &Path) -> PathBuf {
        let mut name = store.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        store.with_file_name(name)
    }

    /// Takes the lock of the store at `store`, waiting up to `wait` for whoever holds it.
    pub fn take(store: &Path, holder: &Holder, wait: Duration) -> Result<Self, LockError> {
        let mut left = wait;
        let (mut file, path) = loop {
            match try_take(store) {
                Err(LockError::Held { .. }) if !left.is_zero() => nap(&mut left),
                taken => break taken?,
            }
        };
        write_holder(&mut file, holder).map_err(|source| LockError::Io {
            path: path.clone(),
            source,
        })?;
        Ok(Self {
            file: Some(file),
            path,
            holder: holder.clone(),
        })
    }

    /// The right to write a store that is in memory, which nobody else can reach: there is no file to it.
    pub fn in_memory(holder: &Holder) -> Self {
        Self {
            file: None,
            path: PathBuf::new(),
            holder: holder.clone(),
        }
    }

    /// Who holds it: this process.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Takes the lock if it is free, without a word of who does: for a moment, or until a holder is written into the file.
pub(super) fn try_take(store: &Path) -> Result<(File, PathBuf), LockError> {
    let path = Lock::path_for(store);
    let io = |source| LockError::Io {
        path: path.clone(),
        source,
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let mut file = options.open(&path).map_err(io)?;
    match file.try_lock() {
        // What a process wrote that was killed is of nobody any more.
        Ok(()) => file.set_len(0).map_err(io)?,
        Err(TryLockError::WouldBlock) => {
            let holder = read_holder(&mut file);
            return Err(LockError::Held { path, holder });
        }
        Err(TryLockError::Error(source)) => return Err(io(source)),
    }
    Ok((file, path))
}

/// Waits a little; what is left of the patience is less by that.
pub(super) fn nap(left: &mut Duration) {
    let nap = POLL.min(*left);
    std::thread::sleep(nap);
    *left = left.saturating_sub(nap);
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The text goes first, so that it never names somebody who has let go. Both may fail without harm:
        // the system drops the lock with the file, and the text is only read while somebody holds it.
        if let Some(file) = &self.file {
            let _ = file.set_len(0);
            let _ = file.unlock();
        }
    }
}

fn write_holder(file: &mut File, holder: &Holder) -> std::io::Result<()> {
    let text = serde_json::json!({
        "pid": holder.pid,
        "host": holder.host,
        "user": holder.user,
        "since": holder.since.to_string(),
    });
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{text}")?;
    file.flush()
}

fn read_holder(file: &mut File) -> Option<Holder> {
    file.rewind().ok()?;
    let mut text = String::new();
    file.take(MAX_HOLDER_BYTES).read_to_string(&mut text).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    let word = |name: &str| {
        value
            .get(name)
            .and_then(|word| word.as_str())
            .map(|word| crate::text::visible(word).into_owned())
    };
    Some(Holder {
        pid: u32::try_from(value.get("pid")?.as_u64()?).ok()?,
        host: word("host")?,
        user: word("user")?,
        since: word("since")?.parse().ok()?,
    })
}
