//! `pad_start`.

use super::pad_end::{MOST_WIDTH, one_character, padding};
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, literal, within};
use crate::policy::eval::Value;

pub(super) static PAD_START: Builtin = Builtin {
    name: "pad_start",
    on: Kind::Text,
    params: &[
        within("width", 1, MOST_WIDTH),
        literal("with", one_character),
    ],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "The text filled up at its start with a character until it is `width` characters long.",
    details: "",
    examples: &[
        ("4711.pad_start(6, \"0\")", "\"004711\""),
        ("\"Berlin\".pad_start(3, \"0\")", "\"Berlin\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    Value::text(&format!("{}{text}", padding(args, text)?))
}
