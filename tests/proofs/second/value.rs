//! Values as the reference tells of them: there, missing or unknown.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use unicode_normalization::UnicodeNormalization as _;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Is(Value),
    Missing,
    /// It hangs on a record that cannot be read.
    Unknown,
}

/// A value that is there. Types that the reference lets stand for one another are one here: `one of`, zones and
/// texts; whole numbers and others.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Number(Number),
    Bool(bool),
    /// `never` is the last day of the calendar.
    Date(Date),
    Time(Time),
    Length(Length),
    Moment(Moment),
    Unit(String),
    Person(String),
    Employment(Rc<Vec<(String, Answer)>>),
    Row {
        table: String,
        row: usize,
    },
    Table(String),
    List(List),
}

/// Values in an order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct List {
    pub(super) items: Vec<Answer>,
    /// Whether it is not known whether there is more.
    pub(super) more: bool,
}

/// A point in time; `never` is later than all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    At(Timestamp),
    Never,
}

/// A duration: its parts stay apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Length {
    pub(super) months: i32,
    pub(super) days: i32,
    pub(super) minutes: i64,
}

/// The last day of the calendar.
pub(super) const NEVER: Date = Date::MAX;

/// An exact decimal, in units of a millionth of a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) i128);

impl Number {
    pub(super) const ONE: i128 = 1_000_000_000_000;

    pub(super) fn whole(number: i128) -> Self {
        Self(number * Self::ONE)
    }

    /// Digits with a point, a sign before them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.chars().all(|one| one.is_ascii_digit());
        if whole.is_empty() || part.len() > 12 || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        if digits.ends_with('.') {
            return None;
        }
        let whole: i128 = whole.parse().ok()?;
        let part: i128 = format!("{part:0<12}").parse().ok()?;
        Some(Self(sign * (whole * Self::ONE + part)))
    }

    pub(super) fn as_whole(self) -> Option<i128> {
        (self.0 % Self::ONE == 0).then_some(self.0 / Self::ONE)
    }

    /// To so many places, half away from 0.
    pub(super) fn round(self, places: u32) -> Self {
        let unit = 10_i128.pow(12 - places);
        let down = self.0.abs() / unit;
        let up = i128::from(self.0.abs() % unit * 2 >= unit);
        Self(self.0.signum() * (down + up) * unit)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.abs() / Self::ONE, self.0.abs() % Self::ONE);
        let part = format!("{part:012}");
        match part.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

/// As a template prints it.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Unit(text) | Self::Person(text) | Self::Table(text) => {
                f.write_str(text)
            }
            Self::Number(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Date(NEVER) | Self::Moment(Moment::Never) => f.write_str("never"),
            Self::Date(date) => date.fmt(f),
            Self::Time(time) => write!(f, "{:02}:{:02}", time.hour(), time.minute()),
            Self::Moment(Moment::At(at)) => at.fmt(f),
            Self::Length(_) | Self::Employment(_) | Self::Row { .. } | Self::List(_) => {
                unreachable!("the checker lets no template print {self:?}")
            }
        }
    }
}

/// The order of two values that the reference orders.
pub(super) fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.cmp(right),
        (Value::Date(left), Value::Date(right)) => left.cmp(right),
        (Value::Time(left), Value::Time(right)) => left.cmp(right),
        (Value::Moment(left), Value::Moment(right)) => left.cmp(right),
        _ => unreachable!("the checker orders no {left:?} and {right:?}"),
    }
}

/// A text as the language has it: trimmed, composed, never empty.
pub(super) fn text(text: &str) -> Answer {
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Answer::Missing;
    }
    Answer::Is(Value::Text(text))
}

/// A text that keeps the blanks round it, where a template put some there: only what is cut out is trimmed.
pub(super) fn kept(text: &str) -> Answer {
    if text.is_empty() {
        return Answer::Missing;
    }
    Answer::Is(Value::Text(text.to_owned()))
}

/// A list, which is missing where nothing is in it.
pub(super) fn list(items: Vec<Answer>) -> Answer {
    if items.is_empty() {
        return Answer::Missing;
    }
    Answer::Is(Value::List(List { items, more: false }))
}

pub(super) fn number(number: i128) -> Answer {
    Answer::Is(Value::Number(Number::whole(number)))
}

pub(super) fn truth(truth: bool) -> Answer {
    Answer::Is(Value::Bool(truth))
}
