//! Lookup tables: CSV files, checked like code.

use super::Lower;
use crate::diagnostic::{Diagnostic, FileId, Span, did_you_mean};
use crate::directory::Dn;
use crate::hr::Decimal;
use crate::policy::codes;
use crate::policy::eval::Value;
use crate::policy::program::{Column, TableData};
use crate::policy::types::Type;
use crate::syntax::ast::{self, TypeKind};
use crate::text::table::{Cell, Row, Table};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The most rows of a lookup table: more is a second HR system.
const MAX_ROWS: usize = 100_000;

impl Lower<'_> {
    /// `table … from "…" { … }`; `file` is the text of the CSV file, or why it cannot be read.
    pub(crate) fn table(
        &mut self,
        item: &ast::FileItem<ast::Table>,
        file: Option<&Result<FileId, String>>,
    ) {
        let table = &item.body;
        let mut columns = Vec::new();
        let mut written = Vec::new();
        for column in &table.columns {
            if columns
                .iter()
                .any(|known: &Column| known.name == column.name.value)
            {
                let message = format!("the column `{}` is declared twice", column.name.value);
                self.report(
                    Diagnostic::new(&codes::DUPLICATE, column.name.span, message)
                        .label("declared again")
                        .help("remove one of the two"),
                );
                continue;
            }
            written.push(column);
            columns.push(Column {
                name: column.name.value.clone(),
                ty: self.column_type(&column.ty),
                optional: column.ty.optional,
            });
        }
        let key = columns
            .iter()
            .position(|column| column.name == table.key.value);
        if key.is_none() {
            let names: Vec<&str> = columns.iter().map(|column| &*column.name).collect();
            let near = did_you_mean(&table.key.value, names.iter().copied());
            self.report(
                Diagnostic::new(
                    &codes::UNKNOWN_FIELD,
                    table.key.span,
                    format!("`{}` is no column of this table", table.key.value),
                )
                .label("unknown column")
                .help_did_you_mean(near),
            );
        }
        let mut data = TableData {
            name: table.name.value.clone(),
            columns,
            key,
            rows: Vec::new(),
            index: FxHashMap::default(),
        };
        match file {
            Some(Ok(file)) => self.fill_table(table, &written, &mut data, *file),
            Some(Err(why)) => self.report(
                Diagnostic::new(
                    &codes::BAD_TABLE,
                    table.from.span,
                    format!("the table `{}` cannot be read", table.from.value),
                )
                .label(why.clone())
                .help("the path is relative to the file in which it is written"),
            ),
            None => {}
        }
        self.program.tables.push(data);
    }

    fn column_type(&mut self, written: &ast::Type) -> Type {
        match &written.kind {
            TypeKind::Named(name) if &**name == "unit" => Type::Unit,
            TypeKind::Named(name) if &**name == "person" => {
                self.report(
                    Diagnostic::new(
                        &codes::UNKNOWN_TYPE,
                        written.span,
                        "a table cannot refer to people",
                    )
                    .label("not in a table")
                    .help("take the people from HR, or write a text such as a mail address"),
                );
                Type::Error
            }
            TypeKind::ListOf(_) => {
                self.report(
                    Diagnostic::new(
                        &codes::UNKNOWN_TYPE,
                        written.span,
                        "a cell of a table holds one value",
                    )
                    .label("no list in a table")
                    .help("declare a column for each value, or a row"),
                );
                Type::Error
            }
            TypeKind::Named(_) | TypeKind::OneOf(_) => self
                .hr_type(written)
                .map_or(Type::Error, |ty| Type::from_hr(&ty)),
        }
    }

    fn fill_table(
        &mut self,
        table: &ast::Table,
        columns: &[&ast::Field],
        data: &mut TableData,
        file: FileId,
    ) {
        let Some(source) = self.sources.get(file) else {
            return;
        };
        let text = source.text.clone();
        let read = match Table::read(&text) {
            Ok(read) => read,
            Err(error) => {
                let span = Span::new(file, error.start, error.end);
                self.report(
                    Diagnostic::new(&codes::BAD_TABLE, span, error.problem.to_string())
                        .also(table.from.span, "read for this table")
                        .help(error.problem.help()),
                );
                return;
            }
        };
        if read.rows.len() > MAX_ROWS {
            let message = format!(
                "{} rows are more than the {MAX_ROWS} of a lookup table",
                read.rows.len()
            );
            self.report(Diagnostic::new(&codes::BAD_TABLE, table.from.span, message));
            return;
        }
        let mut places = Vec::new();
        for column in columns {
            let place = read.column(&column.name.value);
            if place.is_none() {
                let names: Vec<&str> = read.header.iter().map(|cell| &*cell.text).collect();
                let near = did_you_mean(&column.name.value, names.iter().copied());
                let mut help = format!("its columns are {}", super::declare::quoted(&names));
                if let Some(near) = near {
                    help = format!("did you mean `{near}`?");
                }
                let header = Span::new(file, 0, read.header.last().map_or(0, |cell| cell.end));
                self.report(
                    Diagnostic::new(
                        &codes::BAD_TABLE,
                        column.name.span,
                        format!(
                            "`{}` has no column `{}`",
                            table.from.value, column.name.value
                        ),
                    )
                    .label("not in the file")
                    .also(header, "its header")
                    .help(help),
                );
            }
            places.push(place);
        }
        if places.iter().any(Option::is_none) {
            return;
        }
        for row in &read.rows {
            self.table_row(data, &places, row, file);
        }
    }

    fn table_row(
        &mut self,
        data: &mut TableData,
        places: &[Option<usize>],
        row: &Row<'_>,
        file: FileId,
    ) {
        let mut values = Vec::with_capacity(places.len());
        let mut bad = false;
        for (column, place) in data.columns.iter().zip(places) {
            let cell = place.and_then(|place| row.cells.get(place));
            let Some(cell) = cell else {
                return;
            };
            let span = Span::new(file, cell.start, cell.end);
            match read_cell(cell, column) {
                Ok(value) => values.push(value),
                Err(why) => {
                    bad = true;
                    self.report(
                        Diagnostic::new(
                            &codes::BAD_CELL,
                            span,
                            format!("`{}` of the table `{}` {why}", column.name, data.name),
                        )
                        .label("this cell"),
                    );
                }
            }
        }
        if bad {
            return;
        }
        let Some(Some(key)) = data.key.and_then(|key| values.get(key)) else {
            return;
        };
        let key: Arc<str> = key.to_string().into();
        let number = u32::try_from(data.rows.len()).unwrap_or(u32::MAX);
        if data.index.insert(key.clone(), number).is_some() {
            let cell = data
                .key
                .and_then(|key| places.get(key).copied().flatten())
                .and_then(|place| row.cells.get(place));
            let span = cell.map_or(Span::new(file, 0, 0), |cell| {
                Span::new(file, cell.start, cell.end)
            });
            self.report(
                Diagnostic::new(
                    &codes::DUPLICATE,
                    span,
                    format!("the key `{key}` stands twice in the table `{}`", data.name),
                )
                .label("again")
                .help("each key has one row"),
            );
        }
        data.rows.push(values);
    }
}

