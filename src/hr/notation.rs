//! How HR writes values down: dates, times, numbers, truth.
//!
//! Each function reads one text, already trimmed and not empty, into one typed value, or says what is wrong with it.
//! What a [`Problem`] says without its hint never repeats the text, so it can be shown of sensitive values, too.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Decimal;
use super::decimal::BadDecimal;

/// Dates before this year are slips of the finger (`0021-05-01`), not dates of employment.
const FIRST_YEAR: i16 = 1800;

/// What is wrong with a value, without the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, to be read behind the name of the attribute or column: `is not a date`.
    pub what: String,
    /// What to do.
    pub mend: String,
    /// A mend made from the value itself, not to be shown of a sensitive one: did you mean `active`?
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, mend: impl Into<String>) -> Self {
        let (what, mend) = (what.into(), mend.into());
        Self {
            what,
            mend,
            hint: None,
        }
    }

    pub(super) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// A date: the first ten characters of `2018-09-10` or `2018-09-10T00:00:00+01:00`, whatever the offset.
///
/// Personio sends local midnight with the offset of the tenant; a way through UTC would shift the day.
pub(super) fn date(text: &str) -> Result<Date, Problem> {
    let parts = text.split_at_checked(10);
    let read = parts.and_then(|(day, rest)| is_time_of_day(rest).then(|| year_month_day(day))?);
    let Some((year, month, day)) = read else {
        return Err(
            Problem::new("is not a date", "write dates as `2026-01-31`").hint(german_date(text))
        );
    };
    let Ok(date) = Date::new(year, month, day) else {
        return Err(Problem::new(
            "is a date that is in no calendar",
            "correct the date in HR",
        ));
    };
    if year < FIRST_YEAR {
        let what = format!("is a date before the year {FIRST_YEAR}");
        return Err(Problem::new(what, "correct the year in HR"));
    }
    Ok(date)
}

/// Whether what follows a date is nothing, or a time with or without an offset.
fn is_time_of_day(rest: &str) -> bool {
    match rest.strip_prefix(['T', ' ']) {
        None => rest.is_empty(),
        Some(time) => {
            let known = |byte: u8| {
                byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z')
            };
            time.starts_with(|c: char| c.is_ascii_digit()) && time.bytes().all(known)
        }
    }
}

fn year_month_day(text: &str) -> Option<(i16, i8, i8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits =
        |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = digits(year, 4) && digits(month, 2) && digits(day, 2) && parts.next().is_none();
    shaped.then(|| Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)))?
}

/// The ISO form of `31.01.2026`, where that is what somebody wrote.
fn german_date(text: &str) -> Option<String> {
    let mut parts = text.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    (parts.next().is_none() && date.year() >= FIRST_YEAR).then(|| format!("write `{date}`"))
}

/// A time of day: `18:00`, `8:30`, `18:00:15`.
pub(super) fn time(text: &str) -> Result<Time, Problem> {
    let bad = || Problem::new("is not a time of day", "write times as `18:00`");
    let mut parts = text.split(':');
    let mut part = |least: usize| {
        let digits = parts
            .next()
            .filter(|part| (least..=2).contains(&part.len()));
        digits
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?
            .parse::<i8>()
            .ok()
    };
    let (Some(hour), Some(minute)) = (part(1), part(2)) else {
        return Err(bad());
    };
    let second = if text.matches(':').count() == 1 {
        0
    } else {
        part(2).ok_or_else(bad)?
    };
    if parts.next().is_some() {
        return Err(bad());
    }
    Time::new(hour, minute, second, 0).map_err(|_| bad())
}

/// A whole number of 64 bits: digits, a minus in front if need be.
pub(super) fn int(text: &str) -> Result<i64, Problem> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::new(
            "is not a whole number",
            "write digits only, without separators, or declare it `number` or `text`",
        ));
    }
    text.parse().map_err(|_| too_large())
}

/// A whole number that JSON wrote with a point or an exponent, or beyond 64 bits.
pub(super) fn int_of_decimal(text: &str) -> Result<i64, Problem> {
    match text.parse::<Decimal>() {
        Err(BadDecimal::TooManyDigits) => Err(too_large()),
        Err(BadDecimal::NotANumber) => int(text),
        Ok(number) => number.whole().ok_or_else(|| {
            Problem::new(
                "is not a whole number",
                "correct it in HR, or declare it `number`",
            )
        }),
    }
}

fn too_large() -> Problem {
    Problem::new(
        "does not fit into 64 bits",
        "declare it `text` if it is a mark and not a number",
    )
}

/// A decimal number, with a point.
pub(super) fn number(text: &str) -> Result<Decimal, Problem> {
    text.parse().map_err(|bad| match bad {
        BadDecimal::TooManyDigits => Problem::new(
            "has more than 18 digits",
            "declare it `text` if it is no quantity",
        ),
        BadDecimal::NotANumber => {
            let pointed = text.replacen(',', ".", 1);
            let hint = pointed
                .parse::<Decimal>()
                .ok()
                .map(|_| format!("write `{pointed}`"));
            Problem::new("is not a number", "write numbers as `38.5`").hint(hint)
        }
    })
}

