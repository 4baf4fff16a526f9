//! What the state should remember beside what actions say: baselines, and only what differs (G4).
//!
//! Everything here describes the world before the plan is carried out. Whoever applies it writes it first and
//! the effect of each action that succeeded after it.

use super::Action;
use super::builder::Builder;
use super::overlay;
use super::subject::{Aim, Subject};
use crate::directory::{AttributeName, Guid, ObjectId};
use crate::hr::PersonId;
use crate::policy::{Desired, Wish};
use crate::state::{AccountMemory, ManagedValue, PersonMemory, ValueOwner};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Builder<'_, '_> {
    /// Remembers the stage and the digests of the HR values of a person.
    pub(crate) fn remember_stage(
        &mut self,
        wish: &Wish,
        account: Option<ObjectId>,
        disabled_for_now: bool,
    ) {
        let crate::policy::Standing::In { stage, .. } = &wish.standing else {
            return;
        };
        let name = self.world.stage_name(*stage);
        let known = self.world.person_memory(&wish.person);
        let account = account.map(|account| self.world.object(account).guid());
        self.remember(wish, name, account, disabled_for_now, known);
    }

    fn remember(
        &mut self,
        wish: &Wish,
        stage: Arc<str>,
        account: Option<Guid>,
        disabled_for_now: bool,
        known: Option<&PersonMemory>,
    ) {
        let rules = self.world.input.rules;
        let same_stage = known
            .and_then(|known| known.stage.as_ref())
            .is_some_and(|before| rules.stage_named(before) == rules.stage_named(&stage));
        let entered = match known {
            _ if disabled_for_now => None,
            Some(known) if same_stage && known.entered.is_some() => known.entered,
            Some(_) | None => Some(self.world.input.now),
        };
        let memory = PersonMemory {
            account,
            stage: Some(stage),
            entered,
            values: self.values(wish),
            vanished: known
                .and_then(|known| known.vanished)
                .filter(|_| wish.absent.is_some()),
        };
        if known.is_none_or(|known| *known != memory) {
            self.draft.memory.people.push((wish.person.clone(), memory));
        }
    }

    fn values(&self, wish: &Wish) -> BTreeMap<Arc<str>, Arc<str>> {
        let Some(person) = self.world.person(&wish.person) else {
            let known = self.world.person_memory(&wish.person);
            return known.map_or_else(BTreeMap::new, |known| known.values.clone());
        };
        let attributes = self.world.input.schema.attributes().iter();
        let related = self.world.input.rules.related.iter().filter_map(|path| {
            let text = self.world.input.people.read_related(&wish.person, path);
            let digest = self.world.digest(&wish.person, &path.name, &text)?;
            Some((path.name.clone(), digest))
        });
        attributes
            .zip(person.values())
            .filter_map(|(attribute, value)| {
                let text = value.as_ref()?.to_string();
                let digest = self.world.digest(&wish.person, &attribute.name, &text)?;
                Some((attribute.name.clone(), digest))
            })
            .chain(related)
            .collect()
    }

    /// Whether an action of this plan changes that attribute of this person's account.
    pub(crate) fn changes_attribute(&self, subject: &Subject<'_>, attribute: &str) -> bool {
        self.own_actions(subject)
            .any(|action| match &action.change {
                super::Change::Modify { attributes, .. } => attributes
                    .iter()
                    .any(|change| change.attribute.eq_ignore_ascii_case(attribute)),
                super::Change::CreateUnit { .. }
                | super::Change::CreateGroup { .. }
                | super::Change::CreateAccount { .. }
                | super::Change::Adopt { .. }
                | super::Change::Release { .. }
                | super::Change::SetPassword { .. }
                | super::Change::Move { .. }
                | super::Change::Enable { .. }
                | super::Change::Disable { .. }
                | super::Change::AddMember { .. }
                | super::Change::RemoveMember { .. }
                | super::Change::WriteBack { .. }
                | super::Change::Await { .. }
                | super::Change::Delete { .. }
                | super::Change::DeleteUnit { .. } => false,
            })
    }
}

/// The person's stage. Where an exception or an earlier failure keeps the account off although the stage
/// enables it, the stage does not count as entered (S1).
pub(crate) fn person(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let rules = builder.world.input.rules;
    let stage_enables = rules
        .stage(subject.stage)
        .is_some_and(|stage| stage.account == crate::policy::StageAccount::Enabled);
    let kept_off = stage_enables && subject.aim != Aim::Enabled;
    let account = subject
        .account
        .map(|account| builder.world.object(account).guid());
    let account = account.filter(|_| subject.adopted.is_none() || subject.known.is_some());
    let name = builder.world.stage_name(subject.stage);
    builder.remember(subject.wish, name, account, kept_off, subject.person_memory);
}

/// The stage does not count as entered: its enable is blocked (S1).
pub(crate) fn not_entered(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let person = &subject.wish.person;
    if subject.entered_now(builder)
        && let Some((_, memory)) = builder
            .draft
            .memory
            .people
            .iter_mut()
            .rfind(|(id, _)| id == person)
    {
        memory.entered = None;
    }
}

