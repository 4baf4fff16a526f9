//! Functions on phone numbers, by the numbering plans of all countries.

mod phone_e164;
mod phone_international;
mod phone_national;

use super::args::text;
use super::{Builtin, Check, Kind, Param, Unfit, optional, param};
use crate::policy::eval::Value;
use phonenumber::country::Id;
use phonenumber::{Mode, PhoneNumber};

/// Every function on phone numbers, by name.
pub(super) static ALL: &[&Builtin] = &[
    &phone_e164::PHONE,
    &phone_international::PHONE_INTERNATIONAL,
    &phone_national::PHONE_NATIONAL,
];

/// Where a number belongs that does not say so itself.
const COUNTRY: Param = optional(Param {
    check: Check::IfLiteral(check),
    ..param("country", Kind::Text)
});

/// The most digits: 15 of E.164, and what is dialled before them.
const MOST_DIGITS: usize = 20;

fn check(written: &str) -> Result<(), Unfit> {
    if country(written).is_some() {
        return Ok(());
    }
    Err("a country is two letters (ISO 3166), such as `\"DE\"`".into())
}

fn country(code: &str) -> Option<Id> {
    if code.len() != 2 {
        return None;
    }
    code.to_ascii_uppercase().parse().ok()
}

/// The number that a text is, if there can be such a number.
fn number(args: &[Value]) -> Option<PhoneNumber> {
    let dialled = dialled(text(args, 0)?)?;
    let country = text(args, 1).and_then(country);
    if country.is_none() && !dialled.starts_with('+') {
        return None;
    }
    let number = phonenumber::parse(country, dialled).ok()?;
    phonenumber::is_valid(&number).then_some(number)
}

/// The number in a form.
fn shown(args: &[Value], form: Mode) -> Option<Value> {
    Value::text(&number(args)?.format().mode(form).to_string())
}

/// The digits, and `+` before them, without what people put between them; nothing where something else stands there.
fn dialled(written: &str) -> Option<String> {
    let mut digits = String::new();
    for c in written.chars() {
        match c {
            '+' | '\u{ff0b}' if digits.is_empty() => digits.push('+'),
            '0'..='9' => digits.push(c),
            '-' | '/' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' => {}
            _ if c.is_whitespace() => {}
            _ => return None,
        }
    }
    (digits.len() <= MOST_DIGITS).then_some(digits)
}
