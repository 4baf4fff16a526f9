//! Whether a plan may be carried out at all (S5, G2, G3): everything that is looked at before the first step.
//!
//! A stale plan is refused, and no flag overrides that. What changes in the directory between plan and apply is
//! not looked at here: each operation tests the values that the plan saw.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::directory::Guid;
use crate::plan::{Action, GuardKind, GuardVerdict, Plan};
use crate::state::{Foreign, Identity};

/// How far a plan may lie in the future: two clocks never agree wholly (S5).
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// How things stand now, where the plan is to be applied.
#[derive(Debug, Clone)]
pub struct Situation<'a> {
    /// The instant, by the clock that plans are made by (a pinned one, where the people source pins it).
    pub now: Timestamp,
    /// The state store.
    pub state: &'a Identity,
    /// GUID of the domain.
    pub domain: Option<Guid>,
    /// Base of the domain, as text.
    pub domain_name: &'a str,
    /// Digest of the policy.
    pub policy: &'a str,
    /// What the people are read from.
    pub people_source: &'a str,
    /// Digest of the people; `None` if they were not read again.
    pub people: Option<&'a str>,
    /// Guards that are overridden by name for this run.
    pub overridden: &'a [GuardKind],
    /// Ids of actions that are approved for this run.
    pub approved: &'a [Arc<str>],
}

/// Why a plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Made with `--at`.
    #[error("this plan was made with `--at {at}`: it shows another instant and is never applied")]
    Hypothetical {
        /// For which instant.
        at: Timestamp,
    },
    /// Too old.
    #[error("this plan expired at {expired}, it is now {now}")]
    Expired {
        /// When.
        expired: Timestamp,
        /// The instant now.
        now: Timestamp,
    },
    /// Made later than now.
    #[error("this plan was made at {planned}, but it is only {now}")]
    FromTheFuture {
        /// When it says it was made.
        planned: Timestamp,
        /// The instant now.
        now: Timestamp,
    },
    /// Made for another directory.
    #[error("this plan was made for the domain {planned}, this is {actual}")]
    OtherDomain {
        /// The plan's.
        planned: String,
        /// The one here.
        actual: String,
    },
    /// The state store belongs to another directory.
    #[error("the state belongs to the domain {owner}, this is {actual}")]
    OtherOwner {
        /// The state's.
        owner: String,
        /// The one here.
        actual: String,
    },
    /// The directory belongs to another state, or to a later generation of this one.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// Made with another state store.
    #[error("this plan was made with the state {planned}, here it is {actual}")]
    OtherState {
        /// The plan's.
        planned: Uuid,
        /// The one here.
        actual: Uuid,
    },
    /// A run changed the state since.
    #[error(
        "another run changed the state since this plan was made (generation {planned}, now {actual})"
    )]
    StaleState {
        /// The plan's.
        planned: u64,
        /// The one here.
        actual: u64,
    },
    /// The state was restored from before the plan.
    #[error("the state is older than this plan (generation {actual}, the plan saw {planned})")]
    OlderState {
        /// The plan's.
        planned: u64,
        /// The one here.
        actual: u64,
    },
    /// Made by another policy.
    #[error("the policy changed since this plan was made")]
    OtherPolicy {
        /// The plan's digest.
        planned: String,
        /// The one here.
        actual: String,
    },
    /// Made from another source of people.
    #[error("this plan was made from the people of {planned}, here they come from {actual}")]
    OtherSource {
        /// The plan's.
        planned: String,
        /// The one here.
        actual: String,
    },
    /// HR says something else by now.
    #[error("HR changed since this plan was made")]
    OtherPeople {
        /// The plan's digest.
        planned: String,
        /// The one here.
        actual: String,
    },
    /// A guard stops it.
    #[error("the guard `{}` stops this plan: {count} of at most {limit}", kind.word())]
    Guarded {
        /// Which.
        kind: GuardKind,
        /// How many the plan and the runs of the last day have.
        count: u32,
        /// How many are allowed.
        limit: u32,
    },
    /// What is approved for this run would be more than a guard allows.
    #[error("with what is approved the guard `{}` stops this plan: {count} of at most {limit}", kind.word())]
    Overdone {
        /// Which.
        kind: GuardKind,
        /// How many the plan, what is approved, and the runs of the last day have.
        count: u32,
        /// How many are allowed.
        limit: u32,
    },
    /// Nothing of that id waits.
    #[error("nothing in this plan waits for the approval `{id}`")]
    NotAsked {
        /// As given.
        id: String,
    },
    /// Somebody said no to it.
    #[error("{by} said no to `{id}` on {at}: {because}")]
    Rejected {
        /// As given.
        id: String,
        /// Who said no.
        by: String,
        /// When.
        at: Timestamp,
        /// Why.
        because: String,
    },
    /// An invariant would be broken.
    #[error("this plan would break the invariant `{title}` for {who}: {text}")]
    Broken {
        /// What it promises.
        title: String,
        /// For whom.
        who: String,
        /// What must not be.
        text: String,
    },
    /// The plan contradicts itself: an action needs a later one, or one that is none.
    #[error("action {action} of this plan needs an action that does not come before it")]
    Disordered {
        /// Which.
        action: u32,
    },
}

