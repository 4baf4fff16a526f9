//! The account itself: adopted or made, enabled, disabled (S1, S3, G13).
//!
//! Enabling needs evidence that this tool disabled the account, and a change of stage. Disabling needs none.

use super::builder::{Builder, Seat};
use super::deletion::deletion;
use super::fit::{clean, fits, suffix};
use super::names::{Assigned, Seeker, account_dn, render, reserved_by};
use super::place;
use super::subject::{Adoption, Aim, Subject};
use super::time::earlier;
use super::{Action, ActionId, Cause, Change, Finding, FindingKind, Reason, Reversible, Target};
use crate::directory::{Dn, ObjectId, Uac};
use crate::policy::{AttributeWish, Desired, GuardKind, PasswordWish, StageAccount, UnitWish};
use std::sync::Arc;

/// First round: names, adoption, creation. Tells where the account is or will be.
pub(crate) fn begin(builder: &mut Builder<'_, '_>, subject: &mut Subject<'_>) -> Seat {
    let Some(account) = subject.account else {
        if !subject.aim.makes() {
            return Seat::Nowhere;
        }
        return match create(builder, subject) {
            Ok((id, dn)) => Seat::Made(id, dn),
            Err(why) => {
                let finding = held(builder, subject, &why);
                builder.draft.find(finding);
                subject.target = None;
                Seat::Unknown
            }
        };
    };
    if subject.aim != Aim::EndOnly {
        let unit = place::wished_unit(builder, subject);
        let current = builder.world.object(account).dn().parent();
        let seeker = Seeker {
            wish: subject.wish,
            account: Some(account),
            unit: unit.as_ref().or(current.as_ref()),
        };
        let (names, failed) = builder.names.assign(&seeker);
        subject.names = names;
        for (_, why) in failed {
            let finding = held(builder, subject, &why);
            builder.draft.find(finding);
        }
        adopt(builder, subject, account);
    }
    if deletion(builder, subject, account).is_ok_and(|due| due <= builder.world.input.now) {
        return Seat::Nowhere;
    }
    Seat::At(builder.world.object(account).dn().clone())
}

/// A finding that something of this person could not be decided.
pub(crate) fn held(builder: &Builder<'_, '_>, subject: &Subject<'_>, why: &str) -> Finding {
    Finding::new(FindingKind::Held, subject.who.clone(), why)
        .of(&subject.wish.person)
        .about(builder.dn(subject.account))
}

