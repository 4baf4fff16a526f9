//! Makes passwords from the system's random source.
//!
//! Each has upper and lower case, a digit and a sign, as AD's complexity rule wants three of them ("Password
//! must meet complexity requirements"), and no character that is easily taken for another.

use rand::TryRng as _;
use rand::rngs::SysRng;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::state::StoreError;

/// Each class has a character in every password.
const CLASSES: [&[u8]; 4] = [
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"abcdefghijkmnpqrstuvwxyz",
    b"23456789",
    b"!#%+-./:=?@_",
];

/// The shortest password that is made, whatever a policy says.
const MIN_LENGTH: usize = 12;

/// The longest that AD stores (MS-SAMR 3.1.1.8.7).
const MAX_LENGTH: usize = 127;

/// A new password of that length.
pub(super) fn make(length: u32) -> Result<SecretString, StoreError> {
    let length = usize::try_from(length)
        .unwrap_or(MAX_LENGTH)
        .clamp(MIN_LENGTH, MAX_LENGTH);
    let all: Vec<u8> = CLASSES.concat();
    loop {
        // Drawn whole and drawn again until every class is there, so that all such passwords are equally likely.
        let mut text = Zeroizing::new(String::with_capacity(length));
        for _ in 0..length {
            text.push(char::from(draw(&all)?));
        }
        let has = |class: &&[u8]| text.bytes().any(|byte| class.contains(&byte));
        if CLASSES.iter().all(has) {
            return Ok(SecretString::from(text.as_str()));
        }
    }
}

/// One of these, each equally likely.
fn draw(from: &[u8]) -> Result<u8, StoreError> {
    loop {
        let mut byte = [0];
        SysRng
            .try_fill_bytes(&mut byte)
            .map_err(|error| StoreError::Random(error.to_string()))?;
        // The alphabet has fewer than 128 characters: seven bits, and those beyond it drawn again.
        let [byte] = byte;
        if let Some(found) = from.get(usize::from(byte & 0x7F)) {
            return Ok(*found);
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::{CLASSES, make};

    #[test]
    fn a_password_has_every_class_and_its_length() {
        for (asked, length) in [(0, 12), (16, 16), (127, 127), (5000, 127)] {
            for _ in 0..50 {
                let password = make(asked).unwrap();
                let bytes = password.expose_secret().as_bytes();
                assert_eq!(bytes.len(), length);
                for class in CLASSES {
                    assert!(bytes.iter().any(|byte| class.contains(byte)));
                }
            }
        }
    }

    #[test]
    fn no_two_passwords_are_alike() {
        let first = make(16).unwrap();
        assert_ne!(first.expose_secret(), make(16).unwrap().expose_secret());
        assert!(!format!("{first:?}").contains(first.expose_secret()));
    }
}