impl Refusal {
    /// A stable name for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Hypothetical { .. } => "plan-hypothetical",
            Self::Expired { .. } => "plan-expired",
            Self::FromTheFuture { .. } => "plan-from-the-future",
            Self::OtherDomain { .. } => "plan-other-domain",
            Self::OtherOwner { .. } => "state-other-domain",
            Self::Foreign(foreign) => foreign.code(),
            Self::OtherState { .. } => "state-unknown",
            Self::StaleState { .. } => "plan-stale",
            Self::OlderState { .. } => "state-older",
            Self::OtherPolicy { .. } => "plan-other-policy",
            Self::OtherSource { .. } => "plan-other-source",
            Self::OtherPeople { .. } => "plan-other-people",
            Self::Guarded { .. } | Self::Overdone { .. } => "guard-trips",
            Self::NotAsked { .. } => "nothing-to-approve",
            Self::Rejected { .. } => "approval-rejected",
            Self::Broken { .. } => "invariant-broken",
            Self::Disordered { .. } => "plan-disordered",
        }
    }

    /// What to do about it, as an act.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Hypothetical { .. } => "plan again without `--at`",
            Self::Expired { .. }
            | Self::StaleState { .. }
            | Self::OtherPolicy { .. }
            | Self::OtherPeople { .. } => "plan again, read it, and apply the new plan",
            Self::FromTheFuture { .. } => "set the clock of this machine, then plan again",
            Self::OtherDomain { .. } => "apply it where it was made, or plan again here",
            Self::OtherOwner { .. } => {
                "name another file as `state` in tenure.toml: each domain has a state of its own"
            }
            Self::Foreign(foreign) => foreign.help(),
            Self::OtherState { .. } | Self::OlderState { .. } => {
                "put the right state in its place, or take the lost one up with `tenure match --rebuild`"
            }
            Self::OtherSource { .. } => "plan again from the source that tenure.toml names",
            Self::Guarded { .. } => {
                "look at what it counts; override it by name for this run if all of it is meant"
            }
            Self::Overdone { .. } => {
                "approve fewer at once, or override the guard by name for this run"
            }
            Self::NotAsked { .. } => {
                "take the id from the plan; it changes when what is to be done changes"
            }
            Self::Rejected { .. } => {
                "talk to whoever said no; `tenure reject ID --lift --because …` takes the no back"
            }
            Self::Broken { .. } => "change the rule that leads there, or what is in the directory",
            Self::Disordered { .. } => {
                "plan again: this file was not made by tenure, or was changed since"
            }
        }
    }
}

