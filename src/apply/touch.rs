//! What an action touches, and so which actions may not overtake one another.
//!
//! `after` and `behind` say what the planner knows to depend on what. Beside that, a run that does one thing after
//! the other keeps more in order than anybody says: two changes of one account, a name that one frees and another
//! takes, a link to somebody who moves. With many operations in flight that has to be said. So each action names
//! what it touches, and how: several may *read* a thing at the same time, whoever *changes* it has it alone. Of
//! two actions that touch the same thing, one of them changing it, the one that the plan has first goes first.
//!
//! What is told apart: the name of an object, which creating, moving and deleting it change and everything that
//! names it reads; its entry, which every other change of it changes; one membership; a value that only one
//! object may have; which account and which names are whose; one field in HR. Memberships of different people in one group are
//! different things: they may be given in any order.

use std::borrow::Cow;

use crate::directory::fold::fold_name;
use crate::directory::schema::{self, Unique};
use crate::directory::{AttributeName, Dn};
use crate::hr::PersonId;
use crate::plan::{Action, Change, Target};
use crate::state::NameSpace;

/// A thing that actions touch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Thing<'p> {
    /// What an object is called and where it is, or that it is not there; by the name that the plan knows it by.
    Name(Cow<'p, str>),
    /// Its attributes.
    Entry(&'p str),
    /// That somebody is in a group: the group, then the member.
    Member(&'p str, &'p str),
    /// A value that only one object may have, with the name of its attribute or of the space it is unique in.
    Value(&'static str, String),
    /// A name that is reserved.
    Reserved(NameSpace, &'p str),
    /// Which account is a person's own, and which names are theirs.
    Own(&'p PersonId),
    /// A field in HR.
    Field(&'p PersonId, &'p str),
}

/// Whether a thing is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// It is: others may read it at the same time.
    Reads,
    /// It is not.
    Changes,
}

/// All that an action touches.
pub(super) fn touches(action: &Action) -> Vec<(Thing<'_>, Touch)> {
    let mut all = Touches(Vec::new());
    match &action.change {
        Change::CreateUnit { dn } => all.made(dn),
        Change::CreateGroup { dn, name, .. } => {
            all.made(dn);
            all.value("sAMAccountName", name);
        }
        Change::CreateAccount { dn, attributes, .. } => {
            all.made(dn);
            for (name, values) in attributes {
                for value in values {
                    all.value(name, value);
                }
            }
        }
        Change::Adopt {
            account,
            anchor,
            before,
            after,
            ..
        } => {
            // Memberships and links wait until it is known whose they are.
            all.changes(name(account.dn()));
            all.changes(Thing::Entry(account.dn().key()));
            for value in before.iter().chain([after]) {
                all.value(anchor, value);
            }
        }
        Change::Release {
            account,
            anchor,
            before,
            after,
            ..
        } => {
            all.changes(name(account.dn()));
            all.changes(Thing::Entry(account.dn().key()));
            for value in after.iter().chain([before]) {
                all.value(anchor, value);
            }
        }
        Change::SetPassword { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. } => all.entry(account),
        Change::Modify {
            account,
            attributes,
        } => {
            all.entry(account);
            for change in attributes {
                for value in change.before.iter().chain(&change.after) {
                    all.value(&change.attribute, value);
                    all.link(&change.attribute, value);
                }
            }
        }
        Change::Move { account, to, .. } => {
            all.left(account.dn());
            all.changes(Thing::Entry(account.dn().key()));
            all.made(to);
        }
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            all.reads(name(group.dn()));
            all.reads(name(account.dn()));
            all.changes(Thing::Member(group.dn().key(), account.dn().key()));
        }
        Change::WriteBack {
            account,
            person,
            source,
            ..
        } => {
            all.entry(account);
            all.changes(Thing::Field(person, source));
        }
        // It has to be there; what waits for the answer says so.
        Change::Await { account, .. } => all.reads(name(account.dn())),
        Change::Delete { account } | Change::DeleteUnit { unit: account } => {
            all.left(account.dn());
            all.changes(Thing::Entry(account.dn().key()));
        }
    }
    let is_about_whose = matches!(
        action.change,
        Change::Adopt { .. }
            | Change::Release { .. }
            | Change::CreateAccount { .. }
            | Change::Delete { .. }
    );
    if let Some(person) = &action.person
        && (is_about_whose || !action.reserves.is_empty())
    {
        all.changes(Thing::Own(person));
    }
    for (space, name) in &action.reserves {
        all.changes(Thing::Reserved(*space, name));
    }
    all.0
}

/// AD takes two names for the same where only accents differ.
fn name(dn: &Dn) -> Thing<'_> {
    Thing::Name(fold_name(dn.key()))
}

struct Touches<'p>(Vec<(Thing<'p>, Touch)>);

impl<'p> Touches<'p> {
    fn reads(&mut self, thing: Thing<'p>) {
        self.0.push((thing, Touch::Reads));
    }

    fn changes(&mut self, thing: Thing<'p>) {
        self.0.push((thing, Touch::Changes));
    }

    /// Something comes to have that name; what it lies in has to be there.
    fn made(&mut self, dn: &'p Dn) {
        self.reads(Thing::Name(fold_name(dn.parent_key())));
        self.changes(name(dn));
    }

    /// Something no longer has that name; what it lies in may be waiting to become empty.
    fn left(&mut self, dn: &'p Dn) {
        self.made(dn);
    }

    /// The attributes of something that stays where it is.
    fn entry(&mut self, target: &'p Target) {
        self.reads(name(target.dn()));
        self.changes(Thing::Entry(target.dn().key()));
    }

    /// A value that comes or goes, where no two objects may have it.
    fn value(&mut self, attribute: &str, value: &str) {
        let Some(known) = schema::attribute(attribute) else {
            return;
        };
        match known.unique {
            Some(Unique::Forest) => {
                let key = fold_name(&AttributeName::new(attribute).key(value)).into_owned();
                self.changes(Thing::Value(known.name, key));
            }
            Some(Unique::Addresses) => {
                let key = schema::address_key(value).into_owned();
                self.changes(Thing::Value("addresses", key));
            }
            // Who has which name in a unit is a matter of names.
            Some(Unique::Unit) | None => {}
        }
    }

    /// Whom a value names.
    fn link(&mut self, attribute: &str, value: &str) {
        if !AttributeName::new(attribute).is_dn() {
            return;
        }
        if let Ok(dn) = Dn::parse(value) {
            let key = fold_name(dn.key()).into_owned();
            self.reads(Thing::Name(key.into()));
        }
    }
}
