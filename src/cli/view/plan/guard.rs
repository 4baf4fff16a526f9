//! Guards: what this plan has of each kind, and loudly which of them stop it.

use super::Scene;
use super::why::why;
use crate::cli::view::page::{Line, Page};
use crate::cli::view::words;
use crate::plan::GuardVerdict;
use crate::policy::GuardKind;
use crate::text::excerpt;
use jiff::tz::TimeZone;

/// The longest source of a limit, in characters.
const MAX_SOURCE: usize = 80;

/// Invariants that the plan would leave broken: for whom, and how.
pub(super) fn invariants(scene: &Scene<'_>, page: &mut Page) {
    let broken = &scene.plan.broken;
    if broken.is_empty() {
        return;
    }
    let palette = &scene.options.palette;
    let title = format!(
        "{} broken: nothing of this plan is done",
        words::number(broken.len())
    );
    scene.heading(page, "Invariants", &title);
    for one in broken {
        let line = Line::new()
            .styled(palette.danger, "✗")
            .plain(" ")
            .styled(palette.danger, &one.title)
            .plain("  ")
            .then(scene.person(&one.who, Some(&one.person)))
            .plain("   ")
            .plain(&one.text);
        page.line(2, 6, &line);
        let place = Line::new().styled(palette.dim, &scene.place(&one.account));
        page.line(6, 8, &place);
        let why = why(scene, std::slice::from_ref(&one.reason), None, true);
        page.line(6, 8, &why);
    }
}

/// The guards that count something, and what to do about those that trip.
pub(super) fn guards(scene: &Scene<'_>, page: &mut Page) {
    let palette = &scene.options.palette;
    let all = &scene.plan.guards;
    let counting: Vec<&GuardVerdict> = all
        .iter()
        .filter(|guard| guard.tripped || guard.count > 0)
        .collect();
    if counting.is_empty() {
        return;
    }
    let tripped = counting.iter().filter(|guard| guard.tripped).count();
    let title = match tripped {
        0 => "none stops this plan".to_owned(),
        n => format!(
            "{} this plan: nothing of it is done",
            words::count(n, "stops", "stop")
        ),
    };
    scene.heading(page, "Guards", &title);
    let kind = counting
        .iter()
        .map(|guard| guard.kind.word().len())
        .max()
        .unwrap_or(0);
    let counts: Vec<String> = counting.iter().map(|guard| counted(guard)).collect();
    let count = counts.iter().map(String::len).max().unwrap_or(0);
    for (guard, text) in counting.iter().zip(&counts) {
        let (mark, style) = if guard.tripped {
            ("✗", palette.danger)
        } else {
            ("✓", palette.add)
        };
        let line = Line::new()
            .styled(style, mark)
            .plain(" ")
            .then(Line::of(guard.kind.word()).padded(kind))
            .plain("  ")
            .then(Line::new().styled(if guard.tripped { style } else { palette.name }, text))
            .padded(kind + count + 6)
            .styled(palette.dim, &excerpt(&guard.source, MAX_SOURCE));
        page.line(2, kind + count + 8, &line);
    }
    for guard in counting.iter().filter(|guard| guard.tripped) {
        alarm(scene, page, guard);
    }
}

/// `12 of 20`, or `12 + 3 in 24 h, of 20`.
fn counted(guard: &GuardVerdict) -> String {
    let (count, limit) = (
        words::number(guard.count as usize),
        words::number(guard.limit as usize),
    );
    match guard.recent {
        0 => format!("{count} of {limit}"),
        recent => format!(
            "{count} + {} in 24 h, of {limit}",
            words::number(recent as usize)
        ),
    }
}

fn alarm(scene: &Scene<'_>, page: &mut Page, guard: &GuardVerdict) {
    let palette = &scene.options.palette;
    let (one, many) = words::guarded(guard.kind);
    let counted = words::count(guard.count as usize, one, many);
    let recent = match guard.recent {
        0 => String::new(),
        recent => format!(
            ", after {} in the last 24 hours",
            words::number(recent as usize)
        ),
    };
    let limit = words::number(guard.limit as usize);
    page.blank();
    let source = match &*guard.source {
        "default" => String::new(),
        source => format!(" ({})", excerpt(source, MAX_SOURCE)),
    };
    let said = format!("STOPPED: {counted}{recent}; at most {limit} allowed{source}.");
    let line = Line::new().styled(palette.danger, &said);
    page.line(2, 4, &line);
    let look = match guard.kind {
        GuardKind::Quarantine => "If not: mend the records above in HR, or how they are read.",
        GuardKind::Lose | GuardKind::Values => {
            "If not: HR or its export is incomplete. Mend that first; nobody is lost by waiting."
        }
        GuardKind::Adopt => {
            "Better: `tenure match --confirm` writes each verdict as a `link` line."
        }
        GuardKind::Create
        | GuardKind::Enable
        | GuardKind::Disable
        | GuardKind::Delete
        | GuardKind::Move
        | GuardKind::Rename
        | GuardKind::Login
        | GuardKind::Clear
        | GuardKind::Password
        | GuardKind::Grant
        | GuardKind::Revoke
        | GuardKind::Notify
        | GuardKind::Writeback => {
            "If not: the reasons beside the changes above say which rule or which HR value."
        }
    };
    let needed = guard.count.saturating_add(guard.recent);
    let day = scene
        .plan
        .header
        .now
        .to_zoned_datetime(TimeZone::UTC)
        .date();
    let word = guard.kind.word();
    let statement = format!("override {word} {needed} on {day} because \"…\"");
    let line = Line::of("If it is right: ").styled(palette.help, &statement);
    page.line(4, 6, &line.plain(" in the policy's `guard` block."));
    page.line(4, 6, &Line::of(look));
}
