//! `tenure diff`: what a change of the policy does to the people who are there.

use super::args::{DiffArgs, DiffFormat, Global};
use super::directory::Source;
use super::plan::options;
use super::planning;
use super::report::Report;
use super::revision::{Checkout, Repository};
use super::view::review::{self as view, Shown};
use super::{Exit, Output, check};
use crate::directory;
use crate::hr;
use crate::plan::{self, Basis, Plan};
use crate::policy::{Policy, Wish};
use crate::review::{self, Definitions, Review, Side};
use crate::state::{Found, Prior};
use crate::workspace::{CONFIG_FILE, Workspace};
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// A policy that is to be compared, with the configuration it is read by.
struct Read {
    workspace: Workspace,
    policy: Policy,
    definitions: Definitions,
    /// Its files, where they are those of a revision.
    _checkout: Option<Checkout>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy)]
enum Which {
    Old,
    New,
}

/// Compares two policies.
pub(super) fn run(
    global: &Global,
    arguments: &DiffArgs,
    output: &mut Output,
) -> Result<Exit, Report> {
    let most = arguments.max_affected.as_deref().map(most).transpose()?;
    let here = check::open(global);
    let ground = match (&arguments.snapshot, &here) {
        (Some(folder), _) => super::snapshot::open(folder)?,
        (None, Ok(workspace)) => workspace.clone(),
        (None, Err(_)) => return here.map(|_| Exit::Error),
    };
    let old = read(&here, Some(&arguments.old), Which::Old, output)?;
    let new = read(&here, arguments.new.as_deref(), Which::New, output)?;
    let world = world(&ground, &old, &new, output)?;
    let before = planned(&ground, &old, &world.before, &world)?;
    let after = planned(&ground, &new, &world.after, &world)?;
    let review = review::review(&side(&old, &before), &side(&new, &after));
    let people = world.after.len();
    let shown = Shown {
        review: &review,
        old: &name(Some(&arguments.old)),
        new: &name(arguments.new.as_deref()),
        now: world.now,
        people,
        unseen: &unseen(&ground, &world, &old, &new),
        names: arguments.names,
    };
    output.result(&match arguments.format {
        DiffFormat::Human => view::human(&shown, &options(output.width, output.color)),
        DiffFormat::Json => view::json(&shown),
        DiffFormat::Markdown => view::markdown(&shown),
    });
    Ok(exit(&review, most, people))
}

/// More people than are allowed come before a difference.
fn exit(review: &Review, most: Option<Most>, people: usize) -> Exit {
    let affected = review.people().len();
    let most = most.map(|most| match most {
        Most::Number(most) => most,
        Most::Percent(percent) => people.saturating_mul(percent) / 100,
    });
    if most.is_some_and(|most| affected > most) {
        Exit::Guard
    } else if review.is_empty() {
        Exit::Ok
    } else {
        Exit::Changes
    }
}

/// How many people may be affected.
#[derive(Debug, Clone, Copy)]
enum Most {
    Number(usize),
    Percent(usize),
}

fn most(text: &str) -> Result<Most, Report> {
    let wrong = || {
        Report::text("bad-limit", format!("`{text}` is no number of people")).help(
            "write `--max-affected 20`, or `--max-affected 5%` for a part of the people in HR",
        )
    };
    match text.strip_suffix('%') {
        Some(percent) => match percent.parse() {
            Ok(percent) if percent <= 100 => Ok(Most::Percent(percent)),
            Ok(_) | Err(_) => Err(wrong()),
        },
        None => text.parse().map(Most::Number).map_err(|_| wrong()),
    }
}

/// What one of the two is called in an answer.
fn name(given: Option<&str>) -> String {
    given.unwrap_or("the working folder").to_owned()
}

fn unnamed(which: Which) -> Report {
    let which = match which {
        Which::Old => "OLD",
        Which::New => "NEW",
    };
    Report::text(
        "no-config",
        format!("there is no policy to take for {which}"),
    )
    .help("go to the folder of the policy, or name a folder or a revision")
}

/// Reads one of the two policies; one that has errors is shown with them.
fn read(
    here: &Result<Workspace, Report>,
    given: Option<&str>,
    which: Which,
    output: &mut Output,
) -> Result<Read, Report> {
    let own = here.as_ref().ok();
    let (workspace, checkout) = match given {
        None => (own.cloned().ok_or_else(|| unnamed(which))?, None),
        Some(given) => named(own, given)?,
    };
    let checked = workspace.policy(None)?;
    let name = name(given);
    let word = match which {
        Which::Old => "OLD",
        Which::New => "NEW",
    };
    if checked.policy.is_none() {
        output.error(&format!("in {word}, {name}:\n"));
    }
    let definitions = Definitions::of(&checked.sources, &workspace.config.params);
    let checked = check::usable(checked, output).map_err(|report| {
        Report::text(
            report.code(),
            format!("{word}, {name}: {}", report.message()),
        )
        .help("mend what is shown above; both policies have to check")
    })?;
    let Some(policy) = checked.policy else {
        return Err(Report::text("bad-policy", "the policy is not used"));
    };
    Ok(Read {
        workspace,
        policy,
        definitions,
        _checkout: checkout,
    })
}

