//! Sends what waits, each notice at least once and normally once.
//!
//! For each: it begins (on disk), it is handed over, what came of it (on disk). A way that is closed to all closes
//! for the rest of this pass, and costs no notice an attempt; what a server does not take now waits for a later pass,
//! longer each time.

use super::gate::Gate;
use super::http::Poster;
use super::smtp::Mailer;
use super::{Error, Message, Verdict, Ways};
use crate::state::delivery::{Attempt, Delivery, Progress, Target, Way};
use crate::state::outbox::Kept;
use crate::state::{Lock, Store, StoreError};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a notice waits after the first attempt that failed; twice as long after each further one.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);

/// For how long notices are begun in one pass, which holds the state.
const LONGEST_PASS: Duration = Duration::from_mins(1);

/// The longest wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(6);

/// What there is around the sender.
pub struct World<'w> {
    /// The clock of the journal, which may stand still.
    pub clock: &'w dyn Fn() -> Timestamp,
    /// The clock of this machine, for what others read.
    pub real_clock: &'w dyn Fn() -> Timestamp,
    /// Passed at each step; a test may stand still there.
    pub pass: &'w mut dyn FnMut(Step),
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// Where the sender is with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is on disk that it begins, and nothing was said to any server.
    NoticeBegun,
    /// Servers have it, and that is not on disk.
    NoticeHandedOver,
    /// What came of it is on disk.
    NoticeRecorded,
}

/// What is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Also what was tried a moment ago.
    pub at_once: bool,
    /// Also what was refused for good.
    pub refused: bool,
}

/// A notice that something is wrong with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worry {
    /// Its id.
    pub id: String,
    /// Its name in the policy.
    pub notice: String,
    /// About whom, by HR key.
    pub person: String,
    /// What is wrong, in the words of a server.
    pub problem: String,
}

/// What a pass came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sent {
    /// How many were sent.
    pub sent: usize,
    /// How many of those may have been sent before.
    pub perhaps_again: usize,
    /// Refused for good, wholly or by some to whom they go.
    pub refused: Vec<Worry>,
    /// Not taken now, or perhaps taken; they are tried again.
    pub postponed: Vec<Worry>,
    /// How many were tried a while ago and wait for their next attempt, or for a way that is closed.
    pub waiting: usize,
    /// How many have no way that leads to anybody.
    pub without_way: usize,
    /// How many are told no more, because whom they are about was forgotten.
    pub void: usize,
    /// Ways that are closed, with the reason.
    pub closed: Vec<(Way, Error)>,
}

impl Sent {
    /// Whether nothing is left to be sent, and nothing was refused.
    pub fn is_all(&self) -> bool {
        self.refused.is_empty()
            && self.postponed.is_empty()
            && self.closed.is_empty()
            && self.waiting == 0
            && self.without_way == 0
    }
}

/// Sends what waits in the outbox.
pub fn send(
    store: &mut Store,
    lock: &Lock,
    ways: &Ways,
    wanted: Wanted,
    world: &mut World<'_>,
) -> Result<Sent, StoreError> {
    let mut outbox = store.outbox_open(wanted.refused)?;
    // What was not taken before goes last: what a server holds against one closes the way for those behind it.
    outbox.sort_by_key(|kept| kept.status != "sending" && kept.attempts > 0);
    let mut sender = Sender {
        store,
        lock,
        ways,
        wanted,
        mailer: Gate::default(),
        poster: Gate::default(),
        sent: Sent::default(),
        held: BTreeMap::new(),
    };
    let begun = Instant::now();
    for (number, kept) in outbox.iter().enumerate() {
        // Others wait for the state meanwhile; what is left goes with the next pass.
        if begun.elapsed() > LONGEST_PASS {
            sender.sent.waiting += outbox.len() - number;
            break;
        }
        sender.one(kept, world)?;
    }
    sender.finish(&outbox, world)
}

struct Sender<'a> {
    store: &'a mut Store,
    lock: &'a Lock,
    ways: &'a Ways,
    wanted: Wanted,
    mailer: Gate<Mailer<'a>>,
    poster: Gate<Poster>,
    sent: Sent,
    /// By way, which notices a closed one holds up.
    held: BTreeMap<Way, Vec<String>>,
}

