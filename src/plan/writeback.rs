//! Values of accounts that HR gets to know.
//!
//! HR's own word is never overwritten: a value is written where HR has none, or has the one that was written
//! last. What was written comes back with the next reading, and is no change of HR then.

use super::account::action;
use super::builder::Builder;
use super::notice::AccountAfter;
use super::subject::{Aim, Subject};
use super::{Action, ActionId, Cause, Change, Reversible};
use crate::policy::{GuardKind, WritebackRule};
use std::sync::Arc;

/// Second round, behind everything else: the account is then as it will be.
pub(crate) fn values(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let rules = &builder.world.input.rules.writebacks;
    if rules.is_empty() || subject.aim == Aim::EndOnly || subject.target.is_none() {
        return;
    }
    let drafted: Vec<Action> = rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| value(builder, subject, index, rule))
        .collect();
    for action in drafted {
        if let Change::WriteBack { field, digest, .. } = &action.change {
            remember(builder, subject, field, digest);
        }
        builder.draft.push(action);
    }
}

fn value(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    index: usize,
    rule: &WritebackRule,
) -> Option<Action> {
    let world = builder.world;
    let person = &subject.wish.person;
    let own = own(builder, subject);
    let gone = own
        .iter()
        .any(|(_, action)| matches!(action.change, Change::Delete { .. }));
    if gone || (rule.login && !enabled(builder, subject, &own)) {
        return None;
    }
    let parts = match &rule.fixed {
        Some(parts) => parts.clone(),
        None => world.input.options.telling?.written(person, index)?,
    };
    let actions = own.iter().map(|(_, action)| *action).collect();
    let account = AccountAfter::new(world, subject.account, Some(&subject.names), actions);
    let after: Arc<str> = account.text(&parts)?.into();
    let before = world.person(person)?.get(rule.field as usize);
    let before: Option<Arc<str>> = before.map(|value| value.to_string().into());
    if before.as_ref() == Some(&after) {
        return None;
    }
    if let Some(before) = &before {
        let key = (person.clone(), rule.name.clone());
        let ours = world.input.prior.written.get(&key);
        if ours.is_none() || ours != world.digest(person, &rule.name, before).as_ref() {
            return None;
        }
    }
    let change = Change::WriteBack {
        account: subject.target.clone()?,
        person: person.clone(),
        field: rule.name.clone(),
        source: rule.source.clone(),
        // Without a state there is no digest; such a plan is for looking at.
        digest: world.digest(person, &rule.name, &after).unwrap_or_default(),
        before,
        after,
        login: rule.login,
    };
    let reason = world.reason(rule.rule, Some(person));
    let cause = cause(builder, subject, rule, &own);
    let mut write = action(subject, change, vec![reason], cause);
    write.after.extend(own.iter().map(|(id, _)| *id));
    write.after.sort_unstable();
    write.after.dedup();
    write.counts.push(GuardKind::Writeback);
    if rule.login {
        write.reversible = Reversible::Partly(
            "whoever has signed in to HR with the new address meanwhile is known by it".into(),
        );
    }
    Some(write)
}

/// What made it due: what the run does to the account; else HR, which no longer says what was written, or the rule.
fn cause(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    rule: &WritebackRule,
    own: &[(ActionId, &Action)],
) -> Cause {
    if !subject.managed() {
        return Cause::First;
    }
    if let Some((_, action)) = own.last() {
        return action.cause;
    }
    let cause = subject.cause_of(builder, rule.rule);
    if cause == Cause::Time
        && builder
            .world
            .hr_changed(&subject.wish.person, &[rule.field])
    {
        return Cause::Hr;
    }
    cause
}

/// What this plan does to the person's account so far, but for memberships and for what others are asked.
pub(crate) fn own<'b>(
    builder: &'b Builder<'_, '_>,
    subject: &Subject<'_>,
) -> Vec<(ActionId, &'b Action)> {
    let person = Some(&subject.wish.person);
    let actions = builder.draft.actions.iter().enumerate().rev();
    let last = actions
        .take_while(|(_, action)| action.person.is_none() || action.person.as_ref() == person)
        .filter(|(_, action)| action.person.is_some());
    let mut own: Vec<(ActionId, &Action)> = last
        .filter(|(_, action)| {
            !matches!(
                action.change,
                Change::AddMember { .. } | Change::RemoveMember { .. } | Change::Await { .. }
            )
        })
        .map(|(index, action)| (ActionId(u32::try_from(index).unwrap_or(u32::MAX)), action))
        .collect();
    // What made the account in the first round stands further in front.
    let first = subject.first.iter().filter_map(|id| {
        let action = builder.draft.actions.get(id.0 as usize)?;
        Some((*id, action))
    });
    own.extend(first);
    own.sort_by_key(|(id, _)| *id);
    own.dedup_by_key(|(id, _)| *id);
    own
}

/// Whether the account is enabled after the run.
fn enabled(builder: &Builder<'_, '_>, subject: &Subject<'_>, own: &[(ActionId, &Action)]) -> bool {
    let mut enabled = subject
        .account
        .is_some_and(|account| builder.world.object(account).enabled());
    for (_, action) in own {
        if let Change::Enable { .. } | Change::Disable { .. } = action.change {
            enabled = matches!(action.change, Change::Enable { .. });
        }
    }
    enabled
}

/// HR will say what is written now: the next run does not take it for news.
fn remember(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    field: &Arc<str>,
    digest: &Arc<str>,
) {
    let person = &subject.wish.person;
    let people = &mut builder.draft.memory.people;
    if let Some((_, memory)) = people.iter_mut().rfind(|(id, _)| id == person) {
        memory.values.insert(field.clone(), digest.clone());
        return;
    }
    if let Some(memory) = subject.person_memory {
        let mut memory = memory.clone();
        memory.values.insert(field.clone(), digest.clone());
        people.push((person.clone(), memory));
    }
}
