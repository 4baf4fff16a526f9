//! `# allow(code): reason`: what somebody has looked at and means so.
//!
//! On a line of its own it stands over the item or statement that begins next, behind one it stands over that one. It
//! covers whatever lies in it and is no error. It always has a reason, for whoever reads it next.

use super::codes;
use super::levels::{UnknownCode, code_named};
use super::statements;
use crate::diagnostic::{Code, Diagnostic, Sources, Span};
use crate::syntax::ast::{Comment, File};

/// A comment that allows something.
#[derive(Debug)]
struct Allow {
    code: &'static Code,
    /// The code's name in the comment.
    name: Span,
    /// What it stands over.
    over: Span,
    used: bool,
}

/// Takes out what comments allow; says which comments allow nothing.
pub fn allowed(files: &[File], sources: &Sources, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut allows = Vec::new();
    let mut found = Vec::new();
    for file in files {
        let begins = |comment: &&Comment| words(sources, comment).starts_with("allow(");
        let comments: Vec<&Comment> = file.comments.iter().filter(begins).collect();
        if comments.is_empty() {
            continue;
        }
        let spans = statements::of(file);
        for comment in comments {
            read(comment, &spans, sources, &mut allows, &mut found);
        }
    }
    let mut kept = Vec::new();
    for diagnostic in diagnostics {
        let at = diagnostic.primary.span;
        let mut covers = false;
        for allow in &mut allows {
            let over = allow.over;
            let here = over.file == at.file && over.start <= at.start && at.start < over.end.max(1);
            if here && allow.code == diagnostic.code && !diagnostic.is_error() {
                allow.used = true;
                covers = true;
            }
        }
        if !covers {
            kept.push(diagnostic);
        }
    }
    kept.append(&mut found);
    for allow in allows.iter().filter(|allow| !allow.used) {
        let message = format!(
            "`{}` is allowed here, and nothing of it is found",
            allow.code.name
        );
        kept.push(
            Diagnostic::new(&codes::UNUSED_ALLOW, allow.name, message)
                .label("allows nothing")
                .help("remove the comment"),
        );
    }
    kept
}

/// The words of a comment, without what begins it.
fn words<'s>(sources: &'s Sources, comment: &Comment) -> &'s str {
    sources.slice(comment.span).trim_start_matches('#').trim()
}

fn read(
    comment: &Comment,
    statements: &[Span],
    sources: &Sources,
    allows: &mut Vec<Allow>,
    found: &mut Vec<Diagnostic>,
) {
    let text = words(sources, comment);
    let mut wrong = |span: Span, message: String, help: String| {
        found.push(Diagnostic::new(&codes::BAD_ALLOW, span, message).help(help));
    };
    let form = "write `# allow(code): reason`".to_owned();
    let Some((names, reason)) = text.trim_start_matches("allow(").split_once(')') else {
        wrong(comment.span, "this `allow` has no end".to_owned(), form);
        return;
    };
    let reason = reason.trim_start().strip_prefix(':').map(str::trim);
    if reason.is_none_or(str::is_empty) {
        let message = "an `allow` says why".to_owned();
        wrong(
            comment.span,
            message,
            "write the reason behind it: `# allow(code): reason`".to_owned(),
        );
        return;
    }
    let Some(over) = covered(comment, statements, sources) else {
        let message = "this `allow` stands over nothing".to_owned();
        wrong(
            comment.span,
            message,
            "put it over a statement, or behind it".to_owned(),
        );
        return;
    };
    let source = sources.slice(comment.span);
    for name in names.split(',').map(str::trim) {
        let at = source.find(name).unwrap_or_default();
        let start = comment.span.start + u32::try_from(at).unwrap_or_default();
        let length = u32::try_from(name.len()).unwrap_or_default();
        let place = Span::new(comment.span.file, start, start + length);
        match code_named(name) {
            Ok(code) => allows.push(Allow {
                code,
                name: place,
                over,
                used: false,
            }),
            Err(unknown) => {
                let mut diagnostic = Diagnostic::new(&codes::BAD_ALLOW, place, unknown.to_string())
                    .label("allows nothing")
                    .help(unknown.help());
                if let UnknownCode::Unknown { near, .. } = unknown {
                    diagnostic = diagnostic.help_did_you_mean(near);
                }
                found.push(diagnostic);
            }
        }
    }
}

/// What a comment stands over: the outermost statement that begins behind it, or the innermost one before it.
fn covered(comment: &Comment, statements: &[Span], sources: &Sources) -> Option<Span> {
    let here = comment.span;
    if comment.own_line {
        let after = statements.iter().filter(|span| span.start >= here.end);
        let next = after.clone().map(|span| span.start).min()?;
        // Only comments and blanks lie between.
        let between = sources.slice(Span::new(here.file, here.end, next));
        let blank = |line: &str| line.trim().is_empty() || line.trim().starts_with('#');
        if !between.lines().all(blank) {
            return None;
        }
        return after
            .filter(|span| span.start == next)
            .max_by_key(|span| span.end)
            .copied();
    }
    let text = sources.slice(Span::new(here.file, 0, here.start));
    let last = u32::try_from(text.trim_end().len()).ok()?.checked_sub(1)?;
    let holds = |span: &&Span| span.start <= last && last < span.end;
    let innermost = statements
        .iter()
        .filter(holds)
        .min_by_key(|span| span.end - span.start);
    innermost.copied()
}
