//! Of whom something may be shown at an instant (S11).
//!
//! The instant at which a sensitive date makes a difference is as sensitive as the date. So of a person for whom a
//! comparison with a sensitive value changes nothing is shown from that instant on: what follows (a deletion so many
//! days later, a membership that ends) would tell it as well. What befalls others at the very instant, without a
//! date of their own that may be shown, is as much a sign of it, and so is what later runs from there.

use super::world::Planned;
use crate::hr::PersonId;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The time over which guards add runs up.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Who must not be seen.
#[derive(Debug, Default)]
pub(super) struct Secrecy {
    /// Everything may be shown: somebody is at a terminal and asked for it.
    reveal: bool,
    /// A sensitive date has made a difference for them.
    hidden: BTreeSet<PersonId>,
    /// Something befell them because of somebody hidden.
    touched: BTreeSet<PersonId>,
    /// When something was due for whom of those who are hidden, over the last day.
    recent: Vec<(Timestamp, BTreeSet<PersonId>)>,
}

/// What makes this instant one, person by person.
#[derive(Debug, Default)]
pub(super) struct Sight {
    first: bool,
    reveal: bool,
    /// Those who are hidden and for whom something is due here.
    hidden: BTreeSet<PersonId>,
    /// A date of theirs that may be shown is due.
    own: BTreeSet<PersonId>,
    /// Something of the planner's that may be shown is due for them.
    timer: BTreeSet<PersonId>,
}

impl Sight {
    /// Whether everything may be shown here.
    pub(super) fn is_open(&self) -> bool {
        self.reveal || self.first
    }
}

impl Secrecy {
    pub(super) fn new(reveal: bool) -> Self {
        Self {
            reveal,
            ..Self::default()
        }
    }

    /// What is seen at the beginning: everything, for a plan of now shows it, too.
    pub(super) fn beginning(&self) -> Sight {
        Sight {
            first: true,
            reveal: self.reveal,
            ..Sight::default()
        }
    }

    /// Takes in what makes this the next instant, by the last plan before it.
    pub(super) fn look(&mut self, at: Timestamp, before: &Planned) -> Sight {
        let mut sight = Sight {
            reveal: self.reveal,
            ..Sight::default()
        };
        if self.reveal {
            return sight;
        }
        for wish in &before.wishes {
            if wish.next_hidden == Some(at) {
                self.hidden.insert(wish.person.clone());
                sight.hidden.insert(wish.person.clone());
            } else if wish.next_shown == Some(at) {
                sight.own.insert(wish.person.clone());
            }
        }
        let due = before.plan.next_changes.iter().filter(|one| one.at == at);
        for one in due.filter(|one| !sight.own.contains(&one.person)) {
            sight.timer.insert(one.person.clone());
        }
        let due = sight.own.iter().chain(&sight.timer);
        let hidden = due.filter(|person| self.hidden.contains(*person));
        sight.hidden.extend(hidden.cloned().collect::<Vec<_>>());
        self.recent
            .retain(|(then, _)| at.duration_since(*then) < DAY);
        self.recent.push((at, sight.hidden.clone()));
        sight
    }

    /// Whether what happens to that person at this instant may be shown; none is what is nobody's.
    pub(super) fn shows(&mut self, sight: &Sight, person: Option<&PersonId>) -> bool {
        if sight.is_open() {
            return true;
        }
        let Some(person) = person else {
            return sight.hidden.is_empty();
        };
        if self.hidden.contains(person) {
            return false;
        }
        if sight.own.contains(person) {
            return true;
        }
        if sight.timer.contains(person) && !self.touched.contains(person) {
            return true;
        }
        if !sight.hidden.is_empty() || sight.timer.contains(person) {
            self.touched.insert(person.clone());
            return false;
        }
        true
    }

    /// Whether what a guard counts over the last day has somebody in it who is hidden.
    pub(super) fn veils(&self) -> bool {
        self.recent.iter().any(|(_, hidden)| !hidden.is_empty())
    }

    /// How many people who are hidden share the day of that instant: each counts once, and no other day's do.
    pub(super) fn sharing(&self, at: Timestamp, home: &TimeZone) -> usize {
        let day = |at: Timestamp| at.to_zoned_datetime(home.clone()).date();
        let recent = self.recent.iter();
        let same = recent.filter(|(then, _)| day(*then) == day(at));
        let people: BTreeSet<&PersonId> = same.flat_map(|(_, hidden)| hidden).collect();
        people.len()
    }
}
