//! The sender of notices: empties the outbox, by mail and by HTTP.
//!
//! A notice lies in the outbox of the state since the run ended whose effects it tells. [`send`] takes what waits,
//! oldest first, writes that it begins, hands it over, and writes what came of it: so whatever happens between, it is
//! sent at least once, and a repeat carries the same `Message-ID` and the same idempotency key. Knows the state and
//! nothing of policies, people or the directory; clocks and secrets are given to it.
//!
//! Begin with [`send`], then [`server`] and [`http`].

mod answer;
mod courier;
mod error;
mod gate;
pub mod http;
mod letter;
mod message;
mod sender;
pub mod server;
mod smtp;
pub mod step;
pub(crate) mod trust;

pub use courier::{Brought, Courier};
pub use error::Error;
pub use message::Message;
pub use sender::{Sent, Step, Wanted, World, Worry, next_attempt, send};

use crate::state::delivery::{Target, Way};
use std::collections::BTreeSet;

/// How long a server may take for a connection, and for each answer.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The longest text of a server that is kept, in characters.
const SAID_CHARS: usize = 300;

/// How notices are sent.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// By mail.
    pub mail: Option<server::Settings>,
    /// By HTTP.
    pub http: Option<http::Settings>,
    /// Which notices go by HTTP, and whether by mail, too.
    pub posted: Posted,
}

/// Which notices are posted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Posted {
    /// Only these, by the names that the policy gives them; without, all.
    pub only: Option<BTreeSet<String>>,
    /// What is posted is not mailed.
    pub instead_of_mail: bool,
}

impl Ways {
    /// Whether nothing can be sent at all.
    pub fn is_empty(&self) -> bool {
        self.mail.is_none() && self.http.is_none()
    }

    /// Whether the notice of that name is posted.
    pub fn posts(&self, notice: &str) -> bool {
        let named = |only: &BTreeSet<String>| only.contains(notice);
        self.http.is_some() && self.posted.only.as_ref().is_none_or(named)
    }

    /// Whether it is mailed.
    pub fn mails(&self, notice: &str) -> bool {
        self.mail.is_some() && !(self.posts(notice) && self.posted.instead_of_mail)
    }

    /// All to whom a notice goes; nobody where no way leads to them.
    pub fn targets(&self, message: &Message) -> Vec<Target> {
        let posted = self.posts(&message.notice);
        let mailed = self.mails(&message.notice);
        let mut targets = Vec::new();
        if mailed {
            let positions = (0_u32..).zip(&message.to);
            targets.extend(positions.map(|(position, _)| Target {
                way: Way::Mail,
                position,
            }));
        }
        if posted {
            targets.push(Target {
                way: Way::Http,
                position: 0,
            });
        }
        targets
    }
}

/// What a server said of those to whom a message was to go.
#[derive(Debug)]
pub(crate) struct Said {
    /// Of each.
    pub(crate) verdicts: Vec<(u32, Verdict)>,
    /// And of us, where it takes nothing at all.
    pub(crate) closes: Option<Error>,
}

impl From<Vec<(u32, Verdict)>> for Said {
    fn from(verdicts: Vec<(u32, Verdict)>) -> Self {
        Self {
            verdicts,
            closes: None,
        }
    }
}

/// What became of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The server has it.
    Taken,
    /// The server does not take it now, in its words.
    NotNow(String),
    /// The server will never take it, in its words.
    Refused(String),
    /// It was handed over, and nothing says whether it was taken.
    Unknown(String),
}
