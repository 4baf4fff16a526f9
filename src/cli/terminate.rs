//! `tenure terminate PERSON --now`: ends somebody at once, whatever HR says (S1); `--lift` takes that back.
//!
//! The order is written into the state before the account is touched. So whatever happens next, every later run knows
//! of it: a run that is killed here, a domain controller that is away, HR that still says *active* tomorrow.

use super::apply::Urgency;
use super::args::{ApplyArgs, Consent, Global, TerminateArgs};
use super::ask::says_yes;
use super::only::Only;
use super::operator::Operator;
use super::planning::{self, Asked};
use super::report::Report;
use super::session::Reading;
use super::{Exit, Output, apply, check, disk, plan as plan_command, session};
use crate::hr::{PersonId, Standing};
use crate::policy::{Policy, StageAccount};
use crate::state::{EmergencyEnd, Lock, Store};
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::io::IsTerminal;
use std::sync::Arc;

/// Ends somebody, or lifts such an end, and carries out what follows for them.
pub(super) fn run(
    global: &Global,
    arguments: &TerminateArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = session::read_for_order(&workspace, checked.policy, output)?;
    let person = person(&workspace, &reading, arguments)?;
    let (operator, now) = (Operator::of_this_process(), reading.now);
    let unread = reading.unread;
    let urgency = if unread {
        Urgency::OrderWithoutHr
    } else {
        Urgency::Order
    };
    let order = if arguments.lift {
        None
    } else {
        Some(EmergencyEnd {
            stage: stage(&workspace, &reading.policy, arguments.stage.as_deref())?,
            since: now,
            by: operator.signature().into(),
            because: arguments.because.as_str().into(),
        })
    };
    if !arguments.yes {
        if !std::io::stdin().is_terminal() {
            return Err(
                Report::text("not-confirmed", "nobody is there to say yes").help(
                    "say it again with `--yes`; `tenure explain` tells what the person has now",
                ),
            );
        }
        if !preview(&workspace, reading, (&person, order.as_ref()), output)? {
            output.say("nothing was changed");
            return Ok(Exit::Changes);
        }
    }
    let said = write(&workspace, &person, order, arguments, &operator, now)?;
    output.say(&said);
    if arguments.lift && unread {
        output.say(NOT_YET);
        return Ok(Exit::Failed);
    }
    let carried_out = apply::run_for(
        global,
        &ApplyArgs {
            plan: None,
            consent: Consent {
                yes: true,
                r#override: Vec::new(),
                because: None,
                approve: Vec::new(),
            },
            only: Vec::new(),
        },
        (Only::person(&person), urgency),
        output,
    );
    let exit = carried_out.inspect_err(|_| output.say(NOT_YET))?;
    if arguments.lift {
        return Ok(exit);
    }
    output.say(NOT_ENDED);
    let on = left_on(global, (&person, urgency), output)?;
    if on.is_empty() {
        return Ok(exit);
    }
    for line in on {
        output.say(&line);
    }
    Ok(if exit == Exit::Ok { Exit::Failed } else { exit })
}

/// Said where the order stands and what follows from it is still to be done.
const NOT_YET: &str = "the order is kept, and is not carried out yet: every later run does, or say `tenure apply` when \
                       the cause is mended";

/// What is still on after the run, or why nothing was found that could be; looked at anew.
fn left_on(
    global: &Global,
    (person, urgency): (&PersonId, Urgency),
    output: &mut Output,
) -> Result<Vec<String>, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let reading = urgency.read(&workspace, checked.policy, output)?;
    let asked = Asked {
        only: Only::person(person),
        ..Asked::default()
    };
    let plan = planning::plan(&workspace, reading, &asked)?.plan;
    let open = plan.open_accounts.iter();
    let mut lines: Vec<String> = open
        .filter(|open| open.person.as_ref() == Some(person))
        .map(|open| format!("STILL ON: {}; disable it by hand, now", open.dn))
        .collect();
    if !lines.is_empty() {
        let told = plan.findings.iter();
        let told = told.filter(|finding| finding.person.as_ref() == Some(person));
        lines.extend(told.map(|finding| format!("  {}: {}", finding.who, finding.text)));
    }
    Ok(lines)
}

/// What disabling an account does not end (S13).
const NOT_ENDED: &str = "what this does not end: Kerberos tickets until they run out (up to ten hours), sessions in the \
                         cloud until the next synchronisation, passwords and keys that the person knows of other \
                         accounts, and machines on which they are logged on";

