//! The syntax of policies: text in, a tree and diagnostics out.
//!
//! Knows neither HR nor a directory nor files. [`parse`] never fails: what cannot be read is reported and
//! left out, the rest is in the tree. `pest` stays inside: nothing outside this module names a grammar
//! rule. The grammar is `grammar/tenure.pest`.
//!
//! Begin with [`parse`]; then `lower` (matches to tree), `recover` (what was meant by a bad slice) and
//! [`codes`] (the kinds of mistakes).

pub mod ast;
pub mod codes;
mod expected;
pub mod format;
mod grammar;
mod lower;
mod mend;
mod recover;
mod scan;
#[cfg(test)]
mod tests;

use crate::diagnostic::{self, Diagnostic, FileId, Fix, Span};
use grammar::{Grammar, Rule};
use lower::Lower;
use pest::Parser;
use scan::Scan;

/// Bytes of one policy file at most. A policy of 100 kB is a large one.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;

/// Brackets `(`, `[`, `{` inside one another at most, so that no parse or walk exhausts the stack.
pub const MAX_NESTING: usize = 64;

/// Levels of one expression at most, brackets, operators, fields and `not` together. Chains of `and` and
/// of `or` count as one level.
pub const MAX_DEPTH: usize = 256;

/// Diagnostics of one file at most; nobody mends more at once.
pub const MAX_DIAGNOSTICS: usize = 500;

/// Reads one policy file: its tree, and everything that is wrong with its syntax, in the order of places.
///
/// Never fails and never panics. The text is expected as [`crate::text::decode`] gives it. Where there are
/// errors, the tree holds what could be read; [`ast::ExprKind::Error`] stands for reported expressions.
pub fn parse(id: FileId, text: &str) -> (ast::File, Vec<Diagnostic>) {
    let mut file = ast::File {
        id,
        items: Vec::new(),
        comments: Vec::new(),
    };
    if text.len() > MAX_FILE_BYTES {
        return (file, vec![too_large(id, text.len())]);
    }
    let scan = scan::scan(id, text, MAX_NESTING);
    if let Some(place) = scan.too_deep {
        return (file, vec![too_deep(place)]);
    }
    let mut lower = Lower {
        file: id,
        text,
        base: 0,
        comments: &scan.comments,
        doc_comments: Vec::new(),
        unclosed: &scan.unclosed,
        depth: 0,
        diagnostics: odd_characters(&scan),
        semicolon: None,
    };
    file.items = items(&mut lower);
    let Lower {
        mut doc_comments,
        mut diagnostics,
        ..
    } = lower;
    doc_comments.sort_unstable();
    file.comments = scan.comments;
    let mut index = 0;
    file.comments.retain(|_| {
        let doc = doc_comments.binary_search(&index).is_ok();
        index += 1;
        !doc
    });
    diagnostic::sort(&mut diagnostics);
    (file, diagnostics)
}

/// Reads the text of a notice that stands in a file of its own: its literal parts and holes.
///
/// Total, as [`parse`] is.
pub fn parse_body(id: FileId, text: &str) -> (ast::Template, Vec<Diagnostic>) {
    let empty = ast::Template { parts: Vec::new() };
    if text.len() > MAX_FILE_BYTES {
        return (empty, vec![too_large(id, text.len())]);
    }
    let mut lower = Lower {
        file: id,
        text,
        base: 0,
        comments: &[],
        doc_comments: Vec::new(),
        unclosed: &[],
        depth: 0,
        diagnostics: Vec::new(),
        semicolon: None,
    };
    let body = Grammar::parse(Rule::body_file, text)
        .ok()
        .and_then(|mut pairs| pairs.next());
    let template = if let Some(pair) = body {
        lower.body_file(pair)
    } else {
        // The rule takes any text; only the parser's own guard of the stack can stop it.
        let whole = lower.at(0, text.len());
        lower.report(too_deep(whole));
        empty
    };
    diagnostic::sort(&mut lower.diagnostics);
    (template, lower.diagnostics)
}

fn items(lower: &mut Lower<'_>) -> Vec<ast::Item> {
    let file = match Grammar::parse(Rule::file, lower.text) {
        Ok(mut pairs) => pairs.next(),
        Err(error) => {
            // The rule takes any text; only the parser's own guard of the stack can stop it.
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => {
                    at
                }
            };
            lower.report(too_deep(lower.at(at, at)));
            None
        }
    };
    let mut items = Vec::new();
    for pair in file.into_iter().flat_map(pest::iterators::Pair::into_inner) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "everything else that the rule `file` holds is an item"
        )]
        match pair.as_rule() {
            Rule::EOI => {}
            Rule::SEMI => lower.semicolon(&pair),
            Rule::COMMA => lower.comma(&pair),
            Rule::bad_item => {
                items.extend(recover::item(lower, pair.as_str(), pair.as_span().start()));
            }
            _ => items.extend(lower.item(&pair)),
        }
    }
    items
}

fn too_large(id: FileId, bytes: usize) -> Diagnostic {
    let megabytes = MAX_FILE_BYTES / (1024 * 1024);
    Diagnostic::new(
        &codes::FILE_TOO_LARGE,
        Span::new(id, 0, 0),
        format!("this file has {bytes} bytes; a policy file has {megabytes} MiB at most"),
    )
    .help("a policy may be spread over many files of one folder; data belongs into CSV tables")
}

fn too_deep(place: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::NESTED_TOO_DEEP,
        place,
        format!("brackets are nested more than {MAX_NESTING} deep"),
    )
    .label("one level too many")
    .help("give parts of it a name with `let`, or look for brackets that are never closed")
}

/// What the scan found that this language has not: other comments, blanks that only look like blanks.
fn odd_characters(scan: &Scan) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let [first, ..] = scan.foreign_comments.as_slice() {
        let starts = scan.foreign_comments.iter();
        let edits = starts.map(|span| {
            (
                Span::new(span.file, span.start, span.start + 2),
                "#".to_owned(),
            )
        });
        found.push(
            Diagnostic::new(&codes::BLOCK_COMMENT, *first, "a comment begins with `#`")
                .label("write `# …`")
                .help("a comment goes from `#` to the end of its line")
                .fix(Fix {
                    title: "begin comments with `#`".to_owned(),
                    edits: edits.collect(),
                }),
        );
    }
    if let [first, ..] = scan.odd_blanks.as_slice() {
        let blanks = scan.odd_blanks.iter();
        let edits = blanks.map(|span| (*span, " ".to_owned()));
        found.push(
            Diagnostic::new(
                &codes::INVISIBLE_CHARACTER,
                *first,
                "this is not the blank that it looks like",
            )
            .label("a special blank, as word processors and web pages have")
            .help("replace it by an ordinary blank")
            .fix(Fix {
                title: "replace by ordinary blanks".to_owned(),
                edits: edits.collect(),
            }),
        );
    }
    found
}