/// Why the account is as it should be: the stage and what it means.
pub(crate) fn reasons(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> Vec<Reason> {
    let person = Some(&subject.wish.person);
    let stage = builder.world.reason(subject.stage_rule, person);
    if subject.aim == Aim::EndOnly || subject.wish.account_rule == subject.stage_rule {
        return vec![stage];
    }
    vec![
        stage,
        builder.world.reason(subject.wish.account_rule, person),
    ]
}

/// An action on this person's account.
pub(crate) fn action(
    subject: &Subject<'_>,
    change: Change,
    reasons: Vec<Reason>,
    cause: Cause,
) -> Action {
    let mut action = Action::new(change, reasons, cause);
    action.person = Some(subject.wish.person.clone());
    action.who = subject.who.clone();
    action.after.clone_from(&subject.first);
    action
}

/// An action on what is nobody's, by its name.
pub(crate) fn action_of_nobody(
    change: Change,
    reasons: Vec<Reason>,
    cause: Cause,
    name: &Arc<str>,
) -> Action {
    let mut action = Action::new(change, reasons, cause);
    action.who = name.clone();
    action
}

fn adopt(builder: &mut Builder<'_, '_>, subject: &mut Subject<'_>, account: ObjectId) {
    let Some(Adoption { rule, linked }) = subject.adopted else {
        return;
    };
    if builder.world.barrier(account).is_some() {
        return;
    }
    let person = &subject.wish.person;
    let reason = builder.world.reason(rule, Some(person));
    let Some(anchor) = &builder.world.input.rules.anchor else {
        return;
    };
    let Some(value) = &subject.wish.anchor else {
        let finding = held(builder, subject, "the anchor of this person is missing");
        builder.draft.find(finding);
        return;
    };
    if let Err(why) = clean(&anchor.attribute, std::slice::from_ref(value)) {
        let finding = held(builder, subject, &why);
        builder.draft.find(finding);
        return;
    }
    let before = builder.world.object(account).first(&anchor.attribute);
    let change = Change::Adopt {
        account: builder.existing(account),
        anchor: anchor.attribute.clone(),
        before: before.map(Into::into),
        after: value.clone(),
        linked,
    };
    let mut adopt = action(subject, change, vec![reason], Cause::First);
    if !linked {
        adopt.counts.push(GuardKind::Adopt);
    }
    let id = builder.draft.push(adopt);
    subject.first.push(id);
}

/// Drafts the creation of an account; the reason where it cannot be made.
fn create(
    builder: &mut Builder<'_, '_>,
    subject: &mut Subject<'_>,
) -> Result<(ActionId, Dn), Arc<str>> {
    let wish = subject.wish;
    let unit = match &wish.unit {
        UnitWish::In(unit, _) => super::world::absolute(unit, builder.world.input),
        UnitWish::Untouched(_) => {
            return Err("no unit says where the account would be made".into());
        }
        UnitWish::Held(why, _) => return Err(why.clone()),
    };
    if subject.aim == Aim::Enabled
        && let Some(why) = withheld(builder, subject)
    {
        return Err(why);
    }
    if let Some(why) = builder.world.place_barrier(&unit) {
        return Err(format!("no account can be made in `{unit}`: {why}").into());
    }
    let seeker = Seeker {
        wish,
        account: None,
        unit: Some(&unit),
    };
    let (names, failed) = builder.names.assign(&seeker);
    if let Some((_, why)) = failed.into_iter().next() {
        return Err(why);
    }
    subject.names = names;
    let anchor = builder.world.input.rules.anchor.as_ref();
    let mut attributes: Vec<(Arc<str>, Vec<Arc<str>>)> = Vec::new();
    let mut sensitive: Vec<Arc<str>> = Vec::new();
    if let Some(anchor) = anchor {
        let Some(value) = &wish.anchor else {
            return Err("the anchor of this person is missing".into());
        };
        clean(&anchor.attribute, std::slice::from_ref(value))?;
        attributes.push((anchor.attribute.clone(), vec![value.clone()]));
    }
    let mut common_name = None;
    let mut left_out: Vec<Arc<str>> = Vec::new();
    for line in &wish.attributes {
        if builder.world.lacks(&line.attribute) {
            continue;
        }
        let values = match first_values(&line.value, &subject.names) {
            Some(Ok(values)) => values,
            Some(Err(why)) if is_required(line) => return Err(why),
            // The others are held and reported when the second round comes to them.
            Some(Err(_)) | None => continue,
        };
        fits(line, &values)?;
        suffix(builder.world, &line.attribute, &values)?;
        match clean(&line.attribute, &values) {
            Ok(()) => {}
            Err(why) if is_required(line) => return Err(why),
            Err(why) => {
                left_out.push(why);
                continue;
            }
        }
        for value in &values {
            if !builder.names.is_free(&seeker, &line.attribute, value) {
                let text = format!("`{value}` is taken as {} by another object", line.attribute);
                return Err(text.into());
            }
        }
        if line.attribute.eq_ignore_ascii_case("cn") {
            common_name = values.into_iter().next();
        } else if !line.overlay
            && anchor.is_none_or(|anchor| !anchor.attribute.eq_ignore_ascii_case(&line.attribute))
        {
            attributes.push((line.attribute.clone(), values));
            if builder.world.reads_sensitive(line.rule) {
                sensitive.push(line.attribute.clone());
            }
        }
    }
    let Some(common_name) = common_name else {
        return Err("no line of the profile gives a common name (`cn`)".into());
    };
    if !attributes
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("sAMAccountName"))
    {
        return Err("no line of the profile gives a logon name (`sAMAccountName`)".into());
    }
    let Some(dn) = account_dn(&unit, &common_name) else {
        return Err(format!("`{common_name}` cannot be a common name").into());
    };
    let unit_action = place::ensure_unit(builder, &unit, subject)?;
    for why in left_out {
        let finding = held(builder, subject, &format!("is made without it: {why}"));
        builder.draft.find(finding);
    }
    for (attribute, values) in &attributes {
        for value in values {
            builder.names.take(&seeker, attribute, value);
        }
    }
    builder.names.take(&seeker, "cn", &common_name);
    attributes.sort();
    sensitive.sort();
    let reserves = attributes
        .iter()
        .flat_map(|(name, values)| values.iter().filter_map(|value| reserved_by(name, value)))
        .collect::<std::collections::BTreeSet<_>>();
    let change = Change::CreateAccount {
        dn: dn.clone(),
        attributes,
        anchor: anchor.map(|anchor| anchor.attribute.clone()),
        sensitive,
    };
    let mut reasons = reasons(builder, subject);
    if let UnitWish::In(_, rule) = &wish.unit {
        reasons.push(builder.world.reason(*rule, Some(&wish.person)));
    }
    let cause = subject.cause_of_stage(builder);
    let mut create = action(subject, change, reasons, cause);
    create.after.extend(unit_action);
    create.reserves = reserves.into_iter().collect();
    create.counts.push(GuardKind::Create);
    let id = builder.draft.push(create);
    subject.target = Some(Target::Made {
        by: id,
        dn: dn.clone(),
    });
    subject.first.push(id);
    Ok((id, dn))
}

