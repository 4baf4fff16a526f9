//! What the state will remember, to and from the file.

use super::convert::{guid, guid_if, instant, instant_if, person, person_if, shared, text, texts};
use super::{Bad, wire};
use crate::plan::{Memory, NoticeMemory};
use crate::state::{AccountMemory, ManagedValue, Membership, Overlay, PersonMemory};

impl From<&Memory> for wire::Memory {
    fn from(memory: &Memory) -> Self {
        Self {
            people: memory
                .people
                .iter()
                .map(|(id, memory)| wire::PersonMemory {
                    person: id.to_string(),
                    account: text(memory.account.as_ref()),
                    stage: text(memory.stage.as_ref()),
                    entered: text(memory.entered.as_ref()),
                    values: memory
                        .values
                        .iter()
                        .map(|(name, digest)| (name.to_string(), digest.to_string()))
                        .collect(),
                    vanished: text(memory.vanished.as_ref()),
                    terminated: text(memory.terminated.as_ref()),
                })
                .collect(),
            accounts: memory
                .accounts
                .iter()
                .map(|(id, memory)| wire::AccountMemory {
                    guid: id.to_string(),
                    person: text(memory.person.as_ref()),
                    tied: memory.tied,
                    created: text(memory.created.as_ref()),
                    disabled_since: text(memory.disabled_since.as_ref()),
                    disabled_by_us: memory.disabled_by_us,
                    password_set: text(memory.password_set.as_ref()),
                    password_given: text(memory.password_given.as_ref()),
                    overlays: memory
                        .overlays
                        .iter()
                        .map(|overlay| wire::Overlay {
                            stage: overlay.stage.to_string(),
                            attribute: overlay.attribute.to_string(),
                            before: texts(&overlay.before),
                            wrote: texts(&overlay.wrote),
                        })
                        .collect(),
                    anchor: text(memory.anchor.as_ref()),
                })
                .collect(),
            memberships: memory
                .memberships
                .iter()
                .map(|((account, group), row)| wire::Membership {
                    account: account.to_string(),
                    group: group.to_string(),
                    owner: row.owner.into(),
                    since: row.since.to_string(),
                    lapsed: text(row.lapsed.as_ref()),
                    removed_by_stage: text(row.removed_by_stage.as_ref()),
                })
                .collect(),
            values: memory
                .values
                .iter()
                .map(|((account, attribute), values)| wire::AttributeValues {
                    account: account.to_string(),
                    attribute: attribute.to_string(),
                    values: values
                        .iter()
                        .map(|value| wire::ManagedValue {
                            value: value.value.to_string(),
                            owner: value.owner.into(),
                            since: value.since.to_string(),
                        })
                        .collect(),
                })
                .collect(),
            open_since: memory
                .open_since
                .iter()
                .map(|(what, since)| wire::Since {
                    what: what.to_string(),
                    since: since.to_string(),
                })
                .collect(),
            exceptions_seen: memory
                .exceptions_seen
                .iter()
                .map(|(what, since)| wire::Since {
                    what: what.to_string(),
                    since: since.to_string(),
                })
                .collect(),
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
        let people = memory.people.into_iter().map(|memory| {
            let id = person(&memory.person)?;
            let values = memory.values.into_iter();
            let memory = PersonMemory {
                account: guid_if(memory.account)?,
                stage: memory.stage.map(Into::into),
                entered: instant_if(memory.entered)?,
                values: values
                    .map(|(name, digest)| (name.into(), digest.into()))
                    .collect(),
                vanished: instant_if(memory.vanished)?,
                terminated: instant_if(memory.terminated)?,
            };
            Ok((id, memory))
        });
        let accounts = memory.accounts.into_iter().map(|memory| {
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
        });
        let memberships = memory.memberships.into_iter().map(|row| {
            let key = (guid(&row.account)?, guid(&row.group)?);
            let row = Membership {
                owner: row.owner.into(),
                since: instant(&row.since)?,
                lapsed: instant_if(row.lapsed)?,
                removed_by_stage: row.removed_by_stage.map(Into::into),
            };
            Ok((key, row))
        });
        let values = memory.values.into_iter().map(|entry| {
            let key = (guid(&entry.account)?, entry.attribute.into());
            let values = entry.values.into_iter().map(|value| {
                Ok(ManagedValue {
                    value: value.value.into(),
                    owner: value.owner.into(),
                    since: instant(&value.since)?,
                })
            });
            Ok((key, values.collect::<Result<_, Bad>>()?))
        });
        let open_since = memory.open_since.into_iter();
        let exceptions = memory.exceptions_seen.into_iter();
        Ok(Self {
            people: people.collect::<Result<_, Bad>>()?,
            accounts: accounts.collect::<Result<_, Bad>>()?,
            memberships: memberships.collect::<Result<_, Bad>>()?,
            values: values.collect::<Result<_, Bad>>()?,
            open_since: open_since
                .map(|open| Ok((guid(&open.what)?, instant(&open.since)?)))
                .collect::<Result<_, Bad>>()?,
            exceptions_seen: exceptions
                .map(|seen| Ok((seen.what.into(), instant(&seen.since)?)))
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
            counts: memory
                .counts
                .into_iter()
                .map(|counted| (counted.what.into(), counted.count))
                .collect(),
        })
    }
}
