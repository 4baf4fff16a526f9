//! What most commands read first: policy, people, and as of when.

use super::report::Report;
use crate::hr;
use crate::policy::Policy;
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
}

/// Reads the people, and decides as of when: `--at`, else the source's clock, else the system's.
pub(super) fn read(
    workspace: &Workspace,
    policy: Option<Policy>,
    at: Option<&str>,
) -> Result<Reading, Report> {
    let Some(policy) = policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let people = super::people::read(workspace, &policy)?;
    let asked = at.map(instant).transpose()?;
    let pinned = people.origin().clock;
    let now = asked.or(pinned).unwrap_or_else(Timestamp::now);
    Ok(Reading {
        policy,
        people,
        now,
        hypothetical: asked.is_some(),
        pinned: pinned.is_some(),
    })
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
