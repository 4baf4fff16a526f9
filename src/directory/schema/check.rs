//! Whether AD can store a value: length, characters, form. Asked before a plan is made, and again by the
//! embedded directory.

use std::fmt;

use super::{Attribute, Syntax};
use crate::directory::dn::Dn;
use crate::directory::filetime::from_generalized_time;
use crate::directory::fold::length;

/// What a sAMAccountName may not contain (MS-SAMR 3.1.1.8.4, and `@`, which no logon form survives).
const NOT_IN_ACCOUNT_NAMES: &str = "\"/\\[]:;|=,+*?<>@";

/// Why a value can not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unfit {
    /// AD has no empty values.
    Empty,
    /// Longer than the attribute allows; both in UTF-16 units.
    TooLong {
        /// How long it is.
        length: usize,
        /// How long it may be.
        max: u32,
    },
    /// More bytes than the attribute allows.
    TooLarge {
        /// How many there are.
        bytes: usize,
        /// How many there may be.
        max: u32,
    },
    /// A character that the attribute does not take.
    Forbidden(char),
    /// A name that ends with a full stop.
    TrailingDot,
    /// A name of nothing but spaces and full stops.
    OnlySpacesAndDots,
    /// Not a whole number, or one outside the range.
    NotANumber,
    /// Neither `TRUE` nor `FALSE`.
    NotABoolean,
    /// Not a distinguished name.
    NotADn,
    /// Not an instant.
    NotATime,
    /// Not the name of a class.
    NotAClass,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::TooLong { length, max } => {
                write!(
                    f,
                    "it is {length} characters long, at most {max} are allowed"
                )
            }
            Self::TooLarge { bytes, max } => {
                write!(f, "it has {bytes} bytes, at most {max} are allowed")
            }
            Self::Forbidden(character) if character.is_control() => {
                write!(
                    f,
                    "it contains the control character {}",
                    character.escape_unicode()
                )
            }
            Self::Forbidden(character) => write!(f, "it contains `{character}`"),
            Self::TrailingDot => f.write_str("it ends with a full stop"),
            Self::OnlySpacesAndDots => f.write_str("it has only spaces and full stops"),
            Self::NotANumber => f.write_str("it is no whole number that fits"),
            Self::NotABoolean => f.write_str("it is neither TRUE nor FALSE"),
            Self::NotADn => f.write_str("it is no distinguished name"),
            Self::NotATime => f.write_str("it is no instant like 20260302090000.0Z"),
            Self::NotAClass => f.write_str("it is no name of a class"),
        }
    }
}

impl Attribute {
    /// Whether a user account can hold this value.
    pub fn check(&self, value: &str) -> Result<(), Unfit> {
        self.check_up_to(value, self.max_on_account())
    }

    /// Whether it can hold so many bytes, where its values are bytes.
    pub fn check_size(&self, bytes: usize) -> Result<(), Unfit> {
        match self.max.filter(|_| self.syntax.is_binary()) {
            Some(max) if bytes > max as usize => Err(Unfit::TooLarge { bytes, max }),
            Some(_) | None => Ok(()),
        }
    }

    /// Whether an object of another class (group, computer, contact) can hold this value.
    pub fn check_off_account(&self, value: &str) -> Result<(), Unfit> {
        self.check_up_to(value, self.max)
    }

    fn check_up_to(&self, value: &str, max: Option<u32>) -> Result<(), Unfit> {
        if value.is_empty() {
            return Err(Unfit::Empty);
        }
        match self.syntax {
            Syntax::Text | Syntax::CaseExactText => {
                within(value, max)?;
                self.check_characters(value)
            }
            Syntax::Octets | Syntax::Sid | Syntax::Guid => Ok(()),
            Syntax::Integer => {
                let number: i32 = value.parse().map_err(|_| Unfit::NotANumber)?;
                match max {
                    Some(max) if i64::from(number) > i64::from(max) => Err(Unfit::NotANumber),
                    _ => Ok(()),
                }
            }
            Syntax::LargeInteger | Syntax::FileTime => value
                .parse::<i64>()
                .map(|_| ())
                .map_err(|_| Unfit::NotANumber),
            Syntax::Boolean => match value {
                "TRUE" | "FALSE" => Ok(()),
                _ => Err(Unfit::NotABoolean),
            },
            Syntax::Dn => match Dn::parse(value) {
                Ok(name) if !name.is_root() => Ok(()),
                _ => Err(Unfit::NotADn),
            },
            Syntax::GeneralizedTime => from_generalized_time(value)
                .map(|_| ())
                .ok_or(Unfit::NotATime),
            Syntax::Class => {
                let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if value.bytes().all(name) {
                    return Ok(());
                }
                Err(Unfit::NotAClass)
            }
        }
    }

