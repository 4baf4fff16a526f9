//! `tenure notices`: what waits to be told, sends it, or shows what would be told of one person; and the sending that
//! ends `apply`, `resume` and `undo`.
//!
//! A notice that cannot be sent is said, and changes nothing about how a run ends: the directory is as it should be, and
//! what waits is sent by the next run. `tenure notices --send` is the command whose exit code tells.

use super::args::{Format, Global, NoticesArgs};
use super::directory::{Clock, Source};
use super::operator::Operator;
use super::planning::{self, Asked};
use super::report::Report;
use super::view::notices as view;
use super::{Exit, Output, apply, check, explain, plan as plan_command, session};
use crate::notice::{self, Sent, Wanted, World};
use crate::state::digest::Collected;
use crate::state::outbox::Kept;
use crate::state::{Lock, Store};
use crate::text::visible;
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::fmt::Write as _;
use std::sync::Arc;

/// What to do where nothing says how notices are sent.
const CONFIGURE: &str =
    "write `[mail]` with `smtp` and `from`, or `[http]` with `url`, into `tenure.toml`";

/// Lists, sends, previews or takes back.
pub(super) fn run(
    global: &Global,
    arguments: &NoticesArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    if let Some(person) = &arguments.preview {
        return preview(&workspace, person, arguments.format, output);
    }
    if arguments.send {
        return send(&workspace, arguments.refused, output);
    }
    if !arguments.void.is_empty() {
        return void(&workspace, &arguments.void, output);
    }
    let path = workspace.path(&workspace.config.state);
    let (kept, collected) = match Store::open_existing(&path)? {
        Some(store) => (store.outbox()?, store.collected()?),
        None => (Vec::new(), Vec::new()),
    };
    let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
    output.result(&match arguments.format {
        Format::Human => view::outbox(
            &kept,
            &collected,
            now,
            &plan_command::options(output.width, output.color),
        ),
        Format::Json => view::outbox_json(&kept, &collected),
    });
    Ok(Exit::Ok)
}

/// What each notice would say about one person; nothing is sent, and nothing is written.
fn preview(
    workspace: &Workspace,
    person: &str,
    format: Format,
    output: &mut Output,
) -> Result<Exit, Report> {
    let checked = check::policy(workspace, None, output)?;
    let reading = session::read(workspace, checked.policy, None)?;
    let known = explain::person(&reading.people, person)?;
    let id = known.id().clone();
    let name = reading.people.schema().name_of(known.values());
    let asked = Asked {
        any_state: true,
        preview: Some(id.clone()),
        ..Asked::default()
    };
    let around = planning::around(workspace, &reading, &asked)?;
    let who = (&id, name.as_deref().unwrap_or_default());
    output.result(&match format {
        Format::Human => view::previews(
            who,
            &around.previews,
            &plan_command::options(output.width, output.color),
        ),
        Format::Json => view::previews_json(&id, &around.previews),
    });
    Ok(Exit::Ok)
}

/// Sends what waits, whenever it was tried last.
fn send(workspace: &Workspace, refused: bool, output: &mut Output) -> Result<Exit, Report> {
    let Some((lock, mut store)) = take(workspace, output)? else {
        output.say("nothing waits to be sent");
        return Ok(Exit::Ok);
    };
    let clock = clock(workspace);
    let at = clock();
    store.write(&lock, |writer| writer.digests_begin(at))?;
    if store.outbox_open(refused)?.is_empty() {
        output.say("nothing waits to be sent");
        return Ok(Exit::Ok);
    }
    let wanted = Wanted {
        at_once: true,
        refused,
    };
    let sent = pass(workspace, (&mut store, &lock), wanted, &clock)?;
    if let Some(waiting) = without_way(&sent) {
        output.error(&say_sent(&sent));
        return Err(Report::text("notice-without-way", waiting).help(CONFIGURE));
    }
    let text = say_sent(&sent);
    if !text.is_empty() {
        output.say(&text);
    }
    for (_, error) in &sent.closed {
        Report::from(error.clone()).show(output);
    }
    Ok(if !sent.closed.is_empty() {
        Exit::Error
    } else if sent.is_all() {
        Exit::Ok
    } else {
        Exit::Failed
    })
}

/// Takes notices back that nobody is to be told any more.
fn void(workspace: &Workspace, wanted: &[String], output: &mut Output) -> Result<Exit, Report> {
    let (lock, mut store) = take(workspace, output)?.ok_or_else(|| unknown(&wanted.join(", ")))?;
    let (open, collected) = (store.outbox_open(true)?, store.collected()?);
    let mut chosen: Vec<&Kept> = Vec::new();
    let mut items: Vec<&Collected> = Vec::new();
    for id in wanted {
        let item = collected.iter().find(|item| item.id == *id);
        match (open.iter().find(|kept| kept.id == *id), item) {
            (Some(kept), _) => chosen.push(kept),
            (None, Some(item)) => items.push(item),
            (None, None) => return Err(unknown(id)),
        }
    }
    let because = format!("taken back by {}", Operator::of_this_process().name());
    let at = clock(workspace)();
    store.write(&lock, |writer| {
        for kept in &chosen {
            writer.notice_void(kept, &because, at)?;
        }
        for item in &items {
            writer.collected_void(item, &because, at)?;
        }
        Ok(())
    })?;
    output.say(&format!("{} told no more", are(chosen.len() + items.len())));
    Ok(Exit::Ok)
}

fn unknown(wanted: &str) -> Report {
    let text = format!("no notice `{wanted}` waits, is being collected, or was refused");
    Report::text("unknown-notice", text).help("`tenure notices --format json` has the ids")
}

