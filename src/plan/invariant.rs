//! Invariants: what the state after the plan must not be, for each managed person.
//!
//! Judged is what would be if all that is given were given and what waits for approval were not taken away: so
//! neither a yes nor its absence can break one. A plan that breaks one is stopped as a whole (G2).

use super::correlate::Correlation;
use super::world::World;
use super::{Action, Broken, Change, Finding, FindingKind, Target, order};
use crate::directory::{Dn, ObjectId, fold};
use crate::hr::PersonId;
use crate::policy::{Never, NeverAccount, StageAccount, StageId, Standing, Wish};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What becomes of one person's account.
struct Outcome {
    who: Arc<str>,
    /// Where it is, or may be until somebody has said yes.
    places: Vec<Dn>,
    there: bool,
    enabled: bool,
    deleted: bool,
    stage: Option<StageId>,
    /// Its direct groups, the primary one among them.
    groups: BTreeSet<ObjectId>,
    primary: Option<ObjectId>,
    /// Names of groups that are made, in which it is to be.
    new_groups: Vec<Dn>,
}

/// Every invariant that would be broken, in the policy's order; what cannot be judged is a finding.
pub(crate) fn judge(
    world: &World<'_>,
    correlation: &Correlation,
    actions: &[Action],
) -> (Vec<Broken>, Vec<Finding>) {
    let input = world.input;
    let concerned =
        |wish: &&Wish| !wish.invariants.is_empty() && wish.account != StageAccount::Untouched;
    if input.rules.invariants.is_empty() || !input.wishes.iter().any(|wish| concerned(&wish)) {
        return (Vec::new(), Vec::new());
    }
    let waiting = order::waiting(actions);
    let mut of_person: FxHashMap<&PersonId, Vec<(&Action, bool)>> = FxHashMap::default();
    for (action, waits) in actions.iter().zip(&waiting) {
        if let Some(person) = &action.person {
            of_person.entry(person).or_default().push((action, *waits));
        }
    }
    let mut broken: Vec<(u32, Broken)> = Vec::new();
    let mut findings = Vec::new();
    for wish in input.wishes.iter().filter(concerned) {
        let account = correlation
            .of(&wish.person)
            .and_then(super::Verdict::account);
        let own = of_person.get(&wish.person).map_or(&[][..], Vec::as_slice);
        let Some(outcome) = outcome(world, wish, account, own) else {
            continue;
        };
        for concerned in &wish.invariants {
            let Some(rule) = input.rules.invariants.get(concerned.index as usize) else {
                continue;
            };
            let reason = || world.reason(rule.rule, Some(&wish.person));
            for never in &rule.never {
                let Some(text) = outcome.breaks(world, never) else {
                    continue;
                };
                let account = outcome.places.first().cloned().unwrap_or_else(Dn::root);
                if let Some(why) = &concerned.unknown {
                    let text = format!("`{}` cannot be judged: {why}", rule.title);
                    findings.push(
                        Finding::new(FindingKind::Held, outcome.who.clone(), text)
                            .of(&wish.person)
                            .about([account])
                            .because(reason()),
                    );
                    continue;
                }
                let one = Broken {
                    title: rule.title.clone(),
                    person: wish.person.clone(),
                    who: outcome.who.clone(),
                    account,
                    text: text.into(),
                    reason: reason(),
                };
                broken.push((concerned.index, one));
            }
        }
    }
    broken.sort_by_key(|(index, _)| *index);
    (broken.into_iter().map(|(_, one)| one).collect(), findings)
}

/// The state of the account after these actions; none where there is none and none is made.
fn outcome(
    world: &World<'_>,
    wish: &Wish,
    account: Option<ObjectId>,
    actions: &[(&Action, bool)],
) -> Option<Outcome> {
    let stage = match wish.standing {
        Standing::In { stage, .. } => Some(stage),
        Standing::Held { .. } => None,
    };
    let mut outcome = match account {
        Some(account) => {
            let object = world.object(account);
            let primary = world.input.directory.primary_group(account);
            Outcome {
                who: object
                    .first("displayName")
                    .map_or_else(|| world.name_of(account), Into::into),
                places: vec![object.dn().clone()],
                there: true,
                enabled: object.enabled(),
                deleted: false,
                stage,
                groups: world.groups_of(account).chain(primary).collect(),
                primary,
                new_groups: Vec::new(),
            }
        }
        None => Outcome {
            who: "".into(),
            places: Vec::new(),
            there: false,
            enabled: false,
            deleted: false,
            stage,
            groups: BTreeSet::new(),
            primary: None,
            new_groups: Vec::new(),
        },
    };
    let own = account.map(|account| world.object(account).guid());
    for (action, waits) in actions {
        let is_own = |target: &Target| match target {
            Target::Existing { guid, .. } => Some(*guid) == own,
            Target::Made { .. } => own.is_none(),
        };
        outcome.after(world, action, *waits, &is_own);
    }
    outcome.there.then_some(outcome)
}

