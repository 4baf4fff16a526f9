//! Looks in the directory how far an action is: not done, done already, or overtaken.
//!
//! Before an operation this tells what somebody else did meanwhile (G3); after a crash it tells whether the one
//! operation in doubt took effect (G8). It reads the object by its GUID on the same connection right before the
//! operation, as S17 asks where no old value is tested.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use jiff::SignedDuration;
use uuid::Uuid;

use super::Handover;
use super::job::tells;
use super::line::Line;
use super::pictures::Pictures;
use super::step::Steps;
use crate::directory::meaning::{Meaning, PLAN_AGAIN};
use crate::directory::port;
use crate::directory::{AttributeName, Dn, Guid, Object, Uac, Value};
use crate::plan::{ActionId, AttributeChange, Change, Notice, Plan, Target};

/// How far an action is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// As the plan saw it; with the account that it is about, where that had to be read.
    Before(Option<Arc<Object>>),
    /// As it should be afterwards, with the object that it is about.
    After(Guid),
    /// Otherwise, and how: a conflict.
    Else(String),
}

/// Why an action is not done.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    /// Somebody else changed what the plan saw.
    Conflict(Told),
    /// The directory refused.
    Failed(Told),
    /// Another system has not done its step yet, or nobody knows; and how long it wants not to be asked again.
    NotYet(Told, Option<SignedDuration>),
    /// Another system will not do its step.
    Refused(Told),
    /// That account has, or may have, a password that nobody got: it must not be the one that stays.
    NotHanded(Told, Guid),
    /// The directory is lost: the whole run stops here, and what happened to the operation is unknown.
    Lost(port::Error),
}

/// What is said of an action that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// What happened.
    pub(super) text: String,
    /// What to do about it, where that is known.
    pub(super) mend: Option<&'static str>,
}

impl Trouble {
    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self::Conflict(Told {
            text: text.into(),
            mend: Some(PLAN_AGAIN),
        })
    }

    pub(super) fn failed(text: impl Into<String>) -> Self {
        Self::Failed(Told {
            text: text.into(),
            mend: None,
        })
    }
}

impl Told {
    /// What the directory's answer means, with what it says itself: that is another's text, and shown as such.
    fn of(error: &port::Error) -> Self {
        let Meaning { what, mend } = error.meaning();
        Self {
            text: format!("{what}: {error}"),
            mend: Some(mend),
        }
    }
}

impl From<port::Error> for Trouble {
    fn from(error: port::Error) -> Self {
        match &error {
            port::Error::Unreachable { .. }
            | port::Error::Storage { .. }
            | port::Error::Stopped { .. } => Self::Lost(error),
            port::Error::Renamed { .. } => Self::conflict(error.to_string()),
            port::Error::Refused { .. } if error.is_conflict() => Self::Conflict(Told::of(&error)),
            port::Error::Refused { .. } => Self::Failed(Told::of(&error)),
        }
    }
}

/// The directory as one run has changed it so far. All workers see through it; what it knows of the run only who
/// records what they did adds to it.
pub(super) struct View<'a> {
    /// Which run.
    pub(super) run: Uuid,
    pub(super) line: &'a Line<'a>,
    /// Who keeps new passwords for their owners.
    pub(super) handover: &'a dyn Handover,
    /// Who asks other systems.
    pub(super) steps: &'a dyn Steps,
    /// The photos that the plan speaks of.
    pub(super) pictures: &'a Pictures,
    plan: &'a Plan,
    changed: RwLock<Changed>,
}

/// What a run has made and moved.
#[derive(Debug, Default)]
struct Changed {
    /// What the actions that make something made.
    made: BTreeMap<ActionId, Guid>,
    /// Where the actions that move something put it.
    places: BTreeMap<Guid, Dn>,
    /// The same by the place it had: the directory moves with it whatever names it.
    moved: BTreeMap<Dn, Dn>,
}

