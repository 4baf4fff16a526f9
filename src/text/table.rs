//! Tables as spreadsheets export them: a header, then rows (RFC 4180 with `,`, `;` or tab).
//!
//! [`Table::read`] takes decoded text and keeps where each cell stands, so that whoever gives the cells a meaning can
//! point at one. It refuses what it would have to guess: rows of another length, a column without a name or with the
//! name of another, quotes that do not match. Begin with [`Table`].

use std::borrow::Cow;

use rustc_hash::FxHashSet;

/// The most columns; spreadsheets end at 16,384.
pub const MAX_COLUMNS: usize = 16_384;

/// The longest name of a column, in bytes; what is longer is no header.
pub const MAX_NAME_BYTES: usize = 500;

/// One cell: its text without quotes, and the bytes where it stands, quotes included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell<'a> {
    /// The text, spaces as they are.
    pub text: Cow<'a, str>,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// One row: as many cells as the header has, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The cells.
    pub cells: Vec<Cell<'a>>,
    /// The line where the row begins, from 1.
    pub line: u32,
}

/// A table: a header of distinct names and rows of as many cells. Rows without any text are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<'a> {
    /// The names of the columns, without surrounding spaces.
    pub header: Vec<Cell<'a>>,
    /// The rows.
    pub rows: Vec<Row<'a>>,
}

/// Why a text is no table, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct TableError {
    /// What is wrong.
    pub problem: TableProblem,
    /// The line, from 1.
    pub line: u32,
    /// First byte of the place.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableProblem {
    /// Not even a header.
    #[error("the table is empty")]
    Empty,
    /// More than 4 GiB.
    #[error("the table is larger than 4 GiB")]
    TooLarge,
    /// More than [`MAX_COLUMNS`].
    #[error("the table has more than {MAX_COLUMNS} columns")]
    TooWide,
    /// A column without a name.
    #[error("column {column} has no name")]
    NoName {
        /// The column, from 1.
        column: usize,
    },
    /// A name longer than [`MAX_NAME_BYTES`].
    #[error(
        "the name of column {column} is longer than {MAX_NAME_BYTES} bytes, so this is no header"
    )]
    LongName {
        /// The column, from 1.
        column: usize,
    },
    /// Two columns of one name.
    #[error("the column `{}` is there twice", super::visible(.name))]
    NameTwice {
        /// The name.
        name: String,
    },
    /// A row of another length than the header.
    #[error("the row has {found} cell{}, but the header has {expected}", if *.found == 1 { "" } else { "s" })]
    Length {
        /// How many cells the header has.
        expected: usize,
        /// How many the row has.
        found: usize,
    },
    /// A quote that does not end.
    #[error("the quote that begins here does not end")]
    OpenQuote,
    /// Text behind a quoted cell.
    #[error("text follows the end of a quoted cell")]
    AfterQuote,
    /// A quote within a cell that is not quoted.
    #[error("a quote stands within a cell that is not quoted")]
    StrayQuote,
}

impl TableProblem {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty => "export the table again; its first line names the columns",
            Self::TooLarge | Self::TooWide => "split the table",
            Self::LongName { .. } => "begin the table with a line that names the columns",
            Self::NoName { .. } => "give the column a name, or delete it",
            Self::NameTwice { .. } => "rename or delete one of the two columns",
            Self::Length { .. } => {
                "put cells that contain the separator into double quotes, and delete or fill in what is cut off"
            }
            Self::OpenQuote | Self::AfterQuote | Self::StrayQuote => {
                "put the whole cell into double quotes and write a quote within it twice: \"5\"\" disk\""
            }
        }
    }
}

