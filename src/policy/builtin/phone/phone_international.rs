//! `phone_international`.

use super::{COUNTRY, shown};
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use phonenumber::Mode;

pub(super) static PHONE_INTERNATIONAL: Builtin = Builtin {
    name: "phone_international",
    on: Kind::Text,
    params: &[COUNTRY],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The phone number in groups, with the code of its country; missing where there can be no such number.",
    details: "Reads what `phone` reads.",
    examples: &[
        (
            "\"030901820\".phone_international(\"DE\")",
            "\"+49 30 901820\"",
        ),
        (
            "\"+12125550123\".phone_international()",
            "\"+1 212-555-0123\"",
        ),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    shown(args, Mode::International)
}
