//! What the state will remember, to and from the file.

use super::convert::{guid, guid_if, instant, instant_if, person, person_if, shared, text, texts};
use super::{Bad, wire};
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::{Formerly, Memory, NoticeMemory, ValuesEntry};
use crate::state::{AccountMemory, ManagedValue, Membership, Overlay, PersonMemory};
use jiff::Timestamp;

impl From<&Memory> for wire::Memory {
    fn from(memory: &Memory) -> Self {
        let since = |what: String, since: &Timestamp| wire::Since {
            what,
            since: since.to_string(),
        };
        Self {
            people: memory.people.iter().map(of_person).collect(),
            accounts: memory.accounts.iter().map(of_account).collect(),
            memberships: memory.memberships.iter().map(of_membership).collect(),
            values: memory.values.iter().map(of_values).collect(),
            open_since: memory
                .open_since
                .iter()
                .map(|(what, at)| since(what.to_string(), at))
                .collect(),
            exceptions_seen: memory
                .exceptions_seen
                .iter()
                .map(|(what, at)| since(what.to_string(), at))
                .collect(),
            ends_agreed: memory.ends_agreed.iter().map(ToString::to_string).collect(),
            people_read: memory.people_read,
            notices_known: texts(&memory.notices.known),
            notices_changed: memory
                .notices
                .changed
                .iter()
                .map(|((key, person), holds)| wire::NoticeState {
                    key: key.to_string(),
                    person: person.to_string(),
                    holds: *holds,
                })
                .collect(),
            steps_over: memory.steps_over.iter().map(Into::into).collect(),
            counts: memory
                .counts
                .iter()
                .map(|(what, count)| wire::Counted {
                    what: what.to_string(),
                    count: *count,
                })
                .collect(),
        }
    }
}

impl TryFrom<wire::Memory> for Memory {
    type Error = Bad;

    fn try_from(memory: wire::Memory) -> Result<Self, Bad> {
        let open_since = memory.open_since.into_iter();
        let exceptions = memory.exceptions_seen.into_iter();
        Ok(Self {
            people: all(memory.people, person_of)?,
            accounts: all(memory.accounts, account_of)?,
            memberships: all(memory.memberships, membership_of)?,
            values: all(memory.values, values_of)?,
            open_since: open_since
                .map(|open| Ok((guid(&open.what)?, instant(&open.since)?)))
                .collect::<Result<_, Bad>>()?,
            exceptions_seen: exceptions
                .map(|seen| Ok((seen.what.into(), instant(&seen.since)?)))
                .collect::<Result<_, Bad>>()?,
            ends_agreed: memory
                .ends_agreed
                .iter()
                .map(|text| person(text))
                .collect::<Result<_, Bad>>()?,
            people_read: memory.people_read,
            notices: NoticeMemory {
                known: shared(memory.notices_known),
                changed: memory
                    .notices_changed
                    .into_iter()
                    .map(|state| Ok(((state.key.into(), person(&state.person)?), state.holds)))
                    .collect::<Result<_, Bad>>()?,
            },
            steps_over: memory
                .steps_over
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_, Bad>>()?,
            counts: memory
                .counts
                .into_iter()
                .map(|counted| (counted.what.into(), counted.count))
                .collect(),
        })
    }
}

impl From<&Formerly> for wire::Formerly {
    fn from(formerly: &Formerly) -> Self {
        // Whose it is the action says; the keys of the parts stay empty.
        let nobody = || Guid::NIL;
        Self {
            person: formerly.person.as_ref().map(remembered),
            account: formerly
                .account
                .clone()
                .map(|memory| of_account(&(nobody(), memory))),
            membership: formerly
                .membership
                .clone()
                .map(|row| of_membership(&((nobody(), nobody()), row))),
            values: formerly
                .values
                .iter()
                .map(|(name, values)| of_values(&((nobody(), name.clone()), values.clone())))
                .collect(),
            written: text(formerly.written.as_ref()),
        }
    }
}

impl TryFrom<wire::Formerly> for Formerly {
    type Error = Bad;

    fn try_from(formerly: wire::Formerly) -> Result<Self, Bad> {
        let account = formerly.account.map(account_of).transpose()?;
        let membership = formerly.membership.map(membership_of).transpose()?;
        let values = all(formerly.values, values_of)?.into_iter();
        Ok(Self {
            person: formerly.person.map(memory_of).transpose()?,
            account: account.map(|(_, memory)| memory),
            membership: membership.map(|(_, row)| row),
            values: values.map(|((_, name), values)| (name, values)).collect(),
            written: formerly.written.map(Into::into),
        })
    }
}

fn all<A, B>(items: Vec<A>, one: fn(A) -> Result<B, Bad>) -> Result<Vec<B>, Bad> {
    items.into_iter().map(one).collect()
}

