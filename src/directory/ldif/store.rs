//! The two files on disk, and the only code here that touches one.
//!
//! `FILE` is the directory as it was last written as a whole; `FILE.changes` is what was done since (see
//! `change_file`). Whoever writes holds a lock on `FILE.lock`. A whole file is written beside the old one,
//! flushed, and takes its place by a rename; only then the change file goes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::change_file::{self, ChangeFile};
use super::error::{Error, Problem};
use super::header::Header;
use super::load::{self, Loaded};
use super::memory::Memory;
use super::step::{Step, foreign};
use super::write;
use crate::directory::port;
use crate::directory::snapshot::Snapshot;
use crate::text::decode;

/// The largest file that is read; a hundred thousand accounts are about 150 MB.
pub(super) const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// The files of an opened directory.
#[derive(Debug)]
pub(super) struct Store {
    path: PathBuf,
    _lock: Lock,
    log: String,
    changes: Option<File>,
    /// How many bytes of the change file count.
    length: u64,
    /// The number of the last change.
    last: u64,
    stopped: bool,
}

/// Reads both files without taking the lock; yields what somebody who writes has finished.
pub(super) fn read(path: &Path) -> Result<Snapshot, Error> {
    // The change file first: a whole file that is written in between contains its changes and says so.
    let changes = read_changes(path)?;
    let (_, loaded) = read_whole(path)?;
    let snapshot = if changes.changes.is_empty() {
        let objects = loaded.objects.into_iter().map(Arc::new).collect();
        Snapshot::new(loaded.domain, objects)
    } else {
        replay(path, loaded, changes)?.0.snapshot()
    };
    snapshot.map_err(|error| Error::new(&name(path), (0, Problem::NoSnapshot(error))))
}

/// Opens both files to write.
pub(super) fn open(path: &Path) -> Result<(Memory, Store), Error> {
    // The file that a link points to is replaced, not the link.
    let unreadable = |error| Error::new(&name(path), (0, Problem::Unreadable(error)));
    let path = &fs::canonicalize(path).map_err(unreadable)?;
    let lock = Lock::take(path)?;
    let changes = read_changes(path)?;
    let (log, loaded) = read_whole(path)?;
    let whole = changes.whole as u64;
    let log = if changes.log.is_empty() {
        log
    } else {
        changes.log.clone()
    };
    let (memory, last) = replay(path, loaded, changes)?;
    let store = Store {
        path: path.to_owned(),
        _lock: lock,
        log,
        changes: None,
        length: whole,
        last,
        stopped: false,
    };
    Ok((memory, store))
}

/// Does the changes again that the whole file does not contain yet; yields the number of the last one.
fn replay(path: &Path, loaded: Loaded, changes: ChangeFile) -> Result<(Memory, u64), Error> {
    let contained = match &loaded.header.contains {
        Some((log, number)) if *log == changes.log => *number,
        _ => 0,
    };
    let mut memory = Memory::new(loaded);
    let mut last = contained;
    for change in changes.changes {
        last = last.max(change.number);
        if change.number <= contained {
            continue;
        }
        let usn = memory.usn + 1;
        for step in change.steps {
            memory.apply(step).map_err(|reason| {
                let file = name(&changes_path(path));
                Error::new(&file, (change.line, foreign(change.number, reason)))
            })?;
        }
        memory.usn = memory.usn.max(usn);
    }
    Ok((memory, last))
}

