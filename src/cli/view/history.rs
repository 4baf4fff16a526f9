//! `tenure history` and `tenure show RUN`: which runs there were, and what became of each action.
//!
//! Begin with [`history`] and [`run`]; [`history_json`] and [`run_json`] are the same as data.

use super::page::{Line, Page};
use super::{Options, json, words};
use crate::apply::{ActionRecord, Counts, RunDetails, RunRecord, RunStatus, Status};
use crate::directory::Dn;
use crate::plan::{AttributeChange, Change, undo};
use crate::state::outbox::Kept;
use crate::text::{excerpt, picture};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// How much of a run's id is shown: the part that holds the time, to the millisecond.
const SHORT_ID: usize = 13;

/// The longest value, in characters; JSON names the attributes, the audit trail has all.
const MAX_VALUE: usize = 100;

/// Runs as a table, in the order given.
pub fn history(runs: &[RunRecord], options: &Options) -> String {
    let palette = &options.palette;
    let mut page = Page::new(options.width);
    if runs.is_empty() {
        page.line(
            0,
            0,
            &Line::of("No run yet: nothing was ever applied with this state."),
        );
        return page.finish();
    }
    let cells = |run: &RunRecord| {
        let author = format!("{}@{}", run.author.who, run.author.host);
        [
            short(run),
            words::instant(run.started, &options.zone),
            author,
        ]
    };
    let all: Vec<[Line; 3]> = runs
        .iter()
        .map(|run| cells(run).map(|cell| Line::of(&cell)))
        .collect();
    let width = |column: usize, least: usize| {
        let widths = all
            .iter()
            .filter_map(|row| row.get(column))
            .map(Line::width);
        widths.max().unwrap_or(0).max(least)
    };
    let widths = [width(0, 3), width(1, 4), width(2, 3)];
    let row = |cells: [Line; 3]| {
        let padded = cells.into_iter().zip(widths);
        padded.fold(Line::new(), |line, (cell, width)| {
            line.then(cell.padded(width)).plain("  ")
        })
    };
    let title = |text: &str| Line::new().styled(palette.heading, text);
    let heading = row([title("run"), title("when"), title("who")]);
    page.line(0, 0, &heading.then(title("outcome")));
    let hang = widths.iter().map(|width| width + 2).sum();
    for (run, cells) in runs.iter().zip(all) {
        page.line(0, hang, &row(cells).then(outcome(run, options)));
    }
    page.finish()
}

fn short(run: &RunRecord) -> String {
    run.id.to_string().chars().take(SHORT_ID).collect()
}

/// `12 done, 1 failed`, and how far the run is where it is not at its end.
fn outcome(run: &RunRecord, options: &Options) -> Line {
    let palette = &options.palette;
    let Counts {
        open,
        done,
        failed,
        conflict,
        skipped,
        waiting,
    } = run.counts;
    let parts = [
        (done, "done", palette.add),
        (failed, "failed", palette.danger),
        (conflict, "in conflict", palette.danger),
        (skipped, "skipped", palette.warn),
        (waiting, "waiting", palette.warn),
        (open, "open", palette.warn),
    ];
    let mut line = Line::new();
    for (count, word, style) in parts.into_iter().filter(|(count, ..)| *count > 0) {
        if !line.is_empty() {
            line = line.plain(", ");
        }
        line = line.styled(style, &format!("{} {word}", words::number(count as usize)));
    }
    if line.is_empty() {
        line = line.styled(palette.dim, "nothing to do");
    }
    let id = |run: &Uuid| run.to_string().chars().take(SHORT_ID).collect::<String>();
    if let Some(taken) = &run.takes_back {
        line = line.styled(palette.help, &format!("; takes back {}", id(taken)));
    }
    if let Some(by) = &run.taken_back_by {
        line = line.styled(palette.help, &format!("; taken back by {}", id(by)));
    }
    match run.status {
        RunStatus::Finished => line,
        RunStatus::Running => line.styled(palette.warn, "; not finished"),
        RunStatus::Cancelled => line.styled(palette.warn, "; stopped"),
    }
}

