//! Diagnostics: what is wrong in a text that somebody wrote, as data.
//!
//! A [`Diagnostic`] names a [`Code`], says in one line what is wrong, points at the place and, where it
//! can, carries the mend. It knows nothing of policies, HR or directories, and prints nothing: `render`
//! is the only place that turns one into text, and the only one that knows `miette`.
//!
//! Begin with [`Diagnostic`], then [`Sources`].

mod did_you_mean;
mod line_index;
pub mod render;

pub use did_you_mean::did_you_mean;
pub use line_index::{LineColumn, LineIndex};

use std::fmt;
use std::sync::Arc;

/// Which of the texts in [`Sources`] a span lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A stretch of one text: byte offsets, `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The stretch from `start` to `end` of `file`.
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// The shortest stretch that holds both; `other` must lie in the same text.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty stretch right behind this one.
    #[must_use]
    pub const fn after(self) -> Self {
        Self {
            file: self.file,
            start: self.end,
            end: self.end,
        }
    }
}

/// A value and where it stands in the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One text that diagnostics may point into.
#[derive(Debug, Clone)]
pub struct Source {
    /// What the text is called in messages: a path relative to the policy folder, with `/`.
    pub name: Arc<str>,
    /// The decoded text (see [`crate::text::decode`]), line ends normalised to `\n`.
    pub text: Arc<str>,
}

/// All texts of one run, in the order of their [`FileId`]s.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text and returns its id.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source {
            name: name.into(),
            text: text.into(),
        });
        id
    }

    /// The text of that id.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// The texts with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        (0u32..).map(FileId).zip(&self.files)
    }

    /// The same texts under other names; their ids stay.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&str) -> String) -> Self {
        let rename = |source: &Source| Source {
            name: name(&source.name).into(),
            text: source.text.clone(),
        };
        Self {
            files: self.files.iter().map(rename).collect(),
        }
    }

    /// The words that a span covers; empty where the span lies outside its text.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|source| source.text.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// File name, line and column (both from 1) of the start of a span.
    pub fn place(&self, span: Span) -> Option<(Arc<str>, LineColumn)> {
        let source = self.get(span.file)?;
        let at = LineIndex::new(&source.text).line_column(&source.text, span.start);
        Some((source.name.clone(), at))
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy is refused.
    Error,
    /// The policy works; `check --deny warnings` refuses it.
    Warning,
    /// The policy works, and may be meant so.
    Note,
}

impl Severity {
    /// The word for it, as outputs have it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// A kind of mistake: a stable kebab-case name with a page of its own.
#[derive(PartialEq, Eq, Hash)]
pub struct Code {
    /// The name, for instance `unknown-name`.
    pub name: &'static str,
    /// One line: what this code reports.
    pub summary: &'static str,
    /// How bad it is, unless somebody says otherwise.
    pub severity: Severity,
    /// Its page in Markdown: what it finds, why it matters, an example, how to mend it.
    pub docs: &'static str,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Code").field(&self.name).finish()
    }
}

/// A place that belongs to the story, with a few words on what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty for the primary place.
    pub text: String,
}

/// A mend that an editor could apply: replace each stretch by its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What applying it does, as an act: "write `==`".
    pub title: String,
    /// The replacements, which do not overlap.
    pub edits: Vec<(Span, String)>,
}

impl Fix {
    /// Replaces one stretch.
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            title: format!("write `{text}`"),
            edits: vec![(span, text)],
        }
    }
}

/// Something wrong in a text, complete enough to be understood and mended.
///
/// The message stands alone in one line: lower case, no full stop, the user's words in backticks. The
/// label says what is *here*, secondary labels show the other place, help is an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake.
    pub code: &'static Code,
    /// How bad it is here: as its code says, or as a configuration does.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place the message speaks of.
    pub primary: Label,
    /// Other places that belong to it.
    pub secondary: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// The mend.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A diagnostic of that code at that place.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label {
                span,
                text: String::new(),
            },
            secondary: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says what is at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Shows another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says "did you mean", and offers to write it, where there is a near name.
    #[must_use]
    pub fn help_did_you_mean(mut self, near: Option<&str>) -> Self {
        if let Some(near) = near {
            self.help = Some(format!("did you mean `{near}`?"));
            self.fix = Some(Fix::replace(self.primary.span, near));
        }
        self
    }

    /// Offers a mend.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Whether the policy is refused because of it.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether `check --deny warnings` refuses the policy because of it.
    pub fn is_warning(&self) -> bool {
        self.severity == Severity::Warning
    }
}

/// Sorts by place, then code, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.primary.span, a.code.name, &a.message).cmp(&(b.primary.span, b.code.name, &b.message))
    });
    diagnostics.dedup();
}
