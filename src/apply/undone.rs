//! What an undo needs of a run, and what it gives back to the state.
//!
//! Every action that succeeds keeps, with its outcome, what the state said right before ([`formerly`]). A plan that
//! takes the run back carries that along, and the state says it again as each deed is taken back. So the next plan
//! sees whose a value or a membership was, and in which stage a person stood, and does not take an undo for the work
//! of a hand. The clock of G11 is no part of it: an account that is disabled again is disabled since now.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::attempt::Success;
use super::effect::{COMMON_NAME, Effect, UNIT};
use crate::hr::PersonId;
use crate::plan::{Action, Change, Formerly, Plan, TakesBack};
use crate::state::{AccountMemory, PersonMemory, StoreError, Writer};

/// What the state says of everything that an action changes, before it says what follows from it.
pub(super) fn formerly(
    writer: &Writer<'_>,
    run: Uuid,
    action: &Action,
    success: &Success,
) -> Result<Formerly, StoreError> {
    let object = success.object;
    let mut formerly = Formerly::default();
    if let Some(person) = &action.person
        && !writer.has_done(run, person)?
    {
        formerly.person = Some(writer.person(person)?.unwrap_or_default());
    }
    let mut values_of = |names: &[&str]| -> Result<(), StoreError> {
        for name in names {
            let values = writer.values(object, name)?;
            formerly.values.push(((*name).into(), values));
        }
        Ok(())
    };
    match &action.change {
        Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. }
        | Change::SetPassword { .. }
        | Change::Await { .. }
        | Change::DeleteUnit { .. } => return Ok(formerly),
        Change::Adopt { .. }
        | Change::Release { .. }
        | Change::Enable { .. }
        | Change::Disable { .. }
        | Change::Delete { .. } => {}
        Change::Modify { attributes, .. } => {
            let names: Vec<&str> = attributes.iter().map(|change| &*change.attribute).collect();
            values_of(&names)?;
        }
        Change::Move { .. } => values_of(&[UNIT, COMMON_NAME])?,
        Change::AddMember { .. } | Change::RemoveMember { .. } => {
            if let Some(member) = success.member {
                formerly.membership = writer.membership(member, object)?;
            }
            return Ok(formerly);
        }
        Change::WriteBack { person, field, .. } => {
            formerly.written = writer.written(person, field)?.map(Into::into);
            return Ok(formerly);
        }
    }
    formerly.account = writer.account(object)?;
    Ok(formerly)
}

impl Effect<'_> {
    /// Writes what the state says again once an action is done that takes another back.
    pub(super) fn give_back(
        &self,
        writer: &mut Writer<'_>,
        formerly: &Formerly,
    ) -> Result<(), StoreError> {
        let object = self.success.object;
        match &self.action.change {
            Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::CreateAccount { .. }
            | Change::SetPassword { .. }
            | Change::Await { .. }
            | Change::Enable { .. }
            | Change::Delete { .. }
            | Change::DeleteUnit { .. } => self.follow(writer),
            // Since now: whatever the clock said before, it was enabled in between (G11).
            Change::Disable { .. } => {
                let ours = formerly.account.as_ref();
                let ours = ours.is_none_or(|memory| memory.disabled_by_us);
                self.remember(writer, object, |memory| {
                    memory.disabled_since = Some(self.at);
                    memory.disabled_by_us = ours;
                })
            }
            Change::Modify { attributes, .. } => {
                let names: Vec<&str> = attributes.iter().map(|change| &*change.attribute).collect();
                self.values_again(writer, &names, formerly)
            }
            Change::Move { .. } => self.values_again(writer, &[UNIT, COMMON_NAME], formerly),
            Change::AddMember { .. } | Change::RemoveMember { .. } => {
                let membership = formerly.membership.as_ref();
                self.success.member.map_or(Ok(()), |member| {
                    writer.set_membership(member, object, membership)
                })
            }
            Change::WriteBack { person, field, .. } => match &formerly.written {
                Some(digest) => writer.set_written(person, field, digest, self.at),
                None => self.follow(writer),
            },
            Change::Release { .. } => writer.release_account(object, formerly.account.as_ref()),
            Change::Adopt { .. } => {
                if let Some(memory) = &formerly.account {
                    writer.set_account(object, memory)?;
                }
                self.follow(writer)
            }
        }
    }

    /// The values of these attributes, and what a stage had laid over them.
    fn values_again(
        &self,
        writer: &mut Writer<'_>,
        names: &[&str],
        formerly: &Formerly,
    ) -> Result<(), StoreError> {
        let object = self.success.object;
        for name in names {
            writer.set_values(object, name, formerly.values_of(name))?;
            writer.set_back(object, name, false)?;
        }
        let lies = |attribute: &str| {
            names
                .iter()
                .any(|name| name.eq_ignore_ascii_case(attribute))
        };
        let before = formerly.account.as_ref();
        let before = before.map_or(&[][..], |memory: &AccountMemory| &memory.overlays);
        self.remember(writer, object, |memory| {
            memory.overlays.retain(|overlay| !lies(&overlay.attribute));
            let again = before.iter().filter(|overlay| lies(&overlay.attribute));
            memory.overlays.extend(again.cloned());
        })
    }
}

/// Whose part of an undo came how far.
pub(super) struct Progress<'a> {
    /// Something of theirs is taken back.
    pub(super) begun: BTreeSet<&'a PersonId>,
    /// Something of theirs is not.
    pub(super) failed: BTreeSet<&'a PersonId>,
}

/// What the state says again of people, of accounts and of the policy, once a run is taken back as far as it was.
///
/// Of an account that the run was the first to see nothing is remembered again, and of a person of whom nothing was; what
/// was created stays known as theirs.
pub(super) fn remember(
    writer: &mut Writer<'_>,
    plan: &Plan,
    taken: &TakesBack,
    progress: &Progress<'_>,
) -> Result<(), StoreError> {
    let whole =
        |person: &PersonId| progress.begun.contains(person) && !progress.failed.contains(person);
    let mut forgotten = BTreeSet::new();
    for account in &taken.forgets {
        let owner = writer.account(*account)?.and_then(|known| known.person);
        if owner.as_ref().is_some_and(whole) {
            forgotten.insert(*account);
        }
    }
    let people = plan.memory.people.iter();
    for (person, before) in people.filter(|(person, _)| progress.begun.contains(person)) {
        let now = writer.person(person)?.unwrap_or_default();
        let account = now.account.filter(|account| !forgotten.contains(account));
        let memory = PersonMemory {
            account: account.or(before.account),
            vanished: now.vanished,
            ..before.clone()
        };
        if memory == PersonMemory::default() {
            writer.remove_person(person)?;
        } else {
            writer.set_person(person, &memory)?;
        }
    }
    for account in forgotten {
        writer.forget_account(account)?;
    }
    if taken.new_policy && !progress.begun.is_empty() {
        writer.set_policy(taken.policy_before.as_deref())?;
    }
    Ok(())
}
