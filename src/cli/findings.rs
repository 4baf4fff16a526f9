//! What a command found, for the formats that other programs read: of the policy, and of what stands round it.
//!
//! Whatever happens, the document is whole: what goes wrong before a policy is read stands in it as one more result,
//! at the file in which it is to be mended.

use super::Output;
use super::explain_code::every_code;
use super::report::Report;
use super::repository::Repository;
use crate::diagnostic::render::{self, Machine};
use crate::diagnostic::{Diagnostic, Fix, LineIndex, Sources, Span};
use crate::workspace::{self, CONFIG_FILE};
use std::path::Path;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Findings {
    /// What was found in these texts.
    pub(super) fn new(sources: Sources, diagnostics: Vec<Diagnostic>) -> Self {
        Self {
            sources,
            diagnostics,
        }
    }

    /// The texts, to add one.
    pub(super) fn sources(&mut self) -> &mut Sources {
        &mut self.sources
    }

    /// Adds what was found in the texts.
    pub(super) fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Names the texts otherwise.
    #[must_use]
    pub(super) fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        Self {
            sources: self.sources.renamed(name),
            diagnostics: self.diagnostics,
        }
    }

    /// Adds an error of the world; `name` is how a file is called.
    pub(super) fn report(&mut self, report: &Report, name: impl Fn(&Path) -> String) {
        let (file, line) = report.place().unwrap_or((Path::new(CONFIG_FILE), None));
        let span = self.line(&name(file), file, line);
        self.report_at(report, span, None);
    }

    /// Adds an error of the world at a place in the texts.
    pub(super) fn report_at(&mut self, report: &Report, span: Span, fix: Option<Fix>) {
        let all = every_code();
        // Every code that a report can have is in the tables; that is a test.
        if let Some(code) = all.into_iter().find(|code| code.name == report.code()) {
            let mut found = Diagnostic::new(code, span, report.whole());
            found.help = report.advice().map(str::to_owned);
            found.fix = fix;
            self.diagnostics.push(found);
        }
    }

    /// A line of a file, which becomes one of the texts unless it is one.
    fn line(&mut self, name: &str, file: &Path, line: Option<u32>) -> Span {
        let known = self.sources.iter().find(|(_, one)| *one.name == *name);
        if let (Some((id, _)), None) = (known, line) {
            return Span::new(id, 0, 0);
        }
        let text = line.and_then(|_| workspace::read_text(file).ok());
        let text = text.unwrap_or_default();
        let start = line.and_then(|line| LineIndex::new(&text).line_start(line));
        let start = start.unwrap_or_default();
        let rest = text.get(start as usize..).unwrap_or_default();
        let length = rest.lines().next().map_or(0, str::len);
        let end = start.saturating_add(u32::try_from(length).unwrap_or(u32::MAX));
        let id = self.sources.add(name, text);
        Span::new(id, start, end)
    }

    /// Writes the document.
    pub(super) fn write(
        &self,
        command: &str,
        format: Machine,
        deny_warnings: bool,
        output: &mut Output,
    ) {
        let document = format.write(&render::Findings {
            command,
            sources: &self.sources,
            diagnostics: &self.diagnostics,
            deny_warnings,
        });
        if !document.is_empty() {
            output.result(&document);
        }
    }

    /// What was found, in a line.
    pub(super) fn sentence(&self) -> String {
        sentence(&self.sources, &self.diagnostics)
    }
}

/// How many texts were looked at, and what was found: `3 files checked: 1 error`.
pub(super) fn sentence(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let files = match sources.iter().count() {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    };
    format!("{files} checked: {}", render::summary(diagnostics))
}

/// How files are named in a format: from the root of the repository, or as in messages from the current folder.
pub(super) fn naming(format: Machine) -> impl Fn(&Path) -> String {
    let repository = if format.names_from_root() {
        Repository::find()
    } else {
        Repository::here()
    };
    move |file| repository.name(file)
}

/// Whether the log that a format is written to is read for commands: then nothing that quotes goes beside it.
pub(super) fn is_read_for_commands(format: Machine) -> bool {
    format == Machine::Github
}
