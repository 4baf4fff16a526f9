//! Where a snapshot goes: a folder that is there whole or not at all.

use super::CONFIG;
use crate::cli::disk;
use crate::cli::report::Report;
use crate::cli::scratch::Scratch;
use std::path::{Path, PathBuf};

/// Where a snapshot goes.
pub(super) struct Place {
    folder: PathBuf,
}

impl Place {
    /// A folder that is not there, or holds an earlier snapshot.
    pub(super) fn of(folder: &Path) -> Result<Self, Report> {
        let bad = |message: String| {
            Err(Report::text("no-snapshot", message).help(
                "name a folder that is not there, or one that holds a snapshot, which is replaced",
            ))
        };
        if folder.file_name().is_none() {
            return bad(format!(
                "`{}` cannot be the folder of a snapshot",
                folder.display()
            ));
        }
        let there = std::fs::symlink_metadata(folder).is_ok();
        if there && !folder.join(CONFIG).is_file() {
            return bad(format!(
                "`{}` is there, and is no snapshot",
                folder.display()
            ));
        }
        disk::make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// A folder beside it.
    pub(super) fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.folder.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.{ending}", std::process::id()));
        self.folder.with_file_name(name)
    }

    /// Gives what was written its place; an earlier snapshot goes once the new one is whole.
    pub(super) fn take(&self, scratch: Scratch) -> Result<(), Report> {
        let failed = |error: std::io::Error| disk::unwritten(&self.folder, &error);
        let former = self.beside("old");
        let there = self.folder.exists();
        if there {
            std::fs::rename(&self.folder, &former).map_err(failed)?;
        }
        if let Err(error) = std::fs::rename(scratch.path(), &self.folder) {
            if there {
                // Nothing else can be done if this fails, too: it lies beside.
                let _ = std::fs::rename(&former, &self.folder);
            }
            return Err(failed(error));
        }
        drop(scratch);
        if there {
            std::fs::remove_dir_all(&former).map_err(failed)?;
        }
        Ok(())
    }
}
