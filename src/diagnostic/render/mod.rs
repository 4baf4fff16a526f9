//! Diagnostics as text: for people, for screen readers, for machines. The only place that knows `miette`.
//!
//! [`human`] draws the source with underlines, [`plain`] says the same in sentences, [`json`] in our own
//! documented shape; [`Machine`] lists that and the formats of others, which pipelines read. None of them prints; all
//! take the diagnostics in the order in which they are given. Whatever comes from a source is made visible first, so
//! that no character of it can rearrange a line.
//!
//! Begin with [`human`]; `view` is how a source becomes lines that may be shown, `place` where something stands in
//! the words of others.

mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod place;
mod plain;
mod sarif;
mod view;

pub use human::{Style, human};
pub use json::json;
pub use plain::plain;

use super::{Code, Diagnostic, Label, LineIndex, Severity, Source, Sources};
use crate::text::visible;
use miette::{LabeledSpan, SourceCode};
use std::collections::BTreeMap;
use std::fmt;
use view::View;

/// How many diagnostics [`human`] and [`plain`] show; the rest is counted. [`json`] has them all.
pub const MAX_SHOWN: usize = 100;

/// What the formats for other programs are made of.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// The command that found it, such as `check`.
    pub command: &'a str,
    /// All texts that were looked at, also those without a finding.
    pub sources: &'a Sources,
    /// What was found.
    pub diagnostics: &'a [Diagnostic],
    /// Whether a warning is refused, too.
    pub deny_warnings: bool,
}

/// The formats that other programs read. To add one is to add it here and to the flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// Our own JSON.
    Json,
    /// SARIF 2.1.0: GitHub code scanning, editors.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// `JUnit` XML: build servers.
    Junit,
}

impl Machine {
    /// The whole document; one in which nothing was found is a document as well.
    pub fn write(self, findings: &Findings<'_>) -> String {
        match self {
            Self::Json => json(findings.sources, findings.diagnostics),
            Self::Sarif => sarif::sarif(findings),
            Self::Github => github::github(findings),
            Self::Gitlab => gitlab::gitlab(findings),
            Self::Junit => junit::junit(findings),
        }
    }

    /// Whether it names files from the root of the repository; otherwise they are named as in messages.
    pub fn names_from_root(self) -> bool {
        self != Self::Json
    }
}

/// What was found in one line: `3 errors, 1 warning`; `nothing found` without any.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|one| one.is_error()).count();
    let warnings = diagnostics.iter().filter(|one| one.is_warning()).count();
    let notes = diagnostics.len() - errors - warnings;
    let count = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    let parts = [
        count(errors, "error"),
        count(warnings, "warning"),
        count(notes, "note"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "nothing found".to_owned();
    }
    parts.join(", ")
}

/// The command that shows the page of a code.
pub fn says_more(code: &Code) -> String {
    format!("tenure explain-code {}", code.name)
}

/// The line that stands for the diagnostics beyond [`MAX_SHOWN`].
fn more(diagnostics: &[Diagnostic]) -> Option<String> {
    let more = diagnostics.len().checked_sub(MAX_SHOWN)?;
    (more > 0).then(|| format!("… and {more} more"))
}

/// Text of ours that may quote a source: hostile characters visible, line breaks kept.
fn safe(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

/// The help as shown: what to do, else what the fix does.
fn help(diagnostic: &Diagnostic) -> Option<String> {
    let title = diagnostic.fix.as_ref().map(|fix| &fix.title);
    let text = diagnostic.help.as_ref().or(title)?;
    (*text != diagnostic.primary.text).then(|| safe(text))
}

/// The sources with their line starts, found once.
struct Indexed<'s> {
    sources: &'s Sources,
    lines: BTreeMap<super::FileId, LineIndex>,
}

impl<'s> Indexed<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            lines: BTreeMap::new(),
        }
    }

    fn get(&mut self, file: super::FileId) -> Option<(&'s Source, &LineIndex)> {
        let source = self.sources.get(file)?;
        let index = self
            .lines
            .entry(file)
            .or_insert_with(|| LineIndex::new(&source.text));
        Some((source, index))
    }
}

/// A diagnostic as `miette` draws it.
#[derive(Debug)]
struct Shown {
    message: String,
    code: Option<&'static str>,
    severity: miette::Severity,
    help: Option<String>,
    labels: Vec<LabeledSpan>,
    view: Option<View>,
    /// Labels in other files than the primary one.
    elsewhere: Vec<Shown>,
}

impl Shown {
    fn new(diagnostic: &Diagnostic, sources: &mut Indexed<'_>) -> Self {
        let file = diagnostic.primary.span.file;
        let mut labels = vec![&diagnostic.primary];
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) = diagnostic
            .secondary
            .iter()
            .partition(|label| label.span.file == file);
        labels.extend(here);
        let mut shown = Self::of(
            safe(&diagnostic.message).replace('\n', " "),
            &labels,
            sources,
        );
        shown.code = Some(diagnostic.code.name);
        shown.severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        };
        shown.help = help(diagnostic);
        shown.elsewhere = elsewhere
            .into_iter()
            .map(|label| {
                let bare = Label {
                    span: label.span,
                    text: String::new(),
                };
                Self::of(safe(&label.text), &[&bare], sources)
            })
            .collect();
        shown
    }

    /// The first label is the primary one.
    fn of(message: String, labels: &[&Label], sources: &mut Indexed<'_>) -> Self {
        let mut shown = Self {
            message,
            code: None,
            severity: miette::Severity::Advice,
            help: None,
            labels: Vec::new(),
            view: None,
            elsewhere: Vec::new(),
        };
        let source = labels
            .first()
            .and_then(|first| sources.get(first.span.file));
        let Some((source, index)) = source else {
            return shown;
        };
        let spans: Vec<_> = labels.iter().map(|label| label.span).collect();
        let view = View::new(source, index, &spans);
        for (place, (label, range)) in labels.iter().zip(view.marks()).enumerate() {
            let text = (!label.text.is_empty()).then(|| safe(&label.text));
            let span = (range.start, range.end - range.start);
            shown.labels.push(if place == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            });
        }
        shown.view = Some(view);
        shown
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let code = self.code?;
        Some(Box::new(code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let view: &dyn SourceCode = self.view.as_ref()?;
        Some(view)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        let related = self.elsewhere.iter();
        Some(Box::new(
            related.map(|shown| -> &dyn miette::Diagnostic { shown }),
        ))
    }
}
