//! `split`.

use super::Needle;
use crate::hr::MAX_ITEMS;
use crate::policy::builtin::args::{listed, text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static SPLIT: Builtin = Builtin {
    name: "split",
    on: Kind::Text,
    params: &[param("separator", Kind::TextOrRegex)],
    result: Kind::Texts,
    presence: Presence::Maybe,
    summary: "The parts of a text between separators, each without blanks at its ends; empty ones are left out.",
    details: "",
    examples: &[
        (
            "\"first aid; fire, warden\".split(\";\")",
            "[\"first aid\", \"fire, warden\"]",
        ),
        ("\"a, b;; c\".split(/[,;]/)", "[\"a\", \"b\", \"c\"]"),
        ("\"a/b/c\".split(\"/\").item(2)", "\"b\""),
        ("\";\".split(\";\")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let needle = Needle::of(args, 1)?;
    parts(needle.split(text(args, 0)?))
}

/// The parts that are not empty, if they are not too many.
pub(super) fn parts<'t>(parts: impl Iterator<Item = &'t str>) -> Option<Value> {
    let mut items = Vec::new();
    for part in parts.filter_map(trimmed) {
        if items.len() == MAX_ITEMS {
            return None;
        }
        items.push(part);
    }
    listed(items)
}
