//! The content of a snapshot in 32 bytes.

use std::fmt;

use sha2::{Digest as _, Sha256};

use super::{Person, PersonId, Photo, Quarantined, Schema, Value};

/// The SHA-256 of what a snapshot says: attribute names, people, quarantined records.
///
/// Two snapshots that say the same have the same digest, in whatever order, files or notation HR sent it. Where the
/// records stood and when they were read does not count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest of people sorted by id and of quarantined records.
    pub(super) fn of(schema: &Schema, people: &[Person], quarantined: &[Quarantined]) -> Self {
        let mut bytes = Encoder::default();
        bytes.number(schema.attributes().len());
        for attribute in schema.attributes() {
            bytes.text(&attribute.name);
        }
        let mut hash = Sha256::new();
        bytes.number(people.len());
        for person in people {
            bytes.id(Some(person.id()));
            bytes.values(person.values());
            bytes.flush_into(&mut hash);
        }
        bytes.number(quarantined.len());
        let mut records: Vec<[u8; 32]> = quarantined.iter().map(of_quarantined).collect();
        records.sort_unstable();
        for record in records {
            bytes.raw(&record);
        }
        bytes.flush_into(&mut hash);
        Self(hash.finalize().into())
    }
}

fn of_quarantined(record: &Quarantined) -> [u8; 32] {
    let mut bytes = Encoder::default();
    bytes.id(record.id.as_ref());
    bytes.values(&record.good);
    for reason in &record.reasons {
        bytes.number(reason.position);
        bytes.text(&reason.problem);
        bytes.text(reason.found.as_deref().unwrap_or_default());
    }
    let mut hash = Sha256::new();
    bytes.flush_into(&mut hash);
    hash.finalize().into()
}

/// The digest as 64 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// Values as bytes that can be read in one way only: each begins with a mark, each length stands before its bytes.
#[derive(Default)]
struct Encoder(Vec<u8>);

impl Encoder {
    fn flush_into(&mut self, hash: &mut Sha256) {
        hash.update(&self.0);
        self.0.clear();
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: usize) {
        self.raw(&(number as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.raw(text.as_bytes());
    }

    fn marked(&mut self, mark: u8, text: &str) {
        self.raw(&[mark]);
        self.text(text);
    }

    fn id(&mut self, id: Option<&PersonId>) {
        match id {
            None => self.raw(b"-"),
            Some(id) => self.marked(b'#', &id.to_string()),
        }
    }

    fn values(&mut self, values: &[Option<Value>]) {
        self.number(values.len());
        for value in values {
            match value {
                None => self.raw(b"-"),
                Some(value) => self.value(value),
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.marked(b't', text),
            Value::OneOf(text) => self.marked(b'o', text),
            Value::Timezone(text) => self.marked(b'z', text),
            Value::Int(number) => {
                self.raw(b"i");
                self.raw(&number.to_le_bytes());
            }
            Value::Bool(truth) => self.raw(if *truth { b"T" } else { b"F" }),
            Value::Number(_) => self.marked(b'n', &value.to_string()),
            Value::Date(_) => self.marked(b'd', &value.to_string()),
            Value::Time(_) => self.marked(b'h', &value.to_string()),
            Value::Duration(_) => self.marked(b'l', &value.to_string()),
            Value::Person(id) => {
                self.raw(b"p");
                self.id(Some(id));
            }
            // Why one could not be read may be another reason each time.
            Value::Photo(photo) => match &**photo {
                Photo::Known(picture) => self.marked(b'P', picture.said()),
                Photo::Unknown(_) => self.raw(b"U"),
            },
            Value::Employment(employment) => {
                self.raw(b"e");
                self.values(employment.values());
            }
            Value::List(items) => {
                self.raw(b"[");
                self.number(items.len());
                for item in items.iter() {
                    self.value(item);
                }
            }
        }
    }
}
