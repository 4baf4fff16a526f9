//! What a policy does to real people, before it does it: `tenure snapshot`, `query` and `diff`.

mod diff;
mod law;
mod pseudonyms;
mod query;
mod revisions;
mod snapshot;

use super::{Place, Ran};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// A plan as a snapshot must give it, too: all but what it was read from, and when it expires with that.
fn plan_of(place: &Place, config: Option<&str>) -> Value {
    let mut arguments = vec!["plan", "--format", "json"];
    arguments.extend(config.iter().flat_map(|config| ["--config", *config]));
    let ran = place.run(&arguments);
    let mut file: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
    let plan = file["plan"].take();
    let mut plan = plan.as_object().unwrap().clone();
    let header = plan["header"].as_object_mut().unwrap();
    header.remove("people_source");
    header.remove("clock_pinned");
    Value::Object(plan)
}

/// What `tenure diff --format json` says, whatever the code.
#[track_caller]
fn diff_of(place: &Place, arguments: &[&str]) -> Value {
    let ran = place.run(&[&["diff", "--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{arguments:?}\n{ran}"))
}

/// Whom a diff is about.
fn affected(diff: &Value) -> BTreeSet<String> {
    let people = diff["affected"].as_array().unwrap().iter();
    people.map(|key| key.as_str().unwrap().to_owned()).collect()
}

/// Runs git in a folder of the place.
#[track_caller]
fn git(place: &Place, folder: &str, arguments: &[&str]) -> String {
    git_at(&place.path(folder), arguments)
}

#[track_caller]
fn git_at(folder: &Path, arguments: &[&str]) -> String {
    crate::domain::tools();
    let output = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args([
            "-c",
            "init.defaultBranch=main",
            "-c",
            "commit.gpgsign=false",
        ])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A place whose folder is a repository with everything in it committed.
fn committed(place: Place) -> Place {
    git(&place, ".", &["init", "--quiet"]);
    commit(&place);
    place
}

fn commit(place: &Place) {
    git(place, ".", &["add", "--all"]);
    git(
        place,
        ".",
        &["commit", "--quiet", "--allow-empty", "--message", "next"],
    );
}

#[track_caller]
fn refused(place: &Place, code: &str, arguments: &[&str]) -> Ran {
    let ran = place.expect(1, arguments);
    assert!(ran.said(&format!("error[{code}]")), "{arguments:?}\n{ran}");
    ran
}
