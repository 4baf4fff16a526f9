//! What a policy says around accounts: where people come from, what is expected of their data, what HR and
//! people get to know, and how long it is kept. Plain data.

use super::eval::time;
use super::notice::TextPart;
use super::ruleset::{Duration, Limit, NamePattern, RuleId, StageId, TimeUnit};
use crate::diagnostic::Span;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// `source "externals.csv" prefix "x" lose at most 10%`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRule {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// Put before each of its keys.
    pub prefix: Option<Arc<str>>,
    /// How many of its people one run may lose; `None` is the default.
    pub lose: Option<Limit>,
    /// The statement.
    pub rule: RuleId,
    /// Where the name is written.
    pub span: Span,
}

/// `expect "…" when …`: data quality, without any effect on accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectRule {
    /// What is expected, in its author's words.
    pub title: Arc<str>,
    /// It tests a sensitive value: whom it is not met by is told to nobody by a notice (S11).
    pub sensitive: bool,
    /// The statement.
    pub rule: RuleId,
}

/// `notify "…" { … }`; what it says is asked of [`crate::policy::Telling`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRule {
    /// Its name.
    pub name: Arc<str>,
    /// When it is sent: any of these.
    pub on: Vec<EventRule>,
    /// The password stands in its body: the run that makes one sends it at once.
    pub password: bool,
    /// When what it collects is sent as one message; none where each is a message of its own.
    pub digest: Option<Digest>,
    /// The item.
    pub rule: RuleId,
}

/// `digest daily at 08:00`, `digest weekly on monday at 08:00`, in the policy's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// On which day of the week; every day where none is said.
    pub day: Option<Weekday>,
    /// At which time of the day.
    pub at: Time,
}

/// A line `on …` of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// What happens.
    pub event: NoticeEvent,
    /// What the state knows it by: an `on` that says something else is another one.
    pub key: Arc<str>,
    /// The statement.
    pub rule: RuleId,
}

/// What makes a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeEvent {
    /// An account is made.
    Create,
    /// A password is made.
    Password,
    /// An account is deleted.
    Delete,
    /// A working person would be put back before the start (S2).
    Postpone,
    /// Something of the person cannot be decided or done.
    Problem,
    /// Something that a run does for the person begins to fail: known when the run ends.
    Failure,
    /// An `expect` rule begins not to be met: one event for each rule.
    Expectation,
    /// The person comes into a stage.
    Enter {
        /// Into one of these.
        into: Vec<StageId>,
        /// Out of one of these; any if empty.
        from: Vec<StageId>,
    },
    /// The person leaves one of these stages.
    Exit(Vec<StageId>),
    /// HR says another value of one of these attributes, by their positions in the schema.
    ChangeOf(Vec<u32>),
    /// Something of the person begins to wait for approval, or is asked anew; and again after so long, at the
    /// beginning of a day.
    Approval(Option<Duration>),
    /// A condition begins to hold; a position in [`crate::policy::Wish::watches`].
    When(u32),
}

/// `await "mailbox" within 4 hours { … }`; what it sends is asked of [`crate::policy::Telling`].
#[derive(Debug, Clone, PartialEq)]
pub struct AwaitRule {
    /// The name of the step, here and in the configuration.
    pub name: Arc<str>,
    /// How long the answer may take, counted from when the step is begun.
    pub within: SignedDuration,
    /// What begins it: any of these.
    pub on: Vec<AwaitEvent>,
    /// Only for whom this holds; a position in [`crate::policy::Wish::watches`].
    pub condition: Option<u32>,
    /// The statement that says so.
    pub when: Option<RuleId>,
    /// The account is not enabled before.
    pub enable: bool,
    /// These groups are not given before; of a list that is empty all.
    pub groups: Option<Vec<NamePattern>>,
    /// The item.
    pub rule: RuleId,
}

/// What begins a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwaitEvent {
    /// An account is made.
    Create,
    /// The person comes into a stage.
    Enter {
        /// Into one of these.
        into: Vec<StageId>,
        /// Out of one of these; any if empty.
        from: Vec<StageId>,
    },
}

/// A line of `writeback`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WritebackRule {
    /// The position of the HR attribute in the schema.
    pub field: u32,
    /// Its name in the policy.
    pub name: Arc<str>,
    /// Its name in HR.
    pub source: Arc<str>,
    /// Whether people sign in to HR with it.
    pub login: bool,
    /// The value, where it is the same for everybody but for the account.
    pub fixed: Option<Vec<TextPart>>,
    /// The line.
    pub rule: RuleId,
}

/// `retention { … }`: how long the state keeps what runs did (S12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Personal values: names, values before and after, reasons.
    pub values: Duration,
    /// The trail itself: that something happened, when, by whom.
    pub trail: Duration,
    /// The item; `None` where the policy has none and defaults hold.
    pub rule: Option<RuleId>,
}

/// Half a year of values, three years of trail: as long as a works council and an audit usually ask for.
impl Default for Retention {
    fn default() -> Self {
        Self {
            values: Duration {
                count: 180,
                unit: TimeUnit::Day,
            },
            trail: Duration {
                count: 3,
                unit: TimeUnit::Year,
            },
            rule: None,
        }
    }
}

impl Retention {
    /// The instant before which personal values are destroyed.
    pub fn values_since(&self, now: Timestamp) -> Timestamp {
        earlier(now, self.values)
    }

    /// The instant before which the trail is dropped.
    pub fn trail_since(&self, now: Timestamp) -> Timestamp {
        earlier(now, self.trail)
    }
}

fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    let by = time::duration(by);
    time::shift_instant(now, by, true, &TimeZone::UTC).unwrap_or(Timestamp::MIN)
}
