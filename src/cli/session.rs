//! What most commands read first: policy, people, and as of when.

use super::Output;
use super::report::Report;
use crate::hr;
use crate::policy::Policy;
use crate::state::Store;
use crate::workspace::Workspace;
use jiff::Timestamp;

/// Policy and people at an instant.
#[derive(Debug)]
pub(super) struct Reading {
    /// The policy.
    pub(super) policy: Policy,
    /// The people.
    pub(super) people: hr::Snapshot,
    /// As of when.
    pub(super) now: Timestamp,
    /// The instant was asked for with `--at`.
    pub(super) hypothetical: bool,
    /// The people source pins its clock.
    pub(super) pinned: bool,
    /// HR could not be read: of the people no more is known than who they are.
    pub(super) unread: bool,
}

/// Reads the people, and decides as of when: `--at`, else the source's clock, else the system's.
pub(super) fn read(
    workspace: &Workspace,
    policy: Option<Policy>,
    at: Option<&str>,
) -> Result<Reading, Report> {
    let Some(policy) = policy else {
        return Err(unusable());
    };
    let people = super::people::read(workspace, &policy)?;
    let asked = at.map(instant).transpose()?;
    Ok(as_of(policy, people, asked, false))
}

/// The same for an order, which must not wait for HR: where it cannot be read, the people are those whom the state
/// knows, of whom nothing else is known, and it is said why.
pub(super) fn read_for_order(
    workspace: &Workspace,
    policy: Option<Policy>,
    output: &mut Output,
) -> Result<Reading, Report> {
    let usable = policy.ok_or_else(unusable)?;
    let why = match super::people::read(workspace, &usable) {
        Ok(people) => return Ok(as_of(usable, people, None, false)),
        Err(why) => why,
    };
    let reading = unread(workspace, Some(usable))?;
    if reading.people.quarantined().is_empty() {
        return Err(why);
    }
    why.show(output);
    output.say(UNREAD);
    Ok(reading)
}

/// Those whom the state knows, of whom nothing else is known.
pub(super) fn unread(workspace: &Workspace, policy: Option<Policy>) -> Result<Reading, Report> {
    let policy = policy.ok_or_else(unusable)?;
    let known = match Store::open_existing(&workspace.path(&workspace.config.state))? {
        Some(store) => store.prior()?.people.into_keys().collect(),
        None => Vec::new(),
    };
    let mut origin = hr::Origin::new("the state, for HR could not be read");
    origin.clock = workspace.config.clock;
    let people = hr::Snapshot::unread(policy.schema.clone(), known, origin);
    let people = people.map_err(|error| Report::new("duplicate-person-ids", &error))?;
    Ok(as_of(policy, people, None, true))
}

/// Said where an order is carried out although HR could not be read.
const UNREAD: &str = "the order is not held up: it goes by what the state knows, so the account is disabled and no more; \
                      the next run that can read HR does the rest";

fn unusable() -> Report {
    Report::text("bad-policy", "the policy is not used")
}

fn as_of(policy: Policy, people: hr::Snapshot, asked: Option<Timestamp>, unread: bool) -> Reading {
    let pinned = people.origin().clock;
    Reading {
        policy,
        now: asked.or(pinned).unwrap_or_else(Timestamp::now),
        hypothetical: asked.is_some(),
        pinned: pinned.is_some(),
        people,
        unread,
    }
}

/// The instant by which a command judges that makes no plan: the pinned one, else this machine's.
pub(super) fn now(workspace: &Workspace) -> Timestamp {
    workspace.config.clock.unwrap_or_else(Timestamp::now)
}

/// An instant as typed: with an offset, or a date or local time in the system's zone.
pub(super) fn instant(text: &str) -> Result<Timestamp, Report> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let zone = jiff::tz::TimeZone::system();
    let local = text.parse::<jiff::civil::DateTime>().or_else(|_| {
        text.parse::<jiff::civil::Date>()
            .map(|date| date.at(12, 0, 0, 0))
    });
    local
        .and_then(|local| zone.to_timestamp(local))
        .map_err(|_| {
            Report::text("bad-instant", format!("`{text}` is no day and no instant"))
                .help("write `2026-03-02`, `2026-03-02T09:00` or `2026-03-02T09:00:00+01:00`")
        })
}
