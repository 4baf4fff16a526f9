//! HR's data as the reference reads it: text becomes a value of the field's type, or the record is quarantined.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::civil::{Date, Time};
use tenure::syntax::ast::TypeKind;

use super::declared::{Field, Policy, rows_of_csv};
use super::value::{Answer, Length, Number, Value, list, text};
use crate::policy::bench::USUAL;

/// A character that no key may hold, as the generator writes it.
pub(super) const OVERRIDE: char = '\u{202E}';

/// Everybody whom HR has.
#[derive(Debug, Default)]
pub(super) struct People {
    /// In the order of the file.
    pub(super) records: Vec<Record>,
}

/// One record.
#[derive(Debug)]
pub(super) struct Record {
    /// None where HR says nothing that can be read.
    pub(super) key: Option<String>,
    /// A required value is missing or a value cannot be read.
    pub(super) quarantined: bool,
    /// A value that cannot be read is unknown.
    pub(super) fields: BTreeMap<String, Answer>,
}

impl People {
    /// Reads people and their employments, whose first column names their person.
    pub(super) fn read(policy: &Policy, people: &str, employments: Option<&str>) -> Self {
        let employments = employments.map(rows_of_csv).unwrap_or_default();
        let records = rows_of_csv(people);
        let records = records.iter();
        Self {
            records: records
                .map(|row| Record::read(policy, row, &employments))
                .collect(),
        }
    }

    /// The record of that key.
    pub(super) fn get(&self, key: &str) -> Option<&Record> {
        self.records
            .iter()
            .find(|one| one.key.as_deref() == Some(key))
    }
}

impl Record {
    fn read(
        policy: &Policy,
        row: &BTreeMap<String, String>,
        employments: &[BTreeMap<String, String>],
    ) -> Self {
        let mut record = Self {
            key: None,
            quarantined: false,
            fields: BTreeMap::new(),
        };
        for field in &policy.fields {
            let usual = USUAL.iter().find(|(name, _)| *name == field.name);
            let usual = usual.map_or("", |(_, text)| text);
            let cell = row.get(&field.name).map_or(usual, |cell| cell);
            let value = record.field(field, cell);
            if let (true, Answer::Is(key)) = (field.key, &value) {
                record.key = Some(key.to_string());
            }
            record.fields.insert(field.name.clone(), value);
        }
        if !policy.employment.is_empty() {
            let all = record.employments(policy, employments);
            record.fields.insert("employments".to_owned(), all);
        }
        record
    }

    /// One value, by which the record may turn out to be unreadable.
    fn field(&mut self, field: &Field, cell: &str) -> Answer {
        match typed(field, cell) {
            Some(Answer::Missing) if !field.optional => self.quarantined = true,
            Some(value) => return value,
            None => self.quarantined = true,
        }
        Answer::Unknown
    }

    fn employments(&mut self, policy: &Policy, rows: &[BTreeMap<String, String>]) -> Answer {
        let mut all = Vec::new();
        let mut readable = true;
        for row in rows {
            if self.key.as_deref() != row.get("person").map(|key| key.trim()) {
                continue;
            }
            let mut employment = Vec::new();
            for field in &policy.employment {
                let cell = row.get(&field.name).map_or("", |cell| cell);
                match typed(field, cell) {
                    Some(Answer::Missing) if !field.optional => readable = false,
                    Some(value) => employment.push((field.name.clone(), value)),
                    None => readable = false,
                }
            }
            all.push(Answer::Is(Value::Employment(Rc::new(employment))));
        }
        if !readable {
            self.quarantined = true;
            return Answer::Unknown;
        }
        // HR's order says nothing: they come by their values as printed.
        all.sort_by_key(printed);
        list(all)
    }
}

fn printed(employment: &Answer) -> String {
    let Answer::Is(Value::Employment(fields)) = employment else {
        unreachable!("these are employments");
    };
    let values = fields.iter().map(|(_, value)| match value {
        Answer::Is(value) => value.to_string(),
        _ => "-".to_owned(),
    });
    format!("({})", values.collect::<Vec<_>>().join(", "))
}

/// A text of HR or of a table as its field's type; none where it is no such value.
pub(super) fn typed(field: &Field, cell: &str) -> Option<Answer> {
    let Answer::Is(value) = text(cell) else {
        return Some(Answer::Missing);
    };
    let cell = value.to_string();
    read(&field.ty, &cell).map(Answer::Is)
}

fn read(ty: &TypeKind, cell: &str) -> Option<Value> {
    match ty {
        TypeKind::Named(name) => match &**name {
            "text" => Some(Value::Text(cell.to_owned())),
            // A key holds nothing that rearranges what stands around it.
            "person" => (!cell.contains(OVERRIDE)).then(|| Value::Person(cell.to_owned())),
            "unit" => Some(Value::Unit(cell.to_owned())),
            "timezone" => {
                jiff::tz::TimeZone::get(cell).ok()?;
                Some(Value::Text(cell.to_owned()))
            }
            "int" => {
                let number = Number::parse(cell)?;
                (!cell.contains('.')).then_some(Value::Number(number))
            }
            "number" => Some(Value::Number(Number::parse(cell)?)),
            "bool" => match &*cell.to_lowercase() {
                "true" | "yes" | "1" | "ja" | "wahr" => Some(Value::Bool(true)),
                "false" | "no" | "0" | "nein" | "falsch" => Some(Value::Bool(false)),
                _ => None,
            },
            "date" => {
                let day: String = cell.chars().take(10).collect();
                Some(Value::Date(day.parse::<Date>().ok()?))
            }
            "time" => Some(Value::Time(cell.parse::<Time>().ok()?)),
            "duration" => Some(Value::Length(length(cell)?)),
            other => unreachable!("the generator declares no field of type {other}"),
        },
        TypeKind::OneOf(choices) => {
            let chosen = choices
                .iter()
                .find(|choice| choice.value.to_lowercase() == cell.to_lowercase())?;
            Some(Value::Text(chosen.value.to_string()))
        }
        TypeKind::ListOf(item) => {
            let mut items = Vec::new();
            for part in cell
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
            {
                items.push(Answer::Is(read(&item.kind, part)?));
            }
            match list(items) {
                Answer::Is(list) => Some(list),
                _ => None,
            }
        }
    }
}

/// `14 days`.
fn length(text: &str) -> Option<Length> {
    let (count, unit) = text.split_once(' ')?;
    let count: i32 = count.parse().ok()?;
    let (months, days, minutes) = match unit.trim_end_matches('s') {
        "year" => (count * 12, 0, 0),
        "month" => (count, 0, 0),
        "week" => (0, count * 7, 0),
        "day" => (0, count, 0),
        "hour" => (0, 0, i64::from(count) * 60),
        "minute" => (0, 0, i64::from(count)),
        _ => return None,
    };
    Some(Length {
        months,
        days,
        minutes,
    })
}