impl<'a> View<'a> {
    pub(super) fn new(
        run: Uuid,
        line: &'a Line<'a>,
        (handover, steps, pictures): (&'a dyn Handover, &'a dyn Steps, &'a Pictures),
        plan: &'a Plan,
    ) -> Self {
        Self {
            run,
            line,
            handover,
            steps,
            pictures,
            plan,
            changed: RwLock::default(),
        }
    }

    /// The notices that bring the password which an action sets.
    pub(super) fn letters(&self, id: ActionId) -> Vec<&'a Notice> {
        tells(self.plan, id).collect()
    }

    /// Remembers what a successful action made or moved.
    pub(super) fn note(&self, id: ActionId, change: &Change, object: Guid) {
        let mut changed = self.changed.write().unwrap_or_else(PoisonError::into_inner);
        if let Change::CreateUnit { .. }
        | Change::CreateGroup { .. }
        | Change::CreateAccount { .. } = change
        {
            changed.made.insert(id, object);
        }
        if let Change::Move { account, to, .. } = change {
            changed.moved.insert(account.dn().clone(), to.clone());
            changed.places.insert(object, to.clone());
        }
    }

    fn changed(&self) -> RwLockReadGuard<'_, Changed> {
        self.changed.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl View<'_> {
    /// How far an action is.
    pub(super) fn seen(&self, change: &Change) -> Result<Seen, Trouble> {
        match change {
            Change::CreateUnit { dn } => {
                let Some(found) = self.line.read(&port::Target::Dn(dn.clone()))? else {
                    return Ok(Seen::Before(None));
                };
                if found.is_unit() {
                    return Ok(Seen::After(found.guid()));
                }
                Ok(Seen::Else(format!("{dn} exists and is no unit")))
            }
            Change::CreateGroup {
                dn,
                name,
                group_type,
                ..
            } => {
                let Some(found) = self.line.read(&port::Target::Dn(dn.clone()))? else {
                    return Ok(Seen::Before(None));
                };
                let same = found.account_name() == Some(&**name)
                    && found.group_type() == Some(*group_type);
                if found.is_group() && same {
                    return Ok(Seen::After(found.guid()));
                }
                Ok(Seen::Else(format!("{dn} exists already")))
            }
            Change::CreateAccount { dn, attributes, .. } => {
                // What it was made with is asked for by name: today's policy may speak of less.
                let names = attributes.iter().map(|(name, _)| AttributeName::new(name));
                let names: Vec<AttributeName> = names.collect();
                let found = self.line.read_some(&port::Target::Dn(dn.clone()), &names)?;
                let Some(found) = found else {
                    return Ok(Seen::Before(None));
                };
                let same = |(name, values): &(Arc<str>, Vec<Arc<str>>)| holds(&found, name, values);
                if found.is_user() && attributes.iter().all(same) {
                    return Ok(Seen::After(found.guid()));
                }
                Ok(Seen::Else(format!("{dn} exists already")))
            }
            Change::Adopt {
                account,
                anchor,
                before,
                after,
                ..
            } => {
                let object = self.account_with(account, &[AttributeName::new(anchor)])?;
                if holds(&object, anchor, std::slice::from_ref(after)) {
                    return Ok(Seen::After(object.guid()));
                }
                let before = before.as_slice();
                Ok(if holds(&object, anchor, before) {
                    Seen::Before(None)
                } else {
                    Seen::Else(changed(anchor, &object))
                })
            }
            Change::Release {
                account,
                anchor,
                before,
                after,
                ..
            } => {
                let object = self.account_with(account, &[AttributeName::new(anchor)])?;
                if holds(&object, anchor, after.as_slice()) {
                    return Ok(Seen::After(object.guid()));
                }
                Ok(if holds(&object, anchor, std::slice::from_ref(before)) {
                    Seen::Before(None)
                } else {
                    Seen::Else(changed(anchor, &object))
                })
            }
            Change::DeleteUnit { unit } => {
                let guid = self.guid(unit)?;
                let Some(found) = self.line.read(&port::Target::Guid(guid))? else {
                    return Ok(Seen::After(guid));
                };
                Ok(if found.is_unit() && found.dn() == unit.dn() {
                    Seen::Before(None)
                } else {
                    Seen::Else(format!("{} is now called {}", unit.dn(), found.dn()))
                })
            }
            Change::SetPassword { account, .. } => {
                // With what its owner is told.
                let names = ["sAMAccountName", "userPrincipalName"].map(AttributeName::new);
                let object = self.account_with(account, &names)?;
                Ok(Seen::Before(Some(object)))
            }
            Change::Modify {
                account,
                attributes,
            } => {
                let names = attributes.iter();
                let names: Vec<_> = names
                    .map(|change| AttributeName::new(&change.attribute))
                    .collect();
                let object = self.account_with(account, &names)?;
                Ok(modified(object, &self.as_of_now(attributes)))
            }
            Change::Move { account, to, .. } => {
                let guid = self.guid(account)?;
                let object = self.object(guid, account.dn(), &[])?;
                if object.dn().same_spelling(to) {
                    return Ok(Seen::After(guid));
                }
                self.may_be_written(&object, &self.place(guid, account))?;
                Ok(Seen::Before(Some(object)))
            }
            Change::Enable { account, .. } => Ok(uac(self.account(account)?, Uac::enabled)),
            Change::Disable { account, .. } => Ok(uac(self.account(account)?, Uac::disabled)),
            Change::AddMember { group, account } => self.membership(group, account, true),
            Change::RemoveMember { group, account, .. } => self.membership(group, account, false),
            // HR and other systems are asked by whoever has to do with them.
            Change::WriteBack { .. } | Change::Await { .. } => Ok(Seen::Before(None)),
            Change::Delete { account } => {
                let guid = self.guid(account)?;
                let Some(object) = self.line.read(&port::Target::Guid(guid))? else {
                    return Ok(Seen::After(guid));
                };
                self.may_be_written(&object, &self.place(guid, account))?;
                // G11: what is deleted was disabled without a break.
                if object.enabled() {
                    return Ok(Seen::Else(format!("{} was enabled since", object.dn())));
                }
                Ok(Seen::Before(None))
            }
        }
    }

