//! Errors of the world as reports: a code, what happened, why, and what to do.

use super::Output;
use crate::text::visible;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// An error on its way to the person.
#[derive(Debug)]
pub(super) struct Report {
    code: String,
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    // Boxed, so that a result that is no error stays small.
    place: Option<Box<(PathBuf, Option<u32>)>>,
}

impl Report {
    /// A report of an error with its causes.
    pub(super) fn new(code: &str, error: &dyn Error) -> Self {
        let message = error.to_string();
        let mut causes: Vec<String> = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            let known =
                message.contains(&text) || causes.iter().any(|earlier| earlier.contains(&text));
            if !known {
                causes.push(text);
            }
            source = cause.source();
        }
        Self {
            code: code.to_owned(),
            message,
            causes,
            help: None,
            place: None,
        }
    }

    /// A report of something that is no error value.
    pub(super) fn text(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            causes: Vec::new(),
            help: None,
            place: None,
        }
    }

    /// What happened, in one sentence.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// The stable name of what happened.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// What happened and why, in one line.
    pub(super) fn whole(&self) -> String {
        let mut whole = self.message.clone();
        for cause in &self.causes {
            whole.push_str("; because: ");
            whole.push_str(cause);
        }
        whole
    }

    /// What to do, where it is known.
    pub(super) fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The file in which it is to be mended, and the line of it (from 1), as far as they are known.
    pub(super) fn place(&self) -> Option<(&Path, Option<u32>)> {
        let (file, line) = self.place.as_deref()?;
        Some((file, *line))
    }

    /// Says in which file it is to be mended, unless that is known already.
    #[must_use]
    pub(super) fn at(mut self, file: &Path) -> Self {
        self.place
            .get_or_insert_with(|| Box::new((file.to_owned(), None)));
        self
    }

    /// Says that another report is the cause.
    #[must_use]
    pub(super) fn because(mut self, cause: Self) -> Self {
        self.causes.push(cause.message);
        self.causes.extend(cause.causes);
        self
    }

    /// Says what to do.
    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Writes it to stderr.
    pub(super) fn show(&self, output: &mut Output) {
        let (red, bold, off) = if output.color_err {
            ("\x1b[31m", "\x1b[1m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        let mut text = format!(
            "{red}error[{}]{off}: {bold}{}{off}\n",
            self.code,
            lines(&self.message)
        );
        for cause in &self.causes {
            let _ = writeln!(text, "  because: {}", lines(cause));
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "  help: {}", lines(help));
        }
        output.error(&text);
    }
}

/// Hostile characters made visible, line breaks kept.
fn lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(visible).collect();
    lines.join("\n  ")
}

impl From<crate::workspace::Error> for Report {
    fn from(error: crate::workspace::Error) -> Self {
        let mut report = Self::new(error.code(), &error).help(error.help());
        report.place = error
            .place()
            .map(|(file, line)| Box::new((PathBuf::from(file), line)));
        report
    }
}
