//! What a component is made of: escapes, pairs of attribute and value, and the key by which they compare.

use super::{COMPONENT, DnError};
use crate::directory::fold::fold;

/// Begins an escape in a key: `\x01\x01` is NUL, `\x01\x02` is itself, `\x01+` joins, `\x01#` is BER.
pub(super) const ESCAPE: char = '\x01';

/// A value as it must stand in a name (RFC 4514, section 2.4).
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len() + 4);
    let last = value.chars().count().saturating_sub(1);
    for (index, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => {
                escaped.push('\\');
                escaped.push(c);
            }
            ' ' if index == 0 || index == last => escaped.push_str("\\ "),
            '#' if index == 0 => escaped.push_str("\\#"),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    escaped.push('\\');
                    for half in [byte >> 4, byte & 15] {
                        let digit = char::from_digit(u32::from(half), 16);
                        escaped.extend(digit.map(|digit| digit.to_ascii_uppercase()));
                    }
                }
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A value without its escapes.
pub(super) enum Atom {
    Text(String),
    /// `#` and hexadecimal digits: a BER value that is kept as it is.
    Ber(String),
}

pub(super) fn unescape(value: &str) -> Result<Atom, DnError> {
    if let Some(digits) = value.strip_prefix('#') {
        let hex = digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || digits.is_empty() {
            return Err(DnError::BadHex);
        }
        return Ok(Atom::Ber(value.to_owned()));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                let escaped = characters.next().ok_or(DnError::BadEscape)?;
                if matches!(
                    escaped,
                    ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\' | '/'
                ) {
                    bytes.push(u8::try_from(escaped).unwrap_or_default());
                    continue;
                }
                let high = escaped.to_digit(16).ok_or(DnError::BadEscape)?;
                let low = characters.next().and_then(|c| c.to_digit(16));
                let byte = high * 16 + low.ok_or(DnError::BadEscape)?;
                bytes.push(u8::try_from(byte).unwrap_or_default());
            }
            '"' | ';' | '<' | '>' | '\0' => return Err(DnError::Unescaped { character: c }),
            c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    String::from_utf8(bytes)
        .map(Atom::Text)
        .map_err(|_| DnError::NotUtf8)
}

pub(super) fn push_pair_key(key: &mut String, attribute: &str, value: &Atom) {
    key.push_str(&attribute.to_ascii_lowercase());
    key.push('=');
    match value {
        Atom::Ber(digits) => {
            key.push(ESCAPE);
            key.push_str(&digits.to_ascii_lowercase());
        }
        Atom::Text(text) => {
            for c in fold(text).chars() {
                match c {
                    COMPONENT => key.push_str("\x01\x01"),
                    ESCAPE => key.push_str("\x01\x02"),
                    c => key.push(c),
                }
            }
        }
    }
}

/// A name or a dotted number (RFC 4512, section 1.4).
pub(super) fn check_attribute(attribute: &str) -> Result<(), DnError> {
    let mut bytes = attribute.bytes();
    let valid = match bytes.next() {
        Some(b'a'..=b'z' | b'A'..=b'Z') => {
            bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }
        Some(b'0'..=b'9') => bytes.all(|byte| byte.is_ascii_digit() || byte == b'.'),
        _ => false,
    };
    if valid {
        return Ok(());
    }
    Err(DnError::BadAttribute {
        attribute: attribute.to_owned(),
    })
}

/// Drops the spaces round a component, but not one that a backslash keeps.
pub(super) fn trim_component(text: &str) -> &str {
    let text = text.trim_start_matches(' ');
    let trimmed = text.trim_end_matches(' ');
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    if backslashes % 2 == 1 && trimmed.len() < text.len() {
        return text.get(..=trimmed.len()).unwrap_or(trimmed);
    }
    trimmed
}

/// The pieces of a text between separators that no backslash escapes.
pub(super) struct Split<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Split<'a> {
    pub(super) fn new(text: &'a str, separator: char) -> Self {
        Self {
            rest: Some(text),
            separator: u8::try_from(separator).unwrap_or(b','),
        }
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let mut escaped = false;
        let border = rest.bytes().position(|byte| {
            let ends = byte == self.separator && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        });
        let Some(border) = border else {
            self.rest = None;
            return Some(rest);
        };
        self.rest = rest.get(border + 1..);
        rest.get(..border)
    }
}
