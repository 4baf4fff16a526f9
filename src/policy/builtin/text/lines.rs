//! `lines`.

use super::split::parts;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static LINES: Builtin = Builtin {
    name: "lines",
    on: Kind::Text,
    params: &[],
    result: Kind::Texts,
    presence: Presence::Maybe,
    summary: "The lines of a text, without those that are empty.",
    details: "",
    examples: &[
        (
            "\"Hauptstr. 5\\n10117 Berlin\".lines()",
            "[\"Hauptstr. 5\", \"10117 Berlin\"]",
        ),
        (
            "\"Hauptstr. 5\\n10117 Berlin\".lines().join(\", \")",
            "\"Hauptstr. 5, 10117 Berlin\"",
        ),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let ends = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    parts(text(args, 0)?.split(ends))
}
