//! Texts that are compared: their spelling, patterns that are none, lists that repeat themselves.

use super::{Lint, Linter, codes, nodes};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use crate::policy::eval::Value;
use crate::policy::ir::{Kind, Node};
use crate::policy::pattern::Pattern;
use crate::policy::types::Type;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value, by its key, with the texts that it is compared with and where these stand.
type Compared = BTreeMap<Arc<str>, Vec<(Arc<str>, Span)>>;

/// A table's name, with its keys.
type Keys<'a> = (&'a str, Vec<Arc<str>>);

/// What texts are compared with.
pub(super) fn compared(linter: &Linter<'_>) -> Compared {
    let mut compared = Compared::new();
    let mut add = |value: &Node, text: &Node| {
        if let (Kind::Const(Value::Text(text_value)), true) = (&text.kind, value.ty == Type::Text) {
            let written = linter.sources.slice(text.span).starts_with('"');
            if written && !matches!(value.kind, Kind::Const(_)) {
                let all = compared.entry(linter.key(value)).or_default();
                all.push((text_value.clone(), text.span));
            }
        }
    };
    nodes::all(&linter.policy.program, &mut |node| match &node.kind {
        Kind::Compare { left, right, .. } => {
            add(left, right);
            add(right, left);
        }
        Kind::In { item, list } => {
            if let Kind::List(elements) = &list.kind {
                for element in elements {
                    add(item, element);
                }
            }
        }
        _ => {}
    });
    for texts in compared.values_mut() {
        texts.sort_by_key(|(_, span)| *span);
        texts.dedup();
    }
    compared
}

/// The keys of tables, by what is looked up in them.
fn looked_up<'a>(linter: &Linter<'a>) -> BTreeMap<Arc<str>, Vec<Keys<'a>>> {
    let mut tables: BTreeMap<Arc<str>, Vec<Keys<'_>>> = BTreeMap::new();
    nodes::all(&linter.policy.program, &mut |node| {
        let Kind::Lookup { table, key } = &node.kind else {
            return;
        };
        let Some(table) = linter.policy.program.tables.get(*table as usize) else {
            return;
        };
        let keys = table
            .rows
            .iter()
            .filter_map(|row| row.get(table.key?)?.as_ref()?.as_text().cloned());
        let known = tables.entry(linter.key(key)).or_default();
        if known.iter().all(|(name, _)| *name != &*table.name) {
            known.push((&table.name, keys.collect()));
        }
    });
    tables
}

/// One text in two spellings, and texts that are nearly keys of a table.
pub(super) const SPELLING: Lint = Lint {
    codes: &[&codes::CASE_DIFFERS, &codes::NOT_IN_TABLE],
    run: |linter| {
        let tables = looked_up(linter);
        for (value, texts) in compared(linter) {
            let keys = tables.get(&value).cloned().unwrap_or_default();
            let mut first: BTreeMap<String, (Arc<str>, Span)> = BTreeMap::new();
            for (text, span) in texts {
                let small = text.to_lowercase();
                let tabled = keys.iter().find_map(|(table, keys)| {
                    let same = keys.iter().find(|key| key.to_lowercase() == small);
                    same.map(|key| (*table, key.clone()))
                });
                if let Some((table, key)) = &tabled
                    && *key != text
                {
                    differs(linter, span, &text, key, Some(table), None);
                    continue;
                }
                if tabled.is_none() {
                    nearly(linter, span, &text, &keys);
                }
                match first.get(&small) {
                    Some((known, place)) if *known != text => {
                        let (known, place) = (known.clone(), *place);
                        differs(linter, span, &text, &known, None, Some(place));
                    }
                    Some(_) => {}
                    None => _ = first.insert(small, (text, span)),
                }
            }
        }
    },
};

fn differs(
    linter: &mut Linter<'_>,
    span: Span,
    text: &str,
    known: &str,
    table: Option<&str>,
    place: Option<Span>,
) {
    let message = match table {
        Some(table) => {
            format!("{text:?} differs from {known:?} in the table `{table}` in capitals alone")
        }
        None => format!(
            "{text:?} and {known:?} differ in capitals alone, and one value is only one of them"
        ),
    };
    let mut diagnostic = Diagnostic::new(&codes::CASE_DIFFERS, span, message)
        .label("texts are compared exactly")
        .help("write it as HR does; if HR has both, compare with `.lower()`")
        .fix(Fix::replace(span, format!("{known:?}")));
    if let Some(place) = place {
        diagnostic = diagnostic.also(place, "spelt so here");
    }
    linter.say(diagnostic);
}

fn nearly(linter: &mut Linter<'_>, span: Span, text: &str, keys: &[Keys<'_>]) {
    for (table, keys) in keys {
        if keys.iter().any(|key| &**key == text) {
            return;
        }
        if let Some(near) = did_you_mean(text, keys.iter().map(|key| &**key)) {
            let message = format!("the table `{table}` has no key {text:?}");
            linter.say(
                Diagnostic::new(&codes::NOT_IN_TABLE, span, message)
                    .label("looked up there, and not found")
                    .help(format!("did you mean {near:?}?"))
                    .fix(Fix::replace(span, format!("{near:?}"))),
            );
            return;
        }
    }
}

/// Patterns without `*` and `?`.
pub(super) const PATTERNS: Lint = Lint {
    codes: &[&codes::PATTERN_WITHOUT_WILDCARD],
    run: |linter| {
        let mut found = Vec::new();
        nodes::all(&linter.policy.program, &mut |node| {
            if let Kind::Matches {
                text,
                pattern: Pattern::Exactly(pattern),
            } = &node.kind
            {
                found.push((node.span, text.span, pattern.clone()));
            }
        });
        found.sort();
        found.dedup();
        for (span, text, pattern) in found {
            let value = linter.words(text);
            linter.say(
                Diagnostic::new(
                    &codes::PATTERN_WITHOUT_WILDCARD,
                    span,
                    "this pattern has neither `*` nor `?`, so it is one text",
                )
                .label("matches the whole text alone")
                .help(format!("write `{value} == {pattern:?}`, or `{value} matches \"*{pattern}*\"` if a part is meant")),
            );
        }
    },
};

/// Lists that have a value twice.
pub(super) const REPEATED: Lint = Lint {
    codes: &[&codes::REPEATED_VALUE],
    run: |linter| {
        let mut found = Vec::new();
        nodes::all(&linter.policy.program, &mut |node| {
            let Kind::In { list, .. } = &node.kind else {
                return;
            };
            let Kind::List(elements) = &list.kind else {
                return;
            };
            let mut known: BTreeMap<Arc<str>, Span> = BTreeMap::new();
            for element in elements {
                let key = linter.key(element);
                if let Some(first) = known.get(&key) {
                    found.push((element.span, *first));
                } else {
                    known.insert(key, element.span);
                }
            }
        });
        found.sort();
        found.dedup();
        for (span, first) in found {
            let words = linter.words(span);
            let message = format!("{words} stands in this list twice");
            linter.say(
                Diagnostic::new(&codes::REPEATED_VALUE, span, message)
                    .label("again")
                    .also(first, "first here")
                    .help("remove one of the two, or write what was meant"),
            );
        }
    },
};
