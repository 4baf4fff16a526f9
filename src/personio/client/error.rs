//! Why people could not be read from Personio, or a value not be written there, and what to do about it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::pace::Endpoint;
use crate::text::visible;

/// How many offenders a message lists before it only counts.
const MAX_LISTED: usize = 5;

/// Why Personio gave no people, or took no value. Nothing of a failed reading is used (G6).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The connection cannot be made as it is configured.
    #[error("cannot set up the connection to Personio: {what}")]
    Setup {
        /// What is wrong.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// Nobody answers, or not in time, or not to the end.
    #[error("{endpoint} cannot be reached: {why} ({})", times(*.attempts))]
    Unreachable {
        /// What was asked.
        endpoint: Endpoint,
        /// In words.
        why: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Whoever answers cannot prove to be who it should be.
    #[error("the connection to Personio is not one to be trusted: {why}")]
    Certificate {
        /// In words.
        why: String,
        /// What to do.
        help: &'static str,
    },
    /// The proxy does not let the connection through.
    #[error("the proxy does not let the connection to Personio through: {why}")]
    Proxy {
        /// In words.
        why: String,
        /// What to do.
        help: &'static str,
    },
    /// Client id or secret are not those of a credential.
    #[error("Personio does not know the credential: {says}")]
    Credentials {
        /// What Personio said.
        says: Said,
    },
    /// The credential lacks a right.
    #[error("the credential may not {what}: {says}")]
    Right {
        /// What it may not, in words.
        what: &'static str,
        /// What Personio said.
        says: Said,
        /// The right as Personio calls it.
        scope: &'static str,
    },
    /// Too many requests, to the end.
    #[error("{endpoint} takes no more requests ({}): {says}", times(*.attempts))]
    Busy {
        /// What was asked.
        endpoint: Endpoint,
        /// What Personio said.
        says: Said,
        /// How often it was tried.
        attempts: u32,
    },
    /// Personio fails, to the end.
    #[error("{endpoint} fails ({}): {says}", times(*.attempts))]
    Failing {
        /// What was asked.
        endpoint: Endpoint,
        /// What Personio said.
        says: Said,
        /// How often it was tried.
        attempts: u32,
    },
    /// Personio takes the request for a wrong one.
    #[error("{endpoint} refuses the request: {says}")]
    Refused {
        /// What was asked.
        endpoint: Endpoint,
        /// What Personio said.
        says: Said,
    },
    /// An answer that is none of Personio's.
    #[error("{endpoint} gave no answer that can be used ({}): {why}", times(*.attempts))]
    BadAnswer {
        /// What was asked.
        endpoint: Endpoint,
        /// What is wrong with it.
        why: String,
        /// How often it was tried.
        attempts: u32,
    },
    /// Pages that never were all there is.
    #[error("the list of people did not arrive whole ({}): {why}", times(*.attempts))]
    Incomplete {
        /// What was missing, the last time.
        why: String,
        /// How often it was read.
        attempts: u32,
    },
    /// People whom Personio has and its list does not.
    #[error("Personio's list lacks {}, whom Personio has", people(.ids))]
    Hidden {
        /// Their ids.
        ids: Vec<Arc<str>>,
    },
    /// So many people are gone that the list is not believed.
    #[error(
        "Personio lists {now} people, and {missing} of the {before} of the last run are not among them"
    )]
    Shrunk {
        /// How many the last good run had.
        before: usize,
        /// How many there are now.
        now: usize,
        /// How many of the last run are missing.
        missing: usize,
    },
    /// Attributes of the policy that the credential may not read.
    #[error("the credential may not read {}", attributes(.missing))]
    NotReleased {
        /// Which.
        missing: Vec<Missing>,
    },
    /// Nothing proves that an attribute would be sent if it had a value.
    #[error("nothing proves that Personio would send {}: {why}", attributes(.missing))]
    Unproved {
        /// Which.
        missing: Vec<Missing>,
        /// Why not.
        why: &'static str,
    },
    /// Attributes that this generation of the API does not have.
    #[error("version {version} of the API has no {}", attributes(.missing))]
    OtherVersion {
        /// The generation that was asked.
        version: u8,
        /// Which.
        missing: Vec<Missing>,
    },
    /// Personio's clock and this machine's are apart (S5).
    #[error("Personio's clock and this machine's are {} apart: {theirs} there, {ours} here", apart(*.theirs, *.ours))]
    Skewed {
        /// The `Date` of an answer.
        theirs: Timestamp,
        /// The clock of this machine then.
        ours: Timestamp,
    },
}

