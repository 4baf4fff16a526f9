//! What a notice prints that only directory and plan know: the account as it is after the run, names that `unique`
//! gives, what waits for approval.

use super::names::Assigned;
use super::world::World;
use super::{Action, Change, Target, reminder};
use crate::policy::notice::{Fact, NOTHING, TextPart};
use std::sync::Arc;

/// What stands where a password would: a plan knows none, and no mail brings one.
const PASSWORD: &str = "(not sent by mail)";

/// The account as it is after the run.
pub(crate) struct AccountAfter<'a> {
    world: &'a World<'a>,
    account: Option<crate::directory::ObjectId>,
    names: Option<&'a Assigned>,
    own: Vec<&'a Action>,
    /// What waits for an answer about the person.
    asked: &'a [&'a Action],
}

impl<'a> AccountAfter<'a> {
    pub(crate) fn new(
        world: &'a World<'_>,
        account: Option<crate::directory::ObjectId>,
        names: Option<&'a Assigned>,
        own: Vec<&'a Action>,
    ) -> Self {
        Self {
            world,
            account,
            names,
            own,
            asked: &[],
        }
    }

    /// The same, of whom that waits.
    #[must_use]
    pub(crate) fn asking(mut self, asked: &'a [&'a Action]) -> Self {
        self.asked = asked;
        self
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

    fn piece(&self, part: &TextPart) -> Option<Arc<str>> {
        match part {
            TextPart::Literal(text) => Some(text.clone()),
            TextPart::Unique(index) => self.names?.get(*index as usize)?.clone(),
            TextPart::Account(attribute) => self.value(attribute),
            TextPart::Password => Some(PASSWORD.into()),
            TextPart::Fact(Fact::Approvals) => reminder::text(self.world, self.asked),
        }
    }
}
