//! `without_accents`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use unicode_normalization::UnicodeNormalization;

pub(super) static WITHOUT_ACCENTS: Builtin = Builtin {
    name: "without_accents",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The text with its letters bare of accents, dots and tails.",
    details: "`ü` is `u`, where `ascii` writes `ue`. Letters that are no other letter with a mark stay: `ß`, `ł`, `ø`, \
and everything in scripts other than Latin, Greek and Cyrillic.",
    examples: &[
        ("\"Zoë Müller\".without_accents()", "\"Zoe Muller\""),
        ("\"Groß\".without_accents()", "\"Groß\""),
        (
            "\"François Łuczak\".without_accents()",
            "\"Francois Łuczak\"",
        ),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let letters = text.nfd().filter(|c| !is_accent(*c));
    let bare: String = letters.nfc().collect();
    // Nothing but accents is left as it is.
    Value::text(if bare.trim().is_empty() { text } else { &bare })
}

/// The marks of European scripts; those of others are vowels.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}
