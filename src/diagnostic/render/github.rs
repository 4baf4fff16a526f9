//! For the log of a GitHub workflow: a command for each diagnostic, which GitHub shows at its line.
//!
//! A command is a line, `::error file=…,line=…::message`. What separates its parts is escaped in the values, so a
//! text can end neither its value nor its line, and no text begins a command of its own. GitHub shows the first ten
//! errors and the first ten warnings of a step; the log has them all.

use super::place::{Region, message, remarks};
use super::{Findings, Indexed};
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Write as _;

/// Each diagnostic as a workflow command, a line each; nothing where nothing was found.
pub(super) fn github(findings: &Findings<'_>) -> String {
    let mut indexed = Indexed::new(findings.sources);
    let mut out = String::new();
    for diagnostic in findings.diagnostics {
        command(diagnostic, &mut indexed, &mut out);
    }
    out
}

fn command(diagnostic: &Diagnostic, sources: &mut Indexed<'_>, out: &mut String) {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let _ = write!(out, "::{level} ");
    if let Some(region) = Region::new(diagnostic.primary.span, sources) {
        let Region { start, end, .. } = region;
        let _ = write!(
            out,
            "file={},line={},endLine={},",
            property(&region.name()),
            start.line,
            end.line
        );
        // GitHub drops columns that do not stand on one line.
        if start.line == end.line {
            let _ = write!(out, "col={},endColumn={},", start.column, end.column);
        }
    }
    let mut lines = vec![message(diagnostic)];
    lines.extend(remarks(diagnostic, sources));
    let _ = writeln!(
        out,
        "title={}::{}",
        property(diagnostic.code.name),
        data(&lines.join("\n"))
    );
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value before the message.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
