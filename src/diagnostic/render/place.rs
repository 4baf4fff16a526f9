//! Where a diagnostic stands, as the formats of others want it: regions, and fingerprints that outlive moved lines.

use super::{Indexed, help, safe, says_more};
use crate::diagnostic::{Diagnostic, LineColumn, Span};
use crate::text::visible;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// A stretch of a file: `end` is one past its last character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    /// As the file is called, to the letter.
    pub(super) file: Arc<str>,
    pub(super) start: LineColumn,
    pub(super) end: LineColumn,
}

impl Region {
    /// None where the span lies in no text.
    pub(super) fn new(span: Span, sources: &mut Indexed<'_>) -> Option<Self> {
        let (source, index) = sources.get(span.file)?;
        let at = |offset| index.line_column(&source.text, offset);
        Some(Self {
            file: source.name.clone(),
            start: at(span.start),
            end: at(span.end.max(span.start)),
        })
    }

    /// The file as it may be shown.
    pub(super) fn name(&self) -> String {
        visible(&self.file).into_owned()
    }

    /// `rules/groups.tenure:3:7`.
    fn shown(&self) -> String {
        format!("{}:{}:{}", self.name(), self.start.line, self.start.column)
    }
}

/// What is to be said beside the message, a line each: where else to look, what to do, where more is said.
pub(super) fn remarks(diagnostic: &Diagnostic, sources: &mut Indexed<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for label in &diagnostic.secondary {
        let text = safe(&label.text);
        lines.push(match Region::new(label.span, sources) {
            Some(region) => format!("{}: {text}", region.shown()),
            None => text,
        });
    }
    lines.extend(help(diagnostic).map(|help| format!("help: {help}")));
    lines.push(format!("`{}` says more", says_more(diagnostic.code)));
    lines
}

/// The primary place with its label, in one line.
pub(super) fn here(diagnostic: &Diagnostic, sources: &mut Indexed<'_>) -> Option<String> {
    let place = Region::new(diagnostic.primary.span, sources)?.shown();
    if diagnostic.primary.text.is_empty() {
        return Some(place);
    }
    Some(format!("{place}: {}", safe(&diagnostic.primary.text)))
}

/// The message in one line.
pub(super) fn message(diagnostic: &Diagnostic) -> String {
    safe(&diagnostic.message).replace('\n', " ")
}

/// Gives each diagnostic of a document a name of its own, which stays when lines above it come and go.
///
/// It is made of the code, the file, what stands on the line and the words themselves: what a review would call the
/// same mistake. Those that agree in all that are numbered from the top.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    seen: BTreeMap<String, u64>,
}

impl Fingerprints {
    /// The name of the next diagnostic: 32 hexadecimal digits.
    pub(super) fn of(&mut self, diagnostic: &Diagnostic, sources: &mut Indexed<'_>) -> String {
        let span = diagnostic.primary.span;
        let mut parts = vec![diagnostic.code.name.to_owned()];
        if let Some((source, index)) = sources.get(span.file) {
            let line = index.line_column(&source.text, span.start).line;
            let start = index.line_start(line).unwrap_or_default() as usize;
            let rest = source.text.get(start..).unwrap_or_default();
            parts.push(source.name.to_string());
            parts.push(rest.lines().next().unwrap_or_default().trim().to_owned());
        }
        parts.push(sources.sources.slice(span).to_owned());
        let same = digest(&parts);
        let count = self.seen.entry(same.clone()).or_default();
        *count += 1;
        digest(&[same, count.to_string()])
    }
}

/// The first half of the SHA-256 of texts, each with its length before it.
fn digest(parts: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut text = String::new();
    for byte in hash.finalize().iter().take(16) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
