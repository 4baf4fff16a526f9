//! Decimal numbers without rounding: salaries and weekly hours come as text and stay exact.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The most digits after the point.
const MAX_SCALE: u8 = 18;

/// An exact decimal number of up to 18 digits, always in its shortest form: `40.50` is `40.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    mantissa: i64,
    scale: u8,
}

/// Why a text is no decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadDecimal {
    /// Not digits with at most one point and an exponent.
    #[error("not a number")]
    NotANumber,
    /// More digits than are kept.
    #[error("a number of too many digits")]
    TooManyDigits,
}

impl Decimal {
    /// The whole number, where nothing stands after the point.
    pub fn whole(self) -> Option<i64> {
        (self.scale == 0).then_some(self.mantissa)
    }

    /// The sum; nothing where it has too many digits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Self::shortest(
            self.scaled(scale).checked_add(other.scaled(scale))?,
            scale.into(),
        )
    }

    /// The difference; nothing where it has too many digits.
    pub fn minus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Self::shortest(
            self.scaled(scale).checked_sub(other.scaled(scale))?,
            scale.into(),
        )
    }

    /// The product; nothing where it has too many digits.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = i128::from(self.mantissa).checked_mul(other.mantissa.into())?;
        Self::shortest(product, i32::from(self.scale) + i32::from(other.scale))
    }

    /// The quotient, rounded to so many places; nothing where it has too many digits or `other` is 0.
    pub fn divided_by(self, other: Self, places: u8) -> Option<Self> {
        let raised = 10_i128.checked_pow(u32::from(other.scale) + u32::from(places))?;
        let numerator = i128::from(self.mantissa).checked_mul(raised)?;
        let denominator =
            i128::from(other.mantissa).checked_mul(10_i128.checked_pow(self.scale.into())?)?;
        let quotient = Rounding::HalfAway.divide(numerator, denominator)?;
        Self::shortest(quotient, places.into())
    }

    /// The number with at most so many places behind the point.
    #[must_use]
    pub fn rounded(self, places: u8, how: Rounding) -> Self {
        let Some(surplus) = self.scale.checked_sub(places) else {
            return self;
        };
        let rounded = how.divide(self.mantissa.into(), 10_i128.pow(surplus.into()));
        rounded
            .and_then(|mantissa| Self::shortest(mantissa, places.into()))
            .unwrap_or(self)
    }

    /// The digits with so many places behind the point, at least its own.
    /// How many parts of one it is, of which one has 10^18: as many as any number of the language can tell apart.
    pub(crate) fn parts(self) -> i128 {
        self.scaled(MAX_SCALE)
    }

    /// The number of so many parts of one; nothing where it has too many digits.
    pub(crate) fn of_parts(parts: i128) -> Option<Self> {
        Self::shortest(parts, MAX_SCALE.into())
    }

    fn scaled(self, scale: u8) -> i128 {
        let more = u32::from(scale.saturating_sub(self.scale));
        i128::from(self.mantissa) * 10_i128.pow(more)
    }

    fn shortest(mut mantissa: i128, mut scale: i32) -> Option<Self> {
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        let scale = u8::try_from(scale)
            .ok()
            .filter(|scale| *scale <= MAX_SCALE)?;
        let mantissa = i64::try_from(mantissa).ok()?;
        Some(Self { mantissa, scale })
    }
}

/// How digits are cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest; half goes away from 0, as in commerce.
    HalfAway,
    /// Without what is cut off.
    TowardsZero,
}

impl Rounding {
    /// The quotient as a whole number; nothing where the divisor is 0.
    fn divide(self, number: i128, by: i128) -> Option<i128> {
        let (quotient, rest) = (number.checked_div(by)?, number.checked_rem(by)?);
        let up = self == Self::HalfAway && rest.unsigned_abs() >= by.unsigned_abs().div_ceil(2);
        let away = if (number < 0) == (by < 0) { 1 } else { -1 };
        quotient.checked_add(if up { away } else { 0 })
    }
}

impl From<i64> for Decimal {
    fn from(mantissa: i64) -> Self {
        Self { mantissa, scale: 0 }
    }
}

/// Reads what JSON calls a number (RFC 8259): digits, at most one point, at most one exponent.
impl FromStr for Decimal {
    type Err = BadDecimal;

