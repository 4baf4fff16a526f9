//! Texts word by word: what stands between words stays, and so do capitals.

use super::letters::Letters;
use crate::policy::ascii;
use std::collections::{BTreeMap, BTreeSet};
use unicode_normalization::UnicodeNormalization as _;

/// Digits that stand together and are fewer are a number of something, and tell of nobody.
const FEW_DIGITS: usize = 3;

/// How many of the last digits of a telephone number are others; those before are the country, the town, the company.
const LAST_DIGITS: usize = 4;

/// How many digits a telephone number has at least.
const LEAST_PHONE: usize = 7;

/// The longest word that is taken apart into names.
const LONGEST: usize = 64;

/// Accents that no letter has taken up.
const ACCENTS: std::ops::RangeInclusive<char> = '\u{300}'..='\u{36F}';

/// What may stand in a telephone number beside digits.
const OF_PHONES: [char; 6] = ['+', ' ', '-', '/', '(', ')'];

/// Of whom a text is: the words of that person's record, folded.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    pub(super) words: BTreeSet<String>,
}

impl Own {
    /// Adds the words of a text.
    pub(super) fn learn(&mut self, text: &str) {
        let text: String = text.nfc().collect();
        for word in alphanumeric(&text) {
            for (run, digits) in runs(word) {
                if !digits {
                    self.words.insert(folded(run));
                }
            }
        }
    }
}

/// Words in the place of words.
pub(super) struct Words {
    pub(super) letters: Letters,
    pub(super) kept: BTreeSet<String>,
    /// Words that are known as a whole: logins of people, as other accounts use them.
    pub(super) known: BTreeMap<String, String>,
}

impl Words {
    /// A text with other words in the place of those that the policy does not write.
    pub(super) fn text(&self, text: &str, own: &Own) -> String {
        if is_phone(text) {
            return self.phone(text);
        }
        // A letter and its accent are one, however they are written; what is left of accents belongs to letters that go.
        let text: String = text.nfc().filter(|c| !ACCENTS.contains(c)).collect();
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        let mut in_domain = false;
        while let Some(c) = rest.chars().next() {
            if !c.is_alphanumeric() {
                // What is behind an `@` is a company's.
                in_domain = c == '@' || (in_domain && matches!(c, '.' | '-'));
                out.push(c);
                rest = rest.get(c.len_utf8()..).unwrap_or_default();
                continue;
            }
            let end = rest
                .find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len());
            let (word, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if in_domain {
                out.push_str(word);
            } else {
                out.push_str(&self.word(word, own));
            }
            rest = behind;
        }
        out
    }

    /// What stands for the digits of a key or of a number.
    pub(super) fn digits(&self, digits: &str) -> String {
        if self.kept.contains(digits) {
            return digits.to_owned();
        }
        let mut other = self.letters.word(digits);
        // Another number must not become one that the policy names; walking on, no two become one either.
        while self.kept.contains(&other) {
            other = self.letters.word(&other);
        }
        other
    }

    fn word(&self, word: &str, own: &Own) -> String {
        let plain = folded(word);
        if self.kept.contains(&plain) {
            return word.to_owned();
        }
        if let Some(known) = self.known.get(&plain) {
            return cased(word, known);
        }
        let mut out = String::new();
        for (run, digits) in runs(word) {
            if !digits {
                out.push_str(&cased(run, &self.plain(&folded(run), own)));
            } else if run.len() < FEW_DIGITS {
                out.push_str(run);
            } else {
                out.push_str(&self.digits(run));
            }
        }
        out
    }

    /// What stands for small ASCII letters: as a whole, or as the beginnings of the person's words that it is made of.
    fn plain(&self, word: &str, own: &Own) -> String {
        if own.words.contains(word) || word.len() > LONGEST {
            return self.single(word);
        }
        match parts(word, own) {
            Some(parts) => parts
                .into_iter()
                .map(|(whole, len)| {
                    let whole = self.single(whole);
                    whole.get(..len).unwrap_or_default().to_owned()
                })
                .collect(),
            None => self.single(word),
        }
    }

    fn single(&self, word: &str) -> String {
        if self.kept.contains(word) {
            return word.to_owned();
        }
        let mut other = self.letters.word(word);
        while self.kept.contains(&other) {
            other = self.letters.word(&other);
        }
        other
    }

    /// A telephone number: its last digits are others.
    fn phone(&self, text: &str) -> String {
        let start = text
            .rfind(|c: char| !c.is_ascii_digit())
            .map_or(0, |at| at + 1);
        let (before, run) = text.split_at_checked(start).unwrap_or(("", text));
        let fixed = run.len().saturating_sub(LAST_DIGITS);
        let (fixed, last) = run.split_at_checked(fixed).unwrap_or(("", run));
        format!("{before}{fixed}{}", self.digits(last))
    }
}

