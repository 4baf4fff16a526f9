//! Attribute by attribute: what is there, what is wanted, under AD's matching rules.
//!
//! What the policy does not name is left alone. A value that does not fit its attribute, or that somebody
//! else has where it must be unique, is held and reported, never cut or forced.
//!
//! Begin with [`attributes`].

use super::account::{action, held};
use super::builder::{Builder, Seat};
use super::fit::{clean, fits, suffix};
use super::names::{Seeker, render, reserved_by};
use super::overlay;
use super::proxy;
use super::subject::{Aim, Subject};
use super::{ActionId, AttributeChange, Cause, Change, Reversible};
use crate::directory::{AttributeName, Dn};
use crate::hr::PersonId;
use crate::policy::{AttributeWish, Desired, GuardKind, Mode};
use crate::state::ValueOwner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attributes by which people log on and are written to; a change of one is a kind of its own (S10).
const LOGIN_ATTRIBUTES: [&str; 3] = ["sAMAccountName", "userPrincipalName", "mail"];

/// What a wish comes to for one account.
pub(crate) enum Resolved {
    /// These values; none empties the attribute. With the action that makes the object they name.
    Values(Vec<Arc<str>>, Option<ActionId>),
    /// Left as it is.
    Keep,
    /// Not decided.
    Held(Arc<str>),
}

/// All changes of attributes of one account, as one action.
pub(crate) fn attributes(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let Some(target) = subject.target.clone() else {
        return;
    };
    let untouched = builder
        .world
        .input
        .rules
        .stage(subject.stage)
        .is_some_and(|stage| stage.profile_untouched);
    let mut changes: Vec<AttributeChange> = Vec::new();
    let mut undecided: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    let anchor = builder.world.input.rules.anchor.as_ref();
    for line in &subject.wish.attributes {
        let is_anchor =
            anchor.is_some_and(|rule| rule.attribute.eq_ignore_ascii_case(&line.attribute));
        if line.attribute.eq_ignore_ascii_case("cn")
            || is_anchor
            || (untouched && !line.overlay)
            || builder.world.lacks(&line.attribute)
        {
            continue;
        }
        match change(builder, subject, line) {
            Ok(Some(change)) => changes.push(change),
            Ok(None) => {}
            Err(why) => undecided
                .entry(why)
                .or_default()
                .push(line.attribute.clone()),
        }
    }
    overlay::lift(builder, subject, &mut changes);
    for (why, lines) in undecided {
        let text = format!("{} stays as it is: {why}", lines.join(", "));
        let finding = held(builder, subject, &text);
        builder.draft.find(finding);
    }
    if changes.is_empty() {
        return;
    }
    changes.sort_by(|a, b| a.attribute.cmp(&b.attribute));
    let Some(first) = changes.first() else {
        return;
    };
    let cause = changes
        .iter()
        .map(|change| change.cause)
        .min()
        .unwrap_or(Cause::Time);
    let reasons = vec![first.reason.clone()];
    let login = changes.iter().any(|change| {
        !change.before.is_empty()
            && LOGIN_ATTRIBUTES
                .iter()
                .any(|name| change.attribute.eq_ignore_ascii_case(name))
    });
    let clears = changes
        .iter()
        .any(|change| change.after.is_empty() && !change.before.is_empty());
    let made: Vec<ActionId> = changes
        .iter()
        .filter_map(|change| change.refers_to)
        .collect();
    let mut reserves: Vec<_> = changes
        .iter()
        .flat_map(|change| {
            let values = change.after.iter();
            values.filter_map(|value| reserved_by(&change.attribute, value))
        })
        .collect();
    reserves.sort();
    reserves.dedup();
    let not_ours = changes
        .iter()
        .any(|change| is_not_ours(builder, subject, change));
    let unkept = changes
        .iter()
        .find(|change| {
            !change.before.is_empty() && AttributeName::new(&change.attribute).is_picture()
        })
        .map(|change| format!("the photo in {} is not kept", change.attribute));
    let change = Change::Modify {
        account: target,
        attributes: changes,
    };
    let mut modify = action(subject, change, reasons, cause);
    modify.after.extend(made);
    modify.after.sort_unstable();
    modify.after.dedup();
    modify.reserves = reserves;
    modify.not_ours = not_ours;
    modify.reversible = unkept.map_or(Reversible::Yes, |why| Reversible::Partly(why.into()));
    if login {
        modify.counts.push(GuardKind::Login);
    }
    if clears {
        modify.counts.push(GuardKind::Clear);
    }
    builder.draft.push(modify);
}

