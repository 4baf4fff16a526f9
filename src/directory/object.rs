//! One object of the directory: a user, a group, a unit, or anything else.
//!
//! An [`Object`] is what was read, no more: its name, its GUID and its attributes in the order they came.
//! `distinguishedName` and `objectGUID` are fields, not attributes; the back-links `memberOf` and
//! `directReports` are asked of the [`super::Snapshot`], which sees both ends. What kind of object it is,
//! and whether it can be a person's account at all, is said in `kind.rs`.

use std::sync::Arc;

use super::dn::Dn;
use super::guid::Guid;
use super::kind::Classes;
use super::sid::Sid;
use super::uac::Uac;
use super::value::{AttributeName, Value};

/// An object of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    dn: Dn,
    guid: Guid,
    classes: Classes,
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    name: AttributeName,
    values: Values,
}

/// Nearly all attributes have one value; those need no second allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Values {
    One(Value),
    Many(Vec<Value>),
}

impl Values {
    fn as_slice(&self) -> &[Value] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    fn push(&mut self, value: Value) -> usize {
        match self {
            Self::Many(values) => values.push(value),
            Self::One(first) => *self = Self::Many(vec![first.clone(), value]),
        }
        self.as_slice().len()
    }
}

impl Object {
    /// An object without attributes.
    pub fn new(dn: Dn, guid: Guid) -> Self {
        Self {
            dn,
            guid,
            classes: Classes::default(),
            slots: Vec::new(),
        }
    }

    /// The same object with an attribute set to these values.
    #[must_use]
    pub fn with<V: Into<Value>>(
        mut self,
        name: impl Into<AttributeName>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.set(name, values.into_iter().map(Into::into).collect());
        self
    }

    /// Sets an attribute to these values; none removes it.
    pub fn set(&mut self, name: impl Into<AttributeName>, mut values: Vec<Value>) {
        let name = name.into();
        if name.is("objectClass") {
            self.classes = Classes::of(&values);
        }
        if name.is_picture() {
            values = values.into_iter().map(|one| one.kept_as(&name)).collect();
        }
        let found = self.slots.iter().position(|slot| slot.name == name);
        let values = match (values.len(), found) {
            (0, found) => {
                if let Some(index) = found {
                    self.slots.remove(index);
                }
                return;
            }
            (1, _) => match values.pop() {
                Some(value) => Values::One(value),
                None => return,
            },
            _ => Values::Many(values),
        };
        match found.and_then(|index| self.slots.get_mut(index)) {
            Some(slot) => slot.values = values,
            None => self.slots.push(Slot { name, values }),
        }
    }

    /// Adds a value behind those that are there, equal or not; yields how many there are then.
    pub fn push(&mut self, name: impl Into<AttributeName>, value: Value) -> usize {
        let name = name.into();
        let value = value.kept_as(&name);
        let is_class = name.is("objectClass");
        // Values of one attribute come one after the other, so the last attribute is the likely one.
        let found = self.slots.iter_mut().rev().find(|slot| slot.name == name);
        let count = if let Some(slot) = found {
            slot.values.push(value)
        } else {
            let values = Values::One(value);
            self.slots.push(Slot { name, values });
            1
        };
        if is_class {
            self.classes = Classes::of(self.all("objectClass"));
        }
        count
    }

    pub(super) fn set_guid(&mut self, guid: Guid) {
        self.guid = guid;
    }

    /// Gives the object another name; the naming attribute (`cn`) is not touched.
    pub fn set_dn(&mut self, dn: Dn) {
        self.dn = dn;
    }

    /// The distinguished name.
    pub fn dn(&self) -> &Dn {
        &self.dn
    }

    /// The GUID, which no rename changes.
    pub fn guid(&self) -> Guid {
        self.guid
    }

    /// The SID; only users, groups and computers have one.
    pub fn sid(&self) -> Option<Sid> {
        match self.all("objectSid").first()? {
            Value::Bytes(bytes) => Sid::from_bytes(bytes),
            Value::Text(text) => Sid::parse(text),
            Value::Picture(_) => None,
        }
    }

    /// Which of the classes that matter to us it belongs to.
    pub fn classes(&self) -> Classes {
        self.classes
    }

    /// All values of an attribute; empty where it has none.
    pub fn all(&self, name: &str) -> &[Value] {
        self.slots
            .iter()
            .find(|slot| slot.name.is(name))
            .map_or(&[], |slot| slot.values.as_slice())
    }

    /// The values of an attribute that are text, in their order; of pictures what stands for them.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.all(name).iter().filter_map(Value::text)
    }

    /// The first value of an attribute that is text.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.values(name).next()
    }

    /// Whether the attribute has any value.
    pub fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    /// The value as a whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.first(name)?.parse().ok()
    }

    /// The value as a boolean; false where it is missing.
    pub fn flag(&self, name: &str) -> bool {
        self.first(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("TRUE"))
    }

    /// All attributes with their values, in the order they came.
    pub fn attributes(&self) -> impl Iterator<Item = (&AttributeName, &[Value])> {
        self.slots
            .iter()
            .map(|slot| (&slot.name, slot.values.as_slice()))
    }

    /// The bits of `userAccountControl`.
    pub fn uac(&self) -> Option<Uac> {
        self.first("userAccountControl").and_then(Uac::parse)
    }

    /// Whether this is an account that can be used.
    pub fn enabled(&self) -> bool {
        self.uac().is_some_and(Uac::is_enabled)
    }

    /// The logon name.
    pub fn account_name(&self) -> Option<&str> {
        self.first("sAMAccountName")
    }
}

/// What holds the objects of a directory: shared, since a snapshot and the directory both keep them.
pub type SharedObject = Arc<Object>;
