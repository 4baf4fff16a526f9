//! `ascii`.

use super::{Builtin, Kind, text};
use crate::policy::eval::Value;

/// The text in plain letters, as people in the language's countries write without marks: ü as ue, ß as ss, ł as l.
pub(super) static ASCII: Builtin = Builtin {
    name: "ascii",
    summary: "The text in plain letters, as people in the language's countries write without marks: ü as ue, ß as ss, ł as l.",
    params: &[],
    result: Kind::Text,
    may_miss: true,
    run,
};

fn run(args: &[Value]) -> Option<Value> {
    Value::text(ascii(text(args, 0)?).trim())
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
