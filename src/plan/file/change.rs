//! Between a change and its form in the file, both ways.

use super::convert::{dn, guid, person, shared, text, texts};
use super::{Bad, wire};
use crate::directory::group_type::GroupType;
use crate::plan::{ActionId, AttributeChange, Change, Target};

impl From<&Target> for wire::Target {
    fn from(target: &Target) -> Self {
        match target {
            Target::Existing { guid, dn } => Self::Existing {
                guid: guid.to_string(),
                dn: dn.to_string(),
            },
            Target::Made { by, dn } => Self::Made {
                by: by.0,
                dn: dn.to_string(),
            },
        }
    }
}

impl TryFrom<wire::Target> for Target {
    type Error = Bad;

    fn try_from(target: wire::Target) -> Result<Self, Bad> {
        Ok(match target {
            wire::Target::Existing { guid: id, dn: name } => Self::Existing {
                guid: guid(&id)?,
                dn: dn(&name)?,
            },
            wire::Target::Made { by, dn: name } => Self::Made {
                by: ActionId(by),
                dn: dn(&name)?,
            },
        })
    }
}

impl From<&Change> for wire::Change {
    fn from(change: &Change) -> Self {
        match change {
            Change::CreateUnit { dn } => Self::CreateUnit { dn: dn.to_string() },
            Change::CreateGroup {
                dn,
                name,
                group_type,
                description,
            } => Self::CreateGroup {
                dn: dn.to_string(),
                name: name.to_string(),
                group_type: group_type.to_string(),
                description: text(description.as_ref()),
            },
            Change::CreateAccount {
                dn,
                attributes,
                anchor,
                sensitive,
            } => Self::CreateAccount {
                dn: dn.to_string(),
                attributes: attributes
                    .iter()
                    .map(|(name, values)| wire::Attribute {
                        name: name.to_string(),
                        values: texts(values),
                    })
                    .collect(),
                anchor: text(anchor.as_ref()),
                sensitive: texts(sensitive),
            },
            Change::Adopt {
                account,
                anchor,
                before,
                after,
                linked,
            } => Self::Adopt {
                account: account.into(),
                anchor: anchor.to_string(),
                before: text(before.as_ref()),
                after: after.to_string(),
                linked: *linked,
            },
            Change::Release {
                account,
                anchor,
                before,
                after,
                linked,
            } => Self::Release {
                account: account.into(),
                anchor: anchor.to_string(),
                before: before.to_string(),
                after: text(after.as_ref()),
                linked: *linked,
            },
            Change::SetPassword {
                account,
                must_change,
                length,
                computed,
            } => Self::SetPassword {
                account: account.into(),
                must_change: *must_change,
                length: *length,
                computed: *computed,
            },
            Change::Modify {
                account,
                attributes,
            } => Self::Modify {
                account: account.into(),
                attributes: attributes.iter().map(Into::into).collect(),
            },
            Change::Move {
                account,
                to,
                overlay,
            } => Self::Move {
                account: account.into(),
                to: to.to_string(),
                overlay: text(overlay.as_ref()),
            },
            Change::Enable { account, before } => Self::Enable {
                account: account.into(),
                before: *before,
            },
            Change::Disable { account, before } => Self::Disable {
                account: account.into(),
                before: *before,
            },
            Change::AddMember { group, account } => Self::AddMember {
                group: group.into(),
                account: account.into(),
            },
            Change::RemoveMember {
                group,
                account,
                stage,
            } => Self::RemoveMember {
                group: group.into(),
                account: account.into(),
                stage: text(stage.as_ref()),
            },
            Change::WriteBack {
                account,
                person,
                field,
                source,
                before,
                after,
                digest,
                login,
            } => Self::WriteBack {
                account: account.into(),
                person: person.to_string(),
                field: field.to_string(),
                source: source.to_string(),
                before: text(before.as_ref()),
                after: after.to_string(),
                digest: digest.to_string(),
                login: *login,
            },
            Change::Await { account, step } => Self::Await {
                account: account.into(),
                step: step.into(),
            },
            Change::Delete { account } => Self::Delete {
                account: account.into(),
            },
            Change::DeleteUnit { unit } => Self::DeleteUnit { unit: unit.into() },
        }
    }
}

impl TryFrom<wire::Change> for Change {
    type Error = Bad;

