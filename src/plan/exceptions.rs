//! How long an exception holds (S18): at most ninety days, or what the policy says, since a plan first saw it.
//!
//! An exception ends by itself on its own day. Whoever writes a day far ahead, or never looks again, gets the limit
//! instead: a fortnight before it a finding, and past it the exception is as if it were not there. To write it anew
//! with another day is another exception, which somebody has read again.

use super::builder::Builder;
use super::time::later;
use super::world::World;
use super::{Finding, FindingKind};
use crate::directory::ObjectId;
use crate::policy::ruleset::{Duration, TimeUnit};
use crate::policy::{ExceptionRule, Overrides, RuleId, RuleKind, Ruleset};
use crate::state::Prior;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long an exception holds where the policy does not say: a quarter of a year.
const LONGEST: Duration = Duration {
    count: 90,
    unit: TimeUnit::Day,
};

/// How long before its end by the limit it is reported.
const NOTICE: SignedDuration = SignedDuration::from_hours(14 * 24);

impl World<'_> {
    /// Whether an exception of the author says so.
    pub(crate) fn by_exception(&self, rule: RuleId) -> bool {
        self.input
            .rules
            .rule(rule)
            .is_some_and(|rule| rule.kind == RuleKind::Exception)
    }

    /// When a plan first saw the exception that has that statement about the account; none where none did.
    pub(crate) fn seen_exception(&self, rule: RuleId) -> Option<Timestamp> {
        let mut exceptions = self.input.rules.exceptions.iter();
        let exception = exceptions.find(|exception| exception.account == Some(rule))?;
        let seen = &self.input.prior.exceptions_seen;
        seen.get(&exception.digest).copied()
    }
}

/// What outranks the policy by now: exceptions that have lasted too long, and people who were ended at once.
pub fn overrides(rules: &Ruleset, prior: &Prior, now: Timestamp) -> Overrides {
    let ends = prior.ends.iter();
    Overrides {
        lapsed: lapsed(rules, prior, now),
        ended: ends
            .map(|(person, end)| (person.clone(), end.stage.clone()))
            .collect(),
    }
}

/// The exceptions, by the digest of their text, that have lasted too long by now.
fn lapsed(rules: &Ruleset, prior: &Prior, now: Timestamp) -> BTreeSet<Arc<str>> {
    let zone = home(rules);
    let today = now.to_zoned_datetime(zone.clone()).date();
    let over = |exception: &&ExceptionRule| today > last_day(rules, prior, exception, now, &zone);
    let exceptions = rules.exceptions.iter().filter(over);
    exceptions
        .map(|exception| exception.digest.clone())
        .collect()
}

/// The last day on which an exception holds at most.
fn last_day(
    rules: &Ruleset,
    prior: &Prior,
    exception: &ExceptionRule,
    now: Timestamp,
    zone: &TimeZone,
) -> Date {
    let seen = prior.exceptions_seen.get(&exception.digest);
    let name = rules.home_zone.as_deref().unwrap_or("UTC");
    later(seen.copied().unwrap_or(now), longest(rules), name)
        .to_zoned_datetime(zone.clone())
        .date()
}

fn longest(rules: &Ruleset) -> Duration {
    rules
        .exceptions_at_most
        .map_or(LONGEST, |(longest, _)| longest)
}

/// The zone in which the days of exceptions are counted.
fn home(rules: &Ruleset) -> TimeZone {
    let name = rules.home_zone.as_deref().unwrap_or("UTC");
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Reports the exceptions that the limit ends, or soon will, before their own day does.
pub(crate) fn report(builder: &mut Builder<'_, '_>) {
    let input = builder.world.input;
    let zone = home(input.rules);
    let today = input.now.to_zoned_datetime(zone.clone()).date();
    for exception in &input.rules.exceptions {
        let last = last_day(input.rules, input.prior, exception, input.now, &zone);
        if exception.until <= last || exception.until < today {
            continue;
        }
        let over = today > last;
        let next_day = last
            .tomorrow()
            .and_then(|day| zone.to_timestamp(day.at(0, 0, 0, 0)));
        let timer = next_day.map(|at| (exception.person.clone(), at));
        builder.draft.timers.extend(timer);
        let new = !input.prior.exceptions_seen.contains_key(&exception.digest);
        let soon = last.checked_sub(NOTICE).is_ok_and(|notice| today >= notice);
        if !(over || new || soon) {
            continue;
        }
        let length = length(input.rules);
        let text = if over {
            format!(
                "is not in force any more: it holds {length} at most, and that was until {last}"
            )
        } else {
            let until = exception.until;
            format!(
                "ends on {last}, not on {until}: it holds {length} at most, from the first plan that saw it"
            )
        };
        let account = account_of(builder, exception);
        let who = account.map_or_else(
            || builder.unnamed(&exception.person),
            |account| builder.world.name_of(account),
        );
        let finding = Finding::new(FindingKind::Exception, who, text)
            .of(&exception.person)
            .about(builder.dn(account))
            .because(builder.world.reason(exception.rule, None))
            .help("write it anew with an `until` that is nearer, or raise the limit: `guard { exceptions at most 180 days }`");
        builder.draft.find(finding);
    }
}

fn length(rules: &Ruleset) -> String {
    let longest = longest(rules);
    let unit = match longest.unit {
        TimeUnit::Minute => "minute",
        TimeUnit::Hour => "hour",
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Year => "year",
    };
    let many = if longest.count == 1 { "" } else { "s" };
    format!("{} {unit}{many}", longest.count)
}

fn account_of(builder: &Builder<'_, '_>, exception: &ExceptionRule) -> Option<ObjectId> {
    let memory = builder.world.person_memory(&exception.person)?;
    builder.world.input.directory.by_guid(memory.account?)
}
