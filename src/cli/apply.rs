//! `tenure apply`: shows what would change, asks, and does it.

use super::args::{ApplyArgs, Consent, Global};
use super::ask::says_yes;
use super::directory::{Clock, Source};
use super::only::Only;
use super::operator::Operator;
use super::passwords::Passwords;
use super::planning::{self, Asked, Planned};
use super::report::Report;
use super::resume;
use super::session::{self, Reading};
use super::steps::Steps;
use super::{Exit, Output, check, disk, notices, people, plan as plan_command};
use crate::apply::{
    ApplyError, Boundary, Ended, Executor, Outcome, Pace, Pictures, Refusal, Situation, Status,
    Watch, journal, precondition,
};
use crate::hr::PersonId;
use crate::plan::{ActionId, Change, GuardKind, Plan, file};
use crate::policy::Policy;
use crate::state::{Keep, Lock, Store};
use crate::workspace::{DirectorySource, Outside, Workspace};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::IsTerminal;
#[cfg(debug_assertions)]
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(debug_assertions)]
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

/// What a run is for, and so what it waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// The policy: it is refused where anything is missing, and comes again.
    Policy,
    /// An order of a human, which must not fail for want of a moment.
    Order,
    /// The same where HR was asked in vain already.
    OrderWithoutHr,
}

impl Urgency {
    /// How long it waits for another run to end; an order longer than notices are sent at a time.
    pub(super) const fn patience(self) -> Duration {
        match self {
            Self::Policy => Duration::from_secs(10),
            Self::Order | Self::OrderWithoutHr => Duration::from_mins(3),
        }
    }

    /// The policy and the people, as far as they can be read.
    pub(super) fn read(
        self,
        workspace: &Workspace,
        policy: Option<Policy>,
        output: &mut Output,
    ) -> Result<Reading, Report> {
        match self {
            Self::Policy => session::read(workspace, policy, None),
            Self::Order => session::read_for_order(workspace, policy, output),
            Self::OrderWithoutHr => session::unread(workspace, policy),
        }
    }
}

/// Applies a kept plan, or one made now.
pub(super) fn run(
    global: &Global,
    arguments: &ApplyArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let only = Only::new(&arguments.only);
    run_for(global, arguments, (only, Urgency::Policy), output)
}

