//! `phone`.

use super::{COUNTRY, shown};
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use phonenumber::Mode;

pub(super) static PHONE: Builtin = Builtin {
    name: "phone",
    on: Kind::Text,
    params: &[COUNTRY],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text as a phone number in the form E.164; missing where there can be no such number.",
    details: "`country` says where a number belongs that does not begin with `+`; a column of a table serves as well as \
`\"DE\"`. Blanks, hyphens, slashes, points and parentheses may stand between the digits; where anything else does, it \
is no number. A number is one if the country's numbering plan has room for it, whether anybody answers it or not.",
    examples: &[
        ("\"030 / 901820\".phone(\"DE\")", "\"+4930901820\""),
        ("\"+49 (0)30 901820\".phone()", "\"+4930901820\""),
        ("\"020 7946 0018\".phone(\"GB\")", "\"+442079460018\""),
        ("\"030 901820\".phone()", "missing"),
        ("\"ask the porter\".phone(\"DE\")", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    shown(args, Mode::E164)
}
