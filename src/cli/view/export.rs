//! `tenure audit export`: the trail as JSON lines and as CSV.
//!
//! In JSON an entry is a line; in CSV each change of an entry is. Begin with [`changes`], which says of any action
//! what was before and what is after, for both.

use super::csv::cell;
use super::json;
use crate::apply::trail::{Deed, TrailEntry};
use crate::plan::{Action, Change, Reason, Target};
use serde_json::{Value, json};
use std::sync::Arc;

/// Stands for a value that must not be shown.
const HIDDEN: &str = "•••";

/// Stands for values that are gone.
const FORGOTTEN: &str = "forgotten";

/// What stands between several values in a cell.
const BETWEEN: &str = "; ";

/// The columns of the CSV.
const COLUMNS: &str = "seq,at,event,run,who,host,policy,git_commit,person,name,account,group,kind,attribute,\
                       before,after,reason,cause,outcome,note,values,hash\r\n";

/// One thing that an action changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The attribute; `password` and `enabled` for what has no value of its own that may be told.
    pub what: String,
    /// What was there.
    pub before: Vec<String>,
    /// What is there now, or would be had it succeeded.
    pub after: Vec<String>,
    /// Why, where that is not the reason of the whole action.
    pub reason: Option<Reason>,
}

/// What an action changes, sensitive values hidden.
pub fn changes(action: &Action) -> Vec<Changed> {
    let one = |what: &str, before: Option<&str>, after: Option<&str>| Changed {
        what: what.to_owned(),
        before: before.map(str::to_owned).into_iter().collect(),
        after: after.map(str::to_owned).into_iter().collect(),
        reason: None,
    };
    let name = "distinguishedName";
    match &action.change {
        Change::CreateUnit { dn } => vec![one(name, None, Some(dn.as_str()))],
        Change::CreateGroup {
            dn, description, ..
        } => {
            let mut all = vec![one(name, None, Some(dn.as_str()))];
            if let Some(description) = description {
                all.push(one("description", None, Some(description)));
            }
            all
        }
        Change::CreateAccount { dn, attributes, .. } => {
            let mut all = vec![one(name, None, Some(dn.as_str()))];
            all.extend(attributes.iter().map(|(attribute, values)| Changed {
                after: texts(values, false),
                ..one(attribute, None, None)
            }));
            all
        }
        Change::Adopt {
            anchor,
            before,
            after,
            ..
        } => vec![one(anchor, before.as_deref(), Some(after))],
        Change::Release {
            anchor,
            before,
            after,
            ..
        } => vec![one(anchor, Some(before), after.as_deref())],
        Change::SetPassword { .. } => vec![one("password", None, Some(HIDDEN))],
        Change::Modify { attributes, .. } => attributes
            .iter()
            .map(|change| Changed {
                what: change.attribute.to_string(),
                before: texts(&change.before, change.sensitive),
                after: texts(&change.after, change.sensitive),
                reason: Some(change.reason.clone()),
            })
            .collect(),
        Change::Move { account, to, .. } => {
            vec![one(name, Some(account.dn().as_str()), Some(to.as_str()))]
        }
        Change::Enable { .. } => vec![one("enabled", Some("no"), Some("yes"))],
        Change::Disable { .. } => vec![one("enabled", Some("yes"), Some("no"))],
        Change::AddMember { group, .. } => {
            vec![one("memberOf", None, Some(group.dn().as_str()))]
        }
        Change::RemoveMember { group, .. } => {
            vec![one("memberOf", Some(group.dn().as_str()), None)]
        }
        Change::WriteBack {
            source,
            before,
            after,
            ..
        } => vec![one(source, before.as_deref(), Some(after))],
        Change::Delete { account } | Change::DeleteUnit { unit: account } => {
            vec![one(name, Some(account.dn().as_str()), None)]
        }
    }
}

fn texts(values: &[Arc<str>], sensitive: bool) -> Vec<String> {
    let shown = |value: &Arc<str>| {
        if sensitive {
            HIDDEN.to_owned()
        } else {
            value.to_string()
        }
    };
    values.iter().map(shown).collect()
}

/// The object that an action is about, and the group that it gives or takes.
pub fn about(change: &Change) -> (Option<String>, Option<String>) {
    let name = |target: &Target| Some(target.dn().to_string());
    match change {
        Change::CreateUnit { dn } | Change::CreateAccount { dn, .. } => {
            (Some(dn.to_string()), None)
        }
        Change::CreateGroup { dn, .. } => (None, Some(dn.to_string())),
        Change::Adopt { account, .. }
        | Change::Release { account, .. }
        | Change::SetPassword { account, .. }
        | Change::Modify { account, .. }
        | Change::Move { account, .. }
        | Change::Enable { account, .. }
        | Change::Disable { account, .. }
        | Change::WriteBack { account, .. }
        | Change::Delete { account }
        | Change::DeleteUnit { unit: account } => (name(account), None),
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            (name(account), name(group))
        }
    }
}

/// `groups.tenure:12 when … => … (department: Sales)`.
pub fn reason(reason: &Reason) -> String {
    let mut parts = Vec::new();
    if !reason.file.is_empty() {
        parts.push(format!("{}:{}", reason.file, reason.line));
    }
    parts.push(reason.text.to_string());
    if !reason.values.is_empty() {
        let values = reason.values.iter();
        let values: Vec<String> = values
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        parts.push(format!("({})", values.join(", ")));
    }
    parts.join(" ")
}

