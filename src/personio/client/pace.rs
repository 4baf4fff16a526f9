//! How many requests an endpoint takes, kept before it has to say so.
//!
//! Version 1 has limits that Personio documents: so many within a second and within a minute, whatever the
//! window. Version 2 tells its limit in headers of each answer, a bucket per endpoint that fills again at a steady
//! rate. Here every request books its place in time before it is sent, so a limit is used to the full and not
//! broken; only when Personio says 429 all the same, everybody waits.
//!
//! Sources: <https://developer.personio.de/changelog/rate-limits-on-get-employees-endpoint-may-6-2024>,
//! <https://developer.personio.de/reference/auth>; the headers of version 2 are measured, not documented.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Where a request goes, as far as limits are concerned: ids within a path make no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Endpoint {
    /// `POST /v1/auth`.
    Auth1,
    /// `GET /v1/company/employees`.
    Employees,
    /// `GET` and `PATCH /v1/company/employees/{id}`.
    Employee,
    /// `GET /v1/company/employees/attributes`.
    Attributes,
    /// `GET /v1/company/time-offs`.
    TimeOffs,
    /// `GET /v1/company/employees/{id}/profile-picture/{width}`.
    Picture,
    /// `POST /v2/auth/token`.
    Auth2,
    /// `GET /v2/persons`.
    Persons,
    /// `GET` and `PATCH /v2/persons/{id}`.
    Person,
    /// `GET /v2/persons/{id}/employments`.
    Employments,
    /// `GET /v2/org-units`.
    OrgUnits,
    /// `GET /v2/workplaces`.
    Workplaces,
    /// `GET /v2/cost-centers`.
    CostCenters,
    /// `GET /v2/legal-entities`.
    LegalEntities,
    /// `GET /v2/absence-periods`.
    AbsencePeriods,
    /// `GET /v2/absence-types`.
    AbsenceTypes,
}

/// At most so many requests within any such stretch of time.
type Window = (usize, Duration);

/// Windows are kept a little longer than they are: requests that leave evenly do not arrive so.
const MARGIN: f64 = 1.02;

impl Endpoint {
    fn windows(self) -> &'static [Window] {
        const SECOND: Duration = Duration::from_secs(1);
        const MINUTE: Duration = Duration::from_mins(1);
        match self {
            Self::Auth1 => &[(60, MINUTE)],
            // Of pictures nothing is documented: the limits of the people they belong to are kept.
            Self::Employees
            | Self::Employee
            | Self::Attributes
            | Self::TimeOffs
            | Self::Picture => &[(15, SECOND), (300, MINUTE)],
            Self::Auth2 => &[(150, MINUTE)],
            Self::Persons
            | Self::Person
            | Self::Employments
            | Self::OrgUnits
            | Self::Workplaces
            | Self::CostCenters
            | Self::LegalEntities
            | Self::AbsencePeriods
            | Self::AbsenceTypes => &[],
        }
    }
}

/// What an answer of version 2 tells of its endpoint's bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Told {
    /// Requests that it would take at once.
    pub(super) remaining: f64,
    /// How many come back in a second.
    pub(super) rate: f64,
    /// The most that it holds.
    pub(super) capacity: f64,
}

/// The pace of each endpoint.
#[derive(Debug)]
pub(super) struct Pace {
    /// Whether documented limits hold; a server that has none would only be slowed down.
    limited: bool,
    lanes: Mutex<BTreeMap<Endpoint, Lane>>,
}

#[derive(Debug, Default)]
struct Lane {
    /// When the last requests were booked for, oldest first; as many as the longest window needs.
    booked: VecDeque<Instant>,
    bucket: Option<Bucket>,
    /// Nothing goes before: Personio said 429.
    not_before: Option<Instant>,
}

#[derive(Debug)]
struct Bucket {
    /// How many requests may go at once; below zero, how many are booked ahead.
    tokens: f64,
    rate: f64,
    capacity: f64,
    at: Instant,
}

impl Pace {
    pub(super) fn new(limited: bool) -> Self {
        Self {
            limited,
            lanes: Mutex::default(),
        }
    }

    /// Books the next place, and tells when it is.
    pub(super) fn book(&self, endpoint: Endpoint, now: Instant) -> Instant {
        let windows: &[Window] = if self.limited {
            endpoint.windows()
        } else {
            &[]
        };
        self.with(endpoint, |lane| lane.book(windows, now))
    }

    /// Until when nothing goes to an endpoint, if Personio asked for that after a place was booked.
    pub(super) fn held(&self, endpoint: Endpoint, now: Instant) -> Option<Instant> {
        self.with(endpoint, |lane| {
            lane.not_before.filter(|until| *until > now)
        })
    }

    /// Nothing goes there before that instant.
    pub(super) fn hold(&self, endpoint: Endpoint, until: Instant) {
        self.with(endpoint, |lane| {
            lane.not_before = Some(lane.not_before.map_or(until, |before| before.max(until)));
        });
    }

    /// Takes in what an answer told of the bucket.
    pub(super) fn learn(&self, endpoint: Endpoint, told: Told, now: Instant) {
        if !self.limited {
            return;
        }
        self.with(endpoint, |lane| lane.learn(told, now));
    }

