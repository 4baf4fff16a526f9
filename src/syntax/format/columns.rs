//! What is aligned: in a block, the same part of statements of one kind.
//!
//! A column that all its lines have at one place in the source stays there, first over a whole block, then
//! over a run of lines without a blank line between them. Otherwise a run is set as tight as it goes.

use super::lines::{Line, Lines};
use super::tokens::{COLUMNS, Column, Join, Token, Tokens};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// Blanks before marks and comments that are set anew.
const WIDE_GAP: usize = 3;

/// Draws the lines.
pub(super) fn render(text: &str, tokens: &Tokens<'_>, lines: &Lines) -> String {
    let mut table = Table {
        text,
        tokens,
        lines,
        gaps: lines.gaps.clone(),
    };
    table.set_apart();
    for column in COLUMNS {
        for cells in table.cells(column).values() {
            table.align(column, cells);
        }
    }
    let comments = table.comments();
    let mut result = String::with_capacity(text.len() + text.len() / 8);
    for (line, place) in lines.all.iter().zip(comments) {
        result.extend(std::iter::repeat_n('\n', line.blank));
        if line.first == line.end {
            result.extend(std::iter::repeat_n(' ', line.indent));
        }
        for index in line.first..line.end {
            let Some(token) = tokens.all.get(index) else {
                continue;
            };
            let gap = if index == line.first {
                line.indent + table.shift(line)
            } else {
                table.gap(index)
            };
            result.extend(std::iter::repeat_n(' ', gap));
            result.push_str(&token.text);
        }
        if let Some((words, _)) = &line.comment {
            if line.first != line.end {
                let gap = place.saturating_sub(table.width(line, line.end));
                result.extend(std::iter::repeat_n(' ', gap));
            }
            result.push_str(words);
        }
        result.push('\n');
    }
    result
}

fn is_mark(column: Column) -> bool {
    matches!(
        column,
        Column::FirstMark | Column::SecondMark | Column::ThirdMark
    )
}

struct Table<'a, 't> {
    text: &'t str,
    tokens: &'a Tokens<'t>,
    lines: &'a Lines,
    /// The blanks before each token inside its line; before one that begins a line, those beyond its indent.
    gaps: Vec<usize>,
}

/// A token that begins a column, on a line.
#[derive(Debug, Clone, Copy)]
struct Cell {
    line: usize,
    token: usize,
    /// Where it stands in the source, from the beginning of its statement, if its line is one there, too.
    source: Option<usize>,
}

impl Table<'_, '_> {
    /// The tokens of a column, by block and kind of statement.
    fn cells(&self, column: Column) -> BTreeMap<(usize, String), Vec<Cell>> {
        let mut found: BTreeMap<_, Vec<Cell>> = BTreeMap::new();
        for (number, line) in self.lines.all.iter().enumerate() {
            let all = line.first..line.end;
            let Some(first) = self.token(line.first).filter(|_| !all.is_empty()) else {
                continue;
            };
            let Some(statement) = self.tokens.statements.get(first.statement) else {
                continue;
            };
            let begins_with_mark = first.column.is_some();
            let mine = all.filter_map(|index| Some((index, self.token(index)?)));
            let mut mine = mine.filter(|(_, token)| token.statement == first.statement);
            let Some((index, _)) = mine.find(|(_, token)| token.column == Some(column)) else {
                continue;
            };
            let mark = is_mark(column);
            if !mark && index == line.first {
                continue;
            }
            if mark && statement.long_type && !begins_with_mark {
                continue;
            }
            if column == Column::Block && !self.is_inline(index) {
                continue;
            }
            let key = (statement.block, format!("{:?}", statement.rule));
            found.entry(key).or_default().push(Cell {
                line: number,
                token: index,
                source: self.source(line, index),
            });
        }
        found
    }

    /// Sets marks apart from what stands before them, also where they are not aligned.
    fn set_apart(&mut self) {
        for line in &self.lines.all {
            let own = self.token(line.first).map(|token| token.statement);
            for index in line.first + 1..line.end {
                let token = self.tokens.all.get(index);
                let mark = token.filter(|token| token.column.is_some_and(is_mark));
                if mark.is_some_and(|mark| Some(mark.statement) == own)
                    && let Some(gap) = self.gaps.get_mut(index)
                {
                    *gap = WIDE_GAP;
                }
            }
        }
    }