    fn from_str(text: &str) -> Result<Self, BadDecimal> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (
                number,
                exponent
                    .parse::<i32>()
                    .map_err(|_| BadDecimal::NotANumber)?,
            ),
            None => (text, 0),
        };
        let (negative, digits) = match number.strip_prefix(['-', '+']) {
            Some(digits) => (number.starts_with('-'), digits),
            None => (false, number),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "") | ("", _)) => return Err(BadDecimal::NotANumber),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all = || whole.bytes().chain(fraction.bytes());
        if whole.is_empty() || !all().all(|byte| byte.is_ascii_digit()) {
            return Err(BadDecimal::NotANumber);
        }
        let mut mantissa: i128 = 0;
        for byte in all() {
            let next = mantissa
                .checked_mul(10)
                .and_then(|value| value.checked_add(i128::from(byte - b'0')));
            mantissa = next.ok_or(BadDecimal::TooManyDigits)?;
        }
        if mantissa == 0 {
            return Ok(Self::from(0));
        }
        let places = i32::try_from(fraction.len()).map_err(|_| BadDecimal::TooManyDigits)?;
        let scale = places
            .checked_sub(exponent)
            .ok_or(BadDecimal::TooManyDigits)?;
        let mantissa = if negative { -mantissa } else { mantissa };
        Self::shortest(mantissa, scale).ok_or(BadDecimal::TooManyDigits)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        if scale == 0 {
            return self.mantissa.fmt(f);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = format!(
            "{:0width$}",
            self.mantissa.unsigned_abs(),
            width = scale + 1
        );
        let (whole, fraction) = digits
            .split_at_checked(digits.len() - scale)
            .unwrap_or((&digits, ""));
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        self.scaled(scale).cmp(&other.scaled(scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::{BadDecimal, Decimal, Rounding};

    fn read(text: &str) -> Result<String, BadDecimal> {
        text.parse().map(|number: Decimal| number.to_string())
    }

    #[test]
    fn numbers_keep_every_digit_and_no_more() {
        for (text, shown) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("40", "40"),
            ("40.50", "40.5"),
            ("-0.05", "-0.05"),
            ("3000.10", "3000.1"),
            ("1.5e3", "1500"),
            ("15E-1", "1.5"),
            ("9223372036854775807", "9223372036854775807"),
            ("0e999999", "0"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_is_refused() {
        for text in [
            "", "-", ".5", "5.", "1,5", "1e", "0x10", "NaN", "1.2.3", "--1", "١",
        ] {
            assert_eq!(read(text), Err(BadDecimal::NotANumber), "{text}");
        }
        for text in [
            "9223372036854775808",
            "0.1234567890123456789",
            "1e300",
            "1e-300",
            "1e-2147483648",
        ] {
            assert_eq!(read(text), Err(BadDecimal::TooManyDigits), "{text}");
        }
    }

    #[test]
    fn numbers_of_different_scale_compare_by_value() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        assert!(read("1.5") < read("1.50001"));
        assert!(read("-9223372036854775807") < read("0.000000000000000001"));
        assert_eq!(read("2.0"), read("2"));
    }

    #[test]
    fn arithmetic_is_exact_or_nothing() {
        let read = |text: &str| text.parse::<Decimal>().unwrap();
        let shown = |number: Option<Decimal>| number.map_or("-".to_owned(), |it| it.to_string());
        assert_eq!(shown(read("0.1").plus(read("0.2"))), "0.3");
        assert_eq!(shown(read("1").minus(read("1.05"))), "-0.05");
        assert_eq!(shown(read("38.5").times(read("-2"))), "-77");
        assert_eq!(shown(read("1").divided_by(read("3"), 6)), "0.333333");
        assert_eq!(shown(read("-2").divided_by(read("0.3"), 2)), "-6.67");
        assert_eq!(shown(read("1").divided_by(read("0"), 6)), "-");
        let most = read("9223372036854775807");
        assert_eq!(shown(most.plus(read("1"))), "-");
        assert_eq!(shown(most.times(most)), "-");
        let least = Decimal::from(i64::MIN);
        assert_eq!(shown(Decimal::from(0).minus(least)), "-");
        assert_eq!(shown(least.divided_by(read("-1"), 0)), "-");
        assert_eq!(
            shown(least.divided_by(read("0.000000000000000001"), 6)),
            "-"
        );
    }

    #[test]
    fn half_is_rounded_away_from_nought() {
        for (number, places, near, down) in [
            ("2.5", 0, "3", "2"),
            ("-2.5", 0, "-3", "-2"),
            ("2.449", 1, "2.4", "2.4"),
            ("2.45", 1, "2.5", "2.4"),
            ("-0.05", 1, "-0.1", "0"),
            ("1.005", 2, "1.01", "1"),
            ("7", 3, "7", "7"),
            ("9.223372036854775807", 0, "9", "9"),
        ] {
            let number: Decimal = number.parse().unwrap();
            let round = |how| number.rounded(places, how).to_string();
            assert_eq!(round(Rounding::HalfAway), near, "{number}");
            assert_eq!(round(Rounding::TowardsZero), down, "{number}");
        }
    }
}