fn of_person((id, memory): &(PersonId, PersonMemory)) -> wire::PersonMemory {
    wire::PersonMemory {
        person: id.to_string(),
        ..remembered(memory)
    }
}

fn remembered(memory: &PersonMemory) -> wire::PersonMemory {
    let values = memory.values.iter();
    wire::PersonMemory {
        person: String::new(),
        account: text(memory.account.as_ref()),
        stage: text(memory.stage.as_ref()),
        entered: text(memory.entered.as_ref()),
        values: values
            .map(|(name, digest)| (name.to_string(), digest.to_string()))
            .collect(),
        vanished: text(memory.vanished.as_ref()),
        _terminated: None,
    }
}

fn person_of(memory: wire::PersonMemory) -> Result<(PersonId, PersonMemory), Bad> {
    Ok((person(&memory.person)?, memory_of(memory)?))
}

fn memory_of(memory: wire::PersonMemory) -> Result<PersonMemory, Bad> {
    let values = memory.values.into_iter();
    Ok(PersonMemory {
        account: guid_if(memory.account)?,
        stage: memory.stage.map(Into::into),
        entered: instant_if(memory.entered)?,
        values: values
            .map(|(name, digest)| (name.into(), digest.into()))
            .collect(),
        vanished: instant_if(memory.vanished)?,
    })
}

fn of_account((id, memory): &(Guid, AccountMemory)) -> wire::AccountMemory {
    let overlays = memory.overlays.iter().map(|overlay| wire::Overlay {
        stage: overlay.stage.to_string(),
        attribute: overlay.attribute.to_string(),
        before: texts(&overlay.before),
        wrote: texts(&overlay.wrote),
    });
    wire::AccountMemory {
        guid: id.to_string(),
        person: text(memory.person.as_ref()),
        tied: memory.tied,
        created: text(memory.created.as_ref()),
        disabled_since: text(memory.disabled_since.as_ref()),
        disabled_by_us: memory.disabled_by_us,
        password_set: text(memory.password_set.as_ref()),
        password_given: text(memory.password_given.as_ref()),
        overlays: overlays.collect(),
        anchor: text(memory.anchor.as_ref()),
    }
}

fn account_of(memory: wire::AccountMemory) -> Result<(Guid, AccountMemory), Bad> {
    let id = guid(&memory.guid)?;
    let overlays = memory.overlays.into_iter().map(|overlay| Overlay {
        stage: overlay.stage.into(),
        attribute: overlay.attribute.into(),
        before: shared(overlay.before),
        wrote: shared(overlay.wrote),
    });
    let memory = AccountMemory {
        person: person_if(memory.person)?,
        tied: memory.tied,
        created: instant_if(memory.created)?,
        disabled_since: instant_if(memory.disabled_since)?,
        disabled_by_us: memory.disabled_by_us,
        password_set: instant_if(memory.password_set)?,
        password_given: instant_if(memory.password_given)?,
        overlays: overlays.collect(),
        anchor: memory.anchor.map(Into::into),
    };
    Ok((id, memory))
}

fn of_membership(((account, group), row): &((Guid, Guid), Membership)) -> wire::Membership {
    wire::Membership {
        account: account.to_string(),
        group: group.to_string(),
        owner: row.owner.into(),
        since: row.since.to_string(),
        lapsed: text(row.lapsed.as_ref()),
        removed_by_stage: text(row.removed_by_stage.as_ref()),
    }
}

fn membership_of(row: wire::Membership) -> Result<((Guid, Guid), Membership), Bad> {
    let key = (guid(&row.account)?, guid(&row.group)?);
    let row = Membership {
        owner: row.owner.into(),
        since: instant(&row.since)?,
        lapsed: instant_if(row.lapsed)?,
        removed_by_stage: row.removed_by_stage.map(Into::into),
    };
    Ok((key, row))
}

fn of_values(((account, attribute), values): &ValuesEntry) -> wire::AttributeValues {
    let values = values.iter().map(|value| wire::ManagedValue {
        value: value.value.to_string(),
        owner: value.owner.into(),
        since: value.since.to_string(),
    });
    wire::AttributeValues {
        account: account.to_string(),
        attribute: attribute.to_string(),
        values: values.collect(),
    }
}

fn values_of(entry: wire::AttributeValues) -> Result<ValuesEntry, Bad> {
    let key = (guid(&entry.account)?, entry.attribute.into());
    let values = entry.values.into_iter().map(|value| {
        Ok(ManagedValue {
            value: value.value.into(),
            owner: value.owner.into(),
            since: instant(&value.since)?,
        })
    });
    Ok((key, values.collect::<Result<_, Bad>>()?))
}
