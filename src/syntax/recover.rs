//! What was meant by a slice that is no item or no statement.
//!
//! The grammar cuts such slices out at two joints, the file and the block, and goes on behind them. Here a
//! slice is parsed again with the rule that its first word asks for; that parse fails at the deepest place
//! that made sense, and knows what it expected there. One slice gives one diagnostic.

use super::ast::Item;
use super::codes;
use super::expected::{help, in_words, list};
use super::grammar::{Grammar, Rule};
use super::lower::Lower;
use super::mend::{Place, mend};
use crate::diagnostic::{Diagnostic, Fix, Span, did_you_mean};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// The words that begin items, and the rules they ask for.
pub(super) const ITEMS: &[(&str, Rule)] = &[
    ("approve", Rule::approve),
    ("await", Rule::r#await),
    ("employment", Rule::employment),
    ("exception", Rule::exception),
    ("exclusive", Rule::exclusive),
    ("expect", Rule::expect),
    ("fn", Rule::fn_item),
    ("forbid", Rule::forbid),
    ("group", Rule::group),
    ("groups", Rule::groups),
    ("guard", Rule::guard),
    ("identity", Rule::identity),
    ("invariant", Rule::invariant),
    ("let", Rule::let_item),
    ("lifecycle", Rule::lifecycle),
    ("lists", Rule::lists),
    ("notify", Rule::notify),
    ("param", Rule::param),
    ("password", Rule::password),
    ("person", Rule::person),
    ("privileged", Rule::privileged),
    ("profile", Rule::profile),
    ("retention", Rule::retention),
    ("source", Rule::source),
    ("stage", Rule::stage),
    ("table", Rule::table),
    ("test", Rule::test),
    ("timezone", Rule::timezone),
    ("unique", Rule::unique),
    ("unit", Rule::unit),
    ("writeback", Rule::writeback),
];

/// How many expected things a message names.
const MAX_EXPECTED: usize = 5;

/// Reports why a slice is no item. Where only its closing brace is missing, the item is read all the same,
/// so that nothing else seems to be missing.
pub(super) fn item(lower: &mut Lower<'_>, slice: &str, start: usize) -> Option<Item> {
    let slice = slice.trim_end();
    if lower.is_full() || unclosed(lower, slice, start) {
        return None;
    }
    if slice.starts_with('}') {
        lower.report(
            Diagnostic::new(
                &codes::STRAY_BRACE,
                lower.at(start, start + 1),
                "this `}` closes nothing",
            )
            .label("no block is open here")
            .help("drop it, or look for a `}` too early above")
            .fix(Fix {
                title: "drop it".to_owned(),
                edits: vec![(lower.at(start, start + 1), String::new())],
            }),
        );
        return None;
    }
    if brackets(lower, slice, start) {
        return None;
    }
    let word = first_word(slice);
    let Some((_, rule)) = ITEMS.iter().find(|(item, _)| *item == word) else {
        unknown_item(lower, slice, start);
        return None;
    };
    let failure = failure(*rule, slice);
    let missing_brace = failure.at >= slice.len() && failure.expected.contains(&"`}`");
    if !missing_brace {
        expected(lower, slice, start, &failure);
        return None;
    }
    let end = last_token(lower, lower.at(start, start + slice.len()).end);
    lower.report(
        Diagnostic::new(
            &codes::MISSING_BRACE,
            Span::new(lower.file, end, end),
            format!("this `{word}` has no closing `}}`"),
        )
        .label("missing `}` after this")
        .also(
            lower.at(start, start + word.len()),
            format!("the `{word}` begins here"),
        )
        .help("close the block with `}`")
        .fix(Fix {
            title: "close the block".to_owned(),
            edits: vec![(Span::new(lower.file, end, end), "\n}\n".to_owned())],
        }),
    );
    closed(lower, *rule, slice, start)
}

/// Reads an item as if its closing brace were there.
fn closed(lower: &mut Lower<'_>, rule: Rule, slice: &str, start: usize) -> Option<Item> {
    let closed = format!("{slice}\n}}");
    let pair = Grammar::parse(rule, &closed).ok()?.next()?;
    let mut inner = Lower {
        file: lower.file,
        text: lower.text,
        base: lower.at(start, start).start,
        comments: lower.comments,
        doc_comments: Vec::new(),
        unclosed: lower.unclosed,
        depth: 0,
        diagnostics: Vec::new(),
        semicolon: None,
    };
    let item = inner.item(&pair);
    let (docs, found) = (inner.doc_comments, inner.diagnostics);
    lower.doc_comments.extend(docs);
    for one in found {
        lower.report(one);
    }
    item
}

/// Reports why a slice is no statement of its block.
pub(super) fn statement(lower: &mut Lower<'_>, slice: &str, start: usize, rule: Rule) {
    let slice = slice.trim_end();
    if lower.is_full() || unclosed(lower, slice, start) {
        return;
    }
    if brackets(lower, slice, start) {
        return;
    }
    let failure = failure(rule, slice);
    let word = first_word(slice);
    let block = Block::of(rule);
    if failure.at == 0 && word.is_empty() && continues_line(lower, lower.at(start, start)) {
        stray(lower, slice, start);
        return;
    }
    if failure.at > 0 || word.is_empty() || block.words.is_empty() {
        expected(lower, slice, start, &failure);
        return;
    }
    let span = lower.at(start, start + word.len());
    let near = did_you_mean(word, block.words.iter().copied());
    let diagnostic = Diagnostic::new(
        &codes::UNKNOWN_STATEMENT,
        span,
        format!("`{word}` begins no statement of {}", block.name),
    )
    .label(if continues_line(lower, span) {
        "what stands before it is complete"
    } else {
        "unknown statement"
    });
    lower.report(match near {
        Some(_) => diagnostic.help_did_you_mean(near),
        None => diagnostic.help(format!(
            "the statements of {} begin with {}",
            block.name,
            list(
                &block
                    .words
                    .iter()
                    .map(|word| format!("`{word}`"))
                    .collect::<Vec<_>>()
            )
        )),
    });
}

/// Reports a text without an end within a slice: then nothing behind it can be trusted.
fn unclosed(lower: &mut Lower<'_>, slice: &str, start: usize) -> bool {
    let place = lower.at(start, start + slice.len());
    let inside = |span: &&Span| span.start >= place.start && span.start < place.end;
    let Some(span) = lower.unclosed.iter().find(inside).copied() else {
        return false;
    };
    lower.unclosed_text(span);
    true
}

/// Arguments or a key behind a name that could not be read: then the mistake is inside them.
fn brackets(lower: &mut Lower<'_>, slice: &str, start: usize) -> bool {
    let rule = match slice.as_bytes().first() {
        Some(b'(') => Rule::args,
        Some(b'[') => Rule::index,
        _ => return false,
    };
    let failure = failure(rule, slice);
    if failure.at == 0 || failure.expected.is_empty() {
        return false;
    }
    expected(lower, slice, start, &failure);
    true
}

/// Something behind a complete statement that is no word.
fn stray(lower: &mut Lower<'_>, slice: &str, start: usize) {
    let found = first_token(slice);
    let span = lower.at(start, start + found.len());
    let diagnostic = Diagnostic::new(
        &codes::SYNTAX,
        span,
        format!("`{found}` does not belong here"),
    )
    .label("what stands before it is complete")
    .help("a comma or an operator may be missing before it");
    let around = Place {
        before: last_token(lower, span.start),
        from: span.start,
        found,
        expected: if found.starts_with('"') {
            &["`,`"]
        } else {
            &[]
        },
        missing: false,
    };
    let diagnostic = mend(lower, diagnostic, &around);
    lower.report(diagnostic);
}

fn unknown_item(lower: &mut Lower<'_>, slice: &str, start: usize) {
    let word = first_word(slice);
    if word.is_empty() {
        let found = first_token(slice);
        let span = lower.at(start, start + found.len());
        if continues_line(lower, span) {
            stray(lower, slice, start);
            return;
        }
        lower.report(
            Diagnostic::new(
                &codes::SYNTAX,
                span,
                format!("expected an item, found `{found}`"),
            )
            .label("no item begins like this")
            .help("an item begins with a word like `let`, `stage` or `groups`"),
        );
        return;
    }
    let span = lower.at(start, start + word.len());
    let message = format!("`{word}` begins no item");
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_ITEM, span, message);
    let near = did_you_mean(word, ITEMS.iter().map(|(item, _)| *item));
    let sql = ["like", "LIKE"].contains(&word);
    let before = lower.text.get(..last_token(lower, span.start) as usize);
    let number = before.is_some_and(ends_with_number);
    lower.report(if continues_line(lower, span) {
        diagnostic
            .label("what stands before it is complete")
            .help(if sql {
                "write `matches \"…*\"`, where `*` is any text"
            } else if number {
                "a length of time is in minutes, hours, days, weeks, months or years"
            } else {
                "an operator may be missing before it, or quotes around a text"
            })
    } else if near.is_some() {
        diagnostic.label("unknown item").help_did_you_mean(near)
    } else {
        let words: Vec<String> = ITEMS.iter().map(|(item, _)| format!("`{item}`")).collect();
        diagnostic
            .label("unknown item")
            .help(format!("the items are {}", list(&words)))
    });
}