impl Store {
    /// Writes a change down; when this returns it is on the disk, or nothing of it counts.
    pub(super) fn append(&mut self, steps: &[Step]) -> Result<(), port::Error> {
        if self.stopped {
            return Err(port::Error::Stopped {
                path: name(&self.path),
            });
        }
        let number = self.last + 1;
        let mut text = String::new();
        if self.length == 0 {
            text.push_str(&change_file::head(&self.log));
        }
        text.push_str(&change_file::encode(number, steps));
        let length = self.length;
        let result = self.changes().and_then(|file| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        });
        match result {
            Ok(()) => {
                self.length += text.len() as u64;
                self.last = number;
                Ok(())
            }
            Err(source) => {
                // What was half written must not stand before a later change.
                let cut = self.changes.as_ref().map(|file| {
                    file.set_len(length)?;
                    file.sync_data()
                });
                self.stopped = !matches!(cut, None | Some(Ok(())));
                self.changes = None;
                Err(port::Error::Storage {
                    path: name(&changes_path(&self.path)),
                    source: Arc::new(source),
                })
            }
        }
    }

    /// Takes no more changes: what is in memory may differ from what is on the disk.
    pub(super) fn stop(&mut self) -> port::Error {
        self.stopped = true;
        port::Error::Stopped {
            path: name(&self.path),
        }
    }

    /// Writes the whole file anew and removes the change file; nothing to do where there is none.
    pub(super) fn save(&mut self, memory: &Memory) -> Result<(), port::Error> {
        if self.stopped {
            return Err(port::Error::Stopped {
                path: name(&self.path),
            });
        }
        let path = changes_path(&self.path);
        let pending = self.length > 0 || path.exists();
        if !pending {
            return Ok(());
        }
        self.changes = None;
        // Whatever of this fails, the two files still belong together: the new one says what it contains.
        let result = self.write_whole(memory).and_then(|log| {
            fs::remove_file(&path)?;
            sync_folder(&self.path)?;
            Ok(log)
        });
        match result {
            Ok(log) => {
                self.log = log;
                self.length = 0;
                self.last = 0;
                Ok(())
            }
            Err(source) => Err(port::Error::Storage {
                path: name(&self.path),
                source: Arc::new(source),
            }),
        }
    }

    /// Yields the name of the log that begins on the new file.
    fn write_whole(&self, memory: &Memory) -> io::Result<String> {
        let header = Header {
            usn: Some(memory.usn),
            next_rid: Some(memory.next_rid),
            contains: Some((self.log.clone(), self.last)),
        };
        let text = write::file(&header, memory.iter().map(|object| &**object));
        let new = beside(&self.path, "new");
        let written = File::create(&new).and_then(|mut file| {
            // Who may not read the old file may not read the new one.
            file.set_permissions(fs::metadata(&self.path)?.permissions())?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        if let Err(error) = written.and_then(|()| fs::rename(&new, &self.path)) {
            // The old file is whole; the half one beside it is of no use to anybody.
            let _ = fs::remove_file(&new);
            return Err(error);
        }
        sync_folder(&self.path)?;
        Ok(change_file::log_name(text.as_bytes()))
    }

    fn changes(&mut self) -> io::Result<&mut File> {
        if self.changes.is_none() {
            let path = changes_path(&self.path);
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            if file.metadata()?.is_file() {
                file.set_permissions(fs::metadata(&self.path)?.permissions())?;
                file.set_len(self.length)?;
            }
            file.seek(SeekFrom::Start(self.length))?;
            sync_folder(&path)?;
            self.changes = Some(file);
        }
        self.changes
            .as_mut()
            .ok_or_else(|| io::Error::other("the change file was not opened"))
    }
}

fn read_whole(path: &Path) -> Result<(String, Loaded), Error> {
    let error = |problem| Error::new(&name(path), (0, problem));
    let bytes = read_limited(path).map_err(&error)?;
    let text = decode(&bytes).map_err(|problem| error(Problem::Text(problem)))?;
    let log = change_file::log_name(&bytes);
    drop(bytes);
    let loaded = load::load(&text).map_err(|located| Error::new(&name(path), located))?;
    Ok((log, loaded))
}

fn read_changes(path: &Path) -> Result<ChangeFile, Error> {
    let path = changes_path(path);
    if !path.exists() {
        return Ok(ChangeFile::default());
    }
    let bytes = read_limited(&path).map_err(|problem| Error::new(&name(&path), (0, problem)))?;
    change_file::read(&bytes).map_err(|located| Error::new(&name(&path), located))
}

fn read_limited(path: &Path) -> Result<Vec<u8>, Problem> {
    let file = File::open(path).map_err(Problem::Unreadable)?;
    let mut bytes = Vec::new();
    let mut limited = file.take(MAX_FILE_BYTES + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(Problem::Unreadable)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Problem::TooLarge {
            limit: MAX_FILE_BYTES,
        });
    }
    Ok(bytes)
}

/// The right to write a directory file.
#[derive(Debug)]
struct Lock(File);

impl Lock {
    fn take(path: &Path) -> Result<Self, Error> {
        let at = |problem| Error::new(&name(path), (0, problem));
        let lock = beside(path, "lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(|error| at(Problem::Unwritable(error)))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(at(Problem::Locked)),
            Err(TryLockError::Error(error)) => Err(at(Problem::Unwritable(error))),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started holds a copy of every open file
        // until it runs its own program, and the lock lasts as long as any copy.
        let _ = self.0.unlock();
    }
}

/// Makes a new name in a folder as durable as what it names.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn changes_path(path: &Path) -> PathBuf {
    beside(path, "changes")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_lets_go_lets_go_of_copies_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("company.ldif");
        let lock = Lock::take(&path).unwrap();
        let copy_of_a_process_being_started = lock.0.try_clone().unwrap();
        assert!(Lock::take(&path).is_err());
        drop(lock);
        Lock::take(&path).unwrap();
        drop(copy_of_a_process_being_started);
    }
}
