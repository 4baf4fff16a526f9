//! Files: policies, tables, recordings. Everything has a limit.

use crate::text::{self, DecodeError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most bytes of one file: a recording of 100,000 people has about 800 MB in one page, and no page has that.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// How deep policy folders may lie in one another.
const MAX_FOLDER_DEPTH: usize = 16;

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system does not give it.
    #[error("cannot read `{file}`: {reason}")]
    Read {
        /// Which.
        file: String,
        /// In words.
        reason: String,
    },
    /// It is no text.
    #[error("cannot read `{file}`: {reason}")]
    Decode {
        /// Which.
        file: String,
        /// Why.
        reason: DecodeError,
    },
    /// It is larger than anything that belongs here.
    #[error("`{file}` is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// Which.
        file: String,
    },
    /// No file has such a name.
    #[error("no file matches `{pattern}`")]
    NoMatch {
        /// As configured.
        pattern: String,
    },
    /// Folders within folders without end.
    #[error("folders lie more than {MAX_FOLDER_DEPTH} deep at `{folder}`")]
    TooDeep {
        /// Where.
        folder: String,
    },
}

impl FileError {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::Read { file, .. } | Self::Decode { file, .. } | Self::TooLarge { file } => {
                Some(file)
            }
            Self::NoMatch { .. } | Self::TooDeep { .. } => None,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Read { .. } => "check that it exists and that you may read it".to_owned(),
            Self::Decode { .. } => "save it as UTF-8 text".to_owned(),
            Self::TooLarge { .. } => "name the right file in `tenure.toml`".to_owned(),
            Self::NoMatch { .. } => {
                "check the name in `tenure.toml`; `*` stands for any part of a file name".to_owned()
            }
            Self::TooDeep { .. } => "is there a link that leads back?".to_owned(),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> FileError {
    let known = [
        (io::ErrorKind::NotFound, "there is no such file"),
        (io::ErrorKind::PermissionDenied, "you may not read it"),
        (io::ErrorKind::IsADirectory, "it is a folder"),
    ];
    let known = known.iter().find(|(kind, _)| *kind == error.kind());
    let reason = known.map_or_else(|| error.to_string(), |(_, words)| (*words).to_owned());
    FileError::Read {
        file: path.display().to_string(),
        reason,
    }
}

/// The bytes of a file.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, FileError> {
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut bytes = Vec::new();
    let mut limited = file.take(MAX_FILE_BYTES + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(FileError::TooLarge {
            file: path.display().to_string(),
        });
    }
    Ok(bytes)
}

/// The text of a file.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    text::decode(&read_bytes(path)?).map_err(|reason| FileError::Decode {
        file: path.display().to_string(),
        reason,
    })
}

/// All `*.tenure` files below a folder, relative to it; hidden folders are left out.
pub(crate) fn policy_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    walk(folder, Path::new(""), 0, &mut found)?;
    Ok(found)
}

fn walk(
    folder: &Path,
    below: &Path,
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), FileError> {
    if depth > MAX_FOLDER_DEPTH {
        return Err(FileError::TooDeep {
            folder: folder.join(below).display().to_string(),
        });
    }
    let here = folder.join(below);
    let entries = std::fs::read_dir(&here).map_err(|error| unreadable(&here, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(&here, &error))?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        let path = below.join(&name);
        if entry.path().is_dir() {
            walk(folder, &path, depth + 1, found)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "tenure")
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The files of a folder itself, sorted; hidden ones are left out.
pub(crate) fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !hidden && entry.path().is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The files that patterns name, relative to `root`, sorted; `*` stands for any part of a file name.
pub(crate) fn matching(root: &Path, patterns: &[String]) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    for pattern in patterns {
        let before = found.len();
        let path = Path::new(pattern);
        let folder = path.parent().unwrap_or(Path::new(""));
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !name.contains('*') {
            found.push(path.to_path_buf());
            continue;
        }
        let here = root.join(folder);
        let entries = std::fs::read_dir(&here).map_err(|error| unreadable(&here, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&here, &error))?;
            let candidate = entry.file_name().to_string_lossy().into_owned();
            if entry.path().is_file() && is_match(&name, &candidate) {
                found.push(folder.join(candidate));
            }
        }
        if found.len() == before {
            return Err(FileError::NoMatch {
                pattern: pattern.clone(),
            });
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Whether a name matches a pattern with `*`.
fn is_match(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = name.split_once(part) else {
            return false;
        };
        name = after;
    }
    name.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn a_star_stands_for_any_part_of_a_name() {
        assert!(is_match("*.json", "page-0.json"));
        assert!(is_match("page-*.json", "page-10.json"));
        assert!(is_match("a*b*c", "axxbyyc"));
        assert!(!is_match("*.json", "page.json.bak"));
        assert!(!is_match("a*b*c", "acb"));
    }
}
