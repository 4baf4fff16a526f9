//! An archive in a folder: a file for each object, which its owner alone may read.
//!
//! A file is written under another name, brought to the disk, and then gets its own, which fails where that is taken: so
//! an object is there whole or not at all, and none is written over.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use super::error::{Error, Trouble};
use super::{MAX_OBJECT_BYTES, Shelf};

/// What the name of a file ends with that is not whole yet; no name of an object does.
const PART: &str = ".part";

/// How old such a file is that nobody writes any more.
const ABANDONED: Duration = Duration::from_hours(1);

/// A folder with a folder in it for each state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The archive in that folder, which has to be there: where something else should be mounted, nothing is to be
    /// written below it.
    pub fn open(path: PathBuf) -> Result<Self, Error> {
        let folder = Self { path };
        match fs::metadata(&folder.path) {
            Ok(there) if there.is_dir() => Ok(folder),
            Ok(_) => Err(folder.missing("it is no folder")),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(folder.missing("there is no such folder"))
            }
            Err(error) => Err(failed(&folder.path, &error)),
        }
    }

    fn missing(&self, what: &str) -> Error {
        Error {
            place: self.place(),
            trouble: Trouble::NoPlace,
            what: what.to_owned(),
            help: "make the folder, or mount it; what waits is archived by the next run, or by `tenure audit archive`",
        }
    }

    /// Makes the folder of a file.
    fn make_folder(&self, folder: &Path) -> Result<(), Error> {
        let mut options = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut options, 0o700);
        match options.create(folder) {
            Ok(()) => sync(&self.path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(failed(folder, &error)),
        }
    }
}

/// Brings the names in a folder to the disk.
fn sync(folder: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| failed(folder, &error))?;
    Ok(())
}

/// Removes what a killed run left of a file; what is young may be somebody's who is at work.
fn remove_parts(folder: &Path, file: &str, own: &Path) -> Result<(), Error> {
    let made = |path: &Path| fs::metadata(path).and_then(|there| there.modified()).ok();
    let Some(now) = made(own) else {
        return Ok(());
    };
    for name in names_in(folder)? {
        let path = folder.join(&name);
        let is_part = name.ends_with(PART) && name.contains(file);
        let age = made(&path).and_then(|made| now.duration_since(made).ok());
        if is_part && age.is_some_and(|age| age > ABANDONED) {
            // Somebody else may remove it, too.
            let _ = fs::remove_file(path);
        }
    }
    Ok(())
}

/// The names in a folder, in order; none where it is not there.
fn names_in(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(folder, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        // A name that is no text is none of ours.
        names.extend(entry.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// What the system says of a file.
fn failed(path: &Path, error: &io::Error) -> Error {
    let full = matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    );
    let (what, help) = if full {
        (
            "no space is left".to_owned(),
            "make room there; what waits is archived by the next run, or by `tenure audit archive`",
        )
    } else {
        (
            error.to_string(),
            "give the user that runs tenure the right to read and write there; what waits is archived by the next run, or \
             by `tenure audit archive`",
        )
    };
    Error {
        place: path.display().to_string(),
        trouble: Trouble::Unwritable,
        what,
        help,
    }
}

/// Writes a file that was not there, to the disk.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Gives a file its name, unless that is taken: whether it was free.
fn name(part: &Path, path: &Path) -> io::Result<bool> {
    match fs::hard_link(part, path) {
        Ok(()) => {
            fs::remove_file(part)?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        // Some file systems know no second name.
        Err(_) if path.try_exists()? => Ok(false),
        Err(_) => fs::rename(part, path).map(|()| true),
    }
}

impl Shelf for Folder {
    fn place(&self) -> String {
        format!("the archive `{}`", self.path.display())
    }

    fn list(
        &self,
        prefix: &str,
        behind: &str,
        each: &mut dyn FnMut(&str) -> bool,
    ) -> Result<(), Error> {
        for folder in names_in(&self.path)? {
            let path = self.path.join(&folder);
            if !format!("{folder}/").starts_with(prefix) || !path.is_dir() {
                continue;
            }
            for file in names_in(&path)? {
                let name = format!("{folder}/{file}");
                if &*name > behind && !file.ends_with(PART) && !each(&name) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn put(&self, object: &str, content: &[u8]) -> Result<bool, Error> {
        let path = self.path.join(object);
        let folder = path.parent().unwrap_or(&self.path);
        self.make_folder(folder)?;
        if path.try_exists().map_err(|error| failed(&path, &error))? {
            return Ok(false);
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let part = folder.join(format!(".{file}.{}{PART}", Uuid::new_v4()));
        let written = write_new(&part, content);
        if written.is_ok() {
            remove_parts(folder, &file, &part)?;
        }
        let written = written.and_then(|()| name(&part, &path));
        let free = written.map_err(|error| {
            // What was begun is of no use to anybody.
            let _ = fs::remove_file(&part);
            failed(&path, &error)
        })?;
        if !free {
            let _ = fs::remove_file(&part);
        }
        sync(folder)?;
        Ok(free)
    }

    fn get(&self, object: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path.join(object);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&path, &error)),
        };
        let mut content = Vec::new();
        file.take(MAX_OBJECT_BYTES as u64)
            .read_to_end(&mut content)
            .map_err(|error| failed(&path, &error))?;
        Ok(Some(content))
    }

    fn remove(&self, object: &str) -> Result<(), Error> {
        let path = self.path.join(object);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&path, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}
