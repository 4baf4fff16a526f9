//! How many requests the simulator takes: windows in version 1, a bucket per endpoint in version 2.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Measured in 2026 for persons; other endpoints of version 2 are told to be alike, but for absences.
const RATE: f64 = 30.0;

/// Measured for absences.
const RATE_OF_ABSENCES: f64 = 10.0;

/// The most that a bucket holds.
const CAPACITY: f64 = 100.0;

/// How long nobody can log in who tried too often.
const PAUSE: Duration = Duration::from_mins(1);

/// What each endpoint took lately.
#[derive(Debug, Default)]
pub(super) struct Limits {
    windows: BTreeMap<&'static str, VecDeque<Instant>>,
    paused: BTreeMap<&'static str, Instant>,
    buckets: BTreeMap<&'static str, (f64, Instant)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) taken: bool,
    /// What version 2 says of it.
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Verdict {
    fn plain(taken: bool) -> Self {
        Self {
            taken,
            headers: Vec::new(),
        }
    }

    fn of_bucket(taken: bool, left: f64, rate: f64) -> Self {
        Self {
            taken,
            headers: vec![
                ("x-ratelimit-remaining", left.floor().to_string()),
                ("x-ratelimit-replenish-rate", rate.to_string()),
                ("x-ratelimit-burst-capacity", CAPACITY.to_string()),
                ("x-ratelimit-requested-tokens", "1".to_owned()),
            ],
        }
    }
}

/// How fast the bucket of an endpoint fills, if it has one.
fn rate(endpoint: &str) -> Option<f64> {
    match endpoint {
        "v2/auth/token" | "v2/auth/revoke" => None,
        "v2/absence-periods" => Some(RATE_OF_ABSENCES),
        _ => endpoint.starts_with("v2/").then_some(RATE),
    }
}

impl Limits {
    /// Takes a request, or refuses it; with limits off every one is taken, and says that nothing is used up.
    pub(super) fn take(&mut self, endpoint: &'static str, now: Instant, on: bool) -> Verdict {
        match (rate(endpoint), on) {
            (Some(rate), true) => self.bucket(endpoint, rate, now),
            (Some(rate), false) => Verdict::of_bucket(true, CAPACITY, rate),
            (None, true) => Verdict::plain(self.window(endpoint, now)),
            (None, false) => Verdict::plain(true),
        }
    }

    fn window(&mut self, endpoint: &'static str, now: Instant) -> bool {
        let windows: &[(usize, u64)] = match endpoint {
            "v1/auth" => &[(60, 60)],
            "v2/auth/token" | "v2/auth/revoke" => &[(150, 60)],
            _ => &[(15, 1), (300, 60)],
        };
        if self.paused.get(endpoint).is_some_and(|until| now < *until) {
            return false;
        }
        let seen = self.windows.entry(endpoint).or_default();
        while seen
            .front()
            .is_some_and(|first| now.duration_since(*first) >= Duration::from_mins(1))
        {
            seen.pop_front();
        }
        let within = |seconds: u64| {
            let span = Duration::from_secs(seconds);
            let late = seen.iter().rev();
            late.take_while(|at| now.duration_since(**at) < span)
                .count()
        };
        let taken = windows
            .iter()
            .all(|(most, seconds)| within(*seconds) < *most);
        if taken {
            seen.push_back(now);
        } else if endpoint == "v1/auth" {
            self.paused.insert(endpoint, now + PAUSE);
        }
        taken
    }

    fn bucket(&mut self, endpoint: &'static str, rate: f64, now: Instant) -> Verdict {
        let (tokens, at) = self.buckets.entry(endpoint).or_insert((CAPACITY, now));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() * rate).min(CAPACITY);
        *at = now;
        let taken = *tokens >= 1.0;
        if taken {
            *tokens -= 1.0;
        }
        Verdict::of_bucket(taken, *tokens, rate)
    }
}
