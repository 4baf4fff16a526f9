//! `clean`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static CLEAN: Builtin = Builtin {
    name: "clean",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text without invisible characters, with single spaces between its words.",
    details: "Line breaks, tabs and the blanks of word processors are spaces; control characters, marks of writing \
direction and characters without width go. What a spreadsheet does with `TRIM` and `CLEAN`.",
    examples: &[
        ("\"Ada   King\".clean()", "\"Ada King\""),
        ("\"Ada\\u{200b}\\u{a0} King\\n\".clean()", "\"Ada King\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let mut clean = String::new();
    for word in text(args, 0)?.split(char::is_whitespace) {
        let before = clean.len();
        clean.extend(word.chars().filter(|c| !is_invisible(*c)));
        if clean.len() > before {
            clean.push(' ');
        }
    }
    trimmed(&clean)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
