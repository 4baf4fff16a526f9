//! Questions that several workers ask at once travel as one.
//!
//! While one search is on its way, whoever asks waits; when it is back, all who wait are asked for at once. So every
//! answer is younger than its question, and one who asks alone asks at once. Where many ask, the next search is held
//! back a little until more have come: a search costs the domain controller more than the objects that it is about.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The most questions in one search: its filter stays short, and its answer below what AD gives without pages.
const MOST: usize = 64;

/// So many questions are worth a search: more make it hardly cheaper for each.
const ENOUGH: usize = 16;

/// A search is held back for no longer than so many times what the one before took...
const HELD_BACK: u32 = 2;

/// ... and no longer than this.
const LONGEST: Duration = Duration::from_millis(50);

/// Where questions of one kind wait for each other.
pub(super) struct Together<Q, A> {
    waiting: Mutex<Waiting<Q, A>>,
    changed: Condvar,
    /// There are enough for a search.
    enough: Condvar,
}

struct Waiting<Q, A> {
    /// Not yet on their way, each with its number.
    asked: Vec<(u64, Q)>,
    /// Not yet fetched.
    answered: Vec<(u64, A)>,
    /// A search is on its way, or held back.
    at_work: bool,
    next: u64,
    /// How long the next search may be held back; not at all where the last one was for one question.
    patience: Duration,
}

impl<Q, A> Default for Together<Q, A> {
    fn default() -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                asked: Vec::new(),
                answered: Vec::new(),
                at_work: false,
                next: 0,
                patience: Duration::ZERO,
            }),
            changed: Condvar::new(),
            enough: Condvar::new(),
        }
    }
}

impl<Q, A> Together<Q, A> {
    /// The answer to a question, of those that `all` gives to many in their order; none where it gave too few.
    pub(super) fn ask(&self, question: Q, all: impl Fn(&[Q]) -> Vec<A>) -> Option<A> {
        let mut waiting = self.lock();
        let number = waiting.next;
        waiting.next += 1;
        waiting.asked.push((number, question));
        loop {
            if let Some(at) = waiting.answered.iter().position(|(of, _)| *of == number) {
                return Some(waiting.answered.swap_remove(at).1);
            }
            if waiting.at_work {
                if waiting.asked.len() == ENOUGH {
                    self.enough.notify_one();
                }
                let woken = self.changed.wait(waiting);
                waiting = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            // Whoever took the question along brought no answer.
            if !waiting.asked.iter().any(|(of, _)| *of == number) {
                return None;
            }
            waiting = self.ask_all(waiting, &all);
        }
    }

    /// Asks for those who have waited longest.
    fn ask_all<'s>(
        &'s self,
        mut waiting: MutexGuard<'s, Waiting<Q, A>>,
        all: &impl Fn(&[Q]) -> Vec<A>,
    ) -> MutexGuard<'s, Waiting<Q, A>> {
        waiting.at_work = true;
        let patience = waiting.patience;
        if !patience.is_zero() {
            let held = self
                .enough
                .wait_timeout_while(waiting, patience, |waiting| waiting.asked.len() < ENOUGH);
            waiting = held.unwrap_or_else(PoisonError::into_inner).0;
        }
        let count = waiting.asked.len().min(MOST);
        let (numbers, questions): (Vec<u64>, Vec<Q>) = waiting.asked.drain(..count).unzip();
        drop(waiting);
        let mut search = Search {
            of: self,
            numbers,
            answers: Vec::new(),
            patience: Duration::ZERO,
        };
        let began = Instant::now();
        search.answers = all(&questions);
        if count > 1 {
            search.patience = began.elapsed().saturating_mul(HELD_BACK).min(LONGEST);
        }
        drop(search);
        self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A search on its way: whatever becomes of it, those who wait learn its end.
struct Search<'s, Q, A> {
    of: &'s Together<Q, A>,
    numbers: Vec<u64>,
    answers: Vec<A>,
    patience: Duration,
}

impl<Q, A> Drop for Search<'_, Q, A> {
    fn drop(&mut self) {
        let mut waiting = self.of.lock();
        let answers = std::mem::take(&mut self.answers);
        waiting.answered.extend(self.numbers.drain(..).zip(answers));
        waiting.at_work = false;
        waiting.patience = self.patience;
        self.of.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::Together;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[test]
    fn everybody_gets_the_own_answer_and_few_searches_are_made() {
        let together = Together::<usize, usize>::default();
        let (searches, begin) = (AtomicUsize::new(0), Barrier::new(16));
        std::thread::scope(|scope| {
            for worker in 0..16 {
                let (together, searches, begin) = (&together, &searches, &begin);
                scope.spawn(move || {
                    begin.wait();
                    for round in 0..50 {
                        let question = worker * 1000 + round;
                        let answer = together.ask(question, |all| {
                            searches.fetch_add(1, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(1));
                            all.iter().map(|question| question * 3).collect()
                        });
                        assert_eq!(answer, Some(question * 3));
                    }
                });
            }
        });
        let searches = searches.into_inner();
        assert!((50..400).contains(&searches), "{searches} for 800");
    }

    #[test]
    fn who_gets_no_answer_learns_that() {
        let together = Together::<u8, u8>::default();
        assert_eq!(together.ask(1, |_| Vec::new()), None);
        assert_eq!(together.ask(2, <[u8]>::to_vec), Some(2));
        let begin = Barrier::new(4);
        std::thread::scope(|scope| {
            let one = || {
                begin.wait();
                together.ask(3, |_| {
                    std::thread::sleep(Duration::from_millis(5));
                    Vec::new()
                })
            };
            let all: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            for one in all {
                assert_eq!(one.join().unwrap(), None);
            }
        });
    }

    #[test]
    fn a_search_that_breaks_holds_nobody_up() {
        let together = Together::<u8, u8>::default();
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            together.ask(1, |_| panic!("a broken search"))
        }));
        assert!(broken.is_err());
        assert_eq!(together.ask(2, <[u8]>::to_vec), Some(2));
    }
}
