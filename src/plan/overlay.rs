//! What a stage laid over an account, and giving it back when the stage ends (S16).
//!
//! The state keeps the value that was found. On exit a rule that decides the attribute wins; where none
//! does, the former value comes back, unless somebody changed the attribute since: then nothing is done and
//! a finding says so.

use super::builder::Builder;
use super::diff::{current, same};
use super::subject::Subject;
use super::world::World;
use super::{AttributeChange, Cause, Finding, FindingKind};
use crate::directory::{AttributeName, Dn, schema};
use crate::policy::{AttributeWish, Desired, Mode, RuleId, UnitWish};
use crate::state::Overlay;
use std::sync::Arc;

/// The name that overlays of exceptions bear.
const EXCEPTION: &str = "exception";

/// Under which name an overlay is remembered: its stage, or that an exception laid it.
pub(crate) fn name(builder: &Builder<'_, '_>, subject: &Subject<'_>, rule: RuleId) -> Arc<str> {
    if builder.world.by_exception(rule) {
        return EXCEPTION.into();
    }
    builder.world.stage_name(subject.stage)
}

/// What becomes of an overlay that no stage lays any more.
enum End<'s> {
    /// It is still laid.
    Laid,
    /// A rule decides the attribute.
    Decided,
    /// A rule speaks of it, but is not decided: the overlay stays.
    Waits,
    /// The former value comes back.
    Back(&'s Overlay),
}

/// Ends the overlays that are over; changes that rules make anyway are marked as their end.
pub(crate) fn lift(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    changes: &mut Vec<AttributeChange>,
) {
    let Some(known) = subject.known else {
        return;
    };
    for overlay in known
        .overlays
        .iter()
        .filter(|overlay| &*overlay.attribute != "unit")
    {
        let change = changes
            .iter_mut()
            .find(|change| change.attribute.eq_ignore_ascii_case(&overlay.attribute));
        match end(subject, overlay) {
            End::Laid | End::Waits => {}
            End::Decided => {
                if let Some(change) = change {
                    change.overlay = Some(overlay.stage.clone());
                    change.lifts = true;
                }
            }
            End::Back(overlay) => {
                if change.is_none()
                    && let Some(change) = back(builder, subject, overlay)
                {
                    changes.push(change);
                }
            }
        }
    }
}

fn end<'s>(subject: &Subject<'_>, overlay: &'s Overlay) -> End<'s> {
    let line = subject
        .wish
        .attributes
        .iter()
        .find(|line| line.attribute.eq_ignore_ascii_case(&overlay.attribute));
    match line {
        None => End::Back(overlay),
        Some(line) if line.overlay => End::Laid,
        Some(line) => decided(line, overlay),
    }
}

fn decided<'s>(line: &AttributeWish, overlay: &'s Overlay) -> End<'s> {
    match (&line.value, line.mode) {
        (Desired::Held(_), _) => End::Waits,
        (Desired::Keep, _) | (_, Mode::Once | Mode::IfEmpty) => End::Back(overlay),
        (
            Desired::Values(_) | Desired::Assigned(_) | Desired::Person(..) | Desired::Clear,
            Mode::Always | Mode::Adding,
        ) => End::Decided,
    }
}

fn back(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    overlay: &Overlay,
) -> Option<AttributeChange> {
    let attribute = AttributeName::new(&overlay.attribute);
    let found = current(builder, subject, &overlay.attribute);
    if same(&attribute, &found, &overlay.before) {
        return None;
    }
    if !same(&attribute, &found, &overlay.wrote) {
        let text = format!(
            "the {} from before stage `{}` does not come back: somebody changed it since",
            overlay.attribute, overlay.stage
        );
        let person = &subject.wish.person;
        let dns = builder.dn(subject.account);
        builder.draft.find(
            Finding::new(FindingKind::Overlay, subject.who.clone(), text)
                .of(person)
                .about(dns),
        );
        return None;
    }
    if attribute.is_picture() && !overlay.before.is_empty() {
        let text = format!(
            "the {} from before stage `{}` does not come back: photos are not kept",
            overlay.attribute, overlay.stage
        );
        let finding = Finding::new(FindingKind::Overlay, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(subject.account))
            .help("set it by hand, or let a line of `profile` decide it");
        builder.draft.find(finding);
        return None;
    }
    if let Some(gone) = gone(builder, overlay) {
        let text = format!(
            "the {} from before stage `{}` does not come back: there is no `{gone}` any more, or it has another name",
            overlay.attribute, overlay.stage
        );
        let dns = builder.dn(subject.account);
        builder.draft.find(
            Finding::new(FindingKind::Overlay, subject.who.clone(), text)
                .of(&subject.wish.person)
                .about(dns)
                .help("set it by hand, or let a rule of `profile` decide it"),
        );
        return None;
    }
    let text = format!("the value from before `{}` comes back", overlay.stage);
    let cause = match subject.cause_of_stage(builder) {
        Cause::First => Cause::Time,
        other @ (Cause::Hr
        | Cause::Policy
        | Cause::Time
        | Cause::ByHand
        | Cause::Undone
        | Cause::Ordered) => other,
    };
    Some(AttributeChange {
        attribute: overlay.attribute.clone(),
        before: found,
        after: overlay.before.clone(),
        refers_to: None,
        reason: World::said(&text),
        cause,
        overlay: Some(overlay.stage.clone()),
        lifts: true,
        sensitive: false,
    })
}

