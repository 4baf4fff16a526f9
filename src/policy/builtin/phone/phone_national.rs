//! `phone_national`.

use super::{COUNTRY, shown};
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;
use phonenumber::Mode;

pub(super) static PHONE_NATIONAL: Builtin = Builtin {
    name: "phone_national",
    on: Kind::Text,
    params: &[COUNTRY],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The phone number in groups, as it is dialled in its country; missing where there can be no such number.",
    details: "Reads what `phone` reads.",
    examples: &[
        ("\"+4930901820\".phone_national()", "\"030 901820\""),
        ("\"+12125550123\".phone_national()", "\"(212) 555-0123\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    shown(args, Mode::National)
}
