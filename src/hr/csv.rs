//! People from a table: one row for each person, columns by name.
//!
//! A CSV cannot prove that it is complete: what it lost behind its last row nobody sees here, and the guard `lose` is
//! what notices. What can be seen is refused as a whole: rows cut off, columns that are not there.

use std::sync::Arc;

use super::{At, Place, RawRecord, RawValue, Schema};
use crate::diagnostic::did_you_mean;
use crate::text::table::{Table, TableError};
use crate::text::{DecodeError, decode, visible};

/// How many columns a message lists.
const MAX_LISTED: usize = 12;

/// Why a CSV is no list of people. Nothing of a refused table is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Bytes that are no text.
    #[error("{file}: {problem}")]
    NotText {
        /// The file.
        file: Arc<str>,
        /// Why.
        problem: DecodeError,
    },
    /// Text that is no table.
    #[error("{file}, {problem}")]
    NotATable {
        /// The file.
        file: Arc<str>,
        /// Why, and where.
        problem: TableError,
    },
    /// Employments of somebody who is not among the people: one of the two tables is not whole.
    #[error("{file}, line {line}: there is no person `{}` among the people", visible(.person))]
    Nobody {
        /// The file.
        file: Arc<str>,
        /// The line.
        line: u32,
        /// What stands there for the person.
        person: String,
    },
    /// Columns that the policy names are not there.
    #[error("{file} lacks {}", list_missing(.missing))]
    NoColumn {
        /// The file.
        file: Arc<str>,
        /// The columns.
        missing: Vec<MissingColumn>,
        /// The columns that are there.
        there: Vec<String>,
    },
}

/// A column that the policy names and a table does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// The name of the attribute in the policy.
    pub attribute: Arc<str>,
    /// The name of the column, as the policy gives it.
    pub column: Arc<str>,
    /// A column that is there and may be meant.
    pub near: Option<String>,
}

impl CsvError {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotText { .. } => "csv-not-text",
            Self::NotATable { .. } => "csv-not-a-table",
            Self::Nobody { .. } => "csv-nobody",
            Self::NoColumn { .. } => "csv-no-column",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NotText { .. } => "export the people again as \"CSV UTF-8\"".to_owned(),
            Self::NotATable { problem, .. } => problem.problem.help().to_owned(),
            Self::Nobody { .. } => {
                "export both tables at one time: people without their employments, or the other way round, are not what HR has".to_owned()
            }
            Self::NoColumn { missing, there, .. } => help_missing(missing, there),
        }
    }
}

/// The people of a CSV with a header row, untyped.
///
/// Columns are found by the `from` names of the schema, whatever their order; others are not read. An empty cell is
/// missing, in a list a comma stands between the values.
pub fn read_csv(name: &str, bytes: &[u8], schema: &Schema) -> Result<Vec<RawRecord>, CsvError> {
    let file: Arc<str> = visible(name).into();
    let text = decode(bytes).map_err(|problem| CsvError::NotText {
        file: file.clone(),
        problem,
    })?;
    let table = Table::read(&text).map_err(|problem| CsvError::NotATable {
        file: file.clone(),
        problem,
    })?;
    let columns = find_columns(&file, &table, schema)?;
    let rows = table.rows.into_iter().map(|row| RawRecord {
        place: Place {
            file: file.clone(),
            at: At::Line(row.line),
        },
        fields: columns
            .iter()
            .map(|column| {
                row.cells
                    .get((*column)?)
                    .map(|cell| RawValue::Text(cell.text.to_string()))
            })
            .collect(),
    });
    Ok(rows.collect())
}

/// The column of each source of the schema; none for the employments.
fn find_columns(
    file: &Arc<str>,
    table: &Table,
    schema: &Schema,
) -> Result<Vec<Option<usize>>, CsvError> {
    let there = || table.header.iter().map(|cell| cell.text.as_ref());
    let mut columns = Vec::new();
    let mut missing = Vec::new();
    for (source, index) in schema.sources().iter().zip(0..) {
        if is_of_employments(schema, index) {
            // They have a table of their own.
            columns.push(None);
            continue;
        }
        match table.column(source) {
            Some(column) => columns.push(Some(column)),
            None => missing.extend(
                schema
                    .attributes_from(index)
                    .map(|attribute| MissingColumn {
                        attribute: attribute.name.clone(),
                        column: source.clone(),
                        near: did_you_mean(source, there()).map(str::to_owned),
                    }),
            ),
        }
    }
    if missing.is_empty() {
        return Ok(columns);
    }
    Err(CsvError::NoColumn {
        file: file.clone(),
        missing,
        there: there().map(str::to_owned).collect(),
    })
}

fn is_of_employments(schema: &Schema, source: usize) -> bool {
    schema
        .employments()
        .is_some_and(|(position, _)| schema.source_of(position) == Some(source))
}

pub(super) fn there(table: &Table) -> Vec<String> {
    let names = table.header.iter().map(|cell| cell.text.as_ref());
    names.map(str::to_owned).collect()
}

fn list_missing(missing: &[MissingColumn]) -> String {
    let names = missing.iter().map(|missing| {
        let (attribute, column) = (&missing.attribute, visible(&missing.column));
        if attribute.as_ref() == column {
            format!("`{column}`")
        } else {
            format!("`{column}` (the policy's `{attribute}`)")
        }
    });
    let columns = if missing.len() == 1 {
        "the column"
    } else {
        "the columns"
    };
    format!("{columns} {}", names.collect::<Vec<_>>().join(", "))
}

fn help_missing(missing: &[MissingColumn], there: &[String]) -> String {
    let near = missing.iter().filter_map(|missing| {
        let near = visible(missing.near.as_deref()?);
        Some(format!(
            "did you mean `{near}` instead of `{}`?",
            visible(&missing.column)
        ))
    });
    let mut advice: Vec<String> = near.collect();
    if there.len() == 1 && missing.len() > 1 {
        return "separate the cells by `,`, `;` or tab".to_owned();
    }
    if advice.len() < missing.len() {
        let listed: Vec<String> = there
            .iter()
            .take(MAX_LISTED)
            .map(|name| format!("`{}`", visible(name)))
            .collect();
        let more = if there.len() > MAX_LISTED {
            ", …"
        } else {
            ""
        };
        advice.push(format!(
            "the table has {}{more}: name one of them with `from`",
            listed.join(", ")
        ));
    }
    advice.join("; ")
}
