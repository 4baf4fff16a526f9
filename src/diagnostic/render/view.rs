//! The lines of a source that labels lie in, ready to be shown.
//!
//! `miette` panics on columns beyond 65535 and searches a source from its start for every label. So it
//! never sees a source, only these few lines: long ones cut to the part round the labels, hostile
//! characters made visible, and every label moved to where its words now stand.

use crate::diagnostic::{LineIndex, Source, Span};
use crate::text::{is_hostile, visible};
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use std::collections::BTreeMap;
use std::ops::Range;

/// Characters of a line that are shown at most.
const MAX_LINE: usize = 160;

/// Characters kept before the first label of a line that is cut.
const BEFORE: usize = 40;

/// Lines of one label at most; a longer one is shown by its first line.
const MAX_LINES: u32 = 6;

/// Stands where a line was cut.
const CUT: &str = "…";

/// The shown lines of one source, and where the labels stand in them.
#[derive(Debug)]
pub(super) struct View {
    name: String,
    text: String,
    lines: Vec<ShownLine>,
    marks: Vec<Range<usize>>,
    /// Column of each mark in the source, from 0.
    columns: Vec<usize>,
}

/// A line of a view: its bytes there, with the line end, and its number in the source, from 0.
#[derive(Debug)]
struct ShownLine {
    bytes: Range<usize>,
    number: usize,
}

impl View {
    /// The lines that these spans of one source touch.
    pub(super) fn new(source: &Source, index: &LineIndex, spans: &[Span]) -> Self {
        let text = &*source.text;
        let spans: Vec<Range<usize>> = spans.iter().map(|span| within(text, *span)).collect();
        let line_of = |at: usize| index.line_column(text, u32::try_from(at).unwrap_or(u32::MAX));
        let mut places = Vec::new();
        let mut points: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for span in spans {
            let first = line_of(span.start);
            let mut end = span.end;
            let words = text.get(span.clone()).unwrap_or_default();
            if words.bytes().filter(|byte| *byte == b'\n').count() >= MAX_LINES as usize {
                end = span.start + words.find('\n').unwrap_or(words.len());
            } else if end > span.start && words.ends_with('\n') {
                end -= 1;
            }
            let last = line_of(end).line;
            for line in first.line..=last {
                points.entry(line).or_default();
            }
            points.entry(first.line).or_default().push(span.start);
            points.entry(last).or_default().push(end);
            places.push((span.start..end, first.line, last, first.column));
        }
        let mut view = Self {
            name: visible(&source.name).into_owned(),
            text: String::new(),
            lines: Vec::new(),
            marks: Vec::new(),
            columns: Vec::new(),
        };
        let mut maps = BTreeMap::new();
        for (line, points) in points {
            maps.insert(line, view.push(text, index, line, &points));
        }
        for (span, first, last, column) in places {
            let at =
                |line: u32, offset: usize| maps.get(&line).map_or(0, |map: &Map| map.shown(offset));
            let start = at(first, span.start);
            view.marks.push(start..at(last, span.end).max(start));
            view.columns.push(column.saturating_sub(1) as usize);
        }
        view
    }

    /// Where the spans stand in the view, in the order given.
    pub(super) fn marks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.marks.iter().cloned()
    }

    /// Adds a line of the source, cut round the points of interest.
    fn push(&mut self, text: &str, index: &LineIndex, line: u32, points: &[usize]) -> Map {
        let start = index.line_start(line).map_or(text.len(), |at| at as usize);
        let rest = text.get(start..).unwrap_or_default();
        let raw = rest.split('\n').next().unwrap_or_default();
        let first = points.iter().min().copied().unwrap_or(start);
        let (from, to) = window(raw, first.saturating_sub(start));
        let begin = self.text.len();
        let mut map = Map::default();
        if from > 0 {
            self.text.push_str(CUT);
        }
        for (at, c) in raw.get(from..to).unwrap_or_default().char_indices() {
            map.points.push((start + from + at, self.text.len()));
            if c == '\t' || !is_hostile(c) {
                self.text.push(c);
            } else {
                self.text.extend(c.escape_unicode());
            }
        }
        map.points.push((start + to, self.text.len()));
        if to < raw.len() {
            self.text.push_str(CUT);
        }
        self.text.push('\n');
        self.lines.push(ShownLine {
            bytes: begin..self.text.len(),
            number: line.saturating_sub(1) as usize,
        });
        map
    }

    /// Which shown line an offset of the view lies in.
    fn line_at(&self, offset: usize) -> usize {
        let behind = self.lines.partition_point(|line| line.bytes.end <= offset);
        behind.min(self.lines.len().saturating_sub(1))
    }
}

/// From offsets of the source to offsets of the view, for one line.
#[derive(Debug, Default)]
struct Map {
    /// Offset of each shown character in the source and in the view; the last is the end.
    points: Vec<(usize, usize)>,
}

impl Map {
    fn shown(&self, offset: usize) -> usize {
        let next = self.points.partition_point(|(source, _)| *source < offset);
        let point = self.points.get(next).or(self.points.last());
        point.map_or(0, |(_, shown)| *shown)
    }
}

/// The span as far as it lies in the text, at borders of characters.
fn within(text: &str, span: Span) -> Range<usize> {
    let start = text.floor_char_boundary(span.start as usize);
    let end = text.ceil_char_boundary((span.end as usize).min(text.len()));
    start..end.max(start)
}

/// The bytes of a line that are shown, if the byte `first` is to be seen.
fn window(raw: &str, first: usize) -> (usize, usize) {
    let first = raw.floor_char_boundary(first);
    if raw.char_indices().nth(MAX_LINE).is_none() {
        return (0, raw.len());
    }
    let (head, _) = raw.split_at_checked(first).unwrap_or((raw, ""));
    let from = head
        .char_indices()
        .rev()
        .take(BEFORE)
        .last()
        .map_or(first, |(at, _)| at);
    let from = if head.chars().take(BEFORE + 1).count() <= BEFORE {
        0
    } else {
        from
    };
    let rest = raw.get(from..).unwrap_or_default();
    let to = rest
        .char_indices()
        .nth(MAX_LINE)
        .map_or(raw.len(), |(at, _)| from + at);
    (from, to)
}

impl SourceCode for View {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let first = self.line_at(span.offset());
        let last = self.line_at(span.offset() + span.len());
        let lines = self
            .lines
            .get(first..=last)
            .ok_or(MietteError::OutOfBounds)?;
        let ([begin, ..], [.., end]) = (lines, lines) else {
            return Err(MietteError::OutOfBounds);
        };
        let bytes = begin.bytes.start..end.bytes.end;
        let data = self
            .text
            .get(bytes.clone())
            .ok_or(MietteError::OutOfBounds)?;
        let mark = self
            .marks
            .iter()
            .position(|mark| mark.start == span.offset());
        let column = mark.and_then(|mark| self.columns.get(mark).copied());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            (bytes.start, bytes.len()).into(),
            begin.number,
            column.unwrap_or(0),
            lines.len(),
        )))
    }
}
