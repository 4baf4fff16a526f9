//! How fast a run goes, and how patient it is with a directory that is busy or gone for a while.

use std::time::Duration;

use jiff::SignedDuration;

/// The most operations that are on their way at once; a domain controller has no use for more.
pub const MAX_IN_FLIGHT: usize = 256;

/// How fast a run goes, and how patient it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many operations are on their way at once. With 1 every action has its turn alone and in the plan's
    /// order, and nothing is put together.
    pub in_flight: usize,
    /// The most operations a second, all workers together; none where only the directory sets the pace.
    pub rate: Option<u32>,
    /// What is done while the directory is busy, or does not answer.
    pub patience: Patience,
    /// How long the mark in the directory says that a run is at work, unless it is renewed (S5); none where the
    /// clock stands still, and so could not say when that is over.
    pub lease: Option<SignedDuration>,
}

/// How often something is tried, and how long the pauses between are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How often an operation is sent while the directory is busy.
    pub attempts: u32,
    /// How often the directory is asked for what became of something, while it does not answer.
    pub looks: u32,
    /// How long the first pause is; each further one is twice as long, and shorter by chance.
    pub pause: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            in_flight: 32,
            rate: None,
            patience: Patience::default(),
            lease: Some(SignedDuration::from_mins(10)),
        }
    }
}

impl Default for Patience {
    /// About ten seconds for a busy directory, and a minute for one that is gone.
    fn default() -> Self {
        Self {
            attempts: 8,
            looks: 12,
            pause: Duration::from_millis(100),
            longest: Duration::from_secs(10),
        }
    }
}

impl Pace {
    /// How many workers there are.
    pub(super) fn workers(&self) -> usize {
        self.in_flight.clamp(1, MAX_IN_FLIGHT)
    }

    /// The longest gap between two operations' beginnings that the rate asks for; none without one.
    pub(super) fn gap(&self) -> Option<Duration> {
        let rate = self.rate.filter(|rate| *rate > 0)?;
        Duration::from_secs(1).checked_div(rate)
    }
}
