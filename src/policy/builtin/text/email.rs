//! `email`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static EMAIL: Builtin = Builtin {
    name: "email",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text as a mail address, its domain in lower case; missing where it is none.",
    details: "Asks for the form alone: one name of letters, digits and the usual marks, `@`, and a domain with a dot. \
Its parts are `x.before(\"@\")` and `x.after(\"@\")`.",
    examples: &[
        (
            "\"Ada.King@Example.COM\".email()",
            "\"Ada.King@example.com\"",
        ),
        ("\"ada at example.com\".email()", "missing"),
        ("\"ada@example\".email()", "missing"),
    ],
    run,
};

/// The most characters before `@`, and of the whole (RFC 5321).
const MOST_LOCAL: usize = 64;
const MOST_WHOLE: usize = 254;

fn run(args: &[Value]) -> Option<Value> {
    let text = text(args, 0)?;
    let (local, domain) = text.split_once('@')?;
    let fits = local.len() <= MOST_LOCAL && text.len() <= MOST_WHOLE;
    let named = local.split('.').all(is_atom);
    let labels = || domain.split('.');
    let top = labels().next_back()?;
    let found = labels().count() > 1
        && labels().all(is_label)
        && top.len() > 1
        && !top.bytes().all(|byte| byte.is_ascii_digit());
    if !(fits && named && found) {
        return None;
    }
    Value::text(&format!("{local}@{}", domain.to_ascii_lowercase()))
}

fn is_atom(part: &str) -> bool {
    let is_mark = |c: char| "!#$%&'*+-/=?^_`{|}~".contains(c);
    !part.is_empty()
        && part
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || is_mark(c))
}

fn is_label(part: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&part.len())
        && part.chars().all(inner)
        && !part.starts_with('-')
        && !part.ends_with('-')
}
