//! What can go wrong with the state store, and how each is mended.

use std::path::{Path, PathBuf};

/// Why the state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Written by a later version of this tool.
    #[error("`{}` was written by a newer version (its schema is {found}, this one knows up to {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The latest that is known here.
        known: u32,
    },
    /// A database, but of something else.
    #[error("`{}` is a database of another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Not a database, or a damaged one.
    #[error("`{}` is damaged or not a state store", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file or its folder cannot be written.
    #[error("`{}` cannot be written", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// The disk is full; nothing of the transaction was written.
    #[error("no space left to write `{}`", path.display())]
    Full {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// The file cannot be opened.
    #[error("`{}` cannot be opened", path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// Another process holds the database for longer than we wait.
    #[error("another process is busy with `{}`", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
    /// A store of an earlier version cannot be brought up to this one while somebody works with it.
    #[error("`{}` is of an earlier version, and somebody works with it: it is not brought up to this one meanwhile", path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Who holds it, or why it cannot be held.
        #[source]
        source: super::LockError,
    },
    /// A stored value that this tool cannot have written.
    #[error("`{}` holds {what} `{value}` that cannot be read", path.display())]
    Unreadable {
        /// The file; empty until it is known.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What stands there.
        value: String,
    },
    /// The system gave no random bytes.
    #[error("the system's random source failed: {0}")]
    Random(String),
    /// Anything else the database says.
    #[error("the state store `{}` failed", path.display())]
    Failed {
        /// The file; empty until it is known.
        path: PathBuf,
        /// What the database says.
        #[source]
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// What to do about it, as an act.
    pub fn help(&self) -> String {
        match self {
            Self::Newer { .. } => "use the version of tenure that wrote it, or a newer one".into(),
            Self::Foreign { .. } => "name another file as `state` in tenure.toml".into(),
            Self::Corrupt { .. } | Self::Unreadable { .. } => {
                "first make a copy of the file, with the `-wal` beside it if there is one, and keep it: what can be read of \
                 the trail, `tenure audit export` still writes; then put a backup in its place, or, without one, \
                 `tenure match --rebuild` begins anew where no file is"
                    .into()
            }
            Self::Older { source, .. } => source.help(),
            Self::ReadOnly { path, .. } => format!(
                "give the user that runs tenure the right to write the folder of `{}`",
                path.display()
            ),
            Self::Full { .. } => {
                "make room on the disk and run `tenure apply` again: it goes on where it stopped"
                    .into()
            }
            Self::Unopened { .. } => {
                "make the folder, or name another file as `state` in tenure.toml".into()
            }
            Self::Busy { .. } => "wait until the other process is done, then run it again".into(),
            Self::Random(_) => "look why the operating system gives no random bytes".into(),
            Self::Failed { .. } => {
                "look at the cause below; nothing of this step was written".into()
            }
        }
    }

    /// What is wrong, without the file: where that is said already.
    pub(super) fn without_place(&self) -> String {
        if let Self::Unreadable { what, value, .. } = self {
            return format!("{what} `{value}` cannot be read");
        }
        self.to_string()
    }

    /// The same error with the file it is about, sorted by what the database's code means.
    #[must_use]
    pub fn at(mut self, at: &Path) -> Self {
        use rusqlite::ErrorCode;
        if let Self::Unreadable { path, .. } = &mut self {
            at.clone_into(path);
        }
        let Self::Failed { source, .. } = self else {
            return self;
        };
        let path = at.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Corrupt { path, source }
            }
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, source }
            }
            Some(ErrorCode::DiskFull) => Self::Full { path, source },
            Some(ErrorCode::CannotOpen) => Self::Unopened { path, source },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Busy { path, source }
            }
            _ => Self::Failed { path, source },
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Failed {
            path: PathBuf::new(),
            source,
        }
    }
}
