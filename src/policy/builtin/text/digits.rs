//! `digits`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static DIGITS: Builtin = Builtin {
    name: "digits",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The digits of a text, without what stands between them.",
    details: "",
    examples: &[
        ("\"+49 (30) 5550\".digits()", "\"49305550\""),
        ("\"room 12b\".digits()", "\"12\""),
        ("\"Ada\".digits()", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let digits = text(args, 0)?.chars().filter(char::is_ascii_digit);
    Value::text(&digits.collect::<String>())
}
