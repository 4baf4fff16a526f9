//! `tenure doctor`: whether everything that a run needs is there, each shortfall with its mend.

use super::args::{DoctorArgs, Global};
use super::report::Report;
use super::{Exit, Output, check, people};
use crate::personio::client::{self, World};
use crate::policy::Policy;
use crate::workspace::{Live, People, Workspace};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Examines the live sources of people.
pub(super) fn run(global: &Global, _: &DoctorArgs, output: &mut Output) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let mut exit = Exit::Ok;
    let mut anything = false;
    for source in &workspace.config.sources {
        if let People::Live(live) = &source.people {
            anything = true;
            if !personio(&workspace, live, &policy, output)? {
                exit = Exit::Error;
            }
        }
    }
    if !anything {
        output.result(
            "people come from files, and the directory is a file: there is nothing to examine\n",
        );
    }
    Ok(exit)
}

/// Examines one connection; whether a plan can be made over it.
fn personio(
    workspace: &Workspace,
    live: &Live,
    policy: &Policy,
    output: &mut Output,
) -> Result<bool, Report> {
    let nobody = BTreeSet::new();
    let outside = people::outside(&nobody, &|_, _| {});
    let settings = workspace.connection(live, &outside)?;
    let pinned = workspace.config.clock;
    let now = || pinned.unwrap_or_else(outside.now);
    let world = World {
        now: &now,
        progress: outside.progress,
    };
    let examined = client::examine(&settings, &policy.schema, &written(policy), &world);
    let mut text = format!(
        "Personio at {}, version {} of the API\n",
        live.url, examined.version
    );
    for well in &examined.well {
        let _ = writeln!(text, "  ok: {well}");
    }
    for finding in &examined.findings {
        let kind = if finding.works { "warning" } else { "error" };
        let _ = writeln!(
            text,
            "  {kind}[{}]: {}\n    help: {}",
            finding.code, finding.message, finding.help
        );
    }
    output.result(&text);
    Ok(examined.findings.iter().all(|finding| finding.works))
}

/// The attributes that the policy writes back, by Personio's name.
fn written(policy: &Policy) -> Vec<String> {
    let rules = policy.rules.writebacks.iter();
    let mut names: Vec<String> = rules.map(|rule| rule.source.to_string()).collect();
    names.sort();
    names.dedup();
    names
}
