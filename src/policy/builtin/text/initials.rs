//! `initials`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static INITIALS: Builtin = Builtin {
    name: "initials",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The first letter or digit of each word, in upper case; a hyphen begins a new word.",
    details: "",
    examples: &[
        ("\"Ada Mary King-Noel\".initials()", "\"AMKN\""),
        ("\"élodie\".initials()", "\"É\""),
        ("\"Lab 7\".initials()", "\"L7\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let words = text(args, 0)?.split(|c: char| c.is_whitespace() || c == '-');
    let firsts = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let initials: String = firsts.flat_map(char::to_uppercase).collect();
    Value::text(&initials)
}
