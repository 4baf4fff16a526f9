//! `title`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The text with the first letter of each word in upper case and the others in lower case.
pub(super) static TITLE: Builtin = Builtin {
    name: "title",
    summary: "The text with the first letter of each word in upper case and the others in lower case.",
    params: &[],
    result: Kind::Text,
    may_miss: false,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut titled = String::new();
    let mut inside = false;
    for c in text(args, 0)?.chars() {
        if inside {
            titled.extend(c.to_lowercase());
        } else {
            titled.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || c == '\'' || c == '\u{2019}';
    }
    Value::text(&titled)
}
