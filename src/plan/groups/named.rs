//! Groups that rules name: which object each is, which block it stands in, and what is wrong with it.

use super::super::builder::Builder;
use super::super::world::absolute;
use super::super::{Finding, FindingKind};
use crate::directory::{Dn, ObjectId};
use crate::policy::{Block, GroupWish, RuleId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is wrong with groups that rules name, gathered over all people.
#[derive(Debug, Default)]
pub(crate) struct GroupNotes {
    notes: BTreeMap<(Arc<str>, Trouble), GroupNote>,
}

/// For how many people, by which rule first, and why.
type GroupNote = (u32, RuleId, Arc<str>);

/// Why a group cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    Missing,
    WrongBlock,
    Privileged,
    Protected,
}

impl Builder<'_, '_> {
    /// The group of that name or DN.
    pub(super) fn group(&mut self, name: &Arc<str>) -> Option<ObjectId> {
        if let Some(found) = self.group_ids.get(name) {
            return *found;
        }
        let directory = self.world.input.directory;
        let found = match Dn::parse(name) {
            Ok(dn) if name.contains('=') => {
                directory.by_dn(&absolute(&dn, self.world.input))
            }
            Ok(_) | Err(_) => directory.by_account_name(name),
        };
        let found = found.filter(|id| self.world.object(*id).is_group());
        self.group_ids.insert(name.clone(), found);
        found
    }

    pub(super) fn block_of(&self, group: ObjectId) -> Block {
        match self.world.object(group).group_type() {
            Some(kind) if !kind.is_security() => Block::Lists,
            Some(_) | None => Block::Groups,
        }
    }

    pub(super) fn note(&mut self, wish: &GroupWish, trouble: Trouble, why: &Arc<str>) {
        let key = (wish.group.clone(), trouble);
        let note = self
            .group_notes
            .notes
            .entry(key)
            .or_insert_with(|| (0, wish.rule, why.clone()));
        note.0 += 1;
    }

    /// One finding for each group that rules name and that cannot be given.
    pub(crate) fn report_groups(&mut self) {
        let notes = std::mem::take(&mut self.group_notes.notes);
        for ((group, trouble), (people, rule, why)) in notes {
            let many = if people == 1 {
                "1 person".to_owned()
            } else {
                format!("{people} people")
            };
            let (kind, text, help) = match trouble {
                Trouble::Missing => (
                    FindingKind::Missing,
                    format!("`{group}` does not exist; a rule speaks of it for {many}"),
                    "create the group, or correct its name in the policy",
                ),
                Trouble::WrongBlock => (
                    FindingKind::Note,
                    format!("{why}; {many} would be members"),
                    "name it in the other block",
                ),
                Trouble::Privileged => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why} is privileged"),
                    "give privileges by hand; no ordinary rule grants them",
                ),
                Trouble::Protected => (
                    FindingKind::Blocked,
                    format!("`{group}` is not given to {many}: {why}"),
                    "take the group out of the rule, or out of the protection",
                ),
            };
            let reason = self.world.reason(rule, None);
            self.draft
                .find(Finding::new(kind, group, text).because(reason).help(help));
        }
    }
}
