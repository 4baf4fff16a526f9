//! `shorten`.

use super::{MOST, kept};
use crate::policy::builtin::args::{self, text};
use crate::policy::builtin::{Builtin, Kind, Presence, within};
use crate::policy::eval::Value;

pub(super) static SHORTEN: Builtin = Builtin {
    name: "shorten",
    on: Kind::Text,
    params: &[within("count", 1, MOST)],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "As many whole words from the start of a text as fit into `count` characters.",
    details: "For attributes that hold less than HR does. A first word that does not fit is cut.",
    examples: &[
        (
            "\"Head of Research and Development\".shorten(20)",
            "\"Head of Research and\"",
        ),
        (
            "\"Head of Research and Development\".shorten(19)",
            "\"Head of Research\"",
        ),
        ("\"Donaudampfschiff\".shorten(5)", "\"Donau\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let count = args::within(args, 1, 1, MOST)?;
    let Some((end, next)) = text.char_indices().nth(count) else {
        return kept(text);
    };
    let fits = text.get(..end)?;
    if next.is_whitespace() {
        return kept(fits);
    }
    let border = fits.trim().rfind(char::is_whitespace);
    let words = border.and_then(|border| fits.trim_start().get(..border));
    kept(words.unwrap_or(fits))
}
