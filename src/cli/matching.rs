//! `tenure match`: which accounts belong to whom, and what a human has to settle.

use super::args::{Global, MatchArgs, MatchFormat};
use super::directory::Source;
use super::operator::Operator;
use super::planning::{self, Asked, Planned};
use super::report::Report;
use super::view::matching::MatchView;
use super::{Exit, Output, apply, check, disk, plan as plan_command, session};
use crate::apply::{Executor, NoHandover, NoSteps, Situation};
use crate::directory::ObjectId;
use crate::hr::PersonId;
use crate::plan::{Change, OpenReason, Plan, Target, Verdict};
use crate::state::{Foreign, Found, Lock, Store};
use crate::syntax::{self, ast};
use crate::text::visible;
use crate::workspace::Workspace;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// Shows the matches; with `--confirm` writes verdicts, with `--rebuild` takes up a lost state.
pub(super) fn run(
    global: &Global,
    arguments: &MatchArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read(&workspace, checked.policy, None)?;
    if arguments.rebuild {
        return rebuild(&workspace, reading, output);
    }
    let asked = Asked {
        any_state: true,
        ..Asked::default()
    };
    let planned = planning::plan(&workspace, reading, &asked)?;
    if arguments.confirm {
        return confirm(&workspace, &planned, output);
    }
    let leavers = leavers(&planned);
    let view = MatchView {
        correlation: &planned.correlation,
        directory: &planned.directory,
        rules: &planned.reading.policy.rules,
        people: &planned.reading.people,
        leavers: &leavers,
        now: planned.reading.now,
    };
    output.result(&match arguments.format {
        MatchFormat::Human => view.table(&plan_command::options(output.width, output.color)),
        MatchFormat::Json => view.json(),
        MatchFormat::Csv => view.csv(),
    });
    let unsettled = view.to_settle() > 0;
    let confirmed =
        planned.reading.policy.rules.confirmed.is_some() || !planned.correlation.holds_people;
    Ok(if unsettled || !confirmed {
        Exit::Changes
    } else {
        Exit::Ok
    })
}

/// Whose account the plan would disable, or cannot although it should: it is enabled, and HR says that they left.
fn leavers(planned: &Planned) -> Vec<(PersonId, ObjectId)> {
    let disabled = planned.plan.actions.iter().filter_map(|action| {
        let Change::Disable {
            account: Target::Existing { guid, .. },
            ..
        } = &action.change
        else {
            return None;
        };
        Some((action.person.clone()?, *guid))
    });
    let left = |why: OpenReason| match why {
        OpenReason::Blocked
        | OpenReason::Released
        | OpenReason::Vanished
        | OpenReason::Tied
        | OpenReason::Guard
        | OpenReason::Approval
        | OpenReason::Rejected
        | OpenReason::Failed => true,
        OpenReason::Quarantined | OpenReason::Held | OpenReason::Conflict => false,
    };
    let open = planned.plan.open_accounts.iter();
    let open = open
        .filter(|open| left(open.why))
        .filter_map(|open| Some((open.person.clone()?, open.guid)));
    let mut leavers: Vec<(PersonId, ObjectId)> = disabled
        .chain(open)
        .filter_map(|(person, guid)| Some((person, planned.directory.by_guid(guid)?)))
        .collect();
    leavers.sort();
    leavers.dedup();
    leavers
}

