//! Each deed of a run, and what takes it back.
//!
//! Deeds are gone through from the last to the first, so that whoever depended on something has left it by then. What
//! a deed needed, its undo is needed by: the order of the run, reversed, is the order of the undo.

use super::touch::{Aspect, touched};
use super::{Deed, PastRun, stays, there};
use crate::directory::{AttributeName, Dn, Guid, ObjectId, Uac};
use crate::plan::names::reserved_by;
use crate::plan::order::made_by;
use crate::plan::world::World;
use crate::plan::{
    Action, ActionId, AttributeChange, Cause, Change, Finding, FindingKind, Reversible, Target,
};
use crate::policy::GuardKind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The names with which people log on or are written to: a change of one is counted.
const LOGIN_ATTRIBUTES: [&str; 3] = ["sAMAccountName", "userPrincipalName", "mail"];

/// The reason for all of it.
const AS_BEFORE: &str = "as it was before the run";

/// What a deed left, compared with what is there.
enum Now {
    /// As it was before the run: there is nothing to do.
    Before,
    /// As the run left it.
    After,
}

/// The undo of a run, as far as it has come.
pub(super) struct Back<'w, 'a> {
    world: &'w World<'a>,
    pub(super) past: &'w PastRun,
    actions: Vec<Action>,
    findings: Vec<Finding>,
    touched: BTreeMap<Aspect, Uuid>,
    /// What the actions of the run made.
    made: BTreeMap<ActionId, Guid>,
    /// By the place that it had when the run began, or was made at: the object.
    known_as: FxHashMap<Dn, Guid>,
    /// Which action takes back which deed.
    undone: BTreeMap<ActionId, ActionId>,
    /// Objects that leave their place, and the action by which they do.
    leaving: FxHashMap<ObjectId, ActionId>,
    /// Places that are made again, and the action by which they are.
    remade: FxHashMap<Dn, ActionId>,
    blocked: FxHashSet<Guid>,
}

impl<'w, 'a> Back<'w, 'a> {
    pub(super) fn new(world: &'w World<'a>, past: &'w PastRun) -> Self {
        let mut made = BTreeMap::new();
        let mut known_as = FxHashMap::default();
        for deed in &past.deeds {
            let change = &deed.action.change;
            if let Change::CreateUnit { dn }
            | Change::CreateGroup { dn, .. }
            | Change::CreateAccount { dn, .. } = change
            {
                made.insert(deed.id, deed.object);
                known_as.insert(dn.clone(), deed.object);
            }
            if let Change::Move { account, .. } = change {
                known_as.insert(account.dn().clone(), deed.object);
            }
        }
        Self {
            world,
            past,
            actions: Vec::new(),
            findings: Vec::new(),
            touched: touched(&past.later),
            made,
            known_as,
            undone: BTreeMap::new(),
            leaving: FxHashMap::default(),
            remade: FxHashMap::default(),
            blocked: FxHashSet::default(),
        }
    }

    pub(super) fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn finish(mut self) -> (Vec<Action>, Vec<Finding>) {
        self.order();
        (self.actions, self.findings)
    }

    /// Takes one deed back, or says why not.
    pub(super) fn take(&mut self, deed: &Deed) {
        if deed.already {
            return;
        }
        if deed.formerly.is_none() {
            let text = "was done by a version of tenure that did not keep what an undo needs";
            return self.note(FindingKind::Final, deed, text.to_owned());
        }
        match &deed.action.change {
            Change::CreateUnit { dn } => self.unit_made(deed, dn),
            Change::DeleteUnit { unit } => self.unit_deleted(deed, unit.dn()),
            Change::CreateGroup { .. } | Change::CreateAccount { .. } => self.made_to_stay(deed),
            Change::SetPassword { .. } => self.password(deed),
            Change::Delete { account } => self.deleted(deed, account.dn()),
            Change::WriteBack { .. } => self.written_back(deed),
            Change::Await { step, .. } => {
                let text = format!(
                    "the step `{}` was done by another system, and stays done",
                    step.name
                );
                self.note(FindingKind::Final, deed, text);
            }
            Change::Modify { attributes, .. } => self.modified(deed, attributes),
            Change::Move { account, to, .. } => self.moved(deed, account.dn(), to),
            Change::Enable { .. } => self.enabled(deed),
            Change::Disable { .. } => self.disabled(deed),
            Change::AddMember { group, .. } => self.membership(deed, group, true),
            Change::RemoveMember { group, .. } => self.membership(deed, group, false),
            Change::Adopt {
                anchor,
                before,
                after,
                linked,
                ..
            } => self.adopted(deed, (anchor, before.as_ref(), after), *linked),
            Change::Release {
                anchor,
                before,
                after,
                linked,
                ..
            } => self.released(deed, (anchor, before, after.as_ref()), *linked),
        }
    }

