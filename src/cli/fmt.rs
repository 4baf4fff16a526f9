//! `tenure fmt`: lay policy files out in the canonical form.

use super::args::{FmtArgs, Global};
use super::check::{open, point_at_the_page};
use super::disk::{self, Readers};
use super::findings::{self, Findings};
use super::report::Report;
use super::view::diff;
use super::{Exit, Output};
use crate::diagnostic::render::{self, Machine};
use crate::diagnostic::{Diagnostic, FileId, Fix, Sources, Span};
use crate::syntax;
use crate::text;
use crate::workspace::{self, FileError};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// What it is called in messages.
const NAME_OF_STANDARD_INPUT: &str = "standard input";

/// Lays out all files that are named, or shows what would change.
pub(super) fn run(
    global: &Global,
    arguments: &FmtArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    if let Some(format) = arguments.format.machine() {
        return Ok(for_machines(global, arguments, format, output));
    }
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

/// What would change, as a document, which has in it what goes wrong on the way, too.
fn for_machines(
    global: &Global,
    arguments: &FmtArgs,
    format: Machine,
    output: &mut Output,
) -> Exit {
    let in_repository = findings::naming(format);
    let name = |path: &Path| match path.to_str() {
        Some(STANDARD_INPUT | NAME_OF_STANDARD_INPUT) => NAME_OF_STANDARD_INPUT.to_owned(),
        _ => in_repository(path),
    };
    let mut found = Findings::default();
    let mut tally = Tally::default();
    let mut told = Vec::new();
    match files(global, &arguments.paths) {
        Ok(paths) => {
            for path in paths {
                tally.files += 1;
                match judge(&path, name, &mut found) {
                    Ok(None) => {}
                    Ok(Some(report)) => {
                        tally.changed += 1;
                        told.push(report);
                    }
                    Err(report) => {
                        tally.failed += 1;
                        told.extend(report);
                    }
                }
            }
        }
        Err(report) => {
            tally.failed += 1;
            found.report(&report, name);
            told.push(report);
        }
    }
    found.write("fmt", format, false, output);
    if !findings::is_read_for_commands(format) {
        for report in told {
            report.show(output);
        }
    }
    output.say(&tally.sentence(true));
    let refused = tally.failed + tally.changed > 0;
    if refused { Exit::Error } else { Exit::Ok }
}

/// Adds to the findings what is wrong with one file: a report if it would change. An error is that it cannot be laid
/// out, with a report if it has no place in its text.
fn judge(
    path: &Path,
    name: impl Fn(&Path) -> String,
    found: &mut Findings,
) -> Result<Option<Report>, Option<Report>> {
    let called = name(path);
    let laid = match lay_out(path, &called, found.sources()) {
        Ok(laid) => laid,
        Err(report) => {
            found.report(&report, name);
            return Err(Some(report));
        }
    };
    let after = match laid.after {
        Ok(after) => after,
        Err(diagnostics) => {
            found.extend(diagnostics);
            return Err(None);
        }
    };
    if Form::of(&laid.bytes).encode(&after).as_bytes() == laid.bytes {
        return Ok(None);
    }
    let report = Report::text(
        "not-laid-out",
        format!("`{called}` is not laid out in the canonical form"),
    )
    .help("run `tenure fmt`");
    let (span, fix) = difference(laid.id, &laid.before, &after);
    found.report_at(&report, span, fix);
    Ok(Some(report))
}

/// The first line that would change, and what changes all that would: the lines between the first and the last.
fn difference(id: FileId, before: &str, after: &str) -> (Span, Option<Fix>) {
    if before == after {
        // Only line ends or the encoding differ, which are no part of the text.
        return (Span::new(id, 0, 0), None);
    }
    let same = before
        .split_inclusive('\n')
        .zip(after.split_inclusive('\n'))
        .take_while(|(old, new)| old == new);
    let start: usize = same.map(|(old, _)| old.len()).sum();
    let (old, new) = (
        before.get(start..).unwrap_or_default(),
        after.get(start..).unwrap_or_default(),
    );
    let same = old
        .split_inclusive('\n')
        .rev()
        .zip(new.split_inclusive('\n').rev())
        .take_while(|(old, new)| old == new);
    let end: usize = same.map(|(old, _)| old.len()).sum();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let first = old.lines().next().map_or(0, str::len);
    let span = Span::new(id, offset(start), offset(start + first));
    let fix = Fix {
        title: "lay it out as `tenure fmt` does".to_owned(),
        edits: vec![(
            Span::new(id, offset(start), offset(before.len() - end)),
            new.get(..new.len() - end).unwrap_or_default().to_owned(),
        )],
    };
    (span, Some(fix))
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

/// A file that was read and laid out.
struct Laid {
    id: FileId,
    bytes: Vec<u8>,
    before: String,
    /// The text laid out, or why that cannot be done.
    after: Result<String, Vec<Diagnostic>>,
}

/// Reads one file and lays it out; its text becomes one of the texts, under that name.
fn lay_out(path: &Path, name: &str, sources: &mut Sources) -> Result<Laid, Report> {
    let bytes = if path.as_os_str() == STANDARD_INPUT {
        standard_input()?
    } else {
        workspace::read_bytes(path).map_err(|error| unreadable(&error))?
    };
    let before = text::decode(&bytes).map_err(|reason| {
        let file = shown(path);
        unreadable(&FileError::Decode { file, reason })
    })?;
    let id = sources.add(name, before.as_str());
    let after = syntax::format::format(id, &before);
    Ok(Laid {
        id,
        bytes,
        before,
        after,
    })
}

/// Lays out one file.
fn one(path: &Path, check: bool, output: &mut Output) -> Result<Done, Report> {
    let standard = path.as_os_str() == STANDARD_INPUT;
    let name = shown(path);
    let mut sources = Sources::new();
    let laid = lay_out(path, &name, &mut sources)?;
    let (bytes, before) = (laid.bytes, laid.before);
    let after = match laid.after {
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

/// How a file is called in messages.
fn shown(path: &Path) -> String {
    if path.as_os_str() == STANDARD_INPUT {
        return NAME_OF_STANDARD_INPUT.to_owned();
    }
    path.display().to_string()
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
    let report = Report::new("unreadable-file", error).help(error.help());
    match error.file() {
        Some(file) => report.at(Path::new(file)),
        None => report,
    }
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
