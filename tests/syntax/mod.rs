//! The syntax: cases as files, laws as properties, limits.
//!
//! Each file of `cases/` is parsed; its tree in a readable form and its diagnostics, drawn, are its snapshot.

mod laws;
pub(crate) mod layout;
mod limits;
mod recovery;
mod tree;

use tenure::diagnostic::{Diagnostic, FileId, Sources};
use tenure::syntax::ast;

/// Tree and diagnostics of one text.
fn parse(text: &str) -> (ast::File, Vec<Diagnostic>) {
    tenure::syntax::parse(FileId(0), text)
}

/// The codes of one text with the words they point at.
fn found(text: &str) -> Vec<(&'static str, String)> {
    let mut sources = Sources::new();
    let id = sources.add("policy.tenure", text);
    let (_, diagnostics) = tenure::syntax::parse(id, text);
    diagnostics
        .iter()
        .map(|one| (one.code.name, sources.slice(one.primary.span).to_owned()))
        .collect()
}
