//! What `matches` asks of a text: a glob or a regular expression, on the whole text.
//!
//! Most globs are a part with stars round it. Those are answered without a regular expression, which is
//! what makes hundreds of them over a hundred thousand people cheap. What functions search for is a
//! [`Search`].

use regex::Regex;
use std::sync::Arc;

/// The most bytes that a compiled pattern may take; a policy has hundreds of them.
const MAX_BYTES: usize = 1 << 20;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub(crate) enum Pattern {
    /// The text itself.
    Exactly(Arc<str>),
    /// `part*`.
    Begins(Arc<str>),
    /// `*part`.
    Ends(Arc<str>),
    /// `*part*`.
    Contains(Arc<str>),
    /// Everything else.
    Regex(Regex),
}

impl Pattern {
    /// A glob: `*` is any text, `?` any character.
    pub(crate) fn glob(glob: &str) -> Result<Self, regex::Error> {
        let begins = glob.strip_suffix('*');
        let ends = glob.strip_prefix('*');
        let contains = begins.and_then(|rest| rest.strip_prefix('*'));
        let plain = |part: &&str| !part.contains(['*', '?']);
        Ok(if let Some(part) = contains.filter(plain) {
            Self::Contains(part.into())
        } else if let Some(part) = begins.filter(plain) {
            Self::Begins(part.into())
        } else if let Some(part) = ends.filter(plain) {
            Self::Ends(part.into())
        } else if plain(&glob) {
            Self::Exactly(glob.into())
        } else {
            Self::Regex(compile(&glob_as_regex(glob))?)
        })
    }

    /// A regular expression on the whole text.
    pub(crate) fn regex(source: &str) -> Result<Self, regex::Error> {
        Ok(Self::Regex(compile(&format!("(?s)^(?:{source})$"))?))
    }

    /// Whether the whole text matches.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Exactly(whole) => text == &**whole,
            Self::Begins(part) => text.starts_with(&**part),
            Self::Ends(part) => text.ends_with(&**part),
            Self::Contains(part) => text.contains(&**part),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// A regular expression that is searched anywhere in a text.
#[derive(Debug, Clone)]
pub(crate) struct Search(Regex);

impl Search {
    pub(crate) fn new(source: &str) -> Result<Self, regex::Error> {
        compile(source).map(Self)
    }

    pub(crate) fn regex(&self) -> &Regex {
        &self.0
    }
}

/// Two are equal if they are written alike.
impl PartialEq for Search {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

fn compile(source: &str) -> Result<Regex, regex::Error> {
    regex::RegexBuilder::new(source)
        .size_limit(MAX_BYTES)
        .build()
}

fn glob_as_regex(glob: &str) -> String {
    let mut pattern = String::from("(?s)^");
    for c in glob.chars() {
        match c {
            '*' => pattern.push_str(".*"),
            '?' => pattern.push('.'),
            _ => pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    pattern.push('$');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{Pattern, compile, glob_as_regex};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_glob_without_a_regular_expression_says_the_same(glob in "[ab*?.]{0,6}", text in "[ab.\n]{0,8}") {
            let quick = Pattern::glob(&glob).unwrap().is_match(&text);
            prop_assert_eq!(quick, compile(&glob_as_regex(&glob)).unwrap().is_match(&text));
        }
    }
}
