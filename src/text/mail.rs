//! What stands in the head of a mail: addresses, and lines that nothing can end early.
//!
//! Both can only be made by way of a check, so that no value of HR or of a directory can begin a header of its
//! own (S15): a line break, or what looks like one, does not get in.

use std::fmt;
use std::sync::Arc;

use super::is_hostile;

/// The longest address that a mail server takes, in bytes (RFC 5321, 4.5.3.1).
const MAX_ADDRESS_BYTES: usize = 254;

/// The longest subject, in characters: mail programs show less.
const MAX_LINE_CHARS: usize = 200;

/// A mail address, without a name and without anything that a head would read as more than one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Arc<str>);

/// A text on one line, for a head: a subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeadLine(Arc<str>);

impl Address {
    /// Reads an address; none where the text is none, or more than one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let odd = |c: char| {
            c.is_whitespace()
                || is_hostile(c)
                || matches!(
                    c,
                    ',' | ';' | ':' | '<' | '>' | '(' | ')' | '"' | '\\' | '[' | ']'
                )
        };
        if text.len() > MAX_ADDRESS_BYTES || text.chars().any(odd) {
            return None;
        }
        let (local, domain) = text.split_once('@')?;
        let label = |label: &str| {
            !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let dots = |part: &str| part.starts_with('.') || part.ends_with('.') || part.contains("..");
        if local.is_empty() || dots(local) || !domain.split('.').all(label) {
            return None;
        }
        Some(Self(text.into()))
    }

    /// As it is written into a head.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads `NAME <ADDRESS>`, or an address alone.
pub fn mailbox(text: &str) -> Option<(Option<HeadLine>, Address)> {
    let text = text.trim();
    let Some((name, rest)) = text.split_once('<') else {
        return Some((None, Address::parse(text)?));
    };
    let address = Address::parse(rest.strip_suffix('>')?)?;
    let name = HeadLine::new(name.trim().trim_matches('"'));
    Some(((!name.as_str().is_empty()).then_some(name), address))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl HeadLine {
    /// The text on one line: what breaks a line, hides or rearranges is a blank, and several are one.
    pub fn new(text: &str) -> Self {
        let clean = |c: char| {
            if is_hostile(c) || c.is_control() {
                ' '
            } else {
                c
            }
        };
        let plain: String = text.chars().map(clean).collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let mut line = words.join(" ");
        if let Some((cut, _)) = line.char_indices().nth(MAX_LINE_CHARS) {
            line.truncate(cut);
            line.push('…');
        }
        Self(line.into())
    }

    /// As it is written into a head.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, HeadLine, mailbox};

    #[test]
    fn one_address_is_one_address() {
        for good in [
            "a@b",
            "Zoë.Müller-Groß+x@mail.example.com",
            " o'neil@example.com ",
        ] {
            assert!(Address::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "n/a",
            "@example.com",
            "a@",
            "a@b@c",
            "a@b, c@d",
            "a b@c",
            "a@b\r\nBcc: all@example.com",
            "a@b\u{2028}x",
            "Ada <a@b>",
            ".a@b",
            "a..b@c",
            "a@-.",
            "a@b..c",
            "a@b\u{202E}",
        ] {
            assert!(Address::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Address::parse(&format!("{}@b", "a".repeat(300))).is_none());
    }

    #[test]
    fn a_mailbox_is_an_address_and_perhaps_a_name() {
        let read = |text: &str| {
            let (name, address) = mailbox(text)?;
            Some((name.map(|name| name.to_string()), address.to_string()))
        };
        let some = |name: Option<&str>| Some((name.map(str::to_owned), "a@b".to_owned()));
        assert_eq!(read("a@b"), some(None));
        assert_eq!(read("<a@b>"), some(None));
        assert_eq!(read("\"IT, Müller\" <a@b>"), some(Some("IT, Müller")));
        assert_eq!(read("X\r\nBcc: c@d <a@b>"), some(Some("X Bcc: c@d")));
        for bad in ["", "a", "x <a>", "x <a@b> y", "x <a@b", "x <a@b><c@d>"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_line_has_no_end_within() {
        let line = HeadLine::new("Welcome\r\nBcc: all@example.com\u{2029}\u{202E}\u{0} x");
        assert_eq!(line.as_str(), "Welcome Bcc: all@example.com x");
        assert_eq!(
            HeadLine::new(&"x".repeat(500)).as_str().chars().count(),
            201
        );
    }
}