impl Sender<'_> {
    /// One notice, to all whom it has not reached.
    fn one(&mut self, kept: &Kept, world: &mut World<'_>) -> Result<(), StoreError> {
        let message = match Message::of(kept) {
            Ok(Some(message)) => message,
            Ok(None) => {
                self.sent.void += 1;
                let at = (world.clock)();
                return self.store.write(self.lock, |writer| {
                    writer.notice_void(kept, "what it says was forgotten", at)
                });
            }
            Err(problem) => return self.unreadable(kept, problem, world),
        };
        let all = self.ways.targets(&message);
        if all.is_empty() {
            self.sent.without_way += 1;
            return Ok(());
        }
        let is_open = |target: &&Target| {
            kept.delivery(**target)
                .is_none_or(|one| match one.progress {
                    Progress::Sending | Progress::Due => true,
                    Progress::Failed => self.wanted.refused,
                    Progress::Sent => false,
                })
        };
        let open: Vec<Target> = all.iter().filter(is_open).copied().collect();
        let tried = kept.tried.filter(|_| !open.is_empty());
        if !self.wanted.at_once && tried.is_some_and(|at| rests(kept, at, (world.clock)())) {
            self.sent.waiting += 1;
            return Ok(());
        }
        let (open, held): (Vec<Target>, Vec<Target>) = open
            .into_iter()
            .partition(|target| self.reaches(target.way));
        for target in &held {
            let ids = self.held.entry(target.way).or_default();
            if ids.last() != Some(&kept.id) {
                ids.push(kept.id.clone());
            }
        }
        if open.is_empty() && !held.is_empty() {
            self.sent.waiting += 1;
            return Ok(());
        }
        let at = (world.clock)();
        self.store
            .write(self.lock, |writer| writer.notice_begins(kept, &open, at))?;
        (world.pass)(Step::NoticeBegun);
        let (tried, problems) = self.hand_over(kept, &message, &open, world);
        (world.pass)(Step::NoticeHandedOver);
        self.record(kept, (&all, &tried), &problems, world)?;
        (world.pass)(Step::NoticeRecorded);
        Ok(())
    }

    /// Whether a way is open, made so if need be.
    fn reaches(&mut self, way: Way) -> bool {
        match way {
            Way::Mail => {
                let Some(settings) = &self.ways.mail else {
                    return false;
                };
                let gate = &mut self.mailer;
                if gate.open.as_ref().is_some_and(Mailer::is_lost) {
                    gate.open = None;
                }
                gate.open_with(|| Mailer::open(settings))
            }
            Way::Http => {
                let Some(settings) = &self.ways.http else {
                    return false;
                };
                self.poster.open_with(|| Poster::open(settings))
            }
        }
    }

    /// Gives it to the servers; how far it is then with each, and what went wrong.
    fn hand_over(
        &mut self,
        kept: &Kept,
        message: &Message,
        open: &[Target],
        world: &World<'_>,
    ) -> (Vec<Delivery>, Vec<String>) {
        let now = (world.real_clock)();
        let mut verdicts: Vec<(Target, Verdict)> = Vec::new();
        for way in [Way::Mail, Way::Http] {
            let targets = open.iter().filter(|target| target.way == way);
            let positions: Vec<u32> = targets.map(|target| target.position).collect();
            if positions.is_empty() {
                continue;
            }
            let told = match way {
                Way::Mail => self.mailer.deliver(message, &positions, now),
                Way::Http => self.poster.deliver(message, now),
            };
            // What was not tried, because the way turned out to be closed, waits and says why.
            let answered: Vec<u32> = told.iter().map(|(position, _)| *position).collect();
            let left = positions.iter().filter(|one| !answered.contains(one));
            let left: Vec<_> = left
                .map(|one| (*one, Verdict::NotNow(String::new())))
                .collect();
            if !left.is_empty() {
                self.held.entry(way).or_default().push(kept.id.clone());
            }
            let told = told.into_iter().chain(left);
            verdicts.extend(told.map(|(position, verdict)| (Target { way, position }, verdict)));
        }
        let mut problems: Vec<String> = Vec::new();
        let mut deliveries = Vec::new();
        for (target, verdict) in verdicts {
            let (progress, problem) = match verdict {
                Verdict::Taken => (Progress::Sent, None),
                Verdict::NotNow(says) => (Progress::Due, Some(says)),
                Verdict::Refused(says) => (Progress::Failed, Some(says)),
                Verdict::Unknown(says) => (
                    Progress::Sending,
                    Some(format!("{says}; whether it was taken is not known")),
                ),
            };
            let before = kept.delivery(target).is_some_and(|one| one.perhaps);
            deliveries.push(Delivery {
                target,
                progress,
                perhaps: before || progress == Progress::Sending,
            });
            let whom = message.whom(target);
            let problem = problem.filter(|says| !says.is_empty());
            problems.extend(problem.map(|says| format!("{whom}: {says}")));
        }
        (deliveries, problems)
    }

    /// Writes down what came of it.
    fn record(
        &mut self,
        kept: &Kept,
        (all, tried): (&[Target], &[Delivery]),
        problems: &[String],
        world: &World<'_>,
    ) -> Result<(), StoreError> {
        let of = |target: &Target| {
            let here = tried.iter().chain(&kept.deliveries);
            let found = here.into_iter().find(|one| one.target == *target);
            found.map_or(Progress::Due, |one| one.progress)
        };
        // What is least far counts, and of what is over the worse.
        let whole = all.iter().map(of).min_by_key(|progress| match progress {
            Progress::Sending => 0,
            Progress::Due => 1,
            Progress::Failed => 2,
            Progress::Sent => 3,
        });
        let progress = whole.unwrap_or(Progress::Due);
        let problem = problems.join("; ");
        let attempt = Attempt {
            notice: kept,
            deliveries: tried,
            progress,
            problem: (!problem.is_empty()).then_some(&*problem),
        };
        let at = (world.clock)();
        self.store
            .write(self.lock, |writer| writer.notice_tried(&attempt, at))?;
        let before = |one: &Delivery| kept.delivery(one.target).is_some_and(|one| one.perhaps);
        let again = tried.iter().any(before);
        match progress {
            Progress::Sent => {
                self.sent.sent += 1;
                self.sent.perhaps_again += usize::from(again);
            }
            Progress::Failed => self.sent.refused.push(worry(kept, problem)),
            Progress::Due | Progress::Sending if problem.is_empty() => self.sent.waiting += 1,
            Progress::Due | Progress::Sending => self.sent.postponed.push(worry(kept, problem)),
        }
        Ok(())
    }

    /// What the state keeps cannot be sent, and never will be.
    fn unreadable(
        &mut self,
        kept: &Kept,
        problem: &str,
        world: &World<'_>,
    ) -> Result<(), StoreError> {
        let attempt = Attempt {
            notice: kept,
            deliveries: &[],
            progress: Progress::Failed,
            problem: Some(problem),
        };
        let at = (world.clock)();
        self.store
            .write(self.lock, |writer| writer.notice_tried(&attempt, at))?;
        self.sent.refused.push(worry(kept, problem.to_owned()));
        Ok(())
    }

    /// Says goodbye, and lets what waits for a closed way say why.
    fn finish(mut self, outbox: &[Kept], world: &World<'_>) -> Result<Sent, StoreError> {
        let closed = [
            (Way::Mail, self.mailer.closed.take()),
            (Way::Http, self.poster.closed.take()),
        ];
        if let Some(mailer) = self.mailer.open.take() {
            mailer.close();
        }
        for (way, error) in closed {
            let Some(error) = error else {
                continue;
            };
            let ids = self.held.remove(&way).unwrap_or_default();
            let held: Vec<&Kept> = outbox
                .iter()
                .filter(|kept| ids.contains(&kept.id))
                .collect();
            let (at, problem) = ((world.clock)(), error.to_string());
            self.store.write(self.lock, |writer| {
                writer.way_is_closed(way, &held, &problem, at)
            })?;
            self.sent.closed.push((way, error));
        }
        Ok(self.sent)
    }
}