    fn check_characters(&self, value: &str) -> Result<(), Unfit> {
        if value.contains('\0') {
            return Err(Unfit::Forbidden('\0'));
        }
        match self.name {
            "sAMAccountName" => {
                let forbidden = |c: &char| c.is_control() || NOT_IN_ACCOUNT_NAMES.contains(*c);
                if let Some(character) = value.chars().find(forbidden) {
                    return Err(Unfit::Forbidden(character));
                }
                if value.chars().all(|c| c == ' ' || c == '.') {
                    return Err(Unfit::OnlySpacesAndDots);
                }
                if value.ends_with('.') {
                    return Err(Unfit::TrailingDot);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn within(value: &str, max: Option<u32>) -> Result<(), Unfit> {
    let length = length(value);
    match max {
        Some(max) if length > max as usize => Err(Unfit::TooLong { length, max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Unfit;
    use crate::directory::schema::attribute;

    fn check(name: &str, value: &str) -> Result<(), Unfit> {
        attribute(name).unwrap().check(value)
    }

    #[test]
    fn account_names_are_short_and_plain() {
        assert_eq!(check("sAMAccountName", "zmueller-gross"), Ok(()));
        assert_eq!(
            check("sAMAccountName", &"x".repeat(21)),
            Err(Unfit::TooLong {
                length: 21,
                max: 20
            })
        );
        for c in "\"/\\[]:;|=,+*?<>@\t".chars() {
            let name = format!("a{c}b");
            assert_eq!(check("sAMAccountName", &name), Err(Unfit::Forbidden(c)));
        }
        assert_eq!(check("sAMAccountName", "a."), Err(Unfit::TrailingDot));
        assert_eq!(
            check("sAMAccountName", ". ."),
            Err(Unfit::OnlySpacesAndDots)
        );
        let group = attribute("sAMAccountName").unwrap();
        assert_eq!(group.check_off_account(&"x".repeat(256)), Ok(()));
    }

    #[test]
    fn values_have_the_form_of_their_syntax() {
        assert_eq!(check("department", ""), Err(Unfit::Empty));
        assert_eq!(check("department", &"ü".repeat(64)), Ok(()));
        assert_eq!(
            check("department", &"\u{1F600}".repeat(33)),
            Err(Unfit::TooLong {
                length: 66,
                max: 64
            })
        );
        assert_eq!(
            check("cn", &"x".repeat(65)),
            Err(Unfit::TooLong {
                length: 65,
                max: 64
            })
        );
        assert_eq!(check("countryCode", "276"), Ok(()));
        assert_eq!(check("countryCode", "65536"), Err(Unfit::NotANumber));
        assert_eq!(check("uidNumber", "many"), Err(Unfit::NotANumber));
        assert_eq!(check("uidNumber", "2147483648"), Err(Unfit::NotANumber));
        assert_eq!(check("accountExpires", "9223372036854775807"), Ok(()));
        assert_eq!(
            check("msExchHideFromAddressLists", "yes"),
            Err(Unfit::NotABoolean)
        );
        assert_eq!(check("manager", "Ada"), Err(Unfit::NotADn));
        assert_eq!(check("manager", " "), Err(Unfit::NotADn));
        assert_eq!(check("whenCreated", "yesterday"), Err(Unfit::NotATime));
        assert_eq!(check("objectClass", "a b"), Err(Unfit::NotAClass));
    }

    #[test]
    fn reasons_read_well() {
        assert_eq!(
            Unfit::TooLong {
                length: 21,
                max: 20
            }
            .to_string(),
            "it is 21 characters long, at most 20 are allowed"
        );
        assert_eq!(Unfit::Forbidden('/').to_string(), "it contains `/`");
        assert_eq!(
            Unfit::Forbidden('\n').to_string(),
            "it contains the control character \\u{a}"
        );
    }
}