/// Writes what the rules propose into the policy, as `link` lines, and `confirmed`.
fn confirm(workspace: &Workspace, planned: &Planned, output: &mut Output) -> Result<Exit, Report> {
    let rules = &planned.reading.policy.rules;
    let mut lines = String::new();
    let mut count = 0;
    for entry in &planned.correlation.people {
        let Verdict::Proposed { account, rule } = &entry.verdict else {
            continue;
        };
        let Some(object) = planned.directory.shared(*account) else {
            continue;
        };
        let login = object.account_name().unwrap_or_default();
        let by = rules
            .rule(*rule)
            .map(|rule| format!("{}:{}", rule.file, rule.line))
            .unwrap_or_default();
        count += 1;
        let _ = writeln!(
            lines,
            "  link {} to \"{}\"    # proposed by {by}: {}",
            key(&entry.person.to_string()),
            escaped(login),
            one_line(&object.dn().to_string())
        );
    }
    let day = jiff::tz::TimeZone::system()
        .to_datetime(planned.reading.now)
        .date();
    if rules.confirmed.is_none() {
        let _ = writeln!(lines, "  confirmed {day}");
    }
    if lines.is_empty() {
        output.say("nothing is proposed: there is nothing to write");
        return Ok(Exit::Ok);
    }
    let name = insert(workspace, &lines)?;
    output.result(&lines);
    output.say(&format!(
        "{count} links written into {name}; read them, and commit them"
    ));
    let open = planned.correlation.people.iter();
    let open = open.filter(|entry| {
        matches!(
            entry.verdict,
            Verdict::Namesake { .. } | Verdict::Ambiguous { .. } | Verdict::Conflict { .. }
        )
    });
    match open.count() {
        0 => Ok(Exit::Ok),
        left => {
            output.say(&format!(
                "{left} people are left to settle by hand: `tenure match` lists them"
            ));
            Ok(Exit::Changes)
        }
    }
}

/// Puts lines before the end of `identity { … }`, wherever that stands; the file's name.
fn insert(workspace: &Workspace, lines: &str) -> Result<String, Report> {
    let folder = workspace.path(&workspace.config.policy);
    for (name, text) in workspace.policy_texts()? {
        let (file, diagnostics) = syntax::parse(crate::diagnostic::FileId(0), &text);
        if diagnostics
            .iter()
            .any(crate::diagnostic::Diagnostic::is_error)
        {
            continue;
        }
        let identity = file.items.iter().find_map(|item| {
            let ast::Item::Identity(item) = item else {
                return None;
            };
            Some(item.span)
        });
        let Some(span) = identity else {
            continue;
        };
        let brace = text
            .get(..span.end as usize)
            .and_then(|before| before.rfind('}'));
        let Some((before, after)) = brace.and_then(|brace| text.split_at_checked(brace)) else {
            continue;
        };
        let gap = if before.ends_with('\n') { "" } else { "\n" };
        let new = format!("{before}{gap}{lines}{after}");
        let (_, broken) = syntax::parse(crate::diagnostic::FileId(0), &new);
        if broken.iter().any(crate::diagnostic::Diagnostic::is_error) {
            return Err(Report::text(
                "not-written",
                "the policy could not be read any more with these lines, so nothing was written",
            )
            .help("add them by hand; `tenure match` shows them"));
        }
        disk::write_atomically(&folder.join(&name), new.as_bytes())?;
        return Ok(name);
    }
    Err(Report::text(
        "no-identity",
        "the policy has no `identity` to write into",
    ))
}

