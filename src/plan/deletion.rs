//! Deletion (S3, S17, G11): the clock is this tool's own, since it has seen the account disabled, without a break.

use super::account::{action, reasons};
use super::builder::Builder;
use super::subject::{Aim, Subject};
use super::time::later;
use super::{Cause, Change, Finding, FindingKind, Reversible};
use crate::directory::kind::Mailbox;
use crate::directory::{ObjectId, filetime};
use crate::policy::ruleset::Duration;
use crate::policy::{GuardKind, StageAccount};
use jiff::{SignedDuration, Timestamp};

/// For how long a deletion is announced before it comes, whatever the clock says.
const SHOWN_FIRST: SignedDuration = SignedDuration::from_hours(24);

/// When the account may be deleted; an error where it is not to be, with nothing to say.
pub(crate) fn deletion(
    builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    account: ObjectId,
) -> Result<Timestamp, ()> {
    let Aim::Deleted(time) = subject.aim else {
        return Err(());
    };
    let object = builder.world.object(account);
    if object.enabled() {
        return Err(());
    }
    let since = clock(builder, subject).ok_or(())?;
    if logged_on_since(builder, account, since).is_some() {
        return Err(());
    }
    let at = due(builder, subject, since, time);
    // However long it was off before: the stage that deletes stands in a plan for a day before it does.
    let entered = if subject.entered_now(builder) {
        Some(builder.world.input.now)
    } else {
        subject.person_memory.and_then(|memory| memory.entered)
    };
    let shown = entered.and_then(|entered| entered.checked_add(SHOWN_FIRST).ok());
    Ok(shown.map_or(at, |shown| at.max(shown)))
}

/// Since when the account is off in a stage that ends: that it was prepared for a first day does not count.
pub(crate) fn clock(builder: &Builder<'_, '_>, subject: &Subject<'_>) -> Option<Timestamp> {
    let since = subject.known.and_then(|known| known.disabled_since)?;
    let before = subject.stage_before(builder);
    let before = before.and_then(|stage| builder.world.input.rules.stage(stage));
    let prepared = before.is_some_and(|stage| stage.account == StageAccount::Prepared);
    let begins = prepared && subject.entered_now(builder) && subject.aim.ends();
    (!begins).then_some(since)
}

fn due(
    _builder: &Builder<'_, '_>,
    subject: &Subject<'_>,
    since: Timestamp,
    time: Duration,
) -> Timestamp {
    later(since, time, &subject.wish.zone)
}

/// The logon that starts the clock anew; `lastLogonTimestamp` is about 14 days accurate.
pub(crate) fn logged_on_since(
    builder: &Builder<'_, '_>,
    account: ObjectId,
    since: Timestamp,
) -> Option<Timestamp> {
    let ticks = builder
        .world
        .object(account)
        .integer("lastLogonTimestamp")?;
    filetime::from_filetime(ticks).filter(|logon| *logon > since)
}

/// The deletion, where its time has come; whether the account goes in this plan.
pub(crate) fn delete(builder: &mut Builder<'_, '_>, subject: &Subject<'_>) -> bool {
    let (Some(account), Aim::Deleted(time)) = (subject.account, subject.aim) else {
        return false;
    };
    let now = builder.world.input.now;
    let Ok(due_at) = deletion(builder, subject, account) else {
        waiting_anew(builder, subject, account, time);
        return false;
    };
    let person = &subject.wish.person;
    let reason = builder
        .world
        .reason(subject.wish.account_rule, Some(person));
    if due_at > now {
        let zone = jiff::tz::TimeZone::get(&subject.wish.zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let text = format!("is deleted after {}", due_at.to_zoned_datetime(zone).date());
        builder.draft.find(
            Finding::new(FindingKind::Waiting, subject.who.clone(), text)
                .of(person)
                .about(builder.dn(Some(account)))
                .because(reason),
        );
        builder.draft.timers.push((person.clone(), due_at));
        return false;
    }
    let why = builder
        .world
        .barrier(account)
        .or_else(|| undeletable(builder, account).map(Into::into));
    let (denied, seen) = builder.world.kept_by_access_list(account);
    let why = why.or_else(|| denied.map(Into::into));
    if let Some(why) = why {
        builder.draft.find(
            Finding::new(
                FindingKind::Blocked,
                subject.who.clone(),
                format!("cannot be deleted: {why}"),
            )
            .of(person)
            .about(builder.dn(Some(account)))
            .because(reason)
            .help("settle it by hand, then the next run deletes the account"),
        );
        return false;
    }
    let change = Change::Delete {
        account: builder.existing(account),
    };
    let cause = Cause::Time;
    let mut delete = action(subject, change, reasons(builder, subject), cause);
    delete.reversible =
        Reversible::Partly("only by reanimation: memberships and what AD drops stay lost".into());
    delete.counts.push(GuardKind::Delete);
    builder.draft.push(delete);
    if !seen {
        let text = "whether an access list denies the deletion was not seen: the directory was read without \
                    `nTSecurityDescriptor`";
        builder.draft.find(
            Finding::new(FindingKind::Note, subject.who.clone(), text)
                .of(person)
                .about(builder.dn(Some(account))),
        );
    }
    true
}

/// The clock that begins now, or begins again.
fn waiting_anew(
    builder: &mut Builder<'_, '_>,
    subject: &Subject<'_>,
    account: ObjectId,
    time: Duration,
) {
    let now = builder.world.input.now;
    let again = subject
        .known
        .and_then(|known| known.disabled_since)
        .and_then(|since| logged_on_since(builder, account, since));
    let at = due(builder, subject, now, time);
    builder.draft.timers.push((subject.wish.person.clone(), at));
    if builder.world.object(account).enabled() {
        return;
    }
    let text = match again {
        Some(_) => {
            "somebody logged on since it was disabled; the time until its deletion begins again"
        }
        None => "the time until its deletion begins now",
    };
    builder.draft.find(
        Finding::new(FindingKind::Waiting, subject.who.clone(), text)
            .of(&subject.wish.person)
            .about(builder.dn(Some(account))),
    );
}

/// What must be settled before an account can go (S17).
fn undeletable(builder: &Builder<'_, '_>, account: ObjectId) -> Option<String> {
    let object = builder.world.object(account);
    let children = builder.world.input.directory.children(account);
    if let Some(child) = children.first() {
        let name = builder.world.object(*child).dn();
        return Some(format!(
            "{} objects lie below it, such as `{name}`",
            children.len()
        ));
    }
    match object.mailbox() {
        None | Some(Mailbox::Personal) => {}
        Some(Mailbox::Shared) => return Some("it is a shared mailbox".to_owned()),
        Some(Mailbox::Room | Mailbox::Equipment) => {
            return Some("it is the mailbox of a room or a thing".to_owned());
        }
        Some(Mailbox::Linked | Mailbox::System) => {
            return Some("its mailbox belongs to no single person".to_owned());
        }
    }
    if object.flag("msExchLitigationHoldEnabled") || object.has("msExchLitigationHoldDate") {
        return Some("its mailbox is under litigation hold".to_owned());
    }
    None
}