/// The account: whose, since when disabled, overlays that are over, values that are there.
pub(crate) fn account(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) {
    let Some(account) = subject.account else {
        return;
    };
    let world = builder.world;
    let object = world.object(account);
    let prior = world.account_memory(account);
    let now = world.input.now;
    let disabled_since = if object.enabled() {
        None
    } else {
        match super::deletion::clock(builder, subject) {
            Some(since) if super::deletion::logged_on_since(builder, account, since).is_none() => {
                Some(since)
            }
            Some(_) | None => Some(now),
        }
    };
    let known = subject.known.cloned().unwrap_or_default();
    let anchor = world
        .input
        .rules
        .anchor
        .as_ref()
        .and_then(|rule| object.first(&rule.attribute))
        .map(Into::into);
    let memory = AccountMemory {
        person: Some(subject.wish.person.clone()),
        tied: false,
        created: prior.and_then(|prior| prior.created),
        disabled_since,
        disabled_by_us: !object.enabled() && known.disabled_by_us && known.disabled_since.is_some(),
        password_set: known.password_set,
        password_given: known.password_given,
        overlays: match subject.aim {
            Aim::EndOnly => known.overlays.clone(),
            Aim::Enabled | Aim::Prepared | Aim::Disabled | Aim::Deleted(_) => {
                overlay::remaining(builder, subject, &known.overlays)
            }
        },
        anchor: if subject.adopted.is_some() {
            known.anchor
        } else {
            anchor
        },
    };
    if prior != Some(&memory) {
        builder.draft.memory.accounts.push((object.guid(), memory));
    }
    values(builder, subject, account);
}

/// A further account of that person; whether it was disabled and somebody enabled it.
pub(crate) fn tied(builder: &mut Builder<'_, '_>, owner: &PersonId, account: ObjectId) -> bool {
    let world = builder.world;
    let object = world.object(account);
    let known = world.account_memory(account);
    let since = known.and_then(|known| known.disabled_since);
    let off = !object.enabled();
    let memory = AccountMemory {
        person: Some(owner.clone()),
        tied: true,
        disabled_since: off.then(|| since.unwrap_or(world.input.now)),
        disabled_by_us: off && since.is_some() && known.is_some_and(|known| known.disabled_by_us),
        ..known.cloned().unwrap_or_default()
    };
    if known != Some(&memory) {
        builder.draft.memory.accounts.push((object.guid(), memory));
    }
    !off && since.is_some()
}

/// The values of the attributes that the policy names, and the place.
fn values(builder: &mut Builder<'_, '_>, subject: &Subject<'_>, account: ObjectId) {
    let world = builder.world;
    let object = world.object(account);
    let guid = object.guid();
    if subject.aim == Aim::EndOnly {
        return;
    }
    for line in &subject.wish.attributes {
        if line.attribute.eq_ignore_ascii_case("cn") || matches!(line.value, Desired::Keep) {
            continue;
        }
        if builder.changes_attribute(subject, &line.attribute)
            || super::diff::is_contested(builder, subject, &line.attribute)
        {
            continue;
        }
        let found: Vec<Arc<str>> = object.values(&line.attribute).map(Into::into).collect();
        let name = AttributeName::new(&line.attribute);
        let wanted = match super::diff::resolve(builder, subject, &line.value) {
            super::diff::Resolved::Values(values, _) => values,
            super::diff::Resolved::Keep | super::diff::Resolved::Held(_) => Vec::new(),
        };
        note(builder, (guid, line.attribute.clone()), found, &|value| {
            wanted.iter().any(|wanted| name.equal(wanted, value))
        });
    }
    let parent = object.dn().parent().map(|parent| parent.text().clone());
    let common = object.dn().rdn().map(|rdn| Arc::from(rdn.value()));
    if builder.moves(subject) {
        return;
    }
    note(
        builder,
        (guid, "unit".into()),
        parent.into_iter().collect(),
        &|_| true,
    );
    note(
        builder,
        (guid, "cn".into()),
        common.into_iter().collect(),
        &|_| true,
    );
}

fn note(
    builder: &mut Builder<'_, '_>,
    key: (Guid, Arc<str>),
    found: Vec<Arc<str>>,
    wanted: &dyn Fn(&str) -> bool,
) {
    let now = builder.world.input.now;
    let known: &[ManagedValue] = builder
        .world
        .input
        .prior
        .values
        .get(&key)
        .map_or(&[], Vec::as_slice);
    let mut same = known.len() == found.len();
    let values: Vec<ManagedValue> = found
        .into_iter()
        .map(|value| {
            if let Some(old) = known.iter().find(|old| old.value == value) {
                old.clone()
            } else {
                same = false;
                let owner = if wanted(&value) {
                    ValueOwner::Adopted
                } else {
                    ValueOwner::ByHand
                };
                ManagedValue {
                    value,
                    owner,
                    since: now,
                }
            }
        })
        .collect();
    if !same {
        builder.draft.memory.values.push((key, values));
    }
}

impl Builder<'_, '_> {
    /// The last actions of this plan, as far as they are of this person or of nobody.
    fn own_actions<'s>(&'s self, subject: &'s Subject<'_>) -> impl Iterator<Item = &'s Action> {
        let person = Some(&subject.wish.person);
        let actions = self.draft.actions.iter().rev();
        actions
            .take_while(move |action| action.person.is_none() || action.person.as_ref() == person)
    }

    /// Whether an action of this plan moves or renames this person's account.
    pub(crate) fn moves(&self, subject: &Subject<'_>) -> bool {
        self.own_actions(subject)
            .any(|action| matches!(action.change, super::Change::Move { .. }))
    }
}
