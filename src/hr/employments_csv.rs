//! Employments from a table of their own: one row for each, with the person's key in the column `person`.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::csv::there;
use super::value::normalise;
use super::{Attribute, CsvError, MissingColumn, PersonId, RawRecord, RawValue, Schema};
use crate::diagnostic::did_you_mean;
use crate::text::table::Table;
use crate::text::{decode, visible};

/// The column that says whose employment a row is.
const PERSON: &str = "person";

/// Gives people their employments; whoever has no row has none.
///
/// A row of somebody who is not among the people refuses the whole: then one of the two tables has lost some (G6).
/// The order of rows means nothing. A schema without employments reads nothing.
pub fn read_employments_csv(
    name: &str,
    bytes: &[u8],
    schema: &Schema,
    people: &mut [RawRecord],
) -> Result<(), CsvError> {
    let Some((position, fields)) = schema.employments() else {
        return Ok(());
    };
    let file: Arc<str> = visible(name).into();
    let text = decode(bytes).map_err(|problem| CsvError::NotText {
        file: file.clone(),
        problem,
    })?;
    let table = Table::read(&text).map_err(|problem| CsvError::NotATable {
        file: file.clone(),
        problem,
    })?;
    let (person, columns) = find_columns(&file, &table, fields)?;
    let key = schema.source_of(schema.key());
    let by_key: FxHashMap<PersonId, usize> = people
        .iter()
        .zip(0..)
        .filter_map(|(record, index)| Some((id(record.fields.get(key?)?.as_ref()?)?, index)))
        .collect();
    let mut employments: Vec<Vec<RawValue>> = vec![Vec::new(); people.len()];
    for row in &table.rows {
        let cell = |column: usize| row.cells.get(column).map(|cell| cell.text.to_string());
        let whose = cell(person).unwrap_or_default();
        let known = PersonId::parse(&whose).ok();
        let slot = known.and_then(|id| employments.get_mut(*by_key.get(&id)?));
        let Some(slot) = slot else {
            return Err(CsvError::Nobody {
                file,
                line: row.line,
                person: whose,
            });
        };
        let values = columns
            .iter()
            .map(|column| cell(*column).map(RawValue::Text));
        slot.push(RawValue::Record(values.collect()));
    }
    let source = schema.source_of(position);
    for (record, mut rows) in people.iter_mut().zip(employments) {
        // By their contents, so that the number in a message does not hang on the order of rows.
        rows.sort_by_cached_key(|row| format!("{row:?}"));
        if let Some(slot) = source.and_then(|source| record.fields.get_mut(source)) {
            *slot = Some(RawValue::List(rows));
        }
    }
    Ok(())
}

fn id(key: &RawValue) -> Option<PersonId> {
    match key {
        RawValue::Text(text) => PersonId::parse(&normalise(text)).ok(),
        RawValue::Integer(number) => Some((*number).into()),
        RawValue::Null
        | RawValue::Decimal(_)
        | RawValue::Bool(_)
        | RawValue::List(_)
        | RawValue::Record(_)
        | RawValue::Reference(_)
        | RawValue::Photo(_)
        | RawValue::Unusable(_) => None,
    }
}

/// The column of the person, and that of each field.
fn find_columns(
    file: &Arc<str>,
    table: &Table,
    fields: &[Attribute],
) -> Result<(usize, Vec<usize>), CsvError> {
    let names = there(table);
    let mut missing = Vec::new();
    let mut find = |attribute: &str, column: &Arc<str>| {
        let found = table.column(column);
        if found.is_none() {
            missing.push(MissingColumn {
                attribute: attribute.into(),
                column: column.clone(),
                near: did_you_mean(column, names.iter().map(String::as_str)).map(str::to_owned),
            });
        }
        found
    };
    let person = find(PERSON, &PERSON.into());
    let columns: Option<Vec<usize>> = fields
        .iter()
        .map(|field| find(&field.name, &field.source))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    match (person, columns) {
        (Some(person), Some(columns)) => Ok((person, columns)),
        (_, _) => Err(CsvError::NoColumn {
            file: file.clone(),
            missing,
            there: names,
        }),
    }
}
