//! `without_suffix`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static WITHOUT_SUFFIX: Builtin = Builtin {
    name: "without_suffix",
    on: Kind::Text,
    params: &[param("suffix", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text without `suffix` at its end, if it ends so.",
    details: "",
    examples: &[
        (
            "\"Kestrel Instruments SE\".without_suffix(\"SE\")",
            "\"Kestrel Instruments\"",
        ),
        ("\"Kestrel\".without_suffix(\"SE\")", "\"Kestrel\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let (text, suffix) = (text(args, 0)?, text(args, 1)?);
    trimmed(text.strip_suffix(suffix).unwrap_or(text))
}