/// True or false, as forms in English and German say it.
pub(super) fn truth(text: &str) -> Result<bool, Problem> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" | "wahr" | "ja" => Ok(true),
        "false" | "no" | "0" | "falsch" | "nein" => Ok(false),
        _ => Err(Problem::new(
            "is neither true nor false",
            "write `true` or `false`",
        )),
    }
}

/// The time zone of that IANA name, from the database in the program.
///
/// It is not the machine's database, so that the same policy and people give the same plan everywhere.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
    ZONES.get(name).ok()
}

/// The name of a time zone as the time zone database spells it.
pub(super) fn timezone(text: &str) -> Result<String, Problem> {
    let found = time_zone(text);
    let name = found
        .as_ref()
        .and_then(TimeZone::iana_name)
        .map(str::to_owned);
    name.ok_or_else(|| {
        Problem::new(
            "is not a time zone",
            "write the IANA name of a time zone, such as `Europe/Berlin`",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{date, int, int_of_decimal, number, time, timezone, truth};

    fn shown<T: ToString>(read: Result<T, super::Problem>) -> String {
        match read {
            Ok(value) => value.to_string(),
            Err(problem) => match problem.hint {
                Some(hint) => format!("{}; {hint}", problem.what),
                None => problem.what,
            },
        }
    }

    #[test]
    fn a_date_is_its_first_ten_characters() {
        for text in [
            "2018-09-10",
            "2018-09-10T00:00:00+01:00",
            "2018-09-10T00:00:00+0100",
            "2018-09-10T23:59:59.999-11:00",
            "2018-09-10T00:00:00Z",
            "2018-09-10 00:00:00",
        ] {
            assert_eq!(shown(date(text)), "2018-09-10", "{text}");
        }
        assert_eq!(shown(date("1835-02-01T00:00:00+00:53")), "1835-02-01");
        assert_eq!(shown(date("9999-12-31")), "9999-12-31");
    }

    #[test]
    fn nonsense_is_no_date() {
        for (text, problem) in [
            ("2021-02-30", "is a date that is in no calendar"),
            ("0000-00-00", "is a date that is in no calendar"),
            ("0021-05-01", "is a date before the year 1800"),
            ("2021-1-1", "is not a date"),
            ("2021-01-01x", "is not a date"),
            ("2021-01-01T", "is not a date"),
            ("2021-01-01-05", "is not a date"),
            ("20210101", "is not a date"),
            ("tomorrow", "is not a date"),
            ("ÄÖÜÄÖÜ", "is not a date"),
            ("01/02/2021", "is not a date"),
            ("31.1.2021", "is not a date; write `2021-01-31`"),
        ] {
            assert_eq!(shown(date(text)), problem, "{text}");
        }
    }

    #[test]
    fn times_are_hours_and_minutes() {
        assert_eq!(shown(time("18:00")), "18:00:00");
        assert_eq!(shown(time("8:30:15")), "08:30:15");
        for text in [
            "24:00",
            "18",
            "18:0",
            "18:00:",
            "18:00:00:00",
            "-1:00",
            "6pm",
            "118:00",
        ] {
            assert_eq!(shown(time(text)), "is not a time of day", "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_exact() {
        assert_eq!(shown(int("9223372036854775807")), "9223372036854775807");
        assert_eq!(shown(int("-007")), "-7");
        assert_eq!(
            shown(int("9223372036854775808")),
            "does not fit into 64 bits"
        );
        for text in ["40.0", "1.000", "+7", "-", "1e3", "٣"] {
            assert_eq!(shown(int(text)), "is not a whole number", "{text}");
        }
        assert_eq!(shown(int_of_decimal("40.0")), "40");
        assert_eq!(shown(int_of_decimal("40.5")), "is not a whole number");
        assert_eq!(
            shown(int_of_decimal("18446744073709551616")),
            "does not fit into 64 bits"
        );
    }

    #[test]
    fn numbers_have_a_point() {
        assert_eq!(shown(number("38.50")), "38.5");
        assert_eq!(shown(number("38,5")), "is not a number; write `38.5`");
        assert_eq!(shown(number("1e300")), "has more than 18 digits");
    }

    #[test]
    fn truth_is_said_in_two_languages() {
        assert_eq!(shown(truth("Ja")), "true");
        assert_eq!(shown(truth("FALSE")), "false");
        assert_eq!(shown(truth("maybe")), "is neither true nor false");
    }

    #[test]
    fn a_time_zone_is_spelt_as_the_database_spells_it() {
        assert_eq!(shown(timezone("europe/berlin")), "Europe/Berlin");
        assert_eq!(shown(timezone("PACIFIC/HONOLULU")), "Pacific/Honolulu");
        assert_eq!(shown(timezone("utc")), "UTC");
        for text in ["Berlin", "../etc/passwd", "CEST-2", "Europe/"] {
            assert_eq!(shown(timezone(text)), "is not a time zone", "{text}");
        }
    }
}
