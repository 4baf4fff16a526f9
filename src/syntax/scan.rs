//! One pass over the bytes before the parse: comments, depth of brackets, texts without an end.
//!
//! The parser knows a comment only as a blank, and its depth is bounded by the stack. So both are looked
//! at here first: comments are collected for the formatter and for `##` documentation, and a file nested
//! too deep is refused before anything recurses. The pass knows just enough of the grammar to tell a
//! text, a regex and a comment from the rest.

use super::ast::Comment;
use crate::diagnostic::{FileId, Span};

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// All comments in order, also `##`, `//` and `/* */`.
    pub(super) comments: Vec<Comment>,
    /// Comments that do not begin with `#`.
    pub(super) foreign_comments: Vec<Span>,
    /// Blanks that only look like blanks: no-break spaces and their kin.
    pub(super) odd_blanks: Vec<Span>,
    /// Texts without a closing quote: from the quote to the line end.
    pub(super) unclosed: Vec<Span>,
    /// The bracket that is one level deeper than allowed.
    pub(super) too_deep: Option<Span>,
}

/// Looks through a text whose brackets may be nested `max_depth` deep.
pub(super) fn scan(file: FileId, text: &str, max_depth: usize) -> Scan {
    let mut pass = Pass {
        file,
        text,
        at: 0,
        depth: 0,
        own_line: true,
        found: Scan::default(),
    };
    while pass.found.too_deep.is_none() && pass.step(max_depth) {}
    pass.found
}

struct Pass<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    depth: usize,
    own_line: bool,
    found: Scan,
}

impl Pass<'_> {
    /// Moves over one thing; false at the end.
    fn step(&mut self, max_depth: usize) -> bool {
        let bytes = self.text.as_bytes();
        let Some(byte) = bytes.get(self.at).copied() else {
            return false;
        };
        let own_line = self.own_line;
        self.own_line = own_line && matches!(byte, b' ' | b'\t');
        match byte {
            b'\n' => {
                self.own_line = true;
                self.at += 1;
            }
            b'#' => self.comment(self.line_end(), own_line),
            b'/' => self.slash(bytes.get(self.at + 1).copied(), own_line),
            b'"' => self.quoted(),
            b'\'' => self.at = self.find(b'\'').unwrap_or(self.at) + 1,
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                if self.depth > max_depth {
                    self.found.too_deep = Some(self.span(self.at, self.at + 1));
                }
                self.at += 1;
            }
            b')' | b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                self.at += 1;
            }
            0x80.. => self.wide(),
            _ => self.at += 1,
        }
        true
    }

    fn comment(&mut self, end: usize, own_line: bool) {
        let span = self.span(self.at, end);
        self.found.comments.push(Comment { span, own_line });
        self.at = end;
    }

    /// A regex, or a comment of another language, or a lone `/`.
    fn slash(&mut self, next: Option<u8>, own_line: bool) {
        let end = match next {
            Some(b'/') => self.line_end(),
            Some(b'*') => {
                let rest = self.text.get(self.at + 2..).unwrap_or_default();
                match rest.find("*/") {
                    Some(found) => self.at + 2 + found + 2,
                    None => self.line_end(),
                }
            }
            _ => {
                self.at = self.find(b'/').unwrap_or(self.at) + 1;
                return;
            }
        };
        let span = self.span(self.at, end);
        self.found.foreign_comments.push(span);
        self.comment(end, own_line);
    }

    fn quoted(&mut self) {
        if let Some(end) = self.find(b'"') {
            self.at = end + 1;
        } else {
            let end = self.line_end();
            let span = self.span(self.at, end);
            self.found.unclosed.push(span);
            self.at = end;
        }
    }

    /// A character beyond ASCII outside texts and comments.
    fn wide(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let Some(c) = rest.chars().next() else {
            self.at += 1;
            return;
        };
        let end = self.at + c.len_utf8();
        if matches!(
            c,
            '\u{a0}' | '\u{202f}' | '\u{200b}' | '\u{3000}' | '\u{feff}'
        ) {
            let span = self.span(self.at, end);
            self.found.odd_blanks.push(span);
        }
        self.at = end;
        if matches!(c, '\u{201c}' | '\u{201e}' | '\u{201d}') {
            self.curly_quoted();
        }
    }

    /// Moves behind the end of a text in typographic quotes, if it ends on its line.
    fn curly_quoted(&mut self) {
        let line = self.text.get(self.at..self.line_end()).unwrap_or_default();
        if let Some(end) = line.find(['\u{201c}', '\u{201d}']) {
            self.at += end + '\u{201c}'.len_utf8();
        }
    }

    /// Where the mark stands next on this line, after the one here; a backslash hides what follows it.
    fn find(&self, mark: u8) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            match bytes.get(at).copied()? {
                b'\n' => return None,
                b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 2,
                byte if byte == mark => return Some(at),
                _ => at += 1,
            }
        }
    }

    fn line_end(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text.len(), |found| self.at + found)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(self.file, offset(start), offset(end))
    }
}
