//! Where the policy of a diff comes from: revisions of every kind of repository, folders, and what is neither.

use super::{affected, commit, committed, diff_of, git, git_at, refused};
use crate::cli::company;
use crate::cli::{Place, Ran};
use std::process::Command;

const POLICY: &str = "policy/policy.tenure";
const ROW: &str = "  when department == \"Lab\"     => \"SG-Lab\"\n";

fn small() -> Place {
    committed(company::small())
}

#[test]
fn names_that_are_none_are_refused_and_nothing_runs() {
    let place = small();
    let before = place.content();
    for name in [
        "--output=x",
        "-rf",
        "--upload-pack=touch x",
        "main:policy",
        "a..b",
        "",
        "x\ny",
        "main@{u}",
        "nowhere",
        "$(touch x)",
        "HEAD~99",
    ] {
        let ran = refused(&place, "unknown-revision", &["diff", name]);
        assert_eq!(ran.out, "");
    }
    refused(&place, "unknown-revision", &["diff", "main", "--output=x"]);
    assert!(place.written_since(&before).is_empty());
}

#[test]
fn hooks_and_filters_of_the_repository_do_not_run() {
    let place = small();
    let evil = "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\ncat\n";
    place.write(".git/hooks/post-checkout", evil);
    place.write("evil", evil);
    #[cfg(unix)]
    for file in [".git/hooks/post-checkout", "evil"] {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(place.path(file), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let script = place.path("evil").display().to_string();
    for setting in [
        "core.fsmonitor",
        "filter.x.smudge",
        "diff.external",
        "core.pager",
        "uploadpack.packObjectsHook",
    ] {
        git(&place, ".", &["config", setting, &script]);
    }
    place.write(".gitattributes", "*.tenure filter=x diff=x\n");
    place.expect(0, &["diff", "HEAD"]);
    assert!(!place.path("ran").exists() && !place.path(".git/hooks/ran").exists());
}

#[test]
fn without_git_and_outside_of_a_repository_it_is_said_what_to_do() {
    let place = company::small();
    let ran = refused(&place, "git-failed", &["diff", "main"]);
    assert!(
        ran.said("is in no git repository") && ran.said("name folders instead"),
        "{ran}"
    );
    let place = small();
    let nowhere = tempfile::TempDir::new().unwrap();
    let ran = Ran::of(place.command(&["diff", "main"]).env("PATH", nowhere.path()));
    assert_eq!(ran.code, 1);
    assert!(
        ran.said("there is no `git`") && ran.said("install git"),
        "{ran}"
    );
    // Two folders need none.
    place.write("other/policy.tenure", place.read(POLICY).replace(ROW, ""));
    let ran = Ran::of(
        place
            .command(&["diff", "policy", "other"])
            .env("PATH", nowhere.path()),
    );
    assert_eq!(ran.code, 2, "{ran}");
}

#[test]
fn git_is_told_nothing_by_the_environment() {
    let place = small();
    let other = tempfile::TempDir::new().unwrap();
    git_at(other.path(), &["init", "--quiet"]);
    let ran = Ran::of(
        place
            .command(&["diff", "main"])
            .env("GIT_DIR", other.path().join(".git"))
            .env("GIT_EXTERNAL_DIFF", "false")
            .env("GIT_CONFIG_COUNT", "nonsense"),
    );
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let place = small();
    commit(&place);
    commit(&place);
    let clones = Place::empty();
    let url = format!("file://{}", place.folder.path().display());
    git(
        &clones,
        ".",
        &["clone", "--quiet", "--depth", "1", &url, "clone"],
    );
    let ran = clones.expect(1, &["diff", "HEAD~1", "--config", "clone/tenure.toml"]);
    assert!(
        ran.said("which is shallow") && ran.said("fetch-depth: 0"),
        "{ran}"
    );
    clones.expect(0, &["diff", "HEAD", "--config", "clone/tenure.toml"]);
}

#[test]
fn subfolders_worktrees_and_bare_repositories_are_read() {
    let place = Place::empty();
    crate::cli::copy(company::small().folder.path(), &place.path("ad/company"));
    place.write("notes.txt", "something else");
    let place = committed(place);
    place.change("ad/company/policy/policy.tenure", ROW, "");
    let mine = |place: &Place, arguments: &[&str]| affected(&diff_of(place, arguments)).len();
    let config = ["--config", "ad/company/tenure.toml"];
    assert_eq!(mine(&place, &[&["HEAD"], &config[..]].concat()), 2);
    commit(&place);
    git(
        &place,
        ".",
        &["worktree", "add", "--quiet", "tree", "HEAD~1"],
    );
    assert_eq!(
        mine(&place, &["main", "--config", "tree/ad/company/tenure.toml"]),
        2
    );
    let flat = small();
    flat.change(POLICY, ROW, "");
    commit(&flat);
    flat.expect(0, &["snapshot", "-o", "snap"]);
    let bare = Place::empty();
    let url = format!("file://{}", flat.folder.path().display());
    git(
        &bare,
        ".",
        &["clone", "--quiet", "--bare", &url, "bare.git"],
    );
    let ran = Ran::of(
        bare.command(&["diff", "main~1", "main", "--format", "json", "--snapshot"])
            .arg(flat.path("snap"))
            .current_dir(bare.path("bare.git")),
    );
    assert_eq!(ran.code, 2, "{ran}");
    assert_eq!(affected(&serde_json::from_str(&ran.out).unwrap()).len(), 2);
}

#[test]
fn links_are_followed_within_the_revision_and_nowhere_else() {
    let place = company::small();
    place.write(
        "shared/groups.tenure",
        "groups {\n  when title == \"Porter\" => \"SG-Sales\"\n}\n",
    );
    std::os::unix::fs::symlink("../shared/groups.tenure", place.path("policy/more.tenure"))
        .unwrap();
    let place = committed(place);
    place.expect(0, &["diff", "HEAD"]);
    let secret = tempfile::TempDir::new().unwrap();
    let secret = secret.path().join("secret.tenure");
    std::fs::write(&secret, "SECRET nonsense").unwrap();
    std::os::unix::fs::symlink(&secret, place.path("policy/out.tenure")).unwrap();
    commit(&place);
    std::fs::remove_file(place.path("policy/out.tenure")).unwrap();
    let ran = place.expect(0, &["diff", "HEAD"]);
    assert!(!ran.said("SECRET"), "{ran}");
}

#[test]
fn what_git_does_not_track_is_in_no_revision() {
    let place = Place::empty();
    place.write("README.md", "later");
    let place = committed(place);
    crate::cli::copy(company::small().folder.path(), place.folder.path());
    let ran = refused(&place, "not-in-revision", &["diff", "HEAD"]);
    assert!(ran.said("revision `HEAD` has no `tenure.toml`"), "{ran}");
    git(&place, ".", &["add", "tenure.toml"]);
    git(&place, ".", &["commit", "--quiet", "--message", "half"]);
    let ran = place.expect(1, &["diff", "HEAD"]);
    assert!(ran.said("error["), "{ran}");
}

#[test]
fn a_name_that_is_a_folder_and_a_branch_is_asked_about() {
    let place = small();
    git(&place, ".", &["branch", "policy"]);
    let ran = refused(&place, "unknown-revision", &["diff", "policy"]);
    assert!(ran.said("is a folder and a revision"), "{ran}");
    place.expect(0, &["diff", "./policy"]);
    place.expect(0, &["diff", "heads/policy"]);
}

/// git reads no repository of somebody else; only an administrator can make one here.
#[test]
fn a_repository_of_somebody_else_is_explained() {
    let place = small();
    let chowned = Command::new("chown")
        .args(["-R", "12345"])
        .arg(place.folder.path())
        .output()
        .unwrap();
    if !chowned.status.success() {
        return;
    }
    let ran = Ran::of(
        place
            .command(&["diff", "main"])
            .env("HOME", "/nonexistent")
            .env_remove("SUDO_UID"),
    );
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.said("safe.directory"), "{ran}");
}
