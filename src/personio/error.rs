//! Why a recording is refused, and what to do about it.

use std::sync::Arc;

use crate::text::DecodeError;

/// How many offenders a message lists before it only counts.
const MAX_LISTED: usize = 5;

/// Why recorded answers are no list of people. Nothing of a refused recording is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No file at all.
    #[error("there is no recorded answer of Personio")]
    NoFile,
    /// Bytes that are no text.
    #[error("{file}: {problem}")]
    NotText {
        /// The file.
        file: Arc<str>,
        /// Why.
        problem: DecodeError,
    },
    /// Nothing but spaces.
    #[error("{file} is empty")]
    Empty {
        /// The file.
        file: Arc<str>,
    },
    /// The text ends in the middle of an answer.
    #[error(
        "{file} is cut off: it ends in the middle of an answer, at line {line} column {column}"
    )]
    CutOff {
        /// The file.
        file: Arc<str>,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// No JSON.
    #[error("{file} is not JSON: {what}, at line {line} column {column}")]
    NotJson {
        /// The file.
        file: Arc<str>,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// JSON, but not the answer that lists people.
    #[error(
        "{file} is not an answer of `GET /v1/company/employees`: {what}, at line {line} column {column}"
    )]
    NotPeople {
        /// The file.
        file: Arc<str>,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// JSON, but not the answer that lists people.
    #[error("{file} is not an answer of `GET /v1/company/employees`: {what}")]
    NotAnAnswer {
        /// The file.
        file: Arc<str>,
        /// What is wrong.
        what: &'static str,
    },
    /// Personio answered with an error.
    #[error("{file} is an error answer of Personio: {message}")]
    Failed {
        /// The file.
        file: Arc<str>,
        /// What Personio said.
        message: String,
    },
    /// Nothing tells whether the answer is all there is.
    #[error("{file} does not tell how many people there are: {why}")]
    Unbounded {
        /// The file.
        file: Arc<str>,
        /// How that shows.
        why: &'static str,
    },
    /// Two pages tell of different totals.
    #[error("{first} tells of {first_says}, but {second} of {second_says}")]
    TotalsDiffer {
        /// A page.
        first: String,
        /// Its totals.
        first_says: String,
        /// Another page.
        second: String,
        /// Its totals.
        second_says: String,
    },
    /// A page that cannot be one of so many.
    #[error("{page} says that it is page {number} of {total}, counted from 0")]
    PageOutOfRange {
        /// The page.
        page: String,
        /// What it says it is.
        number: u64,
        /// Of how many.
        total: u64,
    },
    /// A page is there twice.
    #[error("page {number}, counted from 0, was recorded twice: {first} and {second}")]
    PageTwice {
        /// Which page.
        number: u64,
        /// Where it is.
        first: String,
        /// Where it is again.
        second: String,
    },
    /// Pages are not there.
    #[error("{} missing, counted from 0{}", list_pages(.missing, *.total), .doubt.as_deref().unwrap_or_default())]
    PagesMissing {
        /// Their numbers, from 0.
        missing: Vec<u64>,
        /// Of how many.
        total: u64,
        /// Why the total itself is doubtful, if it is.
        doubt: Option<String>,
    },
    /// The pages hold another number of people than they say.
    #[error("Personio tells of {told} people, but the pages hold {held}")]
    CountDiffers {
        /// How many there should be.
        told: u64,
        /// How many there are.
        held: u64,
    },
    /// More pages than anybody has.
    #[error("{pages} pages are more than the {most} that a recording may have")]
    TooManyPages {
        /// How many.
        pages: u64,
        /// How many there may be.
        most: u64,
    },
    /// Attributes of the policy that no record has, not even empty.
    #[error("none of the records that Personio sent has {}", list_never_sent(.attributes))]
    NeverSent {
        /// The attributes.
        attributes: Vec<NeverSent>,
    },
}

/// An attribute that the policy names and no record has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeverSent {
    /// Its name in the policy.
    pub attribute: Arc<str>,
    /// Its name in Personio, as the policy gives it.
    pub source: Arc<str>,
    /// An attribute that the recording does have and that may be meant.
    pub near: Option<String>,
}

