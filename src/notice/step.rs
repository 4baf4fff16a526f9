//! Steps of other systems: a signed question, posted under a key that stays the same, and what the answer means.
//!
//! A step is asked for until there is a yes, by run after run; so nothing is kept here, and nothing is tried twice.
//! An address that cannot be used is closed for the rest of the run: then nobody else has to wait for it.

use super::gate::MOST_BROKEN;
use super::http::{Answered, Exchange, Settings};
use super::{Error, Verdict};
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What to do where an address cannot be set up.
const SETUP: &str = "check `url` and `ca` of the step in `tenure.toml`";

/// What to do about an answer that is about us or the address, whatever is asked.
const TURNED_AWAY: &str = "check `url` and `secret` of the step in `tenure.toml`: whoever does it must take a signed `POST` \
                           with JSON there, and let this machine in";

/// What to do about somebody who does not answer.
const UNREACHABLE: &str = "check `url` of the step in `tenure.toml`, and whether a firewall is between; the next run asks again";

/// Said of a step of which the configuration says nothing.
const NO_WAY: &str = "`tenure.toml` does not say where it is asked for";

/// What is asked.
#[derive(Debug, Clone, Serialize)]
pub struct Question<'q> {
    /// The idempotency key.
    pub id: &'q str,
    /// The name of the step.
    pub step: &'q str,
    /// What began it.
    pub event: &'q str,
    /// About whom, by HR key.
    pub person: &'q str,
    /// What is sent beside, by name.
    pub fields: BTreeMap<&'q str, Option<&'q str>>,
}

/// The body of a request.
#[derive(Debug, Serialize)]
struct Body<'q> {
    format: &'static str,
    #[serde(flatten)]
    question: &'q Question<'q>,
}

/// What came of asking; no variant holds words of the server, which may name somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is done: 200, 201 or 204.
    Done,
    /// It is not done yet, or nobody knows.
    NotYet {
        /// The status, or why there is none.
        says: String,
        /// What to do about it, where something is wrong.
        help: Option<&'static str>,
        /// How long not to ask again, where it says so.
        rest: Option<SignedDuration>,
    },
    /// It will not be done, with the status.
    Refused(String),
}

/// All addresses at which steps are asked for.
#[derive(Debug, Default)]
pub struct Steps {
    lines: BTreeMap<String, Line>,
}

/// One of them.
#[derive(Debug)]
struct Line {
    settings: Settings,
    open: OnceLock<Result<Exchange, Error>>,
    /// How many answers in a row were lost; and why it is closed for the rest of the run.
    closed: Mutex<(u32, Option<Error>)>,
}

