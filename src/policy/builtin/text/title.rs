//! `title`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use unicode_normalization::char::is_combining_mark;

pub(super) static TITLE: Builtin = Builtin {
    name: "title",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The text with the first letter of each word in upper case and the others in lower case.",
    details: "For names of people see `name_case`, which knows *von*, *de* and *Mc*.",
    examples: &[
        ("\"head of SALES\".title()", "\"Head Of Sales\""),
        ("\"ada KING-noel\".title()", "\"Ada King-Noel\""),
        ("\"o'brien\".title()", "\"O'brien\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut titled = String::new();
    let mut inside = false;
    for c in text(args, 0)?.chars() {
        if inside {
            titled.extend(c.to_lowercase());
        } else {
            titled.push_str(&capital(c));
        }
        let joins = matches!(c, '\'' | '\u{2019}') || (inside && is_combining_mark(c));
        inside = c.is_alphanumeric() || joins;
    }
    Value::text(&titled)
}

/// A letter at the start of a word: `ß` is `Ss`.
pub(super) fn capital(c: char) -> String {
    let mut upper = c.to_uppercase();
    let first = upper.next().into_iter();
    first.chain(upper.flat_map(char::to_lowercase)).collect()
}
