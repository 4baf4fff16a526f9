//! The plan that takes a run back: from what its journal says, and the directory as it is now.
//!
//! Each thing that the run did goes back to what it was, if it is still what the run left; what somebody, or a later
//! run, changed since stays as it is and is a finding. What cannot be taken back is a finding too (S17): it is said,
//! never skipped. The plan is like any other: its limits, invariants and approvals are those of the policy, the same
//! executor carries it out, and the run that does so can be taken back itself.
//!
//! A plan says what the policy wants, an undo what a person wants: nothing here asks what HR says of anybody, and the
//! next plan does again what the policy says, unless policy or HR changes before. Therefore every deed carries what
//! the state said before ([`super::Formerly`]): so the next plan gives its true reasons.
//!
//! Begin with [`undo`](fn@undo), then `back`.

mod back;
mod touch;

use super::approval::Strangers;
use super::draft::Draft;
use super::world::World;
use super::{
    Action, ActionId, Change, Finding, FindingKind, Formerly, Input, Memory, OpenAccount, Plan,
    TakesBack, Target, approval, correlate, guard, invariant, order,
};
use crate::directory::{Guid, ObjectId};
use crate::hr::PersonId;
use crate::policy::GuardKind;
use crate::state::PersonMemory;
use back::Back;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// A run, as its journal tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct PastRun {
    /// Which.
    pub run: Uuid,
    /// Digest of the policy that it was applied with.
    pub policy: Arc<str>,
    /// Digest of the policy of the run before; none for the first.
    pub policy_before: Option<Arc<str>>,
    /// What it did, in the order in which it did so.
    pub deeds: Vec<Deed>,
    /// What later runs did to the same objects, oldest first.
    pub later: Vec<Deed>,
    /// Accounts that the state did not know when it began.
    pub first_seen: BTreeSet<Guid>,
    /// How much it did for people who were forgotten since: nobody knows what.
    pub forgotten: usize,
    /// How many notices became due by it.
    pub notices: usize,
    /// The last run that took it back, if one did.
    pub taken_back_by: Option<Uuid>,
}

/// An action that was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// By which run.
    pub run: Uuid,
    /// Its place there.
    pub id: ActionId,
    /// What.
    pub action: Action,
    /// The object that it made or changed; for a membership the account.
    pub object: Guid,
    /// It was so already, so that nothing was done.
    pub already: bool,
    /// When.
    pub ended: Timestamp,
    /// What the state said before; none where an earlier version of this program did it.
    pub formerly: Option<Formerly>,
}

/// What of a change stays whatever happens; none where all of it can be taken back (S17).
pub fn stays(change: &Change) -> Option<&'static str> {
    match change {
        Change::CreateAccount { .. } => Some("the account stays, disabled"),
        Change::CreateGroup { .. } => Some("the group stays, without those whom the run put in"),
        Change::SetPassword { .. } => Some("the password stays: a former one is known to nobody"),
        Change::Delete { .. } => Some("a deleted account comes back by reanimation alone"),
        Change::WriteBack { before: None, .. } => Some("the value stays in HR"),
        Change::Await { .. } => Some("what another system did stays done"),
        Change::CreateUnit { .. }
        | Change::Adopt { .. }
        | Change::Release { .. }
        | Change::Modify { .. }
        | Change::Move { .. }
        | Change::Enable { .. }
        | Change::Disable { .. }
        | Change::AddMember { .. }
        | Change::RemoveMember { .. }
        | Change::WriteBack { .. }
        | Change::DeleteUnit { .. } => None,
    }
}

/// Whether nothing of a change can be taken back, not even in part.
pub fn is_final(change: &Change) -> bool {
    matches!(
        change,
        Change::SetPassword { .. }
            | Change::Delete { .. }
            | Change::Await { .. }
            | Change::WriteBack { before: None, .. }
    )
}

/// The plan that takes a run back; `ordinary` is what the policy wants of the same directory at the same instant.
pub fn undo(input: &Input<'_>, past: &PastRun, ordinary: &Plan) -> Plan {
    let world = World::new(input);
    let mut back = Back::new(&world, past);
    for deed in past.deeds.iter().rev() {
        back.take(deed);
    }
    back.say_what_stays();
    let (mut actions, findings) = back.finish();
    order::links_first(&mut actions);
    approval::mark(&world, &mut actions, Strangers::Ask);
    let correlation = correlate::in_world(&world);
    let kept = vec![true; actions.len()];
    // What is broken already is for the policy to mend, and no reason to keep a run.
    let (before, _) = invariant::judge(&world, &correlation, &[]);
    let (mut broken, unjudged) = invariant::judge(&world, &correlation, &actions);
    broken.retain(|one| !before.contains(one));
    let (actions, left) = in_order(actions, &kept);
    let mut guards = guard::judge(&world, &Draft::default(), &actions, &actions, 0);
    for verdict in &mut guards {
        stand_aside(verdict);
    }
    let mut findings: Vec<Finding> = findings.into_iter().chain(unjudged).chain(left).collect();
    findings.sort_by(|a, b| {
        let order = a.kind.cmp(&b.kind);
        order.then_with(|| (&a.person, &a.who, &a.text).cmp(&(&b.person, &b.who, &b.text)))
    });
    findings.dedup();
    let open_accounts = still_open(ordinary, &actions);
    let mut header = ordinary.header.clone();
    header.only = Vec::new();
    header.admin_groups = world.admin_groups(&actions);
    header.takes_back = Some(TakesBack {
        run: past.run,
        new_policy: past.policy_before.as_ref() != Some(&past.policy),
        policy_before: past.policy_before.clone(),
        forgets: forgets(input, past, &actions),
    });
    let mut memory = Memory {
        people: people_again(past, &actions),
        people_read: ordinary.memory.people_read,
        ..Memory::default()
    };
    memory.open_since = open_accounts
        .iter()
        .map(|open| (open.guid, open.since))
        .collect();
    memory.open_since.sort_unstable();
    Plan {
        header,
        actions,
        guards,
        broken,
        notices: Vec::new(),
        on_failure: Vec::new(),
        findings,
        open_accounts,
        stages: Vec::new(),
        next_change: None,
        next_changes: Vec::new(),
        memory,
    }
}

