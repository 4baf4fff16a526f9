//! `hash`.

use crate::policy::builtin::args::{self, text};
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;
use sha2::{Digest, Sha256};

pub(super) static HASH: Builtin = Builtin {
    name: "hash",
    on: Kind::Text,
    params: &[within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "Letters and digits that are always the same for the same text and tell nothing of it.",
    details: "The first `count` of 51 characters, five bits each, of the text's SHA-256 in UTF-8; the letters *i*, *l*, \
*o* and *u* are left out. Two of a thousand people share one of 4 characters with 38 %, one of 8 with less than \
one in a million. It is no secret: whoever can guess the text can compute it.",
    examples: &[
        ("\"Ada King\".hash(8)", "\"1w77ptej\""),
        ("4711.hash(6)", "\"vsjgtr\""),
    ],
    run,
};

/// As many characters of five bits as 256 bits give.
const MOST: i64 = 51;

/// Digits and letters that are not mistaken for each other.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j',
    'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

fn run(args: &[Value]) -> Option<Value> {
    let count = args::within(args, 1, 1, MOST)?;
    let digest = digest(text(args, 0)?);
    let mut hash = String::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in digest {
        bits = (bits << 8) | u32::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            hash.push(*ALPHABET.get(((bits >> held) & 31) as usize)?);
        }
        bits &= (1 << held) - 1;
    }
    Value::text(&hash.chars().take(count).collect::<String>())
}

/// SHA-256 of a text.
pub(super) fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}
