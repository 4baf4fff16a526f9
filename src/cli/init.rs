//! `tenure init`: a repository of policies, with tests, a hook and pipelines, that works as it is.
//!
//! What it writes lies in `starter/`. Nothing that is there already is touched: one file in the way, and none is written.

use super::args::InitArgs;
use super::disk;
use super::report::Report;
use super::{Exit, Output};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A file that is written.
struct Starter {
    /// Where, below the folder.
    path: &'static str,
    text: &'static str,
    /// Whether it is a program.
    runs: bool,
}

macro_rules! starter {
    ($($path:literal from $source:literal $runs:literal)*) => {
        &[$(Starter {
            path: $path,
            text: include_str!(concat!("../../starter/", $source)),
            runs: $runs,
        }),*]
    };
}

/// The policy, and people and a directory to try it with.
const RULES: &[Starter] = starter! {
    "rules/tenure.toml" from "rules/tenure.toml" false
    "rules/people.tenure" from "rules/people.tenure" false
    "rules/lifecycle.tenure" from "rules/lifecycle.tenure" false
    "rules/accounts.tenure" from "rules/accounts.tenure" false
    "rules/groups.tenure" from "rules/groups.tenure" false
    "rules/tests.tenure" from "rules/tests.tenure" false
    "rules/sites.csv" from "rules/sites.csv" false
    "rules/sample/people.csv" from "rules/sample/people.csv" false
    "rules/sample/directory.ldif" from "rules/sample/directory.ldif" false
};

/// What stands at the root of a repository.
const REPOSITORY: &[Starter] = starter! {
    "README.md" from "README.md" false
    ".gitignore" from "gitignore" false
    ".gitattributes" from "gitattributes" false
    ".githooks/pre-commit" from "hooks/pre-commit" true
    ".github/workflows/policy.yml" from "pipelines/github.yml" false
    ".gitlab-ci.yml" from "pipelines/gitlab.yml" false
    "ci/install-tenure" from "ci/install-tenure" true
    "ci/effect" from "ci/effect" true
    "ci/comment" from "ci/comment" true
};

/// Writes the files, or none of them.
pub(super) fn run(arguments: &InitArgs, output: &mut Output) -> Result<Exit, Report> {
    let folder = &arguments.folder;
    if !arguments.rules_only {
        stands_alone(folder)?;
    }
    let others = if arguments.rules_only {
        &[]
    } else {
        REPOSITORY
    };
    let files: Vec<&Starter> = RULES.iter().chain(others).collect();
    nothing_in_the_way(folder, &files)?;
    let mut written = Written::default();
    for file in &files {
        if let Err(error) = write(folder, file, &mut written) {
            written.take_back();
            return Err(error);
        }
        output.say(&format!("  + {}", folder.join(file.path).display()));
    }
    output.say(&next(folder, arguments.rules_only));
    Ok(Exit::Ok)
}

/// Pipelines and hooks are looked for at the root of a repository and nowhere else.
fn stands_alone(folder: &Path) -> Result<(), Report> {
    let here = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let above = here.ancestors().skip(1);
    let Some(root) = above.into_iter().find(|above| above.join(".git").exists()) else {
        return Ok(());
    };
    let text = format!(
        "`{}` lies in the repository `{}`, and pipelines stand at its root",
        folder.display(),
        root.display()
    );
    Err(Report::text("inside-a-repository", text).help(format!(
        "write it there with `tenure init {}`, or the policy alone with `tenure init --rules-only {}`",
        root.display(),
        folder.display()
    )))
}

fn nothing_in_the_way(folder: &Path, files: &[&Starter]) -> Result<(), Report> {
    let there = files
        .iter()
        // A link that leads nowhere is in the way, too.
        .filter(|file| folder.join(file.path).symlink_metadata().is_ok())
        .map(|file| format!("`{}`", file.path));
    let there: Vec<String> = there.collect();
    if there.is_empty() {
        return Ok(());
    }
    let text = format!(
        "there is already {} in `{}`",
        there.join(", "),
        folder.display()
    );
    Err(Report::text("already-there", text)
        .help("nothing is written over and nothing was written; name an empty folder"))
}

/// What was made so far, to be taken back if the rest fails.
#[derive(Default)]
struct Written {
    files: Vec<PathBuf>,
    /// Outer ones first.
    folders: Vec<PathBuf>,
}

impl Written {
    fn take_back(&self) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            // One in which somebody else put something meanwhile stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn write(folder: &Path, file: &Starter, written: &mut Written) -> Result<(), Report> {
    let path = folder.join(file.path);
    let parents = path.ancestors().skip(1);
    let missing = parents.take_while(|parent| !parent.as_os_str().is_empty() && !parent.exists());
    let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    disk::make_folder(&path)?;
    written.folders.extend(missing.into_iter().rev());
    let failed = |error| disk::unwritten(&path, &error);
    // New, or it is somebody else's who was quicker.
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut made = options.open(&path).map_err(failed)?;
    written.files.push(path.clone());
    made.write_all(file.text.as_bytes()).map_err(failed)?;
    if file.runs {
        make_runnable(&made).map_err(failed)?;
    }
    made.sync_all().map_err(failed)
}

/// Whoever may read it may run it.
#[cfg(unix)]
fn make_runnable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut rights = file.metadata()?.permissions();
    let mode = rights.mode();
    rights.set_mode(mode | (mode & 0o444) >> 2);
    file.set_permissions(rights)
}

/// Git for Windows runs hooks by their first line.
#[cfg(not(unix))]
fn make_runnable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}

fn next(folder: &Path, rules_only: bool) -> String {
    let mut steps = Vec::new();
    if folder != Path::new(".") {
        steps.push(format!("cd {}", folder.display()));
    }
    if !rules_only {
        if !folder.join(".git").exists() {
            steps.push("git init --initial-branch main".to_owned());
        }
        steps.push("git config core.hooksPath .githooks".to_owned());
    }
    steps.push("tenure test".to_owned());
    steps.push("tenure plan".to_owned());
    format!(
        "a policy over six invented people; next:\n  {}",
        steps.join("\n  ")
    )
}
