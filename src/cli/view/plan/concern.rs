//! What the plan does not do, and accounts that nobody deals with.

use super::why::why;
use super::{Scene, change};
use crate::cli::view::page::{Line, Page};
use crate::cli::view::words;
use crate::plan::{Action, Approval, Finding, FindingKind};
use crate::state::Refused;
use std::sync::Arc;

/// The most accounts that one finding names.
const MAX_ACCOUNTS: usize = 5;

/// Findings by kind: who, what, which accounts, what to do.
pub(super) fn findings(scene: &Scene<'_>, page: &mut Page) {
    let mut rest: &[Finding] = &scene.plan.findings;
    while let Some(kind) = rest.first().map(|finding| finding.kind) {
        let end = rest.iter().position(|finding| finding.kind != kind);
        let (group, others) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, &[]));
        of_kind(scene, page, kind, group);
        rest = others;
    }
}

fn of_kind(scene: &Scene<'_>, page: &mut Page, kind: FindingKind, findings: &[Finding]) {
    let palette = &scene.options.palette;
    let (title, meaning) = words::finding(kind);
    let number = words::number(findings.len());
    let colon = if meaning.is_empty() { "" } else { ": " };
    scene.heading(page, title, &format!("{number}{colon}{meaning}"));
    if kind == FindingKind::Expectation {
        for same in findings.chunk_by(|a, b| a.text == b.text) {
            expectation(scene, page, same);
        }
        return;
    }
    let shared = shared_help(findings);
    for finding in findings {
        one(scene, page, finding, shared.is_none());
    }
    if let Some(help) = shared {
        page.line(
            2,
            4,
            &Line::new().styled(palette.help, &format!("→ {help}")),
        );
    }
}

/// One thing that is expected: how many do not meet it, then who they are.
fn expectation(scene: &Scene<'_>, page: &mut Page, findings: &[Finding]) {
    let palette = &scene.options.palette;
    let Some(first) = findings.first() else {
        return;
    };
    let number = words::count(findings.len(), "person", "people");
    let mut line = Line::new().styled(palette.warn, &number).plain("   ");
    line = line.plain(&first.text);
    if let Some(reason) = &first.reason {
        let place = format!("   {}:{}", reason.file, reason.line);
        line = line.styled(palette.dim, &place);
    }
    page.line(2, 6, &line);
    for finding in findings {
        let mut line = scene.person(&finding.who, finding.person.as_ref());
        let values = finding.reason.iter().flat_map(|reason| &reason.values);
        let values: Vec<String> = values
            .map(|(name, value)| format!("{name} is {value}"))
            .collect();
        if !values.is_empty() && !scene.compact {
            line = line.plain("   ").styled(palette.dim, &values.join(", "));
        }
        page.line(6, 8, &line);
    }
}

/// The help that several findings have in common.
fn shared_help(findings: &[Finding]) -> Option<&Arc<str>> {
    let [first, _, ..] = findings else {
        return None;
    };
    let same = findings.iter().all(|finding| finding.help == first.help);
    first.help.as_ref().filter(|_| same)
}

fn one(scene: &Scene<'_>, page: &mut Page, finding: &Finding, help: bool) {
    let palette = &scene.options.palette;
    let who = scene.person(&finding.who, finding.person.as_ref());
    page.line(2, 6, &who.plain("   ").plain(&finding.text));
    if scene.compact {
        return;
    }
    let unnamed = finding.accounts.iter().map(|dn| scene.place(dn));
    let mut accounts: Vec<String> = unnamed.take(MAX_ACCOUNTS).collect();
    if finding.accounts.len() > MAX_ACCOUNTS {
        accounts.push(format!(
            "… and {} more",
            finding.accounts.len() - MAX_ACCOUNTS
        ));
    }
    for account in accounts {
        page.line(6, 8, &Line::new().styled(palette.dim, &account));
    }
    if let Some(reason) = &finding.reason {
        let why = why(scene, std::slice::from_ref(reason), None, false);
        page.line(6, 8, &why);
    }
    if let (true, Some(help)) = (help, &finding.help) {
        page.line(
            6,
            8,
            &Line::new().styled(palette.help, &format!("→ {help}")),
        );
    }
}