impl<'a> Table<'a> {
    /// Reads a table from text with `\n` as line end (see [`super::decode`]).
    ///
    /// What separates the cells is what the header has most of: `,`, `;` or tab. A first line `sep=;`, as Excel knows
    /// it, decides instead.
    pub fn read(text: &'a str) -> Result<Self, TableError> {
        if u32::try_from(text.len()).is_err() {
            return Err(error(TableProblem::TooLarge, 1, 0, 0));
        }
        let mut cursor = Cursor::new(text);
        cursor.separator = cursor
            .declared_separator()
            .unwrap_or_else(|| cursor.likely_separator());
        let Some(first) = cursor.row_with_text()? else {
            return Err(error(TableProblem::Empty, 1, 0, 0));
        };
        let header = check_header(first)?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.row_with_text()? {
            let (expected, found) = (header.len(), row.cells.len());
            if expected != found {
                let start = row.cells.first().map_or(0, |cell| cell.start);
                let end = row.cells.last().map_or(start, |cell| cell.end);
                return Err(error(
                    TableProblem::Length { expected, found },
                    row.line,
                    start,
                    end,
                ));
            }
            rows.push(row);
        }
        Ok(Self { header, rows })
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|cell| cell.text == name)
    }
}

fn error(problem: TableProblem, line: u32, start: u32, end: u32) -> TableError {
    TableError {
        problem,
        line,
        start,
        end,
    }
}

