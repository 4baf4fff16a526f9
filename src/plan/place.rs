//! Where an account is: units that are made, moves and renames, and what may not be touched.
//!
//! A missing unit is made, its parents first, if it lies below a write base and is not protected. Moving and
//! renaming are one action: one changes the unit, the other `cn`.

use super::account::{action, held};
use super::builder::Builder;
use super::fit::{clean, fits};
use super::names::{Seeker, account_dn, render};
use super::overlay;
use super::subject::Subject;
use super::world::absolute;
use super::{Action, ActionId, Cause, Change, Finding, FindingKind};
use crate::directory::{Dn, ObjectId};
use crate::policy::{Desired, GuardKind, Mode, RuleId, UnitWish};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How many levels of units one account may need made; a deeper name is a mistake.
const MAX_NEW_LEVELS: usize = 16;

/// Units that this plan makes, by the key of their name.
#[derive(Debug, Default)]
pub(crate) struct Units {
    made: FxHashMap<Arc<str>, ActionId>,
}

impl Units {
    /// Forgets units whose actions were dropped.
    pub(crate) fn forget_from(&mut self, first: usize) {
        self.made.retain(|_, id| (id.0 as usize) < first);
    }
}

/// The unit that the policy wants the account to be in.
pub(crate) fn wished_unit(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> Option<Dn> {
    match &subject.wish.unit {
        UnitWish::In(unit, _) => Some(absolute(unit, builder.world.input)),
        UnitWish::Untouched(_) | UnitWish::Held(..) => None,
    }
}

/// The action that makes the unit that a person's wish names, none if it exists; an error where it cannot be
/// made.
pub(crate) fn ensure_unit(
    builder: &mut Builder<'_, '_>,
    unit: &Dn,
    subject: &Subject<'_>,
) -> Result<Option<ActionId>, Arc<str>> {
    let (UnitWish::In(_, rule) | UnitWish::Untouched(rule) | UnitWish::Held(_, rule)) =
        &subject.wish.unit;
    let cause = subject.cause_of(builder, *rule);
    ensure_unit_for(builder, unit, *rule, cause)
}

/// The same for whatever rule wants it.
pub(crate) fn ensure_unit_for(
    builder: &mut Builder<'_, '_>,
    unit: &Dn,
    rule: RuleId,
    cause: Cause,
) -> Result<Option<ActionId>, Arc<str>> {
    let mut missing = Vec::new();
    let mut at = unit.clone();
    let mut last = loop {
        if builder.world.input.directory.by_dn(&at).is_some() {
            break None;
        }
        if let Some(id) = builder.units.made.get(at.key()) {
            break Some(*id);
        }
        if let Some(why) = builder.world.place_barrier(&at) {
            return Err(format!("the unit `{at}` cannot be made: {why}").into());
        }
        let is_unit = at
            .rdn()
            .is_some_and(|rdn| rdn.attribute().eq_ignore_ascii_case("OU"));
        if !is_unit || missing.len() >= MAX_NEW_LEVELS {
            return Err(format!("`{at}` does not exist and is no unit that can be made").into());
        }
        let parent = at.parent().unwrap_or_else(Dn::root);
        if !builder.world.in_bases(&parent) {
            return Err(format!("the write base `{at}` does not exist").into());
        }
        missing.push(at);
        at = parent;
    };
    for dn in missing.into_iter().rev() {
        let reason = builder.world.reason(rule, None);
        let key: Arc<str> = dn.key().into();
        let mut create = Action::new(Change::CreateUnit { dn: dn.clone() }, vec![reason], cause);
        create.who = dn.text().clone();
        create.after.extend(last);
        let id = builder.draft.push(create);
        builder.units.made.insert(key, id);
        last = Some(id);
    }
    Ok(last)
}

/// What came of looking for another place.
#[derive(Debug)]
pub(crate) enum Relocation {
    /// There is nothing to do, or a finding says why it stays.
    Settled,
    /// The account goes there by this action.
    Planned(ActionId),
    /// The name is taken there.
    Taken(TakenName),
}

/// A name that an account cannot have where it should go.
#[derive(Debug)]
pub(crate) struct TakenName {
    /// In words.
    pub(crate) why: String,
    /// Who bears it there, and may go elsewhere in this very plan.
    pub(crate) holder: Option<ObjectId>,
}

/// Second round: the account's unit and `cn`.
pub(crate) fn relocate(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) -> Relocation {
    place(builder, subject, None)
}

/// The same once everybody else's place is planned: the holder of the name leaves it behind by that action, and
/// the account follows.
pub(crate) fn relocate_behind(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    left: ActionId,
) -> Relocation {
    place(builder, subject, Some(left))
}

/// Says that a name stayed taken to the end.
pub(crate) fn stays_where_it_is(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, taken: &str) {
    let finding = held(
        builder,
        subject,
        &format!("{taken}; the account stays where it is"),
    );
    builder.draft.find(finding);
}

fn place(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    left: Option<ActionId>,
) -> Relocation {
    let Some(account) = subject.account else {
        return Relocation::Settled;
    };
    let object = builder.world.object(account);
    let (Some(parent), Some(rdn)) = (object.dn().parent(), object.dn().rdn()) else {
        return Relocation::Settled;
    };
    let person = &subject.wish.person;
    let mut unit = parent.clone();
    let mut laid = None;
    let mut unit_rule = None;
    match &subject.wish.unit {
        UnitWish::In(wished, rule) => {
            unit = absolute(wished, builder.world.input);
            unit_rule = Some(*rule);
            if overlay::is_overlay(builder, *rule) {
                laid = Some(overlay::name(builder, subject, *rule));
            }
        }
        UnitWish::Untouched(rule) => {
            if let Some((stage, back)) = overlay::former_place(builder, subject) {
                unit = back;
                laid = Some(stage);
                unit_rule = Some(*rule);
            }
        }
        UnitWish::Held(why, rule) => {
            let reason = builder.world.reason(*rule, Some(person));
            let finding = held(builder, subject, why).because(reason);
            builder.draft.find(finding);
        }
    }
    let line = subject
        .wish
        .attributes
        .iter()
        .find(|line| line.attribute.eq_ignore_ascii_case("cn") && line.mode == Mode::Always);
    let wanted: Option<Arc<str>> = match line.map(|line| &line.value) {
        Some(Desired::Values(values)) => values.first().cloned(),
        // A name that could not be given is reported where names are given.
        Some(Desired::Assigned(parts)) => render(parts, &subject.names).map(Into::into),
        Some(Desired::Held(why)) => {
            let finding = held(builder, subject, &format!("cn stays as it is: {why}"));
            builder.draft.find(finding);
            None
        }
        Some(Desired::Person(..) | Desired::Clear | Desired::Keep) | None => None,
    };
    let wanted = wanted.filter(|wanted| {
        let one = std::slice::from_ref(wanted);
        let unfit = line.and_then(|line| {
            fits(line, one)
                .and_then(|()| clean(&line.attribute, one))
                .err()
        });
        if let Some(why) = &unfit {
            let finding = held(builder, subject, why);
            builder.draft.find(finding);
        }
        unfit.is_none()
    });
    let moved = unit != parent;
    if !moved {
        // Units are spelled as the directory has them: their capitals are nobody's name.
        unit = parent.clone();
    }
    let common_name = wanted.unwrap_or_else(|| rdn.value().into());
    let Some(to) = account_dn(&unit, &common_name) else {
        return Relocation::Settled;
    };
    // People read their name, so its capitals count, though AD takes both for the same one.
    let renamed = *rdn.value() != *common_name;
    if !moved && !renamed {
        return Relocation::Settled;
    }
    let seeker = Seeker {
        wish: subject.wish,
        account: Some(account),
        unit: Some(&unit),
    };
    let barred = builder.world.place_barrier(&unit);
    if let Some(why) = barred {
        let text = format!("cannot be moved to `{unit}`: {why}");
        let finding = held(builder, subject, &text);
        builder.draft.find(finding);
        return Relocation::Settled;
    }
    let (denied, _) = builder.world.kept_by_access_list(account);
    if let Some(why) = denied.filter(|_| moved) {
        let text = format!("cannot be moved to `{unit}`: {why}");
        builder.draft.find(
            Finding::new(FindingKind::Blocked, subject.who.clone(), text)
                .of(person)
                .about(builder.dn(Some(account)))
                .help("settle it by hand, then the next run moves the account"),
        );
        return Relocation::Settled;
    }
    let mut behind = None;
    if !builder.names.is_free(&seeker, "cn", &common_name) {
        let holder = builder.world.input.directory.by_dn(&to);
        let gone = Seeker {
            account: holder,
            ..seeker
        };
        behind = left.filter(|_| builder.names.is_free(&gone, "cn", &common_name));
        if behind.is_none() {
            let why = format!("`{common_name}` is taken in `{unit}`");
            return Relocation::Taken(TakenName { why, holder });
        }
    }
    builder.names.take(&seeker, "cn", &common_name);
    let unit_action = match ensure_unit(builder, &unit, subject) {
        Ok(action) => action,
        Err(why) => {
            let finding = held(builder, subject, &why);
            builder.draft.find(finding);
            return Relocation::Settled;
        }
    };
    let mut reasons = Vec::new();
    let mut cause = Cause::Time;
    if renamed && let Some(line) = line {
        reasons.push(builder.world.reason(line.rule, Some(person)));
        cause = subject.cause_of(builder, line.rule);
        let cn = rdn.value();
        if drifted(builder, subject, "cn", &cn, &common_name) {
            cause = Cause::ByHand;
        }
    }
    if moved && let Some(rule) = unit_rule {
        reasons.insert(0, builder.world.reason(rule, Some(person)));
        cause = if drifted(builder, subject, "unit", parent.as_str(), unit.as_str()) {
            Cause::ByHand
        } else if laid.is_some() {
            subject.cause_of_stage(builder)
        } else {
            subject.cause_of(builder, rule)
        };
    }
    let change = Change::Move {
        account: builder.existing(account),
        to,
        overlay: laid.filter(|_| moved),
    };
    let mut relocate = action(subject, change, reasons, cause);
    relocate.after.extend(unit_action);
    relocate.after.extend(behind);
    if moved {
        relocate.counts.push(GuardKind::Move);
    }
    if renamed {
        relocate.counts.push(GuardKind::Rename);
    }
    Relocation::Planned(builder.draft.push(relocate))
}

/// Whether somebody changed what the last run left, and the policy still wants what it left.
fn drifted(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    attribute: &str,
    found: &str,
    wanted: &str,
) -> bool {
    let Some(account) = subject.account else {
        return false;
    };
    let key = (builder.world.object(account).guid(), Arc::from(attribute));
    let remembered = builder.world.input.prior.values.get(&key);
    let Some(value) = remembered.and_then(|values| values.first()) else {
        return false;
    };
    let same = |a: &str, b: &str| match (Dn::parse(a), Dn::parse(b)) {
        (Ok(a), Ok(b)) if attribute == "unit" => a == b,
        _ => crate::directory::fold::fold(a) == crate::directory::fold::fold(b),
    };
    subject.managed() && !same(&value.value, found) && same(&value.value, wanted)
}
