//! The state under pseudonyms: it remembers the same of whoever has another name now.

use super::Pseudonyms;
use super::words::folded;
use crate::directory::{AttributeName, Guid};
use crate::hr::{self, PersonId, RelatedPath};
use crate::plan::value_digest;
use crate::state::{EmergencyEnd, Freeze, NameSpace, Prior, Salt};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands for what a human wrote.
const SAID: &str = "left out of the snapshot";

impl Pseudonyms {
    /// What the state remembers, of others. `real` are the people, `others` the same under their pseudonyms; a value that
    /// was the same at the last run still is, and one that was not is not. Answers to questions are left out: they are to
    /// exactly what was shown. `salt` is a new one, for the old one belongs to the state.
    pub fn prior(
        &self,
        prior: &Prior,
        real: &hr::Snapshot,
        others: &hr::Snapshot,
        related: &[RelatedPath],
        salt: [u8; 32],
    ) -> Prior {
        let salted = Prior {
            id: prior.id,
            salt: Salt::new(salt),
            ..Prior::default()
        };
        let mut other = prior.clone();
        other.salt = salted.salt;
        other.people = BTreeMap::new();
        for (person, memory) in &prior.people {
            let mut memory = memory.clone();
            let id = self.person(person);
            for (attribute, digest) in &mut memory.values {
                let then = said(real, related, person, attribute);
                let now = said(others, related, &id, attribute);
                let same = then.zip(now).filter(|(then, _)| {
                    value_digest(prior, person, attribute, then).as_ref() == Some(digest)
                });
                *digest = match same {
                    Some((_, now)) => {
                        value_digest(&salted, &id, attribute, &now).unwrap_or_default()
                    }
                    // Of no value, as of one that HR no longer says.
                    None => "changed".into(),
                };
            }
            other.people.insert(id, memory);
        }
        for (account, memory) in &mut other.accounts {
            memory.person = memory.person.as_ref().map(|person| self.person(person));
            memory.anchor = memory
                .anchor
                .as_ref()
                .map(|anchor| self.text(anchor, *account).into());
            for overlay in &mut memory.overlays {
                let name = overlay.attribute.clone();
                for text in overlay.before.iter_mut().chain(&mut overlay.wrote) {
                    *text = self.remembered(&name, text, *account);
                }
            }
        }
        for ((account, attribute), values) in &mut other.values {
            for value in values {
                value.value = self.remembered(attribute, &value.value, *account);
            }
        }
        other.reservations = prior
            .reservations
            .iter()
            .map(|((space, name), reservation)| {
                let mut reservation = reservation.clone();
                let own = self
                    .own
                    .get(&reservation.person)
                    .cloned()
                    .unwrap_or_default();
                reservation.person = self.person(&reservation.person);
                let name = match space {
                    NameSpace::Login | NameSpace::Address | NameSpace::CommonName => {
                        self.words.text(name, &own)
                    }
                };
                ((*space, name.into()), reservation)
            })
            .collect();
        other.notice_states = prior
            .notice_states
            .iter()
            .map(|(key, person)| (key.clone(), self.person(person)))
            .collect();
        other.ends = prior
            .ends
            .iter()
            .map(|(person, end)| {
                let end = EmergencyEnd {
                    by: SAID.into(),
                    because: SAID.into(),
                    ..end.clone()
                };
                (self.person(person), end)
            })
            .collect();
        other.freeze = prior.freeze.clone().map(|freeze| Freeze {
            by: SAID.into(),
            because: SAID.into(),
            ..freeze
        });
        other.approvals.clear();
        other.written.clear();
        other.collected.clear();
        other
    }

    fn remembered(&self, attribute: &str, text: &Arc<str>, account: Guid) -> Arc<str> {
        let name = AttributeName::new(attribute);
        if name.is_dn() || folded(attribute) == "unit" {
            self.dn(text).into()
        } else if super::is_free(&name) {
            self.text(text, account).into()
        } else {
            text.clone()
        }
    }
}

/// What HR says of somebody, or of others whom a rule reads, as the state remembers it.
fn said(
    people: &hr::Snapshot,
    related: &[RelatedPath],
    person: &PersonId,
    attribute: &str,
) -> Option<String> {
    if let Some(path) = related.iter().find(|path| *path.name == *attribute) {
        return Some(people.read_related(person, path));
    }
    let position = people.schema().position(attribute)?;
    let value = people.get(person)?.get(position)?;
    Some(value.to_string())
}
