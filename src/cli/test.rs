//! `tenure test`: run the tests of the policy.

use super::args::{Global, TestArgs, TestFormat};
use super::report::Report;
use super::view::test as view;
use super::{Exit, Output, check};
use crate::diagnostic::{Diagnostic, render};
use crate::policy::trial::Test;
use crate::proving::{self, Verdict};
use crate::workspace::Checked;

/// Runs the tests and shows what came of them.
pub(super) fn run(
    global: &Global,
    arguments: &TestArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let mut checked = check::policy_in(&workspace, arguments.path.as_deref(), output)?;
    let counts =
        arguments.coverage || arguments.coverage_source || arguments.coverage_threshold.is_some();
    if counts && let Some(policy) = &mut checked.policy {
        policy.count_coverage();
    }
    let Checked {
        policy: Some(policy),
        sources,
        ..
    } = &checked
    else {
        return Ok(Exit::Error);
    };
    let wanted = arguments.only.as_ref().map(|text| text.to_lowercase());
    let tests: Vec<&Test> = policy
        .tests
        .iter()
        .filter(|test| {
            let name = test.name.to_lowercase();
            wanted.as_ref().is_none_or(|wanted| name.contains(wanted))
        })
        .collect();
    let verdicts = proving::prove(policy, &workspace.config.write, sources, &tests);
    let coverage = counts.then(|| policy.coverage(sources));
    let coverage = coverage.as_ref();
    match arguments.format {
        TestFormat::Human => human(sources, &verdicts, output),
        TestFormat::Json => output.result(&view::json(sources, &verdicts, coverage)),
        TestFormat::Junit => output.result(&view::junit(sources, &verdicts)),
        TestFormat::Tap => output.result(&view::tap(sources, &verdicts)),
    }
    let human = arguments.format == TestFormat::Human;
    if let Some(coverage) = coverage {
        if human && arguments.coverage {
            output.result(&view::coverage(coverage));
        }
        if human && arguments.coverage_source {
            output.result(&view::annotated(sources, coverage));
        }
    }
    output.say(&sentence(&verdicts, policy.tests.len()));
    let mut failed = verdicts.iter().any(|verdict| !verdict.passed());
    if let (Some(least), Some(coverage)) = (arguments.coverage_threshold, coverage) {
        let reached = coverage.percent();
        if reached < u32::from(least) {
            output.say(&format!("{reached} % of the policy is reached, and {least} % is wanted; `--coverage` shows what is not"));
            failed = true;
        }
    }
    Ok(if failed { Exit::Error } else { Exit::Ok })
}

fn human(sources: &crate::diagnostic::Sources, verdicts: &[Verdict], output: &mut Output) {
    let diagnostics: Vec<Diagnostic> = verdicts.iter().flat_map(view::diagnostics).collect();
    if diagnostics.is_empty() {
        return;
    }
    let style = render::Style {
        color: output.color,
        unicode: true,
        width: output.width,
    };
    output.result(&render::human(sources, &diagnostics, style));
}

fn sentence(verdicts: &[Verdict], all: usize) -> String {
    if all == 0 {
        return "there are no tests; write `test \"…\" { … }` in the policy, as docs/policies-as-code.md shows".to_owned();
    }
    if verdicts.is_empty() {
        return format!("none of {all} tests has such a name");
    }
    let count = |number: usize| match number {
        1 => "1 test".to_owned(),
        number => format!("{number} tests"),
    };
    let failed = verdicts.iter().filter(|verdict| !verdict.passed()).count();
    match failed {
        0 => format!("{}: all passed", count(verdicts.len())),
        failed => format!("{}: {failed} failed", count(verdicts.len())),
    }
}
