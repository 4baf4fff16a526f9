//! The last complete record of each person, for the day on which HR no longer has them.
//!
//! Kept only where a policy says what becomes of people who vanish, only the attributes that it names, and
//! sealed under the person's key like every other value of theirs (S12). Beside it stands a salted digest, so
//! that an unchanged record is not written again.

use rusqlite::params;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::private::{self, Private};
use super::{Store, StoreError, Writer, codec, read};
use crate::hr::{self, Attribute, Employment, Person, PersonId, Schema, Type, Value};

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

/// A record as text: each value by the name of its attribute, a list as a list, an employment as a record.
fn to_text(schema: &Schema, person: &Person) -> String {
    fields_to_json(schema.attributes(), person.values()).to_string()
}

/// The record of a text; none where it no longer keeps to the schema.
fn of_text(schema: &Schema, person: &PersonId, text: &str) -> Option<Person> {
    let record: Json = serde_json::from_str(text).ok()?;
    let values = fields_of_json(schema.attributes(), &record).ok()?;
    Some(Person::new(person.clone(), values))
}

fn fields_to_json(attributes: &[Attribute], values: &[Option<Value>]) -> Json {
    let named = attributes.iter().zip(values);
    let fields: serde_json::Map<String, Json> = named
        .filter_map(|(attribute, value)| {
            let json = to_json(&attribute.ty, value.as_ref()?);
            Some((attribute.name.to_string(), json))
        })
        .collect();
    Json::Object(fields)
}

fn to_json(ty: &Type, value: &Value) -> Json {
    if let (Type::List(item), Value::List(items)) = (ty, value) {
        return items.iter().map(|one| to_json(item, one)).collect();
    }
    if let (Type::Employment(fields), Value::Employment(employment)) = (ty, value) {
        return fields_to_json(fields, employment.values());
    }
    Json::String(value.to_string())
}

/// A record that no longer keeps to the schema.
struct Misfit;

/// The values of a record: none that is needed is missing, and each is of its type.
fn fields_of_json(attributes: &[Attribute], record: &Json) -> Result<Vec<Option<Value>>, Misfit> {
    let record = record.as_object().ok_or(Misfit)?;
    let mut values = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        let json = record.get(&*attribute.name);
        let value = json.map_or(Ok(None), |json| of_json(&attribute.ty, json))?;
        if value.is_none() && !attribute.optional {
            return Err(Misfit);
        }
        values.push(value);
    }
    Ok(values)
}

fn of_json(ty: &Type, json: &Json) -> Result<Option<Value>, Misfit> {
    match (ty, json) {
        (Type::List(item), Json::Array(items)) => {
            let items = items.iter().map(|one| of_json(item, one));
            let items: Vec<Option<Value>> = items.collect::<Result<_, Misfit>>()?;
            let items: Vec<Value> = items.into_iter().flatten().collect();
            Ok((!items.is_empty()).then(|| Value::List(items.into())))
        }
        (Type::Employment(fields), json) => {
            let values = fields_of_json(fields, json)?;
            Ok(Some(Value::Employment(Arc::new(Employment::new(values)))))
        }
        (ty, Json::String(text)) => hr::read_text(ty, text).map_err(|_| Misfit),
        _ => Err(Misfit),
    }
}
