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

/// Writes a file so that it is there whole or not at all.
pub(super) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Report> {
    write_whole(path, |file| {
        file.write_all(bytes)
            .map_err(|error| unwritten(path, &error))
    })
}

/// The same, piece by piece: where `fill` fails, nothing is there.
pub(super) fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), Report>,
) -> Result<(), Report> {
    make_folder(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let failed = |error: std::io::Error| unwritten(path, &error);
    let write = || {
        let mut file = BufWriter::new(File::create(&temporary).map_err(failed)?);
        fill(&mut file)?;
        file.flush().map_err(failed)?;
        file.get_ref().sync_all().map_err(failed)?;
        std::fs::rename(&temporary, path).map_err(failed)
    };
    write().inspect_err(|_| {
        // What was begun is of no use to anybody.
        let _ = std::fs::remove_file(&temporary);
    })
}

/// A file could not be written.
pub(super) fn unwritten(path: &Path, error: &std::io::Error) -> Report {
    Report::new("unwritable", error).help(format!(
        "nothing was written; is there room, and may you write to `{}`?",
        path.display()
    ))
}
