//! What later runs did to the same things: then they are no longer what this run left, whatever they look like.

use super::{Change, Deed, Guid, PersonId, Target};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// One thing that can be taken back by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// An attribute, by its name in small letters.
    Attribute(Guid, String),
    /// Unit and name.
    Place(Guid),
    /// Enabled or disabled.
    State(Guid),
    /// An account in a group.
    Member(Guid, Guid),
    /// A field of HR.
    Field(PersonId, Arc<str>),
}

impl Aspect {
    pub(super) fn attribute(account: Guid, name: &str) -> Self {
        Self::Attribute(account, name.to_ascii_lowercase())
    }
}

/// The last run that touched each thing.
pub(super) fn touched(later: &[Deed]) -> BTreeMap<Aspect, Uuid> {
    let mut touched = BTreeMap::new();
    for deed in later.iter().filter(|deed| !deed.already) {
        for aspect in aspects(deed) {
            touched.insert(aspect, deed.run);
        }
    }
    touched
}

fn aspects(deed: &Deed) -> Vec<Aspect> {
    let object = deed.object;
    match &deed.action.change {
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. }
        | Change::SetPassword { .. }
        | Change::Await { .. }
        | Change::Delete { .. }
        | Change::DeleteUnit { .. } => Vec::new(),
        Change::Adopt { anchor, .. } | Change::Release { anchor, .. } => {
            vec![Aspect::attribute(object, anchor)]
        }
        Change::Modify { attributes, .. } => attributes
            .iter()
            .map(|change| Aspect::attribute(object, &change.attribute))
            .collect(),
        Change::Move { .. } => vec![Aspect::Place(object)],
        Change::Enable { .. } | Change::Disable { .. } => vec![Aspect::State(object)],
        Change::AddMember { group, .. } | Change::RemoveMember { group, .. } => match group {
            Target::Existing { guid, .. } => vec![Aspect::Member(object, *guid)],
            // A group that the later run made is none of this one's.
            Target::Made { .. } => Vec::new(),
        },
        Change::WriteBack { person, field, .. } => {
            vec![Aspect::Field(person.clone(), field.clone())]
        }
    }
}
