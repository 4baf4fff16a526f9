//! The line to the directory: what all workers send goes through it, at the pace and with the patience of the run.
//!
//! A busy directory is asked again after a pause. A write without an answer is never sent again from here: nobody
//! knows whether it was done, so whoever sent it has to look. A question without an answer changes nothing and is
//! asked again until the directory is back, or the patience is over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::RngExt as _;

use super::Pace;
use crate::directory::port::{Directory, Error, Operation, ResultCode, Target};
use crate::directory::{AttributeName, Dn, Guid, Object};

/// The longest that a pause goes on once the run is given up.
const LONGEST_NAP: Duration = Duration::from_millis(50);

/// The way to the directory.
pub(super) struct Line<'a> {
    directory: &'a dyn Directory,
    pace: Pace,
    /// When the next operation may be sent.
    next: Mutex<Option<Instant>>,
    given_up: AtomicBool,
}

/// What became of an operation.
pub(super) struct Sent {
    /// The last answer.
    pub(super) answer: Result<Guid, Error>,
    /// An earlier attempt may have been done although it was refused or not answered.
    pub(super) in_doubt: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(directory: &'a dyn Directory, pace: Pace) -> Self {
        Self {
            directory,
            pace,
            next: Mutex::new(None),
            given_up: AtomicBool::new(false),
        }
    }

    /// From now on nothing is tried again: the run stops.
    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }

    /// Sends an operation, again after a pause while the directory is busy.
    pub(super) fn send(&self, operation: &Operation) -> Sent {
        let patience = self.pace.patience;
        let mut in_doubt = false;
        let mut pauses = self.pauses();
        for _ in 1..patience.attempts {
            self.wait_for_turn();
            match self.directory.perform(operation) {
                // Without an answer nobody knows whether it was done: that is not tried again but looked up.
                Err(error) if error.is_retryable() && error.code().is_some() => {
                    in_doubt |= error.code() != Some(ResultCode::Busy);
                    if !pauses.pause() {
                        return Sent {
                            answer: Err(error),
                            in_doubt,
                        };
                    }
                }
                answer => return Sent { answer, in_doubt },
            }
        }
        self.wait_for_turn();
        Sent {
            answer: self.directory.perform(operation),
            in_doubt,
        }
    }

    /// One object as it is now.
    pub(super) fn read(&self, target: &Target) -> Result<Option<Arc<Object>>, Error> {
        self.ask(|directory| directory.read(target))
    }

    /// The same with these attributes, and with what tells whether it may be written.
    pub(super) fn read_some(
        &self,
        target: &Target,
        attributes: &[AttributeName],
    ) -> Result<Option<Arc<Object>>, Error> {
        self.ask(|directory| directory.read_some(target, attributes))
    }

    /// Every object that has this address now.
    pub(super) fn address_holders(&self, address: &str) -> Result<Vec<Guid>, Error> {
        self.ask(|directory| directory.address_holders(address))
    }

    /// Whether a name stands among the direct members of a group.
    pub(super) fn is_member(&self, group: Guid, member: &Dn) -> Result<bool, Error> {
        self.ask(|directory| directory.is_member(group, member))
    }

    /// Asks, and again while no answer comes.
    pub(super) fn ask<T>(
        &self,
        question: impl Fn(&dyn Directory) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut pauses = self.pauses();
        for _ in 1..self.pace.patience.looks {
            match question(self.directory) {
                Err(error) if error.is_retryable() => {
                    if !pauses.pause() {
                        return Err(error);
                    }
                }
                answer => return answer,
            }
        }
        question(self.directory)
    }

    /// Has something done once, at its turn.
    pub(super) fn ask_once<T>(
        &self,
        doing: impl FnOnce(&dyn Directory) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.wait_for_turn();
        doing(self.directory)
    }

    /// Waits until the rate allows one more operation.
    fn wait_for_turn(&self) {
        let Some(gap) = self.pace.gap() else {
            return;
        };
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = turn.checked_add(gap);
            turn
        };
        std::thread::sleep(turn.saturating_duration_since(now));
    }

    fn pauses(&self) -> Pauses<'_> {
        Pauses {
            next: self.pace.patience.pause,
            longest: self.pace.patience.longest,
            given_up: &self.given_up,
        }
    }
}

/// Pauses that grow, each a little shorter by chance, so that not all workers come back at once.
struct Pauses<'a> {
    next: Duration,
    longest: Duration,
    given_up: &'a AtomicBool,
}

impl Pauses<'_> {
    /// Pauses; false if the run was given up meanwhile.
    fn pause(&mut self) -> bool {
        let whole = self.next.min(self.longest);
        self.next = self.next.saturating_mul(2);
        let mut left = whole.mul_f64(rand::rng().random_range(0.5..1.0));
        while !left.is_zero() && !self.given_up.load(Ordering::SeqCst) {
            let nap = left.min(LONGEST_NAP);
            std::thread::sleep(nap);
            left = left.saturating_sub(nap);
        }
        !self.given_up.load(Ordering::SeqCst)
    }
}
