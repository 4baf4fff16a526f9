//! Patterns: `*` and `?` by trying everything, regular expressions on the whole text.

use regex::Regex;
use tenure::syntax::ast::{Expr, ExprKind};

/// Whether the whole text fits what stands behind `matches`.
pub(super) fn fits(text: &str, pattern: &Expr) -> bool {
    match &pattern.kind {
        ExprKind::Regex(regex) => whole(regex).is_match(text),
        ExprKind::Text(template) => {
            let pattern: Vec<char> = template.literal().unwrap().chars().collect();
            let text: Vec<char> = text.chars().collect();
            glob(&pattern, &text)
        }
        other => unreachable!("the checker takes no {other:?} for a pattern"),
    }
}

/// Names of groups: capital and small letters are the same.
pub(super) fn fits_name(name: &str, pattern: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    glob(&pattern, &name)
}

fn glob(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['*', rest @ ..], _) => {
            glob(rest, text) || matches!(text, [_, more @ ..] if glob(pattern, more))
        }
        (['?', rest @ ..], [_, more @ ..]) => glob(rest, more),
        ([one, rest @ ..], [other, more @ ..]) => one == other && glob(rest, more),
        _ => false,
    }
}

fn whole(regex: &str) -> Regex {
    Regex::new(&format!("(?s)^(?:{})$", slashes(regex))).unwrap()
}

/// A regular expression that is searched anywhere.
pub(super) fn anywhere(regex: &str) -> Regex {
    Regex::new(&slashes(regex)).unwrap()
}

/// `\/` is a slash.
fn slashes(regex: &str) -> String {
    regex.replace("\\/", "/")
}
