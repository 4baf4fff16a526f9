//! What the state said before an action, kept in the journal so that a run can be taken back.
//!
//! The directory alone does not tell what a later plan must know: whose a membership was, what a stage had laid over
//! an attribute, in which stage the person was, what HR said by then. Without that the next plan would take an undo
//! for the work of a hand. Each action's part is kept with the action, under the key of its person, and an undo gives
//! it back with the deed.

use crate::state::{AccountMemory, ManagedValue, Membership, PersonMemory};
use std::sync::Arc;

/// What the state said of everything that one action changes, right before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Formerly {
    /// Of the person, with the first action on an account of theirs in a run; empty where nothing was remembered.
    pub person: Option<PersonMemory>,
    /// Of the account; none where nothing was remembered.
    pub account: Option<AccountMemory>,
    /// Of the membership; none where nothing was remembered, or where the action is about none.
    pub membership: Option<Membership>,
    /// Of the attributes that the action changes; the place stands under `unit` and `cn`.
    pub values: Vec<(Arc<str>, Vec<ManagedValue>)>,
    /// The salted digest of what had been written back to HR before.
    pub written: Option<Arc<str>>,
}

impl Formerly {
    /// What was remembered of an attribute.
    pub fn values_of(&self, attribute: &str) -> &[ManagedValue] {
        let found = self.values.iter();
        let mut found = found.filter(|(name, _)| name.eq_ignore_ascii_case(attribute));
        found.next().map_or(&[], |(_, values)| values)
    }
}
