//! How many requests the simulator takes: windows in version 1, a bucket per endpoint in version 2.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Measured in 2026 for persons; other endpoints of version 2 are told to be alike.
const RATE: f64 = 30.0;

/// The most that a bucket holds.
const CAPACITY: f64 = 100.0;

/// What each endpoint took lately.
#[derive(Debug, Default)]
pub(super) struct Limits {
    windows: BTreeMap<&'static str, VecDeque<Instant>>,
    buckets: BTreeMap<&'static str, (f64, Instant)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Verdict {
    pub(super) taken: bool,
    /// What is left of a bucket, for the headers of version 2.
    pub(super) remaining: Option<u32>,
}

impl Verdict {
    /// The headers that tell of it.
    pub(super) fn headers(self) -> Vec<(&'static str, String)> {
        let Some(remaining) = self.remaining else {
            return Vec::new();
        };
        vec![
            ("x-ratelimit-remaining", remaining.to_string()),
            ("x-ratelimit-replenish-rate", RATE.to_string()),
            ("x-ratelimit-burst-capacity", CAPACITY.to_string()),
            ("x-ratelimit-requested-tokens", "1".to_owned()),
        ]
    }
}

impl Limits {
    pub(super) fn take(&mut self, endpoint: &'static str, now: Instant) -> Verdict {
        let windows: &[(usize, u64)] = match endpoint {
            "v1/auth" => &[(60, 60)],
            _ if endpoint.starts_with("v1/") => &[(15, 1), (300, 60)],
            "v2/auth/token" => &[(150, 60)],
            _ => return self.bucket(endpoint, now),
        };
        let seen = self.windows.entry(endpoint).or_default();
        while seen
            .front()
            .is_some_and(|first| now.duration_since(*first) >= Duration::from_mins(1))
        {
            seen.pop_front();
        }
        let within = |seconds: u64| {
            let span = Duration::from_secs(seconds);
            seen.iter()
                .rev()
                .take_while(|at| now.duration_since(**at) < span)
                .count()
        };
        let taken = windows
            .iter()
            .all(|(most, seconds)| within(*seconds) < *most);
        if taken {
            seen.push_back(now);
        }
        Verdict {
            taken,
            remaining: None,
        }
    }

    fn bucket(&mut self, endpoint: &'static str, now: Instant) -> Verdict {
        let (tokens, at) = self.buckets.entry(endpoint).or_insert((CAPACITY, now));
        *tokens = (*tokens + now.duration_since(*at).as_secs_f64() * RATE).min(CAPACITY);
        *at = now;
        let taken = *tokens >= 1.0;
        if taken {
            *tokens -= 1.0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 100"
        )]
        let remaining = Some(tokens.floor() as u32);
        Verdict { taken, remaining }
    }
}