/// The fewest words of a person, each whole or its beginning, that a word is made of.
fn parts<'o>(word: &str, own: &'o Own) -> Option<Vec<(&'o str, usize)>> {
    // By where it ends: with how many words it is reached, and by which last one.
    let mut reached: Vec<Option<(usize, &str, usize)>> = vec![None; word.len() + 1];
    *reached.first_mut()? = Some((0, "", 0));
    for at in 0..word.len() {
        let Some((count, ..)) = reached.get(at).copied().flatten() else {
            continue;
        };
        let rest = word.get(at..)?;
        for whole in &own.words {
            let same = whole.bytes().zip(rest.bytes());
            let longest = same.take_while(|(a, b)| a == b).count();
            for len in 1..=longest {
                let slot = reached.get_mut(at + len)?;
                if slot.is_none_or(|(before, ..)| before > count + 1) {
                    *slot = Some((count + 1, whole.as_str(), len));
                }
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, whole, len) = reached.get(end).copied().flatten()?;
        parts.push((whole, len));
        end -= len;
    }
    parts.reverse();
    Some(parts)
}

/// Whether a text is a telephone number and nothing else.
fn is_phone(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.starts_with(['+', '0', '('])
        && text.ends_with(|c: char| c.is_ascii_digit())
        && digits >= LEAST_PHONE
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || OF_PHONES.contains(&c))
}

/// The words of a text.
pub(super) fn alphanumeric(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// A word in small ASCII letters and digits, as a login would have it.
pub(super) fn folded(word: &str) -> String {
    let plain = ascii(word).to_lowercase();
    plain.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The stretches of digits and of anything else.
fn runs(word: &str) -> Vec<(&str, bool)> {
    let mut runs = Vec::new();
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let digits = c.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits);
        let (run, behind) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, ""));
        runs.push((run, digits));
        rest = behind;
    }
    runs
}

/// A pseudonym in capitals where the word is.
fn cased(word: &str, other: &str) -> String {
    let upper = |c: &char| c.is_uppercase();
    let letters: Vec<char> = word.chars().collect();
    if letters.len() == other.len() {
        let pairs = letters.iter().zip(other.chars());
        return pairs
            .map(|(c, other)| {
                if upper(c) {
                    other.to_ascii_uppercase()
                } else {
                    other
                }
            })
            .collect();
    }
    if letters.len() > 1 && letters.iter().filter(|c| c.is_alphabetic()).all(upper) {
        return other.to_ascii_uppercase();
    }
    let mut all = other.chars();
    match (letters.first().is_some_and(upper), all.next()) {
        (true, Some(first)) => first.to_ascii_uppercase().to_string() + all.as_str(),
        (_, _) => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Own, Words, folded};
    use crate::pseudonym::letters::Letters;

    fn words() -> Words {
        Words {
            letters: Letters::new(&[3; 32]).unwrap(),
            kept: ["finance", "head", "of", "4057"].map(str::to_owned).into(),
            known: [("aberg".to_owned(), "xyzzy".to_owned())].into(),
        }
    }

    fn own(texts: &[&str]) -> Own {
        let mut own = Own::default();
        for text in texts {
            own.learn(text);
        }
        own
    }

    #[test]
    fn a_login_is_made_of_the_pseudonyms_as_it_was_of_the_names() {
        let words = words();
        let own = own(&["Jörg", "Müller-Groß"]);
        let given = folded(&words.text("Jörg", &own));
        let family = folded(&words.text("Müller-Groß", &own));
        let login = words.text("jmuellergross2", &own);
        assert_eq!(login, format!("{}{family}2", &given[..1]));
        let mail = words.text("Joerg.Mueller-Gross@example.com", &own);
        assert!(mail.ends_with("@example.com"), "{mail}");
        assert_eq!(
            mail.to_lowercase(),
            format!("{}@example.com", words.text("joerg.mueller-gross", &own))
        );
        assert_ne!(login, "jmuellergross2");
    }

    #[test]
    fn what_the_policy_writes_stays() {
        let words = words();
        let none = Own::default();
        assert_eq!(words.text("Head of FINANCE", &none), "Head of FINANCE");
        assert_eq!(words.digits("4057"), "4057");
        assert_eq!(
            words.text("adm-aberg", &none).split('-').next_back(),
            Some("xyzzy")
        );
    }

    #[test]
    fn of_a_telephone_number_the_last_digits_are_others() {
        let words = words();
        let none = Own::default();
        let phone = words.text("+49 30 5550-4711", &none);
        assert!(phone.starts_with("+49 30 5550-"), "{phone}");
        assert_eq!(words.text("4711", &none), phone[12..]);
        assert_ne!(words.text("4711", &none), "4711");
        assert!(words.text("+493055504711", &none).starts_with("+49305550"));
    }

    #[test]
    fn an_accent_beside_its_letter_is_the_letter_with_its_accent() {
        let words = words();
        let none = Own::default();
        assert_eq!(
            words.text("Zoe\u{308}", &none),
            words.text("Zo\u{eb}", &none)
        );
    }

    #[test]
    fn capitals_stay_where_they_were() {
        let words = words();
        let none = Own::default();
        for text in ["McDonald", "MÜLLER", "Ünal", "van der Berg"] {
            let other = words.text(text, &none);
            let first = |text: &str| text.chars().next().is_some_and(char::is_uppercase);
            assert_eq!(first(text), first(&other), "{text} {other}");
        }
        assert!(words.text("MÜLLER", &none).chars().all(char::is_uppercase));
    }
}
