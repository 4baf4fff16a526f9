//! Logical lines of LDIF: folded lines joined, comments dropped, records kept apart (RFC 2849).

use std::borrow::Cow;

use super::error::{Located, Problem};

/// The longest logical line, in bytes; a photograph is a hundredth of that.
pub(super) const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// One logical line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Where it begins, from 1.
    pub(super) number: u32,
    /// Its text without folds; empty between records.
    pub(super) text: Cow<'a, str>,
}

/// The logical lines of a text.
pub(super) struct Lines<'a> {
    physical: std::iter::Peekable<std::str::Split<'a, char>>,
    number: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            physical: text.split('\n').peekable(),
            number: 0,
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Result<Line<'a>, Located>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let first = self.physical.next()?;
            self.number += 1;
            let number = self.number;
            if first.starts_with(' ') {
                return Some(Err((number, Problem::NothingToContinue)));
            }
            let mut text = Cow::Borrowed(first);
            while let Some(more) = self.physical.peek().and_then(|line| line.strip_prefix(' ')) {
                if first.is_empty() {
                    break;
                }
                if text.len() + more.len() <= MAX_LINE_BYTES {
                    text.to_mut().push_str(more);
                } else {
                    return Some(Err((number, too_long())));
                }
                self.physical.next();
                self.number += 1;
            }
            if text.len() > MAX_LINE_BYTES {
                return Some(Err((number, too_long())));
            }
            if !text.starts_with('#') {
                return Some(Ok(Line { number, text }));
            }
        }
    }
}

const fn too_long() -> Problem {
    Problem::LineTooLong {
        limit: MAX_LINE_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn folds_are_joined_and_comments_dropped() {
        let text = "# a\n  comment\ndn: CN=a\n ,DC=x\n\n#\ncn: a\n  b";
        let lines: Vec<(u32, String)> = Lines::new(text)
            .map(|line| line.unwrap())
            .map(|line| (line.number, line.text.into_owned()))
            .collect();
        assert_eq!(
            lines,
            [
                (3, "dn: CN=a,DC=x".to_owned()),
                (5, String::new()),
                (7, "cn: a b".to_owned()),
            ]
        );
    }

    #[test]
    fn a_continuation_needs_a_line() {
        assert!(Lines::new(" x").next().unwrap().is_err());
        let mut lines = Lines::new("a: b\n\n c");
        assert_eq!(lines.by_ref().take(2).flatten().count(), 2);
    }
}
