//! Values that were written back, laid over what HR's recordings say.

use super::{Person, PersonId, Snapshot, Type, Value, read_text};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value that was written back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Whose.
    pub person: PersonId,
    /// HR's name of the attribute.
    pub field: Arc<str>,
    /// What stood there.
    pub before: Option<Arc<str>>,
    /// What stands there since.
    pub after: Arc<str>,
}

/// The people with these values, in the order in which they were written.
///
/// A value is laid over what it took the place of, and over nothing else: a newer recording that says
/// otherwise holds.
pub fn overwritten(snapshot: Snapshot, written: &[Written]) -> Snapshot {
    let mut of: BTreeMap<&PersonId, Vec<&Written>> = BTreeMap::new();
    for one in written {
        of.entry(&one.person).or_default().push(one);
    }
    if of.is_empty() {
        return snapshot;
    }
    let schema = snapshot.schema().clone();
    let people: Vec<Person> = snapshot
        .people()
        .iter()
        .map(|person| {
            let Some(written) = of.get(person.id()) else {
                return person.clone();
            };
            let mut values: Vec<Option<Value>> = person.values().to_vec();
            for one in written {
                let attributes = schema.attributes().iter();
                for (attribute, value) in attributes.zip(&mut values) {
                    let here = value.as_ref().map(ToString::to_string);
                    let is_it = attribute.source == one.field && attribute.ty == Type::Text;
                    if is_it && here.as_deref() == one.before.as_deref() {
                        *value = read_text(&attribute.ty, &one.after).ok().flatten();
                    }
                }
            }
            Person::new(person.id().clone(), values)
        })
        .collect();
    snapshot.with_people(people)
}
