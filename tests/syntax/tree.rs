//! A tree as text that a person can check: the `Debug` form with spans as the words they cover.

use std::fmt::Write;
use tenure::syntax::ast;

/// The items of a file, one after another.
pub(crate) fn tree(file: &ast::File, text: &str) -> String {
    let mut out = String::new();
    for item in &file.items {
        lay_out(&with_words(&format!("{item:?}"), text), 0, &mut out);
        out.push('\n');
    }
    for comment in &file.comments {
        let span = comment.span;
        let words = &text[span.start as usize..span.end as usize];
        let place = if comment.own_line {
            "own line"
        } else {
            "behind"
        };
        writeln!(out, "comment, {place}: {words}").unwrap();
    }
    out
}

/// Every span as the words that it covers.
fn with_words(debug: &str, text: &str) -> String {
    let span =
        regex::Regex::new(r"Span \{ file: FileId\(0\), start: (\d+), end: (\d+) \}").unwrap();
    let debug = span.replace_all(debug, |found: &regex::Captures<'_>| {
        let at = |group: usize| found[group].parse::<usize>().unwrap();
        let words = &text[at(1)..at(2)];
        let words: Vec<char> = words.chars().collect();
        if words.len() > 44 {
            let head: String = words[..24].iter().collect();
            let tail: String = words[words.len() - 16..].iter().collect();
            return format!("@{:?}", format!("{head} … {tail}"));
        }
        format!("@{:?}", words.iter().collect::<String>())
    });
    let name = regex::Regex::new(
        r#"Spanned \{ value: ("(?:[^"\\]|\\.)*"), span: (@"(?:[^"\\]|\\.)*") \}"#,
    )
    .unwrap();
    name.replace_all(&debug, "$1$2").into_owned()
}

/// On one line where it fits, else each part on its own.
fn lay_out(node: &str, indent: usize, out: &mut String) {
    const WIDTH: usize = 110;
    let fits = indent + node.chars().count() <= WIDTH;
    let Some((head, inner, close)) = parts(node).filter(|_| !fits) else {
        out.push_str(node);
        return;
    };
    out.push_str(head.trim_end());
    let pad = "  ".repeat(indent / 2 + 1);
    for part in split(inner) {
        out.push('\n');
        out.push_str(&pad);
        lay_out(part.trim(), indent + 2, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(indent / 2));
    out.push_str(close);
}

type Open<'d> = (&'d str, &'d str, &'d str);

/// Head with its opening bracket, inside, closing bracket with what follows.
fn parts(node: &str) -> Option<Open<'_>> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in node.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => {
                let end = node.len() - 1;
                return Some((&node[..=at], &node[at + 1..end], &node[end..]));
            }
            _ => {}
        }
    }
    None
}

/// The parts between commas that no bracket encloses.
fn split(inner: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut from) = (0, false, false, 0);
    let mut found = Vec::new();
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    if !inner[from..].trim().is_empty() {
        found.push(&inner[from..]);
    }
    found
}