/// Whether the last token is a number; the digit at the end of a name is none.
fn ends_with_number(text: &str) -> bool {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    before.len() < text.len() && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Where a parse failed, and what it expected there.
struct Failure {
    at: usize,
    expected: Vec<&'static str>,
}

fn failure(rule: Rule, slice: &str) -> Failure {
    match Grammar::parse(rule, slice) {
        Ok(pairs) => Failure {
            at: pairs.as_str().len(),
            expected: Vec::new(),
        },
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => in_words(&positives),
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            Failure { at, expected }
        }
    }
}

fn expected(lower: &mut Lower<'_>, slice: &str, start: usize, failure: &Failure) {
    let at = lower.at(start + failure.at, start + failure.at).start;
    let before = last_token(lower, at);
    let from = next_token(lower, at);
    let found = first_token(lower.text.get(from as usize..).unwrap_or_default());
    let length = u32::try_from(found.len()).unwrap_or(0);
    let mut place = Span::new(lower.file, from, from.saturating_add(length));
    let gap = lower.slice(Span::new(lower.file, before, from));
    if found == "/" && failure.expected.contains(&"an expression") {
        unclosed_regex(lower, from);
        return;
    }
    let behind = before > lower.at(start, start).start && gap.contains('\n');
    let words = failure.expected.iter().take(MAX_EXPECTED);
    let words: Vec<String> = words.map(|&word| word.to_owned()).collect();
    let what = list(&words);
    let message = match (what.is_empty(), found.is_empty()) {
        (true, true) => "the file ends too early".to_owned(),
        (true, false) => format!("`{found}` does not belong here"),
        (false, true) => format!("expected {what}, but the file ends"),
        (false, false) => format!("expected {what}, found `{found}`"),
    };
    let label = if behind || found.is_empty() {
        place = Span::new(lower.file, before, before);
        let closer = |word: &&&str| matches!(**word, "`)`" | "`]`" | "`}`");
        match (
            failure.expected.as_slice(),
            failure.expected.iter().find(closer),
        ) {
            ([one], _) | (_, Some(one)) => format!("missing {one} after this"),
            _ => "something is missing after this".to_owned(),
        }
    } else if what.is_empty() {
        "unexpected".to_owned()
    } else {
        format!("expected {what}")
    };
    let diagnostic = Diagnostic::new(&codes::SYNTAX, place, message).label(label);
    let diagnostic = help(diagnostic, &failure.expected, found, behind);
    let missing = behind || found.is_empty();
    let around = Place {
        before,
        from,
        found,
        expected: &failure.expected,
        missing,
    };
    let diagnostic = mend(lower, diagnostic, &around);
    let word = first_word(slice);
    let head = lower.at(start, start + word.len());
    let far = lower
        .slice(Span::new(lower.file, head.end, place.start))
        .contains('\n');
    lower.report(if far && !word.is_empty() {
        diagnostic.also(head, format!("while reading this `{word}`"))
    } else {
        diagnostic
    });
}