/// The same for these people.
pub(super) fn run_for(
    global: &Global,
    arguments: &ApplyArgs,
    (only, urgency): (Only, Urgency),
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let overridden = guards(&arguments.consent)?;
    let kept = arguments.plan.as_deref().map(read_plan).transpose()?;
    let checked = check::policy(&workspace, only.condition.as_deref(), output)?;
    let mut reading = urgency.read(&workspace, checked.policy, output)?;
    let now = reading.now;
    let operator = Operator::of_this_process();
    // A directory that cannot be used, or belongs to another state, is refused before anything is made.
    let pinned = kept
        .as_ref()
        .and_then(|plan| plan.header.controller.as_ref());
    // A run that was broken off is finished where it was begun, before another one begins.
    let source = match resume::waiting(&workspace)? {
        Some(waiting) => resume::reach(&workspace, &reading.policy, &waiting)?,
        None => Source::of(&workspace, &reading.policy, pinned)?,
    };
    let mark = source.mark(&workspace)?;
    planning::belongs(&workspace, mark.as_ref())?.map_err(Report::from)?;
    let store_path = workspace.path(&workspace.config.state);
    disk::make_folder(&store_path)?;
    let lock = Lock::take(&store_path, &operator.holder(), urgency.patience())?;
    let mut store = Store::open(&store_path, now)?;
    let clock: Clock = if reading.pinned {
        Arc::new(move || now)
    } else {
        Arc::new(Timestamp::now)
    };
    let (nobody, steady) = (BTreeSet::new(), clock.clone());
    let now_there = move || steady();
    let outside = Outside {
        now: &now_there,
        ..people::outside(&nobody, &|_, _| {})
    };
    let mut watch = Progress::new(output);
    let pace = pace(&workspace, reading.pinned);
    let mut handover = Passwords::new(&workspace, &reading.policy);
    handover.compute(&reading);
    let steps = Steps::new(&workspace);
    if journal::unfinished(&store)?.is_some() {
        let directory = source.open(&workspace, &clock)?;
        let hr = workspace.hr(&reading.people, &reading.policy, &outside);
        let mut executor = Executor {
            store: &mut store,
            lock: &lock,
            directory: directory.port(),
            hr: &hr,
            bases: &workspace.config.write,
            takes_over: false,
            pace,
            handover: &mut handover,
            steps: &steps,
            pictures: &Pictures::of(&reading.people),
            watch: &mut watch,
            clock: &*clock,
        };
        let resumed = executor.resume(&source.place(&workspace)?)?;
        directory.save()?;
        if !reading.unread {
            reading.people = people::read(&workspace, &reading.policy)?;
            handover.compute(&reading);
        }
        if let Some(outcome) = resumed {
            output.say("finished the run that was broken off:");
            say_outcome(&outcome, &[], output);
            handover.say_where(output);
            if arguments.plan.is_some() {
                notices::send_due(&workspace, (&mut store, &lock), output);
                return Ok(exit(&outcome));
            }
        }
    }
    let asked = Asked {
        only,
        keep_state: true,
        ..Asked::default()
    };
    let planned = planning::plan_from(&source, &workspace, reading, &asked)?;
    let plan = kept.as_ref().unwrap_or(&planned.plan);
    let approved = approved(&arguments.consent);
    let identity = store.identity()?;
    let people = planned.reading.people.digest().to_string();
    let situation = Situation {
        now,
        state: &identity,
        domain: planned.directory.domain().guid,
        domain_name: &planned.plan.header.domain_name,
        policy: &planned.reading.policy.rules.digest,
        people_source: &planned.reading.people.origin().description,
        people: Some(&people),
        overridden: &overridden,
        approved: &approved,
    };
    not_stale(plan, &situation)?;
    handover.warn(plan, output);
    if let Some(exit) = consent(&planned, plan, &situation, arguments, output)? {
        if source.is_there(&workspace) {
            // What a killed run left beside a working copy is taken into it, and its lease ends.
            let directory = source.open(&workspace, &clock)?;
            let mut executor = Executor {
                store: &mut store,
                lock: &lock,
                directory: directory.port(),
                hr: &crate::hr::port::ReadOnly,
                bases: &workspace.config.write,
                takes_over: false,
                pace,
                handover: &mut handover,
                steps: &steps,
                pictures: &Pictures::default(),
                watch: &mut watch,
                clock: &*clock,
            };
            executor.release()?;
            directory.save()?;
        }
        if exit == Exit::Ok {
            keep(&mut store, &lock, &planned, now)?;
            notices::send_due(&workspace, (&mut store, &lock), output);
        }
        return Ok(exit);
    }
    if working_copy(&workspace)? {
        output.say(&format!(
            "working copy: {} (the tracked file is never written)",
            workspace.working_copy().display()
        ));
    }
    handover.compute(&planned.reading);
    let directory = source.open(&workspace, &clock)?;
    let author = operator.author(&workspace, &arguments.consent);
    let hr = workspace.hr(&planned.reading.people, &planned.reading.policy, &outside);
    let mut executor = Executor {
        store: &mut store,
        lock: &lock,
        directory: directory.port(),
        hr: &hr,
        bases: &workspace.config.write,
        takes_over: false,
        pace,
        handover: &mut handover,
        steps: &steps,
        pictures: &Pictures::of(&planned.reading.people),
        watch: &mut watch,
        clock: &*clock,
    };
    let outcome = executor.apply(plan, &situation, &author)?;
    watch.finish();
    directory.save()?;
    keep(&mut store, &lock, &planned, now)?;
    say_outcome(&outcome, &plan.actions, output);
    handover.say_where(output);
    notices::send_due(&workspace, (&mut store, &lock), output);
    Ok(exit(&outcome))
}

/// How fast the directory is changed, as the configuration says. A clock that stands still gives no lease an end; the
/// files of the embedded directory are locked all the same.
pub(super) fn pace(workspace: &Workspace, pinned: bool) -> Pace {
    let told = &workspace.config.apply;
    let pace = Pace::default();
    Pace {
        in_flight: told.in_flight.unwrap_or(pace.in_flight),
        rate: told.rate,
        lease: pace.lease.filter(|_| !pinned),
        ..pace
    }
}

/// What the state keeps beside what was done: what HR says of people for the day on which it no longer has them,
/// where the policy asks for it, and nothing for longer than `retention` says, by our own clock.
pub(super) fn keep(
    store: &mut Store,
    lock: &Lock,
    planned: &Planned,
    now: Timestamp,
) -> Result<(), Report> {
    let reading = &planned.reading;
    let wanted = reading.policy.speaks_of_vanished();
    store.write(lock, |writer| {
        if reading.unread {
            Ok(())
        } else if wanted {
            writer.keep_records(&reading.people, now)
        } else {
            writer.drop_records()
        }
    })?;
    let retention = &reading.policy.rules.retention;
    let keep = Keep {
        values_since: retention.values_since(now),
        trail_since: retention.trail_since(now),
    };
    store.prune(lock, &keep, now)?;
    Ok(())
}

