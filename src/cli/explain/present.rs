//! What a person's account is and has now, whose each of it is, and what the next plan does about it.
//!
//! Compares nothing itself: whether something differs from what is wanted, the plan has decided.

use crate::cli::planning::Around;
use crate::cli::view::Options;
use crate::cli::view::plan::{Detail, PlanView};
use crate::directory::{Dn, Object, ObjectId};
use crate::hr::PersonId;
use crate::plan::{Action, AttributeChange, Change, Plan, Verdict, file};
use crate::policy::explain::MASK;
use crate::policy::{GroupWish, Policy, RuleId, StageAccount, Wish};
use crate::state::{AccountMemory, ManagedValue, Membership, MembershipOwner, ValueOwner};
use crate::text::{excerpt, picture, visible};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// The longest value that is shown, in characters.
const MAX_VALUE: usize = 200;

/// A person's account as it is, beside the plan.
pub(super) struct Present<'a> {
    around: &'a Around,
    policy: &'a Policy,
    wish: &'a Wish,
    account: Option<ObjectId>,
    zone: TimeZone,
    /// The part of the plan that is about this person.
    plan: Plan,
    /// Sensitive values are shown to whoever asked for them (S11).
    reveal: bool,
}

impl<'a> Present<'a> {
    pub(super) fn new(
        around: &'a Around,
        policy: &'a Policy,
        wish: &'a Wish,
        reveal: bool,
    ) -> Self {
        let person = &wish.person;
        let verdict = around.correlation.of(person);
        let of_person = |other: &Option<PersonId>| other.as_ref() == Some(person);
        let mut plan = around.plan.clone();
        plan.actions.retain(|action| of_person(&action.person));
        plan.findings.retain(|finding| of_person(&finding.person));
        plan.open_accounts.retain(|open| of_person(&open.person));
        Self {
            around,
            policy,
            wish,
            account: verdict.and_then(Verdict::account),
            zone: TimeZone::get(&wish.zone).unwrap_or(TimeZone::UTC),
            plan,
            reveal,
        }
    }

    /// The group of that name or place, as the directory calls it.
    pub(super) fn group(&self, name: &str) -> Option<Arc<str>> {
        let object = self.object(self.group_id(name)?);
        Some(object.account_name().unwrap_or(name).into())
    }

    /// Which account, how it is, and how it should be.
    pub(super) fn account(&self) -> String {
        let Some(account) = self.account else {
            return self.no_account();
        };
        let object = self.object(account);
        let memory = self.memory();
        let state = if object.enabled() {
            "enabled".to_owned()
        } else {
            match memory.and_then(|memory| Some((memory.disabled_since?, memory.disabled_by_us))) {
                Some((since, true)) => {
                    format!("disabled by tenure, since {}", self.day(since))
                }
                Some((since, false)) => {
                    format!("disabled by somebody else, seen since {}", self.day(since))
                }
                None => "disabled, since before tenure saw it".to_owned(),
            }
        };
        let known = if memory.is_some() {
            ""
        } else {
            "\n  not looked after yet"
        };
        let mut text = format!(
            "account {}\n  is {state}; the policy wants it {}{known}",
            visible(object.dn().as_str()),
            wanted(self.wish.account)
        );
        for tied in self.tied() {
            let state = if tied.enabled() {
                "enabled"
            } else {
                "disabled"
            };
            text.push_str("\nfurther account ");
            text.push_str(&visible(tied.dn().as_str()));
            text.push_str("\n  is ");
            text.push_str(state);
            text.push_str("; it ends with their own");
        }
        text
    }

