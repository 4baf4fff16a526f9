//! What an action that succeeded means for the state.
//!
//! Written in the transaction that records the outcome, so that state and journal never disagree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::Handed;
use super::attempt::Success;
use crate::directory::{Dn, Guid};
use crate::plan::plan::Memory;
use crate::plan::{Action, AttributeChange, Cause, Change, Target, revoke_word};
use crate::state::{
    AccountMemory, ManagedValue, Membership, MembershipOwner, Overlay, StoreError, ValueOwner,
    Writer,
};

/// The names under which the state keeps where an account is.
pub(super) const UNIT: &str = "unit";
pub(super) const COMMON_NAME: &str = "cn";

/// An action that succeeded.
pub(super) struct Effect<'a> {
    pub(super) run: Uuid,
    pub(super) known: &'a Known<'a>,
    pub(super) action: &'a Action,
    pub(super) success: &'a Success,
    pub(super) at: Timestamp,
}

impl Effect<'_> {
    /// Writes all that follows from the success of the action.
    pub(super) fn write(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        for kind in &self.action.counts {
            writer.count(self.run, kind.word(), self.at, 1)?;
        }
        if let Some(person) = &self.action.person {
            for (space, name) in &self.action.reserves {
                writer.reserve(*space, name, person, self.at)?;
            }
        }
        if let Some(approval) = &self.action.approval {
            // A yes is to one deed.
            writer.remove_approval(&approval.id)?;
        }
        if let Change::RemoveMember { .. } = &self.action.change {
            let word = revoke_word(self.success.object);
            writer.count(self.run, &word, self.at, 1)?;
        }
        if let Some(formerly) = &self.action.formerly {
            return self.give_back(writer, formerly);
        }
        self.follow(writer)
    }

    /// What follows for the state where the action is not one that takes another back.
    pub(super) fn follow(&self, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let account = self.success.object;
        match &self.action.change {
            Change::CreateUnit { .. } | Change::CreateGroup { .. } | Change::DeleteUnit { .. } => {
                Ok(())
            }
            Change::CreateAccount {
                dn,
                attributes,
                anchor,
                ..
            } => self.created(writer, dn, attributes, anchor.as_deref()),
            Change::Adopt { after, .. } => self.adopted(writer, after),
            Change::Release { .. } => writer.release_account(account, None),
            Change::SetPassword { .. } => self.remember(writer, account, |memory| {
                memory.password_set = Some(self.at);
                if self.success.handed.as_ref().is_some_and(Handed::is_over) {
                    memory.password_given = Some(self.at);
                }
            }),
            Change::Modify { attributes, .. } => self.modified(writer, attributes),
            Change::Move {
                to,
                overlay,
                account: target,
            } => self.moved(writer, target, to, overlay.as_ref()),
            Change::Enable { .. } => self.remember(writer, account, |memory| {
                memory.disabled_since = None;
                memory.disabled_by_us = false;
            }),
            Change::Disable { .. } => self.remember(writer, account, |memory| {
                memory.disabled_since.get_or_insert(self.at);
                memory.disabled_by_us |= !self.success.already;
            }),
            Change::AddMember { .. } => {
                let owner = if self.success.already {
                    MembershipOwner::Adopted
                } else {
                    MembershipOwner::Granted
                };
                let membership = Membership {
                    owner,
                    since: self.at,
                    lapsed: None,
                    removed_by_stage: None,
                };
                self.success.member.map_or(Ok(()), |member| {
                    writer.set_membership(member, self.success.object, Some(&membership))
                })
            }
            Change::RemoveMember { stage, .. } => self.removed(writer, stage.as_ref()),
            Change::WriteBack {
                person,
                field,
                digest,
                ..
            } => writer.set_written(person, field, digest, self.at),
            // What was answered is written with it.
            Change::Await { .. } => Ok(()),
            Change::Delete { .. } => writer.remove_account(account, self.at),
        }
    }

    fn created(
        &self,
        writer: &mut Writer<'_>,
        dn: &Dn,
        attributes: &[(Arc<str>, Vec<Arc<str>>)],
        anchor: Option<&str>,
    ) -> Result<(), StoreError> {
        let first = |name: &str| {
            let found = attributes
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.and_then(|(_, values)| values.first()).cloned()
        };
        let memory = AccountMemory {
            person: self.action.person.clone(),
            created: Some(self.at),
            disabled_since: Some(self.at),
            disabled_by_us: true,
            anchor: anchor.and_then(first),
            ..AccountMemory::default()
        };
        writer.set_account(self.success.object, &memory)?;
        if let Some(person) = &self.action.person {
            writer.set_account_of(person, self.success.object)?;
        }
        for (name, values) in attributes {
            let values: Vec<_> = values.iter().map(|value| self.ours(value)).collect();
            writer.set_values(self.success.object, name, &values)?;
        }
        self.placed(writer, dn)
    }

    fn adopted(&self, writer: &mut Writer<'_>, anchor: &Arc<str>) -> Result<(), StoreError> {
        self.known.write(self.success.object, writer)?;
        self.remember(writer, self.success.object, |memory| {
            memory.person.clone_from(&self.action.person);
            memory.anchor = Some(Arc::clone(anchor));
        })?;
        match &self.action.person {
            Some(person) => writer.set_account_of(person, self.success.object),
            None => Ok(()),
        }
    }

    fn modified(
        &self,
        writer: &mut Writer<'_>,
        attributes: &[AttributeChange],
    ) -> Result<(), StoreError> {
        for change in attributes {
            let known = writer.values(self.success.object, &change.attribute)?;
            let values: Vec<_> = change
                .after
                .iter()
                .map(|value| {
                    let kept = known.iter().find(|old| old.value == *value);
                    let kept = kept.filter(|_| change.before.contains(value));
                    kept.cloned().unwrap_or_else(|| self.ours(value))
                })
                .collect();
            writer.set_values(self.success.object, &change.attribute, &values)?;
            let by_hand = change.cause == Cause::ByHand;
            writer.set_back(self.success.object, &change.attribute, by_hand)?;
        }
        if attributes.iter().all(|change| change.overlay.is_none()) {
            return Ok(());
        }
        self.remember(writer, self.success.object, |memory| {
            for change in attributes {
                if let Some(stage) = &change.overlay {
                    let (before, wrote) = (change.before.clone(), change.after.clone());
                    lay(
                        memory,
                        stage,
                        &change.attribute,
                        before,
                        wrote,
                        change.lifts,
                    );
                }
            }
        })
    }

    fn moved(
        &self,
        writer: &mut Writer<'_>,
        target: &Target,
        to: &Dn,
        stage: Option<&Arc<str>>,
    ) -> Result<(), StoreError> {
        let unit = |dn: &Dn| {
            dn.parent()
                .map(|unit| Arc::clone(unit.text()))
                .into_iter()
                .collect::<Vec<_>>()
        };
        let before = unit(target.dn());
        self.placed(writer, to)?;
        let laid = writer.account(self.success.object)?.is_some_and(|memory| {
            memory
                .overlays
                .iter()
                .any(|overlay| &*overlay.attribute == UNIT)
        });
        if stage.is_none() && !laid {
            return Ok(());
        }
        self.remember(writer, self.success.object, |memory| match stage {
            Some(stage) => {
                let back = memory.overlays.iter().any(|overlay| {
                    &*overlay.attribute == UNIT
                        && overlay.stage == *stage
                        && overlay.before == unit(to)
                });
                lay(memory, stage, UNIT, before, unit(to), back);
            }
            None => memory
                .overlays
                .retain(|overlay| &*overlay.attribute != UNIT),
        })
    }

    fn removed(&self, writer: &mut Writer<'_>, stage: Option<&Arc<str>>) -> Result<(), StoreError> {
        let Some(member) = self.success.member else {
            return Ok(());
        };
        let Some(stage) = stage else {
            return writer.set_membership(member, self.success.object, None);
        };
        let known = writer.membership(member, self.success.object)?;
        let mut membership = known.unwrap_or(Membership {
            owner: MembershipOwner::ByHand,
            since: self.at,
            lapsed: None,
            removed_by_stage: None,
        });
        membership.removed_by_stage = Some(Arc::clone(stage));
        writer.set_membership(member, self.success.object, Some(&membership))
    }

    /// Remembers where the account is now.
    fn placed(&self, writer: &mut Writer<'_>, dn: &Dn) -> Result<(), StoreError> {
        if let Some(unit) = dn.parent() {
            writer.set_values(self.success.object, UNIT, &[self.ours(unit.text())])?;
        }
        if let Some(rdn) = dn.rdn() {
            writer.set_values(
                self.success.object,
                COMMON_NAME,
                &[self.ours(&rdn.value().into())],
            )?;
        }
        Ok(())
    }

    fn ours(&self, value: &Arc<str>) -> ManagedValue {
        let owner = if self.success.already {
            ValueOwner::ByHand
        } else {
            ValueOwner::Set
        };
        ManagedValue {
            value: Arc::clone(value),
            owner,
            since: self.at,
        }
    }

    /// Changes what is remembered of an account; one that is new is its person's.
    pub(super) fn remember(
        &self,
        writer: &mut Writer<'_>,
        account: Guid,
        change: impl FnOnce(&mut AccountMemory),
    ) -> Result<(), StoreError> {
        let known = writer.account(account)?;
        let mut memory = known.unwrap_or_else(|| AccountMemory {
            person: self.action.person.clone(),
            ..AccountMemory::default()
        });
        change(&mut memory);
        writer.set_account(account, &memory)
    }
}