/// Refuses a stale plan before anybody is asked and anything is made. A guard that trips is shown with the plan.
pub(super) fn not_stale(plan: &Plan, situation: &Situation<'_>) -> Result<(), Report> {
    let mut refusals = precondition::check(plan, situation)
        .err()
        .unwrap_or_default();
    // What is in the plan itself is shown with it.
    refusals.retain(|refusal| {
        !matches!(
            refusal,
            Refusal::Guarded { .. } | Refusal::Overdone { .. } | Refusal::Broken { .. }
        )
    });
    if refusals.is_empty() {
        return Ok(());
    }
    Err(ApplyError::Refused { refusals }.into())
}

/// Shows the plan and asks; an exit where there is nothing to ask or the answer is no.
fn consent(
    planned: &Planned,
    plan: &Plan,
    situation: &Situation<'_>,
    arguments: &ApplyArgs,
    output: &mut Output,
) -> Result<Option<Exit>, Report> {
    let trips = plan
        .guards
        .iter()
        .any(|guard| guard.tripped && !situation.overridden.contains(&guard.kind));
    let overdone = precondition::check(plan, situation)
        .err()
        .into_iter()
        .flatten()
        .find(|refusal| matches!(refusal, Refusal::Overdone { .. }));
    if let Some(refusal) = &overdone {
        output.say(&format!("{refusal}; {}", refusal.help()));
        return Ok(Some(Exit::Guard));
    }
    let trips = trips || !plan.broken.is_empty();
    let broken = !plan.broken.is_empty();
    if plan.is_empty() && !broken && !remembers(planned, plan) {
        output.say("nothing to do");
        return Ok(Some(Exit::Ok));
    }
    let all_wait = !plan.is_empty() && plan.waiting().iter().all(|waits| *waits);
    if all_wait && situation.approved.is_empty() && !trips && !remembers(planned, plan) {
        let text = plan_command::shown(plan, Some(&planned.prior), output, output.color_err);
        output.say(&text);
        let rejected = plan.actions.iter().all(|action| !action.is_asked());
        output.say(if rejected {
            "nothing to do: somebody said no to what is left; `tenure approvals` shows it"
        } else {
            "nothing to do until somebody approves"
        });
        return Ok(Some(Exit::Ok));
    }
    if !plan.is_empty() || broken {
        let text = plan_command::shown(plan, Some(&planned.prior), output, output.color_err);
        output.say(&text);
    }
    if trips {
        return Ok(Some(plan_command::exit(plan, false)));
    }
    if plan.is_empty() || arguments.consent.yes {
        return Ok(None);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Report::text("not-confirmed", "nobody is there to say yes")
            .help("read `tenure plan` first, then say `tenure apply --yes`"));
    }
    if says_yes("Apply this?") {
        return Ok(None);
    }
    output.say("nothing was changed");
    Ok(Some(Exit::Changes))
}

/// Whether there is something to remember although nothing is to be done.
fn remembers(planned: &Planned, plan: &Plan) -> bool {
    let memory = &plan.memory;
    let open = memory.open_since.iter().copied().ne(planned
        .prior
        .open_since
        .iter()
        .map(|(guid, since)| (*guid, *since)));
    // Whoever waits for approval is not remembered until it is done.
    let waiting: BTreeSet<&PersonId> = plan
        .actions
        .iter()
        .zip(plan.waiting())
        .filter(|(_, waits)| *waits)
        .filter_map(|(action, _)| action.person.as_ref())
        .collect();
    let mut people = memory.people.iter();
    !(people.all(|(person, _)| waiting.contains(person))
        && memory.accounts.is_empty()
        && memory.memberships.is_empty()
        && memory.values.is_empty()
        && memory.exceptions_seen.is_empty()
        && memory.ends_agreed.is_empty()
        && memory.steps_over.is_empty()
        && memory.notices.changed.is_empty()
        && memory.notices.known.iter().eq(&planned.prior.notices_known))
        || open
        || asks(planned, plan)
}

/// Whether the plan asks for an approval that no run has asked for, asks one anew, or no longer asks one.
fn asks(planned: &Planned, plan: &Plan) -> bool {
    let asked = || {
        let actions = plan.actions.iter();
        actions.filter_map(|action| action.approval.as_ref())
    };
    let known = &planned.prior.approvals;
    let whole = plan.header.only.is_empty() && plan.header.frozen.is_none();
    let waits = known
        .iter()
        .filter(|(_, one)| one.given.is_none() && one.refused.is_none());
    let ids: BTreeSet<&Arc<str>> = asked().map(|approval| &approval.id).collect();
    asked().any(|approval| approval.lapsed.is_some() || !known.contains_key(&approval.id))
        || whole && waits.into_iter().any(|(id, _)| !ids.contains(id))
}