/// Takes up a lost state: what stands in the directory is taken as found, and nothing is changed there but the
/// mark that tells to which state it belongs (S5).
fn rebuild(
    workspace: &Workspace,
    reading: session::Reading,
    output: &mut Output,
) -> Result<Exit, Report> {
    let path = workspace.path(&workspace.config.state);
    let (now, pinned) = (reading.now, reading.pinned);
    let clock = move || now;
    let bases = &workspace.config.write;
    // A directory that cannot be used is refused before anything is made.
    let source = Source::of(workspace, &reading.policy, None)?;
    source.mark(workspace)?;
    disk::make_folder(&path)?;
    let operator = Operator::of_this_process();
    let lock = Lock::take(&path, &operator.holder(), Duration::from_secs(10))?;
    let mut store = Store::open(&path, now)?;
    apply::working_copy(workspace)?;
    let directory = source.open(workspace, &(Arc::new(clock) as _))?;
    let found = Found::in_directory(directory.port(), bases)
        .map_err(|error| Report::new("directory-failed", &error))?;
    let lease = found.as_ref().and_then(Found::lease);
    if let Some(lease) = lease.filter(|lease| lease.lasts(now)) {
        let lease = lease.clone();
        return Err(Foreign::Held { lease }.into());
    }
    let identity = store.identity()?;
    let foreign = found
        .as_ref()
        .is_some_and(|mark| mark.belongs_to(identity.id, identity.generation).is_err());
    if foreign {
        // What is there was restored, or belongs elsewhere; only its history is kept.
        store.write(&lock, |writer| writer.begin_anew(now))?;
    } else if !store.prior()?.people.is_empty() {
        return Err(Report::text(
            "state-present",
            format!("`{}` is no lost state: it remembers people", path.display()),
        )
        .help(
            "`tenure plan` goes on with it; to begin anew all the same, move the file away first",
        ));
    }
    let asked = Asked {
        prior: Some(store.prior()?),
        ..Asked::default()
    };
    let planned = planning::plan_from(&source, workspace, reading, &asked)?;
    let identity = store.identity()?;
    let plan = baseline(&planned.plan, identity.id, identity.generation);
    let people = planned.reading.people.digest().to_string();
    let situation = Situation {
        now,
        state: &identity,
        domain: planned.directory.domain().guid,
        domain_name: &plan.header.domain_name,
        policy: &planned.reading.policy.rules.digest,
        people_source: &planned.reading.people.origin().description,
        people: Some(&people),
        overridden: &[],
        approved: &[],
    };
    let author = crate::apply::Author {
        who: operator.holder().user,
        host: operator.holder().host,
        ..crate::apply::Author::default()
    };
    let mut executor = Executor {
        store: &mut store,
        lock: &lock,
        directory: directory.port(),
        hr: &crate::hr::port::ReadOnly,
        bases,
        takes_over: true,
        pace: apply::pace(workspace, pinned),
        handover: &mut NoHandover,
        steps: &NoSteps,
        pictures: &crate::apply::Pictures::default(),
        watch: &mut apply::Progress::new(output),
        clock: &clock,
    };
    executor.apply(&plan, &situation, &author)?;
    directory.save()?;
    output.say(&format!(
        "the state is rebuilt: {} people, {} accounts, {} memberships taken as found; every clock of a deletion begins again",
        plan.memory.people.len(),
        plan.memory.accounts.len(),
        plan.memory.memberships.len(),
    ));
    Ok(Exit::Ok)
}

/// The plan without what it would do: only what it has seen is remembered.
fn baseline(plan: &Plan, state: uuid::Uuid, generation: u64) -> Plan {
    let adopted: BTreeSet<_> = plan
        .actions
        .iter()
        .filter_map(|action| {
            let Change::Adopt {
                account: Target::Existing { guid, .. },
                ..
            } = &action.change
            else {
                return None;
            };
            Some(*guid)
        })
        .collect();
    let mut plan = plan.clone();
    plan.actions.clear();
    plan.guards.clear();
    plan.broken.clear();
    plan.notices.clear();
    plan.header.state = state;
    plan.header.generation = generation;
    plan.memory
        .accounts
        .retain(|(guid, _)| !adopted.contains(guid));
    plan.memory
        .memberships
        .retain(|((account, _), _)| !adopted.contains(account));
    plan.memory
        .values
        .retain(|((account, _), _)| !adopted.contains(account));
    plan
}

/// A key as the language writes it.
fn key(key: &str) -> String {
    if key.bytes().all(|byte| byte.is_ascii_digit()) {
        key.to_owned()
    } else {
        format!("\"{}\"", escaped(key))
    }
}

/// Text inside double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if crate::text::is_hostile(c) => {
                let _ = write!(escaped, "\\u{{{:02x}}}", c as u32);
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn one_line(text: &str) -> String {
    visible(text).into_owned()
}