    fn try_from(change: wire::Change) -> Result<Self, Bad> {
        Ok(match change {
            wire::Change::CreateUnit { dn: name } => Self::CreateUnit { dn: dn(&name)? },
            wire::Change::CreateGroup {
                dn: place,
                name,
                group_type,
                description,
            } => Self::CreateGroup {
                dn: dn(&place)?,
                name: name.into(),
                group_type: GroupType::parse(&group_type)
                    .ok_or_else(|| Bad::new("type of a group", &group_type))?,
                description: description.map(Into::into),
            },
            wire::Change::CreateAccount {
                dn: name,
                attributes,
                anchor,
                sensitive,
            } => Self::CreateAccount {
                dn: dn(&name)?,
                attributes: attributes
                    .into_iter()
                    .map(|attribute| (attribute.name.into(), shared(attribute.values)))
                    .collect(),
                anchor: anchor.map(Into::into),
                sensitive: shared(sensitive),
            },
            wire::Change::Adopt {
                account,
                anchor,
                before,
                after,
                linked,
            } => Self::Adopt {
                account: account.try_into()?,
                anchor: anchor.into(),
                before: before.map(Into::into),
                after: after.into(),
                linked,
            },
            wire::Change::Release {
                account,
                anchor,
                before,
                after,
                linked,
            } => Self::Release {
                account: account.try_into()?,
                anchor: anchor.into(),
                before: before.into(),
                after: after.map(Into::into),
                linked,
            },
            wire::Change::SetPassword {
                account,
                must_change,
                length,
                computed,
            } => Self::SetPassword {
                account: account.try_into()?,
                must_change,
                length,
                computed,
            },
            wire::Change::Modify {
                account,
                attributes,
            } => Self::Modify {
                account: account.try_into()?,
                attributes: attributes.into_iter().map(Into::into).collect(),
            },
            wire::Change::Move {
                account,
                to,
                overlay,
            } => Self::Move {
                account: account.try_into()?,
                to: dn(&to)?,
                overlay: overlay.map(Into::into),
            },
            wire::Change::Enable { account, before } => Self::Enable {
                account: account.try_into()?,
                before,
            },
            wire::Change::Disable { account, before } => Self::Disable {
                account: account.try_into()?,
                before,
            },
            wire::Change::AddMember { group, account } => Self::AddMember {
                group: group.try_into()?,
                account: account.try_into()?,
            },
            wire::Change::RemoveMember {
                group,
                account,
                stage,
            } => Self::RemoveMember {
                group: group.try_into()?,
                account: account.try_into()?,
                stage: stage.map(Into::into),
            },
            wire::Change::WriteBack {
                account,
                person: whose,
                field,
                source,
                before,
                after,
                digest,
                login,
            } => Self::WriteBack {
                account: account.try_into()?,
                person: person(&whose)?,
                field: field.into(),
                source: source.into(),
                before: before.map(Into::into),
                after: after.into(),
                digest: digest.into(),
                login,
            },
            wire::Change::Await { account, step } => Self::Await {
                account: account.try_into()?,
                step: step.try_into()?,
            },
            wire::Change::Delete { account } => Self::Delete {
                account: account.try_into()?,
            },
            wire::Change::DeleteUnit { unit } => Self::DeleteUnit {
                unit: unit.try_into()?,
            },
        })
    }
}

impl From<&AttributeChange> for wire::AttributeChange {
    fn from(change: &AttributeChange) -> Self {
        Self {
            attribute: change.attribute.to_string(),
            before: texts(&change.before),
            after: texts(&change.after),
            refers_to: change.refers_to.map(|id| id.0),
            reason: (&change.reason).into(),
            cause: change.cause.into(),
            overlay: text(change.overlay.as_ref()),
            lifts: change.lifts,
            sensitive: change.sensitive,
        }
    }
}

impl From<wire::AttributeChange> for AttributeChange {
    fn from(change: wire::AttributeChange) -> Self {
        Self {
            attribute: change.attribute.into(),
            before: shared(change.before),
            after: shared(change.after),
            refers_to: change.refers_to.map(ActionId),
            reason: change.reason.into(),
            cause: change.cause.into(),
            overlay: change.overlay.map(Into::into),
            lifts: change.lifts,
            sensitive: change.sensitive,
        }
    }
}
