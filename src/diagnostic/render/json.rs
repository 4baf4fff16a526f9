//! For machines: one JSON object, in a shape of our own that changes only by additions.

use super::{Indexed, help, safe, says_more};
use crate::diagnostic::{Diagnostic, FileId, LineIndex, Source, Sources, Span};
use serde::Serialize;

/// All diagnostics, and how many of each severity.
#[derive(Debug, Serialize)]
struct Report<'a> {
    diagnostics: Vec<Entry<'a>>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'a str,
    message: String,
    #[serde(flatten)]
    place: Place,
    labels: Vec<Marked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Mend<'a>>,
    explain: String,
}

/// A stretch of a file. Lines and columns count from 1, columns in characters; offsets are bytes.
#[derive(Debug, Serialize)]
struct Place {
    file: String,
    start: Point,
    end: Point,
}

#[derive(Debug, Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Debug, Serialize)]
struct Marked {
    #[serde(flatten)]
    place: Place,
    text: String,
    primary: bool,
}

#[derive(Debug, Serialize)]
struct Mend<'a> {
    title: String,
    edits: Vec<Edit<'a>>,
}

/// Replaces a stretch by a text, which is exactly what is to be written.
#[derive(Debug, Serialize)]
struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

/// All diagnostics as one JSON object, indented, with a line end.
///
/// `{"diagnostics": [...], "errors": n, "warnings": n, "notes": n}`; each diagnostic has `code`, `severity` (`error`,
/// `warning` or `note`), `message`, `file`, `start` and `end` (`line`, `column`, `offset`), `labels` (the first is the
/// primary one), where there are, `help` and `fix` (`title`, `edits`), and `explain`, the command that says
/// more.
pub fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut indexed = Indexed::new(sources);
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let report = Report {
        diagnostics: diagnostics
            .iter()
            .map(|diagnostic| entry(diagnostic, &mut indexed))
            .collect(),
        errors,
        warnings: diagnostics.iter().filter(|one| one.is_warning()).count(),
        notes: diagnostics
            .iter()
            .filter(|one| !one.is_error() && !one.is_warning())
            .count(),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &mut Indexed<'_>) -> Entry<'a> {
    let primary = (&diagnostic.primary, true);
    let secondary = diagnostic.secondary.iter().map(|label| (label, false));
    Entry {
        code: diagnostic.code.name,
        severity: diagnostic.severity.word(),
        message: safe(&diagnostic.message),
        place: place(diagnostic.primary.span, sources),
        labels: std::iter::once(primary)
            .chain(secondary)
            .map(|(label, primary)| Marked {
                place: place(label.span, sources),
                text: safe(&label.text),
                primary,
            })
            .collect(),
        help: help(diagnostic),
        fix: diagnostic.fix.as_ref().map(|fix| Mend {
            title: safe(&fix.title),
            edits: fix
                .edits
                .iter()
                .map(|(span, text)| Edit {
                    place: place(*span, sources),
                    text,
                })
                .collect(),
        }),
        explain: says_more(diagnostic.code),
    }
}

fn place(span: Span, sources: &mut Indexed<'_>) -> Place {
    let file: FileId = span.file;
    let Some((source, index)) = sources.get(file) else {
        let point = |offset| Point {
            line: 1,
            column: 1,
            offset,
        };
        return Place {
            file: String::new(),
            start: point(span.start),
            end: point(span.end),
        };
    };
    Place {
        file: safe(&source.name),
        start: point(span.start, source, index),
        end: point(span.end, source, index),
    }
}

fn point(offset: u32, source: &Source, index: &LineIndex) -> Point {
    let at = index.line_column(&source.text, offset);
    Point {
        line: at.line,
        column: at.column,
        offset,
    }
}
