//! A run at work: what is behind it, what it made and moved, and what the state learns of it at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::attempt::Success;
use super::effect::Known;
use super::executor::{Ended, Outcome, ended};
use super::journal::{self, Ending};
use super::resumed::Place;
use super::seen::View;
use super::undone;
use super::{Counts, Handed, RunStatus, Status};
use crate::directory::Guid;
use crate::hr::PersonId;
use crate::plan::{Action, ActionId, Change, GuardKind, Notice, Plan, Target, takes_away};
use crate::state::digest::Collect;
use crate::state::mark::{Found, Lease};
use crate::state::outbox::{Due, SentAtOnce};
use crate::state::{StoreError, Writer};
use crate::text::mail::Address;

/// Said of what an order or a no rules out that came while the run was broken off.
const ORDERED: &str = "it was ordered meanwhile that nothing is given: the next plan looks again";
const REFUSED: &str = "somebody said no to it meanwhile";

/// What to do where a password could reach nobody.
const WAITS: &str =
    "apply again once that is mended: nothing is lost, and nothing of these accounts was begun";

/// A run at work.
pub(super) struct Job<'a> {
    pub(super) run: Uuid,
    pub(super) plan: &'a Plan,
    pub(super) known: Known<'a>,
    pub(super) statuses: Vec<Status>,
    /// Which actions wait for approval, or need one that does.
    waits: Vec<bool>,
    pub(super) outcome: Outcome,
    /// The mark as this run wrote it last.
    pub(super) mark: Found,
    /// The right to change the directory, as it stands there.
    pub(super) lease: Lease,
    /// When the lease is to be renewed; never where it has no end.
    pub(super) renew: Option<Timestamp>,
    /// The actions that lead to a password, with the one that sets it.
    leads: BTreeMap<ActionId, ActionId>,
    /// How much of it may be done here.
    pub(super) scope: Scope,
    /// What a human ordered since the run was begun; nothing where it was begun just now.
    pub(super) orders: Orders,
    /// What was tried at another domain controller than the run's, in vain.
    pub(super) put_off: Vec<Ended>,
}

/// What a human ordered since a run was begun that goes on now (S1, S18).
#[derive(Debug, Clone, Default)]
pub(super) struct Orders {
    /// Who was ended at once.
    pub(super) ended: BTreeSet<PersonId>,
    /// Only what takes access away may be done.
    pub(super) frozen: bool,
    /// What somebody said no to, by its id.
    pub(super) refused: BTreeSet<Arc<str>>,
}

impl Orders {
    /// Whether an action must not be tried any more.
    fn forbid(&self, action: &Action) -> bool {
        let person = action.person.as_ref();
        let ended = person.is_some_and(|person| self.ended.contains(person));
        (self.frozen || ended) && !takes_away(&action.change)
    }

    /// Whether somebody said no to an action.
    fn refuse(&self, action: &Action) -> bool {
        let approval = action.approval.as_ref();
        approval.is_some_and(|approval| self.refused.contains(&approval.id))
    }
}

/// How much of a run may be done on the domain controller at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Everything: it is the one that the run was begun on.
    All,
    /// What only takes away: it is another one, and may lack what was done on the first (S9).
    TakingAway,
}

impl Scope {
    /// What may be done here of a plan that was made somewhere.
    pub(super) fn of(plan: &Plan, here: &Place) -> Self {
        let same = match (&plan.header.controller, &here.controller) {
            (Some(planned), Some(here)) => planned.is_same_copy(here),
            (planned, here) => planned.is_none() && here.is_none(),
        };
        if same { Self::All } else { Self::TakingAway }
    }
}

