//! `name_case`.

use super::title::capital;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static NAME_CASE: Builtin = Builtin {
    name: "name_case",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "A name that was typed in capitals or in small letters, as names are written.",
    details: "Particles such as *von*, *de* and *van der* are small, what follows a hyphen, `O'` or `Mc` is big. \
A word that already mixes upper and lower case is left as it is, because somebody typed it so on purpose. \
A name of one word is never a particle.",
    examples: &[
        (
            "\"URSULA VON DER LEYEN\".name_case()",
            "\"Ursula von der Leyen\"",
        ),
        ("\"müller-groß\".name_case()", "\"Müller-Groß\""),
        ("\"O'CONNOR\".name_case()", "\"O'Connor\""),
        ("\"MCDONALD\".name_case()", "\"McDonald\""),
        ("\"deVries\".name_case()", "\"deVries\""),
        ("\"LE\".name_case()", "\"Le\""),
    ],
    run,
};

/// Words within names that are written small.
const PARTICLES: [&str; 30] = [
    "af", "av", "bin", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos",
    "du", "e", "el", "ibn", "la", "le", "lo", "ten", "ter", "van", "vom", "von", "y", "zu", "zum",
    "zur",
];

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let alone = text.split_whitespace().nth(1).is_none();
    let mut name = String::new();
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            name.push(' ');
        }
        let small = word.to_lowercase();
        if is_mixed(word) {
            name.push_str(word);
        } else if !alone && PARTICLES.contains(&small.as_str()) {
            name.push_str(&small);
        } else {
            name.push_str(&big(&small));
        }
    }
    Value::text(&name)
}

/// Whether a word has small letters and capitals behind small letters or several capitals.
fn is_mixed(word: &str) -> bool {
    word.chars().any(char::is_lowercase) && word.chars().skip(1).any(char::is_uppercase)
}

/// A word in small letters with capitals where names have them.
fn big(small: &str) -> String {
    let mut name = String::new();
    let mut part = 0;
    for (index, c) in small.char_indices() {
        let so_far = small.get(index - part..index).unwrap_or_default();
        let behind_mc = so_far == "mc" && small.get(index..).is_some_and(|rest| rest.len() > 1);
        if part == 0 || behind_mc {
            name.push_str(&capital(c));
        } else {
            name.push(c);
        }
        // A letter before an apostrophe is a particle, O' or D'; several are a word, as in Ta'ang.
        let new = matches!(c, '-' | '\u{2010}')
            || (matches!(c, '\'' | '\u{2019}') && so_far.chars().count() == 1);
        part = if new { 0 } else { part + c.len_utf8() };
    }
    name
}