impl Error {
    /// The stable name of this kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFile => "no-recording",
            Self::NotText { .. } => "recording-not-text",
            Self::Empty { .. } => "recording-empty",
            Self::CutOff { .. } => "recording-cut-off",
            Self::NotJson { .. } => "recording-not-json",
            Self::NotPeople { .. } | Self::NotAnAnswer { .. } => "recording-not-people",
            Self::Failed { .. } => "recording-of-an-error",
            Self::Unbounded { .. } => "recording-unbounded",
            Self::TotalsDiffer { .. } => "recording-totals-differ",
            Self::PageOutOfRange { .. } => "recording-page-out-of-range",
            Self::PageTwice { .. } => "recording-page-twice",
            Self::PagesMissing { .. } => "recording-pages-missing",
            Self::CountDiffers { .. } => "recording-count-differs",
            Self::TooManyPages { .. } => "recording-too-many-pages",
            Self::NeverSent { .. } => "attribute-never-sent",
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoFile | Self::Empty { .. } | Self::CutOff { .. } => {
                "record the answer again, and check that it arrived whole (status 200, and as many bytes as announced)".into()
            }
            Self::NotText { .. } => "record the answer again, as Personio sent it".into(),
            Self::NotJson { .. } => {
                "if it is a page of a proxy or a log-in, mend the connection; then record the answer again, as Personio sent it".into()
            }
            Self::NotPeople { .. } | Self::NotAnAnswer { .. } => {
                "record `GET /v1/company/employees?limit=100&offset=…` and keep each answer as Personio sent it".into()
            }
            Self::Failed { .. } => {
                "mend what Personio complains of (credentials and their rights stand in Settings, Integrations, API credentials), then record again".into()
            }
            Self::Unbounded { .. } => {
                "keep `metadata` in the recording: record `GET /v1/company/employees` again, all pages, as Personio sent them".into()
            }
            Self::TotalsDiffer { .. } | Self::CountDiffers { .. } => {
                "people came or went while the pages were recorded, or pages of two recordings are mixed: record all pages again".into()
            }
            Self::PageOutOfRange { .. } => {
                "pages count from 0 and offsets count people (0, 100, 200, …): record all pages again".into()
            }
            Self::PageTwice { .. } => {
                "keep one recording only; if unsure which page is newer, record all pages again".into()
            }
            Self::PagesMissing { .. } => {
                "record all pages: repeat the request with `offset` raised by `limit` until `current_page` is `total_pages` - 1".into()
            }
            Self::TooManyPages { .. } => "record with `limit=100`".into(),
            Self::NeverSent { attributes } => help_never_sent(attributes),
        }
    }
}

fn list_pages(missing: &[u64], total: u64) -> String {
    let mut numbers: Vec<String> = missing
        .iter()
        .take(MAX_LISTED)
        .map(ToString::to_string)
        .collect();
    if missing.len() > MAX_LISTED {
        numbers.push("more".to_owned());
    }
    match numbers.as_slice() {
        [one] => format!("page {one} of {total} is"),
        [all @ .., last] => format!("pages {} and {last} of {total} are", all.join(", ")),
        [] => format!("none of {total} pages is"),
    }
}

fn list_never_sent(attributes: &[NeverSent]) -> String {
    let names = attributes.iter().map(|missing| {
        let (name, source) = (&missing.attribute, crate::text::visible(&missing.source));
        if name.as_ref() == source {
            format!("`{source}`")
        } else {
            format!("`{source}` (the policy's `{name}`)")
        }
    });
    names.collect::<Vec<_>>().join(", ")
}

fn help_never_sent(attributes: &[NeverSent]) -> String {
    let near = attributes.iter().filter_map(|missing| {
        let near = crate::text::visible(missing.near.as_deref()?);
        Some(format!(
            "did you mean `{near}` instead of `{}`?",
            crate::text::visible(&missing.source)
        ))
    });
    let mut advice: Vec<String> = near.collect();
    if advice.len() < attributes.len() {
        advice.push(
            "Personio leaves out attributes that the credential may not read: tick them in Personio (Settings, \
             Integrations, API credentials, readable employee attributes) and record again, or take them out of \
             the policy's `person`"
                .to_owned(),
        );
    }
    advice.join("; ")
}