impl<'a> Job<'a> {
    pub(super) fn new(
        run: Uuid,
        plan: &'a Plan,
        mark: Found,
        lease: Lease,
        renew: Option<Timestamp>,
    ) -> Self {
        let outcome = Outcome {
            run,
            status: RunStatus::Finished,
            counts: Counts::default(),
            ended: Vec::new(),
            passwords_unknown: Vec::new(),
            notices: 0,
            resumed: false,
        };
        let statuses = vec![Status::Pending; plan.actions.len()];
        Self {
            run,
            plan,
            known: Known::new(&plan.memory),
            statuses,
            waits: plan.waiting(),
            outcome,
            mark,
            lease,
            renew,
            leads: leads(plan),
            scope: Scope::All,
            orders: Orders::default(),
            put_off: Vec::new(),
        }
    }

    /// Whether this is another domain controller than the run was begun on.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.scope == Scope::TakingAway
    }

    /// Whether an action waits for the domain controller that the run was begun on.
    ///
    /// To disable and to take out of a group can be done twice and is the same. A deletion only takes away too, but
    /// cannot be taken back: it waits.
    pub(super) fn holds_back(&self, action: &Action) -> bool {
        self.is_elsewhere() && !takes_away(&action.change)
    }

    /// How many actions are left for that domain controller; none where nothing had to wait.
    pub(super) fn left(&self) -> Option<usize> {
        let open = |status: &&Status| matches!(status, Status::Pending | Status::Intended);
        let left = self.statuses.iter().filter(open).count();
        (self.is_elsewhere() && left > 0).then_some(left)
    }

    pub(super) fn status(&self, id: ActionId) -> Status {
        self.statuses
            .get(id.0 as usize)
            .copied()
            .unwrap_or(Status::Pending)
    }

    /// Why an action is not tried, if it is not: nobody has approved it, or what it needs did not succeed.
    pub(super) fn excused(&self, id: ActionId, action: &Action) -> Option<Ended> {
        if self.waits.get(id.0 as usize).copied().unwrap_or(false) {
            return Some(ended(id, Status::Waiting, None));
        }
        if self.orders.refuse(action) {
            return Some(ended(id, Status::Skipped, Some(REFUSED)));
        }
        if self.orders.forbid(action) {
            return Some(ended(id, Status::Skipped, Some(ORDERED)));
        }
        let needed = self.unmet(action)?;
        if self.status(needed) == Status::Waiting {
            let text = format!("waits for action {}", needed.0 + 1);
            return Some(ended(id, Status::Waiting, Some(&text)));
        }
        let text = format!("action {} did not succeed", needed.0 + 1);
        Some(ended(id, Status::Skipped, Some(&text)))
    }

    /// Why an action is not tried that leads to a password: that could reach nobody now (S20).
    pub(super) fn hindered(&self, view: &View<'_>, id: ActionId) -> Option<Ended> {
        let sets = self.leads.get(&id)?;
        let why = view.handover.hindrance(&view.letters(*sets))?;
        let text = format!("a password could reach nobody: {why}");
        let mut ended = ended(id, Status::Skipped, Some(&text));
        ended.mend = Some(WAITS);
        Some(ended)
    }

    pub(super) fn set_status(&mut self, id: ActionId, status: Status) {
        if let Some(known) = self.statuses.get_mut(id.0 as usize) {
            *known = status;
        }
    }

    /// The first action that this one needs and that did not succeed.
    fn unmet(&self, action: &Action) -> Option<ActionId> {
        let missing = |needed: &&ActionId| self.status(**needed) != Status::Done;
        action.after.iter().find(missing).copied()
    }

    pub(super) fn close(
        &self,
        writer: &mut Writer<'_>,
        action: &Action,
        ended: &Ended,
        success: Option<&Success>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let formerly = success
            .map(|success| undone::formerly(writer, self.run, action, success))
            .transpose()?;
        let ending = Ending {
            id: ended.id,
            action,
            status: ended.status,
            object: success.map(|success| success.member.unwrap_or(success.object)),
            text: ended.text.as_deref(),
            mend: ended.mend,
            formerly: formerly.as_ref(),
            already: success.is_some_and(|success| success.already),
        };
        journal::close(writer, self.run, &ending, at)
    }

    /// The people of whom not every action succeeded that counts for the stage they are in.
    pub(super) fn failed(&self) -> BTreeSet<&'a PersonId> {
        numbered(self.plan)
            .filter(|(id, action)| self.status(*id) != Status::Done && !self.is_apart(*id, action))
            .filter_map(|(_, action)| action.person.as_ref())
            .collect()
    }

    /// What of a person failed, was overtaken, or was not tried because of that: each as the journal says it.
    fn failures(&self, person: &PersonId) -> Vec<String> {
        let whole = self.outcome.status == RunStatus::Finished;
        let failed = numbered(self.plan).filter(|(id, action)| {
            let status = self.status(*id);
            action.person.as_ref() == Some(person)
                && (matches!(status, Status::Failed | Status::Conflict)
                    || whole && status == Status::Skipped)
        });
        let failures = failed.map(|(id, action)| {
            let mut ended = self.outcome.ended.iter();
            // What ended before the run was broken off, the journal alone knows.
            let text = ended
                .find(|ended| ended.id == id)
                .and_then(|ended| ended.text.as_deref());
            let kind = journal::kind_word(&action.change);
            format!("{kind}: {}", text.unwrap_or("it did not succeed"))
        });
        failures.collect()
    }

    /// Puts what became true by this run into the outbox, and remembers what notices watch; how many are due.
    pub(super) fn remember_notices(
        &self,
        writer: &mut Writer<'_>,
        at: Timestamp,
    ) -> Result<usize, StoreError> {
        let failed = self.failed();
        let happened = |notice: &&Notice| match notice.after.as_slice() {
            _ if notice.regardless => true,
            [] => !failed.contains(&notice.person),
            after => after.iter().all(|id| self.status(*id) == Status::Done),
        };
        let mut due: Vec<(&Notice, Arc<str>)> = Vec::new();
        // What brings a password was sent when it was made, or not at all.
        let told = self.plan.notices.iter();
        let told = told.filter(|notice| !notice.tells_password());
        for notice in told.filter(happened) {
            due.push((notice, notice.body.clone()));
        }
        for told in &self.plan.on_failure {
            let failures = self.failures(&told.notice.person);
            if !failures.is_empty() {
                due.push((&told.notice, told.body(&failures)));
                writer.set_notice_state(&told.key, &told.notice.person, true)?;
            }
        }
        let mut messages = 0;
        for (position, (notice, body)) in (0_u32..).zip(&due) {
            let due = Due {
                position,
                notice: &notice.name,
                event: &notice.event,
                person: &notice.person,
                content: &content(notice, body),
            };
            if let Some(digest) = &notice.digest {
                let collect = Collect {
                    at: digest.at,
                    key: &digest.key,
                    recipients: notice.to.len(),
                };
                writer.notice_collected(self.run, (&due, &collect), at)?;
            } else {
                writer.notice_due(self.run, &due, at)?;
                messages += 1;
            }
            for (key, approval) in &notice.asks {
                writer.told_of_approval(key, approval, self.plan.header.now)?;
            }
        }
        let count = u32::try_from(messages).unwrap_or(u32::MAX);
        if count > 0 {
            writer.count(self.run, GuardKind::Notify.word(), at, count)?;
        }
        for ((key, person), holds) in &self.plan.memory.notices.changed {
            if !failed.contains(person) {
                writer.set_notice_state(key, person, *holds)?;
            }
        }
        Ok(messages)
    }

    /// Puts what was sent with a password into the outbox, as sent: what it says is kept without that.
    pub(super) fn remember_letters(
        &self,
        writer: &mut Writer<'_>,
        id: ActionId,
        success: &Success,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let letters = success.handed.as_ref().map_or(&[][..], Handed::letters);
        let notices: Vec<&Notice> = tells(self.plan, id).collect();
        for letter in letters {
            let Some(notice) = notices.get(letter.notice) else {
                continue;
            };
            let sent = SentAtOnce {
                id: &letter.id,
                notice: &notice.name,
                event: &notice.event,
                person: &notice.person,
                content: &content(notice, &notice.body),
                arrived: letter.arrived(),
                again: success.again,
                deliveries: &letter.deliveries,
                problem: letter.problem.as_deref(),
            };
            writer.notice_sent(self.run, &sent, at)?;
            writer.count(self.run, GuardKind::Notify.word(), at, 1)?;
        }
        Ok(())
    }

    /// The accounts that this run meant to disable and did not; what waits for approval it did not mean to.
    pub(super) fn not_disabled(&self) -> impl Iterator<Item = Guid> + '_ {
        let open = numbered(self.plan)
            .filter(|(id, _)| !matches!(self.status(*id), Status::Done | Status::Waiting));
        open.filter_map(|(_, action)| {
            let Change::Disable {
                account: Target::Existing { guid, .. },
                ..
            } = &action.change
            else {
                return None;
            };
            Some(*guid)
        })
    }

    /// Remembers each person whose actions all succeeded as the plan says (S1).
    pub(super) fn remember_people(
        &self,
        writer: &mut Writer<'_>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let done = |id: &ActionId| self.status(*id) == Status::Done;
        if let Some(taken) = &self.plan.header.takes_back {
            let actions = numbered(self.plan).filter(|(id, _)| done(id));
            let people = actions.filter_map(|(_, action)| action.person.as_ref());
            let progress = undone::Progress {
                begun: people.collect(),
                failed: self.failed(),
            };
            return undone::remember(writer, self.plan, taken, &progress);
        }
        let failed = self.failed();
        let deleted: BTreeSet<Guid> = numbered(self.plan)
            .filter(|(id, _)| done(id))
            .filter_map(|(_, action)| deletes(action))
            .collect();
        for person in &self.plan.memory.ends_agreed {
            if !failed.contains(person) {
                writer.end_agreed(person, at)?;
            }
        }
        let people = self.plan.memory.people.iter();
        for (person, memory) in people.filter(|(person, _)| !failed.contains(person)) {
            let mut memory = memory.clone();
            memory.account = match memory.account {
                Some(account) if deleted.contains(&account) => None,
                Some(account) => Some(account),
                None => writer.person(person)?.and_then(|known| known.account),
            };
            writer.set_person(person, &memory)?;
        }
        Ok(())
    }
}

