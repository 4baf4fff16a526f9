//! Pseudonyms: other names, numbers and addresses in the place of people's, the same wherever they stand and each time
//! they are made, so that rules decide about the pseudonyms as they do about the people.
//!
//! Words that the policy writes stay ([`kept`]), everything else becomes another word of the same length, letter by letter
//! under a key ([`letters`]), so that a login is still made of the beginnings of its person's names ([`words`]). Dates,
//! numbers that are no keys, truth values and what the policy lists with `one of` stay, for rules count with them.
//!
//! Who has the key has the people. Who has not may still know somebody by what they do, and where, and since when.
//!
//! Begin with [`Pseudonyms`].

mod kept;
mod letters;
mod remembered;
mod words;

pub use letters::KEY_BYTES;

use crate::directory::schema::Syntax;
use crate::directory::sid::FIRST_FREE_RID;
use crate::directory::{AttributeName, Dn, Guid, Object, Rdn, Snapshot, Value};
use crate::hr::{self, Attribute, PersonId, RawRecord, RawValue, Schema, Type};
use letters::Letters;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use words::{Own, Words, alphanumeric, folded};

/// What AD puts behind the name of a deleted object.
const DELETED: &str = "\nDEL:";

/// Pseudonyms for one company.
pub struct Pseudonyms {
    words: Words,
    /// What each person's own words are.
    own: BTreeMap<PersonId, Own>,
    /// Whose each account is.
    owners: BTreeMap<Guid, PersonId>,
    /// The keys of people, as texts.
    keys: BTreeSet<String>,
    /// What objects are called, by the key of their former name.
    places: BTreeMap<Arc<str>, Dn>,
}

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pseudonyms").finish_non_exhaustive()
    }
}

