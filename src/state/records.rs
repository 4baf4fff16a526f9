//! The last complete record of each person, for the day on which HR no longer has them.
//!
//! Kept only where a policy says what becomes of people who vanish, only the attributes that it names, and
//! sealed under the person's key like every other value of theirs (S12). Beside it stands a salted digest, so
//! that an unchanged record is not written again.

use rusqlite::params;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::private::{self, Private};
use super::{Store, StoreError, Writer, codec, read};
use crate::hr::{self, Person, PersonId, Schema, Type, Value};

impl Store {
    /// The last complete records of these people, as far as they are kept and still keep to the schema.
    pub fn last_records(
        &self,
        schema: &Schema,
        people: &[PersonId],
    ) -> Result<Vec<Person>, StoreError> {
        self.read(|db| {
            let mut found = Vec::new();
            let mut statement =
                db.prepare_cached("SELECT record FROM last_record WHERE person = ?1")?;
            for person in people {
                let mut rows = statement.query([person.to_string()])?;
                let Some(row) = rows.next()? else {
                    continue;
                };
                if let (Private::Known(text), _) = private::get(db, row.get(0)?)? {
                    found.extend(of_text(schema, person, &text));
                }
            }
            Ok(found)
        })
    }
}

impl Writer<'_> {
    /// Keeps the records of the people whom the state knows; those that HR no longer has keep their last one.
    pub fn keep_records(&mut self, people: &hr::Snapshot, at: Timestamp) -> Result<(), StoreError> {
        let salt = read::identity(self.db())?.id;
        let mut known: BTreeMap<String, Option<(i64, String)>> = BTreeMap::new();
        read::each(
            self.db(),
            "SELECT person.id, record, digest FROM person
             LEFT JOIN last_record ON last_record.person = person.id",
            |row| {
                let record: Option<i64> = row.get(1)?;
                let digest: Option<String> = row.get(2)?;
                known.insert(row.get(0)?, record.zip(digest));
                Ok(())
            },
        )?;
        for person in people.people() {
            let id = person.id().to_string();
            let Some(before) = known.get(&id) else {
                continue;
            };
            let text = to_text(people.schema(), person);
            let mut hash = Sha256::new();
            hash.update(salt.as_bytes());
            hash.update(id.as_bytes());
            hash.update(text.as_bytes());
            let digest = codec::hex(&hash.finalize());
            match before {
                Some((_, same)) if *same == digest => continue,
                Some((old, _)) => {
                    let db = self.db();
                    db.execute("DELETE FROM private WHERE id = ?1", [old])?;
                }
                None => {}
            }
            let kept = private::put(self.db(), Some(person.id()), at, &text)?;
            self.db()
                .prepare_cached(
                    "INSERT OR REPLACE INTO last_record (person, record, digest) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![id, kept.id, digest])?;
        }
        Ok(())
    }

    /// Forgets all records, where no policy asks for them any more.
    pub fn drop_records(&mut self) -> Result<(), StoreError> {
        self.db().execute(
            "DELETE FROM private WHERE id IN (SELECT record FROM last_record)",
            [],
        )?;
        self.db().execute("DELETE FROM last_record", [])?;
        Ok(())
    }
}

/// A record as text: each value by the name of its attribute, a list as a list.
fn to_text(schema: &Schema, person: &Person) -> String {
    let values = schema.attributes().iter().zip(person.values());
    let record: serde_json::Map<String, Json> = values
        .filter_map(|(attribute, value)| {
            let value = value.as_ref()?;
            let json = if let Value::List(items) = value {
                items.iter().map(ToString::to_string).collect()
            } else {
                Json::String(value.to_string())
            };
            Some((attribute.name.to_string(), json))
        })
        .collect();
    Json::Object(record).to_string()
}

/// The record of a text; none where it no longer keeps to the schema.
fn of_text(schema: &Schema, person: &PersonId, text: &str) -> Option<Person> {
    let record: serde_json::Map<String, Json> = serde_json::from_str(text).ok()?;
    let mut values = Vec::with_capacity(schema.attributes().len());
    for attribute in schema.attributes() {
        let value = match (record.get(&*attribute.name), &attribute.ty) {
            (Some(Json::String(text)), ty) => hr::read_text(ty, text).ok()?,
            (Some(Json::Array(items)), Type::List(item)) => {
                let items = items
                    .iter()
                    .map(|one| hr::read_text(item, one.as_str()?).ok()?);
                let items: Vec<Value> = items.collect::<Option<_>>()?;
                Some(Value::List(items.into()))
            }
            _ => None,
        };
        if value.is_none() && !attribute.optional {
            return None;
        }
        values.push(value);
    }
    Some(Person::new(person.clone(), values))
}
