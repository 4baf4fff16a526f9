//! The plan as a file: JSON with a published schema, a format version and a digest over all it says.
//!
//! [`write`](fn@write) and [`read`] are exact: what is read is what was written, to the byte of each value. A
//! file that somebody changed is refused, as is one of another format. Whether it has expired is for whoever
//! applies it to say, who has a clock. The types that serde knows live and die here.
//!
//! Begin with [`write`](fn@write), [`read`] and [`schema`].

mod change;
mod convert;
mod findings;
mod memory;
mod step;
mod told;
mod wire;

use super::{Action, Formerly, Plan};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// The version of the format; raised whenever an older program would misread a newer file.
pub const FORMAT: u32 = 1;

/// The largest file that is read, in bytes: a first filling of 100,000 people stays well below.
pub const MAX_BYTES: usize = 4 * 1024 * 1024 * 1024 - 1;

/// Why a file is no plan that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Nothing in it.
    #[error("the file is empty; make a plan with `tenure plan -o FILE`")]
    Empty,
    /// Too large to be one.
    #[error("the file has {size} bytes, more than a plan can have ({MAX_BYTES})")]
    TooLarge {
        /// Its size.
        size: usize,
    },
    /// Not JSON at all.
    #[error(
        "this is not JSON (line {line}, column {column}); a plan file is written by `tenure plan -o FILE`"
    )]
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// JSON, but not a plan.
    #[error("this is JSON, but no plan of tenure: {what}")]
    NotAPlan {
        /// What is missing or wrong.
        what: String,
    },
    /// Of another version.
    #[error(
        "this plan has format {found}, this program reads format {FORMAT}; make the plan again"
    )]
    OtherVersion {
        /// Its format.
        found: u32,
    },
    /// Changed since it was written.
    #[error(
        "this plan was changed after it was made: its digest does not fit; make the plan again, \
         for only what was planned and reviewed is applied"
    )]
    Tampered,
}

/// What tells the format of a file before all else is read.
#[derive(Deserialize)]
struct Envelope {
    format: Option<u32>,
}

/// The plan as a file.
pub fn write(plan: &Plan) -> String {
    let content = wire::Plan::from(plan);
    let text = wire::PlanFile {
        format: FORMAT,
        digest: digest(&content),
        plan: content,
    };
    to_text(&text, true)
}

/// The plan of a file.
pub fn read(text: &str) -> Result<Plan, PlanFileError> {
    if text.trim().is_empty() {
        return Err(PlanFileError::Empty);
    }
    if text.len() > MAX_BYTES {
        return Err(PlanFileError::TooLarge { size: text.len() });
    }
    let envelope: Envelope = serde_json::from_str(text).map_err(|error| refused(&error))?;
    match envelope.format {
        Some(FORMAT) => {}
        Some(found) => return Err(PlanFileError::OtherVersion { found }),
        None => {
            return Err(PlanFileError::NotAPlan {
                what: "it has no `format`".to_owned(),
            });
        }
    }
    let file: wire::PlanFile = serde_json::from_str(text).map_err(|error| refused(&error))?;
    if digest(&file.plan) != file.digest {
        return Err(PlanFileError::Tampered);
    }
    Plan::try_from(file.plan).map_err(|bad| PlanFileError::NotAPlan { what: bad.0 })
}

/// The plan as JSON; the same as [`write`](fn@write).
pub fn to_json(plan: &Plan) -> String {
    write(plan)
}

/// The plan from JSON; the same as [`read`].
pub fn from_json(text: &str) -> Result<Plan, PlanFileError> {
    read(text)
}

/// One action as JSON on one line, as the journal keeps it.
pub fn action_to_json(action: &Action) -> String {
    to_text(&wire::Action::from(action), false)
}

/// One action from JSON.
pub fn action_from_json(text: &str) -> Result<Action, PlanFileError> {
    let action: wire::Action = serde_json::from_str(text).map_err(|error| refused(&error))?;
    Action::try_from(action).map_err(|bad| PlanFileError::NotAPlan { what: bad.0 })
}

/// What the state said before an action, as JSON on one line, as the journal keeps it.
pub fn formerly_to_json(formerly: &Formerly) -> String {
    to_text(&wire::Formerly::from(formerly), false)
}

/// What the state said before an action, from JSON.
pub fn formerly_from_json(text: &str) -> Result<Formerly, PlanFileError> {
    let formerly: wire::Formerly = serde_json::from_str(text).map_err(|error| refused(&error))?;
    Formerly::try_from(formerly).map_err(|bad| PlanFileError::NotAPlan { what: bad.0 })
}

/// The JSON schema of a plan file.
pub fn schema() -> serde_json::Value {
    let schema = schemars::schema_for!(wire::PlanFile);
    schema.to_value()
}

fn to_text(value: &impl serde::Serialize, pretty: bool) -> String {
    let text = if pretty {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    // The types hold texts, numbers, lists and maps keyed by text: writing them cannot fail.
    text.unwrap_or_default()
}

/// SHA-256 over the content in its canonical form: compact JSON in the order of the types.
fn digest(content: &wire::Plan) -> String {
    let bytes: [u8; 32] = Sha256::digest(to_text(content, false).as_bytes()).into();
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn refused(error: &serde_json::Error) -> PlanFileError {
    if error.is_data() {
        return PlanFileError::NotAPlan {
            what: error.to_string(),
        };
    }
    PlanFileError::NotJson {
        line: error.line(),
        column: error.column(),
    }
}

/// A text in a file that means nothing here, as a sentence.
#[derive(Debug)]
pub(super) struct Bad(String);

impl Bad {
    fn new(what: &str, text: &str) -> Self {
        Self(format!("`{text}` is no {what}"))
    }
}
