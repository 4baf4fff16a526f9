//! `initials`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The first letter of each word, in upper case; a hyphen begins a new word.
pub(super) static INITIALS: Builtin = Builtin {
    name: "initials",
    summary: "The first letter of each word, in upper case; a hyphen begins a new word.",
    params: &[],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let words = text(args, 0)?.split(|c: char| c.is_whitespace() || c == '-');
    let firsts = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let initials: String = firsts.flat_map(char::to_uppercase).collect();
    Value::text(&initials)
}
