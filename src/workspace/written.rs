//! What was written back to an embedded HR: a CSV file beside the state, and never the recordings themselves.
//!
//! A line for each value, added and never changed: `person,field,before,after`. A line that a crash cut off
//! is none; it is dropped before the next one is added.

use crate::hr::port::{Field, PortError, WriteBack};
use crate::hr::{PersonId, Snapshot, Written};
use crate::text::table::Table;
use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The name of the file.
pub(super) const FILE: &str = "writeback.csv";

const HEADER: &str = "person,field,before,after\n";

/// An embedded HR: people as they were read, and a file for what is written back.
#[derive(Debug)]
pub(super) struct EmbeddedHr<'a> {
    people: &'a Snapshot,
    file: PathBuf,
    /// What this process wrote.
    written: RefCell<Vec<Written>>,
}

impl<'a> EmbeddedHr<'a> {
    pub(super) fn new(people: &'a Snapshot, file: PathBuf) -> Self {
        Self {
            people,
            file,
            written: RefCell::default(),
        }
    }

    fn append(&self, line: &str) -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&self.file)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        if whole < bytes.len() {
            file.set_len(whole as u64)?;
        }
        let mut text = String::new();
        if whole == 0 {
            text.push_str(HEADER);
        }
        text.push_str(line);
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }
}

impl WriteBack for EmbeddedHr<'_> {
    fn value(&self, field: &Field<'_>) -> Result<Option<String>, PortError> {
        let mine = self.written.borrow();
        let last = mine
            .iter()
            .rfind(|one| one.person == *field.person && *one.field == *field.name);
        if let Some(one) = last {
            return Ok(Some(one.after.to_string()));
        }
        let Some(person) = self.people.get(field.person) else {
            return Err(PortError::Refused(format!(
                "there is no person {}",
                field.person
            )));
        };
        let attributes = self.people.schema().attributes().iter();
        let found = attributes
            .zip(person.values())
            .find(|(attribute, _)| *attribute.source == *field.name);
        match found {
            Some((_, value)) => Ok(value.as_ref().map(ToString::to_string)),
            None => Err(PortError::Refused(format!(
                "the policy reads no `{}`",
                field.name
            ))),
        }
    }

    fn write(&self, field: &Field<'_>, before: Option<&str>, after: &str) -> Result<(), PortError> {
        let cells = [
            field.person.to_string(),
            field.name.to_owned(),
            before.unwrap_or_default().to_owned(),
            after.to_owned(),
        ];
        self.append(&line(&cells))
            .map_err(|error| PortError::Storage(format!("{}: {error}", self.file.display())))?;
        self.written.borrow_mut().push(Written {
            person: field.person.clone(),
            field: field.name.into(),
            before: before.map(Into::into),
            after: after.into(),
        });
        Ok(())
    }
}

/// The text of a file of written-back values without those of a person, and how many these are.
pub(super) fn without(file: &Path, person: &PersonId) -> Result<(String, usize), super::Error> {
    let all = read(file)?;
    let mut text = HEADER.to_owned();
    let mut gone = 0;
    for one in &all {
        if one.person == *person {
            gone += 1;
            continue;
        }
        text.push_str(&line(&[
            one.person.to_string(),
            one.field.to_string(),
            one.before.as_deref().unwrap_or_default().to_owned(),
            one.after.to_string(),
        ]));
    }
    Ok((text, gone))
}

fn line(cells: &[String; 4]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\n"
}

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

/// What was written back so far; nothing where there is no file. A file that is none of ours is an error.
pub(super) fn read(file: &Path) -> Result<Vec<Written>, super::Error> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let text = super::read_text(file)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let text = text.get(..whole).unwrap_or_default();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let broken = |problem: String| super::Error::WrittenBack {
        file: file.display().to_string(),
        problem,
    };
    let table = Table::read(text).map_err(|error| broken(error.to_string()))?;
    let mut written = Vec::new();
    for row in &table.rows {
        let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_ref()).collect();
        let [person, field, before, after] = cells.as_slice() else {
            return Err(broken(format!("line {} has not four cells", row.line)));
        };
        let person = PersonId::parse(person)
            .map_err(|error| broken(format!("line {}: {error}", row.line)))?;
        written.push(Written {
            person,
            field: (*field).into(),
            before: (!before.is_empty()).then(|| (*before).into()),
            after: (*after).into(),
        });
    }
    Ok(written)
}
