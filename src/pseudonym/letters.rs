//! Letters and digits in the place of others, by a key.
//!
//! What stands for a letter hangs on the key and on all letters before it in its word (Xu, Fan, Ammar, Moon: "Prefix-
//! preserving IP address anonymization", 2002, there for bits). So two words that begin alike still do, the first letters
//! of a word become the first letters of its pseudonym, and two different words of one length never become one. Vowels
//! become vowels, so that a name can be read out; a first digit that is no zero stays none.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How many bytes a key has.
pub const KEY_BYTES: usize = 32;

const VOWELS: &[u8] = b"aeiou";
const CONSONANTS: &[u8] = b"bcdfghjklmnpqrstvwxyz";
const FIRST_DIGITS: &[u8] = b"123456789";
const DIGITS: &[u8] = b"0123456789";

/// The key.
#[derive(Clone)]
pub(super) struct Letters {
    mac: Hmac<Sha256>,
}

impl Letters {
    pub(super) fn new(key: &[u8; KEY_BYTES]) -> Option<Self> {
        let mac = Hmac::new_from_slice(key).ok()?;
        Some(Self { mac })
    }

    /// What stands for a word of small ASCII letters and digits; other characters stay.
    pub(super) fn word(&self, word: &str) -> String {
        let mut out = String::with_capacity(word.len());
        for (index, byte) in word.bytes().enumerate() {
            let class = class_of(byte, index == 0);
            let before = word.as_bytes().get(..index).unwrap_or_default();
            let place = class.iter().position(|one| *one == byte);
            let other = place.and_then(|place| self.shuffled(class, before).get(place).copied());
            out.push(char::from(other.unwrap_or(byte)));
        }
        out
    }

    /// The letters of a class in the order that key and beginning give them (Fisher and Yates).
    fn shuffled(&self, class: &[u8], before: &[u8]) -> Vec<u8> {
        let mut mac = self.mac.clone();
        mac.update(&[class.first().copied().unwrap_or_default()]);
        mac.update(before);
        let bytes = mac.finalize().into_bytes();
        let mut letters = class.to_vec();
        for (index, byte) in (1..letters.len()).rev().zip(bytes) {
            letters.swap(index, usize::from(byte) % (index + 1));
        }
        letters
    }
}

fn class_of(byte: u8, first: bool) -> &'static [u8] {
    if VOWELS.contains(&byte) {
        VOWELS
    } else if byte.is_ascii_lowercase() {
        CONSONANTS
    } else if first && FIRST_DIGITS.contains(&byte) {
        FIRST_DIGITS
    } else if byte.is_ascii_digit() && !first {
        DIGITS
    } else {
        &[]
    }
}

#[cfg(test)]
mod tests {
    use super::Letters;
    use std::collections::BTreeSet;

    #[test]
    fn beginnings_stay_beginnings_and_no_two_words_become_one() {
        let letters = Letters::new(&[7; 32]).unwrap();
        for word in ["anna", "berg", "4711", "oneil", "x7", "007"] {
            let whole = letters.word(word);
            assert_eq!(whole.len(), word.len());
            for end in 0..word.len() {
                assert_eq!(letters.word(&word[..end]), whole[..end], "{word}");
            }
        }
        let all: BTreeSet<String> = (1_000..10_000)
            .map(|number: u32| letters.word(&number.to_string()))
            .collect();
        assert_eq!(all.len(), 9_000);
        assert!(all.iter().all(|number| !number.starts_with('0')));
        let other = Letters::new(&[8; 32]).unwrap();
        assert_ne!(letters.word("schmidt"), other.word("schmidt"));
    }
}
