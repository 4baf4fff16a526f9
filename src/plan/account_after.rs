//! What a notice prints that only directory and plan know: the account as it is after the run, names that `unique`
//! gives, what waits for approval.

use super::names::Assigned;
use super::world::World;
use super::{Action, Change, Target, reminder};
use crate::directory::ObjectId;
use crate::hr::PersonId;
use crate::policy::notice::{Fact, LATER, NOTHING, TextPart, UNTOLD};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What stands where a password will: a plan knows none, and the run that makes one puts it there.
pub(super) const PASSWORD: &str = "{password}";

/// The account as it is after the run.
pub(crate) struct AccountAfter<'a> {
    world: &'a World<'a>,
    account: Option<ObjectId>,
    names: Option<&'a Assigned>,
    own: Vec<&'a Action>,
    around: Around<'a>,
}

/// What a notice may tell beside the account itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around<'a> {
    /// About whom it is.
    pub(crate) person: Option<&'a PersonId>,
    /// What waits for an answer about the person.
    pub(crate) asked: &'a [&'a Action],
    /// The further accounts of the person.
    pub(crate) tied: &'a [ObjectId],
    /// Everybody's account.
    pub(crate) accounts: Option<&'a FxHashMap<PersonId, ObjectId>>,
    /// What is expected of the person's data and is not so.
    pub(crate) expectation: Option<&'a str>,
}

impl<'a> AccountAfter<'a> {
    pub(crate) fn new(
        world: &'a World<'_>,
        account: Option<ObjectId>,
        names: Option<&'a Assigned>,
        own: Vec<&'a Action>,
    ) -> Self {
        Self {
            world,
            account,
            names,
            own,
            around: Around::default(),
        }
    }

    /// The same, with that around it.
    #[must_use]
    pub(crate) fn among(mut self, around: Around<'a>) -> Self {
        self.around = around;
        self
    }

    fn fact(&self, fact: Fact) -> Option<Arc<str>> {
        match fact {
            Fact::Approvals => reminder::text(self.world, self.around.asked),
            Fact::Failures => Some(LATER.into()),
            Fact::Expectation => self.around.expectation.map(Into::into),
            Fact::DirectReports => {
                let team = self.world.input.people.reports(self.around.person?);
                let accounts = self.around.accounts;
                let known = team.members.iter().map(|report| {
                    let account = accounts.and_then(|accounts| accounts.get(*report));
                    match account {
                        Some(account) => self.called(*account),
                        None => format!("person {report}, without an account"),
                    }
                });
                // A record that cannot be read may be one of them.
                lines(known.chain(team.unknown.map(|_| UNTOLD.to_owned())))
            }
            Fact::OwnedGroups => {
                let account = self.account?;
                let links = self.world.input.directory.links("managedBy");
                let owned = links.sources(account).iter();
                let groups = owned.filter(|id| self.world.object(**id).is_group());
                lines(groups.map(|group| self.world.name_of(*group).to_string()))
            }
            Fact::TiedAccounts => lines(self.around.tied.iter().map(|account| {
                let object = self.world.object(*account);
                let disable = self.own.iter().find(|action| {
                    matches!(
                        &action.change,
                        Change::Disable { account: Target::Existing { guid, .. }, .. } if *guid == object.guid()
                    )
                });
                let state = match disable {
                    Some(action) if action.refused().is_some() => "on, for its disabling was rejected",
                    Some(action) if action.waits() => "on, for its disabling waits for approval",
                    None if object.enabled() => "on",
                    Some(_) | None => "off",
                };
                format!("{}: {state}", self.called(*account))
            })),
        }
    }

    /// An account by its name and login.
    fn called(&self, account: ObjectId) -> String {
        let object = self.world.object(account);
        let name = object.dn().rdn().map(|rdn| rdn.value().clone());
        let login = self.world.name_of(account);
        match name {
            Some(name) if *name != *login => format!("{name} ({login})"),
            _ => login.to_string(),
        }
    }

