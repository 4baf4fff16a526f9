//! HR of a scenario: a table of people and one of their employments, which people edit and runs write back to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use tenure::hr::port::{Field, PortError, WriteBack};
use tenure::hr::{Schema, Snapshot};

use super::case::Case;
use crate::policy::bench::people_with;

/// Two tables of cells, and what is not taken back today.
pub(super) struct Hr {
    schema: Arc<Schema>,
    pub(super) people: RefCell<Table>,
    employments: RefCell<Table>,
    /// Fields that HR refuses to have written.
    pub(super) refused: BTreeSet<String>,
}

/// A header and rows below it.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Hr {
    /// Nobody, in a table with these columns.
    pub(super) fn new(schema: &Arc<Schema>, header: Vec<String>) -> Self {
        let people = Table {
            header,
            rows: Vec::new(),
        };
        let employments = Table::read("person");
        Self {
            schema: schema.clone(),
            people: RefCell::new(people),
            employments: RefCell::new(employments),
            refused: BTreeSet::new(),
        }
    }

    /// What a case begins with.
    pub(super) fn of(case: &Case, schema: &Arc<Schema>) -> Self {
        let mut hr = Self::new(schema, Vec::new());
        hr.people = RefCell::new(Table::read(or(&case.people, "id")));
        hr.employments = RefCell::new(Table::read(or(&case.employments, "person")));
        hr
    }

    /// As it would be read now.
    pub(super) fn read(&self) -> Snapshot {
        let (people, employments) = (self.people.borrow(), self.employments.borrow());
        people_with(&people.text(), &employments.text(), &self.schema)
    }

    /// `4 status=inactive last_day=2026-03-31`, `+ 5,Zoë,…`, `- 4`; of the employments the row that begins with these cells.
    pub(super) fn edit(&mut self, edit: &str) {
        self.people.get_mut().edit(edit);
    }

    /// The same in the table of employments, whose rows begin with a person and an employment.
    pub(super) fn edit_employments(&mut self, edit: &str) {
        self.employments.get_mut().edit(edit);
    }

    /// The column of a field that is known by the name that HR itself gives it.
    fn column(&self, field: &Field<'_>) -> Result<usize, PortError> {
        let attributes = self.schema.attributes().iter();
        let mut known = attributes.filter(|attribute| *attribute.source == *field.name);
        let people = self.people.borrow();
        let place = known.find_map(|attribute| people.column(&attribute.name));
        place.ok_or_else(|| PortError::Refused(format!("no column {}", field.name)))
    }
}

impl WriteBack for Hr {
    fn value(&self, field: &Field<'_>) -> Result<Option<String>, PortError> {
        let column = self.column(field)?;
        let mut people = self.people.borrow_mut();
        let row = people.row(&field.person.to_string());
        let cell = row.map(|row| row[column].clone());
        let cell = cell.ok_or_else(|| PortError::Refused("nobody has that key".to_owned()))?;
        Ok((!cell.is_empty()).then_some(cell))
    }

    fn write(&self, field: &Field<'_>, before: Option<&str>, after: &str) -> Result<(), PortError> {
        if self.refused.contains(field.name) {
            let text = format!("refused by the scenario: {}", field.name);
            return Err(PortError::Refused(text));
        }
        assert_eq!(self.value(field)?.as_deref(), before, "{}", field.name);
        let column = self.column(field)?;
        let mut people = self.people.borrow_mut();
        let row = people.row(&field.person.to_string()).unwrap();
        after.clone_into(&mut row[column]);
        Ok(())
    }
}

impl Table {
    fn read(text: &str) -> Self {
        let mut rows = text.lines().map(cells);
        Self {
            header: rows.next().unwrap(),
            rows: rows.collect(),
        }
    }

    fn text(&self) -> String {
        let lines = std::iter::once(&self.header).chain(&self.rows);
        lines.map(|row| row.join(",") + "\n").collect()
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|one| one == name)
    }

    /// The first row that begins with this key, or with these cells.
    fn row(&mut self, key: &str) -> Option<&mut Vec<String>> {
        let key = cells(key);
        self.rows.iter_mut().find(|row| row.starts_with(&key))
    }

    fn edit(&mut self, edit: &str) {
        if let Some(row) = edit.strip_prefix("+ ") {
            self.rows.push(cells(row));
            return;
        }
        if let Some(key) = edit.strip_prefix("- ") {
            let (before, key) = (self.rows.len(), cells(key));
            self.rows.retain(|row| !row.starts_with(&key));
            assert!(self.rows.len() < before, "HR has no {key:?}");
            return;
        }
        let (key, edits) = edit.split_once(' ').unwrap();
        // A value goes to the next `name=`.
        let mut rest = edits;
        while let Some((name, after)) = rest.split_once('=') {
            let end = after.find('=').map_or(after.len(), |next| {
                after[..next].rfind(' ').unwrap_or(after.len())
            });
            let column = self.column(name.trim());
            let column = column.unwrap_or_else(|| panic!("HR has no column {name}"));
            let row = self.row(key);
            let row = row.unwrap_or_else(|| panic!("HR has no {key}"));
            after[..end].trim().clone_into(&mut row[column]);
            rest = after.get(end..).unwrap_or("");
        }
    }
}

fn cells(row: &str) -> Vec<String> {
    row.split(',').map(|cell| cell.trim().to_owned()).collect()
}

fn or<'t>(text: &'t str, empty: &'t str) -> &'t str {
    if text.trim().is_empty() { empty } else { text }
}