fn unclosed_regex(lower: &mut Lower<'_>, from: u32) {
    let rest = lower.text.get(from as usize..).unwrap_or_default();
    let line = rest.split('\n').next().unwrap_or_default().trim_end();
    let end = from.saturating_add(u32::try_from(line.len()).unwrap_or(0));
    lower.report(
        Diagnostic::new(
            &codes::UNCLOSED_REGEX,
            Span::new(lower.file, from, end),
            "this regex has no closing `/`",
        )
        .label("a regex ends on the line where it begins")
        .help("close it with `/`; a slash inside a regex is `\\/`"),
    );
}

/// The word that a text begins with; empty where it begins with something else.
pub(super) fn first_word(text: &str) -> &str {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return "";
    }
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim_end_matches('-')
}

/// The word, number, text or mark that a text begins with, cut to a readable length.
fn first_token(text: &str) -> &str {
    const LONGEST: usize = 40;
    let word = first_word(text);
    if !word.is_empty() {
        return word;
    }
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else {
        return "";
    };
    let end = match first {
        '\n' => 0,
        '"' => chars
            .find(|(_, c)| matches!(c, '"' | '\n'))
            .map_or(text.len(), |(at, c)| at + usize::from(c == '"')),
        '0'..='9' => chars
            .find(|(_, c)| !c.is_alphanumeric())
            .map_or(text.len(), |(at, _)| at),
        '=' | '!' | '<' | '>' | '&' | '|' | '?' | '-' | '+' | '*' => chars
            .find(|(at, c)| *at > 2 || !"=!<>&|?".contains(*c))
            .map_or(text.len(), |(at, _)| at),
        other => other.len_utf8(),
    };
    let token = text.get(..end).unwrap_or_default();
    match token.char_indices().nth(LONGEST) {
        Some((cut, _)) => token.get(..cut).unwrap_or_default(),
        None => token,
    }
}

