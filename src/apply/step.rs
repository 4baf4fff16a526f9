//! What other systems are asked before something is done, and what follows from their answers.
//!
//! A step is written with its key in the transaction of its intent, so that whoever is asked twice, after a crash or
//! because the answer was lost, knows the repeat. A run holds for no answer: what is not done yet waits for the next
//! run, with what needs it. Once its time is over that is a failure; each run asks on, and a yes still counts.

use jiff::{SignedDuration, Timestamp};

use super::executor::Ended;
use super::job::Job;
use super::seen::{Told, Trouble, View};
use super::{Status, attempt::Success};
use crate::hr::PersonId;
use crate::plan::{Action, ActionId, Change, StepRequest};
use crate::state::{StepMemory, StepNews, StepStanding, Store, StoreError, Writer};

/// For how long at most somebody may ask not to be asked again: a run may come every few minutes, and a step has its
/// own end.
const MOST_REST: SignedDuration = SignedDuration::from_hours(1);

/// What to do about a step that was refused.
const REFUSED: &str = "mend what is sent or who takes it; it is asked again when that differs, or after `tenure steps --again PERSON --because …`";

/// What to do about a step whose time is over.
const LATE: &str = "see to it that the step is done: each run asks again, and a yes still counts";

/// Asks other systems. Many workers may call it at a time.
pub trait Steps: Sync {
    /// Asks for a step of that person under its key; one answer to one request.
    fn ask(&self, person: &PersonId, step: &StepRequest) -> Reply;
}

/// What another system says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It is done.
    Done,
    /// It is not done yet, or nobody knows: to be asked again.
    NotYet {
        /// What was answered, or why nothing was; it names nobody.
        says: String,
        /// What to do about it, where something is wrong.
        mend: Option<&'static str>,
        /// How long not to ask again, where it says so.
        rest: Option<SignedDuration>,
    },
    /// It will not be done; what was answered.
    Refused(String),
}

/// Asks nobody: what waits for a step goes on waiting.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSteps;

impl Steps for NoSteps {
    fn ask(&self, _: &PersonId, _: &StepRequest) -> Reply {
        Reply::NotYet {
            says: "nobody was asked".to_owned(),
            mend: None,
            rest: None,
        }
    }
}

/// Takes it that each step is done as soon as it is asked for: for what is only thought through.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssumedSteps;

impl Steps for AssumedSteps {
    fn ask(&self, _: &PersonId, _: &StepRequest) -> Reply {
        Reply::Done
    }
}

/// What came of a step, for the state.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    news: StepNews,
    /// What was answered, where that was no yes.
    says: Option<String>,
}

/// Asks for a step.
pub(super) fn ask(view: &View<'_>, action: &Action) -> Result<Success, Trouble> {
    let Change::Await { account, step } = &action.change else {
        return Err(Trouble::failed("nothing is asked by it"));
    };
    let Some(person) = &action.person else {
        return Err(Trouble::failed("nobody is asked about"));
    };
    let account = view.guid(account)?;
    match view.steps.ask(person, step) {
        Reply::Done => Ok(Success::new(account, false)),
        Reply::NotYet { says, mend, rest } => {
            let told = Told { text: says, mend };
            Err(Trouble::NotYet(told, rest))
        }
        Reply::Refused(says) => Err(Trouble::Refused(Told {
            text: says,
            mend: Some(REFUSED),
        })),
    }
}

/// The step that an action asks for, with its person.
pub(super) fn of(action: &Action) -> Option<(&PersonId, &StepRequest)> {
    let Change::Await { step, .. } = &action.change else {
        return None;
    };
    Some((action.person.as_ref()?, step))
}

/// Writes a step before it is first sent.
pub(super) fn begin(
    writer: &mut Writer<'_>,
    job: &Job<'_>,
    action: &Action,
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some((person, step)) = of(action) else {
        return Ok(());
    };
    let memory = StepMemory {
        key: step.key.clone(),
        event: step.event.clone(),
        occasion: step.occasion.clone(),
        digest: step.digest.clone(),
        begun: step.begun.unwrap_or(at),
        standing: StepStanding::Waiting,
        at,
        not_before: None,
        late: None,
    };
    writer.begin_step(job.run, (person, &step.name), &memory)
}

