//! `tenure who`: who is in a group, by which rule or by whose hand, and who was, from the directory as it is and what runs
//! gave and took.

use super::args::{Global, WhoArgs, WhoFormat};
use super::directory::Source;
use super::plan::options;
use super::report::Report;
use super::view::who::{self as view, Asked};
use super::{Exit, Output, check, days, history, planning};
use crate::apply::roll;
use crate::diagnostic::did_you_mean;
use crate::directory::{Dn, ObjectId, Snapshot};
use crate::plan::{self, Basis};
use crate::policy::Policy;
use crate::review::roster::{self, Entry};
use crate::state::{Found, Prior};
use crate::workspace::Workspace;
use jiff::{SignedDuration, Timestamp};

/// Tells who is or was in a group.
pub(super) fn run(
    global: &Global,
    arguments: &WhoArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let now = workspace.config.clock.unwrap_or_else(Timestamp::now);
    let asked = asked(arguments, now)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let directory = Source::of(&workspace, &policy, None)?.snapshot(&workspace)?;
    let mark = Found::in_snapshot(&directory, &workspace.config.write);
    let prior = planning::belongs(&workspace, mark.as_ref())??;
    let group = find(&directory, &arguments.group)?;
    let store = history::store(global)?;
    let roll = roll::of(store.as_ref(), &prior, &directory, group, now)?;
    let Some(object) = directory.shared(group) else {
        return Err(unknown(&directory, &arguments.group));
    };
    let entries = match &asked.on {
        Some(_) => Vec::new(),
        None => entries(&workspace, &policy, &directory, &prior, group, output),
    };
    let base = &directory.domain().base;
    output.result(&match arguments.format {
        WhoFormat::Human => view::human(
            object,
            base,
            &roll,
            &entries,
            &asked,
            &options(output.width, output.color),
        ),
        WhoFormat::Json => view::json(object, &roll, &entries, &asked),
        WhoFormat::Csv => view::csv(&roll, &entries, &asked),
    });
    Ok(Exit::Ok)
}

/// What the policy says of each member; where HR cannot be read the directory alone tells, and why is said.
fn entries(
    workspace: &Workspace,
    policy: &Policy,
    directory: &Snapshot,
    prior: &Prior,
    group: ObjectId,
    output: &mut Output,
) -> Vec<Entry> {
    let read = || -> Result<Vec<Entry>, Report> {
        let people = super::people::read(workspace, policy)?;
        let now = people.origin().clock.unwrap_or_else(Timestamp::now);
        let gone = planning::gone(workspace, policy, &people, prior)?;
        let basis = Basis {
            policy,
            people: &people,
            gone: &gone,
            directory,
            prior,
            bases: &workspace.config.write,
            now,
        };
        Ok(basis.with_input(plan::Options::default(), |input| {
            roster::roster(
                &roster::World {
                    policy,
                    directory,
                    prior,
                    wishes: input.wishes,
                    correlation: &plan::correlate(input),
                    plan: &plan::plan(input),
                    bases: &workspace.config.write,
                },
                group,
            )
        }))
    };
    read().unwrap_or_else(|why| {
        why.show(output);
        output.say("so it is told from the directory and the trail alone");
        Vec::new()
    })
}

/// The time that is asked about; what has not been yet is not known.
fn asked(arguments: &WhoArgs, now: Timestamp) -> Result<Asked, Report> {
    let Some(text) = &arguments.on else {
        return Ok(Asked {
            from: now,
            before: now
                .saturating_add(SignedDuration::from_nanos(1))
                .unwrap_or(now),
            on: None,
        });
    };
    let from = days::begin(text)?;
    if from > now {
        return Err(
            Report::text("bad-instant", format!("`{text}` is yet to come"))
                .help("`tenure plan --at` shows what would be so then"),
        );
    }
    Ok(Asked {
        from,
        before: days::end(text)?,
        on: Some(text.clone()),
    })
}

/// The group of that logon name, that name or that DN.
fn find(directory: &Snapshot, wanted: &str) -> Result<ObjectId, Report> {
    let is_group = |id: &ObjectId| {
        directory
            .shared(*id)
            .is_some_and(|object| object.is_group())
    };
    let by_dn = Dn::parse(wanted).ok().and_then(|dn| directory.by_dn(&dn));
    let found = by_dn.or_else(|| directory.by_account_name(wanted));
    if let Some(id) = found.filter(is_group) {
        return Ok(id);
    }
    let lower = wanted.to_lowercase();
    let groups = directory.iter().filter(|(_, object)| object.is_group());
    let named: Vec<(ObjectId, &Dn)> = groups
        .filter(|(_, object)| common_name(object.dn()).to_lowercase() == lower)
        .map(|(id, object)| (id, object.dn()))
        .collect();
    match named.as_slice() {
        [] => Err(unknown(directory, wanted)),
        [(id, _)] => Ok(*id),
        several => {
            let names: Vec<String> = several.iter().map(|(_, dn)| dn.to_string()).collect();
            let text = format!("several groups are called `{wanted}`: {}", names.join("; "));
            Err(Report::text("unknown-group", text).help("write the DN of the one that is meant"))
        }
    }
}

fn common_name(dn: &Dn) -> String {
    dn.rdn().map(|rdn| rdn.value()).unwrap_or_default()
}

fn unknown(directory: &Snapshot, wanted: &str) -> Report {
    let groups = directory.iter().filter(|(_, object)| object.is_group());
    let names = groups.flat_map(|(_, object)| {
        let login = object.account_name().map(str::to_owned);
        login.into_iter().chain([common_name(object.dn())])
    });
    let names: Vec<String> = names.collect();
    let near = did_you_mean(wanted, names.iter().map(String::as_str));
    let help = near.map_or_else(
        || {
            "name a group by its logon name, its name or its DN, below the bases that `read` names"
                .to_owned()
        },
        |near| format!("did you mean `{near}`?"),
    );
    Report::text(
        "unknown-group",
        format!("the directory has no group `{wanted}`"),
    )
    .help(help)
}