    fn token(&self, index: usize) -> Option<&Token<'_>> {
        self.tokens.all.get(index)
    }

    fn gap(&self, index: usize) -> usize {
        self.gaps.get(index).copied().unwrap_or(0)
    }

    fn is_inline(&self, open: usize) -> bool {
        // The first is the file, which nothing opens; the others stand in the order of their braces.
        let blocks = self.tokens.blocks.get(1..).unwrap_or_default();
        let block = 1 + blocks.partition_point(|block| block.open < open);
        self.lines.inline.get(block).copied().unwrap_or(false)
    }

    /// How far a line that begins with a column stands beyond its indent.
    fn shift(&self, line: &Line) -> usize {
        match self.token(line.first) {
            Some(token) if token.column.is_some() => self.gap(line.first).saturating_sub(1),
            _ => 0,
        }
    }

    /// How wide a line is up to a token.
    fn width(&self, line: &Line, to: usize) -> usize {
        let mut width = line.indent + self.shift(line);
        for index in line.first..to {
            let gap = if index == line.first {
                0
            } else {
                self.gap(index)
            };
            width += gap + self.token(index).map_or(0, Token::width);
        }
        width
    }

    /// Where a token stands in the source, from where its statement begins; if line and statement begin
    /// lines there, and nothing between was on another line.
    fn source(&self, line: &Line, index: usize) -> Option<usize> {
        let first = self.token(line.first)?;
        let token = self.token(index)?;
        self.source_of(first, token.start)
    }

    fn source_of(&self, first: &Token<'_>, place: usize) -> Option<usize> {
        let start_of = |place: usize| {
            let before = self.text.get(..place)?;
            Some(before.rfind('\n').map_or(0, |end| end + 1))
        };
        let line = start_of(first.start)?;
        let blank = |from: usize, to: usize| {
            let text = self.text.get(from..to)?;
            text.trim().is_empty().then_some(text.width())
        };
        blank(line, first.start)?;
        let statement = self.tokens.statements.get(first.statement)?;
        let begin = self.token(statement.first)?.start;
        let base = blank(start_of(begin)?, begin)?;
        let before = self.text.get(line..place)?;
        if before.contains('\n') {
            return None;
        }
        before.width().checked_sub(base)
    }

    /// Where statement of a line begins in the result.
    fn base(&self, line: &Line) -> usize {
        let statement = self.token(line.first).map(|token| token.statement);
        let statement = statement.and_then(|one| self.tokens.statements.get(one));
        let first = statement.and_then(|one| self.token(one.first));
        first.map_or(0, |first| first.indent)
    }

    /// Puts the cells of one kind of statement in one block in their places.
    fn align(&mut self, column: Column, cells: &[Cell]) {
        if cells.len() > 1
            && let Some(place) = self.kept(cells)
        {
            self.put(cells, place);
            return;
        }
        let mut rest = cells;
        while !rest.is_empty() {
            let mut run = 1;
            while let (Some(one), Some(next)) = (rest.get(run - 1), rest.get(run)) {
                if !self.is_adjacent(one.line, next.line, self.block_of(one)) {
                    break;
                }
                run += 1;
            }
            let Some((here, behind)) = rest.split_at_checked(run) else {
                return;
            };
            rest = behind;
            let kept = if here.len() > 1 {
                self.kept(here)
            } else {
                None
            };
            let place = kept.unwrap_or_else(|| {
                let gap = if is_mark(column) { WIDE_GAP } else { 1 };
                let tight = here.iter().map(|cell| self.least(cell, gap));
                tight.max().unwrap_or(0)
            });
            self.put(here, place);
        }
    }

    fn block_of(&self, cell: &Cell) -> usize {
        let statement = self.token(cell.token).map(|token| token.statement);
        let statement = statement.and_then(|one| self.tokens.statements.get(one));
        statement.map_or(0, |one| one.block)
    }

    /// Whether no blank line and no line of another block stands between two lines.
    fn is_adjacent(&self, one: usize, next: usize, block: usize) -> bool {
        let between = self.lines.all.get(one + 1..=next).unwrap_or_default();
        between.iter().all(|line| {
            let token = self.token(line.first).filter(|_| line.first != line.end);
            let of = token.and_then(|token| self.tokens.statements.get(token.statement));
            line.blank == 0
                && of.is_none_or(|one| one.block == block)
                && token.is_none_or(|token| token.join != Join::End)
        })
    }

    /// Where a cell stands at least, with so many blanks before it.
    fn least(&self, cell: &Cell, gap: usize) -> usize {
        let Some(line) = self.lines.all.get(cell.line) else {
            return 0;
        };
        if line.first == cell.token {
            return line.indent;
        }
        self.width(line, cell.token) + gap
    }

    /// The place that all cells have in the source, if there is room.
    fn kept(&self, cells: &[Cell]) -> Option<usize> {
        let mut place = None;
        for cell in cells {
            let line = self.lines.all.get(cell.line)?;
            let here = cell.source? + self.base(line);
            if place.is_some_and(|place| place != here) || here < self.least(cell, 1) {
                return None;
            }
            place = Some(here);
        }
        place
    }

    fn put(&mut self, cells: &[Cell], place: usize) {
        for cell in cells {
            let least = self.least(cell, 0);
            let first = self.lines.all.get(cell.line).map(|line| line.first);
            // A token that begins a line has one blank more to its name, so that 0 is no shift there, too.
            let one = usize::from(first == Some(cell.token));
            if let Some(gap) = self.gaps.get_mut(cell.token) {
                *gap = place.saturating_sub(least) + one;
            }
        }
    }

    /// Where the comment behind each line stands.
    fn comments(&self) -> Vec<usize> {
        let lines = &self.lines.all;
        let trails = |line: &Line| line.comment.is_some() && line.first != line.end;
        let mut places = vec![0; lines.len()];
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            if !trails(line) {
                at += 1;
                continue;
            }
            let rest = lines.get(at..).unwrap_or_default();
            let more = rest.iter().skip(1);
            let run = 1 + more
                .take_while(|line| trails(line) && line.blank == 0)
                .count();
            let here = rest.get(..run).unwrap_or_default();
            let place = self.kept_comments(here).unwrap_or_else(|| {
                let ends = here.iter().map(|line| self.width(line, line.end));
                ends.max().unwrap_or(0) + WIDE_GAP
            });
            for slot in places.iter_mut().skip(at).take(run) {
                *slot = place;
            }
            at += run;
        }
        places
    }

    fn kept_comments(&self, lines: &[Line]) -> Option<usize> {
        let mut place = None;
        for line in lines {
            let (_, start) = line.comment.as_ref()?;
            let first = self.token(line.first)?;
            let here = self.source_of(first, *start)? + self.base(line);
            let room = here >= self.width(line, line.end) + 2;
            if place.is_some_and(|place| place != here) || !room {
                return None;
            }
            place = Some(here);
        }
        place
    }
}
