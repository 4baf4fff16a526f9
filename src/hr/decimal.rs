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
        let scaled =
            |number: &Self, by: u8| i128::from(number.mantissa) * 10_i128.pow(u32::from(by));
        scaled(self, other.scale).cmp(&scaled(other, self.scale))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::{BadDecimal, Decimal};

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
}
