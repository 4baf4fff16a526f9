//! `remove`.

use super::Needle;
use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static REMOVE: Builtin = Builtin {
    name: "remove",
    on: Kind::Text,
    params: &[param("part", Kind::TextOrRegex)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text without every `part`, which is a text or a regular expression.",
    details: "",
    examples: &[
        ("\"030 / 55 50\".remove(\" \")", "\"030/5550\""),
        ("\"K-4711-B\".remove(/[^0-9]/)", "\"4711\""),
        ("\"---\".remove(\"-\")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let needle = Needle::of(args, 1)?;
    let left: String = needle.split(text(args, 0)?).collect();
    trimmed(&left)
}
