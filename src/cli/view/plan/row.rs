//! Rows of changes: glyph, what, value, and in a column of their own the reasons.

use crate::cli::view::page::{Line, Page};
use unicode_width::UnicodeWidthStr as _;

/// The widest label that takes part in the alignment; a longer one moves its own value only.
const MAX_LABEL: usize = 24;

/// How far from the edge the column of reasons may begin; further off the eye loses the row.
const MAX_LEFT: usize = 64;

/// The narrowest column of reasons; where there is less room they stand below.
const MIN_WHY: usize = 34;

/// One change.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// `+`, `~`, `-` or `>`, coloured.
    pub(super) glyph: Line,
    /// What changes; empty for a row that is all value.
    pub(super) label: String,
    /// Its values, line by line.
    pub(super) value: Vec<Line>,
    /// Why.
    pub(super) why: Line,
    /// What must not be overlooked.
    pub(super) marks: Vec<Line>,
}

impl Row {
    fn left(&self, label: usize) -> Line {
        let value = self.value.first().cloned().unwrap_or_default();
        if self.label.is_empty() {
            return value;
        }
        if value.is_empty() {
            return Line::of(&self.label);
        }
        Line::of(&self.label).padded(label).plain("  ").then(value)
    }
}

/// Writes rows, their values and reasons aligned.
pub(super) fn show(page: &mut Page, indent: usize, rows: &[Row]) {
    let widest = MAX_LABEL.min(page.width() / 4);
    let labels = rows.iter().map(|row| row.label.width());
    let label = labels.filter(|width| *width <= widest).max().unwrap_or(0);
    let text = indent + 2;
    let most = (page.width() * 11 / 20).min(MAX_LEFT);
    let lefts = rows.iter().map(|row| text + row.left(label).width());
    let why = lefts.filter(|width| *width <= most).max().unwrap_or(text) + 3;
    let beside = page.width() >= why + MIN_WHY;
    let mut last = &Line::new();
    for row in rows {
        let value = if row.label.is_empty() {
            text + 2
        } else {
            text + label + 2
        };
        let line = row.glyph.clone().plain(" ").then(row.left(label));
        let told = row.why.is_empty() || row.why == *last;
        if !row.why.is_empty() {
            last = &row.why;
        }
        let fits = indent + line.width() + 2 <= why && row.value.len() < 2;
        let (line, below) = match row.marks.as_slice() {
            // A single short mark stands on the row's own line where nothing else does.
            [mark] if told && fits && why + mark.width() <= page.width() => {
                (line.padded(why - indent).then(mark.clone()), [].as_slice())
            }
            marks => (line, marks),
        };
        let mut below = below;
        if !told && beside && fits {
            let mut line = line.padded(why - indent).then(row.why.clone());
            if let [mark] = below
                && indent + line.width() + 3 + mark.width() <= page.width()
            {
                line = line.plain("   ").then(mark.clone());
                below = &[];
            }
            page.line(indent, why + 2, &line);
        } else {
            page.line(indent, value, &line);
            for more in row.value.iter().skip(1) {
                page.line(value, value + 2, more);
            }
            if !told {
                page.line(value, value + 2, &row.why);
            }
        }
        for mark in below {
            page.line(value, value + 2, mark);
        }
    }
}
