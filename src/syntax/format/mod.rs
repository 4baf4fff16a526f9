//! The canonical layout of a policy file: text in, the same text with other blanks out.
//!
//! The formatter works on the tokens of the parse, each a piece of the source, and decides only what
//! stands between them: so no literal, name or comment can be lost or altered. `tokens` says what each
//! token is in its statement, `lines` where lines begin, `columns` what is aligned, `same` whether the
//! result still says what the source says. Begin with [`format`].

mod columns;
mod lines;
mod same;
mod tokens;

use super::ast::Comment;
use super::{codes, parse, scan};
use crate::diagnostic::{Diagnostic, FileId, Span};

/// Columns of one line at most, where it can be broken: code only, before columns are aligned.
pub const WIDTH: usize = 120;

/// Lays out one policy file anew: the same tokens, comments and documentation with canonical blanks.
///
/// The text is expected as [`crate::text::decode`] gives it; an empty one stays empty, any other ends with
/// a line end. Formatting the result again changes nothing.
///
/// # Errors
///
/// The diagnostics of a text that cannot be parsed; it has no layout. The result is parsed and compared
/// with the source; should it mean anything else, that is reported as a fault of this program.
pub fn format(id: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, mut diagnostics) = parse(id, text);
    diagnostics.retain(Diagnostic::is_error);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let found = scan::scan(id, text, super::MAX_NESTING);
    let laid_out = lay_out(text, &found.comments);
    match laid_out {
        Some(after) if same::same(text, &after) => Ok(after),
        _ => Err(vec![
            Diagnostic::new(
                &codes::INTERNAL_SYNTAX,
                Span::new(id, 0, 0),
                "laid out anew, this file would not say the same",
            )
            .help("this is a fault of tenure, not of the policy; please report it with the file"),
        ]),
    }
}

/// The text with other blanks; `None` where a piece of it is neither token nor comment.
fn lay_out(text: &str, comments: &[Comment]) -> Option<String> {
    let tokens = tokens::read(text)?;
    let lines = lines::lines(text, &tokens, comments)?;
    Some(columns::render(text, &tokens, &lines))
}
