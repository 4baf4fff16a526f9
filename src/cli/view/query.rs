//! `tenure query`: who meets a condition, as a table, as CSV and as JSON.

use super::csv::cell;
use super::page::{Line, Page};
use super::{Options, json, words};
use crate::text::excerpt;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The longest value of the table, in characters; CSV and JSON have all of it.
const MAX_CELL: usize = 40;

/// What stands for a value that is missing, in the table.
const MISSING: &str = "–";

/// Rows under a header; a cell without a value is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// A row each person.
    pub rows: Vec<Vec<Option<String>>>,
}

/// For people.
pub fn human(table: &Table, options: &Options) -> String {
    let mut page = Page::new(options.width);
    let palette = &options.palette;
    if !table.rows.is_empty() {
        let rows: Vec<Vec<Line>> = table
            .rows
            .iter()
            .map(|row| {
                let cells = row.iter();
                cells
                    .map(|cell| match cell {
                        Some(text) => Line::of(&excerpt(text, MAX_CELL)),
                        None => Line::new().styled(palette.dim, MISSING),
                    })
                    .collect()
            })
            .collect();
        let header = table.header.iter();
        let header: Vec<Line> = header
            .map(|name| Line::new().styled(palette.heading, name))
            .collect();
        let width = |column: usize| {
            let cells = rows
                .iter()
                .chain([&header])
                .filter_map(|row| row.get(column));
            cells.map(Line::width).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        for row in std::iter::once(header).chain(rows) {
            let cells = row.into_iter().zip(&widths);
            let line = cells.fold(Line::new(), |line, (cell, width)| {
                line.then(cell.padded(*width)).plain("  ")
            });
            page.line(0, 2, &line);
        }
        page.blank();
    }
    let count = words::count(table.rows.len(), "person", "people");
    page.line(0, 0, &Line::new().styled(palette.dim, &count));
    page.finish()
}

/// For a spreadsheet.
pub fn csv(table: &Table) -> String {
    let mut out = String::new();
    let header: Vec<String> = table.header.iter().map(|name| cell(name)).collect();
    let _ = write!(out, "{}\r\n", header.join(","));
    for row in &table.rows {
        let cells: Vec<String> = row
            .iter()
            .map(|text| cell(text.as_deref().unwrap_or_default()))
            .collect();
        // Writing to a string cannot fail.
        let _ = write!(out, "{}\r\n", cells.join(","));
    }
    out
}

/// For machines.
pub fn json(table: &Table, now: Timestamp) -> String {
    let row = |row: &Vec<Option<String>>| {
        let cells = table.header.iter().zip(row);
        let cells = cells.map(|(name, value)| (name.clone(), json!(value)));
        Value::Object(cells.collect::<Map<String, Value>>())
    };
    let people: Vec<Value> = table.rows.iter().map(row).collect();
    json::pretty(&json!({
        "format": "tenure-query/1",
        "now": now.to_string(),
        "people": people,
    }))
}
