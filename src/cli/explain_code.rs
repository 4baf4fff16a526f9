//! `tenure explain-code`: the page of a code.

use super::args::{ExplainCodeArgs, Format};
use super::plan::options;
use super::report::Report;
use super::view::{json, manual};
use super::{Exit, Output, codes};
use crate::diagnostic::{Code, did_you_mean};
use crate::{policy, syntax};

/// Every code that has a page, by name.
pub fn every_code() -> Vec<&'static Code> {
    let tables = [
        policy::codes::ALL,
        policy::lint::codes::ALL,
        syntax::codes::ALL,
        codes::ALL,
    ];
    let mut all: Vec<&Code> = tables.into_iter().flatten().copied().collect();
    all.sort_by_key(|code| code.name);
    all
}

/// Shows one page, or the list of all codes.
pub(super) fn run(arguments: &ExplainCodeArgs, output: &mut Output) -> Result<Exit, Report> {
    let all = every_code();
    let options = options(output.width, output.color);
    let text = match (&arguments.code, arguments.format) {
        (None, Format::Human) => manual::list(&all, &options),
        (None, Format::Json) => json::pretty(&manual::list_json(&all)),
        (Some(name), format) => {
            let code = find(&all, name)?;
            match format {
                Format::Human => manual::page(code, &options),
                Format::Json => json::pretty(&manual::page_json(code)),
            }
        }
    };
    output.result(&text);
    Ok(Exit::Ok)
}

/// The code of that name; copied with what stands round it in a message, it is found too.
fn find(all: &[&'static Code], name: &str) -> Result<&'static Code, Report> {
    let bare = name
        .trim_start_matches("error")
        .trim_start_matches("warning");
    let bare = bare.trim_matches(['[', ']', '`', ':', ' ']);
    let found = all
        .iter()
        .find(|code| code.name == bare || code.name == name);
    found.copied().ok_or_else(|| {
        let near = did_you_mean(bare, all.iter().map(|code| code.name));
        let help = match near {
            Some(near) => {
                format!("did you mean `{near}`? `tenure explain-code --list` has them all")
            }
            None => "`tenure explain-code --list` has them all".to_owned(),
        };
        Report::text("unknown-code", format!("there is no code `{name}`")).help(help)
    })
}