    /// The changes with the names, in their old values, of objects that this run has moved since.
    pub(super) fn as_of_now(&self, attributes: &[AttributeChange]) -> Vec<AttributeChange> {
        let mut attributes = attributes.to_vec();
        let changed = self.changed();
        if changed.moved.is_empty() {
            return attributes;
        }
        let links = attributes
            .iter_mut()
            .filter(|change| AttributeName::new(&change.attribute).is_dn());
        for value in links.flat_map(|change| &mut change.before) {
            let place = Dn::parse(value).ok().and_then(|dn| changed.moved.get(&dn));
            if let Some(place) = place {
                *value = Arc::clone(place.text());
            }
        }
        attributes
    }

    /// The GUID of a target, made by this run or not.
    pub(super) fn guid(&self, target: &Target) -> Result<Guid, Trouble> {
        match target {
            Target::Existing { guid, .. } => Ok(*guid),
            Target::Made { by, dn } => {
                let made = self.changed().made.get(by).copied();
                made.ok_or_else(|| Trouble::failed(format!("{dn} was not made")))
            }
        }
    }

    /// Where a target is by what the plan saw and this run did.
    pub(super) fn place(&self, guid: Guid, target: &Target) -> Dn {
        let moved = self.changed().places.get(&guid).cloned();
        moved.unwrap_or_else(|| target.dn().clone())
    }

    /// An account that may be written: there, in its place, and not protected since.
    pub(super) fn account(&self, target: &Target) -> Result<Arc<Object>, Trouble> {
        self.account_with(target, &[])
    }

