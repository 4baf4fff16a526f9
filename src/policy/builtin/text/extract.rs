//! `extract`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence, param};
use crate::policy::eval::Value;
use regex::Captures;

pub(super) static EXTRACT: Builtin = Builtin {
    name: "extract",
    on: Kind::Text,
    params: &[param("pattern", Kind::Regex)],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "What a regular expression finds first in a text: its first group, or all of it where it has none.",
    details: "Whether it finds something is `x.extract(/…/) is present`; whether it is the whole text, `x matches /…/`.",
    examples: &[
        ("\"Sales (Berlin)\".extract(/\\((.*)\\)/)", "\"Berlin\""),
        ("\"cost centre 4711\".extract(/[0-9]+/)", "\"4711\""),
        ("\"Sales\".extract(/[0-9]+/)", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let Value::Search(search) = args.get(1)? else {
        return None;
    };
    let found = search.regex().captures(text(args, 0)?)?;
    trimmed(meant(&found)?)
}

/// The first group, or the whole where there is none.
pub(super) fn meant<'t>(found: &Captures<'t>) -> Option<&'t str> {
    let first_group = usize::from(found.len() > 1);
    Some(found.get(first_group)?.as_str())
}