/// Whether a change takes a value that neither a run nor an adoption put there.
fn is_not_ours(builder: &Builder<'_, '_>, subject: &Subject<'_>, change: &AttributeChange) -> bool {
    if change.before.is_empty() || !subject.managed() {
        return false;
    }
    let name = AttributeName::new(&change.attribute);
    let remembered = remembered(builder, subject, &change.attribute);
    change.before.iter().any(|value| {
        !change.after.iter().any(|kept| name.equal(kept, value))
            && !remembered
                .iter()
                .any(|(known, owner)| name.equal(known, value) && *owner != ValueOwner::ByHand)
    })
}

fn remembered(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    attribute: &Arc<str>,
) -> Vec<(Arc<str>, ValueOwner)> {
    let Some(account) = subject.account else {
        return Vec::new();
    };
    let key = (builder.world.object(account).guid(), attribute.clone());
    let values = builder.world.input.prior.values.get(&key);
    values.map_or_else(Vec::new, |values| {
        values
            .iter()
            .map(|value| (value.value.clone(), value.owner))
            .collect()
    })
}

/// The change that one line needs; an error where it cannot be decided.
fn change(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    line: &AttributeWish,
) -> Result<Option<AttributeChange>, Arc<str>> {
    let name = AttributeName::new(&line.attribute);
    let is_link = matches!(line.value, Desired::Person(..));
    if subject.account.is_none() && !is_link && !line.overlay {
        // The creation writes it; only what it could not decide is reported here.
        return match resolve(builder, subject, &line.value) {
            Resolved::Held(why) => Err(why),
            Resolved::Values(..) | Resolved::Keep => Ok(None),
        };
    }
    let before = current(builder, subject, &line.attribute);
    if subject.account.is_some() && !line.overlay {
        match line.mode {
            Mode::Once => return Ok(None),
            Mode::IfEmpty if !before.is_empty() => return Ok(None),
            Mode::IfEmpty | Mode::Always | Mode::Adding => {}
        }
    }
    let (wanted, refers_to) = match resolve(builder, subject, &line.value) {
        Resolved::Keep => return Ok(None),
        Resolved::Held(why) => return Err(why),
        Resolved::Values(values, made) => (values, made),
    };
    let after = if name.is("proxyAddresses") {
        proxy::merge(&before, &wanted, line.mode, &|value| {
            is_ours(builder, subject, &line.attribute, value)
        })
    } else if line.mode == Mode::Adding && !line.overlay {
        added(&name, &before, &wanted)
    } else {
        wanted
    };
    if reads_alike(&name, &before, &after) {
        return Ok(None);
    }
    fits(line, &after)?;
    // What is there already is not ours to judge.
    let new: Vec<Arc<str>> = after
        .iter()
        .filter(|value| !before.contains(value))
        .cloned()
        .collect();
    clean(&line.attribute, &new)?;
    suffix(builder.world, &line.attribute, &new)?;
    let unit = subject
        .target
        .as_ref()
        .and_then(|target| target.dn().parent());
    let seeker = Seeker {
        wish: subject.wish,
        account: subject.account,
        unit: unit.as_ref(),
    };
    for value in after.iter().filter(|value| !before.contains(value)) {
        if !builder.names.is_free(&seeker, &line.attribute, value) {
            return Err(format!("`{value}` belongs to another object already").into());
        }
        builder.names.take(&seeker, &line.attribute, value);
    }
    let overlay = line
        .overlay
        .then(|| overlay::name(builder, subject, line.rule));
    let cause = cause(builder, subject, line, &name, &before, &after);
    if cause == Cause::ByHand && is_contested(builder, subject, &line.attribute) {
        return Err("somebody set it back after each of three runs".into());
    }
    Ok(Some(AttributeChange {
        attribute: line.attribute.clone(),
        cause,
        before,
        after,
        refers_to,
        reason: builder.world.reason(line.rule, Some(&subject.wish.person)),
        overlay,
        lifts: false,
        sensitive: builder.world.reads_sensitive(line.rule),
    }))
}

/// After how many runs that took back what a hand wrote an attribute is left to that hand (S13).
const CONTESTED_AFTER: u32 = 3;

/// Whether two sides write an attribute by turns: ours gives in until HR or the policy says something new.
pub(crate) fn is_contested(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    attribute: &Arc<str>,
) -> bool {
    let Some(account) = subject.account else {
        return false;
    };
    let key = (builder.world.object(account).guid(), attribute.clone());
    let times = builder.world.input.prior.set_back.get(&key);
    times.is_some_and(|times| *times >= CONTESTED_AFTER)
}

/// The values that the account has now.
pub(crate) fn current(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    attribute: &str,
) -> Vec<Arc<str>> {
    subject.account.map_or_else(Vec::new, |account| {
        let object = builder.world.object(account);
        object.values(attribute).map(Into::into).collect()
    })
}

