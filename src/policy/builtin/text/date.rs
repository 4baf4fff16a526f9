//! `date`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::date::{Pattern, pattern};
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal, optional};
use crate::policy::eval::Value;
use jiff::civil::Date;

pub(super) static DATE: Builtin = Builtin {
    name: "date",
    on: Kind::Text,
    params: &[optional(literal("pattern", check))],
    result: Kind::Date,
    presence: Presence::Maybe,
    summary: "The date that a text is; missing where it is none.",
    details: "`pattern` is `\"yyyy-MM-dd\"` unless said; see `format` of a date for what it may hold. `d` and `M` take one \
digit or two. Years have four digits, months are numbers, because the others can be read in two ways.",
    examples: &[
        ("\"2026-03-02\".date()", "2026-03-02"),
        ("\"02.03.2026\".date(\"dd.MM.yyyy\")", "2026-03-02"),
        ("\"3/2/2026\".date(\"M/d/yyyy\")", "2026-03-02"),
        ("\"31.02.2026\".date(\"dd.MM.yyyy\")", "missing"),
    ],
    run,
};

fn check(written: &str) -> Result<(), Unfit> {
    let readable = |written: &str| Pattern::of_date(written)?.can_be_read();
    readable(written).map_err(|why| pattern::unfit(why, written, |right| readable(right).is_ok()))
}

fn run(args: &[Value]) -> Option<Value> {
    let pattern = Pattern::of_date(text(args, 1).unwrap_or("yyyy-MM-dd")).ok()?;
    let date: Date = pattern.read(text(args, 0)?)?;
    Some(Value::Date(date))
}
