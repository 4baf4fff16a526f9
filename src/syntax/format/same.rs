//! Whether two texts say the same: the same matches in the same order, the same comments and documentation.
//!
//! The tree is read from the matches and from nothing else, so equal matches are equal trees but for places.

use crate::diagnostic::FileId;
use crate::syntax::grammar::{Grammar, Pairs, Rule};
use crate::syntax::{MAX_NESTING, parse, scan};
use pest::Parser;

/// Whether the second text says what the first says, word for word and comment for comment.
pub(super) fn same(before: &str, after: &str) -> bool {
    let (Some(one), Some(other)) = (matches(before), matches(after)) else {
        return false;
    };
    one == other && comments(before) == comments(after)
}

/// Each match with how deep it lies, and the text of those with none inside.
fn matches(text: &str) -> Option<Vec<(Rule, usize, String)>> {
    fn walk(pairs: Pairs<'_>, depth: usize, found: &mut Vec<(Rule, usize, String)>) {
        for pair in pairs {
            let rule = pair.as_rule();
            let inner = pair.clone().into_inner();
            let text = if inner.clone().next().is_some() {
                String::new()
            } else if rule == Rule::percent {
                pair.as_str().split_whitespace().collect()
            } else {
                pair.as_str().to_owned()
            };
            found.push((rule, depth, text));
            walk(inner, depth + 1, found);
        }
    }
    let mut found = Vec::new();
    walk(Grammar::parse(Rule::file, text).ok()?, 0, &mut found);
    Some(found)
}

/// Each comment, and whether it documents an item.
fn comments(text: &str) -> Vec<(String, bool)> {
    let id = FileId(0);
    let (file, _) = parse(id, text);
    let all = scan::scan(id, text, MAX_NESTING).comments;
    let plain = |start: u32| {
        let place = file
            .comments
            .binary_search_by_key(&start, |one| one.span.start);
        place.is_ok()
    };
    let told = all.iter().map(|comment| {
        let place = comment.span.start as usize..comment.span.end as usize;
        let words = text.get(place).unwrap_or_default().trim_end();
        (words.to_owned(), !plain(comment.span.start))
    });
    told.collect()
}