    fn note(&mut self, kind: FindingKind, deed: &Deed, text: String) {
        let finding = self.finding(kind, deed, text);
        self.find(finding);
    }

    fn finding(&self, kind: FindingKind, deed: &Deed, text: String) -> Finding {
        let account = there(self.world, deed.object);
        let mut finding = Finding::new(kind, deed.action.who.clone(), text);
        finding.person.clone_from(&deed.action.person);
        finding.about(account.map(|id| self.world.object(id).dn().clone()))
    }

    /// Adds an action that takes a deed back.
    fn push(&mut self, deed: &Deed, change: Change, counts: &[GuardKind]) -> ActionId {
        let mut action = Action::new(change, vec![World::said(AS_BEFORE)], Cause::Undone);
        action.person.clone_from(&deed.action.person);
        action.who = deed.action.who.clone();
        action.counts = counts.to_vec();
        action.formerly = deed.formerly.clone().map(|mut formerly| {
            // Of the person the plan says it once.
            formerly.person = None;
            Box::new(formerly)
        });
        let id = ActionId(u32::try_from(self.actions.len()).unwrap_or(u32::MAX));
        self.actions.push(action);
        self.undone.insert(deed.id, id);
        id
    }

    /// The account of a deed, if it is there and may be written.
    fn account(&mut self, deed: &Deed) -> Option<(ObjectId, Target)> {
        let Some(id) = there(self.world, deed.object) else {
            self.note(
                FindingKind::ChangedSince,
                deed,
                "there is no such account any more".to_owned(),
            );
            return None;
        };
        if let Some(why) = self.world.barrier(id) {
            if self.blocked.insert(deed.object) {
                let text = format!("nothing of its account is taken back: {why}");
                let finding = self.finding(FindingKind::Blocked, deed, text);
                self.find(finding.help("change the account by hand, or the protection"));
            }
            return None;
        }
        Some((id, self.existing(id)))
    }

    fn existing(&self, id: ObjectId) -> Target {
        let object = self.world.object(id);
        Target::Existing {
            guid: object.guid(),
            dn: object.dn().clone(),
        }
    }

    /// Whether something is still what the run left; a finding and nothing where it is not.
    fn now(
        &mut self,
        deed: &Deed,
        aspect: &Aspect,
        what: &str,
        (before, after): (bool, bool),
    ) -> Option<Now> {
        if before {
            return Some(Now::Before);
        }
        if let Some(run) = self.touched.get(aspect).copied() {
            let text = format!("{what} was changed again by run {run}");
            let finding = self.finding(FindingKind::ChangedSince, deed, text);
            self.find(finding.help(format!("take that one back first: `tenure undo {run}`")));
            return None;
        }
        if !after {
            let text = format!("{what} is not what the run left");
            self.note(FindingKind::ChangedSince, deed, text);
            return None;
        }
        Some(Now::After)
    }