fn check_header(row: Row<'_>) -> Result<Vec<Cell<'_>>, TableError> {
    let line = row.line;
    if row.cells.len() > MAX_COLUMNS {
        return Err(error(TableProblem::TooWide, line, 0, 0));
    }
    let mut header = row.cells;
    let mut names: FxHashSet<String> = FxHashSet::default();
    for (cell, column) in header.iter_mut().zip(1..) {
        let name = cell.text.trim();
        if name.is_empty() {
            return Err(error(
                TableProblem::NoName { column },
                line,
                cell.start,
                cell.end,
            ));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(error(
                TableProblem::LongName { column },
                line,
                cell.start,
                cell.end,
            ));
        }
        if !names.insert(name.to_owned()) {
            let name = name.to_owned();
            return Err(error(
                TableProblem::NameTwice { name },
                line,
                cell.start,
                cell.end,
            ));
        }
        if name.len() < cell.text.len() {
            cell.text = Cow::Owned(name.to_owned());
        }
    }
    Ok(header)
}

/// The rest of the text, and where it begins.
#[derive(Debug, Clone)]
struct Cursor<'a> {
    rest: &'a str,
    at: u32,
    line: u32,
    separator: u8,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            at: 0,
            line: 1,
            separator: b',',
        }
    }

    /// Steps over so many bytes and returns them.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.at = self
            .at
            .saturating_add(u32::try_from(taken.len()).unwrap_or(u32::MAX));
        taken
    }

    fn declared_separator(&mut self) -> Option<u8> {
        let line = self.rest.lines().next()?;
        let [separator] = line.strip_prefix("sep=")?.as_bytes() else {
            return None;
        };
        self.take(line.len() + 1);
        self.line += 1;
        Some(*separator)
    }

    /// The separator that the first line with text has most of, outside quotes.
    fn likely_separator(&self) -> u8 {
        let line = self
            .rest
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let mut best = (0, b',');
        for separator in [b',', b';', b'\t'] {
            let mut quoted = false;
            let outside = line.bytes().filter(|byte| {
                quoted ^= *byte == b'"';
                !quoted && *byte == separator
            });
            let count = outside.count();
            if count > best.0 {
                best = (count, separator);
            }
        }
        best.1
    }

    fn row_with_text(&mut self) -> Result<Option<Row<'a>>, TableError> {
        while !self.rest.is_empty() {
            let row = self.row()?;
            if row.cells.iter().any(|cell| !cell.text.trim().is_empty()) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    fn row(&mut self) -> Result<Row<'a>, TableError> {
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(self.cell()?);
            match self.take(1) {
                "\n" => {
                    self.line += 1;
                    return Ok(Row { cells, line });
                }
                "" => return Ok(Row { cells, line }),
                _ => {}
            }
        }
    }

    /// One cell; behind it comes a separator, a line end, or nothing.
    fn cell(&mut self) -> Result<Cell<'a>, TableError> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let start = self.at;
        let separator = self.separator;
        let ends = |byte: u8| byte == separator || byte == b'\n';
        let bytes = self.rest.bytes().position(ends).unwrap_or(self.rest.len());
        let text = self.take(bytes);
        if let Some(offset) = text.find('"') {
            let at = start + u32::try_from(offset).unwrap_or_default();
            return Err(error(TableProblem::StrayQuote, self.line, at, at + 1));
        }
        let end = self.at;
        let text = Cow::Borrowed(text);
        Ok(Cell { text, start, end })
    }

    fn quoted(&mut self) -> Result<Cell<'a>, TableError> {
        let (start, line) = (self.at, self.line);
        self.take(1);
        let mut text = Cow::Borrowed("");
        loop {
            let Some(bytes) = self.rest.find('"') else {
                return Err(error(TableProblem::OpenQuote, line, start, start + 1));
            };
            let part = self.take(bytes);
            self.take(1);
            self.line += u32::try_from(part.matches('\n').count()).unwrap_or_default();
            text += part;
            if !self.rest.starts_with('"') {
                break;
            }
            self.take(1);
            text += "\"";
        }
        let end = self.at;
        match self.rest.bytes().next() {
            Some(byte) if byte != self.separator && byte != b'\n' => {
                Err(error(TableProblem::AfterQuote, self.line, end, end + 1))
            }
            _ => Ok(Cell { text, start, end }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    /// The table as text: cells with their places, a row per line.
    fn read(text: &str) -> String {
        let show = |cells: &[super::Cell]| {
            let shown = cells.iter().map(|cell| {
                let place = text.get(cell.start as usize..cell.end as usize).unwrap();
                assert!(
                    place == cell.text || place.trim() == cell.text || place.starts_with('"'),
                    "{place}"
                );
                format!("{:?}", cell.text)
            });
            shown.collect::<Vec<_>>().join(" ")
        };
        match Table::read(text) {
            Err(error) => format!("{error}, {}..{}", error.start, error.end),
            Ok(table) => {
                let rows = table
                    .rows
                    .iter()
                    .map(|row| format!("{}: {}", row.line, show(&row.cells)));
                let header = std::iter::once(show(&table.header));
                header.chain(rows).collect::<Vec<_>>().join(" | ")
            }
        }
    }

    #[test]
    fn three_separators_are_recognised_by_the_header() {
        assert_eq!(read("a,b;c\n1,2\n"), r#""a" "b;c" | 2: "1" "2""#);
        assert_eq!(read("a;b;c\n1,5;2;3"), r#""a" "b" "c" | 2: "1,5" "2" "3""#);
        assert_eq!(read("a\tb\n1\t2\n"), r#""a" "b" | 2: "1" "2""#);
        assert_eq!(read("\"a;b;c\",d\n1,2\n"), r#""a;b;c" "d" | 2: "1" "2""#);
        assert_eq!(read("sep=;\na,b;c\n1;2\n"), r#""a,b" "c" | 3: "1" "2""#);
        assert_eq!(
            read("name\nIT, Services"),
            "line 2: the row has 2 cells, but the header has 1, 5..17"
        );
    }

    #[test]
    fn quotes_hold_separators_lines_and_quotes() {
        assert_eq!(
            read("a, b \n\"x,\n\"\"y\"\"\",2\n3,\"\"\n"),
            r#""a" "b" | 2: "x,\n\"y\"" "2" | 4: "3" """#
        );
    }

    #[test]
    fn rows_without_text_are_left_out() {
        assert_eq!(
            read("\na,b\n\n1,2\n , \n,\n\n3,4"),
            r#""a" "b" | 4: "1" "2" | 8: "3" "4""#
        );
    }

    #[test]
    fn what_would_have_to_be_guessed_is_refused() {
        for (text, problem) in [
            ("", "line 1: the table is empty, 0..0"),
            ("\n \n", "line 1: the table is empty, 0..0"),
            (
                "a,b\n1,2,3\n",
                "line 2: the row has 3 cells, but the header has 2, 4..9",
            ),
            (
                "a,b\n1\n",
                "line 2: the row has 1 cell, but the header has 2, 4..5",
            ),
            ("a,,b\n1,2,3", "line 1: column 2 has no name, 2..2"),
            (
                "a,b, a \n1,2,3",
                "line 1: the column `a` is there twice, 4..7",
            ),
            (
                "a\n\"x\n",
                "line 2: the quote that begins here does not end, 2..3",
            ),
            (
                "a\n\"x\"y\n",
                "line 2: text follows the end of a quoted cell, 5..6",
            ),
            (
                "a\n5\" disk\n",
                "line 2: a quote stands within a cell that is not quoted, 3..4",
            ),
        ] {
            assert_eq!(read(text), problem);
        }
    }
}
