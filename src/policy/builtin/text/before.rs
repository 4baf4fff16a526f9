//! `before`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static BEFORE: Builtin = Builtin {
    name: "before",
    on: Kind::Text,
    params: &[param("separator", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What stands before the first `separator`; missing where there is none.",
    details: "",
    examples: &[
        ("\"ada.king@example.com\".before(\"@\")", "\"ada.king\""),
        ("\"Sales (Berlin)\".before(\"(\")", "\"Sales\""),
        ("\"Ada\".before(\" \")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (before, _) = text(args, 0)?.split_once(text(args, 1)?)?;
    trimmed(before)
}
