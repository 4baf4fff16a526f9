//! For people at a terminal: the source with underlines.

use super::{Indexed, MAX_SHOWN, Shown, more};
use crate::diagnostic::{Diagnostic, Sources};
use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};

/// How the drawing may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Colours as terminals know them.
    pub color: bool,
    /// Box drawing characters; else ASCII.
    pub unicode: bool,
    /// Columns of the terminal; messages are wrapped there.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            unicode: true,
            width: 100,
        }
    }
}

/// Each diagnostic with its place drawn, an empty line between two; the first [`MAX_SHOWN`].
pub fn human(sources: &Sources, diagnostics: &[Diagnostic], style: Style) -> String {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_context_lines(0)
        .with_break_words(false)
        .with_width(style.width);
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
