//! Turns a change of a plan into the one operation of the directory that does it.
//!
//! Each operation is conditional on what the plan saw: the old values go as the new ones come, a move and a
//! deletion name the place that the object must have.

use std::sync::Arc;

use super::pictures;
use super::seen::{Trouble, View};
use crate::directory::port::{self, Operation};
use crate::directory::{AttributeName, Object, Uac, Value};
use crate::plan::{AttributeChange, Change, Target};

/// What does a change.
pub(super) enum Deed {
    /// One operation.
    Operation(Operation),
    /// A password, which is made only when it is set.
    Password {
        account: Target,
        must_change: bool,
        made: Made,
    },
}

/// How a password is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// Of so many random characters.
    Random(u32),
    /// As the policy computes it.
    Computed,
}

impl View<'_> {
    /// What does this change; `seen` is the account that it is about, as it was just read.
    pub(super) fn deed(
        &self,
        change: &Change,
        seen: Option<&Arc<Object>>,
    ) -> Result<Deed, Trouble> {
        let seen_or_read = |target: &Target| {
            seen.map_or_else(|| self.account(target), |seen| Ok(Arc::clone(seen)))
        };
        let operation = match change {
            Change::CreateUnit { dn } => Operation::Add {
                dn: dn.clone(),
                attributes: vec![("objectClass".into(), vec!["organizationalUnit".into()])],
            },
            Change::CreateGroup {
                dn,
                name,
                group_type,
                description,
            } => {
                let mut attributes: Vec<(AttributeName, Vec<Value>)> = vec![
                    ("objectClass".into(), vec!["group".into()]),
                    ("sAMAccountName".into(), vec![Value::Text(name.clone())]),
                    ("groupType".into(), vec![group_type.to_string().into()]),
                ];
                if let Some(text) = description {
                    attributes.push(("description".into(), vec![Value::Text(text.clone())]));
                }
                Operation::Add {
                    dn: dn.clone(),
                    attributes,
                }
            }
            Change::CreateAccount { dn, attributes, .. } => {
                let mut all: Vec<(AttributeName, Vec<Value>)> =
                    vec![("objectClass".into(), vec!["user".into()])];
                for (name, values) in attributes {
                    let name = AttributeName::new(name);
                    let values = values.iter().map(|value| self.pictures.value(&name, value));
                    let values = values.collect::<Result<Vec<_>, _>>()?;
                    all.push((name, values));
                }
                Operation::Add {
                    dn: dn.clone(),
                    attributes: all,
                }
            }
            Change::Adopt {
                account,
                anchor,
                before,
                after,
                ..
            } => Operation::Modify {
                target: port::Target::Guid(self.guid(account)?),
                changes: vec![port::Change::replace(
                    AttributeName::new(anchor),
                    before.clone().map(Value::Text),
                    Some(Value::Text(Arc::clone(after))),
                )],
            },
            Change::Release {
                account,
                anchor,
                before,
                after,
                ..
            } => Operation::Modify {
                target: port::Target::Guid(self.guid(account)?),
                changes: vec![port::Change::replace(
                    AttributeName::new(anchor),
                    Some(Value::Text(Arc::clone(before))),
                    after.clone().map(Value::Text),
                )],
            },
            Change::SetPassword {
                account,
                must_change,
                length,
                computed,
            } => {
                return Ok(Deed::Password {
                    account: account.clone(),
                    must_change: *must_change,
                    made: if *computed {
                        Made::Computed
                    } else {
                        Made::Random(*length)
                    },
                });
            }
            Change::Modify {
                account,
                attributes,
            } => Operation::Modify {
                target: port::Target::Guid(self.guid(account)?),
                changes: self.differences(&self.as_of_now(attributes), seen.map(|seen| &**seen))?,
            },
            Change::Move { account, to, .. } => {
                let guid = self.guid(account)?;
                Operation::Move {
                    guid,
                    from: self.place(guid, account),
                    to: to.clone(),
                }
            }
            Change::Enable { account, .. } => switch(&*seen_or_read(account)?, Uac::enabled),
            Change::Disable { account, .. } => switch(&*seen_or_read(account)?, Uac::disabled),
            Change::AddMember { group, account } => self.member(group, account, true)?,
            Change::RemoveMember { group, account, .. } => self.member(group, account, false)?,
            Change::WriteBack { .. } | Change::Await { .. } => {
                return Err(Trouble::failed("this is no matter of the directory"));
            }
            Change::Delete { account } | Change::DeleteUnit { unit: account } => {
                let guid = self.guid(account)?;
                Operation::Delete {
                    guid,
                    dn: self.place(guid, account),
                }
            }
        };
        Ok(Deed::Operation(operation))
    }

    /// The values that go and those that come, attribute by attribute; what stays is not named.
    fn differences(
        &self,
        attributes: &[AttributeChange],
        seen: Option<&Object>,
    ) -> Result<Vec<port::Change>, Trouble> {
        let difference = |change: &AttributeChange| {
            let attribute = AttributeName::new(&change.attribute);
            let gone = change.before.iter();
            let gone = gone.filter(|value| !change.after.contains(value));
            let new = change.after.iter();
            let new = new.filter(|value| !change.before.contains(value));
            let delete = gone.map(|value| pictures::there(&attribute, value, seen));
            let add = new.map(|value| self.pictures.value(&attribute, value));
            Ok(port::Change {
                delete: delete.collect(),
                add: add.collect::<Result<_, _>>()?,
                attribute,
            })
        };
        attributes.iter().map(difference).collect()
    }

    fn member(&self, group: &Target, account: &Target, joins: bool) -> Result<Operation, Trouble> {
        let guid = self.guid(account)?;
        let member = self.place(guid, account);
        let value = Value::Text(Arc::clone(member.text()));
        let (old, new) = if joins {
            (None, Some(value))
        } else {
            (Some(value), None)
        };
        Ok(Operation::Modify {
            target: port::Target::Guid(self.guid(group)?),
            changes: vec![port::Change::replace("member", old, new)],
        })
    }
}

/// Changes our bits of `userAccountControl` and keeps those of others as they are now.
fn switch(object: &Object, wanted: impl Fn(Uac) -> Uac) -> Operation {
    let now = object.uac();
    let value = |uac: Uac| Value::from(uac.to_string());
    Operation::Modify {
        target: port::Target::Guid(object.guid()),
        changes: vec![port::Change::replace(
            "userAccountControl",
            now.map(value),
            now.map(wanted).map(value),
        )],
    }
}
