//! Who works, and by a rule would be put back before the start (S2): held, never disabled by a shifted date.
//!
//! A first day that moves into the future is most often a typing error, an end is said by a status. So a
//! stage that prepares, or that disables before the first day, does not touch an account in use unless HR
//! gives positive evidence of an end: since the last applied run one of the choices that `lifecycle` reads
//! (a `one of` or a truth value, such as `status`) has changed. At the first sight there is nothing to
//! compare with: then a row that itself reads a choice is evidence, and one that reads only dates is not.
//! What a human writes into an exception always holds, and a stage that deletes is an end by itself.

use super::builder::Builder;
use super::subject::{Aim, Subject};
use crate::directory::Object;
use crate::hr::Type;
use crate::policy::StageAccount;
use jiff::tz::TimeZone;

/// Why a working person is left alone; none where the stage may do its work.
pub(crate) fn put_back(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> Option<&'static str> {
    let object = builder.world.object(subject.account?);
    let by_human = builder.world.by_exception(subject.stage_rule)
        || builder.world.by_exception(subject.wish.account_rule);
    if by_human
        || subject.wish.ended.is_some()
        || !object.enabled()
        || !worked(builder, subject, object)
    {
        return None;
    }
    match subject.aim {
        Aim::Prepared => Some("is at work and would be put back before the first day"),
        Aim::Disabled if before_start(builder, subject) && !evidence(builder, subject) => {
            Some("is at work and would be disabled only because the first day lies ahead")
        }
        Aim::Disabled | Aim::Enabled | Aim::Deleted(_) | Aim::EndOnly => None,
    }
}

/// Whether the person was at work by the last applied run; at the first sight, whether they log on.
fn worked(builder: &Builder<'_, '_>, subject: &Subject<'_>, object: &Object) -> bool {
    match subject.stage_before(builder) {
        Some(stage) => {
            let stage = builder.world.input.rules.stage(stage);
            stage.is_some_and(|stage| stage.account == StageAccount::Enabled)
        }
        // A second record of somebody whose first one is at work (S7): the account is that one's until then.
        None if builder.world.continues(&subject.wish.person) => true,
        None => object
            .integer("lastLogonTimestamp")
            .is_some_and(|ticks| ticks > 0),
    }
}

fn before_start(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> bool {
    let zone = TimeZone::get(&subject.wish.zone).unwrap_or(TimeZone::UTC);
    let today = builder.world.input.now.to_zoned_datetime(zone).date();
    subject.wish.started.is_some_and(|started| today < started)
}

/// Whether HR says more than that the first day lies ahead.
fn evidence(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> bool {
    let attributes = builder.world.input.schema.attributes();
    let is_choice = |position: &u32| {
        attributes
            .get(*position as usize)
            .is_some_and(|attribute| matches!(attribute.ty, Type::OneOf(_) | Type::Bool))
    };
    let choices = |reads: &[u32]| reads.iter().copied().filter(is_choice).collect::<Vec<_>>();
    if subject.stage_before(builder).is_none() {
        let rule = builder.world.input.rules.rule(subject.stage_rule);
        return rule.is_some_and(|rule| !choices(&rule.reads).is_empty());
    }
    let choices = choices(&builder.world.lifecycle_reads);
    builder.world.hr_changed(&subject.wish.person, &choices)
}
