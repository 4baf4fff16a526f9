//! Further accounts of the same human (S8): shown with their owner, disabled with their owner, never silent (S4, G14).
//!
//! While the owner is planned for, a tied account ends with them. An owner who vanished, was released or is held is
//! not planned for, and one whose own account is gone is found by no rule: then the state still knows the account.

use super::account::{reasons, uac};
use super::builder::Builder;
use super::correlate::{Correlation, Tied, Verdict};
use super::subject::Subject;
use super::{Action, Cause, Change, Finding, FindingKind, OpenReason};
use crate::directory::ObjectId;
use crate::hr::{self, PersonId};
use crate::policy::{GuardKind, StageAccount, Standing};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Ends a further account with its owner.
pub(crate) fn with_owner(builder: &mut Builder<'_, '_>, owner: &Subject<'_>, tied: &Tied) {
    let name = builder.world.name_of(tied.account);
    let person = &owner.wish.person;
    let who: Arc<str> = format!("{} ({name})", owner.who).into();
    let enabled = builder.world.object(tied.account).enabled();
    let reason = builder.world.reason(tied.rule, None);
    let by_hand = super::memory::tied(builder, person, tied.account);
    if !(owner.aim.ends() && enabled) {
        return;
    }
    if let Some(why) = builder.world.barrier(tied.account) {
        let text = format!("`{name}` belongs to someone who left and cannot be disabled: {why}");
        builder.draft.find(
            Finding::new(FindingKind::Tied, who.clone(), text)
                .of(person)
                .about(builder.dn(Some(tied.account)))
                .because(reason)
                .help("disable it by hand"),
        );
        builder.open(Some(tied.account), Some(person), &who, OpenReason::Tied);
        return;
    }
    if by_hand {
        let text = "was disabled with its owner, and somebody enabled it; it is disabled again";
        builder.draft.find(
            Finding::new(FindingKind::EnabledByHand, who.clone(), text)
                .of(person)
                .about(builder.dn(Some(tied.account))),
        );
    }
    let mut reasons = reasons(builder, owner);
    reasons.push(reason);
    let cause = if by_hand {
        Cause::ByHand
    } else {
        owner.cause_of_stage(builder)
    };
    let change = Change::Disable {
        account: builder.existing(tied.account),
        before: uac(builder, tied.account),
    };
    let mut disable = Action::new(change, reasons, cause);
    disable.person = Some(person.clone());
    disable.who = who;
    disable.counts.push(GuardKind::Disable);
    builder.draft.push(disable);
}

/// Lists the enabled ones that nobody deals with as open accounts, each with what has become of its owner.
pub(crate) fn left_behind(
    builder: &mut Builder<'_, '_>,
    correlation: &Correlation,
    subjects: &[Subject<'_>],
) {
    let input = builder.world.input;
    let planned: FxHashMap<&PersonId, &Subject<'_>> = subjects
        .iter()
        .map(|subject| (&subject.wish.person, subject))
        .collect();
    let owners: FxHashSet<ObjectId> = subjects.iter().filter_map(|it| it.account).collect();
    let dealt_with: FxHashSet<ObjectId> = correlation
        .tied
        .iter()
        .filter(|tied| owners.contains(&tied.owner))
        .map(|tied| tied.account)
        .collect();
    for (guid, memory) in &input.prior.accounts {
        let (Some(owner), true) = (&memory.person, memory.tied) else {
            continue;
        };
        let account = input.directory.by_guid(*guid);
        let Some(account) = account.filter(|id| !dealt_with.contains(id)) else {
            continue;
        };
        if !builder.world.object(account).enabled() {
            continue;
        }
        let fate = match planned.get(owner) {
            Some(subject) => fate_of_planned(subject),
            None => fate(builder, correlation, owner),
        };
        let Some((why, text)) = fate else {
            continue;
        };
        let name = builder.world.name_of(account);
        let shown = planned.get(owner).map(|subject| subject.who.clone());
        let shown = shown.unwrap_or_else(|| who(builder, owner));
        let who: Arc<str> = format!("{shown} ({name})").into();
        builder.draft.find(
            Finding::new(
                FindingKind::Tied,
                who.clone(),
                format!("`{name}` is enabled, and {text}"),
            )
            .of(owner)
            .about(builder.dn(Some(account)))
            .help("disable it by hand, or see to its owner"),
        );
        builder.open(Some(account), Some(owner), &who, why);
    }
}

/// An owner who is planned for, although no rule finds the account any more.
fn fate_of_planned(owner: &Subject<'_>) -> Option<(OpenReason, &'static str)> {
    if !owner.aim.ends() {
        return None;
    }
    Some(match owner.account {
        None => (OpenReason::Tied, "its owner's own account is gone"),
        Some(_) => (
            OpenReason::Tied,
            "its owner left, but no `tied` line finds it any more",
        ),
    })
}

/// An owner who is not planned for.
fn fate(
    builder: &Builder<'_, '_>,
    correlation: &Correlation,
    owner: &PersonId,
) -> Option<(OpenReason, &'static str)> {
    let input = builder.world.input;
    let held = (OpenReason::Held, "its owner is held");
    let released = (OpenReason::Released, "the policy released its owner");
    let left_out = correlation.left_out.iter().any(|(id, _)| id == owner);
    if left_out {
        let continued = input.rules.continues.iter();
        let mut continued = continued.filter(|rule| rule.former == *owner);
        return continued.next().is_none().then_some(released);
    }
    match input.people.standing(owner) {
        hr::Standing::Unknown => {
            return Some((OpenReason::Vanished, "HR no longer has its owner"));
        }
        hr::Standing::Quarantined(_) => {
            return Some((OpenReason::Quarantined, "its owner's record is quarantined"));
        }
        hr::Standing::Known(_) => {}
    }
    let verdict = correlation.of(owner);
    if matches!(verdict, Some(Verdict::Conflict { .. })) {
        return Some((OpenReason::Conflict, "its owner's account is in conflict"));
    }
    let wish = builder.world.wish(owner)?;
    Some(match (&wish.standing, wish.account) {
        (Standing::In { .. }, StageAccount::Untouched) => released,
        (
            Standing::In { .. },
            StageAccount::Enabled
            | StageAccount::Prepared
            | StageAccount::Disabled
            | StageAccount::DeletedAfter(_)
            | StageAccount::Hold,
        )
        | (Standing::Held { .. }, _) => held,
    })
}

fn who(builder: &Builder<'_, '_>, owner: &PersonId) -> Arc<str> {
    let memory = builder.world.person_memory(owner);
    let account = memory
        .and_then(|memory| memory.account)
        .and_then(|guid| builder.world.input.directory.by_guid(guid));
    account.map_or_else(
        || builder.unnamed(owner),
        |account| builder.world.name_of(account),
    )
}