/// Makes the working copy of the embedded directory where there is none; whether it did.
pub(super) fn working_copy(workspace: &Workspace) -> Result<bool, Report> {
    let DirectorySource::Ldif(tracked) = &workspace.config.directory else {
        return Ok(false);
    };
    let copy = workspace.working_copy();
    if copy.is_file() {
        return Ok(false);
    }
    let bytes = std::fs::read(workspace.path(tracked))
        .map_err(|error| Report::new("unreadable-file", &error))?;
    disk::write_atomically(&copy, &bytes)?;
    Ok(true)
}

fn read_plan(path: &Path) -> Result<Plan, Report> {
    let text = crate::workspace::read_text(path).map_err(|error| {
        let help = error.help();
        Report::new("unreadable-file", &error).help(help)
    })?;
    file::from_json(&text)
        .map_err(|error| Report::new("bad-plan-file", &error).help("nothing was changed"))
}

/// The ids of what is approved for this run.
pub(super) fn approved(consent: &Consent) -> Vec<Arc<str>> {
    let ids = consent.approve.iter();
    ids.map(|id| id.trim().to_lowercase().into()).collect()
}

/// The guards that are overridden for this run.
pub(super) fn guards(consent: &Consent) -> Result<Vec<GuardKind>, Report> {
    let kind = |word: &String| {
        let found = GuardKind::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| {
            let words: Vec<&str> = GuardKind::ALL.iter().map(|kind| kind.word()).collect();
            Report::text("unknown-guard", format!("there is no guard `{word}`"))
                .help(format!("guards are {}", words.join(", ")))
        })
    };
    consent.r#override.iter().map(kind).collect()
}

pub(super) fn exit(outcome: &Outcome) -> Exit {
    if outcome.counts.all_done() {
        Exit::Ok
    } else {
        Exit::Failed
    }
}

pub(super) fn say_outcome(outcome: &Outcome, actions: &[crate::plan::Action], output: &mut Output) {
    let counts = &outcome.counts;
    // What waits for a human has nothing to say but that.
    let waits = |ended: &&Ended| ended.status == Status::Waiting && ended.text.is_some();
    let on_others = outcome.ended.iter().filter(waits).count();
    let on_others = u32::try_from(on_others).unwrap_or(u32::MAX);
    let mut text = format!("run {}: {} done", outcome.run, counts.done);
    for (number, word) in [
        (counts.failed, "failed"),
        (counts.conflict, "overtaken by somebody else"),
        (counts.skipped, "not tried"),
        (
            counts.waiting.saturating_sub(on_others),
            "waiting for approval",
        ),
        (on_others, "waiting for another system"),
        (counts.open, "open"),
    ] {
        if number > 0 {
            let _ = write!(text, ", {number} {word}");
        }
    }
    text.push('\n');
    let asks = |ended: &Ended| {
        let action = actions.get(ended.id.0 as usize);
        action.is_none_or(|action| matches!(action.change, Change::Await { .. }))
    };
    for ended in outcome.ended.iter().filter(|ended| match ended.status {
        Status::Done => false,
        Status::Waiting => waits(ended) && asks(ended),
        Status::Pending
        | Status::Intended
        | Status::Failed
        | Status::Conflict
        | Status::Skipped => true,
    }) {
        let who = actions
            .get(ended.id.0 as usize)
            .map(|action| crate::text::visible(&action.who).into_owned());
        let why = ended
            .text
            .as_deref()
            .map(crate::text::visible)
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "  action {} {}: {why}",
            ended.id.0 + 1,
            who.unwrap_or_default()
        );
    }
    for (mend, ids) in mends(outcome) {
        let _ = writeln!(text, "  help for {ids}: {mend}");
    }
    if !outcome.passwords_unknown.is_empty() {
        let _ = writeln!(
            text,
            "{} new passwords are known to nobody yet: set one by hand before the first logon",
            outcome.passwords_unknown.len()
        );
    }
    let _ = write!(text, "`tenure show {}` tells what was done", outcome.run);
    output.say(&text);
}

