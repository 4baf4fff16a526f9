//! Words for what the planner counts and names.

use crate::directory::Dn;
use crate::plan::{Cause, FindingKind, OpenReason};
use crate::policy::GuardKind;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A number as people read it: `12,345`.
pub(super) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + 4);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 person`, `2 people`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// An instant to the minute, in a zone: `2026-03-02 09:00 CET`.
pub(super) fn instant(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M %Z")
        .to_string()
}

/// How far off an instant is, in the largest unit that fits: `in 3 days`.
pub(super) fn until(now: Timestamp, then: Timestamp) -> String {
    let minutes = usize::try_from(then.duration_since(now).as_mins()).unwrap_or(0);
    match minutes {
        0 => "in less than a minute".to_owned(),
        1..60 => format!("in {}", count(minutes, "minute", "minutes")),
        60..2880 => format!("in {}", count(minutes / 60, "hour", "hours")),
        _ => format!("in {}", count(minutes / 1440, "day", "days")),
    }
}

/// A place in the directory, without the domain that the first line names.
pub(super) fn place(dn: &Dn, base: &Dn) -> String {
    match dn.relative_to(base) {
        Some(relative) if !relative.is_root() && !base.is_root() => relative.as_str().to_owned(),
        _ => dn.as_str().to_owned(),
    }
}

/// The name of an object alone: the value of its first component.
pub(super) fn leaf(dn: &Dn) -> String {
    dn.rdn()
        .map_or_else(|| dn.as_str().to_owned(), |rdn| rdn.value())
}

/// The beginning of a digest: enough to tell two apart.
pub(super) fn short(digest: &str) -> String {
    digest.chars().take(10).collect()
}

pub(super) const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "first time",
        Cause::Hr => "HR changed",
        Cause::Policy => "policy changed",
        Cause::Time => "time passed",
        Cause::ByHand => "changed by hand",
        Cause::Undone => "taken back",
        Cause::Ordered => "ordered",
    }
}

/// What a guard counts, one and many.
pub(super) const fn guarded(kind: GuardKind) -> (&'static str, &'static str) {
    match kind {
        GuardKind::Create => ("account or group created", "accounts or groups created"),
        GuardKind::Enable => ("account enabled", "accounts enabled"),
        GuardKind::Adopt => ("account adopted by rule", "accounts adopted by rule"),
        GuardKind::Disable => ("account disabled", "accounts disabled"),
        GuardKind::Delete => ("account deleted", "accounts deleted"),
        GuardKind::Move => ("account moved", "accounts moved"),
        GuardKind::Rename => ("account renamed", "accounts renamed"),
        GuardKind::Login => (
            "login, UPN or mail changed",
            "logins, UPNs or mail addresses changed",
        ),
        GuardKind::Clear => ("attribute emptied", "attributes emptied"),
        GuardKind::Password => ("password reset", "passwords reset"),
        GuardKind::Grant => ("membership given", "memberships given"),
        GuardKind::Revoke => ("membership taken", "memberships taken"),
        GuardKind::Notify => ("notice sent", "notices sent"),
        GuardKind::Writeback => ("value written back to HR", "values written back to HR"),
        GuardKind::Quarantine => ("record quarantined", "records quarantined"),
        GuardKind::Lose => ("person fewer than last time", "people fewer than last time"),
        GuardKind::Values => (
            "person lost the value of one attribute",
            "people lost the value of one attribute",
        ),
    }
}

/// The heading of a kind of finding, and what it means where its findings do not say so themselves.
pub(super) const fn finding(kind: FindingKind) -> (&'static str, &'static str) {
    match kind {
        FindingKind::Quarantined => (
            "Quarantined",
            "HR's record cannot be read, so nothing is given",
        ),
        FindingKind::Held => (
            "Held",
            "a rule could not be decided, so what it decides stays",
        ),
        FindingKind::Conflict => (
            "Conflicts",
            "facts contradict each other, so neither side is touched",
        ),
        FindingKind::Unsettled => ("To be settled", "a human has to say whose an account is"),
        FindingKind::Namesake => (
            "Namesakes?",
            "an account matches, but is older than the first day",
        ),
        FindingKind::DisabledByHand => ("Disabled by hand", "what a human ended stays ended"),
        FindingKind::EnabledByHand => ("Enabled by hand", ""),
        FindingKind::Blocked => ("Blocked", "must not be written, so a human has to act"),
        FindingKind::Released => ("Released", ""),
        FindingKind::Vanished => ("Vanished", "absence is not a leaver"),
        FindingKind::Missing => ("Missing", "named by the policy, not in the directory"),
        FindingKind::Overlay => ("Former values that stay away", ""),
        FindingKind::Proposed => (
            "Memberships that could be given again",
            "by hand, for no rule gives them",
        ),
        FindingKind::Lingering => ("Lingering", "no rule grants it any more, it ends later"),
        FindingKind::Waiting => ("Waiting to be deleted", ""),
        FindingKind::Tied => ("Tied accounts", "further accounts of people who left"),
        FindingKind::Untold => (
            "Notices to nobody",
            "nobody of those they name has an address",
        ),
        FindingKind::Expectation => ("Data quality", "for HR to mend, no account waits for it"),
        FindingKind::Exception => (
            "Exceptions",
            "each ends by itself, and by its limit at the latest",
        ),
        FindingKind::ChangedSince => (
            "Changed since",
            "not what the run left, so it stays as it is",
        ),
        FindingKind::Final => ("Cannot be taken back", ""),
        FindingKind::Note => ("Notes", ""),
    }
}

pub(super) const fn open(reason: OpenReason) -> &'static str {
    match reason {
        OpenReason::Blocked => "protected: this tool may not write it",
        OpenReason::Quarantined => "its person's record is quarantined",
        OpenReason::Held => "its person is held",
        OpenReason::Conflict => "two people claim it",
        OpenReason::Released => "the policy released it",
        OpenReason::Vanished => "HR no longer has its person",
        OpenReason::Tied => "tied to an account whose owner left",
        OpenReason::Guard => "a guard or an invariant stops this plan",
        OpenReason::Approval => "what would disable it waits for approval",
        OpenReason::Rejected => "somebody said no to what would disable it",
        OpenReason::Failed => "an earlier run could not disable it",
    }
}