/// Whether it is too early for another attempt. A clock that stands still measures no wait.
fn rests(kept: &Kept, tried: Timestamp, now: Timestamp) -> bool {
    now > tried && now < next_attempt(kept.attempts, tried)
}

/// When a notice that was tried so often, and last then, is tried again by itself.
pub fn next_attempt(attempts: u32, tried: Timestamp) -> Timestamp {
    let doubled = 1_i32.checked_shl(attempts.saturating_sub(1).min(16));
    let wait = FIRST_WAIT.checked_mul(doubled.unwrap_or(1));
    let wait = wait.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    tried.checked_add(wait).unwrap_or(tried)
}

fn worry(kept: &Kept, problem: String) -> Worry {
    Worry {
        id: kept.id.clone(),
        notice: kept.notice.clone(),
        person: kept
            .person
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::next_attempt;
    use jiff::Timestamp;

    #[test]
    fn each_wait_is_twice_the_last_up_to_a_quarter_of_a_day() {
        let at = Timestamp::UNIX_EPOCH;
        let minutes = |attempts| next_attempt(attempts, at).as_second() / 60;
        assert_eq!([1, 2, 3, 9].map(minutes), [1, 2, 4, 256]);
        assert_eq!([10, 40, u32::MAX].map(minutes), [360; 3]);
    }
}
