//! What waits for somebody's answer, and when it is told: as it begins to wait, as it is asked anew, and again after so
//! many days. A reminder is due with the day: the first run of that day tells it.

use super::time::later;
use super::world::World;
use super::{Action, Approval, Change, Lapsed};
use crate::hr::PersonId;
use crate::policy::ruleset::Duration;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// An `on approval` line: what the state knows it by, and how often it reminds.
type Line<'a> = (&'a Arc<str>, Option<Duration>);

/// By person, the actions that wait for an answer.
pub(crate) fn asked(actions: &[Action]) -> FxHashMap<PersonId, Vec<&Action>> {
    let mut asked: FxHashMap<PersonId, Vec<&Action>> = FxHashMap::default();
    for action in actions.iter().filter(|action| action.is_asked()) {
        if let Some(person) = &action.person {
            asked.entry(person.clone()).or_default().push(action);
        }
    }
    asked
}

/// The questions about one person that a line tells of now: all of them, if it is time for one.
pub(crate) fn due(world: &World<'_>, line: Line<'_>, asked: &[&Action]) -> Option<Vec<Arc<str>>> {
    let questions = || asked.iter().filter_map(|action| action.approval.as_ref());
    let is_time = |approval: &Approval| match told(world, line.0, approval) {
        None => true,
        Some(told) => again(world, line, told).is_some_and(|at| at <= world.input.now),
    };
    questions()
        .any(is_time)
        .then(|| questions().map(|approval| approval.id.clone()).collect())
}

/// When a line next reminds of the questions about one person; `now` is whether it tells of them now.
pub(crate) fn next(
    world: &World<'_>,
    line: Line<'_>,
    asked: &[&Action],
    now: bool,
) -> Option<Timestamp> {
    let questions = asked.iter().filter_map(|action| action.approval.as_ref());
    let told = questions.filter_map(|approval| {
        if now {
            Some(world.input.now)
        } else {
            told(world, line.0, approval)
        }
    });
    told.filter_map(|told| again(world, line, told)).min()
}

/// When a line told of a question as it is asked now.
fn told(world: &World<'_>, key: &str, approval: &Approval) -> Option<Timestamp> {
    let known = world.input.prior.approvals.get(&approval.id)?;
    let told = known.told.get(key).copied()?;
    (approval.lapsed.is_none() && told >= approval.asked).then_some(told)
}

/// The beginning of the day on which a line reminds of what it told then.
fn again(world: &World<'_>, (_, every): Line<'_>, told: Timestamp) -> Option<Timestamp> {
    let zone = home(world);
    let told = zone.to_datetime(told).date();
    let start = zone.to_timestamp(told.at(0, 0, 0, 0)).ok()?;
    let name = world.input.rules.home_zone.as_deref().unwrap_or("UTC");
    Some(later(start, every?, name))
}

/// What waits, a question a line; none where nothing does.
pub(crate) fn text(world: &World<'_>, asked: &[&Action]) -> Option<Arc<str>> {
    let day = |at: Timestamp| -> Date { home(world).to_datetime(at).date() };
    let lines = asked.iter().filter_map(|action| {
        let approval = action.approval.as_ref()?;
        let since = match approval.lapsed {
            None => format!("waits since {}", day(approval.asked)),
            Some(Lapsed::Unanswered) => "asked anew, because nobody answered".to_owned(),
            Some(Lapsed::Yes) => "asked anew, because the yes came to its end".to_owned(),
            Some(Lapsed::No) => "asked anew, because the no came to its end".to_owned(),
        };
        let until = day(approval.until);
        Some(format!(
            "{}  {}: {since}, to be answered until {until}",
            approval.id,
            deed(&action.change)
        ))
    });
    let lines: Vec<String> = lines.collect();
    (!lines.is_empty()).then(|| lines.join("\n").into())
}

/// What would be done, without a value of anybody.
fn deed(change: &Change) -> String {
    let leaf =
        |dn: &crate::directory::Dn| dn.rdn().map_or_else(String::new, |rdn| rdn.value().clone());
    match change {
        Change::CreateUnit { dn } => format!("make the unit {}", leaf(dn)),
        Change::CreateGroup { dn, .. } => format!("make the group {}", leaf(dn)),
        Change::CreateAccount { .. } => "make the account".to_owned(),
        Change::Adopt { .. } => "take the account over".to_owned(),
        Change::Release { .. } => "let the account go".to_owned(),
        Change::SetPassword { .. } => "set a password".to_owned(),
        Change::Modify { attributes, .. } => {
            let names: Vec<&str> = attributes.iter().map(|change| &*change.attribute).collect();
            format!("change {}", names.join(", "))
        }
        Change::Move { to, .. } => {
            let unit = to.parent();
            format!(
                "move the account to {}",
                unit.map_or_else(String::new, |unit| leaf(&unit))
            )
        }
        Change::Enable { .. } => "enable the account".to_owned(),
        Change::Disable { .. } => "disable the account".to_owned(),
        Change::AddMember { group, .. } => format!("add to {}", leaf(group.dn())),
        Change::RemoveMember { group, .. } => format!("take out of {}", leaf(group.dn())),
        Change::WriteBack { source, .. } => format!("write {source} back to HR"),
        Change::Await { step, .. } => format!("ask for the step {}", step.name),
        Change::Delete { .. } => "delete the account".to_owned(),
        Change::DeleteUnit { unit } => format!("delete the unit {}", leaf(unit.dn())),
    }
}

/// The zone in which days of approvals and digests are counted.
pub(crate) fn home(world: &World<'_>) -> TimeZone {
    let name = world.input.rules.home_zone.as_deref().unwrap_or("UTC");
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}
