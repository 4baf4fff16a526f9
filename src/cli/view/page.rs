//! Lines of styled text, wrapped at a width.
//!
//! A [`Line`] is made of pieces, each with a style; whatever is put into one is made visible first, so that
//! hostile text can neither move the cursor nor turn the direction of writing. A [`Page`] breaks lines
//! between words, indents what follows, and ends each line without spaces and without an open style.

use super::{MAX_WIDTH, MIN_WIDTH};
use crate::text::visible;
use anstyle::Style;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A line before it is wrapped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pieces: Vec<(Style, String)>,
}

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of plain text.
    pub fn of(text: &str) -> Self {
        Self::new().plain(text)
    }

    /// The same with more text, made visible, in that style.
    #[must_use]
    pub fn styled(mut self, style: Style, text: &str) -> Self {
        if !text.is_empty() {
            self.pieces.push((style, visible(text).into_owned()));
        }
        self
    }

    /// The same with more text without a style.
    #[must_use]
    pub fn plain(self, text: &str) -> Self {
        self.styled(Style::new(), text)
    }

    /// The same with another line behind it.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// The same, filled with spaces up to a width.
    #[must_use]
    pub fn padded(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        self.plain(&" ".repeat(missing))
    }

    /// The same behind spaces, so that it ends at a width.
    #[must_use]
    pub fn flush_right(self, width: usize) -> Self {
        let missing = width.saturating_sub(self.width());
        Self::of(&" ".repeat(missing)).then(self)
    }

    /// Columns that it takes on a terminal.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text.width()).sum()
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Pieces between which a line may break; each keeps the space behind it.
    fn words(&self) -> Vec<Vec<(Style, &str)>> {
        let mut words = Vec::new();
        let mut word = Vec::new();
        for (style, text) in &self.pieces {
            for part in text.split_inclusive(' ') {
                word.push((*style, part));
                if part.ends_with(' ') {
                    words.push(std::mem::take(&mut word));
                }
            }
        }
        if !word.is_empty() {
            words.push(word);
        }
        words
    }
}

/// A text that grows line by line.
#[derive(Debug, Clone)]
pub struct Page {
    out: String,
    width: usize,
    column: usize,
    spaces: usize,
    style: Style,
}

impl Page {
    /// An empty page of that many columns.
    pub fn new(width: usize) -> Self {
        Self {
            out: String::new(),
            width: width.clamp(MIN_WIDTH, MAX_WIDTH),
            column: 0,
            spaces: 0,
            style: Style::new(),
        }
    }

    /// Columns of a line.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless there is one already or nothing yet.
    pub fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line, indented; what does not fit goes on in further lines, indented by `hang`.
    pub fn line(&mut self, indent: usize, hang: usize, line: &Line) {
        self.spaces = indent;
        for word in line.words() {
            let wide = |(_, part): &(Style, &str)| part.trim_end_matches(' ').width();
            let width: usize = word.iter().map(wide).sum();
            let here = self.column + self.spaces;
            let fits_below = hang + width <= self.width;
            if here > hang && here + width > self.width && self.column > 0 && fits_below {
                self.wrap(hang);
            }
            if self.column + self.spaces + width > self.width {
                self.long(hang, &word);
            } else {
                for (style, part) in word {
                    self.put(style, part);
                }
            }
        }
        self.end();
    }

    /// A word that is longer than a line: broken behind commas, else anywhere.
    fn long(&mut self, hang: usize, word: &[(Style, &str)]) {
        for (style, text) in word {
            for part in text.split_inclusive(',') {
                let (here, width) = (self.column + self.spaces, part.trim_end().width());
                let fits_below = hang + width <= self.width;
                if self.column > 0 && here > hang && here + width > self.width && fits_below {
                    self.wrap(hang);
                }
                if self.column + self.spaces + part.trim_end().width() <= self.width {
                    self.put(*style, part);
                    continue;
                }
                let mut letter = [0; 4];
                for c in part.chars() {
                    let width = c.width().unwrap_or(0);
                    if self.column > hang && self.column + self.spaces + width > self.width {
                        self.wrap(hang);
                    }
                    self.put(*style, c.encode_utf8(&mut letter));
                }
            }
        }
    }

    fn wrap(&mut self, hang: usize) {
        self.end();
        self.spaces = hang;
    }

    /// Text without its last spaces; they come before the next text, if any follows.
    fn put(&mut self, style: Style, text: &str) {
        let body = text.trim_end_matches(' ');
        if !body.is_empty() {
            if style != self.style {
                self.restyle(Style::new());
            }
            self.out.extend(std::iter::repeat_n(' ', self.spaces));
            self.column += self.spaces + body.width();
            self.spaces = 0;
            self.restyle(style);
            self.out.push_str(body);
        }
        self.spaces += text.len() - body.len();
    }

    fn restyle(&mut self, style: Style) {
        if style == self.style {
            return;
        }
        // Writing to a string cannot fail.
        let _ = write!(self.out, "{:#}{style}", self.style);
        self.style = style;
    }

    fn end(&mut self) {
        self.restyle(Style::new());
        self.out.push('\n');
        self.column = 0;
        self.spaces = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Page};
    use crate::cli::view::Palette;

    fn wrapped(width: usize, hang: usize, line: &Line) -> String {
        let mut page = Page::new(width);
        page.line(2, hang, line);
        page.finish()
    }

    #[test]
    fn a_line_breaks_between_words_and_goes_on_indented() {
        let line = Line::of("one two three four five six seven eight nine ten");
        assert_eq!(
            wrapped(40, 6, &line),
            "  one two three four five six seven\n      eight nine ten\n"
        );
    }

    #[test]
    fn a_word_longer_than_the_line_breaks_behind_commas_else_anywhere() {
        let line = Line::of("in OU=Engineering,OU=Headquarters,OU=Berlin,OU=Staff");
        assert_eq!(
            wrapped(40, 4, &line),
            "  in OU=Engineering,OU=Headquarters,\n    OU=Berlin,OU=Staff\n"
        );
        let line = Line::of(&"x".repeat(50));
        let expected = format!("  {}\n    {}\n", "x".repeat(38), "x".repeat(12));
        assert_eq!(wrapped(40, 4, &line), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_page_and_none_ends_with_a_space() {
        let text = "漢字漢字漢字漢字 漢字漢字漢字 ab, 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 z";
        for hang in 0..12 {
            for row in wrapped(40, hang, &Line::of(text)).lines() {
                assert!(unicode_width::UnicodeWidthStr::width(row) <= 40, "{row}");
                assert_eq!(row, row.trim_end());
            }
        }
    }

    #[test]
    fn hostile_text_cannot_leave_its_line() {
        let line = Line::of("a\u{1b}[2J\nb\u{202e}c");
        assert_eq!(wrapped(60, 2, &line), "  a\\u{1b}[2J\\u{a}b\\u{202e}c\n");
    }

    #[test]
    fn every_style_is_closed_at_the_end_of_its_line() {
        let palette = Palette::colour();
        let line = Line::new()
            .styled(palette.add, "green words that go on ")
            .styled(palette.remove, "and red ones that go on too");
        for row in wrapped(40, 4, &line).lines() {
            assert!(row.ends_with("\u{1b}[0m"), "{row:?}");
        }
    }
}