/// A yes.
pub(super) fn answered() -> Asked {
    Asked {
        news: StepNews::Answered,
        says: None,
    }
}

/// How an action ends that got no yes: refused, late, or waiting for the next run.
pub(super) fn without_yes(
    store: &Store,
    (id, action): (ActionId, &Action),
    (told, rest): (Told, Option<SignedDuration>),
    now: Timestamp,
) -> Result<(Ended, Asked), StoreError> {
    let mut ended = Ended {
        id,
        status: Status::Waiting,
        text: Some(told.text.clone()),
        mend: told.mend,
    };
    let mut asked = Asked {
        news: StepNews::NotYet(None),
        says: Some(told.text),
    };
    let Some((person, step)) = of(action) else {
        return Ok((ended, asked));
    };
    let known = store.step(person, &step.name)?;
    let begun = known.map_or(now, |known| known.begun);
    let until = begun.checked_add(step.within).unwrap_or(Timestamp::MAX);
    let says = asked.says.clone().unwrap_or_default();
    let rest = rest.filter(SignedDuration::is_positive);
    let not_before = rest.and_then(|rest| now.checked_add(rest.min(MOST_REST)).ok());
    if until <= now {
        ended.status = Status::Failed;
        ended.text = Some(format!(
            "no yes since {begun}, and its time was over at {until}: {says}"
        ));
        ended.mend = ended.mend.or(Some(LATE));
        asked.news = StepNews::Late(not_before);
    } else {
        // It is looked at when the time is over, whatever was asked for.
        let not_before = not_before.map(|at| at.min(until));
        ended.text = Some(format!("not yet, due by {until}: {says}"));
        asked.news = StepNews::NotYet(not_before);
    }
    Ok((ended, asked))
}

/// How an action ends that got a no.
pub(super) fn refused(id: ActionId, told: &Told) -> (Ended, Asked) {
    let asked = Asked {
        news: StepNews::Refused,
        says: Some(told.text.clone()),
    };
    let ended = Ended {
        id,
        status: Status::Failed,
        text: Some(format!("refused: {}", told.text)),
        mend: told.mend,
    };
    (ended, asked)
}

/// Writes what came of asking.
pub(super) fn record(
    writer: &mut Writer<'_>,
    job: &Job<'_>,
    (action, asked): (&Action, &Asked),
    at: Timestamp,
) -> Result<(), StoreError> {
    let Some((person, step)) = of(action) else {
        return Ok(());
    };
    let came = (asked.news, asked.says.as_deref());
    writer.step_asked(job.run, (person, &step.name), came, at)
}

/// Why a step is not asked for now: whoever was asked wants to be left alone until then.
pub(super) fn too_early(id: ActionId, action: &Action, now: Timestamp) -> Option<Ended> {
    let (_, step) = of(action)?;
    let not_before = step.not_before.filter(|at| now < *at)?;
    Some(Ended {
        id,
        status: Status::Waiting,
        text: Some(format!("not asked again before {not_before}")),
        mend: None,
    })
}

impl Job<'_> {
    /// Whether an action that is not done leaves the person in the stage that they came into: it was asked for, and
    /// groups alone wait for it; or it is such a group.
    pub(super) fn is_apart(&self, id: ActionId, action: &Action) -> bool {
        let was_asked = |id: ActionId, action: &Action| {
            let groups_alone = of(action).is_some_and(|(_, step)| !step.enable);
            groups_alone && matches!(self.status(id), Status::Waiting | Status::Failed)
        };
        if was_asked(id, action) {
            return true;
        }
        let undone = |needed: &&ActionId| self.status(**needed) != Status::Done;
        let waits = matches!(action.change, Change::AddMember { .. })
            && matches!(self.status(id), Status::Waiting | Status::Skipped)
            && !action.waits();
        let mut needed = action.after.iter().filter(undone).peekable();
        waits
            && needed.peek().is_some()
            && needed.all(|needed| {
                let action = self.plan.actions.get(needed.0 as usize);
                action.is_some_and(|action| was_asked(*needed, action))
            })
    }

    /// Gives up the steps that nothing waits for any more.
    pub(super) fn give_up_steps(
        &self,
        writer: &mut Writer<'_>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        for (person, step, why) in &self.plan.memory.steps_over {
            writer.give_up_step(self.run, (person, step), why, at)?;
        }
        Ok(())
    }
}
