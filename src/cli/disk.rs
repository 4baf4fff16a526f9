//! Files that commands write: there whole or not at all.

use super::report::Report;
use std::io::Write as _;
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
    make_folder(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    write().map_err(|error| {
        // What was begun is of no use to anybody.
        let _ = std::fs::remove_file(&temporary);
        Report::new("unwritable", &error).help(format!(
            "nothing was written; is there room, and may you write to `{}`?",
            path.display()
        ))
    })
}
