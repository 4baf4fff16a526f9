//! Who is and was in a group: what the directory says now, and backwards from there what runs gave and took.
//!
//! What hands did between two runs is not known, and is not guessed at: a membership that only the directory has
//! began at an unknown time, and one that a run gave and the directory no longer has ended at one. For both there is
//! what bounds it: when the state first saw it, and now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::trail::{self, Deed};
use crate::directory::{Dn, Guid, ObjectId, Snapshot};
use crate::hr::PersonId;
use crate::plan::{Change, Reason, Target};
use crate::state::{Membership, MembershipOwner, Prior, Store, StoreError};

/// All memberships of one group that anybody can tell of.
#[derive(Debug, Clone, PartialEq)]
pub struct Roll {
    /// Each with its time, by name and time.
    pub spells: Vec<Spell>,
    /// From when on the trail tells what runs did; `None` where there is none.
    pub since: Option<Timestamp>,
    /// How many memberships runs gave and took of which nothing but that is left, in any group.
    pub forgotten: usize,
}

/// One membership, from when to when.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    /// Which account or group.
    pub member: Guid,
    /// Where it is, or was last.
    pub dn: Dn,
    /// Whose account it is, as far as the state or the trail says it.
    pub person: Option<PersonId>,
    /// It is a group: whoever is in it is in this one, too.
    pub is_group: bool,
    /// When it began.
    pub begin: Begin,
    /// When it ended.
    pub end: End,
    /// Who gave it.
    pub by: By,
}

/// When a membership began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Begin {
    /// At an unknown time.
    Unknown,
    /// At an unknown time, and no later than then.
    Seen(Timestamp),
    /// Then.
    At(Timestamp),
}

/// When a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Then.
    At(Timestamp),
    /// At an unknown time, and no later than then.
    Gone(Timestamp),
    /// It had not by then, when the directory was read.
    Open(Timestamp),
}

/// Who gave a membership.
#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// A run, by these rules.
    Rule(Uuid, Vec<Reason>),
    /// A run; by which rule is no longer known.
    Run,
    /// It was there when a rule was first to give it.
    Adopted,
    /// A hand, or it was there before.
    Hand,
    /// It is the primary group of the account.
    Primary,
}

/// How sure it is that somebody was in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// They were.
    Yes,
    /// They may have been.
    Perhaps,
    /// They were not, as far as anybody can tell.
    No,
}

impl Spell {
    /// Whether it was so at any time from `from` to before `before`.
    pub fn within(&self, from: Timestamp, before: Timestamp) -> Sure {
        let began = match self.begin {
            Begin::At(at) if at >= before => return Sure::No,
            Begin::At(at) | Begin::Seen(at) => Some(at),
            Begin::Unknown => None,
        };
        let known = began.is_some_and(|at| at < before);
        match self.end {
            End::At(at) | End::Gone(at) if at <= from => Sure::No,
            // It ended within, or was seen within: so it was so within.
            End::At(at) if at <= before => Sure::Yes,
            End::Open(at) if from <= at && at < before => Sure::Yes,
            End::At(_) | End::Open(_) if known => Sure::Yes,
            End::Gone(_) if began.is_some_and(|at| from <= at && at < before) => Sure::Yes,
            End::At(_) | End::Gone(_) | End::Open(_) => Sure::Perhaps,
        }
    }
}

/// Everything that is known of a group, as the directory is `now`.
pub fn of(
    store: Option<&Store>,
    prior: &Prior,
    directory: &Snapshot,
    group: ObjectId,
    now: Timestamp,
) -> Result<Roll, StoreError> {
    let mut walk = Walk::new(directory, group);
    if let Some(store) = store {
        trail::each(store, |entry| {
            walk.since.get_or_insert(entry.at);
            let kind = entry.fact("kind").unwrap_or_default();
            if entry.fact("status") != Some("done") {
                return Ok(());
            }
            match (&entry.deed, entry.run) {
                (Some(deed), Some(run)) => walk.take(deed, run, entry.at),
                _ if matches!(kind, "add-member" | "remove-member") => walk.forgotten += 1,
                _ => {}
            }
            Ok::<(), StoreError>(())
        })?;
    }
    Ok(walk.end(prior, now))
}

/// What was seen of one member so far.
#[derive(Debug, Default)]
struct Seen {
    dn: Option<Dn>,
    person: Option<PersonId>,
    open: Option<(Begin, By)>,
    spells: Vec<(Begin, End, By)>,
}

struct Walk<'a> {
    directory: &'a Snapshot,
    group: ObjectId,
    guid: Option<Guid>,
    /// The names that the group had, as far as runs called it by them.
    names: BTreeSet<Dn>,
    members: BTreeMap<Guid, Seen>,
    since: Option<Timestamp>,
    forgotten: usize,
}

impl<'a> Walk<'a> {
    fn new(directory: &'a Snapshot, group: ObjectId) -> Self {
        let object = directory.shared(group);
        Self {
            directory,
            group,
            guid: object.map(|object| object.guid()),
            names: object
                .map(|object| object.dn().clone())
                .into_iter()
                .collect(),
            members: BTreeMap::new(),
            since: None,
            forgotten: 0,
        }
    }

    fn is_it(&mut self, target: &Target) -> bool {
        match target {
            Target::Existing { guid, dn } => {
                let same = self.guid == Some(*guid);
                if same {
                    self.names.insert(dn.clone());
                }
                same
            }
            Target::Made { dn, .. } => self.names.contains(dn),
        }
    }