impl Outcome {
    fn after(
        &mut self,
        world: &World<'_>,
        action: &Action,
        waits: bool,
        is_own: &dyn Fn(&Target) -> bool,
    ) {
        match &action.change {
            Change::CreateAccount { dn, .. } => {
                self.there = true;
                self.who = action.who.clone();
                self.places.push(dn.clone());
            }
            Change::Enable { account, .. } if is_own(account) => self.enabled = true,
            Change::Disable { account, .. } if is_own(account) && !waits => self.enabled = false,
            Change::Delete { account } if is_own(account) => {
                self.deleted = true;
                if !waits {
                    self.enabled = false;
                    self.groups.clear();
                }
            }
            Change::Move { account, to, .. } if is_own(account) => {
                if !waits {
                    self.places.clear();
                }
                self.places.insert(0, to.clone());
            }
            Change::AddMember { group, account } if is_own(account) => match group {
                Target::Existing { guid, .. } => {
                    self.groups.extend(world.input.directory.by_guid(*guid));
                }
                Target::Made { dn, .. } => self.new_groups.push(dn.clone()),
            },
            Change::RemoveMember { group, account, .. } if is_own(account) && !waits => {
                if let Some(group) = world.input.directory.by_dn(group.dn()) {
                    self.groups.remove(&group);
                }
            }
            Change::CreateUnit { .. }
            | Change::CreateGroup { .. }
            | Change::WriteBack { .. }
            | Change::Await { .. }
            | Change::Adopt { .. }
            | Change::Release { .. }
            | Change::DeleteUnit { .. }
            | Change::SetPassword { .. }
            | Change::Modify { .. }
            | Change::Enable { .. }
            | Change::Disable { .. }
            | Change::Delete { .. }
            | Change::Move { .. }
            | Change::AddMember { .. }
            | Change::RemoveMember { .. } => {}
        }
    }

    /// What of this is ruled out, in words.
    fn breaks(&self, world: &World<'_>, never: &Never) -> Option<String> {
        match never {
            Never::Group(name) => self.membership(world, name),
            Never::Unit(unit) => {
                let unit = super::world::absolute(unit, world.input);
                let inside = self.places.iter().any(|place| place.is_under(&unit));
                inside.then(|| format!("in `{unit}`"))
            }
            Never::Account(NeverAccount::Enabled) => {
                self.enabled.then(|| "the account is enabled".to_owned())
            }
            Never::Account(NeverAccount::Disabled) => {
                let off = !self.enabled && !self.deleted;
                off.then(|| "the account is disabled".to_owned())
            }
            Never::Account(NeverAccount::Deleted) => {
                self.deleted.then(|| "the account is deleted".to_owned())
            }
            Never::Stage(stage) => (self.stage == Some(*stage))
                .then(|| format!("in stage `{}`", world.stage_name(*stage))),
        }
    }

    fn membership(&self, world: &World<'_>, name: &Arc<str>) -> Option<String> {
        let Some(group) = world.group(name) else {
            let made = self.new_groups.iter().any(|dn| {
                let leaf = dn.rdn().map(|rdn| rdn.value());
                leaf.is_some_and(|leaf| fold::fold(&leaf) == fold::fold(name))
            });
            return made.then(|| format!("member of `{name}`"));
        };
        for direct in &self.groups {
            let Some(way) = world.way(*direct, group) else {
                continue;
            };
            let primary = if Some(*direct) == self.primary {
                ", by the primary group"
            } else {
                ""
            };
            return Some(match world.way_in_words(&way) {
                Some(words) => format!("member of `{name}`: {words}{primary}"),
                None => format!("member of `{name}`{primary}"),
            });
        }
        None
    }
}
