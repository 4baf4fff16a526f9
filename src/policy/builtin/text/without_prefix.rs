//! `without_prefix`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static WITHOUT_PREFIX: Builtin = Builtin {
    name: "without_prefix",
    on: Kind::Text,
    params: &[param("prefix", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text without `prefix` at its start, if it begins so.",
    details: "",
    examples: &[
        ("\"Dr. Ada King\".without_prefix(\"Dr.\")", "\"Ada King\""),
        ("\"Ada King\".without_prefix(\"Dr.\")", "\"Ada King\""),
        ("\"Dr.\".without_prefix(\"Dr.\")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (text, prefix) = (text(args, 0)?, text(args, 1)?);
    trimmed(text.strip_prefix(prefix).unwrap_or(text))
}