impl Pseudonyms {
    /// Pseudonyms under a key, for these people and this directory; `files` and `values` are what the policy writes.
    pub fn new<'a>(
        key: &[u8; KEY_BYTES],
        files: impl Iterator<Item = (&'a str, &'a str)>,
        values: impl Iterator<Item = &'a str>,
        people: &hr::Snapshot,
        directory: &Snapshot,
        owners: &[(Guid, PersonId)],
    ) -> Option<Self> {
        let mut pseudonyms = Self {
            words: Words {
                letters: Letters::new(key)?,
                kept: kept::words(files, values),
                known: BTreeMap::new(),
            },
            own: BTreeMap::new(),
            owners: owners.iter().cloned().collect(),
            keys: BTreeSet::new(),
            places: BTreeMap::new(),
        };
        for person in people.people() {
            pseudonyms.learn(person.id(), person.values());
        }
        for record in people.quarantined() {
            if let Some(id) = &record.id {
                pseudonyms.learn(id, &record.good);
            }
        }
        for (_, object) in directory.iter() {
            let own = pseudonyms.own_of(object.guid());
            if let (Some(login), Some(own)) = (object.account_name(), own)
                && alphanumeric(login).count() == 1
            {
                let other = folded(&pseudonyms.words.text(login, &own.clone()));
                pseudonyms.words.known.insert(folded(login), other);
            }
        }
        pseudonyms.place(directory);
        Some(pseudonyms)
    }

    fn learn(&mut self, id: &PersonId, values: &[Option<hr::Value>]) {
        self.keys.insert(id.to_string());
        let own = self.own.entry(id.clone()).or_default();
        for value in values.iter().flatten() {
            if let hr::Value::Text(text) = value {
                own.learn(text);
            }
        }
    }

    fn own_of(&self, account: Guid) -> Option<&Own> {
        self.own.get(self.owners.get(&account)?)
    }

    /// Names for all objects of people; what is above comes before what is below.
    fn place(&mut self, directory: &Snapshot) {
        let mut taken: BTreeSet<Arc<str>> = BTreeSet::new();
        for (_, object) in directory.iter() {
            let dn = object.dn();
            let parent = dn.parent().unwrap_or_else(Dn::root);
            let above = self.places.get(parent.key()).cloned().unwrap_or(parent);
            let mut other = dn.rdn().map_or_else(|| dn.clone(), |rdn| above.child(&rdn));
            if is_of_somebody(object)
                && let Some(rdn) = dn.rdn()
            {
                let value = self.name(&rdn.value(), object.guid());
                // Names that differed by their accents alone must still differ.
                let tries = std::iter::once(value.clone())
                    .chain((2..).map(|number: u32| format!("{value} {number}")));
                let free = tries
                    .filter_map(|value| Rdn::new(rdn.attribute(), &value).ok())
                    .map(|rdn| above.child(&rdn))
                    .find(|dn| !taken.contains(dn.key()));
                other = free.unwrap_or(other);
            }
            taken.insert(other.key().into());
            self.places.insert(dn.key().into(), other);
        }
    }

    /// The name of an object: behind `DEL:` stands its GUID.
    fn name(&self, name: &str, guid: Guid) -> String {
        match name.split_once(DELETED) {
            Some((name, behind)) => format!("{}{DELETED}{behind}", self.text(name, guid)),
            None => self.text(name, guid),
        }
    }

    fn text(&self, text: &str, account: Guid) -> String {
        if self.keys.contains(text) {
            return self.key(text);
        }
        let none = Own::default();
        self.words.text(text, self.own_of(account).unwrap_or(&none))
    }

    /// What stands for the key of a person, whatever it is written in.
    fn key(&self, key: &str) -> String {
        if self.words.kept.contains(&folded(key)) {
            return key.to_owned();
        }
        let mut out = String::with_capacity(key.len());
        let mut rest = key;
        while let Some(c) = rest.chars().next() {
            let digits = c.is_ascii_digit();
            let end = rest
                .find(|c: char| c.is_ascii_digit() != digits)
                .unwrap_or(rest.len());
            let (run, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            out.push_str(&if digits {
                self.words.digits(run)
            } else {
                run.to_owned()
            });
            rest = behind;
        }
        out
    }

    /// Who somebody is from now on.
    pub fn person(&self, person: &PersonId) -> PersonId {
        PersonId::parse(&self.key(&person.to_string())).unwrap_or_else(|_| person.clone())
    }

    /// Another name for whatever lies there.
    fn dn(&self, text: &str) -> String {
        let Ok(dn) = Dn::parse(text) else {
            return text.to_owned();
        };
        self.places
            .get(dn.key())
            .map_or_else(|| text.to_owned(), |dn| dn.as_str().to_owned())
    }

    /// Puts pseudonyms into a record as a source sends it.
    pub fn record(&self, schema: &Schema, record: &mut RawRecord) {
        let mut own = Own::default();
        for (index, value) in record.fields.iter().enumerate() {
            let texts = schema.attributes_from(index).any(|one| is_text(&one.ty));
            if let (true, Some(value)) = (texts, value) {
                each_text(value, &mut |text| own.learn(text));
            }
        }
        for (index, slot) in record.fields.iter_mut().enumerate() {
            if let Some(value) = slot {
                // Where a field is read as several things, what must stay stays.
                let plain = |attribute: &&Attribute| !is_text(&attribute.ty) && !is_key(attribute);
                let mut attributes = schema.attributes_from(index);
                let decides = attributes
                    .find(plain)
                    .or_else(|| schema.attributes_from(index).next());
                if let Some(attribute) = decides {
                    self.value(value, attribute, &own);
                }
            }
        }
    }

    fn value(&self, value: &mut RawValue, attribute: &Attribute, own: &Own) {
        match value {
            RawValue::Text(text) if is_key(attribute) => *text = self.key(text.trim()),
            RawValue::Integer(number) if is_key(attribute) => {
                let key = self.key(&number.to_string());
                *value = key.parse().map_or(RawValue::Text(key), RawValue::Integer);
            }
            RawValue::Reference(id) => {
                let key = Attribute::new("", Type::Person);
                self.value(id, &key, own);
            }
            RawValue::Text(text) if is_text(&attribute.ty) => *text = self.words.text(text, own),
            RawValue::Integer(number) if is_text(&attribute.ty) => {
                *value = RawValue::Text(self.words.text(&number.to_string(), own));
            }
            RawValue::List(items) => {
                for item in items {
                    self.value(item, attribute, own);
                }
            }
            RawValue::Record(values) => {
                for (slot, field) in values.iter_mut().zip(fields(&attribute.ty)) {
                    if let Some(value) = slot {
                        self.value(value, field, own);
                    }
                }
            }
            RawValue::Null
            | RawValue::Text(_)
            | RawValue::Integer(_)
            | RawValue::Decimal(_)
            | RawValue::Bool(_)
            | RawValue::Photo(_)
            | RawValue::Unusable(_) => {}
        }
    }

    /// An object with pseudonyms: of people their names and texts, of everything else what it refers to.
    pub fn object(&self, object: &Object) -> Object {
        let dn = self.places.get(object.dn().key()).cloned();
        let dn = dn.unwrap_or_else(|| object.dn().clone());
        let name = dn.rdn();
        let mut other = Object::new(dn, object.guid());
        let somebody = is_of_somebody(object);
        for (attribute, values) in object.attributes() {
            let named = name
                .as_ref()
                .filter(|rdn| somebody && (attribute.is("name") || attribute.is(rdn.attribute())));
            let values = values.iter().map(|value| match (named, value) {
                (Some(rdn), _) => Value::Text(rdn.value().into()),
                (None, Value::Text(text)) if attribute.is_dn() => Value::Text(self.dn(text).into()),
                (None, Value::Text(text)) if somebody && is_free(attribute) => {
                    Value::Text(self.text(text, object.guid()).into())
                }
                (None, Value::Text(_) | Value::Bytes(_) | Value::Picture(_)) => value.clone(),
            });
            other.set(attribute.clone(), values.collect());
        }
        other
    }
}