/// Looks at everything and says all that stands against it; nothing does, or it is not applied.
pub fn check(plan: &Plan, situation: &Situation<'_>) -> Result<(), Vec<Refusal>> {
    let header = &plan.header;
    let now = situation.now;
    let mut refusals = Vec::new();
    let mut refuse = |when: bool, refusal: Refusal| {
        if when {
            refusals.push(refusal);
        }
    };
    refuse(
        header.hypothetical,
        Refusal::Hypothetical { at: header.now },
    );
    if !header.hypothetical {
        refuse(
            now >= header.expires,
            Refusal::Expired {
                expired: header.expires,
                now,
            },
        );
        refuse(
            now.saturating_add(CLOCK_TOLERANCE)
                .is_ok_and(|latest| header.now > latest),
            Refusal::FromTheFuture {
                planned: header.now,
                now,
            },
        );
    }
    let named = |guid: Option<Guid>, name: &str| {
        guid.map_or_else(|| name.to_owned(), |guid| format!("{name} ({guid})"))
    };
    let here = named(situation.domain, situation.domain_name);
    let same_domain = match (header.domain, situation.domain) {
        (None, None) => *header.domain_name == *situation.domain_name,
        (planned, actual) => planned == actual,
    };
    refuse(
        !same_domain,
        Refusal::OtherDomain {
            planned: named(header.domain, &header.domain_name),
            actual: here.clone(),
        },
    );
    refuse(
        situation.state.domain.is_some() && situation.state.domain != situation.domain,
        Refusal::OtherOwner {
            owner: named(
                situation.state.domain,
                situation.state.domain_name.as_deref().unwrap_or_default(),
            ),
            actual: here,
        },
    );
    let (planned, actual) = (header.state, situation.state.id);
    if planned == actual {
        let (planned, actual) = (header.generation, situation.state.generation);
        refuse(planned < actual, Refusal::StaleState { planned, actual });
        refuse(planned > actual, Refusal::OlderState { planned, actual });
    } else {
        refuse(true, Refusal::OtherState { planned, actual });
    }
    refuse(
        *header.policy != *situation.policy,
        Refusal::OtherPolicy {
            planned: header.policy.to_string(),
            actual: situation.policy.to_owned(),
        },
    );
    if *header.people_source == *situation.people_source {
        let actual = situation.people.unwrap_or(&header.people);
        refuse(
            *header.people != *actual,
            Refusal::OtherPeople {
                planned: header.people.to_string(),
                actual: actual.to_owned(),
            },
        );
    } else {
        refuse(
            true,
            Refusal::OtherSource {
                planned: header.people_source.to_string(),
                actual: situation.people_source.to_owned(),
            },
        );
    }
    for guard in &plan.guards {
        refuse(
            guard.tripped && !situation.overridden.contains(&guard.kind),
            Refusal::Guarded {
                kind: guard.kind,
                count: guard.count.saturating_add(guard.recent),
                limit: guard.limit,
            },
        );
    }
    for id in situation.approved {
        let asked = |action: &Action| {
            let approval = action.approval.as_ref();
            approval.is_some_and(|approval| approval.id == *id)
        };
        refuse(
            !plan.actions.iter().any(asked),
            Refusal::NotAsked { id: id.to_string() },
        );
        let refused = plan.actions.iter().filter(|action| asked(action));
        for no in refused.filter_map(Action::refused) {
            refuse(
                true,
                Refusal::Rejected {
                    id: id.to_string(),
                    by: no.by.to_string(),
                    at: no.at,
                    because: no.because.to_string(),
                },
            );
        }
    }
    for refusal in overdone(plan, situation) {
        refuse(true, refusal);
    }
    for broken in &plan.broken {
        refuse(
            true,
            Refusal::Broken {
                title: broken.title.to_string(),
                who: broken.who.to_string(),
                text: broken.text.to_string(),
            },
        );
    }
    for (position, action) in (0_u32..).zip(&plan.actions) {
        let mut needed = action.after.iter().chain(&action.behind);
        refuse(
            needed.any(|needed| needed.0 >= position),
            Refusal::Disordered { action: position },
        );
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

/// Guards that would stop the plan once what is approved for this run is done as well: the plan counted it as
/// waiting.
fn overdone(plan: &Plan, situation: &Situation<'_>) -> Vec<Refusal> {
    if situation.approved.is_empty() {
        return Vec::new();
    }
    let before = plan.waiting();
    let mut approved = plan.clone();
    for action in &mut approved.actions {
        let id = action.approval.as_ref().map(|approval| &approval.id);
        if id.is_some_and(|id| situation.approved.contains(id)) {
            action.approval = None;
        }
    }
    let after = approved.waiting();
    let released = |kind: GuardKind| {
        let actions = plan.actions.iter().zip(before.iter().zip(&after));
        let released = actions.filter(|(_, (before, after))| **before && !**after);
        let counted = released.map(|(action, _)| {
            let counts = action.counts.iter();
            counts.filter(|counted| **counted == kind).count()
        });
        u32::try_from(counted.sum::<usize>()).unwrap_or(u32::MAX)
    };
    let overdone = |guard: &GuardVerdict| {
        let more = released(guard.kind);
        let count = guard
            .count
            .saturating_add(guard.recent)
            .saturating_add(more);
        let stops = more > 0 && count > guard.limit && !guard.tripped;
        (stops && !situation.overridden.contains(&guard.kind)).then_some(Refusal::Overdone {
            kind: guard.kind,
            count,
            limit: guard.limit,
        })
    };
    plan.guards.iter().filter_map(overdone).collect()
}