/// The end of the last token before an offset.
pub(super) fn last_token(lower: &Lower<'_>, before: u32) -> u32 {
    let mut end = before;
    loop {
        let text = lower.text.get(..end as usize).unwrap_or_default();
        end = u32::try_from(text.trim_end().len()).unwrap_or(end);
        let next = lower
            .comments
            .partition_point(|comment| comment.span.start < end);
        match next
            .checked_sub(1)
            .and_then(|index| lower.comments.get(index))
        {
            Some(comment) if comment.span.end >= end => end = comment.span.start,
            _ => return end,
        }
    }
}

/// The start of the next token at or after an offset; the end of the text if there is none.
fn next_token(lower: &Lower<'_>, after: u32) -> u32 {
    let mut from = after;
    loop {
        let text = lower.text.get(from as usize..).unwrap_or_default();
        from = lower.text_len() - u32::try_from(text.trim_start().len()).unwrap_or(0);
        let next = lower
            .comments
            .partition_point(|comment| comment.span.start < from);
        match lower.comments.get(next) {
            Some(comment) if comment.span.start == from => from = comment.span.end,
            _ => return from,
        }
    }
}

/// Whether something else stands before this on its line.
fn continues_line(lower: &Lower<'_>, span: Span) -> bool {
    let text = lower.text.get(..span.start as usize).unwrap_or_default();
    let line = text.rsplit('\n').next().unwrap_or_default().trim();
    !line.is_empty() && !line.ends_with(['{', '}'])
}

/// What a message says of a block.
struct Block {
    name: &'static str,
    /// The words its statements begin with; none where they begin with a name.
    words: &'static [&'static str],
}

impl Block {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other rules are no statements, or begin with a name"
    )]
    fn of(statement: Rule) -> Self {
        let (name, words): (_, &'static [&'static str]) = match statement {
            Rule::unique_clause => ("`unique`", &["try", "reuse", "reserved"]),
            Rule::lifecycle_row => ("`lifecycle`", &["when", "otherwise", "vanished"]),
            Rule::row => ("this block", &["when", "otherwise"]),
            Rule::stage_clause => (
                "`stage`",
                &[
                    "account", "unit", "groups", "lists", "profile", "grant", "set", "clear",
                ],
            ),
            Rule::exception_clause => (
                "`exception`",
                &[
                    "stage", "account", "unit", "groups", "lists", "profile", "grant", "set",
                    "clear",
                ],
            ),
            Rule::identity_clause => (
                "`identity`",
                &[
                    "anchor",
                    "adopt",
                    "link",
                    "tied",
                    "ignore",
                    "person",
                    "confirmed",
                ],
            ),
            Rule::password_clause => (
                "`password`",
                &[
                    "random", "initial", "sealed", "change", "reset", "hand", "allow",
                ],
            ),
            Rule::group_clause => (
                "`groups`",
                &["when", "always", "keep", "linger", "manage", "create"],
            ),
            Rule::attach => ("`group`", &["kind", "scope", "in", "description"]),
            Rule::guard_clause => (
                "`guard`",
                &[
                    "create",
                    "enable",
                    "adopt",
                    "disable",
                    "delete",
                    "move",
                    "rename",
                    "login",
                    "clear",
                    "password",
                    "grant",
                    "revoke",
                    "notify",
                    "writeback",
                    "quarantine",
                    "lose",
                    "values",
                    "protect",
                    "override",
                    "exceptions",
                    "approvals",
                ],
            ),
            Rule::retention_clause => ("`retention`", &["values", "trail"]),
            Rule::await_clause => ("`await`", &["on", "when", "before", "send"]),
            Rule::notify_clause => ("`notify`", &["on", "to", "subject", "body", "digest"]),
            Rule::test_clause => (
                "`test`",
                &["on", "person", "account", "taken", "missing", "expect"],
            ),
            Rule::account_clause => ("`account`", &["enabled", "disabled", "unit", "group"]),
            _ => ("this block", &[]),
        };
        Self { name, words }
    }
}