/// Whether an object is an account or an address of somebody, or their machine; those that every domain has are not.
fn is_of_somebody(object: &Object) -> bool {
    let of_every_domain = object.sid().is_some_and(|sid| sid.rid() < FIRST_FREE_RID);
    let classes = object.classes();
    !of_every_domain && (object.is_user() || object.is_computer() || classes.has("contact"))
}

/// Whether an attribute holds text of any kind.
fn is_free(attribute: &AttributeName) -> bool {
    attribute
        .schema()
        .is_none_or(|known| matches!(known.syntax, Syntax::Text | Syntax::CaseExactText))
}

fn is_key(attribute: &Attribute) -> bool {
    attribute.key
        || attribute.ty == Type::Person
        || attribute.ty == Type::List(Box::new(Type::Person))
}

fn is_text(ty: &Type) -> bool {
    match ty {
        Type::Text => true,
        Type::List(item) => is_text(item),
        Type::Employment(fields) => fields.iter().any(|field| is_text(&field.ty)),
        Type::Int
        | Type::Number
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Timezone
        | Type::Person
        | Type::Photo
        | Type::OneOf(_) => false,
    }
}

fn fields(ty: &Type) -> &[Attribute] {
    match ty {
        Type::Employment(fields) => fields,
        Type::List(item) => fields(item),
        Type::Text
        | Type::Int
        | Type::Number
        | Type::Bool
        | Type::Date
        | Type::Time
        | Type::Duration
        | Type::Timezone
        | Type::Person
        | Type::Photo
        | Type::OneOf(_) => &[],
    }
}

fn each_text(value: &RawValue, tell: &mut dyn FnMut(&str)) {
    match value {
        RawValue::Text(text) => tell(text),
        RawValue::List(items) => {
            for item in items {
                each_text(item, tell);
            }
        }
        RawValue::Record(values) => {
            for value in values.iter().flatten() {
                each_text(value, tell);
            }
        }
        RawValue::Null
        | RawValue::Integer(_)
        | RawValue::Decimal(_)
        | RawValue::Bool(_)
        | RawValue::Reference(_)
        | RawValue::Photo(_)
        | RawValue::Unusable(_) => {}
    }
}