/// What to do about what did not succeed: each act once, with the actions that it mends.
fn mends(outcome: &Outcome) -> Vec<(&'static str, String)> {
    const SHOWN: usize = 3;
    let mut mends: Vec<(&'static str, Vec<u32>)> = Vec::new();
    for ended in &outcome.ended {
        let Some(mend) = ended.mend else {
            continue;
        };
        match mends.iter_mut().find(|(known, _)| *known == mend) {
            Some((_, ids)) => ids.push(ended.id.0 + 1),
            None => mends.push((mend, vec![ended.id.0 + 1])),
        }
    }
    let told = |ids: Vec<u32>| {
        let shown: Vec<String> = ids.iter().take(SHOWN).map(ToString::to_string).collect();
        let noun = if ids.len() == 1 { "action" } else { "actions" };
        let more = match ids.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{noun} {}{more}", shown.join(", "))
    };
    mends
        .into_iter()
        .map(|(mend, ids)| (mend, told(ids)))
        .collect()
}

/// The progress bar, and Ctrl-C.
pub(super) struct Progress {
    bar: ProgressBar,
    cancelled: Arc<AtomicBool>,
}

impl Progress {
    pub(super) fn new(output: &Output) -> Self {
        let visible = std::io::stderr().is_terminal() && !output.quiet;
        let bar = if visible {
            ProgressBar::new(0)
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = cancelled.clone();
        // Without the handler Ctrl-C kills at once, which a later run repairs.
        let _ = ctrlc::set_handler(move || flag.store(true, Ordering::SeqCst));
        Self { bar, cancelled }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn begun(&mut self, _run: Uuid, actions: usize, behind: usize) {
        self.bar.set_length(actions as u64);
        self.bar.set_position(behind as u64);
    }

    fn ended(&mut self, _action: ActionId, _status: Status) {
        self.bar.inc(1);
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::SeqCst)
    }

    fn at(&mut self, boundary: Boundary) -> std::ops::ControlFlow<()> {
        pass(Some(&boundary));
        std::ops::ControlFlow::Continue(())
    }
}

/// Where a test wants this process to stand still and be killed: at the boundary whose number, from 0, or whose name
/// is in the environment. Only builds with debug assertions have this; a release build has no such switch.
#[cfg(debug_assertions)]
enum Halt {
    Never,
    After(u64),
    At(String),
}

#[cfg(debug_assertions)]
static HALT: LazyLock<Mutex<Halt>> = LazyLock::new(|| {
    Mutex::new(match std::env::var("TENURE_HALT_AT") {
        Ok(place) => place.parse().map_or(Halt::At(place), Halt::After),
        Err(_) => Halt::Never,
    })
});

/// Passes a boundary that has no name, or never returns.
pub(super) fn pass_boundary() {
    pass(None);
}

/// Passes a boundary that has a name of its own, or never returns.
pub(super) fn pass_named(name: &dyn std::fmt::Debug) {
    pass(Some(name));
}

/// Passes a boundary, or never returns.
#[cfg_attr(
    not(debug_assertions),
    expect(unused_variables, reason = "nothing halts")
)]
fn pass(boundary: Option<&dyn std::fmt::Debug>) {
    #[cfg(debug_assertions)]
    {
        let mut halt = HALT.lock().unwrap_or_else(PoisonError::into_inner);
        let here = match &mut *halt {
            Halt::Never => false,
            Halt::After(0) => true,
            Halt::After(left) => {
                *left -= 1;
                false
            }
            Halt::At(name) => boundary.is_some_and(|here| *name == format!("{here:?}")),
        };
        if here {
            let _ = writeln!(std::io::stderr(), "halted: waiting to be killed");
            loop {
                std::thread::park();
            }
        }
    }
}

impl From<ApplyError> for Report {
    fn from(error: ApplyError) -> Self {
        let help = error.help();
        let code = match &error {
            ApplyError::Refused { refusals } => refusals.first().map_or("refused", Refusal::code),
            ApplyError::Unfinished { .. } => "unfinished-run",
            ApplyError::OtherDomain { .. } => "other-domain",
            ApplyError::LostPlan { .. } => "lost-plan",
            ApplyError::Taken { refusals, .. } => {
                refusals.first().map_or("directory-held", Refusal::code)
            }
            ApplyError::Mark { .. } | ApplyError::Directory { .. } => "directory-failed",
            ApplyError::Elsewhere { .. } => "controller-lost",
            ApplyError::Store(_) => "bad-state",
            ApplyError::BrokenOff { .. } => "broken-off",
        };
        Self::new(code, &error).help(help)
    }
}

impl From<crate::state::LockError> for Report {
    fn from(error: crate::state::LockError) -> Self {
        let help = error.help();
        Self::new("locked", &error).help(help)
    }
}
