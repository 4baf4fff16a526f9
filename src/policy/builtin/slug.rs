//! `slug`.

use super::{Builtin, Kind, ascii, text};
use crate::policy::eval::Value;

/// The text as part of an address: plain lower-case letters, digits, and single hyphens between them.
pub(super) static SLUG: Builtin = Builtin {
    name: "slug",
    summary: "The text as part of an address: plain lower-case letters, digits, and single hyphens between them.",
    params: &[],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut slug = String::new();
    let mut gap = false;
    for c in ascii(text(args, 0)?).chars() {
        if c.is_ascii_alphanumeric() {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(c.to_ascii_lowercase());
        } else if !matches!(c, '\'' | '`' | '"' | '.') {
            gap = true;
        }
    }
    Value::text(&slug)
}