/// What waits for a person's yes, with the id by which it is given.
pub(super) fn approvals(scene: &Scene<'_>, page: &mut Page) {
    let waiting: Vec<(&Action, &Approval)> = scene
        .plan
        .actions
        .iter()
        .filter(|action| action.is_asked())
        .filter_map(|action| Some((action, action.approval.as_ref()?)))
        .collect();
    rejected(scene, page);
    if waiting.is_empty() {
        return;
    }
    let palette = &scene.options.palette;
    let meaning = format!(
        "{}: not done until somebody says yes",
        words::number(waiting.len())
    );
    scene.heading(page, "Waiting for approval", &meaning);
    for (action, approval) in &waiting {
        let line = Line::new()
            .styled(palette.help, &approval.id)
            .plain("  ")
            .then(scene.person(&action.who, action.person.as_ref()))
            .plain("   ")
            .plain(&change::in_short_of(scene, action))
            .plain("   ")
            .then(why(scene, std::slice::from_ref(&approval.rule), None, true));
        page.line(2, 16, &line);
    }
    let ids: Vec<&str> = waiting.iter().map(|(_, approval)| &*approval.id).collect();
    let command = match &scene.plan.header.takes_back {
        None => "tenure apply".to_owned(),
        Some(taken) => format!("tenure undo {}", taken.run),
    };
    let help = match ids.as_slice() {
        [one] => format!("→ {command} --approve {one}"),
        _ => format!("→ {command} --approve ID,ID"),
    };
    page.line(2, 4, &Line::new().styled(palette.help, &help));
}

/// What somebody said no to: who, when, why, and until when that holds.
fn rejected(scene: &Scene<'_>, page: &mut Page) {
    let actions = scene.plan.actions.iter();
    let rejected: Vec<(&Action, &Refused)> = actions
        .filter(|action| action.waits())
        .filter_map(|action| Some((action, action.refused()?)))
        .collect();
    if rejected.is_empty() {
        return;
    }
    let palette = &scene.options.palette;
    let number = words::number(rejected.len());
    let meaning = format!("{number}: not done, and not asked for");
    scene.heading(page, "Rejected", &meaning);
    for (action, refused) in rejected {
        let id = action.approval.as_ref().map_or("", |approval| &approval.id);
        let line = Line::new()
            .styled(palette.help, id)
            .plain("  ")
            .then(scene.person(&action.who, action.person.as_ref()))
            .plain("   ")
            .plain(&change::in_short_of(scene, action));
        page.line(2, 16, &line);
        let zone = &scene.options.zone;
        let text = format!(
            "by {} {}, until {}: {}",
            refused.by,
            words::instant(refused.at, zone),
            words::instant(refused.until, zone),
            refused.because
        );
        page.line(16, 18, &Line::new().styled(palette.dim, &text));
    }
    let help = "→ tenure reject ID --lift --because … has it asked again";
    page.line(2, 4, &Line::new().styled(palette.help, help));
}

/// Open accounts, oldest first.
pub(super) fn open_accounts(scene: &Scene<'_>, page: &mut Page) {
    let open = &scene.plan.open_accounts;
    if open.is_empty() {
        return;
    }
    let palette = &scene.options.palette;
    let meaning = "enabled, though their people should have none or nobody looks after them";
    let number = words::number(open.len());
    scene.heading(page, "Open accounts", &format!("{number}: {meaning}"));
    let days: Vec<String> = open
        .iter()
        .map(|account| match account.days {
            0 => "new".to_owned(),
            days => words::count(days as usize, "day", "days"),
        })
        .collect();
    let wide = days.iter().map(String::len).max().unwrap_or(0);
    for (account, days) in open.iter().zip(days) {
        let style = if account.days == 0 {
            palette.warn
        } else {
            palette.danger
        };
        let line = Line::new()
            .styled(style, &days)
            .flush_right(wide)
            .plain("  ")
            .then(scene.person(&account.who, account.person.as_ref()))
            .plain("   ")
            .plain(words::open(account.why));
        page.line(2, wide + 4, &line);
        if !scene.compact {
            let place = Line::new().styled(palette.dim, &scene.place(&account.dn));
            page.line(wide + 4, wide + 6, &place);
        }
    }
}
