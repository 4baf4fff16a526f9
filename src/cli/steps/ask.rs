//! Who asks other systems for their steps, as policy and configuration say.
//!
//! A step whose address or secret cannot be read is asked for by nobody: it waits, with what waits for it, and stands
//! in nobody else's way.

use crate::apply::{self, Reply};
use crate::hr::PersonId;
use crate::notice::step::{Answer, Question};
use crate::notice::{http, step};
use crate::plan::StepRequest;
use crate::workspace::Workspace;
use jiff::Timestamp;
use std::collections::BTreeMap;

/// What to do about a step that cannot be set up.
const SETUP: &str = "mend its section in `tenure.toml`; the next run asks";

/// Why nobody answers somewhere: the code, the reason, and what to do.
type Closed = (&'static str, String, &'static str);

/// Asks for steps.
#[derive(Debug)]
pub(in crate::cli) struct Steps {
    open: step::Steps,
    /// Why others cannot be asked for.
    broken: BTreeMap<String, String>,
}

impl Steps {
    /// As the configuration says.
    pub(in crate::cli) fn new(workspace: &Workspace) -> Self {
        let mut settings: BTreeMap<String, http::Settings> = BTreeMap::new();
        let mut broken = BTreeMap::new();
        for (name, at) in &workspace.config.steps {
            match workspace.step_at(name, at, &|name| std::env::var(name).ok()) {
                Ok(found) => {
                    settings.insert(name.clone(), found);
                }
                Err(error) => {
                    broken.insert(name.clone(), error.to_string());
                }
            }
        }
        Self {
            open: step::Steps::new(settings),
            broken,
        }
    }

    /// For each step whether somebody answers; else the code, why not, and what to do.
    pub(in crate::cli) fn look(&self) -> Vec<(&str, Option<Closed>)> {
        let open = self.open.look().into_iter().map(|(name, found)| {
            let error = found.err();
            let told = |error: &crate::notice::Error| {
                (error.code(), error.to_string(), step::help_of(error))
            };
            (name, error.as_ref().map(told))
        });
        let broken = self.broken.iter();
        let broken =
            broken.map(|(name, why)| (name.as_str(), Some(("no-secret", why.clone(), SETUP))));
        let mut all: Vec<_> = open.chain(broken).collect();
        all.sort_unstable();
        all
    }
}

impl apply::Steps for Steps {
    fn ask(&self, person: &PersonId, step: &StepRequest) -> Reply {
        if let Some(why) = self.broken.get(&*step.name) {
            return Reply::NotYet {
                says: why.clone(),
                mend: Some(SETUP),
                rest: None,
            };
        }
        let person = person.to_string();
        let fields = step.fields.iter();
        let question = Question {
            id: &step.key,
            step: &step.name,
            event: &step.event,
            person: &person,
            fields: fields
                .map(|(name, value)| (&**name, value.as_deref()))
                .collect(),
        };
        // The signature's time is that of whoever reads it, not of a clock that the people source pins.
        match self.open.ask(&question, Timestamp::now()) {
            Answer::Done => Reply::Done,
            Answer::NotYet { says, help, rest } => Reply::NotYet {
                says,
                mend: help,
                rest,
            },
            Answer::Refused(says) => Reply::Refused(says),
        }
    }
}
