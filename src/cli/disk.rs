//! Files that commands write: there whole or not at all.

use super::report::Report;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Makes the folder of a file.
pub(super) fn make_folder(file: &Path) -> Result<(), Report> {
    let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        Report::new("unwritable", &error).help(format!(
            "check that you may write to `{}`",
            folder.display()
        ))
    })
}

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Its owner alone: it tells of people.
    Owner,
    /// Whoever may read what was there before, else its owner alone.
    AsBefore,
}

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Report> {
    write_whole(path, Readers::AsBefore, |file| {
        file.write_all(bytes)
            .map_err(|error| unwritten(path, &error))
    })
}

/// The same, piece by piece: where `fill` fails, nothing is there.
pub(super) fn write_whole(
    path: &Path,
    readers: Readers,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), Report>,
) -> Result<(), Report> {
    make_folder(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let failed = |error: std::io::Error| unwritten(path, &error);
    let write = || {
        let mut file = BufWriter::new(create_private(&temporary).map_err(failed)?);
        fill(&mut file)?;
        file.flush().map_err(failed)?;
        if let (Readers::AsBefore, Ok(before)) = (readers, std::fs::metadata(path)) {
            let rights = before.permissions();
            file.get_ref().set_permissions(rights).map_err(failed)?;
        }
        file.get_ref().sync_all().map_err(failed)?;
        std::fs::rename(&temporary, path).map_err(failed)
    };
    write().inspect_err(|_| {
        // What was begun is of no use to anybody.
        let _ = std::fs::remove_file(&temporary);
    })
}

/// Makes a file that its owner alone may read; what a killed process left of that name goes first.
fn create_private(path: &Path) -> std::io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file could not be written.
pub(super) fn unwritten(path: &Path, error: &std::io::Error) -> Report {
    Report::new("unwritable", error).help(format!(
        "nothing was written; is there room, and may you write to `{}`?",
        path.display()
    ))
}
