//! `tenure approvals`, `tenure approve`, `tenure reject`: what waits for a person, and their answer.
//!
//! All of it is between a person and the state: a run asks, and a later run does what was answered. So an answer is to
//! what a run showed, and nobody needs the directory to give one.

use super::args::{AnswerArgs, ApprovalsArgs, Format, Global, RejectArgs};
use super::operator::Operator;
use super::report::Report;
use super::view::approvals as view;
use super::{Exit, Output, apply, check, disk, plan as plan_command, session};
use crate::state::{Answer, Given, Lock, Question, Refused, Store, Unanswered};
use crate::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How long a yes holds unless its giver says otherwise: as long as one that is given to a run.
const YES_HOLDS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The longest that an answer holds, and how long a no does unless its giver says otherwise: as long as an exception.
const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Shows what waits, and what was answered.
pub(super) fn list(
    global: &Global,
    arguments: &ApprovalsArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let store = Store::open_existing(&workspace.path(&workspace.config.state))?;
    let questions = store.map(|store| store.questions()).transpose()?;
    let questions = questions.unwrap_or_default();
    let now = now(&workspace);
    let options = plan_command::options(output.width, output.color);
    output.result(&match arguments.format {
        Format::Human => view::questions(&questions, now, &options),
        Format::Json => view::questions_json(&questions, now),
    });
    Ok(Exit::Ok)
}

/// Says yes.
pub(super) fn approve(
    global: &Global,
    arguments: &AnswerArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let at = now(&workspace);
    let expires = end(arguments.until.as_deref(), at, YES_HOLDS)?;
    let answer = |by: Arc<str>| {
        Answer::Yes(Given {
            by,
            at,
            expires,
            because: Some(arguments.because.as_str().into()),
        })
    };
    let said = format!("approved until {expires}; the next `tenure apply` does it");
    give(&workspace, &arguments.ids, at, (&answer, &said), output)
}

/// Says no, or takes a no back.
pub(super) fn reject(
    global: &Global,
    arguments: &RejectArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let at = now(&workspace);
    let because: Arc<str> = arguments.answer.because.as_str().into();
    let until = end(arguments.answer.until.as_deref(), at, LONGEST)?;
    let answer = |by: Arc<str>| {
        let because = because.clone();
        if arguments.lift {
            Answer::Lifted { by, at, because }
        } else {
            Answer::No(Refused {
                by,
                at,
                until,
                because,
            })
        }
    };
    let said = if arguments.lift {
        "asked again".to_owned()
    } else {
        format!("rejected until {until}: no run does it, and every plan says who said so")
    };
    let ids = &arguments.answer.ids;
    give(&workspace, ids, at, (&answer, &said), output)
}

/// Gives one answer to several questions, to all of them or to none.
fn give(
    workspace: &Workspace,
    ids: &[String],
    at: Timestamp,
    (answer, said): (&dyn Fn(Arc<str>) -> Answer, &str),
    output: &mut Output,
) -> Result<Exit, Report> {
    let ids: Vec<String> = ids.iter().map(|id| id.trim().to_lowercase()).collect();
    let path = workspace.path(&workspace.config.state);
    if Store::open_existing(&path)?.is_none() {
        let first = ids.first().map_or("", String::as_str);
        return Err(refusal(first, Unanswered::NotAsked));
    }
    let operator = Operator::of_this_process();
    disk::make_folder(&path)?;
    let lock = Lock::take(&path, &operator.holder(), apply::Urgency::Order.patience())?;
    let mut store = Store::open(&path, at)?;
    let asked: Vec<Question> = store.questions()?;
    let answer = answer(operator.signature().into());
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let given = store.write(&lock, |writer| writer.answer(&ids, &answer))?;
    given.map_err(|(id, why)| refusal(&id, why))?;
    let base = store.identity()?.domain_name;
    for question in asked.iter().filter(|one| ids.contains(&&*one.id)) {
        output.say(&view::in_short(question, base.as_deref()));
    }
    output.say(said);
    Ok(Exit::Ok)
}

/// When an answer ends: at the instant that is named, else after so long.
fn end(until: Option<&str>, at: Timestamp, usual: SignedDuration) -> Result<Timestamp, Report> {
    let latest = at.checked_add(LONGEST).unwrap_or(Timestamp::MAX);
    let Some(text) = until else {
        return Ok(at.checked_add(usual).unwrap_or(Timestamp::MAX).min(latest));
    };
    let until = session::instant(text)?;
    if until <= at {
        let text = format!("{until} is over: the answer would hold for no time");
        return Err(
            Report::text("bad-instant", text).help("write a day or an instant that lies ahead")
        );
    }
    if until > latest {
        let text = format!("{until} is more than 90 days ahead: no answer holds so long");
        return Err(Report::text("bad-instant", text)
            .help("write an earlier one; when it is over, the same is asked anew"));
    }
    Ok(until)
}

/// The clock of the state: that of the people source, where it pins one.
fn now(workspace: &Workspace) -> Timestamp {
    workspace.config.clock.unwrap_or_else(Timestamp::now)
}

fn refusal(id: &str, why: Unanswered) -> Report {
    match why {
        Unanswered::NotAsked => {
            let text = format!("no run has asked whether `{id}` may be done");
            Report::text("nothing-to-approve", text).help(
                "take the id from `tenure approvals`; what only a plan has shown so far, `tenure apply` asks",
            )
        }
        Unanswered::Over(at) => {
            let text = format!("`{id}` can no longer be answered: its time was over at {at}");
            Report::text("approval-over", text)
                .help("run `tenure apply`: if it is still wanted, it is asked anew")
        }
        Unanswered::Refused(Refused {
            by, at, because, ..
        }) => {
            let text = format!("{by} said no to `{id}` on {at}: {because}");
            Report::text("approval-rejected", text).help(
                "talk to whoever said no; `tenure reject ID --lift --because …` takes the no back",
            )
        }
        Unanswered::NotRefused => {
            let text = format!("nobody said no to `{id}`, or the no is over");
            Report::text("not-rejected", text)
                .help("`tenure approvals` shows each answer that holds")
        }
    }
}
