//! Whether an expectation is met, and what was found where it is not.

use super::play::{Failure, Scene};
use super::why::Why;
use crate::directory::{Dn, Object};
use crate::hr::{self, PersonId};
use crate::plan::{FindingKind, tests_hold};
use crate::policy::trial::{Expectation, State, What};
use crate::policy::{AccountTest, GuardKind, NamePattern, StageAccount, Standing, Wish};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a person without a stage is in.
const NO_STAGE: &str = "no stage";

/// The failure, where an expectation is not met.
pub(super) fn judge(scene: &Scene<'_>, expectation: &Expectation) -> Option<Failure> {
    let judge = Judge {
        scene,
        person: &expectation.of,
        negated: expectation.negated,
    };
    let found = judge.found(&expectation.what);
    if found.holds != expectation.negated {
        return None;
    }
    let no = if expectation.negated { "no " } else { "" };
    Some(Failure {
        span: expectation.span,
        expected: format!("{no}{}", words(&expectation.what)),
        got: found.got,
        because: Why::new(scene, &expectation.of).because(&expectation.what, expectation.negated),
    })
}

/// What was found.
struct Found {
    holds: bool,
    got: String,
}

struct Judge<'s> {
    scene: &'s Scene<'s>,
    person: &'s PersonId,
    negated: bool,
}