/// A folder, or a revision.
fn named(here: Option<&Workspace>, given: &str) -> Result<(Workspace, Option<Checkout>), Report> {
    let folder = folder(here, given)?;
    let start = here.map_or_else(PathBuf::new, |here| here.root.clone());
    let repository = Repository::of(&start);
    match folder {
        Some(_)
            if !given.contains(['/', '\\'])
                && repository.as_ref().is_ok_and(|git| git.has(given)) =>
        {
            Err(Report::text(
                "unknown-revision",
                format!("`{given}` is a folder and a revision"),
            )
            .help(format!(
                "write `./{given}` for the folder, `heads/{given}` or a commit for the revision"
            )))
        }
        Some(workspace) => Ok((workspace, None)),
        None => {
            let config = here.and_then(|here| here.file.file_name());
            let checkout = repository?.checkout(given, config.map(Path::new))?;
            let workspace = Workspace::open(Some(&checkout.config), checkout.root())?;
            Ok((workspace, Some(checkout)))
        }
    }
}

/// The workspace of a folder: one that has a configuration, or policy files that are read by the one that is here.
fn folder(here: Option<&Workspace>, given: &str) -> Result<Option<Workspace>, Report> {
    let folder = Path::new(given);
    if given.is_empty() || given.starts_with('-') || !folder.is_dir() {
        return Ok(None);
    }
    for config in [CONFIG_FILE.to_owned(), format!("rules/{CONFIG_FILE}")] {
        let file = folder.join(config);
        if file.is_file() {
            return Ok(Some(Workspace::open(Some(&file), folder)?));
        }
    }
    let has_policy = crate::workspace::policy_files(folder).is_ok_and(|files| !files.is_empty());
    let Some(here) = here.filter(|_| has_policy) else {
        return Ok(None);
    };
    let mut workspace = here.clone();
    workspace.config.policy = std::path::absolute(folder)
        .map_err(|error| Report::new("unreadable-file", &error).help("is the folder there?"))?;
    Ok(Some(workspace))
}

/// What both are planned for: people as each policy reads them, directory, state and instant.
struct World {
    before: hr::Snapshot,
    after: hr::Snapshot,
    directory: directory::Snapshot,
    prior: Prior,
    now: Timestamp,
}

fn world(ground: &Workspace, old: &Read, new: &Read, output: &mut Output) -> Result<World, Report> {
    let after = super::people::read(ground, &new.policy)?;
    let before = if old.policy.schema == new.policy.schema {
        after.clone()
    } else {
        if ground.is_live() {
            output.say(
                "the two read other fields of HR, so HR is read twice; what changes there meanwhile shows as a difference",
            );
        }
        super::people::read(ground, &old.policy)?
    };
    let source = Source::of_all(ground, &[&old.policy, &new.policy], None)?;
    let directory = source.snapshot(ground)?;
    let mark = Found::in_snapshot(&directory, &ground.config.write);
    let prior = planning::belongs(ground, mark.as_ref())??;
    let now = after.origin().clock.unwrap_or_else(Timestamp::now);
    Ok(World {
        before,
        after,
        directory,
        prior,
        now,
    })
}

/// The plan of one policy, and what it wants of each person.
fn planned(
    ground: &Workspace,
    read: &Read,
    people: &hr::Snapshot,
    world: &World,
) -> Result<(Plan, Vec<Wish>), Report> {
    let mut prior = world.prior.clone();
    // That the policy is another one than at the last run is no effect of what it says.
    if prior.policy.is_some() {
        prior.policy = Some(read.policy.rules.digest.clone());
    }
    let gone = planning::gone(ground, &read.policy, people, &prior)?;
    let basis = Basis {
        policy: &read.policy,
        people,
        gone: &gone,
        directory: &world.directory,
        prior: &prior,
        bases: &read.workspace.config.write,
        now: world.now,
    };
    let options = plan::Options {
        clock_pinned: people.origin().clock.is_some(),
        people_source: people.origin().description.clone(),
        ..plan::Options::default()
    };
    Ok(basis.with_input(options, |input| (plan::plan(input), input.wishes.to_vec())))
}

fn side<'a>(read: &'a Read, (plan, wishes): &'a (Plan, Vec<Wish>)) -> Side<'a> {
    Side {
        policy: &read.policy,
        definitions: &read.definitions,
        wishes,
        plan,
    }
}

/// What the answer does not show, and why.
fn unseen(ground: &Workspace, world: &World, old: &Read, new: &Read) -> Vec<String> {
    let mut lines = Vec::new();
    if world.prior.policy.is_none() {
        lines.push(
            "There is no state of an applied run: every membership and value counts as given by hand, and both policies \
             as the first one."
                .to_owned(),
        );
    }
    if let Some(snapshot) = &ground.config.snapshot {
        lines.push(format!(
            "People and directory are those of a snapshot, as of {}{}.",
            snapshot.taken,
            if snapshot.pseudonymised {
                ", with pseudonyms"
            } else {
                ""
            }
        ));
    }
    if old.policy.schema != new.policy.schema {
        lines
            .push("The two read other fields of HR; each is planned for what it reads.".to_owned());
    }
    if old.workspace.config.write != new.workspace.config.write {
        lines.push("The two may write below other units; each is planned for its own.".to_owned());
    }
    lines
}
