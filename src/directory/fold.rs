//! How Active Directory compares text: folding of case, width and, for names, of accents.
//!
//! [`fold`] is the key of equality: two texts that AD's case-insensitive matching holds equal have the
//! same fold. [`fold_name`] goes further, to accents and ligatures: AD refuses a second account name,
//! CN or UPN that differs only in them ("Jose" and "José"), although it stores both spellings.
//! Sources: MS-ADTS 3.1.1.2.2.4 (comparison of String(Unicode)), MS-UCODEREF (sort keys).

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The key under which AD's case-insensitive matching finds a text equal.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return text.to_ascii_lowercase().into();
        }
        return text.into();
    }
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect::<String>()
        .into()
}

/// The key under which AD takes two names for the same one: [`fold`] without accents.
pub fn fold_name(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return fold(text);
    }
    let mut name = String::with_capacity(text.len());
    let letters = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c));
    for c in letters {
        match c {
            'ß' => name.push_str("ss"),
            'æ' => name.push_str("ae"),
            'œ' => name.push_str("oe"),
            'þ' => name.push_str("th"),
            'ø' => name.push('o'),
            'ł' => name.push('l'),
            'đ' | 'ð' => name.push('d'),
            'ħ' => name.push('h'),
            'ς' => name.push('σ'),
            _ => name.push(c),
        }
    }
    name.into()
}

/// How long AD says a text is: UTF-16 code units, in which `rangeUpper` counts.
pub fn length(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_name, length};

    #[test]
    fn case_and_width_do_not_count() {
        assert_eq!(fold("Müller"), fold("MÜLLER"));
        assert_eq!(fold("Mu\u{308}ller"), fold("Müller"));
        assert_eq!(fold("ＡＢＣ"), "abc");
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert_ne!(fold("José"), fold("Jose"));
        assert_ne!(fold("ı"), fold("i"));
    }

    #[test]
    fn accents_do_not_make_a_new_name() {
        assert_eq!(fold_name("José"), "jose");
        assert_eq!(fold_name("Groß"), fold_name("GROSS"));
        assert_eq!(fold_name("Øystein Łukasz"), "oystein lukasz");
        assert_eq!(fold_name("İ"), "i");
    }

    #[test]
    fn length_is_counted_as_ad_counts() {
        assert_eq!(length("Zoë"), 3);
        assert_eq!(length("\u{1F600}"), 2);
    }
}
