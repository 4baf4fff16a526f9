//! The words that stay: those that the policy itself writes. A rule that asks for `"Finance"`, a table with a row for
//! it, a `link` to somebody's login only mean something while the words are the same on both sides.

use super::words::{alphanumeric, folded};
use std::collections::BTreeSet;

/// Behind these words stands a text for people, of which nothing is asked.
const FOR_PEOPLE: &[&str] = &[
    "because",
    "expect",
    "invariant",
    "notify",
    "subject",
    "body",
    "description",
];

/// Words of Active Directory's own.
const OF_THE_DIRECTORY: &[&str] = &["smtp", "x500", "x400", "sip", "eum", "del"];

/// All words that the policy, its tables and its parameters write.
pub(super) fn words<'a>(
    files: impl Iterator<Item = (&'a str, &'a str)>,
    values: impl Iterator<Item = &'a str>,
) -> BTreeSet<String> {
    let mut kept: BTreeSet<String> = OF_THE_DIRECTORY
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    for (name, text) in files {
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if ending == "tenure" {
            policy(text, &mut kept);
        } else if ending == "csv" {
            add(text, &mut kept);
        }
    }
    for value in values {
        add(value, &mut kept);
    }
    kept
}

fn add(text: &str, kept: &mut BTreeSet<String>) {
    for word in alphanumeric(text) {
        kept.insert(folded(word));
    }
}

/// The texts and numbers of a policy file; comments and what is computed in a text are none.
fn policy(text: &str, kept: &mut BTreeSet<String>) {
    let mut last = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (_, after) = rest.split_at_checked(c.len_utf8()).unwrap_or((rest, ""));
        if c == '#' {
            rest = after.split_once('\n').map_or("", |(_, next)| next);
        } else if c == '"' {
            let (content, next) = quoted(after);
            if !FOR_PEOPLE.contains(&last.as_str()) {
                add(&content, kept);
            }
            // A list of texts goes on behind the same word.
            rest = next;
        } else if c.is_alphanumeric() {
            let end = after
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .map_or(rest.len(), |end| end + c.len_utf8());
            let (word, next) = rest.split_at_checked(end).unwrap_or((rest, ""));
            if c.is_ascii_digit() {
                kept.insert(word.to_owned());
            } else {
                word.clone_into(&mut last);
            }
            rest = next;
        } else {
            if !c.is_whitespace() && c != ',' {
                last.clear();
            }
            rest = after;
        }
    }
}

/// What stands in quotes, without what is computed, and what follows.
fn quoted(text: &str) -> (String, &str) {
    let mut content = String::new();
    let (mut escaped, mut depth) = (false, 0_u32);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                content.push(' ');
                escaped = false;
            }
            '\\' => escaped = true,
            '"' if depth == 0 => {
                let rest = text.get(at + 1..).unwrap_or_default();
                return (content, rest);
            }
            '{' => {
                depth += 1;
                content.push(' ');
            }
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => content.push(c),
            _ => {}
        }
    }
    (content, "")
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_rules_ask_for_stays_and_what_is_said_to_people_does_not() {
        let policy = "exception for 4057 because \"Anna is back\" { grant \"SG-Finance\" }  # Berta\n\
                      link 4023 to \"v.y\"\nlet a = \"{first.take(1)} Head of *\"";
        let kept = words(
            [
                ("a.tenure", policy),
                ("b.csv", "München,BER\n"),
                ("c.md", "Carl"),
            ]
            .into_iter(),
            ["x y"].into_iter(),
        );
        for word in [
            "4057", "sg", "finance", "v", "y", "head", "of", "muenchen", "ber", "x",
        ] {
            assert!(kept.contains(word), "{word} of {kept:?}");
        }
        for word in ["anna", "back", "berta", "carl", "first", "take"] {
            assert!(!kept.contains(word), "{word}");
        }
    }
}