/// The value of a cell, or what is wrong with it.
fn read_cell(cell: &Cell<'_>, column: &Column) -> Result<Option<Value>, String> {
    use unicode_normalization::UnicodeNormalization;
    let text: String = cell.text.trim().nfc().collect();
    if text.is_empty() {
        if column.optional || column.ty == Type::Error {
            return Ok(None);
        }
        return Err("is empty; write a value, or `?` behind the type of the column".to_owned());
    }
    let shown = crate::text::visible(&text).into_owned();
    let is_not = |what: &str| format!("is `{shown}`, which is not {what}");
    let value = match &column.ty {
        Type::Text | Type::Error => Value::Text(text.into()),
        Type::OneOf(choices) => {
            let found = choices
                .iter()
                .find(|choice| choice.to_lowercase() == text.to_lowercase());
            Value::Text(
                found
                    .ok_or_else(|| is_not("one of the values declared"))?
                    .clone(),
            )
        }
        Type::Int => Value::Int(text.parse().map_err(|_| is_not("a whole number"))?),
        Type::Number => Value::Number(text.parse::<Decimal>().map_err(|_| is_not("a number"))?),
        Type::Bool => match text.to_lowercase().as_str() {
            "true" | "yes" => Value::Bool(true),
            "false" | "no" => Value::Bool(false),
            _ => return Err(is_not("`true` or `false`")),
        },
        Type::Date => Value::Date(
            text.parse()
                .map_err(|_| is_not("a date such as 2026-03-02"))?,
        ),
        Type::Time => Value::Time(text.parse().map_err(|_| is_not("a time such as 18:00"))?),
        Type::Duration => Value::Duration(
            text.parse()
                .map_err(|_| is_not("a duration such as `14 days`"))?,
        ),
        Type::Timezone => {
            let zone = crate::hr::time_zone(&text)
                .ok_or_else(|| is_not("a time zone such as Europe/Berlin"))?;
            Value::Timezone(
                zone.iana_name()
                    .map_or_else(|| text.as_str().into(), Into::into),
            )
        }
        Type::Unit => Value::Unit(
            Dn::parse(&text)
                .map_err(|error| is_not(&format!("a unit such as OU=Berlin ({error})")))?,
        ),
        Type::Person
        | Type::Photo
        | Type::Employment
        | Type::Instant
        | Type::List(_)
        | Type::Row(..) => {
            return Ok(None);
        }
    };
    Ok(Some(value))
}