/// The lock and the state, if there is one and the directory belongs to it: a state from a backup would tell again what
/// was told (S5).
fn take(workspace: &Workspace, output: &mut Output) -> Result<Option<(Lock, Store)>, Report> {
    let path = workspace.path(&workspace.config.state);
    if Store::open_existing(&path)?.is_none() {
        return Ok(None);
    }
    let checked = check::policy(workspace, None, output)?;
    let Some(policy) = checked.policy else {
        return Ok(None);
    };
    let source = Source::of(workspace, &policy, None)?;
    let mark = source.mark(workspace)?;
    planning::belongs(workspace, mark.as_ref())?.map_err(Report::from)?;
    let holder = Operator::of_this_process().holder();
    let lock = Lock::take(&path, &holder, apply::Urgency::Policy.patience())?;
    let store = Store::open(&path, clock(workspace)())?;
    Ok(Some((lock, store)))
}

/// The clock of the journal: that of the people source, where it pins one.
fn clock(workspace: &Workspace) -> Clock {
    match workspace.config.clock {
        Some(pinned) => Arc::new(move || pinned),
        None => Arc::new(Timestamp::now),
    }
}

/// Sends what waits at the end of a run that took the lock itself and gave it back.
pub(super) fn after_run(workspace: &Workspace, output: &mut Output) {
    let path = workspace.path(&workspace.config.state);
    let opened = || -> Result<(Lock, Store), Report> {
        let holder = Operator::of_this_process().holder();
        let lock = Lock::take(&path, &holder, apply::Urgency::Policy.patience())?;
        let store = Store::open(&path, clock(workspace)())?;
        Ok((lock, store))
    };
    match opened() {
        Ok((lock, mut store)) => send_due(workspace, (&mut store, &lock), output),
        Err(report) => output.error(&format!("notices are not sent: {}", report.message())),
    }
}

/// Sends what waits at the end of a run, and says what came of it. Whatever that is, the run has ended as it has.
pub(super) fn send_due(
    workspace: &Workspace,
    (store, lock): (&mut Store, &Lock),
    output: &mut Output,
) {
    let clock = clock(workspace);
    let at = clock();
    let begun = store.digest_is_due(at).and_then(|due| {
        if due {
            store.write(lock, |writer| writer.digests_begin(at))?;
        }
        store.outbox_open(false)
    });
    match begun {
        Ok(open) if open.is_empty() => return,
        Ok(_) => {}
        Err(error) => {
            output.error(&format!("notices are not sent: {error}"));
            return;
        }
    }
    match pass(workspace, (store, lock), Wanted::default(), &clock) {
        Ok(sent) => {
            let mut text = say_sent(&sent);
            if let Some(waiting) = without_way(&sent) {
                let _ = writeln!(text, "{waiting}; to have them sent, {CONFIGURE}");
            }
            for (_, error) in &sent.closed {
                let _ = writeln!(text, "notices wait: {error}");
                let _ = writeln!(text, "  help: {}", error.help());
            }
            let worried = !(sent.refused.is_empty() && sent.closed.is_empty());
            if worried {
                output.error(&text);
            } else if !text.is_empty() {
                output.say(&text);
            }
        }
        Err(report) => output.error(&format!("notices are not sent: {}", report.message())),
    }
}

fn pass(
    workspace: &Workspace,
    (store, lock): (&mut Store, &Lock),
    wanted: Wanted,
    clock: &Clock,
) -> Result<Sent, Report> {
    let ways = workspace.ways(&|name| std::env::var(name).ok())?;
    let mut world = World {
        clock: &**clock,
        real_clock: &Timestamp::now,
        pass: &mut |step| apply::pass_named(&step),
    };
    Ok(notice::send(store, lock, &ways, wanted, &mut world)?)
}

/// What came of it, but for what has no way, and for ways that are closed.
fn say_sent(sent: &Sent) -> String {
    let mut text = String::new();
    if sent.sent > 0 {
        let _ = write!(text, "{} sent", count(sent.sent));
        if sent.perhaps_again > 0 {
            let _ = write!(text, ", {} of them perhaps again", sent.perhaps_again);
        }
        text.push('\n');
    }
    if sent.void > 0 {
        let _ = writeln!(
            text,
            "{} told no more: what they say was forgotten",
            are(sent.void)
        );
    }
    let worries = [
        (
            &sent.refused,
            "refused for good; `tenure notices --send --refused` tries again",
        ),
        (&sent.postponed, "not sent yet, and tried again"),
    ];
    for (worries, words) in worries {
        if worries.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{} {words}", are(worries.len()));
        for worry in worries {
            let _ = writeln!(
                text,
                "  {}{}: {}",
                visible(&worry.notice),
                of(&worry.person),
                visible(&worry.problem)
            );
        }
    }
    if sent.waiting > 0 {
        let wait = if sent.waiting == 1 { "waits" } else { "wait" };
        let _ = writeln!(text, "{} {wait}", count(sent.waiting));
    }
    text
}

/// About whom a notice is; a digest is about several.
fn of(person: &str) -> String {
    if person.is_empty() {
        return String::new();
    }
    format!(" of {}", visible(person))
}

/// How many notices no way leads anywhere.
fn without_way(sent: &Sent) -> Option<String> {
    let waiting = sent.without_way;
    let wait = if waiting == 1 { "waits" } else { "wait" };
    (waiting > 0).then(|| format!("{} {wait}: `tenure.toml` does not say how", count(waiting)))
}

fn count(number: usize) -> String {
    if number == 1 {
        "1 notice".to_owned()
    } else {
        format!("{number} notices")
    }
}

fn are(number: usize) -> String {
    let verb = if number == 1 { "is" } else { "are" };
    format!("{} {verb}", count(number))
}

impl From<notice::Error> for Report {
    fn from(error: notice::Error) -> Self {
        let help = error.help();
        Self::new(error.code(), &error).help(help)
    }
}