/// An attribute of the policy that is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name in the policy.
    pub attribute: Arc<str>,
    /// Its name in Personio, as the policy gives it.
    pub source: Arc<str>,
    /// One that is sent and that may be meant.
    pub near: Option<String>,
}

/// What Personio said, as far as it is fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// Its message, if it gave one.
    pub message: Option<String>,
    /// The id by which Personio's support finds the request.
    pub trace: Option<String>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}", self.status)?;
        if let Some(message) = &self.message {
            write!(f, ", “{message}”")?;
        }
        if let Some(trace) = &self.trace {
            write!(f, ", trace id {trace}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auth1 => "`/v1/auth`",
            Self::Employees => "`/v1/company/employees`",
            Self::Employee => "`/v1/company/employees/{id}`",
            Self::Attributes => "`/v1/company/employees/attributes`",
            Self::TimeOffs => "`/v1/company/time-offs`",
            Self::Picture => "`/v1/company/employees/{id}/profile-picture`",
            Self::Auth2 => "`/v2/auth/token`",
            Self::Persons => "`/v2/persons`",
            Self::Person => "`/v2/persons/{id}`",
            Self::Employments => "`/v2/persons/{id}/employments`",
            Self::OrgUnits => "`/v2/org-units`",
            Self::Workplaces => "`/v2/workplaces`",
            Self::CostCenters => "`/v2/cost-centers`",
            Self::LegalEntities => "`/v2/legal-entities`",
            Self::AbsencePeriods => "`/v2/absence-periods`",
            Self::AbsenceTypes => "`/v2/absence-types`",
        })
    }
}