fn is_ours(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    attribute: &Arc<str>,
    value: &str,
) -> bool {
    remembered(builder, subject, attribute)
        .iter()
        .any(|(known, owner)| **known == *value && *owner != ValueOwner::ByHand)
}

fn added(name: &AttributeName, before: &[Arc<str>], wanted: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut all = before.to_vec();
    for value in wanted {
        if !all.iter().any(|known| name.equal(known, value)) {
            all.push(value.clone());
        }
    }
    all
}

/// Whether two sets of values are equal under the attribute's matching rule.
pub(crate) fn same(name: &AttributeName, a: &[Arc<str>], b: &[Arc<str>]) -> bool {
    if let ([a], [b]) = (a, b) {
        return name.equal(a, b);
    }
    if name.is("proxyAddresses") {
        // `SMTP:` and `smtp:` differ in case only, and in meaning: one is the primary address.
        let (mut a, mut b) = (a.to_vec(), b.to_vec());
        a.sort();
        b.sort();
        return a == b;
    }
    let keys = |values: &[Arc<str>]| {
        let mut keys: Vec<String> = values.iter().map(|value| name.key(value)).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    keys(a) == keys(b)
}

/// Whether nobody who reads both would want the one instead of the other: the directory takes them for the same, and
/// where people read the value it is spelled the same, too. `MCDONALD` and `McDonald` are one value to AD and two to
/// whoever is called so; a login or an address is the same in capitals.
fn reads_alike(name: &AttributeName, a: &[Arc<str>], b: &[Arc<str>]) -> bool {
    let spelled = name.is_spelled() && !LOGIN_ATTRIBUTES.iter().any(|login| name.is(login));
    match (a, b) {
        ([a], [b]) if spelled => a == b,
        _ => same(name, a, b),
    }
}

/// What a wish comes to, once names are given and people have their places.
pub(crate) fn resolve(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    desired: &Desired,
) -> Resolved {
    match desired {
        Desired::Values(values) => Resolved::Values(values.clone(), None),
        Desired::Assigned(parts) => match render(parts, &subject.names) {
            Some(text) => Resolved::Values(vec![text.into()], None),
            None => Resolved::Held("a name that it needs could not be given".into()),
        },
        Desired::Person(person, otherwise) => match builder.seats.get(person) {
            Some(Seat::At(dn)) => Resolved::Values(vec![dn.text().clone()], None),
            Some(Seat::Made(id, dn)) => Resolved::Values(vec![dn.text().clone()], Some(*id)),
            Some(Seat::Nowhere) => resolve(builder, subject, otherwise),
            Some(Seat::Unknown) => Resolved::Held(unknown(person)),
            None => match builder.former(person) {
                Some(dn) => Resolved::Values(vec![dn.text().clone()], None),
                None => Resolved::Held(unknown(person)),
            },
        },
        Desired::Clear => Resolved::Values(Vec::new(), None),
        Desired::Keep => Resolved::Keep,
        Desired::Held(why) => Resolved::Held(why.clone()),
    }
}

fn unknown(person: &PersonId) -> Arc<str> {
    format!("which account person {person} has is not known").into()
}

/// What made a change due: somebody's hand, if the last run left what is wanted now.
fn cause(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    line: &AttributeWish,
    name: &AttributeName,
    before: &[Arc<str>],
    after: &[Arc<str>],
) -> Cause {
    let known: Vec<Arc<str>> = remembered(builder, subject, &line.attribute)
        .into_iter()
        .map(|(value, _)| value)
        .collect();
    if !known.is_empty() && reads_alike(name, &known, after) && !reads_alike(name, &known, before) {
        return Cause::ByHand;
    }
    // What a run leaves empty has no row in the state.
    if known.is_empty() && after.is_empty() && subject.nothing_new(builder, line.rule) {
        return Cause::ByHand;
    }
    if line.overlay && subject.aim != Aim::EndOnly {
        return subject.cause_of_stage(builder);
    }
    subject.cause_of(builder, line.rule)
}

impl Builder<'_, '_> {
    /// The account of someone who is not planned for (continued by another record, or ignored).
    fn former(&self, person: &PersonId) -> Option<Dn> {
        let continues = &self.world.input.rules.continues;
        if let Some(rule) = continues.iter().find(|rule| rule.former == *person)
            && let Some(Seat::At(dn)) = self.seats.get(&rule.person)
        {
            return Some(dn.clone());
        }
        let guid = self.world.person_memory(person)?.account?;
        let id = self.world.input.directory.by_guid(guid)?;
        Some(self.world.object(id).dn().clone())
    }
}
