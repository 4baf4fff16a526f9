//! Instants as AD writes them: FILETIME, generalized time, and `accountExpires`.
//!
//! Sources: MS-DTYP 2.3.3 (FILETIME: 100 ns since 1601-01-01 UTC), RFC 4517 3.3.13 (generalized time),
//! MS-ADA1 (accountExpires: 0 and 2^63-1 both mean never).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Steps of a FILETIME between 1601-01-01 and 1970-01-01.
const EPOCH: i128 = 116_444_736_000_000_000;

/// The instant of a FILETIME; none where it lies outside the years that we can write.
pub fn from_filetime(ticks: i64) -> Option<Timestamp> {
    Timestamp::from_nanosecond((i128::from(ticks) - EPOCH) * 100).ok()
}

/// The FILETIME of an instant, cut to 100 ns; none before 1601.
pub fn to_filetime(instant: Timestamp) -> Option<i64> {
    let ticks = instant.as_nanosecond().div_euclid(100) + EPOCH;
    i64::try_from(ticks).ok().filter(|ticks| *ticks >= 0)
}

/// When an account ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountExpires {
    /// At that instant.
    At(Timestamp),
    /// Never; AD writes it as 0 or as 9223372036854775807.
    Never,
}

impl AccountExpires {
    /// What a value of `accountExpires` means; none for one that is no instant.
    pub fn from_value(ticks: i64) -> Option<Self> {
        match ticks {
            0 | i64::MAX => Some(Self::Never),
            ticks => from_filetime(ticks).map(Self::At),
        }
    }

    /// The value to write.
    pub fn to_value(self) -> Option<i64> {
        match self {
            Self::Never => Some(i64::MAX),
            Self::At(instant) => to_filetime(instant).filter(|ticks| *ticks > 0),
        }
    }
}

/// Reads `20260302090000.0Z`, `20260302090000Z` and `20260302100000+0100`; a text without a zone is none.
pub fn from_generalized_time(text: &str) -> Option<Timestamp> {
    let digits = |from: usize, to: usize| -> Option<&str> {
        text.get(from..to)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let small = |from: usize, to: usize| digits(from, to)?.parse::<i8>().ok();
    let year = digits(0, 4)?.parse().ok()?;
    let (month, day) = (small(4, 6)?, small(6, 8)?);
    let (hour, minute, second) = (small(8, 10)?, small(10, 12)?, small(12, 14)?);
    let mut zone = text.get(14..)?;
    let mut nanosecond = 0;
    if let Some(rest) = zone.strip_prefix(['.', ',']) {
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let (fraction, after) = rest.split_at_checked(end)?;
        nanosecond = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
        zone = after;
    }
    let civil = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
    let utc = TimeZone::UTC.to_timestamp(civil).ok()?;
    let sign = match zone.bytes().next()? {
        b'Z' if zone.len() == 1 => return Some(utc),
        b'+' => -1,
        b'-' => 1,
        _ => return None,
    };
    let offset = zone.get(1..)?;
    let part = |from: usize, to: usize| offset.get(from..to)?.parse::<i64>().ok();
    let minutes = match offset.len() {
        2 => part(0, 2)? * 60,
        4 => part(0, 2)? * 60 + part(2, 4)?,
        _ => return None,
    };
    utc.checked_add(jiff::SignedDuration::from_secs(sign * minutes * 60))
        .ok()
}

/// The text of an instant as AD writes it, to the second: `20260302090000.0Z`.
pub fn to_generalized_time(instant: Timestamp) -> String {
    instant.strftime("%Y%m%d%H%M%S.0Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::{
        AccountExpires, from_filetime, from_generalized_time, to_filetime, to_generalized_time,
    };
    use jiff::Timestamp;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_filetime_is_an_instant() {
        let instant = at("2026-03-02T09:00:00Z");
        assert_eq!(to_filetime(instant), Some(134_169_156_000_000_000));
        assert_eq!(from_filetime(134_169_156_000_000_000), Some(instant));
        assert_eq!(to_filetime(at("1601-01-01T00:00:00Z")), Some(0));
        assert_eq!(to_filetime(at("1600-12-31T00:00:00Z")), None);
        assert_eq!(from_filetime(i64::MAX), None);
    }

    #[test]
    fn never_has_two_spellings() {
        assert_eq!(AccountExpires::from_value(0), Some(AccountExpires::Never));
        assert_eq!(
            AccountExpires::from_value(i64::MAX),
            Some(AccountExpires::Never)
        );
        assert_eq!(AccountExpires::Never.to_value(), Some(i64::MAX));
        assert!(AccountExpires::At(at("2999-01-01T00:00:00Z")) < AccountExpires::Never);
    }

    #[test]
    fn generalized_time_is_read_with_its_zone() {
        let instant = at("2026-03-02T09:00:00Z");
        for text in [
            "20260302090000.0Z",
            "20260302090000Z",
            "20260302100000+0100",
            "20260302040000.000-05",
        ] {
            assert_eq!(from_generalized_time(text), Some(instant), "{text}");
        }
        assert_eq!(to_generalized_time(instant), "20260302090000.0Z");
        for text in [
            "20260302090000",
            "2026030209",
            "20260230090000Z",
            "x",
            "20260302090000.Zü",
        ] {
            assert_eq!(from_generalized_time(text), None, "{text}");
        }
    }
}