    fn enabled(&mut self, deed: &Deed) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let is = self.world.object(id).enabled();
        let aspect = Aspect::State(deed.object);
        let what = "that it is enabled";
        if let Some(Now::After) = self.now(deed, &aspect, what, (!is, is)) {
            let before = self.world.object(id).uac().map(Uac::bits);
            let change = Change::Disable { account, before };
            self.push(deed, change, &[GuardKind::Disable]);
        }
    }

    /// G13: only what is disabled since this run, without a break, is enabled again: the journal says that it was us.
    fn disabled(&mut self, deed: &Deed) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let memory = self.world.account_memory(id);
        // Where nothing is remembered no run has looked at it since.
        let still = memory.is_none_or(|memory| {
            memory
                .disabled_since
                .is_some_and(|since| since <= deed.ended)
        });
        let is = self.world.object(id).enabled();
        let aspect = Aspect::State(deed.object);
        let what = "that it is disabled";
        let Some(Now::After) = self.now(deed, &aspect, what, (is, still)) else {
            return;
        };
        let ended = deed.action.person.as_ref();
        if ended.is_some_and(|person| self.world.input.prior.ends.contains_key(person)) {
            let text = "stays disabled: an emergency end holds until somebody lifts it";
            return self.note(FindingKind::Blocked, deed, text.to_owned());
        }
        let before = self.world.object(id).uac().map(Uac::bits);
        let change = Change::Enable { account, before };
        self.push(deed, change, &[GuardKind::Enable]);
    }

    fn modified(&mut self, deed: &Deed, attributes: &[AttributeChange]) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let mut changes = Vec::new();
        for change in attributes {
            changes.extend(self.attribute(deed, id, change));
        }
        if changes.is_empty() {
            return;
        }
        let is_login = |name: &str| {
            LOGIN_ATTRIBUTES
                .iter()
                .any(|login| login.eq_ignore_ascii_case(name))
        };
        let mut counts = Vec::new();
        if changes
            .iter()
            .any(|change| !change.before.is_empty() && is_login(&change.attribute))
        {
            counts.push(GuardKind::Login);
        }
        if changes
            .iter()
            .any(|change| change.after.is_empty() && !change.before.is_empty())
        {
            counts.push(GuardKind::Clear);
        }
        let mut reserves: Vec<_> = changes
            .iter()
            .flat_map(|change| {
                let values = change.after.iter();
                values.filter_map(|value| reserved_by(&change.attribute, value))
            })
            .collect();
        reserves.sort();
        reserves.dedup();
        let change = Change::Modify {
            account,
            attributes: changes,
        };
        let id = self.push(deed, change, &counts);
        if let Some(action) = self.actions.get_mut(id.0 as usize) {
            action.reserves = reserves;
        }
    }

    fn attribute(
        &mut self,
        deed: &Deed,
        account: ObjectId,
        change: &AttributeChange,
    ) -> Option<AttributeChange> {
        let name = AttributeName::new(&change.attribute);
        let object = self.world.object(account);
        let found: Vec<Arc<str>> = object.values(&change.attribute).map(Into::into).collect();
        let before = self.as_of_now(&name, &change.before);
        let after = self.as_of_now(&name, &change.after);
        let same = |values: Option<&Vec<Arc<str>>>| {
            values.is_some_and(|values| {
                let has = |value: &Arc<str>| found.iter().any(|one| name.equal(one, value));
                values.len() == found.len() && values.iter().all(has)
            })
        };
        let aspect = Aspect::attribute(deed.object, &change.attribute);
        let is = (same(before.as_ref()), same(after.as_ref()));
        // Where only the spelling was changed, the spelling tells.
        let is = match is {
            (true, true) => (before.as_ref() == Some(&found), true),
            other => other,
        };
        let Some(Now::After) = self.now(deed, &aspect, &change.attribute, is) else {
            return None;
        };
        let Some(before) = before else {
            let text = format!(
                "{} does not come back: what it named is gone",
                change.attribute
            );
            self.note(FindingKind::ChangedSince, deed, text);
            return None;
        };
        if name.is_picture() && !before.is_empty() {
            let text = format!(
                "{} does not come back: photos are not kept",
                change.attribute
            );
            self.note(FindingKind::Final, deed, text);
            return None;
        }
        Some(AttributeChange {
            attribute: change.attribute.clone(),
            before: found,
            after: before,
            refers_to: None,
            reason: World::said(AS_BEFORE),
            cause: Cause::Undone,
            overlay: None,
            lifts: false,
            sensitive: change.sensitive,
        })
    }

    /// Values as the journal has them, links by where what they name is now; none where something is gone.
    fn as_of_now(&self, name: &AttributeName, values: &[Arc<str>]) -> Option<Vec<Arc<str>>> {
        if !name.is_dn() {
            return Some(values.to_vec());
        }
        let place = |value: &Arc<str>| -> Option<Arc<str>> {
            let dn = Dn::parse(value).ok()?;
            let object = match self.known_as.get(&dn) {
                Some(guid) => there(self.world, *guid)?,
                None => self.world.input.directory.by_dn(&dn)?,
            };
            Some(self.world.object(object).dn().text().clone())
        };
        values.iter().map(place).collect()
    }

    fn moved(&mut self, deed: &Deed, from: &Dn, to: &Dn) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let now = self.world.object(id).dn();
        let is = (now.same_spelling(from), now.same_spelling(to));
        let aspect = Aspect::Place(deed.object);
        let Some(Now::After) = self.now(deed, &aspect, "where it is", is) else {
            return;
        };
        let unit = from.parent().unwrap_or_else(Dn::root);
        let directory = self.world.input.directory;
        let made = self.remade.get(&unit).copied();
        let why = if directory.by_dn(&unit).is_none() && made.is_none() {
            Some("it does not exist any more".into())
        } else {
            self.world.place_barrier(&unit)
        };
        if let Some(why) = why {
            let text = format!("does not go back to `{unit}`: {why}");
            return self.note(FindingKind::Blocked, deed, text);
        }
        let holder = directory.by_dn(from).filter(|holder| *holder != id);
        let behind = holder.map(|holder| self.leaving.get(&holder).copied());
        if let Some(None) = behind {
            let text = format!("does not go back to `{from}`: another object is there now");
            return self.note(FindingKind::ChangedSince, deed, text);
        }
        let mut counts = Vec::new();
        if now.parent() != from.parent() {
            counts.push(GuardKind::Move);
        }
        if now.rdn().map(|rdn| rdn.value()) != from.rdn().map(|rdn| rdn.value()) {
            counts.push(GuardKind::Rename);
        }
        let change = Change::Move {
            account,
            to: from.clone(),
            overlay: None,
        };
        let action = self.push(deed, change, &counts);
        self.leaving.insert(id, action);
        if let Some(action) = self.actions.get_mut(action.0 as usize) {
            action
                .after
                .extend(made.into_iter().chain(behind.flatten()));
        }
    }

    fn membership(&mut self, deed: &Deed, group: &Target, given: bool) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let guid = match group {
            Target::Existing { guid, .. } => Some(*guid),
            Target::Made { by, .. } => self.made.get(by).copied(),
        };
        let found = guid.and_then(|guid| there(self.world, guid));
        let (Some(guid), Some(found)) = (guid, found) else {
            let text = format!("there is no group `{}` any more", group.dn());
            return self.note(FindingKind::ChangedSince, deed, text);
        };
        let name = self.world.name_of(found);
        let is = self.world.groups_of(id).any(|group| group == found);
        let aspect = Aspect::Member(deed.object, guid);
        let what = format!("the membership in `{name}`");
        let Some(Now::After) = self.now(deed, &aspect, &what, (is != given, is == given)) else {
            return;
        };
        let privileged = self.world.privilege(found);
        let why = match (given, privileged) {
            (false, Some(why)) if !self.world.is_grantable(found) => {
                Some(format!("{why} is privileged").into())
            }
            (true | false, _) => self.world.barrier(found),
        };
        if let Some(why) = why {
            let text = format!("`{name}` is not taken back: {why}");
            let finding = self.finding(FindingKind::Blocked, deed, text);
            return self.find(finding.help("do it by hand"));
        }
        let group = self.existing(found);
        if given {
            let change = Change::RemoveMember {
                group,
                account,
                stage: None,
            };
            self.push(deed, change, &[GuardKind::Revoke]);
        } else {
            let change = Change::AddMember { group, account };
            self.push(deed, change, &[GuardKind::Grant]);
        }
    }

    fn adopted(
        &mut self,
        deed: &Deed,
        (anchor, before, after): (&Arc<str>, Option<&Arc<str>>, &Arc<str>),
        linked: bool,
    ) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let ours = self.world.account_memory(id);
        let ours = ours.is_some_and(|memory| memory.person == deed.action.person);
        let name = AttributeName::new(anchor);
        let found = self.world.object(id).first(anchor);
        let holds = found.is_some_and(|found| name.equal(found, after));
        let aspect = Aspect::attribute(deed.object, anchor);
        let what = "whose it is";
        if let Some(Now::After) = self.now(deed, &aspect, what, (!ours, holds)) {
            let change = Change::Release {
                account,
                anchor: anchor.clone(),
                before: after.clone(),
                after: before.cloned(),
                linked,
            };
            self.push(deed, change, &[]);
        }
    }

    fn released(
        &mut self,
        deed: &Deed,
        (anchor, before, after): (&Arc<str>, &Arc<str>, Option<&Arc<str>>),
        linked: bool,
    ) {
        let Some((id, account)) = self.account(deed) else {
            return;
        };
        let owner = self.world.account_memory(id);
        let owner = owner.and_then(|memory| memory.person.as_ref());
        let is = (owner == deed.action.person.as_ref(), owner.is_none());
        let aspect = Aspect::attribute(deed.object, anchor);
        let found = self.world.object(id).first(anchor);
        let name = AttributeName::new(anchor);
        let as_left = match (found, after) {
            (None, None) => true,
            (Some(found), Some(after)) => name.equal(found, after),
            (None, Some(_)) | (Some(_), None) => false,
        };
        let is = (is.0, is.1 && as_left);
        if let Some(Now::After) = self.now(deed, &aspect, "whose it is", is) {
            let change = Change::Adopt {
                account,
                anchor: anchor.clone(),
                before: after.cloned(),
                after: before.clone(),
                linked,
            };
            let counts: &[GuardKind] = if linked { &[] } else { &[GuardKind::Adopt] };
            self.push(deed, change, counts);
        }
    }

    /// Only a unit in which nothing is left goes; the directory itself refuses to delete another.
    fn unit_made(&mut self, deed: &Deed, dn: &Dn) {
        let Some(id) = there(self.world, deed.object) else {
            return;
        };
        let object = self.world.object(id);
        if object.dn() != dn {
            let text = "has another name or place than the run gave it".to_owned();
            return self.note(FindingKind::ChangedSince, deed, text);
        }
        if let Some(why) = self.world.place_barrier(dn) {
            let text = format!("is not deleted: {why}");
            return self.note(FindingKind::Blocked, deed, text);
        }
        let children = self.world.input.directory.children(id);
        let stay = children
            .iter()
            .filter(|child| !self.leaving.contains_key(child));
        let stay = stay.count();
        if stay > 0 {
            let objects = if stay == 1 {
                "object stays"
            } else {
                "objects stay"
            };
            let text = format!("the unit stays: {stay} {objects} in it");
            return self.note(FindingKind::Final, deed, text);
        }
        let first: Vec<ActionId> = children
            .iter()
            .filter_map(|child| self.leaving.get(child).copied())
            .collect();
        let change = Change::DeleteUnit {
            unit: self.existing(id),
        };
        let action = self.push(deed, change, &[]);
        self.leaving.insert(id, action);
        if let Some(action) = self.actions.get_mut(action.0 as usize) {
            action.after.extend(first);
            action.reversible = Reversible::Partly(
                "made again it has another GUID, without rights or policies linked to it".into(),
            );
        }
    }

    fn unit_deleted(&mut self, deed: &Deed, dn: &Dn) {
        if self.world.input.directory.by_dn(dn).is_some() {
            return;
        }
        let unit = dn.parent().unwrap_or_else(Dn::root);
        let missing = self.world.input.directory.by_dn(&unit).is_none();
        let made = self.remade.get(&unit).copied();
        let why = if missing && made.is_none() {
            Some(format!("there is no `{unit}` any more").into())
        } else {
            self.world.place_barrier(dn)
        };
        if let Some(why) = why {
            let text = format!("is not made again: {why}");
            return self.note(FindingKind::Blocked, deed, text);
        }
        let action = self.push(deed, Change::CreateUnit { dn: dn.clone() }, &[]);
        self.remade.insert(dn.clone(), action);
        if let Some(action) = self.actions.get_mut(action.0 as usize) {
            action.after.extend(made);
        }
    }

    /// What was made and is not deleted: an account, whatever was in it since; a group, whose SID may be anywhere.
    fn made_to_stay(&mut self, deed: &Deed) {
        if there(self.world, deed.object).is_none() {
            return;
        }
        let text = stays(&deed.action.change).unwrap_or_default().to_owned();
        let is_account = matches!(deed.action.change, Change::CreateAccount { .. });
        let help = if is_account {
            "delete it by hand if nothing of it is wanted, or let a stage of the policy do so"
        } else {
            "delete it by hand, if no access list names it"
        };
        let finding = self.finding(FindingKind::Final, deed, text);
        self.find(finding.help(help));
    }

    fn password(&mut self, deed: &Deed) {
        // One that was made for a new account took the place of nothing.
        if deed.action.reversible == Reversible::No {
            let text = "a new password was set: the former one is known to nobody".to_owned();
            let finding = self.finding(FindingKind::Final, deed, text);
            self.find(finding.help("hand over another one by hand if this one must not be used"));
        }
    }

    fn deleted(&mut self, deed: &Deed, dn: &Dn) {
        if there(self.world, deed.object).is_some() {
            return;
        }
        let text = format!(
            "the account {dn} was deleted: only reanimation brings it back, with everything but its password where the \
             recycle bin is on, else with GUID, SID and login alone"
        );
        let finding = self.finding(FindingKind::Final, deed, text);
        self.find(finding.help(
            "`Restore-ADObject`, or an authoritative restore; it is never made anew in its place",
        ));
    }

    fn written_back(&mut self, deed: &Deed) {
        let Change::WriteBack {
            person,
            field,
            source,
            before,
            after,
            login,
            ..
        } = &deed.action.change
        else {
            return;
        };
        let schema = self.world.input.schema.attributes();
        let position = schema.iter().position(|one| one.name == *field);
        let record = self.world.person(person);
        let (Some(position), Some(record)) = (position, record) else {
            let text = format!("`{source}` of HR stays: HR, or the policy, does not tell it now");
            return self.note(FindingKind::ChangedSince, deed, text);
        };
        let now = record
            .get(position)
            .map(|value| Arc::from(value.to_string()));
        let is = (now == *before, now.as_ref() == Some(after));
        let aspect = Aspect::Field(person.clone(), field.clone());
        let what = format!("`{source}` of HR");
        let Some(Now::After) = self.now(deed, &aspect, &what, is) else {
            return;
        };
        let Some(before) = before else {
            let text = format!("`{source}` was empty in HR, and is not emptied from here");
            let finding = self.finding(FindingKind::Final, deed, text);
            return self.find(finding.help("clear it in HR by hand"));
        };
        let Some(account) = there(self.world, deed.object).map(|id| self.existing(id)) else {
            return self.note(
                FindingKind::ChangedSince,
                deed,
                "there is no such account any more".to_owned(),
            );
        };
        let digest = self.world.digest(person, field, before);
        let change = Change::WriteBack {
            account,
            person: person.clone(),
            field: field.clone(),
            source: source.clone(),
            before: Some(after.clone()),
            after: before.clone(),
            digest: digest.unwrap_or_default(),
            login: *login,
        };
        self.push(deed, change, &[GuardKind::Writeback]);
    }

    /// What a deed needed, its undo is needed by.
    fn order(&mut self) {
        for deed in &self.past.deeds {
            let Some(own) = self.undone.get(&deed.id).copied() else {
                continue;
            };
            let needed = deed.action.after.iter().copied();
            let needed = needed.chain(made_by(&deed.action.change));
            for (id, must_succeed) in needed
                .map(|id| (id, true))
                .chain(deed.action.behind.iter().map(|id| (*id, false)))
            {
                let Some(other) = self.undone.get(&id).copied() else {
                    continue;
                };
                // Links come first on the way back as on the way there (`order::links_first`).
                if !must_succeed && self.is_link_of(own, other) {
                    continue;
                }
                let strict = must_succeed && self.must_succeed(own, other);
                if let Some(action) = self.actions.get_mut(other.0 as usize) {
                    let list = if strict {
                        &mut action.after
                    } else {
                        &mut action.behind
                    };
                    list.push(own);
                }
            }
        }
        for action in &mut self.actions {
            action.after.sort_unstable();
            action.after.dedup();
            action.behind.sort_unstable();
            action.behind.dedup();
        }
    }

    /// Whether the first moves what the second may name.
    fn is_link_of(&self, first: ActionId, second: ActionId) -> bool {
        let change = |id: ActionId| self.actions.get(id.0 as usize).map(|action| &action.change);
        matches!(change(first), Some(Change::Move { .. }))
            && matches!(change(second), Some(Change::Modify { .. }))
    }

    /// Whether the second may not be done unless the first was: a unit goes only once it is empty, nobody comes to a
    /// place that is not free or not there, and of two groups that exclude each other the one is left first.
    fn must_succeed(&self, first: ActionId, second: ActionId) -> bool {
        let change = |id: ActionId| self.actions.get(id.0 as usize).map(|action| &action.change);
        let (Some(first), Some(second)) = (change(first), change(second)) else {
            return false;
        };
        let makes_way = matches!(first, Change::CreateUnit { .. } | Change::Move { .. });
        let takes = matches!(first, Change::RemoveMember { .. });
        matches!(second, Change::DeleteUnit { .. })
            || (makes_way && matches!(second, Change::Move { .. }))
            || (takes && matches!(second, Change::AddMember { .. }))
    }
}
