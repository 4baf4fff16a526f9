//! The photos that a plan speaks of and does not hold: it says what stands for each, and here are the bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::seen::Trouble;
use crate::directory::{AttributeName, Object, Value};
use crate::hr::{self, Photo};
use crate::text::picture::Picture;

/// All photos of the people whom HR has now, by what stands for them.
#[derive(Debug, Clone, Default)]
pub struct Pictures(BTreeMap<Arc<str>, Picture>);

impl Pictures {
    /// Those of these people.
    pub fn of(people: &hr::Snapshot) -> Self {
        let values = people.people().iter().flat_map(hr::Person::values);
        let known = values.flatten().filter_map(|value| {
            if let hr::Value::Photo(photo) = value
                && let Photo::Known(picture) = &**photo
            {
                return Some((picture.said().clone(), picture.clone()));
            }
            None
        });
        Self(known.collect())
    }

    /// A value that comes: its text, or the picture that this stands for.
    pub(super) fn value(&self, name: &AttributeName, value: &Arc<str>) -> Result<Value, Trouble> {
        if !name.is_picture() {
            return Ok(Value::Text(value.clone()));
        }
        let found = self.0.get(value).cloned().map(Value::Picture);
        found.ok_or_else(|| {
            Trouble::conflict("HR has another photo by now, and the one of the plan is not kept")
        })
    }
}

/// A value that goes: its text, or the picture that stands there and is the one which this stands for.
pub(super) fn there(name: &AttributeName, value: &Arc<str>, object: Option<&Object>) -> Value {
    let pictures = object.filter(|_| name.is_picture());
    let mut values = pictures.into_iter().flat_map(|one| one.all(name.as_str()));
    let found = values.find(|found| found.text() == Some(value));
    found.cloned().unwrap_or_else(|| Value::Text(value.clone()))
}
