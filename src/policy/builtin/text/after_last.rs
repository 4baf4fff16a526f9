//! `after_last`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static AFTER_LAST: Builtin = Builtin {
    name: "after_last",
    on: Kind::Text,
    params: &[param("separator", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What stands behind the last `separator`; missing where there is none.",
    details: "",
    examples: &[
        ("\"Ada Mary King\".after_last(\" \")", "\"King\""),
        ("\"a/b/c\".after_last(\"/\")", "\"c\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (_, after) = text(args, 0)?.rsplit_once(text(args, 1)?)?;
    trimmed(after)
}