/// One run and each of its actions.
pub fn run(details: &RunDetails, options: &Options) -> String {
    let palette = &options.palette;
    let RunDetails {
        run,
        actions,
        notices,
    } = details;
    let mut page = Page::new(options.width);
    let first = Line::new()
        .styled(palette.heading, "Run")
        .plain(" ")
        .styled(palette.name, &run.id.to_string());
    page.line(0, 2, &first);
    for (label, text) in facts(run, options) {
        let line = Line::new()
            .styled(palette.dim, label)
            .padded(9)
            .plain(&text);
        page.line(2, 11, &line);
    }
    page.line(
        2,
        11,
        &Line::new()
            .styled(palette.dim, "outcome")
            .padded(9)
            .then(outcome(run, options)),
    );
    let back = Line::new()
        .styled(palette.dim, "undo")
        .padded(9)
        .plain(&undoable(details));
    page.line(2, 11, &back);
    page.blank();
    let base = Dn::parse(&run.domain_name).unwrap_or_else(|_| Dn::root());
    for action in actions {
        record(&mut page, options, action, &base);
    }
    for notice in notices {
        told(&mut page, options, notice);
    }
    page.finish()
}

/// How much of a run can be taken back, as far as that does not hang on what became of it since.
fn undoable(details: &RunDetails) -> String {
    let run = &details.run;
    if run.status == RunStatus::Running {
        return "once it is finished".to_owned();
    }
    let done = details.actions.iter();
    let done: Vec<_> = done
        .filter(|record| record.status == Status::Done && !record.already)
        .collect();
    if done.is_empty() {
        return "nothing to take back".to_owned();
    }
    let reach = |wanted: Reach| done.iter().filter(|record| reach(record) == wanted).count();
    let mut parts = Vec::new();
    for (number, text) in [
        (reach(Reach::Whole), "can be taken back"),
        (reach(Reach::Part), "in part"),
        (reach(Reach::None), "cannot be taken back"),
    ] {
        if number > 0 {
            parts.push(format!("{} {text}", words::number(number)));
        }
    }
    let command = format!("   tenure undo {}", short(run));
    parts.join(", ") + &command
}

/// How far an action can be taken back (S17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Whole,
    Part,
    None,
}

impl Reach {
    const fn word(self) -> &'static str {
        match self {
            Self::Whole => "yes",
            Self::Part => "partly",
            Self::None => "no",
        }
    }
}

fn reach(record: &ActionRecord) -> Reach {
    match &record.action {
        _ if record.formerly.is_none() => Reach::None,
        None => Reach::None,
        Some(action) if undo::is_final(&action.change) => Reach::None,
        Some(action) if undo::stays(&action.change).is_some() => Reach::Part,
        Some(_) => Reach::Whole,
    }
}

/// A notice that became due: about whom, its name, its event and what became of it.
fn told(page: &mut Page, options: &Options, notice: &Kept) {
    let palette = &options.palette;
    let person = notice.person.as_ref().map(ToString::to_string);
    let line = Line::new()
        .styled(palette.help, "@")
        .plain(" ")
        .styled(
            palette.name,
            &person.unwrap_or_else(|| "somebody forgotten".to_owned()),
        )
        .plain(&format!("   {} on {}", notice.notice, notice.event))
        .styled(palette.dim, &format!("   {}", notice.status));
    page.line(0, 4, &line);
}

fn facts(run: &RunRecord, options: &Options) -> Vec<(&'static str, String)> {
    let zone = &options.zone;
    let ended = run
        .ended
        .map(|at| format!(" to {}", words::instant(at, zone)));
    let mut facts = vec![
        (
            "when",
            words::instant(run.started, zone) + &ended.unwrap_or_default(),
        ),
        ("who", format!("{} on {}", run.author.who, run.author.host)),
        ("domain", run.domain_name.clone()),
        ("people", run.people_source.clone()),
        ("policy", words::short(&run.policy)),
        (
            "plan",
            format!(
                "{}, as of {}",
                words::short(&run.plan_digest),
                words::instant(run.planned_at, zone)
            ),
        ),
        ("tenure", run.tool.clone()),
    ];
    if let Some(commit) = &run.author.git_commit {
        facts.insert(5, ("commit", commit.clone()));
    }
    if !run.author.overrides.is_empty() {
        facts.push(("override", run.author.overrides.join(", ")));
    }
    facts
}

