//! `tenure fmt`: lay policy files out in the canonical form.

use super::args::{FmtArgs, Global};
use super::check::{open, point_at_the_page};
use super::disk::{self, Readers};
use super::report::Report;
use super::view::diff;
use super::{Exit, Output};
use crate::diagnostic::{Diagnostic, Sources, render};
use crate::syntax;
use crate::text;
use crate::workspace::{self, FileError};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Lays out all files that are named, or shows what would change.
pub(super) fn run(
    global: &Global,
    arguments: &FmtArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let mut tally = Tally::default();
    for path in files(global, &arguments.paths)? {
        tally.files += 1;
        let done = one(&path, arguments.check, output);
        match done {
            Ok(Done::Same) => {}
            Ok(Done::Changed) => tally.changed += 1,
            Ok(Done::Unread) => tally.failed += 1,
            Err(report) => {
                report.show(output);
                tally.failed += 1;
            }
        }
    }
    output.say(&tally.sentence(arguments.check));
    let refused = tally.failed > 0 || (arguments.check && tally.changed > 0);
    Ok(if refused { Exit::Error } else { Exit::Ok })
}

#[derive(Debug, Default)]
struct Tally {
    files: usize,
    changed: usize,
    failed: usize,
}

impl Tally {
    fn sentence(&self, check: bool) -> String {
        let files = match self.files {
            1 => "1 file".to_owned(),
            files => format!("{files} files"),
        };
        let changed = match (self.changed, check) {
            (0, _) => "nothing to change".to_owned(),
            (changed, true) => format!("{changed} would change; `tenure fmt` does it"),
            (changed, false) => format!("{changed} changed"),
        };
        match self.failed {
            0 => format!("{files}: {changed}"),
            failed => {
                format!("{files}: {changed}, {failed} left alone, for what is said above")
            }
        }
    }
}

enum Done {
    Same,
    Changed,
    /// It has errors, which were shown.
    Unread,
}

/// The files that the command line names, each once.
fn files(global: &Global, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Report> {
    let configured = if paths.is_empty() {
        let workspace = open(global)?;
        let folder = workspace.path(&workspace.config.policy);
        // `rules`, not `rules/.`: the name stands in messages.
        Some(folder.components().collect())
    } else {
        None
    };
    let mut all = Vec::new();
    let mut known = BTreeSet::new();
    for path in paths.iter().chain(&configured) {
        let mut here = vec![path.clone()];
        if path.is_dir() {
            here = workspace::policy_files(path).map_err(|error| unreadable(&error))?;
            if here.is_empty() {
                let folder = path.display().to_string();
                return Err(workspace::Error::NoPolicy { folder }.into());
            }
            here.sort();
            here = here.iter().map(|file| path.join(file)).collect();
        }
        for file in here {
            // The same file under two names is one file.
            let place = std::fs::canonicalize(&file).unwrap_or_else(|_| file.clone());
            if known.insert(place) {
                all.push(file);
            }
        }
    }
    Ok(all)
}

/// Lays out one file.
fn one(path: &Path, check: bool, output: &mut Output) -> Result<Done, Report> {
    let standard = path.as_os_str() == STANDARD_INPUT;
    let (name, bytes) = if standard {
        ("standard input".to_owned(), standard_input()?)
    } else {
        let bytes = workspace::read_bytes(path).map_err(|error| unreadable(&error))?;
        (path.display().to_string(), bytes)
    };
    let before = text::decode(&bytes).map_err(|reason| {
        unreadable(&FileError::Decode {
            file: name.clone(),
            reason,
        })
    })?;
    let mut sources = Sources::new();
    let id = sources.add(name.as_str(), before.as_str());
    let after = match syntax::format::format(id, &before) {
        Ok(after) => after,
        Err(diagnostics) => {
            show(&sources, &diagnostics, output);
            return Ok(Done::Unread);
        }
    };
    let written = Form::of(&bytes).encode(&after);
    let same = written.as_bytes() == bytes;
    if check {
        if !same {
            output.result(&diff::unified(&name, &before, &after, output.terminal));
        }
    } else if standard {
        if !written.is_empty() {
            output.result(&written);
        }
    } else if !same {
        replace(path, &bytes, written.as_bytes())?;
        output.say(&format!("{name} is laid out anew"));
    }
    Ok(if same { Done::Same } else { Done::Changed })
}

fn standard_input() -> Result<Vec<u8>, Report> {
    let mut bytes = Vec::new();
    let most = syntax::MAX_FILE_BYTES as u64 + 1;
    let mut limited = std::io::stdin().lock().take(most);
    match limited.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Report::new("unreadable-file", &error).help("send it a policy file")),
    }
}

fn unreadable(error: &FileError) -> Report {
    Report::new("unreadable-file", error).help(error.help())
}

fn show(sources: &Sources, diagnostics: &[Diagnostic], output: &mut Output) {
    let style = render::Style {
        color: output.color_err,
        unicode: true,
        width: output.width,
    };
    output.error(&render::human(sources, diagnostics, style));
    point_at_the_page(diagnostics, output);
}

/// Writes a file anew, if it is still what was read. What a link points to is written, the link stays.
fn replace(path: &Path, read: &[u8], written: &[u8]) -> Result<(), Report> {
    let target = std::fs::canonicalize(path).map_err(|error| disk::unwritten(path, &error))?;
    disk::write_whole(&target, Readers::AsBefore, |file| {
        file.write_all(written)
            .map_err(|error| disk::unwritten(&target, &error))?;
        let now = workspace::read_bytes(&target).map_err(|error| unreadable(&error))?;
        if now == read {
            return Ok(());
        }
        let message = format!(
            "`{}` was changed meanwhile, so it is left as it is now",
            path.display()
        );
        Err(Report::text("unwritable", message).help("format it again once nobody else writes it"))
    })
}

/// What a file has beside its text, and keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// The byte order mark of UTF-8.
    mark: bool,
    /// Whether the first line ends as on Windows.
    carriage_return: bool,
}

impl Form {
    fn of(bytes: &[u8]) -> Self {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let before = end.and_then(|end| bytes.get(end.checked_sub(1)?));
        Self {
            mark: bytes.starts_with(b"\xEF\xBB\xBF"),
            carriage_return: before == Some(&b'\r'),
        }
    }

    fn encode(self, text: &str) -> String {
        let mark = if self.mark { "\u{feff}" } else { "" };
        if self.carriage_return {
            format!("{mark}{}", text.replace('\n', "\r\n"))
        } else {
            format!("{mark}{text}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn what_somebody_else_wrote_meanwhile_is_not_overwritten() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a.tenure");
        std::fs::write(&path, "theirs").unwrap();
        let report = replace(&path, b"read", b"laid out").unwrap_err();
        assert!(
            report.message().contains("was changed meanwhile"),
            "{report:?}"
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        replace(&path, b"theirs", b"laid out").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "laid out");
    }
}
