//! `tenure audit export`: the trail as JSON lines and as CSV.
//!
//! In JSON an entry is a line; in CSV each change of an entry is. Begin with [`changes`], which says of any action
//! what was before and what is after, for both.

use super::csv::cell;
use super::json;
use super::reason::{Measure, reason_line};
use crate::apply::trail::{Deed, TrailEntry};
use crate::plan::{Action, Change, Reason, Target};
use crate::state::Unreadable;
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
                       before,after,reason,cause,outcome,note,values,hash,broken\r\n";

/// What each line of JSON begins with.
const FORMAT: &str = "tenure-audit-entry/1";

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
        Change::CreateAccount {
            dn,
            attributes,
            sensitive,
            ..
        } => {
            let mut all = vec![one(name, None, Some(dn.as_str()))];
            all.extend(attributes.iter().map(|(attribute, values)| Changed {
                after: texts(values, sensitive.contains(attribute)),
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
        Change::Await { step, .. } => vec![one(&format!("step {}", step.name), None, None)],
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
        | Change::Await { account, .. }
        | Change::Delete { account }
        | Change::DeleteUnit { unit: account } => (name(account), None),
        Change::AddMember { group, account } | Change::RemoveMember { group, account, .. } => {
            (name(account), name(group))
        }
    }
}

/// An entry as one line of JSON, with what is wrong with it; docs/audit.md tells the fields.
pub fn line(entry: &TrailEntry, broken: Option<&str>) -> String {
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
        "format": FORMAT,
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
        "broken": broken,
    });
    on_a_line(&value)
}

/// An entry that cannot be read, with what can.
pub fn unreadable_line(entry: &Unreadable, broken: Option<&str>) -> String {
    let facts: Option<Value> = serde_json::from_str(&entry.facts).ok();
    let facts = facts.unwrap_or_else(|| Value::from(&*entry.facts));
    on_a_line(&json!({
        "format": FORMAT,
        "seq": entry.written.seq,
        "at": entry.written.at,
        "event": entry.written.event,
        "run": entry.run,
        "facts": facts,
        "hash": entry.hash,
        "broken": wrong(entry, broken),
    }))
}

/// A place at which something is missing.
pub fn broken_line(what: &str) -> String {
    on_a_line(&json!({ "format": FORMAT, "seq": null, "event": null, "broken": what }))
}

fn on_a_line(value: &Value) -> String {
    let mut line = json::harmless(&value.to_string());
    line.push('\n');
    line
}

/// All that is wrong with an entry that cannot be read.
fn wrong(entry: &Unreadable, broken: Option<&str>) -> String {
    let broken = broken.map(|broken| format!("{broken}{BETWEEN}"));
    broken.unwrap_or_default() + &entry.problem
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

/// An entry as lines of CSV: one for each change, one where there is none; on each what is wrong with it.
pub fn csv(entry: &TrailEntry, broken: Option<&str>) -> String {
    let action = entry.deed.as_ref().map(|deed| &deed.action);
    let changes = action.map(changes).unwrap_or_default();
    if changes.is_empty() {
        return row(entry, None, broken);
    }
    changes
        .iter()
        .map(|change| row(entry, Some(change), broken))
        .collect()
}

/// An entry that cannot be read, with what can, as a line of CSV.
pub fn unreadable_csv(entry: &Unreadable, broken: Option<&str>) -> String {
    let mut cells = vec![String::new(); COLUMNS.split(',').count()];
    let known = [
        (0, entry.written.seq.to_string()),
        (1, entry.written.at.clone()),
        (2, entry.written.event.clone()),
        (3, entry.run.clone().unwrap_or_default()),
        (19, entry.facts.clone()),
        (21, entry.hash.clone()),
        (22, wrong(entry, broken)),
    ];
    for (column, text) in known {
        if let Some(cell) = cells.get_mut(column) {
            *cell = text;
        }
    }
    in_cells(&cells)
}

/// A place at which something is missing, as a line of CSV.
pub fn broken_csv(what: &str) -> String {
    let mut cells = vec![String::new(); COLUMNS.split(',').count()];
    if let Some(last) = cells.last_mut() {
        what.clone_into(last);
    }
    in_cells(&cells)
}

fn in_cells(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    cells.join(",") + "\r\n"
}

fn row(entry: &TrailEntry, change: Option<&Changed>, broken: Option<&str>) -> String {
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
        broken.unwrap_or_default().to_owned(),
    ];
    in_cells(&cells)
}

fn why(action: &Action, change: Option<&Changed>) -> String {
    let own = change.and_then(|change| change.reason.as_ref());
    if let Some(own) = own {
        return reason_line(own, Measure::WHOLE);
    }
    let all = action
        .reasons
        .iter()
        .map(|reason| reason_line(reason, Measure::WHOLE));
    let all: Vec<String> = all.collect();
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
