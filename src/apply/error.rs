//! Why a run did not begin, or stopped before its end.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Boundary, Ended, Refusal};
use crate::directory::port;
use crate::state::StoreError;

/// Why a plan was not carried out to its end. What a single action met is in the [`super::Outcome`].
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The plan may not be applied; nothing was done.
    #[error("this plan is not applied: {}", first(refusals))]
    Refused {
        /// All that stands against it.
        refusals: Vec<Refusal>,
    },
    /// An earlier run must be finished first; nothing was done.
    #[error("the run {run} of {who}, begun {started}, is not finished")]
    Unfinished {
        /// Which.
        run: Uuid,
        /// When it began.
        started: Timestamp,
        /// Who began it.
        who: String,
    },
    /// The unfinished run belongs to another directory; nothing was done.
    #[error("the unfinished run {run} belongs to the domain {planned}, this is another one")]
    OtherDomain {
        /// Which run.
        run: Uuid,
        /// Its domain.
        planned: String,
    },
    /// The plan of an unfinished run cannot be read any more; nothing was done.
    #[error("the plan of the unfinished run {run} cannot be read: {why}")]
    LostPlan {
        /// Which run.
        run: Uuid,
        /// Why.
        why: String,
    },
    /// The mark that ties directory and state could not be read or written; if a run had begun, it waits to be
    /// finished.
    #[error("the directory does not take the mark of this state")]
    Mark {
        /// What it said.
        #[source]
        source: port::Error,
    },
    /// Somebody else holds the directory by now: the run stopped before its next operation, and waits to be
    /// finished.
    #[error("run {run} stopped: {}", first(refusals))]
    Taken {
        /// Which run.
        run: Uuid,
        /// Who.
        refusals: Vec<Refusal>,
    },
    /// The directory is lost; the run waits to be finished.
    #[error("run {run} stopped: the directory failed")]
    Directory {
        /// Which run.
        run: Uuid,
        /// What it said.
        #[source]
        source: port::Error,
    },
    /// What only takes away is done, at another domain controller; the rest waits for the one that the run was begun on.
    #[error(
        "run {run} went on with what only takes away ({done} done), and {left} actions wait{}",
        reasons(put_off)
    )]
    Elsewhere {
        /// Which run.
        run: Uuid,
        /// How many actions came to an end here.
        done: usize,
        /// How many wait.
        left: usize,
        /// Those of them that were tried here, with what stood in their way.
        put_off: Vec<Ended>,
    },
    /// The state store failed; if a run had begun, it waits to be finished.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever watched broke the run off, as a crash would; it waits to be finished.
    #[error("the run was broken off at {boundary:?}")]
    BrokenOff {
        /// Where.
        boundary: Boundary,
    },
}

impl ApplyError {
    /// What to do about it, as an act.
    pub fn help(&self) -> String {
        match self {
            Self::Refused { refusals } | Self::Taken { refusals, .. } => refusals
                .first()
                .map_or_else(String::new, |refusal| refusal.help().into()),
            Self::Unfinished { .. } => "finish it with `tenure resume`, then plan again".into(),
            Self::OtherDomain { .. } => "finish it where it was begun".into(),
            Self::LostPlan { .. } => "finish it with the version of tenure that began it".into(),
            Self::Mark { .. } => {
                "let the account that tenure runs as create and write a `serviceConnectionPoint` \
                                  below the first write base, then run this again"
                    .into()
            }
            Self::Directory { .. } | Self::BrokenOff { .. } => {
                "mend the cause, then run `tenure resume`: it finishes this run, every action once"
                    .into()
            }
            Self::Elsewhere { .. } => {
                "finish it with `tenure resume` when that domain controller is back; if it never comes back, \
                                       with `tenure resume --dc-lost` and its name"
                    .into()
            }
            Self::Store(error) => error.help(),
        }
    }
}

fn reasons(put_off: &[Ended]) -> String {
    let told = put_off.iter().map(|ended| {
        let why = ended.text.as_deref().unwrap_or("it was in doubt");
        format!("; action {}: {why}", ended.id.0 + 1)
    });
    told.collect()
}

fn first(refusals: &[Refusal]) -> String {
    refusals
        .first()
        .map_or_else(String::new, ToString::to_string)
}
