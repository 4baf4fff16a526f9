//! `format` of a date.

use super::names;
use super::pattern::{self, Pattern};
use crate::policy::builtin::args::{date, text};
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal, optional};
use crate::policy::eval::Value;
use jiff::civil::Time;

pub(super) static FORMAT: Builtin = Builtin {
    name: "format",
    on: Kind::Date,
    params: &[
        literal("pattern", check),
        optional(literal("language", names::check)),
    ],
    result: Kind::Text,
    presence: Presence::Always,
    summary: "The date as a text in the form of a pattern; `never` is `never`.",
    details: "\
| in the pattern | stands for |
|---|---|
| `d` `dd` | the day of the month: `2`, `02` |
| `ddd` `dddd` | the day of the week: `Mon`, `Monday` |
| `M` `MM` | the month: `3`, `03` |
| `MMM` `MMMM` | its name: `Mar`, `March` |
| `yy` `yyyy` | the year: `26`, `2026` |
| `'word'` | the word itself; `''` is an apostrophe |

Blanks and marks stand for themselves. Names are English unless `language` is one of `\"de\"`, `\"en\"`, `\"es\"`, \
`\"fr\"`, `\"it\"` and `\"nl\"`.",
    examples: &[
        ("2026-03-02.format(\"dd.MM.yyyy\")", "\"02.03.2026\""),
        ("2026-03-02.format(\"d. MMMM yyyy\", \"de\")", "\"2. März 2026\""),
        ("2026-03-02.format(\"dddd, d MMM yy\")", "\"Monday, 2 Mar 26\""),
        ("2026-03-02.format(\"'start' yyyyMMdd\")", "\"start 20260302\""),
    ],
    run,
};

fn check(written: &str) -> Result<(), Unfit> {
    let read = |written: &str| Pattern::of_date(written).map(|_| ());
    read(written).map_err(|why| pattern::unfit(why, written, |right| read(right).is_ok()))
}

fn run(args: &[Value]) -> Option<Value> {
    if args.first() == Some(&Value::Never) {
        return Value::text("never");
    }
    let pattern = Pattern::of_date(text(args, 1)?).ok()?;
    let names = names::of(text(args, 2).unwrap_or("en"))?;
    Value::text(&pattern.show(date(args, 0)?, Time::midnight(), names))
}
