//! `tenure snapshot`: people, directory and state as files, for plans where none of them can be reached.

mod contents;
mod key;
mod place;
mod written;

use super::args::{Global, SnapshotArgs};
use super::report::Report;
use super::scratch::Scratch;
use super::{Exit, Output, check, reveal};
use crate::directory;
use crate::hr;
use crate::plan::{self, Plan};
use crate::policy::Policy;
use crate::pseudonym::Pseudonyms;
use crate::review;
use crate::workspace::Workspace;
use contents::{Contents, Without};
use place::Place;
use std::collections::BTreeSet;
use std::path::Path;
use written::Written;

/// The configuration of a snapshot.
const CONFIG: &str = "snapshot.toml";

/// How many people are named for whom a plan from the snapshot is another one.
const MAX_LISTED: usize = 5;

/// Takes a snapshot.
pub(super) fn run(
    global: &Global,
    arguments: &SnapshotArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let workspace = check::open(global)?;
    let place = Place::of(&arguments.output)?;
    let checked = check::policy(&workspace, None, output)?;
    let Some(policy) = &checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    let without = Without::of(&workspace, policy, &arguments.without)?;
    contents::sensitive(&policy.schema, &without, arguments.with_sensitive)?;
    let key = arguments.pseudonymise.as_deref();
    let key = key.map(|file| key::of(&workspace, file)).transpose()?;
    let contents = Contents::read(&workspace, policy)?;
    if arguments.with_sensitive {
        reveal::kept(&workspace, contents.now, "snapshot", None)?;
    }
    let before = contents.plan(&workspace, policy)?;
    let names = key.map(|key| {
        let people = workspace.people_of(policy, contents.records.clone())?;
        let owners = owners(&workspace, policy, &contents, &people);
        let texts = checked
            .sources
            .iter()
            .map(|(_, source)| (&*source.name, &*source.text));
        let values = workspace.config.params.values().map(String::as_str);
        Pseudonyms::new(&key, texts, values, &people, &contents.directory, &owners).ok_or_else(
            || Report::text("bad-key-file", "the key cannot be used").help("make another one"),
        )
    });
    let names = names.transpose()?;
    let taken = Written {
        workspace: &workspace,
        policy,
        without: &without,
        names: names.as_ref(),
    };
    let scratch = Scratch::at(place.beside("new"))?;
    let photos_left_out = taken.write(&contents, scratch.path())?;
    let after = planned_from(&scratch.path().join(CONFIG), policy)?;
    place.take(scratch)?;
    let shown = arguments.output.display();
    output.say(&format!(
        "the snapshot is in {shown}: {} and {}, as of {}",
        counted(
            contents
                .records
                .iter()
                .map(|source| source.records.len())
                .sum(),
            "person",
            "people"
        ),
        counted(
            contents.directory.iter().count(),
            "object of the directory",
            "objects of the directory"
        ),
        contents.now,
    ));
    if photos_left_out > 0 {
        output.say(&format!(
            "{photos_left_out} photos are left out; plans hold what reads them"
        ));
    }
    differences(&before, &after, names.as_ref(), output);
    output.say(if names.is_some() {
        "it is personal data still: whoever knows the company may know people by what they do and where; keep it as such"
    } else {
        "it is personal data; keep it where you keep HR's, and out of the repository"
    });
    output.say(&format!(
        "`tenure diff main --snapshot {shown}` and `tenure plan --config {}` use it",
        arguments.output.join(CONFIG).display()
    ));
    Ok(Exit::Ok)
}

/// The workspace of a snapshot in a folder.
pub(super) fn open(folder: &Path) -> Result<Workspace, Report> {
    let file = folder.join(CONFIG);
    if !file.is_file() {
        return Err(Report::text(
            "no-snapshot",
            format!(
                "`{}` is no snapshot: it has no `{CONFIG}`",
                folder.display()
            ),
        )
        .help("take one with `tenure snapshot -o DIR`"));
    }
    Ok(Workspace::open(Some(&file), folder)?)
}

/// Refuses what would carry out, order or send anything in the world of a snapshot.
pub(super) fn refuse(global: &Global) -> Result<(), Report> {
    let Ok(workspace) = check::open(global) else {
        // What is wrong with it the command itself says.
        return Ok(());
    };
    match workspace.config.snapshot {
        None => Ok(()),
        Some(_) => Err(Report::text(
            "only-a-snapshot",
            format!(
                "`{}` is a snapshot: there is nothing to carry out",
                workspace.file.display()
            ),
        )
        .help("name the configuration of the real directory with `--config`")),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Says where a plan from the snapshot is another one than now.
fn differences(before: &Plan, after: &Plan, names: Option<&Pseudonyms>, output: &mut Output) {
    let (before, after) = (review::kinds(before), review::kinds(after));
    let mut people = BTreeSet::new();
    let renamed = |person: &Option<hr::PersonId>| {
        person.as_ref().map(|person| match names {
            Some(names) => names.person(person),
            None => person.clone(),
        })
    };
    let before: std::collections::BTreeMap<_, usize> = before
        .iter()
        .map(|((person, kind), count)| ((renamed(person), *kind), *count))
        .collect();
    for key in before.keys().chain(after.keys()) {
        if before.get(key) != after.get(key) {
            people.insert(key.0.clone());
        }
    }
    match people.len() {
        0 => output.say("a plan from it does the same for everybody as a plan made now"),
        some => {
            let keys = people.iter().flatten().take(MAX_LISTED);
            let keys: Vec<String> = keys.map(ToString::to_string).collect();
            output.say(&format!(
                "a plan from it does something else than one made now for {}: {}{}",
                counted(some, "person", "people"),
                keys.join(", "),
                if some > MAX_LISTED { ", …" } else { "" },
            ));
        }
    }
}

/// Which account is whose, by what is there now.
fn owners(
    workspace: &Workspace,
    policy: &Policy,
    contents: &Contents,
    people: &hr::Snapshot,
) -> Vec<(directory::Guid, hr::PersonId)> {
    let basis = contents.basis(workspace, policy, people);
    let correlation = basis.with_input(plan::Options::default(), plan::correlate);
    let all = correlation.people.iter().flat_map(|entry| {
        let accounts = entry.verdict.accounts();
        let guids = accounts
            .iter()
            .filter_map(|id| contents.directory.shared(*id));
        let guids: Vec<directory::Guid> = guids.map(|object| object.guid()).collect();
        guids.into_iter().map(|guid| (guid, entry.person.clone()))
    });
    all.collect()
}

/// The plan that a snapshot gives.
fn planned_from(config: &Path, policy: &Policy) -> Result<Plan, Report> {
    let workspace = Workspace::open(Some(config), Path::new(""))?;
    Contents::read(&workspace, policy)?.plan(&workspace, policy)
}
