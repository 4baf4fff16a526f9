//! What a reading has found so far: the parts of it overlap.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Link, Rest, Told};
use crate::directory::guid::Guid;
use crate::directory::object::{Object, SharedObject};
use crate::directory::value::Value;

/// Objects by their GUID.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The objects.
    pub(super) objects: BTreeMap<Guid, Object>,
    /// Whom each of them names, where that was asked for.
    pub(super) links: BTreeMap<Guid, Vec<Link>>,
    /// Those of which the account may not read the update number.
    pub(super) silent: BTreeSet<Guid>,
    rests: Vec<(Guid, Rest)>,
}

impl Found {
    /// Takes an object in: as it is, or for its names alone unless there is more of it already.
    pub(super) fn add(&mut self, told: Told, names_only: bool) {
        let Told {
            mut object,
            rests,
            links,
        } = told;
        let guid = object.guid();
        if names_only {
            if self.objects.contains_key(&guid) {
                return;
            }
            object.set("objectClass", Vec::new());
        }
        self.rests.retain(|(of, _)| *of != guid);
        self.rests
            .extend(rests.into_iter().map(|rest| (guid, rest)));
        self.links.remove(&guid);
        if !links.is_empty() {
            self.links.insert(guid, links);
        }
        self.objects.insert(guid, object);
    }

    /// What of long attributes is still to be read.
    pub(super) fn take_rests(&mut self) -> Vec<(Guid, Rest)> {
        std::mem::take(&mut self.rests)
    }

    /// Adds the rest of a long attribute.
    pub(super) fn extend(&mut self, guid: Guid, rest: &Rest, values: Vec<(Value, Option<Link>)>) {
        let Some(object) = self.objects.get_mut(&guid) else {
            return;
        };
        let links = self.links.entry(guid).or_default();
        for (value, link) in values {
            object.push(rest.attribute.clone(), value);
            links.extend(link);
        }
    }

    /// The objects, to be kept in a snapshot.
    pub(super) fn finish(self) -> Vec<SharedObject> {
        self.objects.into_values().map(SharedObject::new).collect()
    }
}