fn record(page: &mut Page, options: &Options, record: &ActionRecord, base: &Dn) {
    let palette = &options.palette;
    let (mark, style) = match record.status {
        Status::Done => ("✓", palette.add),
        Status::Failed | Status::Conflict => ("✗", palette.danger),
        Status::Skipped => ("–", palette.warn),
        Status::Waiting => ("?", palette.warn),
        Status::Pending | Status::Intended => ("…", palette.warn),
    };
    let mut line = Line::new().styled(style, mark).plain(" ");
    line = match (&record.action, &record.person) {
        (Some(action), Some(person)) => {
            let id = format!(" · {person}   ");
            line.styled(palette.name, &action.who)
                .styled(palette.dim, &id)
        }
        (None, Some(person)) => line.plain(&format!("{person}   ")),
        (_, None) => line,
    };
    line = match &record.action {
        Some(action) => line.plain(&deed(&action.change, base)),
        None => line.plain(&record.kind),
    };
    if record.forgotten {
        line = line.styled(palette.dim, "   values forgotten");
    }
    if record.not_ours {
        line = line.styled(palette.warn, "   not ours");
    }
    let stays = record.action.as_ref();
    let stays = stays.and_then(|action| undo::stays(&action.change));
    if let (Status::Done, false, Some(stays)) = (record.status, record.already, stays) {
        line = line.styled(palette.dim, &format!("   an undo cannot: {stays}"));
    }
    let approval = record
        .action
        .as_ref()
        .and_then(|action| action.approval.as_ref());
    if let Some(approval) = approval {
        let text = match &approval.given {
            Some(given) => format!("   approved by {}", given.by),
            None => match &approval.refused {
                Some(refused) => format!("   rejected by {}", refused.by),
                None => format!("   approval {}", approval.id),
            },
        };
        line = line.styled(palette.dim, &text);
    }
    page.line(0, 4, &line);
    let said = match (record.status, &record.text) {
        (Status::Done, None) => return,
        (Status::Done, Some(text)) => Line::new().styled(palette.dim, text),
        (status, Some(text)) => Line::new()
            .styled(style, status.word())
            .plain(": ")
            .plain(text),
        (Status::Intended, None) => Line::new().styled(
            style,
            "begun, and nothing says how it ended; `tenure resume` finds out",
        ),
        (status, None) => Line::new().styled(style, status.word()),
    };
    page.line(4, 6, &said);
    if let Some(mend) = &record.mend {
        let line = Line::new().styled(palette.help, "help").plain(": ");
        page.line(4, 6, &line.plain(mend));
    }
}

/// An action in one line, as an act: whether it was done, its status says.
pub(super) fn deed(change: &Change, base: &Dn) -> String {
    let place = |dn: &Dn| words::place(dn, base);
    match change {
        Change::CreateUnit { dn } => format!("make unit {}", place(dn)),
        Change::CreateGroup { dn, .. } => format!("make group {}", place(dn)),
        Change::CreateAccount { dn, .. } => format!("make account {}", place(dn)),
        Change::Adopt { account, .. } => format!("take over account {}", place(account.dn())),
        Change::Release { account, .. } => format!("release account {}", place(account.dn())),
        Change::SetPassword { .. } => "set a password".to_owned(),
        Change::Modify { attributes, .. } => {
            let all: Vec<String> = attributes.iter().map(value).collect();
            all.join("; ")
        }
        Change::Move { account, to, .. } => format!("move {} → {}", place(account.dn()), place(to)),
        Change::Enable { .. } => "enable".to_owned(),
        Change::Disable { .. } => "disable".to_owned(),
        Change::AddMember { group, .. } => format!("+ {}", words::leaf(group.dn())),
        Change::RemoveMember { group, .. } => format!("- {}", words::leaf(group.dn())),
        Change::Await { step, .. } => format!("ask for the step {}", step.name),
        Change::WriteBack { source, after, .. } => format!("{source} in HR: {after}"),
        Change::Delete { account } => format!("delete account {}", place(account.dn())),
        Change::DeleteUnit { unit } => format!("delete unit {}", place(unit.dn())),
    }
}

