//! `format` of a time of day.

use super::names;
use super::pattern::Pattern;
use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal};
use crate::policy::eval::Value;
use jiff::civil::Date;

pub(super) static FORMAT: Builtin = Builtin {
    name: "format",
    on: Kind::Time,
    params: &[literal("pattern", check)],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The time of day as a text in the form of a pattern.",
    details: "`H` `HH` are hours to 23, `h` `hh` hours to 12 with `tt` for `AM` or `PM`, `m` `mm` minutes, `s` `ss` seconds; \
`'word'` is the word itself.",
    examples: &[
        ("18:05.format(\"HH:mm\")", "\"18:05\""),
        ("18:05.format(\"h:mm tt\")", "\"6:05 PM\""),
        ("09:00.format(\"H 'Uhr'\")", "\"9 Uhr\""),
    ],
    run,
};

fn check(written: &str) -> Result<(), Unfit> {
    match Pattern::of_time(written) {
        Ok(_) => Ok(()),
        Err(why) => Err(why.as_str().into()),
    }
}

fn run(args: &[Value]) -> Option<Value> {
    let Value::Time(time) = args.first()? else {
        return None;
    };
    let pattern = Pattern::of_time(text(args, 1)?).ok()?;
    Value::text(&pattern.show(Date::ZERO, *time, names::of("en")?))
}