    /// Further accounts of the same human (S8).
    fn tied(&self) -> Vec<&'a Object> {
        let tied = self.around.correlation.tied.iter();
        tied.filter(|tied| Some(tied.owner) == self.account)
            .map(|tied| self.object(tied.account))
            .collect()
    }

    fn no_account(&self) -> String {
        let wanted = wanted(self.wish.account);
        match self.around.correlation.of(&self.wish.person) {
            Some(Verdict::Conflict { why, .. } | Verdict::Ambiguous { why, .. }) => {
                format!(
                    "no account for certain: {}; the policy wants it {wanted}",
                    visible(why)
                )
            }
            Some(Verdict::Proposed { account, .. } | Verdict::Namesake { account, .. }) => {
                let dn = self.object(*account).dn();
                format!(
                    "no account for certain: {} may be theirs; the policy wants it {wanted}",
                    visible(dn.as_str())
                )
            }
            Some(Verdict::Anchored(_) | Verdict::Linked { .. } | Verdict::Without) | None => {
                format!("no account; the policy wants it {wanted}")
            }
        }
    }

    /// What an attribute has now and whose it is, and what the next plan writes; nothing without an account.
    pub(super) fn attribute(&self, attribute: &str, rule: Option<RuleId>) -> Vec<String> {
        let mut lines = Vec::new();
        if self.account.is_some() {
            let hidden = self.is_hidden(attribute, rule);
            let values: Vec<String> = self
                .values(attribute)
                .iter()
                .map(|(value, known)| {
                    let shown = if hidden { MASK.into() } else { quoted(value) };
                    format!("{shown}, {}", self.whose(known.as_ref()))
                })
                .collect();
            lines.push(match values.as_slice() {
                [] => "now empty".to_owned(),
                values => format!("now {}", values.join("; ")),
            });
        }
        if let Some(change) = self.change(attribute) {
            lines.push(match change.after.as_slice() {
                [] => "the next plan empties it".to_owned(),
                _ if change.sensitive => format!("the next plan writes {MASK}"),
                after => {
                    let after: Vec<String> = after.iter().map(|value| quoted(value)).collect();
                    format!("the next plan writes {}", after.join(", "))
                }
            });
        }
        lines
    }

    pub(super) fn attribute_json(
        &self,
        attribute: &str,
        rule: Option<RuleId>,
    ) -> Map<String, Json> {
        let mut part = Map::new();
        if self.account.is_some() {
            let hidden = self.is_hidden(attribute, rule);
            let values = self.values(attribute).into_iter().map(|(value, known)| {
                json!({
                    "value": if hidden { MASK } else { &value },
                    "owner": known.as_ref().map(|known| owner(known.owner)),
                    "since": known.as_ref().map(|known| known.since.to_string()),
                })
            });
            part.insert("now".to_owned(), values.collect());
        }
        let next = self.change(attribute).map(|change| {
            let after = change.after.iter();
            let shown = after.map(|value| if change.sensitive { MASK } else { value });
            shown.collect::<Vec<_>>()
        });
        part.insert("next".to_owned(), json!(next));
        part
    }

    /// Whether the account is in a group, since when and by whom, and what the next plan does.
    pub(super) fn membership(&self, name: &str) -> Vec<String> {
        let Some(group) = self.group_id(name) else {
            return vec!["the directory has no such group".to_owned()];
        };
        let mut lines = Vec::new();
        if self.account.is_some() {
            lines.push(self.standing(group));
        }
        match self.joins(group) {
            Some(true) => lines.push("the next plan adds them".to_owned()),
            Some(false) => lines.push("the next plan takes them out".to_owned()),
            None => {}
        }
        lines
    }

    pub(super) fn membership_json(&self, name: &str) -> Json {
        let Some(group) = self.group_id(name) else {
            return json!({ "exists": false });
        };
        let row = self.row(group);
        json!({
            "exists": true,
            "member": self.account.is_some() && self.is_in(group),
            "owner": row.map(|row| membership_owner(row.owner)),
            "since": row.map(|row| row.since.to_string()),
            "lapsed": row.and_then(|row| row.lapsed).map(|at| at.to_string()),
            "removed_by_stage": row.and_then(|row| row.removed_by_stage.as_deref()),
            "next": self.joins(group).map(|comes| if comes { "add" } else { "remove" }),
        })
    }

    /// Groups that the account is in and no rule gives.
    pub(super) fn others(&self, granted: impl Iterator<Item = &'a GroupWish>) -> Vec<String> {
        let others = self.other_groups(granted).into_iter();
        others
            .map(|group| {
                let name = visible(&self.name(group)).into_owned();
                let mut line = format!("· {name:<38} {}", self.standing(group));
                if self.joins(group) == Some(false) {
                    line.push_str("; the next plan takes them out");
                }
                line
            })
            .collect()
    }

    pub(super) fn others_json(&self, granted: impl Iterator<Item = &'a GroupWish>) -> Json {
        let others = self.other_groups(granted).into_iter();
        let others = others.map(|group| {
            let name = self.name(group);
            json!({ "group": &*name, "now": self.membership_json(self.object(group).dn().as_str()) })
        });
        others.collect()
    }

    /// All that the next plan does and finds for this person.
    pub(super) fn next(&self, options: &Options) -> String {
        let view = PlanView {
            plan: &self.plan,
            prior: Some(&self.around.prior),
            detail: Detail::Full,
        };
        let body = view.render_body(options);
        if body.trim().is_empty() {
            return "\nthe next plan changes nothing\n".to_owned();
        }
        let stopped = if self.around.plan.trips() {
            ", which a guard stops"
        } else {
            ""
        };
        format!("\nthe next plan{stopped}\n{}\n", body.trim_end())
    }

    pub(super) fn next_json(&self) -> Json {
        let action = |action: &Action| -> Json {
            serde_json::from_str(&file::action_to_json(action)).unwrap_or(Json::Null)
        };
        let findings = self.plan.findings.iter().map(|finding| {
            json!({
                "text": &*finding.text,
                "help": finding.help.as_deref(),
            })
        });
        json!({
            "actions": self.plan.actions.iter().map(action).collect::<Vec<_>>(),
            "findings": findings.collect::<Vec<_>>(),
            "stopped": self.around.plan.trips(),
        })
    }

    pub(super) fn account_json(&self) -> Json {
        let Some(account) = self.account else {
            return json!({ "exists": false, "wanted": wanted(self.wish.account) });
        };
        let object = self.object(account);
        let memory = self.memory();
        json!({
            "exists": true,
            "dn": object.dn().as_str(),
            "guid": object.guid().to_string(),
            "enabled": object.enabled(),
            "wanted": wanted(self.wish.account),
            "managed": memory.is_some(),
            "disabled_since": memory
                .and_then(|memory| memory.disabled_since)
                .map(|since| since.to_string()),
            "disabled_by_tenure": memory.is_some_and(|memory| memory.disabled_by_us),
            "tied": self.tied().iter().map(|tied| json!({
                "dn": tied.dn().as_str(),
                "enabled": tied.enabled(),
            })).collect::<Vec<_>>(),
        })
    }

    fn object(&self, id: ObjectId) -> &'a Object {
        &self.around.directory[id]
    }

    /// What the state remembers of the account, if as this person's.
    fn memory(&self) -> Option<&'a AccountMemory> {
        let memory = self
            .around
            .prior
            .accounts
            .get(&self.object(self.account?).guid());
        memory.filter(|memory| memory.person.as_ref() == Some(&self.wish.person) && !memory.tied)
    }

    /// The values that are there, each with what the state knows of it.
    fn values(&self, attribute: &str) -> Vec<(Arc<str>, Option<ManagedValue>)> {
        let Some(account) = self.account else {
            return Vec::new();
        };
        let object = self.object(account);
        let name = crate::directory::schema::attribute(attribute)
            .map_or(attribute, |attribute| attribute.name);
        let known = self.around.prior.values.get(&(object.guid(), name.into()));
        let known = known.map_or(&[][..], Vec::as_slice);
        let values = object.values(attribute);
        values
            .map(|value| {
                let memory = known.iter().find(|memory| *memory.value == *value);
                (Arc::from(value), memory.cloned())
            })
            .collect()
    }

    fn whose(&self, known: Option<&ManagedValue>) -> String {
        match known {
            Some(known) => {
                let day = self.day(known.since);
                match known.owner {
                    ValueOwner::Set => format!("written by tenure on {day}"),
                    ValueOwner::Adopted => format!("there when taken over on {day}"),
                    ValueOwner::ByHand => format!("by hand, seen on {day}"),
                }
            }
            None if self.memory().is_some() => "not seen by a run yet".to_owned(),
            None => "not looked after yet".to_owned(),
        }
    }

    /// Whether the values of an attribute must not be shown (S11).
    fn is_hidden(&self, attribute: &str, rule: Option<RuleId>) -> bool {
        let policy = self.policy;
        let reads_sensitive =
            rule.is_some_and(|rule| policy.rules.reads_sensitive(&policy.schema, rule));
        let private = crate::directory::schema::attribute(attribute)
            .is_some_and(crate::directory::schema::Attribute::is_private);
        let change = self.change(attribute);
        let sensitive = reads_sensitive || change.is_some_and(|change| change.sensitive);
        private || (sensitive && !self.reveal)
    }

    /// The change of an attribute that the plan makes.
    fn change(&self, attribute: &str) -> Option<&AttributeChange> {
        let modified = self.plan.actions.iter().filter_map(|action| {
            let Change::Modify { attributes, .. } = &action.change else {
                return None;
            };
            Some(attributes)
        });
        let mut changes = modified.flatten();
        changes.find(|change| change.attribute.eq_ignore_ascii_case(attribute))
    }

    fn group_id(&self, name: &str) -> Option<ObjectId> {
        let directory = &self.around.directory;
        let found = match Dn::parse(name) {
            Ok(dn) if name.contains('=') => directory.by_dn(&dn),
            Ok(_) | Err(_) => directory.by_account_name(name),
        };
        found.filter(|id| self.object(*id).is_group())
    }

    fn name(&self, group: ObjectId) -> Arc<str> {
        let object = self.object(group);
        match object.account_name() {
            Some(name) => name.into(),
            None => object.dn().text().clone(),
        }
    }

    fn groups(&self) -> Vec<ObjectId> {
        let directory = &self.around.directory;
        let Some(account) = self.account else {
            return Vec::new();
        };
        let links = directory.links("member");
        let sources = links.sources(account).iter().copied();
        sources.filter(|id| self.object(*id).is_group()).collect()
    }

    fn other_groups(&self, granted: impl Iterator<Item = &'a GroupWish>) -> Vec<ObjectId> {
        let granted: Vec<ObjectId> = granted
            .filter_map(|wish| self.group_id(&wish.group))
            .collect();
        let mut others = self.groups();
        others.retain(|group| !granted.contains(group));
        others.sort_by_key(|group| self.name(*group));
        others
    }

    fn is_in(&self, group: ObjectId) -> bool {
        self.groups().contains(&group)
    }

    /// What the state knows of a membership.
    fn row(&self, group: ObjectId) -> Option<&'a Membership> {
        let account = self.object(self.account?).guid();
        let key = (account, self.object(group).guid());
        self.around.prior.memberships.get(&key)
    }

    /// Whether the account is in a group, since when and by whom.
    fn standing(&self, group: ObjectId) -> String {
        let row = self.row(group);
        if !self.is_in(group) {
            return match row.and_then(|row| row.removed_by_stage.as_ref()) {
                Some(stage) => format!("no member: stage `{}` took it away", visible(stage)),
                None => "no member".to_owned(),
            };
        }
        let Some(row) = row else {
            return match self.memory() {
                Some(_) => "member, not seen by a run yet".to_owned(),
                None => "member, not looked after yet".to_owned(),
            };
        };
        let day = self.day(row.since);
        let mut text = match row.owner {
            MembershipOwner::Granted => format!("member since {day}, given by a rule"),
            MembershipOwner::Adopted => {
                format!("member, there when taken over on {day} and given by a rule")
            }
            MembershipOwner::ByHand => format!("member by hand, seen on {day}"),
        };
        if let Some(lapsed) = row.lapsed {
            text.push_str("; lingers since ");
            text.push_str(&self.day(lapsed));
        }
        text
    }

    /// Whether the plan puts them into a group or takes them out; none if neither.
    fn joins(&self, group: ObjectId) -> Option<bool> {
        let dn = self.object(group).dn();
        self.plan
            .actions
            .iter()
            .find_map(|action| match &action.change {
                Change::AddMember { group, .. } if group.dn() == dn => Some(true),
                Change::RemoveMember { group, .. } if group.dn() == dn => Some(false),
                Change::AddMember { .. }
                | Change::RemoveMember { .. }
                | Change::CreateUnit { .. }
                | Change::CreateGroup { .. }
                | Change::CreateAccount { .. }
                | Change::Adopt { .. }
                | Change::Release { .. }
                | Change::DeleteUnit { .. }
                | Change::SetPassword { .. }
                | Change::Modify { .. }
                | Change::Move { .. }
                | Change::Enable { .. }
                | Change::Disable { .. }
                | Change::WriteBack { .. }
                | Change::Await { .. }
                | Change::Delete { .. } => None,
            })
    }

    /// The day of an instant, where the person is.
    fn day(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).date().to_string()
    }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", excerpt(picture::short(value), MAX_VALUE))
}

/// How the policy wants the account, as the language says it.
fn wanted(account: StageAccount) -> &'static str {
    match account {
        StageAccount::Enabled => "enabled",
        StageAccount::Prepared => "prepared",
        StageAccount::Disabled => "disabled",
        StageAccount::DeletedAfter(_) => "deleted, once disabled long enough",
        StageAccount::Untouched => "untouched",
        StageAccount::Hold => "held as it is",
    }
}

fn owner(owner: ValueOwner) -> &'static str {
    match owner {
        ValueOwner::Set => "set",
        ValueOwner::Adopted => "adopted",
        ValueOwner::ByHand => "by-hand",
    }
}

fn membership_owner(owner: MembershipOwner) -> &'static str {
    match owner {
        MembershipOwner::Granted => "granted",
        MembershipOwner::Adopted => "adopted",
        MembershipOwner::ByHand => "by-hand",
    }
}