fn value(change: &AttributeChange) -> String {
    let shown = |values: &[Arc<str>]| match values {
        [] => "empty".to_owned(),
        _ if change.sensitive => "•••".to_owned(),
        values => {
            let quoted = values
                .iter()
                .map(|value| format!("\"{}\"", excerpt(picture::short(value), MAX_VALUE)));
            quoted.collect::<Vec<_>>().join(", ")
        }
    };
    let (before, after) = (shown(&change.before), shown(&change.after));
    format!("{} {before} → {after}", change.attribute)
}

/// Runs as JSON.
pub fn history_json(runs: &[RunRecord]) -> String {
    let runs: Vec<Value> = runs.iter().map(run_value).collect();
    json::pretty(&json!({ "format": "tenure-history/1", "runs": runs }))
}

/// One run as JSON; who and what, no values: those are in the audit trail.
pub fn run_json(details: &RunDetails) -> String {
    let action = |record: &ActionRecord| {
        let attributes = match record.action.as_ref().map(|action| &action.change) {
            Some(Change::Modify { attributes, .. }) => attributes
                .iter()
                .map(|change| change.attribute.to_string())
                .collect(),
            Some(_) | None => Vec::new(),
        };
        json!({
            "id": record.id.0,
            "kind": record.kind,
            "person": record.person.as_ref().map(ToString::to_string),
            "who": record.action.as_ref().map(|action| action.who.to_string()),
            "object": record.object.map(|guid| guid.to_string()),
            "attributes": attributes,
            "cause": record.cause,
            "reversible": record.reversible,
            "not_ours": record.not_ours,
            "status": record.status.word(),
            "intended": record.intended.map(|at| at.to_string()),
            "ended": record.ended.map(|at| at.to_string()),
            "text": record.text,
            "mend": record.mend,
            "forgotten": record.forgotten,
            "undo": reach(record).word(),
            "stays": record.action.as_ref().and_then(|action| undo::stays(&action.change)),
        })
    };
    let actions: Vec<Value> = details.actions.iter().map(action).collect();
    let notices = details.notices.iter().map(|notice| {
        json!({
            "id": notice.id,
            "notice": notice.notice,
            "event": notice.event,
            "person": notice.person.as_ref().map(ToString::to_string),
            "status": notice.status,
            "made": notice.made.to_string(),
            "attempts": notice.attempts,
        })
    });
    let notices: Vec<Value> = notices.collect();
    json::pretty(&json!({
        "format": "tenure-run/1",
        "run": run_value(&details.run),
        "actions": actions,
        "notices": notices,
    }))
}

fn run_value(run: &RunRecord) -> Value {
    let Counts {
        open,
        done,
        failed,
        conflict,
        skipped,
        waiting,
    } = run.counts;
    json!({
        "id": run.id.to_string(),
        "status": run.status.word(),
        "started": run.started.to_string(),
        "ended": run.ended.map(|at| at.to_string()),
        "who": run.author.who,
        "host": run.author.host,
        "git_commit": run.author.git_commit,
        "overrides": run.author.overrides,
        "tool": run.tool,
        "planned_at": run.planned_at.to_string(),
        "plan": run.plan_digest,
        "policy": run.policy,
        "people_source": run.people_source,
        "domain": run.domain_name,
        "takes_back": run.takes_back.map(|run| run.to_string()),
        "taken_back_by": run.taken_back_by.map(|run| run.to_string()),
        "counts": {
            "done": done, "failed": failed, "conflict": conflict, "skipped": skipped,
            "waiting": waiting, "open": open,
        },
    })
}
