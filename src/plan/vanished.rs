//! People whom HR no longer has: absence is not a leaver (G6).
//!
//! Without a row of `vanished` they are reported and nothing changes. With one they are, once HR has been
//! without them for long enough by our own clock, what their last complete record makes of them; never is
//! anything given or deleted for want of a record.

use super::builder::Builder;
use super::correlate::Correlation;
use super::subject::who;
use super::time::later;
use super::{Finding, FindingKind, OpenReason};
use crate::directory::ObjectId;
use crate::hr::{self, PersonId};
use crate::policy::{Absent, StageAccount, Wish};
use crate::state::PersonMemory;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Whether a person whom HR no longer has is now planned for by their last record; if so, it is said.
pub(crate) fn is_due(
    builder: &mut Builder<'_, '_>,
    wish: &Wish,
    account: Option<ObjectId>,
) -> bool {
    let Some(absent) = wish.absent else {
        return false;
    };
    let memory = builder.world.person_memory(&wish.person);
    let since = memory.and_then(|memory| memory.vanished);
    let due = since
        .is_some_and(|since| later(since, absent.after, &wish.zone) <= builder.world.input.now);
    if !due || gives(wish.account) {
        return false;
    }
    let text = format!(
        "HR no longer has this person, since {}; the last record counts",
        day(since.unwrap_or(builder.world.input.now), &wish.zone)
    );
    let shown = who(builder, wish, account);
    let finding = Finding::new(FindingKind::Vanished, shown, text)
        .of(&wish.person)
        .about(builder.dn(account))
        .because(builder.world.reason(absent.rule, None))
        .help("if they did not leave, find out why the record is gone");
    builder.draft.find(finding);
    true
}

/// Whether a stage gives anything: for that a record is needed.
fn gives(account: StageAccount) -> bool {
    match account {
        StageAccount::Enabled | StageAccount::Prepared => true,
        StageAccount::Disabled
        | StageAccount::DeletedAfter(_)
        | StageAccount::Untouched
        | StageAccount::Hold => false,
    }
}

/// Reports those for whom nothing changes, and remembers since when they are gone.
pub(crate) fn report(builder: &mut Builder<'_, '_>, correlation: &Correlation) {
    let input = builder.world.input;
    let out: FxHashSet<&PersonId> = correlation.left_out.iter().map(|(id, _)| id).collect();
    let absent: FxHashMap<&PersonId, &Wish> = input
        .wishes
        .iter()
        .filter(|wish| wish.absent.is_some())
        .map(|wish| (&wish.person, wish))
        .collect();
    for (person, memory) in &input.prior.people {
        let known = match input.people.standing(person) {
            hr::Standing::Known(_) | hr::Standing::Quarantined(_) => true,
            hr::Standing::Unknown => false,
        };
        if known || out.contains(person) {
            continue;
        }
        let is_ended = input.prior.ends.contains_key(person);
        let since = memory.vanished.unwrap_or(input.now);
        let wish = absent.get(person).copied();
        let waits = wish.and_then(|wish| {
            let absent: Absent = wish.absent?;
            Some(later(since, absent.after, &wish.zone)).filter(|due| *due > input.now)
        });
        let planned = waits.is_none() && wish.is_some_and(|wish| !gives(wish.account));
        // What becomes of somebody who was ended at once is said with that order.
        if !planned && !is_ended {
            unchanged(builder, person, memory, wish, waits);
        }
        if memory.vanished.is_none() {
            let mut memory = memory.clone();
            memory.vanished = Some(since);
            builder.draft.memory.people.push((person.clone(), memory));
        }
    }
}

fn unchanged(
    builder: &mut Builder<'_, '_>,
    person: &PersonId,
    memory: &PersonMemory,
    wish: Option<&Wish>,
    due: Option<Timestamp>,
) {
    let account = memory
        .account
        .and_then(|guid| builder.world.input.directory.by_guid(guid));
    let shown: Arc<str> = account.map_or_else(
        || builder.unnamed(person),
        |account| builder.world.name_of(account),
    );
    let text = match (due, wish) {
        (Some(due), Some(wish)) => format!(
            "HR no longer has this person; nothing changes before {}",
            day(due, &wish.zone)
        ),
        (_, Some(wish)) if gives(wish.account) => {
            "HR no longer has this person, and by the last record they would still have an account; \
             nothing changes"
                .to_owned()
        }
        _ => "HR no longer has this person; nothing changes, for absence is not a leaver".to_owned(),
    };
    let mut finding = Finding::new(FindingKind::Vanished, shown.clone(), text)
        .of(person)
        .about(builder.dn(account))
        .help("if they left, let HR say so; else find out why the record is gone");
    if let Some(absent) = wish.and_then(|wish| wish.absent) {
        finding = finding.because(builder.world.reason(absent.rule, None));
    }
    builder.draft.find(finding);
    let timer = due.map(|due| (person.clone(), due));
    builder.draft.timers.extend(timer);
    builder.open(account, Some(person), &shown, OpenReason::Vanished);
}

fn day(at: Timestamp, zone: &str) -> jiff::civil::Date {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).date()
}