impl Error {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Setup { .. } => "personio-setup",
            Self::Unreachable { .. } => "personio-unreachable",
            Self::Certificate { .. } => "personio-certificate",
            Self::Proxy { .. } => "personio-proxy",
            Self::Credentials { .. } => "personio-credentials",
            Self::Right { .. } => "personio-right",
            Self::Busy { .. } => "personio-busy",
            Self::Failing { .. } => "personio-failing",
            Self::Refused { .. } => "personio-refuses",
            Self::BadAnswer { .. } => "personio-bad-answer",
            Self::Incomplete { .. } | Self::Hidden { .. } => "personio-incomplete",
            Self::Shrunk { .. } => "personio-shrunk",
            Self::NotReleased { .. } => "personio-not-released",
            Self::Unproved { .. } => "personio-unproved",
            Self::OtherVersion { .. } => "personio-other-version",
            Self::Skewed { .. } => "personio-clock",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::Setup { help, .. } | Self::Certificate { help, .. } | Self::Proxy { help, .. } => {
                (*help).to_owned()
            }
            Self::Unreachable { .. } => {
                "check `url`, `proxy` and `ca` in `tenure.toml`, and whether this machine reaches Personio at all; \
                 nothing was changed"
                    .to_owned()
            }
            Self::Credentials { .. } => {
                "compare client id and secret with Personio (Marketplace, Connected integrations, your custom \
                 integration); a secret is shown there once, so make a new one if it is lost"
                    .to_owned()
            }
            Self::Right { scope, .. } => format!(
                "tick `{scope}` for the credential in Personio (Marketplace, Connected integrations, your custom \
                 integration), and run again"
            ),
            Self::Busy { .. } => {
                "another program uses the same credential: give `tenure` one of its own, or run again later".to_owned()
            }
            Self::Failing { .. } => {
                "run again later; if it stays so, ask Personio's support and tell them the trace id".to_owned()
            }
            Self::Refused { .. } => {
                "check `url` and `api` in `tenure.toml`; if both are right, this is a defect: report it with the line \
                 above"
                    .to_owned()
            }
            Self::BadAnswer { .. } => {
                "if a proxy or a log-in page answers in Personio's place, mend the connection; otherwise run again later"
                    .to_owned()
            }
            Self::Incomplete { .. } => {
                "people come and go in Personio right now, or its answer is wrong: run again in a few minutes; nothing \
                 was changed"
                    .to_owned()
            }
            Self::Hidden { .. } => {
                "the list is incomplete, so nobody was planned for: run again in a few minutes; if it stays so, the \
                 credential may be limited to some employees in Personio"
                    .to_owned()
            }
            Self::Shrunk { .. } => {
                "check in Personio whether the credential still may read everybody; if so many people are truly gone, \
                 remove them from the state with `tenure match --rebuild`"
                    .to_owned()
            }
            Self::NotReleased { missing } => help_released(missing),
            Self::Unproved { missing, .. } => format!(
                "tick the attribute in Personio (Marketplace, Connected integrations, your custom integration, readable \
                 employee attributes); once you have looked, write {} into `tenure.toml`, beside `api`",
                assume(missing)
            ),
            Self::OtherVersion { version, .. } => {
                let other = if *version == 1 { 2 } else { 1 };
                format!("write `api = \"v{other}\"` in `tenure.toml`, or take them out of the policy's `person`")
            }
            Self::Skewed { .. } => {
                "set the clock of this machine (`timedatectl set-ntp true`); dates decide who has an account".to_owned()
            }
        }
    }

    /// Whether somebody else may have better luck: the other generation of the API.
    pub(super) fn is_right(&self) -> bool {
        matches!(
            self,
            Self::Right { .. } | Self::NotReleased { .. } | Self::OtherVersion { .. }
        )
    }
}

fn help_released(missing: &[Missing]) -> String {
    let near = missing.iter().filter_map(|one| {
        let near = visible(one.near.as_deref()?);
        Some(format!(
            "did you mean `{near}` instead of `{}`?",
            visible(&one.source)
        ))
    });
    let mut advice: Vec<String> = near.collect();
    if advice.len() < missing.len() {
        advice.push(
            "tick them in Personio (Marketplace, Connected integrations, your custom integration, readable employee \
             attributes), or take them out of the policy's `person`"
                .to_owned(),
        );
    }
    advice.join("; ")
}

fn assume(missing: &[Missing]) -> String {
    let names: Vec<String> = missing
        .iter()
        .map(|one| format!("{:?}", visible(&one.source)))
        .collect();
    format!("`assume_released = [{}]`", names.join(", "))
}

fn attributes(missing: &[Missing]) -> String {
    let names = missing.iter().map(|one| {
        let source = visible(&one.source);
        if one.attribute.as_ref() == source {
            format!("`{source}`")
        } else {
            format!("`{source}` (the policy's `{}`)", one.attribute)
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn people(ids: &[Arc<str>]) -> String {
    let mut names: Vec<String> = ids
        .iter()
        .take(MAX_LISTED)
        .map(|id| visible(id).into_owned())
        .collect();
    if ids.len() > MAX_LISTED {
        names.push(format!("{} more", ids.len() - MAX_LISTED));
    }
    names.join(", ")
}

fn times(attempts: u32) -> String {
    match attempts {
        0 | 1 => "tried once".to_owned(),
        _ => format!("tried {attempts} times"),
    }
}

fn apart(theirs: Timestamp, ours: Timestamp) -> String {
    let seconds = SignedDuration::from_secs(theirs.as_second() - ours.as_second()).unsigned_abs();
    let minutes = seconds.as_secs() / 60;
    if minutes < 120 {
        return format!("{minutes} minutes");
    }
    let hours = Duration::from_secs(minutes * 60).as_secs() / 3_600;
    format!("{hours} hours")
}
