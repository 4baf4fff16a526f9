//! The links of one attribute between the objects of a snapshot, in both directions.
//!
//! AD keeps `member` and computes `memberOf`; an export may hold either end or both. The forward end is
//! believed wherever the snapshot has any; only one that has none at all is read from the back end.

use rustc_hash::FxHashMap;

use super::schema::Link;
use super::snapshot::{ObjectId, Snapshot, named};
use super::value::{AttributeName, Value};

/// Who names whom in one attribute; targets that were not read are left out.
#[derive(Debug)]
pub struct Links {
    forward: Table,
    back: Table,
}

impl Links {
    pub(super) fn new(snapshot: &Snapshot, name: &AttributeName) -> Self {
        let by_text: FxHashMap<&str, ObjectId> = snapshot
            .iter()
            .map(|(id, object)| (object.dn().as_str(), id))
            .collect();
        let find = |value: &Value| -> Option<ObjectId> {
            if let Some(id) = by_text.get(value.text()?) {
                return Some(*id);
            }
            snapshot.by_dn(&named(value)?)
        };
        let pairs = |attribute: &str| -> Vec<(ObjectId, ObjectId)> {
            let mut pairs = Vec::new();
            for (id, object) in snapshot.iter() {
                pairs.extend(
                    object
                        .all(attribute)
                        .iter()
                        .filter_map(find)
                        .map(|to| (id, to)),
                );
            }
            pairs
        };
        let mut found = pairs(name.as_str());
        if let Some(Link::Forward(back)) = name.schema().map(|attribute| attribute.link)
            && !snapshot.iter().any(|(_, object)| object.has(name.as_str()))
        {
            found = pairs(back)
                .into_iter()
                .map(|(from, to)| (to, from))
                .collect();
        }
        let reversed = found.iter().map(|(from, to)| (*to, *from)).collect();
        Self {
            forward: Table::new(snapshot.len(), found),
            back: Table::new(snapshot.len(), reversed),
        }
    }

    /// Whom this object names, in the order of the tree.
    pub fn targets(&self, source: ObjectId) -> &[ObjectId] {
        self.forward.row(source)
    }

    /// Who names this object, in the order of the tree.
    pub fn sources(&self, target: ObjectId) -> &[ObjectId] {
        self.back.row(target)
    }
}

/// Rows of ids, all in one allocation.
#[derive(Debug)]
struct Table {
    starts: Vec<usize>,
    ids: Vec<ObjectId>,
}

impl Table {
    fn new(rows: usize, mut pairs: Vec<(ObjectId, ObjectId)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; rows + 1];
        for (row, _) in &pairs {
            if let Some(count) = starts.get_mut(row.index() + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self {
            starts,
            ids: pairs.into_iter().map(|(_, id)| id).collect(),
        }
    }

    fn row(&self, id: ObjectId) -> &[ObjectId] {
        let bounds = self
            .starts
            .get(id.index())
            .zip(self.starts.get(id.index() + 1));
        bounds
            .and_then(|(start, end)| self.ids.get(*start..*end))
            .unwrap_or_default()
    }
}