/// An entry as one line of JSON; docs/audit.md tells the fields.
pub fn line(entry: &TrailEntry) -> String {
    let deed = entry.deed.as_ref();
    let action = deed.map(|deed| &deed.action);
    let (account, group) = action
        .map(|action| about(&action.change))
        .unwrap_or_default();
    let changes = action.map(|action| {
        let one = |change: Changed| {
            json!({
                "attribute": change.what,
                "before": change.before,
                "after": change.after,
                "reason": change.reason.as_ref().map(reason_json),
            })
        };
        changes(action).into_iter().map(one).collect::<Vec<_>>()
    });
    let value = json!({
        "format": "tenure-audit-entry/1",
        "seq": entry.seq,
        "at": entry.at.to_string(),
        "event": entry.event,
        "run": entry.run.map(|run| run.to_string()),
        "who": entry.by.who,
        "host": entry.by.host,
        "policy": entry.by.policy,
        "git_commit": entry.by.git_commit,
        "person": entry.person.as_ref().map(ToString::to_string),
        "name": action.map(|action| action.who.to_string()),
        "account": account,
        "object": deed.and_then(|deed| deed.object).map(|guid| guid.to_string()),
        "group": group,
        "changes": changes,
        "reasons": action.map(|action| action.reasons.iter().map(reason_json).collect::<Vec<_>>()),
        "because": entry.because,
        "approved_by": action.and_then(approved_by),
        "text": deed.and_then(|deed| deed.text.clone()),
        "mend": deed.and_then(|deed| deed.mend.clone()),
        "already": deed.map(|deed| deed.already),
        "facts": entry.facts,
        "values": values(entry),
        "hash": entry.hash,
    });
    let mut line = json::harmless(&value.to_string());
    line.push('\n');
    line
}

pub(super) fn reason_json(reason: &Reason) -> Value {
    let values: serde_json::Map<String, Value> = reason
        .values
        .iter()
        .map(|(name, value)| (name.to_string(), Value::from(&**value)))
        .collect();
    let place = !reason.file.is_empty();
    json!({
        "rule": &*reason.text,
        "file": place.then_some(&*reason.file),
        "line": place.then_some(reason.line),
        "values": values,
    })
}

fn approved_by(action: &Action) -> Option<String> {
    let given = action.approval.as_ref()?.given.as_ref()?;
    Some(given.by.to_string())
}

/// Whether the values of an entry are there.
fn values(entry: &TrailEntry) -> Option<&'static str> {
    match (&entry.deed, entry.forgotten) {
        (_, true) => Some(FORGOTTEN),
        (Some(_), false) => Some("known"),
        (None, false) => None,
    }
}

/// The first line of the CSV.
pub const fn csv_head() -> &'static str {
    COLUMNS
}

/// An entry as lines of CSV: one for each change, one where there is none.
pub fn csv(entry: &TrailEntry) -> String {
    let action = entry.deed.as_ref().map(|deed| &deed.action);
    let changes = action.map(changes).unwrap_or_default();
    if changes.is_empty() {
        return row(entry, None);
    }
    changes
        .iter()
        .map(|change| row(entry, Some(change)))
        .collect()
}

fn row(entry: &TrailEntry, change: Option<&Changed>) -> String {
    let deed = entry.deed.as_ref();
    let action = deed.map(|deed| &deed.action);
    let (account, group) = action
        .map(|action| about(&action.change))
        .unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let gone = |known: String| {
        if entry.forgotten {
            FORGOTTEN.to_owned()
        } else {
            known
        }
    };
    let fact = |name: &str| entry.fact(name).unwrap_or_default().to_owned();
    let person = entry.person.as_ref().map(ToString::to_string);
    let cells = [
        entry.seq.to_string(),
        entry.at.to_string(),
        entry.event.clone(),
        entry.run.map(|run| run.to_string()).unwrap_or_default(),
        text(&entry.by.who),
        text(&entry.by.host),
        text(&entry.by.policy),
        text(&entry.by.git_commit),
        gone(person.unwrap_or_default()),
        gone(
            action
                .map(|action| action.who.to_string())
                .unwrap_or_default(),
        ),
        text(&account),
        text(&group),
        fact("kind"),
        change.map(|change| change.what.clone()).unwrap_or_default(),
        gone(
            change
                .map(|change| change.before.join(BETWEEN))
                .unwrap_or_default(),
        ),
        gone(
            change
                .map(|change| change.after.join(BETWEEN))
                .unwrap_or_default(),
        ),
        action.map(|action| why(action, change)).unwrap_or_default(),
        fact("cause"),
        fact("status"),
        note(entry, deed),
        values(entry).unwrap_or_default().to_owned(),
        entry.hash.clone(),
    ];
    let mut line = cells.map(|text| cell(&text)).join(",");
    line.push_str("\r\n");
    line
}

fn why(action: &Action, change: Option<&Changed>) -> String {
    let own = change.and_then(|change| change.reason.as_ref());
    if let Some(own) = own {
        return reason(own);
    }
    let all: Vec<String> = action.reasons.iter().map(reason).collect();
    all.join(BETWEEN)
}

/// What else is to be known: of an action how it ended, of everything else its facts.
fn note(entry: &TrailEntry, deed: Option<&Deed>) -> String {
    match deed {
        Some(deed) => deed.text.clone().unwrap_or_default(),
        None if entry.event == "action" => String::new(),
        None if entry.because.is_some() => entry.because.clone().unwrap_or_default(),
        None => entry.facts.to_string(),
    }
}
