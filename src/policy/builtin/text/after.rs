//! `after`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static AFTER: Builtin = Builtin {
    name: "after",
    on: Kind::Text,
    params: &[param("separator", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What stands behind the first `separator`; missing where there is none.",
    details: "What stands between two: `x.after(\"(\").before(\")\")`.",
    examples: &[
        ("\"ada.king@example.com\".after(\"@\")", "\"example.com\""),
        (
            "\"Sales (Berlin)\".after(\"(\").before(\")\")",
            "\"Berlin\"",
        ),
        ("\"a/b/c\".after(\"/\")", "\"b/c\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (_, after) = text(args, 0)?.split_once(text(args, 1)?)?;
    trimmed(after)
}