/// What a line gives a new account; none where it gives nothing or a link.
fn first_values(desired: &Desired, names: &Assigned) -> Option<Result<Vec<Arc<str>>, Arc<str>>> {
    match desired {
        Desired::Values(values) => Some(Ok(values.clone())),
        Desired::Assigned(parts) => match render(parts, names) {
            Some(text) => Some(Ok(vec![text.into()])),
            None => Some(Err("a name that it needs could not be given".into())),
        },
        Desired::Held(why) => Some(Err(why.clone())),
        Desired::Person(..) | Desired::Clear | Desired::Keep => None,
    }
}

fn is_required(line: &AttributeWish) -> bool {
    ["cn", "sAMAccountName", "userPrincipalName"]
        .iter()
        .any(|name| line.attribute.eq_ignore_ascii_case(name))
}

/// Second round for an account that is made: its password, and enabling it.
pub(crate) fn enable_made(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let Some(target) = subject.target.clone() else {
        return;
    };
    let cause = subject.cause_of_stage(builder);
    if subject.aim == Aim::Prepared && hands_over(builder, subject) {
        let _ = set_password(builder, subject, &target, cause, false);
    }
    if subject.aim != Aim::Enabled {
        return;
    }
    let Ok(password) = set_password(builder, subject, &target, cause, false) else {
        return;
    };
    let change = Change::Enable {
        account: target,
        before: None,
    };
    let mut enable = action(subject, change, reasons(builder, subject), cause);
    enable.after.push(password);
    enable.counts.push(GuardKind::Enable);
    builder.draft.push(enable);
}

