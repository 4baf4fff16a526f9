//! What came of tests: as diagnostics, JSON, the XML of `JUnit` and TAP; and what of a policy they reached.

use crate::cli::codes::TEST_FAILED;
use crate::diagnostic::{Diagnostic, Sources, Span};
use crate::policy::coverage::Coverage;
use crate::proving::{Failure, Verdict};
use crate::text::junit::{self, Case, Outcome, Suite};
use crate::text::visible;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The failures of a test, each at its `expect`.
pub fn diagnostics(verdict: &Verdict) -> Vec<Diagnostic> {
    let failures = verdict.failures.iter();
    let diagnostic = |failure: &Failure| {
        let message = format!("`{}` failed: expected {}", verdict.name, failure.expected);
        let mut diagnostic = Diagnostic::new(&TEST_FAILED, failure.span, message)
            .label(format!("got {}", failure.got));
        for (span, text) in &failure.because {
            diagnostic = diagnostic.also(*span, text.clone());
        }
        diagnostic
    };
    failures.map(diagnostic).collect()
}

/// Where a span stands: file and line.
fn place(sources: &Sources, span: Span) -> (String, u32) {
    sources.place(span).map_or_else(
        || (String::new(), 0),
        |(file, at)| (file.to_string(), at.line),
    )
}

/// A failure in sentences, its reasons a line each.
fn told(sources: &Sources, failure: &Failure) -> String {
    let (file, line) = place(sources, failure.span);
    let mut text = format!(
        "{file}:{line}: expected {}, got {}",
        failure.expected, failure.got
    );
    for (span, because) in &failure.because {
        let (file, line) = place(sources, *span);
        let _ = write!(text, "\n{file}:{line}: {because}");
    }
    text.split('\n')
        .map(|line| visible(line).into_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// For machines: one object.
pub fn json(sources: &Sources, verdicts: &[Verdict], coverage: Option<&Coverage>) -> String {
    let tests: Vec<Value> = verdicts
        .iter()
        .map(|verdict| {
            let (file, line) = place(sources, verdict.span);
            let failures: Vec<Value> = verdict
                .failures
                .iter()
                .map(|failure| {
                    let (file, line) = place(sources, failure.span);
                    let because: Vec<Value> = failure
                        .because
                        .iter()
                        .map(|(span, text)| {
                            let (file, line) = place(sources, *span);
                            json!({"file": file, "line": line, "text": text})
                        })
                        .collect();
                    json!({
                        "file": file, "line": line, "expected": failure.expected,
                        "got": failure.got, "because": because,
                    })
                })
                .collect();
            json!({
                "name": &*verdict.name, "file": file, "line": line, "passed": verdict.passed(),
                "expectations": verdict.expected, "failures": failures,
            })
        })
        .collect();
    let failed = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    let mut whole = json!({
        "format": 1, "tests": tests, "passed": verdicts.len() - failed, "failed": failed,
    });
    if let (Some(coverage), Some(object)) = (coverage, whole.as_object_mut()) {
        let points: Vec<Value> = coverage
            .points
            .iter()
            .map(|point| {
                json!({
                    "file": &*point.file, "line": point.line, "kind": point.kind, "text": &*point.text,
                    "true": point.held, "false": point.conditional.then_some(point.failed),
                })
            })
            .collect();
        let (reached, all) = coverage.branches();
        object.insert(
            "coverage".to_owned(),
            json!({"percent": coverage.percent(), "reached": reached, "branches": all, "rules": points}),
        );
    }
    format!("{whole:#}")
}

/// As build servers read it: a suite for each file.
pub fn junit(sources: &Sources, verdicts: &[Verdict]) -> String {
    let mut suites: Vec<Suite> = Vec::new();
    for verdict in verdicts {
        let (file, _) = place(sources, verdict.span);
        let failures = verdict.failures.iter();
        let messages: Vec<String> = failures
            .clone()
            .map(|failure| format!("expected {}, got {}", failure.expected, failure.got))
            .collect();
        let whole: Vec<String> = failures.map(|failure| told(sources, failure)).collect();
        let outcome = if verdict.passed() {
            Outcome::Passed
        } else {
            Outcome::Failed {
                kind: TEST_FAILED.name.to_owned(),
                message: messages.join("; "),
                text: whole.join("\n"),
            }
        };
        let case = Case {
            name: verdict.name.to_string(),
            class: file.clone(),
            outcome,
            output: String::new(),
        };
        match suites.iter_mut().find(|suite| suite.name == file) {
            Some(suite) => suite.cases.push(case),
            None => suites.push(Suite {
                name: file,
                cases: vec![case],
            }),
        }
    }
    junit::xml("tenure test", &suites)
}

/// The Test Anything Protocol, version 13.
pub fn tap(sources: &Sources, verdicts: &[Verdict]) -> String {
    let mut text = format!("TAP version 13\n1..{}\n", verdicts.len());
    for (number, verdict) in (1..).zip(verdicts) {
        let word = if verdict.passed() { "ok" } else { "not ok" };
        // A `#` would begin a directive.
        let name = visible(&verdict.name)
            .replace('\\', "\\\\")
            .replace('#', "\\#");
        let _ = writeln!(text, "{word} {number} - {name}");
        for failure in &verdict.failures {
            for line in told(sources, failure).split('\n') {
                let _ = writeln!(text, "# {line}");
            }
        }
    }
    text
}

/// What was never reached, and how much was.
pub fn coverage(coverage: &Coverage) -> String {
    let (reached, all) = coverage.branches();
    let mut text = format!(
        "{} % of the policy is reached: {reached} of {all} ways that rules can go\n",
        coverage.percent()
    );
    for point in &coverage.points {
        let never = match (point.held, point.conditional, point.failed) {
            (0, true, 0) => "never asked",
            (0, true, _) => "never true",
            (0, false, _) => "never reached",
            (_, true, 0) => "never false",
            _ => continue,
        };
        let line = format!("{}:{}", point.file, point.line);
        let _ = writeln!(text, "  {never:<13}  {line}  {}", visible(&point.text));
    }
    text
}

/// The policy with counts: how often each rule of a line held, and how often it did not.
pub fn annotated(sources: &Sources, coverage: &Coverage) -> String {
    let mut text = String::new();
    for (_, source) in sources.iter() {
        let of: Vec<_> = coverage
            .points
            .iter()
            .filter(|point| point.file == source.name)
            .collect();
        if of.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", source.name);
        for (number, line) in (1_u32..).zip(source.text.lines()) {
            let here = of.iter().filter(|point| point.line == number);
            let marks: Vec<String> = here
                .map(|point| {
                    let gap = point.held == 0 || (point.conditional && point.failed == 0);
                    let mark = if gap { "!" } else { " " };
                    if point.conditional {
                        format!("{mark}{}/{}", point.held, point.failed)
                    } else {
                        format!("{mark}{}", point.held)
                    }
                })
                .collect();
            let _ = writeln!(text, "{:>12} │ {}", marks.join(" "), visible(line));
        }
    }
    text
}
