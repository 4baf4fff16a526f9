//! `pad_end`.

use crate::policy::builtin::args::{self, text};
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal, within};
use crate::policy::eval::Value;

pub(super) static PAD_END: Builtin = Builtin {
    name: "pad_end",
    on: Kind::Text,
    params: &[
        within("width", 1, MOST_WIDTH),
        literal("with", one_character),
    ],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "The text filled up at its end with a character until it is `width` characters long.",
    details: "",
    examples: &[
        ("\"Ng\".pad_end(4, \"x\")", "\"Ngxx\""),
        ("\"Berlin\".pad_end(4, \"x\")", "\"Berlin\""),
    ],
    run,
};

/// The widest that a text is filled up: the longest names in a directory.
pub(super) const MOST_WIDTH: i64 = 256;

/// What texts are filled up with.
pub(super) fn one_character(written: &str) -> Result<(), Unfit> {
    let mut characters = written.chars();
    match (characters.next(), characters.next()) {
        (Some(c), None) if !c.is_whitespace() => Ok(()),
        _ => Err("a text is filled up with one character that is no blank".into()),
    }
}

/// What has to be added to a text.
pub(super) fn padding(args: &[Value], to: &str) -> Option<String> {
    let width = args::within(args, 1, 1, MOST_WIDTH)?;
    let lacking = width.saturating_sub(to.chars().count());
    Some(text(args, 2)?.repeat(lacking))
}

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    Value::text(&format!("{text}{}", padding(args, text)?))
}
