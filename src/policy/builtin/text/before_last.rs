//! `before_last`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static BEFORE_LAST: Builtin = Builtin {
    name: "before_last",
    on: Kind::Text,
    params: &[param("separator", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What stands before the last `separator`; missing where there is none.",
    details: "",
    examples: &[
        ("\"Ada Mary King\".before_last(\" \")", "\"Ada Mary\""),
        ("\"Ada\".before_last(\" \")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (before, _) = text(args, 0)?.rsplit_once(text(args, 1)?)?;
    trimmed(before)
}