/// Why no password can be given to somebody, where the policy computes it.
fn withheld(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> Option<Arc<str>> {
    match &subject.wish.password {
        PasswordWish::Random => None,
        PasswordWish::Computed { length, kinds } => builder
            .world
            .refuses_password(*length, *kinds)
            .map(Into::into),
        PasswordWish::Held(why) => Some(why.clone()),
    }
}

/// A password that is due and cannot be given: what needs it is not done.
struct Withheld;

/// Drafts a new password; a finding where none can be given.
fn set_password(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    target: &Target,
    cause: Cause,
    again: bool,
) -> Result<ActionId, Withheld> {
    if let Some(why) = withheld(builder, subject) {
        let finding = held(
            builder,
            subject,
            &format!("gets no password, and stays as it is: {why}"),
        );
        builder.draft.find(finding);
        return Err(Withheld);
    }
    let rules = &builder.world.input.rules.password;
    let change = Change::SetPassword {
        account: target.clone(),
        must_change: rules.change_at_first_logon,
        length: if rules.computed {
            0
        } else {
            rules.length.max(builder.world.least_password())
        },
        computed: rules.computed,
    };
    let person = Some(&subject.wish.person);
    let mut reasons = reasons(builder, subject);
    if let Some(rule) = rules.rule {
        reasons.push(builder.world.reason(rule, person));
    }
    let mut password = action(subject, change, reasons, cause);
    if again {
        password.counts.push(GuardKind::Password);
        password.reversible = Reversible::No;
    }
    Ok(builder.draft.push(password))
}

/// Second round for an account that exists: enabled or disabled as the aim says, and its password.
pub(crate) fn state(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let Some(account) = subject.account else {
        return;
    };
    let enabled = builder.world.object(account).enabled();
    let password = match subject.aim {
        // Whoever leaves, too: what they know opens nothing any more.
        Aim::Enabled | Aim::Prepared | Aim::Disabled | Aim::Deleted(_) => {
            reset(builder, subject, account)
        }
        Aim::EndOnly => Ok(None),
    };
    // Nobody is enabled with the password that they had before; whoever is to be off is off all the same.
    let (password, withheld) = match password {
        Ok(password) => (password, false),
        Err(Withheld) => (None, true),
    };
    if subject.aim == Aim::Prepared && password.is_none() && !withheld {
        early(builder, subject, account);
    }
    match (subject.aim, enabled) {
        (Aim::Enabled, false) if withheld => {}
        (Aim::Enabled, false) => enable(builder, subject, account, password),
        (Aim::Prepared | Aim::Disabled | Aim::Deleted(_) | Aim::EndOnly, true) => {
            disable(builder, subject, account);
        }
        (Aim::Enabled, true)
        | (Aim::Prepared | Aim::Disabled | Aim::Deleted(_) | Aim::EndOnly, false) => {}
    }
}

/// The first password of an account that is still off, where `hand over … before` says so.
fn early(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, account: ObjectId) {
    let first = subject
        .known
        .is_some_and(|known| known.created.is_some() && known.password_set.is_none());
    if first && hands_over(builder, subject) {
        let target = builder.existing(account);
        let cause = subject.cause_of_stage(builder);
        let _ = set_password(builder, subject, &target, cause, false);
    }
}

/// Whether the first day is so near that a password is handed over; a later time is remembered.
fn hands_over(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) -> bool {
    let wish = subject.wish;
    let (Some(time), Some(started)) = (builder.world.input.rules.password.early, wish.started)
    else {
        return false;
    };
    let Some(at) = earlier(started, time, &wish.zone) else {
        return false;
    };
    if at > builder.world.input.now {
        builder.draft.timers.push((wish.person.clone(), at));
        return false;
    }
    true
}

/// A new password where `reset on …` says so.
fn reset(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    account: ObjectId,
) -> Result<Option<ActionId>, Withheld> {
    if !subject.entered_now(builder) || !subject.managed() {
        return Ok(None);
    }
    let before = subject.stage_before(builder);
    let resets = &builder.world.input.rules.password.resets;
    let found = resets.iter().find(|reset| {
        let from = reset.from.is_empty() || before.is_some_and(|stage| reset.from.contains(&stage));
        reset.enter.contains(&subject.stage) && from
    });
    let Some(rule) = found else {
        return Ok(None);
    };
    let reason = builder.world.reason(rule.rule, Some(&subject.wish.person));
    let cause = subject.cause_of_stage(builder);
    let target = builder.existing(account);
    let id = set_password(builder, subject, &target, cause, true)?;
    if let Some(action) = builder.draft.actions.get_mut(id.0 as usize) {
        action.reasons.insert(0, reason);
    }
    Ok(Some(id))
}

fn enable(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    account: ObjectId,
    password: Option<ActionId>,
) {
    if !may_enable(builder, subject) {
        let text = "should be enabled, but somebody else disabled it; it stays disabled";
        let help = format!(
            "exception for {} until … because \"…\" {{ account enabled }}",
            subject.wish.person
        );
        builder.draft.find(
            Finding::new(FindingKind::DisabledByHand, subject.who.clone(), text)
                .of(&subject.wish.person)
                .about(builder.dn(Some(account)))
                .because(
                    builder
                        .world
                        .reason(subject.wish.account_rule, Some(&subject.wish.person)),
                )
                .help(help),
        );
        return;
    }
    let cause = subject.cause_of_stage(builder);
    let target = builder.existing(account);
    // One that was set and reached nobody, though somebody could have got it, is set anew (S20).
    let rules = builder.world.input.rules;
    let reaches = !rules.password.sealed_to.is_empty() || rules.tells_passwords();
    let needs_password = subject.known.is_some_and(|known| {
        let lost = reaches && known.password_given < known.password_set;
        known.created.is_some() && (known.password_set.is_none() || lost)
    });
    let password = match password {
        None if needs_password => {
            let Ok(set) = set_password(builder, subject, &target, cause, false) else {
                return;
            };
            Some(set)
        }
        other => other,
    };
    let change = Change::Enable {
        account: target,
        before: uac(builder, account),
    };
    let mut enable = action(subject, change, reasons(builder, subject), cause);
    enable.after.extend(password);
    enable.counts.push(GuardKind::Enable);
    builder.draft.push(enable);
}

/// S1 and G13: only what this tool disabled, and only when the stage changes or a human says so.
///
/// A stage counts as entered once its enable has succeeded: until then the memory has no `entered`.
fn may_enable(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> bool {
    let ours = subject.known.is_some_and(|known| known.disabled_by_us);
    if builder.world.by_exception(subject.wish.account_rule) {
        // It settles what was so when a plan first saw it, not what somebody does later.
        let seen = builder.world.seen_exception(subject.wish.account_rule);
        let (Some(seen), Some(known)) = (seen, subject.known) else {
            return true;
        };
        return ours || known.disabled_since.is_some_and(|off| off <= seen);
    }
    let pending = subject
        .person_memory
        .is_some_and(|memory| memory.entered.is_none());
    // Where this tool disabled it and never got to remember the stage that wanted it so.
    let unfinished = subject
        .stage_before(builder)
        .and_then(|stage| builder.world.input.rules.stage(stage))
        .is_some_and(|stage| stage.account == StageAccount::Enabled);
    ours && (subject.entered_now(builder) || pending || unfinished)
}

fn disable(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, account: ObjectId) {
    let by_hand = subject
        .known
        .is_some_and(|known| known.disabled_since.is_some());
    let person = &subject.wish.person;
    if by_hand {
        let text = "was disabled, and somebody enabled it; it is disabled again";
        builder.draft.find(
            Finding::new(FindingKind::EnabledByHand, subject.who.clone(), text)
                .of(person)
                .about(builder.dn(Some(account))),
        );
    }
    let cause = if by_hand {
        Cause::ByHand
    } else {
        subject.cause_of_stage(builder)
    };
    let change = Change::Disable {
        account: builder.existing(account),
        before: uac(builder, account),
    };
    let mut disable = action(subject, change, reasons(builder, subject), cause);
    disable.counts.push(GuardKind::Disable);
    builder.draft.push(disable);
}

pub(crate) fn uac(builder: &Builder<'_, '_>, account: ObjectId) -> Option<u32> {
    builder.world.object(account).uac().map(Uac::bits)
}
