//! `tenure doctor`: whether everything that a run needs is there, each shortfall with its mend.

use super::args::{DoctorArgs, Global};
use super::report::Report;
use super::steps::Steps;
use super::{Exit, Output, check, people};
use crate::directory::Dn;
use crate::directory::ldap::doctor as ad;
use crate::personio::client::{self, World};
use crate::plan::needs;
use crate::policy::{Policy, Ruleset, StageAccount, StageRule};
use crate::text::visible;
use crate::workspace::{DirectorySource, Ldap, Live, People, Workspace};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// Examines the live sources of people and the live directory.
pub(super) fn run(
    global: &Global,
    arguments: &DoctorArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    if arguments.delegation {
        return delegation(&workspace, &policy, output);
    }
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
    if let DirectorySource::Ldap(ldap) = &workspace.config.directory {
        anything = true;
        if !active_directory(&workspace, ldap, &policy, output)? {
            exit = Exit::Error;
        }
    }
    if !workspace.config.steps.is_empty() {
        anything = true;
        if !steps(&workspace, output) {
            exit = Exit::Error;
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

/// Examines the addresses at which steps are asked for; whether each answers.
fn steps(workspace: &Workspace, output: &mut Output) -> bool {
    let steps = Steps::new(workspace);
    let mut text = "Steps of other systems\n".to_owned();
    let mut well = true;
    for (name, found) in steps.look() {
        let name = visible(name);
        let _ = match found {
            None => writeln!(text, "  ok: somebody answers for the step `{name}`"),
            Some((code, why, help)) => {
                well = false;
                let why = visible(&why);
                writeln!(
                    text,
                    "  error[{code}]: the step `{name}`: {why}\n    help: {help}"
                )
            }
        };
    }
    output.result(&text);
    well
}

/// Examines the directory; whether a plan can be made and applied.
fn active_directory(
    workspace: &Workspace,
    ldap: &Ldap,
    policy: &Policy,
    output: &mut Output,
) -> Result<bool, Report> {
    let settings = workspace.ldap(ldap, None, &|name| std::env::var(name).ok())?;
    let examined = ad::examine(&settings, &question(workspace, policy));
    let mut text = match &examined.controller {
        Some(controller) => format!("Active Directory on {}\n", visible(controller)),
        None => "Active Directory\n".to_owned(),
    };
    for well in &examined.well {
        let _ = writeln!(text, "  ok: {}", visible(well));
    }
    for finding in &examined.findings {
        let kind = if finding.works { "warning" } else { "error" };
        let _ = writeln!(
            text,
            "  {kind}[{}]: {}\n    help: {}",
            finding.code,
            visible(&finding.message),
            visible(&finding.help)
        );
    }
    output.result(&text);
    Ok(examined.findings.iter().all(|finding| finding.works))
}

/// Prints the rights that this policy needs, as commands and as SDDL.
fn delegation(workspace: &Workspace, policy: &Policy, output: &mut Output) -> Result<Exit, Report> {
    let DirectorySource::Ldap(ldap) = &workspace.config.directory else {
        return Err(Report::text(
            "not-live",
            "the directory is a file: nobody needs rights on it",
        )
        .help("name a domain controller as `ldap` in `[directory]`"));
    };
    let settings = workspace.ldap(ldap, None, &|name| std::env::var(name).ok())?;
    let found = ad::delegation(&settings, &question(workspace, policy))?;
    let mut text = format!(
        "# What this policy needs {} ({}) to be allowed, and no more. Run by an administrator.\n",
        found.who, found.sid
    );
    for ad::OnBase { base, rights, sddl } in &found.bases {
        let _ = writeln!(text, "\n# {base}");
        for (right, inherits, argument) in rights {
            let _ = writeln!(
                text,
                "# {right}\ndsacls \"{base}\" {inherits} /G \"{argument}\""
            );
        }
        let _ = writeln!(
            text,
            "# the same at once, for whatever takes SDDL:\n# {sddl}"
        );
    }
    output.result(&text);
    Ok(Exit::Ok)
}

/// What this policy asks of its directory.
fn question<'w>(workspace: &'w Workspace, policy: &Policy) -> ad::Question<'w> {
    let rules = &policy.rules;
    let deletes = |stage: &StageRule| matches!(stage.account, StageAccount::DeletedAfter(_));
    ad::Question {
        reading: workspace.reading(&[policy]),
        write: &workspace.config.write,
        needs: needs(rules),
        password_length: rules.password.length,
        deletes: rules.stages.iter().any(deletes),
        groups: groups(workspace, rules),
        upn_suffixes: rules.upn_suffixes.clone(),
        now: Timestamp::now(),
    }
}

/// The groups that have to be there; a name that is written relative means one below the first write base.
fn groups(workspace: &Workspace, rules: &Ruleset) -> Vec<Arc<str>> {
    let absolute = |name: &Arc<str>| match Dn::parse(name) {
        Ok(dn) if name.contains('=') => Arc::clone(dn.absolute(&workspace.config.write).text()),
        Ok(_) | Err(_) => name.clone(),
    };
    rules.named_groups.iter().map(absolute).collect()
}

/// The attributes that the policy writes back, by Personio's name.
fn written(policy: &Policy) -> Vec<String> {
    let rules = policy.rules.writebacks.iter();
    let mut names: Vec<String> = rules.map(|rule| rule.source.to_string()).collect();
    names.sort();
    names.dedup();
    names
}