/// The actions, each behind what it depends on. Those that wait for each other in a circle are told, never lost: of
/// one run there are none, and what a later version thinks of may have some.
fn in_order(mut actions: Vec<Action>, kept: &[bool]) -> (Vec<Action>, Option<Finding>) {
    let all = actions.len();
    let ordered = order::ordered(actions.clone(), kept);
    if ordered.len() == all {
        return (ordered, None);
    }
    for action in &mut actions {
        action.behind.clear();
    }
    let ordered = order::ordered(actions, kept);
    let left = all - ordered.len();
    let finding = (left > 0).then(|| {
        let text = format!("{left} actions wait for each other and are not taken back");
        Finding::new(FindingKind::Blocked, "this run".into(), text).help("do them by hand")
    });
    (ordered, finding)
}

/// Guards that measure how HR looks say nothing of a plan that does not ask HR: a broken feed is a reason to take a
/// run back, and must not keep anybody from it.
fn stand_aside(verdict: &mut super::GuardVerdict) {
    if matches!(
        verdict.kind,
        GuardKind::Quarantine | GuardKind::Lose | GuardKind::Values
    ) {
        verdict.tripped = false;
    }
}

/// The open accounts, but for those that are disabled now.
fn still_open(ordinary: &Plan, actions: &[Action]) -> Vec<OpenAccount> {
    let disabled: BTreeSet<Guid> = actions
        .iter()
        .filter_map(|action| {
            let Change::Disable {
                account: Target::Existing { guid, .. },
                ..
            } = &action.change
            else {
                return None;
            };
            Some(*guid)
        })
        .collect();
    let open = ordinary.open_accounts.iter();
    open.filter(|open| !disabled.contains(&open.guid))
        .cloned()
        .collect()
}

/// Accounts of these people that the run was the first to see.
fn forgets(input: &Input<'_>, past: &PastRun, actions: &[Action]) -> Vec<Guid> {
    let concerned: BTreeSet<&PersonId> = actions
        .iter()
        .filter_map(|action| action.person.as_ref())
        .collect();
    let is_theirs = |guid: &&Guid| {
        let owner = input.prior.accounts.get(guid);
        let owner = owner.and_then(|memory| memory.person.as_ref());
        owner.is_some_and(|person| concerned.contains(person))
    };
    past.first_seen.iter().filter(is_theirs).copied().collect()
}

/// What the state says again of the people of whom something is taken back.
fn people_again(past: &PastRun, actions: &[Action]) -> Vec<(PersonId, PersonMemory)> {
    let concerned: BTreeSet<&PersonId> = actions
        .iter()
        .filter_map(|action| action.person.as_ref())
        .collect();
    let mut again: BTreeMap<PersonId, PersonMemory> = BTreeMap::new();
    for deed in &past.deeds {
        let before = deed.formerly.as_ref();
        let before = before.and_then(|formerly| formerly.person.as_ref());
        if let (Some(person), Some(before)) = (&deed.action.person, before)
            && concerned.contains(person)
        {
            again
                .entry(person.clone())
                .or_insert_with(|| before.clone());
        }
    }
    again.into_iter().collect()
}

impl Back<'_, '_> {
    /// What no action of the run tells: notices, and people who were forgotten.
    fn say_what_stays(&mut self) {
        let past = self.past;
        if past.notices > 0 {
            let text = match past.notices {
                1 => "1 notice became due by this run: what was told stays told".to_owned(),
                many => {
                    format!("{many} notices became due by this run: what was told stays told")
                }
            };
            self.find(Finding::new(FindingKind::Final, "notices".into(), text));
        }
        if past.forgotten > 0 {
            let text = format!(
                "{} of its actions concern people who were forgotten: nobody knows what they were",
                past.forgotten
            );
            self.find(Finding::new(FindingKind::Final, "forgotten".into(), text));
        }
        if let Some(by) = past.taken_back_by {
            let text = format!("run {by} took this run back before; what it did not is here");
            let finding = Finding::new(FindingKind::Note, "this run".into(), text);
            self.find(finding.help(format!("`tenure undo {by}` does it again")));
        }
    }
}

/// The account or group of that GUID, if it was read.
fn there(world: &World<'_>, guid: Guid) -> Option<ObjectId> {
    world.input.directory.by_guid(guid)
}