impl Judge<'_> {
    fn wish(&self) -> Option<&Wish> {
        let mut wishes = self.scene.planned.wishes.iter();
        wishes.find(|wish| wish.person == *self.person)
    }

    fn object(&self) -> Option<&Object> {
        let id = self.scene.account(self.person)?;
        Some(&self.scene.planned.directory[id])
    }

    fn found(&self, what: &What) -> Found {
        match what {
            What::Stage(name) => self.stage(name),
            What::Account(state) => self.account(*state),
            What::Unit(unit) => self.unit(unit),
            What::Groups(groups) => self.groups(groups),
            What::Exactly(groups, lists) => self.exactly(groups, *lists),
            What::Notice(name, to) => self.notice(name.as_ref(), to),
            What::Event(kind) => self.event(*kind),
            What::Quarantine => self.quarantine(),
            What::Held => self.held(),
            What::Guard(kind) => self.guard(*kind),
            What::Approval(kind) => self.approval(*kind),
            What::Condition(tests) => self.condition(tests),
        }
    }

    fn stage(&self, name: &str) -> Found {
        let stage = match self.wish().map(|wish| &wish.standing) {
            Some(Standing::In { stage, .. }) => {
                let stage = self.scene.policy.rules.stage(*stage);
                stage.map(|stage| stage.name.clone())
            }
            Some(Standing::Held { reason, .. }) => {
                return Found {
                    holds: false,
                    got: format!("{NO_STAGE}: {reason}"),
                };
            }
            None => None,
        };
        Found {
            holds: stage.as_deref() == Some(name),
            got: stage.map_or_else(
                || format!("{NO_STAGE}: HR does not have this person"),
                |stage| format!("stage {stage}"),
            ),
        }
    }

    fn state(&self) -> State {
        let wished = self.wish().map(|wish| wish.account);
        if wished == Some(StageAccount::Untouched) {
            return State::Untouched;
        }
        let Some(object) = self.object() else {
            return if self.scene.had.contains(self.person) {
                State::Deleted
            } else {
                State::Absent
            };
        };
        if object.enabled() {
            State::Enabled
        } else if wished == Some(StageAccount::Prepared) {
            State::Prepared
        } else {
            State::Disabled
        }
    }

    fn account(&self, state: State) -> Found {
        let is = self.state();
        // Who has none any more has none.
        let absent = state == State::Absent && self.object().is_none();
        Found {
            holds: is == state || absent,
            got: format!("account {}", is.word()),
        }
    }

    fn unit(&self, unit: &Dn) -> Found {
        let Some(object) = self.object() else {
            return self.nothing();
        };
        let at = object.dn().parent().unwrap_or_else(Dn::root);
        Found {
            holds: at == *unit,
            got: format!("unit \"{at}\""),
        }
    }

    fn nothing(&self) -> Found {
        Found {
            holds: false,
            got: format!("account {}", self.state().word()),
        }
    }

    /// The names of the groups that the account is in, folded, and as they are shown.
    fn memberships(&self) -> Vec<(BTreeSet<String>, Arc<str>)> {
        let Some(id) = self.scene.account(self.person) else {
            return Vec::new();
        };
        let directory = &self.scene.planned.directory;
        let groups = directory.groups(id).into_iter();
        let named = groups.map(|group| {
            let object = &directory[group];
            let name = object.account_name().unwrap_or(object.dn().as_str());
            let keys = [name.to_lowercase(), object.dn().key().to_owned()];
            (keys.into_iter().collect(), name.into())
        });
        let mut named: Vec<_> = named.collect();
        named.sort_by(|(_, a): &(_, Arc<str>), (_, b)| a.cmp(b));
        named
    }

    fn groups(&self, groups: &[Arc<str>]) -> Found {
        if self.object().is_none() && !self.negated {
            return self.nothing();
        }
        let has = self.memberships();
        let is_in = |group: &Arc<str>| {
            let key = folded(group);
            has.iter().any(|(keys, _)| keys.contains(&key))
        };
        let holds = if self.negated {
            groups.iter().any(is_in)
        } else {
            groups.iter().all(is_in)
        };
        let names: Vec<&str> = has.iter().map(|(_, name)| &**name).collect();
        Found {
            holds,
            got: format!("groups {}", quoted(&names)),
        }
    }

    fn exactly(&self, groups: &[Arc<str>], lists: bool) -> Found {
        let rules = &self.scene.policy.rules;
        let mut has = self.memberships();
        has.retain(|(_, name)| rules.is_list(name) == lists);
        let wanted: BTreeSet<String> = groups.iter().map(|group| folded(group)).collect();
        let known = |(keys, _): &(BTreeSet<String>, Arc<str>)| !keys.is_disjoint(&wanted);
        let names: Vec<&str> = has.iter().map(|(_, name)| &**name).collect();
        let word = if lists { "lists" } else { "groups" };
        Found {
            holds: has.len() == wanted.len() && has.iter().all(known),
            got: format!("{word} {}", quoted(&names)),
        }
    }

    fn notice(&self, name: Option<&Arc<str>>, to: &[Arc<str>]) -> Found {
        let notices = self.scene.seen.notices.iter();
        let theirs: Vec<_> = notices.filter(|one| one.person == *self.person).collect();
        let holds = theirs.iter().any(|notice| {
            let addresses: Vec<String> = notice.to.iter().map(ToString::to_string).collect();
            name.is_none_or(|name| *name == notice.name)
                && to
                    .iter()
                    .all(|one| addresses.iter().any(|other| **one == **other))
        });
        let shown: Vec<String> = theirs
            .iter()
            .map(|notice| {
                let to: Vec<String> = notice.to.iter().map(|one| format!("\"{one}\"")).collect();
                format!("notice {:?} to {}", &*notice.name, to.join(", "))
            })
            .collect();
        Found {
            holds,
            got: or_nothing(&shown, "no notice"),
        }
    }

    fn event(&self, kind: GuardKind) -> Found {
        let done = self.scene.seen.done.iter();
        let done = done.filter(|(person, _)| person.as_ref() == Some(self.person));
        let kinds: Vec<GuardKind> = done.map(|(_, kind)| *kind).collect();
        let shown: Vec<String> = kinds
            .iter()
            .map(|kind| format!("event {}", kind.word()))
            .collect();
        Found {
            holds: kinds.contains(&kind),
            got: or_nothing(&shown, "no event"),
        }
    }

    fn quarantine(&self) -> Found {
        let standing = self.scene.people.standing(self.person);
        match standing {
            hr::Standing::Quarantined(record) => {
                let reasons: Vec<String> = record.reasons.iter().map(ToString::to_string).collect();
                Found {
                    holds: true,
                    got: format!("quarantine: {}", reasons.join("; ")),
                }
            }
            hr::Standing::Known(_) => Found {
                holds: false,
                got: "a record that can be read".to_owned(),
            },
            hr::Standing::Unknown => Found {
                holds: false,
                got: "no record: HR does not have this person".to_owned(),
            },
        }
    }

    fn held(&self) -> Found {
        let reason = self.wish().and_then(|wish| match &wish.standing {
            Standing::Held { reason, .. } => Some(reason.clone()),
            Standing::In { .. } if wish.account == StageAccount::Hold => {
                Some("the stage is `hold`".into())
            }
            Standing::In { .. } => None,
        });
        let findings = self.scene.planned.plan.findings.iter();
        let mut findings = findings.filter(|finding| {
            finding.kind == FindingKind::Held && finding.person.as_ref() == Some(self.person)
        });
        let reason = reason.or_else(|| findings.next().map(|finding| finding.text.clone()));
        Found {
            holds: reason.is_some(),
            got: reason.map_or_else(
                || "nothing that is held".to_owned(),
                |reason| format!("held: {reason}"),
            ),
        }
    }

    fn guard(&self, kind: Option<GuardKind>) -> Found {
        let tripped = &self.scene.seen.tripped;
        let shown: Vec<String> = tripped
            .iter()
            .map(|guard| {
                let (count, limit) = (guard.count.saturating_add(guard.recent), guard.limit);
                format!(
                    "guard {} trips: {count}, and at most {limit}",
                    guard.kind.word()
                )
            })
            .collect();
        Found {
            holds: tripped
                .iter()
                .any(|guard| kind.is_none_or(|kind| kind == guard.kind)),
            got: or_nothing(&shown, "no guard that trips"),
        }
    }

    fn approval(&self, kind: Option<GuardKind>) -> Found {
        let waiting: Vec<_> = self.scene.waiting(self.person).collect();
        let of =
            |action: &&crate::plan::Action| kind.is_none_or(|kind| action.counts.contains(&kind));
        let mut shown: Vec<String> = waiting
            .iter()
            .flat_map(|action| action.counts.iter())
            .map(|kind| format!("approval {}", kind.word()))
            .collect();
        shown.dedup();
        Found {
            holds: waiting.iter().copied().any(|action| of(&action)),
            got: or_nothing(&shown, "nothing that waits for approval"),
        }
    }

    fn condition(&self, tests: &[AccountTest]) -> Found {
        let Some(object) = self.object() else {
            return self.nothing();
        };
        let shown: Vec<String> = tests
            .iter()
            .map(|test| {
                let attribute = attribute(test);
                let values: Vec<String> = object
                    .values(attribute)
                    .map(|value| format!("{value:?}"))
                    .collect();
                if values.is_empty() {
                    format!("account.{attribute} is missing")
                } else {
                    format!("account.{attribute} == {}", values.join(", "))
                }
            })
            .collect();
        Found {
            holds: tests_hold(object, tests),
            got: shown.join(" and "),
        }
    }
}