/// Shows what would follow and asks.
fn preview(
    workspace: &Workspace,
    reading: Reading,
    (person, order): (&PersonId, Option<&EmergencyEnd>),
    output: &mut Output,
) -> Result<bool, Report> {
    let asked = Asked {
        only: Only::person(person),
        ..Asked::default()
    };
    let source = super::directory::Source::of(workspace, &reading.policy, None)?;
    let mark = source.mark(workspace)?;
    let mut prior = planning::belongs(workspace, mark.as_ref())?.map_err(Report::from)?;
    match order {
        Some(end) => {
            prior.ends.insert(person.clone(), end.clone());
        }
        None => {
            prior.ends.remove(person);
        }
    }
    let asked = Asked {
        prior: Some(prior),
        ..asked
    };
    let planned = planning::plan_from(&source, workspace, reading, &asked)?;
    let text = plan_command::shown(
        &planned.plan,
        Some(&planned.prior),
        output,
        output.color_err,
    );
    output.say(&text);
    Ok(says_yes(if order.is_some() {
        "End this person now?"
    } else {
        "Lift the end?"
    }))
}

/// Writes the order, or that it is lifted, and says so.
fn write(
    workspace: &Workspace,
    person: &PersonId,
    order: Option<EmergencyEnd>,
    arguments: &TerminateArgs,
    operator: &Operator,
    at: Timestamp,
) -> Result<String, Report> {
    let path = workspace.path(&workspace.config.state);
    disk::make_folder(&path)?;
    let lock = Lock::take(&path, &operator.holder(), Urgency::Order.patience())?;
    let mut store = Store::open(&path, at)?;
    let Some(end) = order else {
        let by = (operator.signature(), arguments.because.clone());
        let lifted = store.write(&lock, |writer| writer.lift_end(person, (&by.0, &by.1), at))?;
        if !lifted {
            return Err(Report::text(
                "not-terminated",
                format!("no emergency end of {person} is in force"),
            )
            .help("`tenure plan` names each one that is; HR may have agreed by now"));
        }
        return Ok(format!(
            "the emergency end of {person} is lifted: HR and the policy decide again"
        ));
    };
    store.write(&lock, |writer| writer.end_at_once(person, &end))?;
    Ok(format!(
        "{person} is ended as of {}, in stage `{}`, until HR says so or `tenure terminate {person} --lift`",
        end.since, end.stage
    ))
}

fn person(
    workspace: &Workspace,
    reading: &Reading,
    arguments: &TerminateArgs,
) -> Result<PersonId, Report> {
    let id = PersonId::parse(&arguments.person).map_err(|error| {
        Report::new("unknown-person", &error).help("name a person by their key in HR")
    })?;
    // An order is lifted of whomever it is about, also when HR no longer has them.
    if arguments.lift || !matches!(reading.people.standing(&id), Standing::Unknown) {
        return Ok(id);
    }
    // Nor does an end need HR, where it is known which account is theirs.
    let store = Store::open_existing(&workspace.path(&workspace.config.state))?;
    let prior = store.map(|store| store.prior()).transpose()?;
    let account = prior.and_then(|prior| prior.people.get(&id)?.account);
    if account.is_some() {
        return Ok(id);
    }
    Err(Report::text(
        "unknown-person",
        format!("neither HR nor the state has a person {id}"),
    )
    .help(
        "name a person by their key in HR, the field that is marked `key`; an account that is nobody's, disable by hand",
    ))
}

/// The stage that somebody who is ended at once is in: the one that is asked for, else the one that `tenure.toml`
/// names, else the only one whose account is off.
pub(super) fn stage(
    workspace: &Workspace,
    policy: &Policy,
    asked: Option<&str>,
) -> Result<Arc<str>, Report> {
    let off = policy.rules.stages.iter();
    let off: Vec<Arc<str>> = off
        .filter(|stage| stage.account.ends())
        .map(|stage| stage.name.clone())
        .collect();
    let names: Vec<String> = off.iter().map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    let configured = workspace.config.terminate.as_deref();
    let Some(wanted) = asked.or(configured) else {
        return match off.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(no_stage(
                "the policy has no stage whose account is off",
                &names,
            )),
            _ => Err(no_stage(
                "several stages have an account that is off, and none is named for emergencies",
                &names,
            )),
        };
    };
    let found = policy.rules.stage_named(wanted);
    let found = found.and_then(|id| policy.rules.stage(id));
    match found {
        Some(stage) if stage.account.ends() => Ok(stage.name.clone()),
        Some(stage) => {
            let is = match stage.account {
                StageAccount::Enabled => "enabled",
                StageAccount::Prepared => "prepared",
                StageAccount::Untouched => "untouched",
                StageAccount::Hold => "held",
                StageAccount::Disabled | StageAccount::DeletedAfter(_) => "off",
            };
            let text = format!("in stage `{wanted}` the account is {is}: that ends nobody");
            Err(no_stage(&text, &names))
        }
        None => Err(no_stage(
            &format!("the policy has no stage `{wanted}`"),
            &names,
        )),
    }
}

fn no_stage(text: &str, names: &str) -> Report {
    let help = if names.is_empty() {
        "give the policy a stage with `account disabled`".to_owned()
    } else {
        format!(
            "say `--stage` with one of {names}, and write it into `tenure.toml` for the next time: `[policy] terminate = \
             \"…\"`"
        )
    };
    Report::text("no-end-stage", text).help(help)
}
