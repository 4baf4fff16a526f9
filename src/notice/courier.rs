//! A notice that is sent at once, from memory: one with a password, which lies in no outbox and is kept nowhere.
//!
//! It is tried once. Whatever comes of that, it is never sent again: a password that reached nobody for certain is
//! replaced by another one. So whether anybody answers is asked before one is made.

use super::gate::MOST_BROKEN;
use super::http::Poster;
use super::smtp::Mailer;
use super::{Error, Message, Said, Verdict, Ways};
use crate::state::delivery::{Delivery, Progress, Target, Way};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Said of what no way leads anywhere.
const NO_WAY: &str = "`tenure.toml` does not say how it is sent";

/// Brings passwords, one after the other, whoever asks for it.
#[derive(Debug)]
pub struct Courier {
    ways: Ways,
    /// The policy lets a password go by mail; else it is posted, or goes nowhere.
    mails: bool,
    /// What is known of each way that was looked at: open, or why not.
    known: Mutex<BTreeMap<Way, Option<Error>>>,
    /// How many answers in a row were lost, by way; and the right to send.
    broken: Mutex<BTreeMap<Way, u32>>,
}

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// With each to whom it was to go: sent, failed, or perhaps sent.
    pub deliveries: Vec<Delivery>,
    /// What went wrong.
    pub problem: Option<String>,
}

impl Courier {
    /// By these ways; by mail only where the policy lets a password go so.
    pub fn new(ways: Ways, mails: bool) -> Self {
        Self {
            ways,
            mails,
            known: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// Why the notice of that name would reach nobody, if every way that it goes is closed. Looks at each way once.
    pub fn closed(&self, notice: &str) -> Option<String> {
        let mut ways: Vec<Way> = Vec::new();
        if self.mails && self.ways.mails(notice) {
            ways.push(Way::Mail);
        }
        if self.ways.posts(notice) {
            ways.push(Way::Http);
        }
        if ways.is_empty() {
            return Some(NO_WAY.to_owned());
        }
        let closed = ways.into_iter().map(|way| self.look(way));
        let why: Option<Vec<String>> = closed.collect();
        why.map(|why| why.join("; "))
    }

    /// What to do about the ways that are closed.
    pub fn helps(&self) -> Vec<&'static str> {
        let known = lock(&self.known);
        let mut helps: Vec<_> = known.values().flatten().map(Error::help).collect();
        helps.dedup();
        helps
    }

    /// Sends it to all to whom it goes; `now` is the time for those who read it.
    pub fn bring(&self, message: &Message, now: Timestamp) -> Brought {
        let mut broken = lock(&self.broken);
        let targets = self.ways.targets(message);
        let mut deliveries = Vec::new();
        let mut problems = Vec::new();
        for way in [Way::Mail, Way::Http] {
            let here = targets.iter().filter(|target| target.way == way);
            let positions: Vec<u32> = here.map(|target| target.position).collect();
            if positions.is_empty() || (way == Way::Mail && !self.mails) {
                continue;
            }
            let said = match self.look(way) {
                None => self.hand(way, message, &positions, now),
                Some(_) => Said::from(Vec::new()),
            };
            self.learn(way, &said, broken.entry(way).or_default());
            let closed = self.look(way).unwrap_or_default();
            for position in positions {
                let mut verdicts = said.verdicts.iter();
                let verdict = verdicts.find(|(one, _)| *one == position);
                let (progress, says) = match verdict.map(|(_, verdict)| verdict) {
                    Some(Verdict::Taken) => (Progress::Sent, None),
                    Some(Verdict::NotNow(says) | Verdict::Refused(says)) => {
                        (Progress::Failed, Some(says.clone()))
                    }
                    Some(Verdict::Unknown(says)) => {
                        let says = format!("{says}; whether it was taken is not known");
                        (Progress::Sending, Some(says))
                    }
                    None => (Progress::Failed, Some(closed.clone())),
                };
                let target = Target { way, position };
                let whom = message.whom(target);
                problems.extend(says.map(|says| format!("{whom}: {says}")));
                deliveries.push(Delivery {
                    target,
                    progress,
                    perhaps: progress == Progress::Sending,
                });
            }
        }
        if deliveries.is_empty() {
            problems.push(NO_WAY.to_owned());
        }
        Brought {
            deliveries,
            problem: (!problems.is_empty()).then(|| problems.join("; ")),
        }
    }

    /// Why a way is closed; whether somebody answers is asked when it is looked at first.
    fn look(&self, way: Way) -> Option<String> {
        let mut known = lock(&self.known);
        let found = known.entry(way);
        let found = found.or_insert_with(|| self.try_out(way).err());
        found.as_ref().map(ToString::to_string)
    }

    fn try_out(&self, way: Way) -> Result<(), Error> {
        match way {
            Way::Mail => {
                if let Some(settings) = &self.ways.mail {
                    Mailer::open(settings)?.close();
                }
            }
            Way::Http => {
                if let Some(settings) = &self.ways.http {
                    Poster::open(settings)?.look()?;
                }
            }
        }
        Ok(())
    }

    /// Closes a way that turned out to be closed, or that loses one answer after the other.
    fn learn(&self, way: Way, said: &Said, broken: &mut u32) {
        let mut verdicts = said.verdicts.iter();
        let lost = verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)));
        *broken = if lost { *broken + 1 } else { 0 };
        let worn_out = || Error::Unreachable {
            server: "whoever takes notices".to_owned(),
            why: "one answer after the other was lost".to_owned(),
        };
        let closes = said.closes.clone();
        if let Some(error) = closes.or_else(|| (*broken >= MOST_BROKEN).then(worn_out)) {
            lock(&self.known).insert(way, Some(error));
        }
    }

    fn hand(&self, way: Way, message: &Message, positions: &[u32], now: Timestamp) -> Said {
        let nothing = |error| Said {
            verdicts: Vec::new(),
            closes: Some(error),
        };
        match (way, &self.ways.mail, &self.ways.http) {
            (Way::Mail, Some(settings), _) => match Mailer::open(settings) {
                Ok(mut mailer) => {
                    let said = mailer.deliver(message, positions, now);
                    mailer.close();
                    said
                }
                Err(error) => nothing(error),
            },
            (Way::Http, _, Some(settings)) => match Poster::open(settings) {
                Ok(poster) => poster.post(message, now),
                Err(error) => nothing(error),
            },
            (Way::Mail, None, _) | (Way::Http, _, None) => Said::from(Vec::new()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
