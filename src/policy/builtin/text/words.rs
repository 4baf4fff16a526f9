//! `words`.

use super::split::parts;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static WORDS: Builtin = Builtin {
    name: "words",
    on: Kind::Text,
    params: &[],
    result: Kind::Texts,
    presence: Presence::Maybe,
    summary: "The words of a text: what stands between blanks.",
    details: "",
    examples: &[
        (
            "\"Ada  Mary King\".words()",
            "[\"Ada\", \"Mary\", \"King\"]",
        ),
        ("\"Ada Mary King\".words().last()", "\"King\""),
        ("\"Ada Mary King\".words().length()", "3"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    parts(text(args, 0)?.split_whitespace())
}
