//! Digests: when what a notice collects is sent, in the policy's own zone.

use super::Notice;
use crate::plan::draft::Draft;
use crate::plan::reminder::home;
use crate::plan::world::World;
use crate::policy::{EventRule, NoticeRule};
use jiff::{Timestamp, ToSpan as _};
use std::sync::Arc;

/// That something is collected, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collecting {
    /// When the digest goes: with the first run at that instant or after it.
    pub at: Timestamp,
    /// What the state knows by it whether it is still so: what ceases before the digest goes is taken out again.
    pub key: Arc<str>,
}

impl Notice {
    /// The same, where the state knows what it tells by another key than that of its `on` line.
    pub(super) fn collected_as(mut self, key: &Arc<str>) -> Self {
        if let Some(digest) = &mut self.digest {
            digest.key.clone_from(key);
        }
        self
    }
}

/// For which digest something is collected that becomes due now.
pub(super) fn collecting(
    world: &World<'_>,
    rule: &NoticeRule,
    event: &EventRule,
) -> Option<Collecting> {
    let key = event.key.clone();
    next(world, rule).map(|at| Collecting { at, key })
}

/// When the next digest of a notice goes; none where it has none.
pub(super) fn next(world: &World<'_>, rule: &NoticeRule) -> Option<Timestamp> {
    let digest = rule.digest?;
    let zone = home(world);
    let now = world.input.now;
    let mut day = zone.to_datetime(now).date();
    // A week and a day: that of today may be over, and one that a clock skips falls into the hour behind.
    for _ in 0..=8 {
        if digest.day.is_none_or(|wanted| wanted == day.weekday()) {
            let at = zone.to_timestamp(day.to_datetime(digest.at)).ok()?;
            if at > now {
                return Some(at);
            }
        }
        day = day.checked_add(1.day()).ok()?;
    }
    None
}

/// A plan changes when a digest goes for which something was collected.
pub(super) fn timers(world: &World<'_>, draft: &mut Draft) {
    let collected = world.input.prior.collected.iter();
    draft.timers.extend(collected.cloned());
}
