//! How files are named for whoever reads a report beside the repository: from its root, with `/`.
//!
//! GitHub and GitLab know a file by that name alone, wherever the command ran. The root is the nearest folder with a
//! `.git` from the current one upwards; where there is none, as in a checkout without history, the current folder.

use std::path::{Component, Path, PathBuf};

/// The repository that the current folder lies in.
#[derive(Debug)]
pub(super) struct Repository {
    /// The current folder.
    here: PathBuf,
    root: PathBuf,
}

impl Repository {
    /// Looks for it. Without a current folder everything is named as it is.
    pub(super) fn find() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let root = here.ancestors().find(|folder| folder.join(".git").exists());
        let root = root.unwrap_or(&here).to_owned();
        Self { here, root }
    }

    /// The current folder alone.
    pub(super) fn here() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let root = here.clone();
        Self { here, root }
    }

    /// The name of a file, which may be relative to the current folder; outside of the repository its whole path.
    pub(super) fn name(&self, file: &Path) -> String {
        let file = plain(&self.here.join(file));
        let within = file.strip_prefix(&self.root).ok().map(Path::to_path_buf);
        let within = within.or_else(|| {
            // Named over a link; the links within the repository stay, for they are files of it.
            let (root, file) = (real(&self.root)?, real(&file)?);
            file.strip_prefix(root).ok().map(Path::to_path_buf)
        });
        slashes(&within.unwrap_or(file))
    }
}

fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// Without `.` and `..`, by the letters alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(part),
        }
    }
    plain
}

fn slashes(path: &Path) -> String {
    let mut name = String::new();
    for part in path.components() {
        if let Component::RootDir = part {
            name.push('/');
            continue;
        }
        if !name.is_empty() && !name.ends_with('/') {
            name.push('/');
        }
        name.push_str(&part.as_os_str().to_string_lossy());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::Repository;
    use std::path::Path;

    #[test]
    fn files_are_named_from_the_root_with_slashes() {
        let repository = Repository {
            here: "/src/company/policies".into(),
            root: "/src/company".into(),
        };
        let name = |file: &str| repository.name(Path::new(file));
        assert_eq!(name("rules/a.tenure"), "policies/rules/a.tenure");
        assert_eq!(name("./rules/../b.tenure"), "policies/b.tenure");
        assert_eq!(name("../tenure.toml"), "tenure.toml");
        assert_eq!(name("/src/company/x/y"), "x/y");
        assert_eq!(name("../../elsewhere/a.tenure"), "/src/elsewhere/a.tenure");
        assert_eq!(name("/src/companyother/a"), "/src/companyother/a");
    }
}
