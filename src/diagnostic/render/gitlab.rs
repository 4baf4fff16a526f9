//! For GitLab: a code quality report, which a merge request shows as what it adds and what it mends.
//!
//! It is the part of Code Climate's format that GitLab reads, with the two fields beside it that Code Climate asks
//! for. GitLab takes two findings with one fingerprint for one, and compares them between branches; so it is the same
//! while the mistake is, and no two are alike.

use super::place::{Fingerprints, Region, message};
use super::{Findings, Indexed, help};
use crate::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'a str,
    description: String,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: String,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// All diagnostics as one JSON array, indented, with a line end.
pub(super) fn gitlab(findings: &Findings<'_>) -> String {
    let mut indexed = Indexed::new(findings.sources);
    let mut fingerprints = Fingerprints::default();
    let issues: Vec<Issue<'_>> = findings
        .diagnostics
        .iter()
        .map(|diagnostic| issue(diagnostic, &mut fingerprints, &mut indexed))
        .collect();
    let mut text = serde_json::to_string_pretty(&issues).unwrap_or_default();
    text.push('\n');
    text
}

fn issue<'a>(
    diagnostic: &'a Diagnostic,
    fingerprints: &mut Fingerprints,
    sources: &mut Indexed<'_>,
) -> Issue<'a> {
    let region = Region::new(diagnostic.primary.span, sources);
    let (path, begin, end) = region.map_or((String::new(), 1, 1), |region| {
        (region.name(), region.start.line, region.end.line)
    });
    Issue {
        kind: "issue",
        check_name: diagnostic.code.name,
        description: match help(diagnostic) {
            Some(help) => format!("{}; {}", message(diagnostic), help.replace('\n', " ")),
            None => message(diagnostic),
        },
        categories: ["Bug Risk"],
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
            Severity::Note => "info",
        },
        fingerprint: fingerprints.of(diagnostic, sources),
        location: Location {
            path,
            lines: Lines { begin, end },
        },
    }
}
