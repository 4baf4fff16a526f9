//! A folder of its own for a while: nobody else reads it, and it goes with whoever made it.

use super::report::Report;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// The folder; it is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// A new, empty one among the temporary files.
    pub(super) fn new() -> Result<Self, Report> {
        Self::at(std::env::temp_dir().join(format!("tenure-{}", Uuid::new_v4())))
    }

    /// A new, empty one at this path, at which nothing is.
    pub(super) fn at(path: PathBuf) -> Result<Self, Report> {
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| {
            Report::new("unwritable", &error).help(format!(
                "is there room, and may you make the folder `{}`?",
                path.display()
            ))
        })?;
        Ok(Self { path })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is private all the same.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
