//! Lengths of time as people write them: a number and a unit.

use std::fmt;
use std::str::FromStr;

/// A length of time: months, days and seconds stay apart, because neither of them is a fixed number of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    /// Calendar months; a year is twelve.
    pub months: i32,
    /// Calendar days; a week is seven.
    pub days: i32,
    /// Seconds; an hour is 3600.
    pub seconds: i64,
}

impl Duration {
    /// So many calendar days.
    pub const fn days(days: i32) -> Self {
        Self {
            months: 0,
            days,
            seconds: 0,
        }
    }

    /// So many calendar months.
    pub const fn months(months: i32) -> Self {
        Self {
            months,
            days: 0,
            seconds: 0,
        }
    }

    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self {
            months: 0,
            days: 0,
            seconds,
        }
    }
}

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number and a unit, such as `14 days`")]
pub struct BadDuration;

/// Reads `14 days`: digits, spaces, and `minutes hours days weeks months years` or one of them in the singular.
impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or(BadDuration)?;
        let number: i32 = number.parse().map_err(|_| BadDuration)?;
        let times = |factor: i32| number.checked_mul(factor).ok_or(BadDuration);
        Ok(match unit.trim_start().to_lowercase().as_str() {
            "minute" | "minutes" => Self::seconds(i64::from(number) * 60),
            "hour" | "hours" => Self::seconds(i64::from(number) * 3600),
            "day" | "days" => Self::days(number),
            "week" | "weeks" => Self::days(times(7)?),
            "month" | "months" => Self::months(number),
            "year" | "years" => Self::months(times(12)?),
            _ => return Err(BadDuration),
        })
    }
}

/// The duration in the largest units that fit: `1 year`, `14 days`, `90 minutes`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        let mut part = |number: i64, unit: &str| {
            let plural = if number == 1 { "" } else { "s" };
            if number != 0 {
                parts.push(format!("{number} {unit}{plural}"));
            }
        };
        if self.months % 12 == 0 {
            part(i64::from(self.months / 12), "year");
        } else {
            part(i64::from(self.months), "month");
        }
        part(i64::from(self.days), "day");
        match self.seconds {
            seconds if seconds % 3600 == 0 => part(seconds / 3600, "hour"),
            seconds if seconds % 60 == 0 => part(seconds / 60, "minute"),
            seconds => part(seconds, "second"),
        }
        if parts.is_empty() {
            return f.write_str("0 days");
        }
        f.write_str(&parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::Duration;

    #[test]
    fn durations_are_read_and_printed() {
        for (text, shown) in [
            ("14 days", "14 days"),
            ("1 day", "1 day"),
            ("2weeks", "14 days"),
            (" 3  Months ", "3 months"),
            ("1 year", "1 year"),
            ("90 minutes", "90 minutes"),
            ("2 hours", "2 hours"),
            ("0 days", "0 days"),
        ] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_number_and_unit_is_refused() {
        for text in [
            "",
            "days",
            "14",
            "-1 days",
            "1.5 days",
            "14 tage",
            "99999999999 days",
            "999999999 years",
        ] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }
}
