//! For screen readers and logs: sentences instead of drawings.

use super::{Indexed, MAX_SHOWN, Shown, more};
use crate::diagnostic::{Diagnostic, Sources};
use miette::NarratableReportHandler;

/// Each diagnostic in sentences, an empty line between two; the first [`MAX_SHOWN`].
pub fn plain(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let handler = NarratableReportHandler::new().with_context_lines(0);
    let mut indexed = Indexed::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        if !out.is_empty() {
            out.push('\n');
        }
        let shown = Shown::new(diagnostic, &mut indexed);
        if handler.render_report(&mut out, &shown).is_err() {
            // Only a source that cannot be read ends here, and a view always can.
            out.push_str(&shown.message);
            out.push('\n');
        }
    }
    if let Some(more) = more(diagnostics) {
        out.push('\n');
        out.push_str(&more);
        out.push('\n');
    }
    out
}
