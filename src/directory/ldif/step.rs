//! What a change does, step by step: the same for a change that is just made and one that is read back.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::error::{Located, Problem};
use super::load;
use super::record::{Body, Edit, EditKind, Record};
use crate::directory::dn::Dn;
use crate::directory::object::Object;
use crate::directory::value::{AttributeName, Value};

/// One step of a change; none of them asks a rule, that was done before.
#[derive(Debug)]
pub(super) enum Step {
    /// This object comes.
    Add(Object),
    /// Values of this object change.
    Modify { dn: Dn, edits: Vec<Edit> },
    /// This object, with all below it, gets another name.
    Move { from: Dn, to: Dn },
    /// This object goes, and every link to it.
    Delete(Dn),
}

impl Step {
    /// The step that a record of the change file describes.
    pub(super) fn read(record: Record) -> Result<Self, Located> {
        match record.body {
            Body::Entry(_) => load::object(record).map(Self::Add),
            Body::Modify(edits) => Ok(Self::Modify {
                dn: record.dn,
                edits,
            }),
            Body::Move(to) => Ok(Self::Move {
                from: record.dn,
                to,
            }),
            Body::Delete => Ok(Self::Delete(record.dn)),
        }
    }
}

impl Edit {
    /// Sets an attribute to one value.
    pub(super) fn replace(attribute: impl Into<AttributeName>, value: impl Into<Value>) -> Self {
        Self {
            kind: EditKind::Replace,
            attribute: attribute.into(),
            values: vec![value.into()],
        }
    }

    /// The values of the attribute afterwards; `exact` where both sides are spelt alike if they are equal.
    pub(super) fn apply(&self, before: &[Value], exact: bool) -> Result<Vec<Value>, String> {
        let name = &self.attribute;
        match self.kind {
            EditKind::Replace => Ok(self.values.clone()),
            EditKind::Delete if self.values.is_empty() => Ok(Vec::new()),
            EditKind::Delete => {
                let keys = Keys::new(name, &self.values, exact);
                let left: Vec<Value> = before
                    .iter()
                    .filter(|value| !keys.contains(value))
                    .cloned()
                    .collect();
                if before.len() - left.len() != self.values.len() {
                    return Err(format!("`{name}` no longer has a value that goes"));
                }
                Ok(left)
            }
            EditKind::Add => {
                let keys = Keys::new(name, &self.values, exact);
                if before.iter().any(|value| keys.contains(value)) {
                    return Err(format!("`{name}` already has a value that comes"));
                }
                Ok(before.iter().chain(&self.values).cloned().collect())
            }
        }
    }
}

/// A few values, to be looked for among many.
pub(super) struct Keys<'a> {
    name: &'a AttributeName,
    exact: bool,
    found: FxHashSet<Cow<'a, [u8]>>,
}

impl<'a> Keys<'a> {
    /// Those values of that attribute; `exact` compares the spelling alone, which is much cheaper for names.
    pub(super) fn new(name: &'a AttributeName, values: &'a [Value], exact: bool) -> Self {
        let found = values.iter().map(|value| key(name, value, exact)).collect();
        Self { name, exact, found }
    }

    /// How many different values there are.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether this value is one of them.
    pub(super) fn contains(&self, value: &Value) -> bool {
        self.found.contains(&*key(self.name, value, self.exact))
    }
}

fn key<'a>(name: &AttributeName, value: &'a Value, exact: bool) -> Cow<'a, [u8]> {
    match value {
        Value::Text(text) if !exact => name.key(text).into_bytes().into(),
        Value::Text(_) | Value::Bytes(_) | Value::Picture(_) => value.bytes().into(),
    }
}

/// A problem of the change file, without a line.
pub(super) fn foreign(change: u64, reason: String) -> Problem {
    Problem::ForeignChange { change, reason }
}