/// Remembers that an account has a password that nobody got: before it is enabled, it gets another one (S20).
pub(super) fn password_lost(
    writer: &mut Writer<'_>,
    account: Guid,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some(mut memory) = writer.account(account)? else {
        return Ok(());
    };
    memory.password_set = Some(at);
    writer.set_account(account, &memory)
}

/// What a notice says to whom with that body, as the state keeps it.
fn content(notice: &Notice, body: &str) -> String {
    let to: Vec<&str> = notice.to.iter().map(Address::as_str).collect();
    let content = serde_json::json!({
        "to": to,
        "subject": notice.subject.as_str(),
        "body": body,
    });
    content.to_string()
}

/// The notices of a plan that bring the password which an action sets.
pub(super) fn tells(plan: &Plan, id: ActionId) -> impl Iterator<Item = &Notice> {
    let all = plan.notices.iter();
    all.filter(move |notice| notice.tells_password() && notice.after.contains(&id))
}

/// The actions that lead to a password, with the one that sets it: that itself, and what makes the account.
fn leads(plan: &Plan) -> BTreeMap<ActionId, ActionId> {
    let mut leads = BTreeMap::new();
    for (id, action) in numbered(plan) {
        let Change::SetPassword { account, .. } = &action.change else {
            continue;
        };
        leads.insert(id, id);
        if let Target::Made { by, .. } = account {
            leads.insert(*by, id);
        }
    }
    leads
}

/// The account that an action deletes.
fn deletes(action: &Action) -> Option<Guid> {
    let Change::Delete {
        account: Target::Existing { guid, .. },
    } = &action.change
    else {
        return None;
    };
    Some(*guid)
}

pub(super) fn numbered(plan: &Plan) -> impl Iterator<Item = (ActionId, &Action)> {
    (0_u32..).map(ActionId).zip(&plan.actions)
}
