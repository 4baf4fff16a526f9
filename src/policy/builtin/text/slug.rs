//! `slug`.

use super::ascii::ascii;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal, optional};
use crate::policy::eval::Value;

pub(super) static SLUG: Builtin = Builtin {
    name: "slug",
    on: Kind::Text,
    params: &[optional(literal("between", separator))],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text as part of an address: plain lower-case letters and digits, with a hyphen between words.",
    details: "Letters are written as `ascii` writes them; apostrophes and full stops go. `between` is what stands \
between words: `\"-\"`, `\".\"` or `\"_\"`.",
    examples: &[
        ("\"Zoë Müller-Groß\".slug()", "\"zoe-mueller-gross\""),
        ("\"van der  Berg\".slug(\".\")", "\"van.der.berg\""),
        ("\"O'Connor\".slug()", "\"oconnor\""),
        ("\"?!\".slug()", "missing"),
    ],
    run,
};

fn separator(written: &str) -> Result<(), Unfit> {
    if matches!(written, "-" | "." | "_") {
        return Ok(());
    }
    Err("between words stands `\"-\"`, `\".\"` or `\"_\"`".into())
}

fn run(args: &[Value]) -> Option<Value> {
    let between = text(args, 1).unwrap_or("-");
    let mut slug = String::new();
    let mut gap = false;
    for c in ascii(text(args, 0)?).chars() {
        if c.is_ascii_alphanumeric() {
            if gap && !slug.is_empty() {
                slug.push_str(between);
            }
            gap = false;
            slug.push(c.to_ascii_lowercase());
        } else if !matches!(c, '\'' | '`' | '"' | '.') {
            gap = true;
        }
    }
    Value::text(&slug)
}