/// Lays an overlay, keeping what was there before the first one of that attribute, or takes it away.
fn lay(
    memory: &mut AccountMemory,
    stage: &Arc<str>,
    attribute: &str,
    before: Vec<Arc<str>>,
    wrote: Vec<Arc<str>>,
    lifts: bool,
) {
    let same = |overlay: &Overlay| overlay.attribute.eq_ignore_ascii_case(attribute);
    if lifts {
        memory.overlays.retain(|overlay| !same(overlay));
        return;
    }
    if let Some(overlay) = memory.overlays.iter_mut().find(|overlay| same(overlay)) {
        overlay.stage = Arc::clone(stage);
        overlay.wrote = wrote;
        return;
    }
    memory.overlays.push(Overlay {
        stage: Arc::clone(stage),
        attribute: attribute.into(),
        before,
        wrote,
    });
}

/// What the plan knows of the directory as it was before the first action, account by account.
pub(super) struct Known<'a> {
    memory: &'a Memory,
    /// Places in the lists of memberships and values.
    of: BTreeMap<Guid, [Vec<usize>; 3]>,
}

impl<'a> Known<'a> {
    pub(super) fn new(memory: &'a Memory) -> Self {
        let mut of: BTreeMap<Guid, [Vec<usize>; 3]> = BTreeMap::new();
        let lists: [Vec<Guid>; 3] = [
            memory
                .accounts
                .iter()
                .map(|(account, _)| *account)
                .collect(),
            memory
                .memberships
                .iter()
                .map(|((account, _), _)| *account)
                .collect(),
            memory
                .values
                .iter()
                .map(|((account, _), _)| *account)
                .collect(),
        ];
        for (list, accounts) in lists.into_iter().enumerate() {
            for (place, account) in accounts.into_iter().enumerate() {
                if let Some(places) = of.entry(account).or_default().get_mut(list) {
                    places.push(place);
                }
            }
        }
        Self { memory, of }
    }

    /// Writes what is known of all accounts but these.
    pub(super) fn write_all_but(
        &self,
        adopted: &BTreeSet<Guid>,
        writer: &mut Writer<'_>,
    ) -> Result<(), StoreError> {
        let wanted = self.of.keys().filter(|account| !adopted.contains(account));
        wanted
            .copied()
            .try_for_each(|account| self.write(account, writer))
    }

    /// Writes what is known of one account.
    fn write(&self, account: Guid, writer: &mut Writer<'_>) -> Result<(), StoreError> {
        let Some([accounts, memberships, values]) = self.of.get(&account) else {
            return Ok(());
        };
        for place in accounts {
            if let Some((_, memory)) = self.memory.accounts.get(*place) {
                writer.set_account(account, memory)?;
            }
        }
        for place in memberships {
            if let Some(((_, group), membership)) = self.memory.memberships.get(*place) {
                writer.set_membership(account, *group, Some(membership))?;
            }
        }
        for place in values {
            if let Some(((_, attribute), values)) = self.memory.values.get(*place) {
                writer.set_values(account, attribute, values)?;
            }
        }
        Ok(())
    }
}
