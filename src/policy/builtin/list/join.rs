//! `join`.

use crate::policy::builtin::args::{Growing, list, text};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;

pub(super) static JOIN: Builtin = Builtin {
    name: "join",
    on: Kind::Printable,
    params: &[param("between", Kind::Text)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The items of a list as one text with `between` between them; missing where there are none.",
    details: "A list that is written out leaves out what is missing: so a line of an address is put together from the \
parts that there are.",
    examples: &[
        ("[\"Ada\", \"King\"].join(\" \")", "\"Ada King\""),
        ("[1, 2, 3].join(\";\")", "\"1;2;3\""),
        (
            "[\"Hauptstr. 5\", \"Ada\".after(\"?\"), \"Berlin\"].join(\", \")",
            "\"Hauptstr. 5, Berlin\"",
        ),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let between = text(args, 1)?;
    let mut joined = Growing::default();
    for (index, item) in list(args, 0)?.iter().enumerate() {
        if index > 0 {
            joined.push(between)?;
        }
        joined.push(&item.to_string())?;
    }
    joined.finish()
}
