//! `ascii`.

use crate::policy::builtin::args::{text, trimmed};
use crate::policy::builtin::{Builtin, Kind, Presence};
use crate::policy::eval::Value;

pub(super) static ASCII: Builtin = Builtin {
    name: "ascii",
    on: Kind::Text,
    params: &[],
    result: Kind::Text,
    presence: Presence::Maybe,
    summary: "The text in plain letters, as people in the language's countries write without marks.",
    details: "`ü` is `ue`, `ß` is `ss`, `ø` is `oe`, `å` is `aa`, `ł` is `l`; letters of other scripts are written by \
their sound. To drop the marks alone, so that `ü` is `u`, there is `without_accents`.",
    examples: &[
        ("\"Müller-Groß\".ascii()", "\"Mueller-Gross\""),
        ("\"Łukasz Żółć\".ascii()", "\"Lukasz Zolc\""),
        ("\"Иванова\".ascii()", "\"Ivanova\""),
        ("\"李小龍\".ascii().lower()", "\"lixiaolong\""),
    ],
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    trimmed(&ascii(text(args, 0)?))
}

/// Plain ASCII for any text: letters of the table as their countries write them, all others by their sound.
pub(crate) fn ascii(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let mut plain = String::with_capacity(text.len());
    for c in text.nfc() {
        match by_country(c) {
            Some(letters) => plain.push_str(letters),
            None => plain.push_str(any_ascii::any_ascii_char(c)),
        }
    }
    plain
}

/// Letters for which there is a custom of writing them without marks that differs from dropping the mark.
fn by_country(c: char) -> Option<&'static str> {
    Some(match c {
        'ä' | 'æ' => "ae",
        'Ä' | 'Æ' => "Ae",
        'ö' | 'ø' | 'œ' => "oe",
        'Ö' | 'Ø' | 'Œ' => "Oe",
        'ü' => "ue",
        'Ü' => "Ue",
        'å' => "aa",
        'Å' => "Aa",
        'ß' => "ss",
        'ẞ' => "SS",
        'þ' => "th",
        'Þ' => "Th",
        'ð' | 'đ' => "d",
        'Ð' | 'Đ' => "D",
        'ı' => "i",
        'İ' => "I",
        '\u{2019}' | '\u{02BC}' => "'",
        _ => return None,
    })
}
