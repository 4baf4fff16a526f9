//! `format` of a number.

use super::MOST_PLACES;
use crate::hr::Rounding;
use crate::policy::builtin::args::{self, number, text};
use crate::policy::builtin::{Builtin, Kind, Presence, Unfit, literal, optional, within};
use crate::policy::eval::Value;

pub(super) static FORMAT: Builtin = Builtin {
    name: "format",
    on: Kind::Number,
    params: &[
        within("places", 0, MOST_PLACES),
        optional(literal("decimal_mark", decimal_mark)),
        optional(literal("thousands_mark", thousands_mark)),
    ],
    result: Kind::Text,
    presence: Presence::WithLiterals,
    summary: "The number as a text with so many places behind the point.",
    details: "Rounded as `round` does. `decimal_mark` is `\".\"` or `\",\"`, `\".\"` unless said; thousands stand together \
unless `thousands_mark` says what is between them. Leading zeros are `x.pad_start(6, \"0\")`.",
    examples: &[
        ("38.5.format(2)", "\"38.50\""),
        ("1234567.891.format(2, \",\", \".\")", "\"1.234.567,89\""),
        ("40.format(0)", "\"40\""),
    ],
    run,
};

/// What may stand before the decimals.
pub(in crate::policy::builtin) fn decimal_mark(written: &str) -> Result<(), Unfit> {
    if matches!(written, "." | ",") {
        return Ok(());
    }
    Err("before the decimals stands `\".\"` or `\",\"`".into())
}

fn thousands_mark(written: &str) -> Result<(), Unfit> {
    if matches!(
        written,
        "." | "," | " " | "'" | "\u{2019}" | "\u{a0}" | "\u{202f}"
    ) {
        return Ok(());
    }
    Err("between thousands stands a point, a comma, an apostrophe or a blank".into())
}

fn run(args: &[Value]) -> Option<Value> {
    let places = args::within(args, 1, 0, MOST_PLACES)?;
    let rounded = number(args, 0)?.rounded(u8::try_from(places).ok()?, Rounding::HalfAway);
    let plain = rounded.to_string();
    let (sign, plain) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let mut shown = sign.to_owned();
    let between = text(args, 3).unwrap_or_default();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push_str(between);
        }
        shown.push(digit);
    }
    if places > 0 {
        shown.push_str(text(args, 2).unwrap_or("."));
        shown.push_str(fraction);
        shown.push_str(&"0".repeat(places.saturating_sub(fraction.len())));
    }
    Value::text(&shown)
}