impl Steps {
    /// By name.
    pub fn new(settings: BTreeMap<String, Settings>) -> Self {
        let lines = settings.into_iter().map(|(name, settings)| {
            let line = Line {
                settings,
                open: OnceLock::new(),
                closed: Mutex::default(),
            };
            (name, line)
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// Asks; `now` is the time of the signature.
    pub fn ask(&self, question: &Question<'_>, now: Timestamp) -> Answer {
        let Some(line) = self.lines.get(question.step) else {
            return not_yet(NO_WAY.to_owned(), None);
        };
        line.ask(question, now)
    }

    /// Whether anybody answers at each address, and proves to be who it should be: for `tenure doctor`.
    pub fn look(&self) -> Vec<(&str, Result<(), Error>)> {
        let each = self.lines.iter().map(|(name, line)| {
            let found = line.exchange().and_then(Exchange::look);
            (name.as_str(), found)
        });
        each.collect()
    }
}

/// What to do about an error of a step.
pub fn help_of(error: &Error) -> &'static str {
    match error {
        Error::Unreachable { .. } => UNREACHABLE,
        Error::Setup { help, .. }
        | Error::Certificate { help, .. }
        | Error::TurnedAway { help, .. } => help,
        Error::Credentials { .. } | Error::Sender { .. } => TURNED_AWAY,
    }
}

impl Line {
    fn exchange(&self) -> Result<&Exchange, Error> {
        let open = self
            .open
            .get_or_init(|| Exchange::open(&self.settings, SETUP));
        open.as_ref().map_err(Clone::clone)
    }

    fn ask(&self, question: &Question<'_>, now: Timestamp) -> Answer {
        if let Some(error) = &lock(&self.closed).1 {
            return closed(error);
        }
        let exchange = match self.exchange() {
            Ok(exchange) => exchange,
            Err(error) => return closed(&error),
        };
        let body = Body {
            format: "tenure-step/1",
            question,
        };
        let body = match serde_json::to_string(&body) {
            Ok(body) => body,
            Err(error) => return Answer::Refused(error.to_string()),
        };
        let mut lost = false;
        let came = match exchange.ask(question.id, body, now) {
            Err(error) => Err(error),
            Ok(Ok(answer)) => judged(exchange, answer, now),
            Ok(Err(Verdict::Refused(says))) => Ok(Answer::Refused(says)),
            Ok(Err(Verdict::Unknown(says) | Verdict::NotNow(says))) => {
                lost = true;
                Ok(not_yet(says, None))
            }
            Ok(Err(Verdict::Taken)) => Ok(Answer::Done),
        };
        let mut state = lock(&self.closed);
        state.0 = if lost { state.0 + 1 } else { 0 };
        if state.0 >= MOST_BROKEN {
            state.1 = Some(Error::Unreachable {
                server: exchange.host().to_owned(),
                why: "one request after the other got no answer".to_owned(),
            });
        }
        match came {
            Ok(answer) => answer,
            Err(error) => closed(state.1.insert(error)),
        }
    }
}

/// What a status means (RFC 9110 15); an error is about us or the address, and would be said of everybody.
fn judged(exchange: &Exchange, answer: Answered, now: Timestamp) -> Result<Answer, Error> {
    let Answered {
        status,
        says,
        about_us,
        retry_after,
    } = answer;
    let rest = retry_after.and_then(|text| rest_of(&text, now));
    Ok(match status {
        200 | 201 | 204 => Answer::Done,
        400..=499 if about_us => {
            return Err(Error::TurnedAway {
                server: exchange.host().to_owned(),
                answer: says,
                help: TURNED_AWAY,
            });
        }
        // Too slow, locked, too early, too many: that passes.
        400..=499 if !matches!(status, 408 | 423 | 425 | 429) => Answer::Refused(says),
        // Where a redirection leads to nothing is asked, and a success that is no yes is none.
        _ => Answer::NotYet {
            says,
            help: None,
            rest,
        },
    })
}

/// How long not to ask again, as `Retry-After` says it (RFC 9110 10.2.3): seconds, or an instant.
fn rest_of(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    let rest = if let Ok(seconds) = text.parse::<u32>() {
        SignedDuration::from_secs(i64::from(seconds))
    } else {
        let at = DateTimeParser::new().parse_timestamp(text).ok()?;
        at.duration_since(now)
    };
    rest.is_positive().then_some(rest)
}

fn not_yet(says: String, help: Option<&'static str>) -> Answer {
    Answer::NotYet {
        says,
        help,
        rest: None,
    }
}

/// The answer of an address that is closed.
fn closed(error: &Error) -> Answer {
    not_yet(error.to_string(), Some(help_of(error)))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::rest_of;
    use jiff::SignedDuration;

    #[test]
    fn retry_after_is_seconds_or_an_instant_and_never_in_the_past() {
        let now = "2026-03-02T08:00:00Z".parse().unwrap();
        let of = |text| rest_of(text, now);
        assert_eq!(of("120"), Some(SignedDuration::from_secs(120)));
        assert_eq!(
            of("Mon, 02 Mar 2026 08:10:00 GMT"),
            Some(SignedDuration::from_mins(10))
        );
        for text in ["0", "-5", "Mon, 02 Mar 2026 07:00:00 GMT", "soon", ""] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
