//! `number`.

use crate::policy::builtin::args::text;
use crate::policy::builtin::number::decimal_mark;
use crate::policy::builtin::{Builtin, Kind, Presence, literal, optional};
use crate::policy::eval::Value;

pub(super) static NUMBER: Builtin = Builtin {
    name: "number",
    on: Kind::Text,
    params: &[optional(literal("decimal_mark", decimal_mark))],
    result: Kind::Number,
    presence: Presence::Maybe,
    summary: "The number that a text is; missing where it is none.",
    details: "`decimal_mark` is `\".\"` unless said. Between thousands may stand the other one of point and comma, a \
blank or an apostrophe, and only there: so `1.5` is not taken for fifteen.",
    examples: &[
        ("\"1234.5\".number()", "1234.5"),
        ("\"1.234,50\".number(\",\")", "1234.5"),
        ("\"1'234.50\".number()", "1234.5"),
        ("\"1.5\".number(\",\")", "missing"),
        ("\"forty\".number()", "missing"),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    let written = text(args, 0)?.trim();
    let mark = text(args, 1).unwrap_or(".");
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.strip_prefix('+').unwrap_or(written)),
    };
    let (whole, fraction) = match digits.split_once(mark) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let thousands = whole.chars().find(|c| !c.is_ascii_digit());
    let whole = match thousands {
        Some(c) if is_thousands_mark(c, mark) => grouped(whole, c)?,
        Some(_) => return None,
        None => whole.to_owned(),
    };
    let plain = fraction.map_or_else(|| whole.clone(), |fraction| format!("{whole}.{fraction}"));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // Otherwise `1e3` would be a thousand.
    if !is_digits(fraction.unwrap_or_default()) {
        return None;
    }
    format!("{sign}{plain}").parse().ok().map(Value::Number)
}

fn is_thousands_mark(c: char, decimal: &str) -> bool {
    let blank = matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}');
    let mark = matches!(c, '.' | ',') && !decimal.contains(c);
    blank || mark || matches!(c, '\'' | '\u{2019}')
}

/// The digits, if there are three behind each mark.
fn grouped(whole: &str, mark: char) -> Option<String> {
    let mut groups = whole.split(mark);
    let first = groups.next()?;
    let ends_well = groups.all(|group| group.len() == 3);
    let fits = (1..=3).contains(&first.len()) && ends_well;
    fits.then(|| whole.replace(mark, ""))
}
