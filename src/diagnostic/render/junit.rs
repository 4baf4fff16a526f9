//! For what reads reports of tests: a suite for each file, a case for each diagnostic in it.
//!
//! A file without any is one case that passes. An error is a failure; a warning passes and is told as its output,
//! unless warnings are refused, too.

use super::place::{here, message, remarks};
use super::{Findings, Indexed};
use crate::diagnostic::{Diagnostic, FileId, Severity};
use crate::text::junit::{Case, Outcome, Suite, xml};
use crate::text::visible;
use std::collections::BTreeMap;

/// All diagnostics as a report of tests.
pub(super) fn junit(findings: &Findings<'_>) -> String {
    let mut of_files: BTreeMap<FileId, Vec<&Diagnostic>> = findings
        .sources
        .iter()
        .map(|(id, _)| (id, Vec::new()))
        .collect();
    for diagnostic in findings.diagnostics {
        let file = diagnostic.primary.span.file;
        of_files.entry(file).or_default().push(diagnostic);
    }
    let mut indexed = Indexed::new(findings.sources);
    let suites: Vec<Suite> = of_files
        .into_iter()
        .map(|(file, diagnostics)| suite(findings, file, &diagnostics, &mut indexed))
        .collect();
    xml(&format!("tenure {}", findings.command), &suites)
}

fn suite(
    findings: &Findings<'_>,
    file: FileId,
    diagnostics: &[&Diagnostic],
    sources: &mut Indexed<'_>,
) -> Suite {
    let source = findings.sources.get(file);
    let name = source.map_or_else(String::new, |source| visible(&source.name).into_owned());
    let mut cases = Vec::new();
    // Readers know a case by its name from one run to the next: so it tells no line, and none has that of another.
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        let what = message(diagnostic);
        let mut called = format!("{}: {what}", diagnostic.code.name);
        let times = names.entry(called.clone()).or_default();
        *times += 1;
        if *times > 1 {
            called = format!("{called} ({times})");
        }
        let mut text: Vec<String> = here(diagnostic, sources).into_iter().collect();
        text.extend(remarks(diagnostic, sources));
        let text = text.join("\n");
        let refused = match diagnostic.severity {
            Severity::Error => true,
            Severity::Warning => findings.deny_warnings,
            Severity::Note => false,
        };
        let (outcome, output) = if refused {
            let failed = Outcome::Failed {
                kind: diagnostic.code.name.to_owned(),
                message: what,
                text,
            };
            (failed, String::new())
        } else {
            (
                Outcome::Passed,
                format!("{}: {what}\n{text}", diagnostic.severity.word()),
            )
        };
        cases.push(Case {
            name: called,
            class: name.clone(),
            outcome,
            output,
        });
    }
    if cases.is_empty() {
        cases.push(Case {
            name: "nothing found".to_owned(),
            class: name.clone(),
            outcome: Outcome::Passed,
            output: String::new(),
        });
    }
    Suite { name, cases }
}