    /// What a run did.
    fn take(&mut self, deed: &Deed, run: Uuid, at: Timestamp) {
        let Some(object) = deed.object else {
            return;
        };
        let action = &deed.action;
        if let Change::Delete { .. } = &action.change {
            if let Some(seen) = self.members.get_mut(&object)
                && let Some((begin, by)) = seen.open.take()
            {
                seen.spells.push((begin, End::At(at), by));
            }
            return;
        }
        let Some((group, account)) = action.change.membership() else {
            return;
        };
        if !self.is_it(group) {
            return;
        }
        let gives = matches!(action.change, Change::AddMember { .. });
        let seen = self.members.entry(object).or_default();
        seen.dn = Some(account.dn().clone());
        seen.person.clone_from(&action.person);
        let open = seen.open.take();
        if gives {
            seen.open = Some(match (open, deed.already) {
                (Some(open), true) => open,
                (None, true) => (Begin::Seen(at), By::Adopted),
                (before, false) => {
                    // What a run had given is not there any more: a hand took it, nobody knows when.
                    if let Some((begin, by)) = before {
                        seen.spells.push((begin, End::Gone(at), by));
                    }
                    (Begin::At(at), By::Rule(run, action.reasons.clone()))
                }
            });
            return;
        }
        let end = if deed.already {
            End::Gone(at)
        } else {
            End::At(at)
        };
        // Of one that no run gave, the state had said since when it was seen.
        let known = deed.formerly.as_ref();
        let known = known.and_then(|formerly| formerly.membership.as_ref());
        let (begin, by) = open.unwrap_or_else(|| remembered(known));
        seen.spells.push((begin, end, by));
    }

    /// What follows, with what the directory has now.
    fn end(mut self, prior: &Prior, now: Timestamp) -> Roll {
        let group = self.guid;
        let there = self.directory.members(self.group).into_iter();
        let mut there: BTreeMap<Guid, bool> = there
            .filter_map(|id| Some((self.directory.shared(id)?.guid(), false)))
            .collect();
        for (id, object) in self.directory.iter() {
            if self.directory.primary_group(id) == Some(self.group) {
                there.insert(object.guid(), true);
            }
        }
        for (member, primary) in &there {
            let seen = self.members.entry(*member).or_default();
            if *primary {
                seen.open = Some((Begin::Unknown, By::Primary));
            } else if seen.open.is_none() {
                let known = group.and_then(|group| prior.memberships.get(&(*member, group)));
                seen.open = Some(remembered(known));
            }
        }
        let mut spells = Vec::new();
        for (member, seen) in self.members {
            let object = self.directory.by_guid(member);
            let object = object.and_then(|id| self.directory.shared(id));
            let dn = object.map(|object| object.dn().clone());
            let Some(dn) = dn.or(seen.dn) else {
                continue;
            };
            let owner = prior.accounts.get(&member);
            let owner = owner.and_then(|memory| memory.person.clone());
            let person = owner.or(seen.person);
            let end = if there.contains_key(&member) {
                End::Open(now)
            } else {
                End::Gone(now)
            };
            let open = seen.open.map(|(begin, by)| (begin, end, by));
            for (begin, end, by) in seen.spells.into_iter().chain(open) {
                spells.push(Spell {
                    member,
                    dn: dn.clone(),
                    person: person.clone(),
                    is_group: object.is_some_and(|object| object.is_group()),
                    begin,
                    end,
                    by,
                });
            }
        }
        let name = |spell: &Spell| spell.dn.rdn().map(|rdn| rdn.value().to_lowercase());
        spells.sort_by_cached_key(|spell| {
            let dn: Arc<str> = spell.dn.key().into();
            (name(spell), dn, spell.begin, spell.end)
        });
        Roll {
            spells,
            since: self.since,
            forgotten: self.forgotten,
        }
    }
}

/// What the state says of a membership that no run is known to have given.
fn remembered(known: Option<&Membership>) -> (Begin, By) {
    let Some(known) = known else {
        return (Begin::Unknown, By::Hand);
    };
    match known.owner {
        MembershipOwner::Granted => (Begin::At(known.since), By::Run),
        MembershipOwner::Adopted => (Begin::Seen(known.since), By::Adopted),
        MembershipOwner::ByHand => (Begin::Seen(known.since), By::Hand),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_bounds_what_is_said() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let spell = |begin, end| Spell {
            member: Guid::derived(&["member"]),
            dn: Dn::root(),
            person: None,
            is_group: false,
            begin,
            end,
            by: By::Hand,
        };
        let cases = [
            (
                Begin::At(at(10)),
                End::Open(at(90)),
                [Sure::No, Sure::Yes, Sure::Yes],
            ),
            (
                Begin::Seen(at(10)),
                End::Open(at(90)),
                [Sure::Perhaps, Sure::Yes, Sure::Yes],
            ),
            (Begin::Unknown, End::Open(at(90)), [Sure::Perhaps; 3]),
            (
                Begin::At(at(10)),
                End::At(at(12)),
                [Sure::No, Sure::Yes, Sure::No],
            ),
            (
                Begin::Unknown,
                End::At(at(12)),
                [Sure::Perhaps, Sure::Yes, Sure::No],
            ),
            (
                Begin::At(at(10)),
                End::Gone(at(90)),
                [Sure::No, Sure::Yes, Sure::Perhaps],
            ),
            (
                Begin::Seen(at(2)),
                End::Gone(at(12)),
                [Sure::Yes, Sure::Perhaps, Sure::No],
            ),
        ];
        for (begin, end, wanted) in cases {
            let spell = spell(begin, end);
            let said = [(0, 5), (9, 13), (20, 25)].map(|(from, to)| spell.within(at(from), at(to)));
            assert_eq!(said, wanted, "{begin:?} {end:?}");
        }
    }
}