    /// The first value that an attribute will have.
    fn value(&self, attribute: &str) -> Option<Arc<str>> {
        let mut value: Option<Arc<str>> = self
            .account
            .and_then(|account| self.world.object(account).first(attribute))
            .map(Into::into);
        for action in &self.own {
            match &action.change {
                Change::CreateAccount { dn, attributes, .. } => {
                    let given = attributes
                        .iter()
                        .find(|(name, _)| name.eq_ignore_ascii_case(attribute));
                    value = match given {
                        Some((_, values)) => values.first().cloned(),
                        None if attribute.eq_ignore_ascii_case("cn") => {
                            dn.rdn().map(|rdn| rdn.value().into())
                        }
                        None if attribute.eq_ignore_ascii_case("distinguishedName") => {
                            Some(dn.text().clone())
                        }
                        None => value,
                    };
                }
                Change::Adopt { anchor, after, .. } if anchor.eq_ignore_ascii_case(attribute) => {
                    value = Some(after.clone());
                }
                Change::Modify {
                    account: Target::Existing { guid, .. },
                    attributes,
                } if self.is_own(*guid) => {
                    let given = attributes
                        .iter()
                        .find(|change| change.attribute.eq_ignore_ascii_case(attribute));
                    if let Some(change) = given {
                        value = change.after.first().cloned();
                    }
                }
                Change::Modify {
                    account: Target::Made { .. },
                    attributes,
                } => {
                    let given = attributes
                        .iter()
                        .find(|change| change.attribute.eq_ignore_ascii_case(attribute));
                    if let Some(change) = given {
                        value = change.after.first().cloned();
                    }
                }
                Change::Move { to, .. } => {
                    if attribute.eq_ignore_ascii_case("cn") {
                        value = to.rdn().map(|rdn| rdn.value().into());
                    } else if attribute.eq_ignore_ascii_case("distinguishedName") {
                        value = Some(to.text().clone());
                    }
                }
                Change::Adopt { .. }
                | Change::Release { .. }
                | Change::Modify { .. }
                | Change::CreateUnit { .. }
                | Change::CreateGroup { .. }
                | Change::SetPassword { .. }
                | Change::Enable { .. }
                | Change::Disable { .. }
                | Change::AddMember { .. }
                | Change::RemoveMember { .. }
                | Change::WriteBack { .. }
                | Change::Await { .. }
                | Change::Delete { .. }
                | Change::DeleteUnit { .. } => {}
            }
        }
        value
    }

    fn is_own(&self, guid: crate::directory::Guid) -> bool {
        self.account
            .is_some_and(|account| self.world.object(account).guid() == guid)
    }

    /// A text of which every piece is there.
    pub(crate) fn text(&self, parts: &[TextPart]) -> Option<String> {
        let mut text = String::new();
        for part in parts {
            text.push_str(&self.piece(part)?);
        }
        (!text.is_empty()).then_some(text)
    }

    /// A text in which what is missing says so.
    pub(crate) fn prose(&self, parts: &[TextPart]) -> String {
        let pieces = parts
            .iter()
            .map(|part| self.piece(part).unwrap_or_else(|| NOTHING.into()));
        pieces.map(|piece| piece.to_string()).collect()
    }

    /// What one piece of a text says; none where it is missing.
    pub(super) fn piece(&self, part: &TextPart) -> Option<Arc<str>> {
        match part {
            TextPart::Literal(text) => Some(text.clone()),
            TextPart::Unique(index) => self.names?.get(*index as usize)?.clone(),
            TextPart::Account(attribute) => self.value(attribute),
            TextPart::Password => Some(PASSWORD.into()),
            TextPart::Fact(fact) => self.fact(*fact),
        }
    }
}

/// Texts, one a line; none where there are none.
fn lines(texts: impl Iterator<Item = String>) -> Option<Arc<str>> {
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n").into())
}