/// The attribute that a question asks for.
pub(super) fn attribute(test: &AccountTest) -> &str {
    match test {
        AccountTest::Equal(attribute, _)
        | AccountTest::Matches(attribute, _)
        | AccountTest::Present(attribute)
        | AccountTest::Missing(attribute) => attribute,
    }
}

/// A group's name as it is compared.
pub(super) fn folded(group: &str) -> String {
    match Dn::parse(group) {
        Ok(dn) if group.contains('=') => dn.key().to_owned(),
        Ok(_) | Err(_) => group.to_lowercase(),
    }
}

fn or_nothing(shown: &[String], nothing: &str) -> String {
    if shown.is_empty() {
        nothing.to_owned()
    } else {
        shown.join("; ")
    }
}

fn quoted(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    names.join(", ")
}

/// What is expected, as its author would write it.
fn words(what: &What) -> String {
    let all = |names: &[Arc<str>]| {
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        quoted(&names)
    };
    let optional = |kind: &Option<GuardKind>| {
        kind.map_or_else(String::new, |kind| format!(" {}", kind.word()))
    };
    match what {
        What::Stage(name) => format!("stage {name}"),
        What::Account(state) => format!("account {}", state.word()),
        What::Unit(unit) => format!("unit \"{unit}\""),
        What::Groups(groups) => format!("group {}", all(groups)),
        What::Exactly(groups, lists) => {
            let word = if *lists { "lists" } else { "groups" };
            if groups.is_empty() {
                format!("{word} none")
            } else {
                format!("{word} exactly {}", all(groups))
            }
        }
        What::Notice(None, _) => "notice".to_owned(),
        What::Notice(Some(name), to) if to.is_empty() => format!("notice {name:?}"),
        What::Notice(Some(name), to) => format!("notice {name:?} to {}", all(to)),
        What::Event(kind) => format!("event {}", kind.word()),
        What::Quarantine => "quarantine".to_owned(),
        What::Held => "held".to_owned(),
        What::Guard(kind) => format!("guard{} trips", optional(kind)),
        What::Approval(kind) => format!("approval{}", optional(kind)),
        What::Condition(tests) => {
            let each = tests.iter().map(|test| match test {
                AccountTest::Equal(attribute, value) => {
                    format!("account.{attribute} == {:?}", &**value)
                }
                AccountTest::Matches(attribute, NamePattern::Glob { text, .. }) => {
                    format!("account.{attribute} matches {text:?}")
                }
                AccountTest::Matches(attribute, NamePattern::Dn(dn)) => {
                    format!("account.{attribute} matches \"{dn}\"")
                }
                AccountTest::Present(attribute) => format!("account.{attribute} is present"),
                AccountTest::Missing(attribute) => format!("account.{attribute} is missing"),
            });
            each.collect::<Vec<_>>().join(" and ")
        }
    }
}
