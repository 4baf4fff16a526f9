//! What other systems are asked, to and from the file.

use super::Bad;
use super::convert::{instant_if, person, text};
use crate::plan;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What another system is asked.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) name: String,
    /// What began it.
    pub(super) event: String,
    pub(super) occasion: String,
    /// The idempotency key.
    pub(super) key: String,
    pub(super) digest: String,
    /// What is sent beside.
    pub(super) fields: Vec<StepField>,
    /// How long the answer may take, in seconds.
    pub(super) within_seconds: i64,
    /// When it was begun; without, this plan begins it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) begun: Option<String>,
    /// Before which instant it is not asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) not_before: Option<String>,
    /// The account waits to be enabled; else groups alone wait.
    pub(super) enable: bool,
}

/// A value that goes to another system; none where there is none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepField {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

/// A step that is given up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StepOver {
    pub(super) person: String,
    pub(super) step: String,
    pub(super) why: String,
}

impl From<&plan::StepRequest> for Step {
    fn from(step: &plan::StepRequest) -> Self {
        let fields = step.fields.iter().map(|(name, value)| StepField {
            name: name.to_string(),
            value: text(value.as_ref()),
        });
        Self {
            name: step.name.to_string(),
            event: step.event.to_string(),
            occasion: step.occasion.to_string(),
            key: step.key.to_string(),
            digest: step.digest.to_string(),
            fields: fields.collect(),
            within_seconds: step.within.as_secs(),
            begun: text(step.begun.as_ref()),
            not_before: text(step.not_before.as_ref()),
            enable: step.enable,
        }
    }
}

impl TryFrom<Step> for plan::StepRequest {
    type Error = Bad;

    fn try_from(step: Step) -> Result<Self, Bad> {
        let fields = step.fields.into_iter();
        Ok(Self {
            name: step.name.into(),
            event: step.event.into(),
            occasion: step.occasion.into(),
            key: step.key.into(),
            digest: step.digest.into(),
            fields: fields
                .map(|field| (field.name.into(), field.value.map(Into::into)))
                .collect(),
            within: SignedDuration::from_secs(step.within_seconds),
            begun: instant_if(step.begun)?,
            not_before: instant_if(step.not_before)?,
            enable: step.enable,
        })
    }
}

impl From<&plan::StepOver> for StepOver {
    fn from((person, step, why): &plan::StepOver) -> Self {
        Self {
            person: person.to_string(),
            step: step.to_string(),
            why: why.to_string(),
        }
    }
}

impl TryFrom<StepOver> for plan::StepOver {
    type Error = Bad;

    fn try_from(over: StepOver) -> Result<Self, Bad> {
        Ok((person(&over.person)?, over.step.into(), over.why.into()))
    }
}