/// What the former value names and the directory no longer has: a link cannot point there.
fn gone<'o>(builder: &Builder<'_, '_>, overlay: &'o Overlay) -> Option<&'o str> {
    let links = schema::attribute(&overlay.attribute).is_some_and(schema::Attribute::is_dn);
    let there = |value: &str| {
        let dn = Dn::parse(value).ok();
        dn.is_some_and(|dn| builder.world.input.directory.by_dn(&dn).is_some())
    };
    let values = overlay.before.iter().map(AsRef::as_ref);
    values.filter(|_| links).find(|value| !there(value))
}

/// Whether a place that a stage gave is still to be remembered: no longer once a rule gives another one, or
/// somebody has moved the account since.
fn place_remains(builder: &Builder<'_, '_>, subject: &Subject<'_>, overlay: &Overlay) -> bool {
    match &subject.wish.unit {
        UnitWish::Held(..) => true,
        UnitWish::In(_, rule) if is_overlay(builder, *rule) => true,
        // The move itself ends it, where there is one.
        UnitWish::In(..) => builder.moves(subject),
        UnitWish::Untouched(_) => stands_at(builder, subject, &overlay.wrote),
    }
}

/// Whether what that rule says is an overlay: a stage or an exception says it.
pub(crate) fn is_overlay(builder: &Builder<'_, '_>, rule: RuleId) -> bool {
    builder.of_stage(rule) || builder.world.by_exception(rule)
}

/// Whether the account is in that unit.
fn stands_at(builder: &Builder<'_, '_>, subject: &Subject<'_>, unit: &[Arc<str>]) -> bool {
    let parent = subject
        .account
        .and_then(|account| builder.world.object(account).dn().parent());
    let unit = unit.first().and_then(|unit| Dn::parse(unit).ok());
    unit.is_some() && unit == parent
}

/// The place before a stage or an exception moved the account, where that is over (S16); with whose overlay it was.
///
/// None, and a finding, where somebody has moved it elsewhere since.
pub(crate) fn former_place(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
) -> Option<(Arc<str>, Dn)> {
    let overlays = &subject.known?.overlays;
    let overlay = overlays
        .iter()
        .find(|overlay| &*overlay.attribute == "unit")?;
    if stands_at(builder, subject, &overlay.wrote) {
        let before = Dn::parse(overlay.before.first()?).ok()?;
        return Some((overlay.stage.clone(), before));
    }
    if !stands_at(builder, subject, &overlay.before) {
        let text = format!(
            "the unit from before stage `{}` does not come back: somebody moved the account since",
            overlay.stage
        );
        let finding = Finding::new(FindingKind::Overlay, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(subject.account));
        builder.draft.find(finding);
    }
    None
}

/// The overlays that are still to be remembered before the actions of this plan: those that ended without
/// a change are forgotten.
pub(crate) fn remaining(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    overlays: &[Overlay],
) -> Vec<Overlay> {
    let stays = |overlay: &&Overlay| {
        if &*overlay.attribute == "unit" {
            return place_remains(builder, subject, overlay);
        }
        let attribute = AttributeName::new(&overlay.attribute);
        let found = current(builder, subject, &overlay.attribute);
        match end(subject, overlay) {
            End::Laid | End::Waits => true,
            // A change of this plan ends it.
            End::Decided => builder.changes_attribute(subject, &overlay.attribute),
            End::Back(_) => {
                same(&attribute, &found, &overlay.wrote)
                    && !same(&attribute, &found, &overlay.before)
                    && gone(builder, overlay).is_none()
                    && (overlay.before.is_empty() || !attribute.is_picture())
            }
        }
    };
    overlays.iter().filter(stays).cloned().collect()
}
