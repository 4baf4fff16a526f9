//! `tenure privacy`: the record of processing, from the checked policy and the configuration alone.

use super::args::{Global, PrivacyArgs, PrivacyFormat};
use super::plan::options;
use super::report::Report;
use super::view::privacy::{self as view, Record};
use super::{Exit, Output, check};
use crate::workspace::{People, Workspace};

/// Prints which HR attribute goes where.
pub(super) fn run(
    global: &Global,
    arguments: &PrivacyArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let record = Record::new(&policy, sources(&workspace));
    output.result(&match arguments.format {
        PrivacyFormat::Human => view::human(&record, &options(output.width, output.color)),
        PrivacyFormat::Json => view::json(&record),
        PrivacyFormat::Markdown => view::markdown(&record),
    });
    Ok(Exit::Ok)
}

/// Where people are read from, in words.
fn sources(workspace: &Workspace) -> Vec<String> {
    let sources = workspace.config.sources.iter();
    sources
        .map(|source| match &source.people {
            People::Live(_) => "Personio, as it is when it is asked".to_owned(),
            People::PersonioV1(pages) => {
                format!("recorded answers of Personio ({})", pages.join(", "))
            }
            People::Csv {
                people,
                employments,
            } => {
                let employments = employments.as_ref();
                let employments = employments.map(|file| format!(" and {}", file.display()));
                format!("{}{}", people.display(), employments.unwrap_or_default())
            }
        })
        .collect()
}
