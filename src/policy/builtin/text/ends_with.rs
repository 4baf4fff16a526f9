//! `ends_with`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    on: Kind::Text,
    params: &[param("part", Kind::Text)],
    result: Kind::Bool,
    presence: Presence::Always,
    summary: "Whether a text ends with another, exactly.",
    details: "",
    examples: &[
        ("\"ada@example.com\".ends_with(\"@example.com\")", "true"),
        ("\"Sales Manager\".ends_with(\"manager\")", "false"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Some(Value::Bool(text(args, 0)?.ends_with(text(args, 1)?)))
}