    fn with<T>(&self, endpoint: Endpoint, act: impl FnOnce(&mut Lane) -> T) -> T {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        act(lanes.entry(endpoint).or_default())
    }
}

impl Lane {
    fn book(&mut self, windows: &[Window], now: Instant) -> Instant {
        let mut at = self.not_before.map_or(now, |until| until.max(now));
        let mut keep = 0;
        for (most, span) in windows {
            keep = keep.max(*most);
            let before = self.booked.len().checked_sub(*most);
            if let Some(earlier) = before.and_then(|index| self.booked.get(index)) {
                at = at.max(*earlier + span.mul_f64(MARGIN));
            }
        }
        if let Some(bucket) = &mut self.bucket {
            at = at.max(bucket.take(now));
        }
        self.booked.push_back(at);
        while self.booked.len() > keep {
            self.booked.pop_front();
        }
        at
    }

    fn learn(&mut self, told: Told, now: Instant) {
        let sane = [told.remaining, told.rate, told.capacity];
        if told.rate <= 0.0 || sane.iter().any(|number| !number.is_finite()) {
            return;
        }
        let bucket = self.bucket.get_or_insert(Bucket {
            tokens: told.remaining,
            rate: told.rate,
            capacity: told.capacity,
            at: now,
        });
        bucket.fill(now);
        (bucket.rate, bucket.capacity) = (told.rate, told.capacity.max(1.0));
        // Others may use the same credential. More than we count is only what is on its way.
        bucket.tokens = bucket.tokens.min(told.remaining);
    }
}

impl Bucket {
    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * self.rate).min(self.capacity);
        self.at = now.max(self.at);
    }

    /// Takes one, and tells when it is there.
    fn take(&mut self, now: Instant) -> Instant {
        self.fill(now);
        self.tokens -= 1.0;
        if self.tokens >= 0.0 {
            return now;
        }
        now + Duration::from_secs_f64((-self.tokens / self.rate).min(3_600.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Pace, Told};
    use std::time::{Duration, Instant};

    /// When so many requests go, in milliseconds, if all are booked at once.
    fn booked(pace: &Pace, endpoint: Endpoint, count: usize, now: Instant) -> Vec<u128> {
        let at = (0..count).map(|_| pace.book(endpoint, now));
        at.map(|at| at.duration_since(now).as_millis()).collect()
    }

    #[test]
    fn no_window_of_version_1_is_broken_wherever_it_begins() {
        let pace = Pace::new(true);
        let at = booked(&pace, Endpoint::Employees, 700, Instant::now());
        for (most, span) in [(15, 1_000), (300, 60_000)] {
            for (first, over) in at.iter().zip(at.iter().skip(most)) {
                assert!(over - first >= span, "{first} and {over}");
            }
        }
        // And not slower than the limit asks for, by 5 %: 300 in the first 20 seconds, 100 in the third minute.
        assert_eq!(at[14], 0);
        assert!(at[299] < 21_000, "{}", at[299]);
        assert!(at[699] < 133_000, "{}", at[699]);
    }

    #[test]
    fn a_bucket_that_was_told_of_is_emptied_and_then_used_at_its_rate() {
        let (pace, now) = (Pace::new(true), Instant::now());
        let told = Told {
            remaining: 99.0,
            rate: 30.0,
            capacity: 100.0,
        };
        pace.learn(Endpoint::Employments, told, now);
        let at = booked(&pace, Endpoint::Employments, 399, now);
        assert_eq!(at[98], 0);
        assert_eq!(at[99], 33);
        assert_eq!(at[398], 10_000);
        // Other endpoints have buckets of their own.
        assert_eq!(booked(&pace, Endpoint::Persons, 200, now)[199], 0);
    }

    #[test]
    fn less_than_we_count_is_believed_and_more_is_not() {
        let (pace, now) = (Pace::new(true), Instant::now());
        let told = |remaining| Told {
            remaining,
            rate: 10.0,
            capacity: 50.0,
        };
        pace.learn(Endpoint::Persons, told(20.0), now);
        pace.learn(Endpoint::Persons, told(49.0), now);
        pace.learn(Endpoint::Persons, told(5.0), now);
        let at = booked(&pace, Endpoint::Persons, 7, now);
        assert_eq!(at, [0, 0, 0, 0, 0, 100, 200]);
        // A header that says nothing sensible changes nothing.
        pace.learn(
            Endpoint::Persons,
            Told {
                rate: 0.0,
                ..told(9.0)
            },
            now,
        );
        pace.learn(
            Endpoint::Persons,
            Told {
                rate: f64::NAN,
                ..told(9.0)
            },
            now,
        );
        let later = now + Duration::from_mins(1);
        assert_eq!(booked(&pace, Endpoint::Persons, 51, later)[49], 0);
    }

    #[test]
    fn everybody_waits_after_a_429() {
        let (pace, now) = (Pace::new(false), Instant::now());
        let until = now + Duration::from_secs(3);
        pace.hold(Endpoint::Persons, until);
        pace.hold(Endpoint::Persons, now + Duration::from_secs(1));
        assert_eq!(pace.held(Endpoint::Persons, now), Some(until));
        assert_eq!(pace.held(Endpoint::Persons, until), None);
        assert_eq!(booked(&pace, Endpoint::Persons, 1, now), [3_000]);
    }
}