    /// The same with these attributes.
    pub(super) fn account_with(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Arc<Object>, Trouble> {
        let guid = self.guid(target)?;
        let object = self.object(guid, target.dn(), attributes)?;
        self.may_be_written(&object, &self.place(guid, target))?;
        Ok(object)
    }

    /// A group whose members may be changed: there, in its place, and not protected since (G7).
    pub(super) fn group(&self, target: &Target) -> Result<Guid, Trouble> {
        let guid = self.guid(target)?;
        // What this run made, nobody else has had time to protect.
        if let Target::Made { .. } = target {
            return Ok(guid);
        }
        let object = self.object(guid, target.dn(), &[])?;
        self.may_be_written(&object, target.dn())?;
        Ok(guid)
    }

    fn may_be_written(&self, object: &Object, place: &Dn) -> Result<(), Trouble> {
        if object.dn() != place {
            return Err(Trouble::conflict(format!(
                "{place} is now called {}",
                object.dn()
            )));
        }
        if object.is_admin_count() && !self.plan.header.admin_groups.contains(&object.guid()) {
            let text = format!("{place} is protected since the plan was made (adminCount is 1)");
            return Err(Trouble::conflict(text));
        }
        Ok(())
    }

    fn object(
        &self,
        guid: Guid,
        dn: &Dn,
        attributes: &[AttributeName],
    ) -> Result<Arc<Object>, Trouble> {
        self.line
            .read_some(&port::Target::Guid(guid), attributes)?
            .ok_or_else(|| Trouble::conflict(format!("{dn} does not exist any more")))
    }

    pub(super) fn membership(
        &self,
        group: &Target,
        account: &Target,
        wanted: bool,
    ) -> Result<Seen, Trouble> {
        let guid = self.guid(group)?;
        let member = self.place(self.guid(account)?, account);
        Ok(if self.line.is_member(guid, &member)? == wanted {
            Seen::After(guid)
        } else {
            Seen::Before(None)
        })
    }
}

fn modified(object: Arc<Object>, attributes: &[AttributeChange]) -> Seen {
    if attributes.iter().all(|change| reached(&object, change)) {
        return Seen::After(object.guid());
    }
    let overtaken: Vec<_> = attributes
        .iter()
        .filter(|change| !holds(&object, &change.attribute, &change.before))
        .map(|change| changed(&change.attribute, &object))
        .collect();
    if overtaken.is_empty() {
        Seen::Before(Some(object))
    } else {
        Seen::Else(overtaken.join(", "))
    }
}

fn changed(attribute: &str, object: &Object) -> String {
    format!(
        "{attribute} of {} was changed since the plan was made",
        object.dn()
    )
}

fn uac(object: Arc<Object>, wanted: impl Fn(Uac) -> Uac) -> Seen {
    match object.uac() {
        None => Seen::Else(format!("{} has no userAccountControl", object.dn())),
        Some(found) if wanted(found) == found => Seen::After(object.guid()),
        Some(_) => Seen::Before(Some(object)),
    }
}

/// Whether the attribute is as it should be; where only the spelling changes, the spelling counts.
fn reached(object: &Object, change: &AttributeChange) -> bool {
    let name = AttributeName::new(&change.attribute);
    let texts = |values: &[Arc<str>]| values.iter().cloned().map(Value::Text).collect::<Vec<_>>();
    let (before, after) = (texts(&change.before), texts(&change.after));
    let found = object.all(name.as_str());
    equal(found, &after, &name)
        && (!equal(&before, &after, &name) || after.iter().all(|value| found.contains(value)))
}

/// Whether the attribute has exactly these values, in any order, by AD's matching rule.
fn holds(object: &Object, attribute: &str, values: &[Arc<str>]) -> bool {
    let name = AttributeName::new(attribute);
    let values: Vec<_> = values.iter().cloned().map(Value::Text).collect();
    equal(object.all(name.as_str()), &values, &name)
}

fn equal(found: &[Value], wanted: &[Value], name: &AttributeName) -> bool {
    let has = |wanted: &Value| found.iter().any(|value| value.matches(wanted, name));
    found.len() == wanted.len() && wanted.iter().all(has)
}
