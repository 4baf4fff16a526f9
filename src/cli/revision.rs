//! A policy as it was in a revision of git: read with the `git` that is installed, and nothing there is changed.
//!
//! No hook, filter or pager of the repository runs: objects are read as they are stored. Names of revisions come from
//! whoever types them, paths and links from whoever wrote the commit; neither leads anywhere else.

use super::report::Report;
use super::scratch::Scratch;
use crate::workspace::CONFIG_FILE;
use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output as Ended, Stdio};

/// The most files of one revision: more is a folder that holds something else than a policy.
const MAX_FILES: usize = 50_000;

/// The largest file that is taken, in bytes: no policy and no table is larger, an export of people may be.
const MAX_BYTES: u64 = 16 << 20;

/// The longest name of a revision, in bytes.
const MAX_NAME: usize = 1_000;

/// A repository, and where in it somebody is.
#[derive(Debug)]
pub(super) struct Repository {
    folder: PathBuf,
    /// The folder within the repository, with `/` at its end; empty at the top, and where there is no working tree.
    prefix: String,
}

/// A file of a revision.
struct File {
    path: String,
    object: String,
    is_link: bool,
}

/// The files of a revision on disk, for as long as this lives.
#[derive(Debug)]
pub(super) struct Checkout {
    scratch: Scratch,
    /// The configuration.
    pub(super) config: PathBuf,
}

impl Repository {
    /// The repository that a folder belongs to.
    pub(super) fn of(folder: &Path) -> Result<Self, Report> {
        let folder = if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder.to_owned()
        };
        let mut repository = Self {
            folder,
            prefix: String::new(),
        };
        let ended = repository.git(&["rev-parse", "--show-prefix"], None)?;
        if !ended.status.success() {
            return Err(repository.failed(&ended));
        }
        let prefix = String::from_utf8_lossy(&ended.stdout);
        prefix
            .trim_end_matches(['\n', '\r'])
            .clone_into(&mut repository.prefix);
        Ok(repository)
    }

    /// Whether it has a revision of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.commit(name).is_ok()
    }

    /// The files of a revision that a policy may be made of; `config` is the configuration as the working folder has
    /// it, relative to this folder.
    pub(super) fn checkout(&self, name: &str, config: Option<&Path>) -> Result<Checkout, Report> {
        let commit = self.commit(name)?;
        let candidates: Vec<String> = match config {
            Some(config) => vec![joined(&self.prefix, config)?],
            None => [CONFIG_FILE.to_owned(), format!("rules/{CONFIG_FILE}")]
                .map(|path| format!("{}{path}", self.prefix))
                .to_vec(),
        };
        let files = self.files(&commit)?;
        let found = candidates
            .iter()
            .find(|path| files.iter().any(|file| file.path == **path));
        let Some(config) = found else {
            let wanted: Vec<String> = candidates.iter().map(|path| format!("`{path}`")).collect();
            return Err(Report::text(
                "not-in-revision",
                format!("revision `{name}` has no {}", wanted.join(" and no ")),
            )
            .help("name a revision in which the policy is committed, or a folder that holds it; what git does not track is in no revision"));
        };
        let scratch = Scratch::new()?;
        self.write(&files, scratch.path())?;
        Ok(Checkout {
            config: scratch.path().join(config),
            scratch,
        })
    }

    /// The commit that somebody means.
    fn commit(&self, name: &str) -> Result<String, Report> {
        let unknown = |why: &str, help: &str| {
            Err(Report::text("unknown-revision", format!("`{name}` {why}")).help(help))
        };
        let odd = name.starts_with('-') || name.chars().any(|c| c.is_control() || c == ':');
        if name.is_empty() || name.len() > MAX_NAME || odd || name.contains("..") {
            return unknown(
                "cannot be the name of a revision",
                "name one revision of git, such as `main`, `HEAD~3` or a commit, or a folder",
            );
        }
        let wanted = format!("{name}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ];
        let ended = self.git(&arguments, None)?;
        let text = String::from_utf8_lossy(&ended.stdout);
        let is_id =
            |line: &&str| line.len() >= 40 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
        if let Some(id) = text.lines().find(is_id).filter(|_| ended.status.success()) {
            return Ok(id.to_owned());
        }
        let shallow = self.git(&["rev-parse", "--is-shallow-repository"], None)?;
        if shallow.stdout.starts_with(b"true") {
            return unknown(
                "is no revision of this clone, which is shallow",
                "fetch the history: `git fetch --unshallow`, and in a pipeline check out with `fetch-depth: 0`",
            );
        }
        unknown(
            "is no revision of this repository, and no folder with a policy",
            "name a branch, a tag, a commit or a folder; of a remote branch write `origin/main`, after `git fetch`",
        )
    }

    /// The files of a commit, folders and other repositories left out.
    fn files(&self, commit: &str) -> Result<Vec<File>, Report> {
        let arguments = [
            "ls-tree",
            "-r",
            "-z",
            "-l",
            "--full-tree",
            "--end-of-options",
            commit,
        ];
        let ended = self.git(&arguments, None)?;
        if !ended.status.success() {
            return Err(self.failed(&ended));
        }
        let mut files = Vec::new();
        for entry in ended.stdout.split(|byte| *byte == 0) {
            // A name that is no text cannot be named by a configuration either.
            let Ok(entry) = std::str::from_utf8(entry) else {
                continue;
            };
            let Some((facts, path)) = entry.split_once('\t') else {
                continue;
            };
            let facts: Vec<&str> = facts.split_whitespace().collect();
            let [mode, "blob", object, size] = facts.as_slice() else {
                continue;
            };
            if size.parse::<u64>().is_ok_and(|size| size > MAX_BYTES) {
                continue;
            }
            if files.len() == MAX_FILES {
                return Err(Report::text(
                    "too-many-files",
                    format!("the revision has more than {MAX_FILES} files"),
                )
                .help("keep the policy in a repository of its own, or name folders instead of revisions"));
            }
            files.push(File {
                path: path.to_owned(),
                object: (*object).to_owned(),
                is_link: *mode == "120000",
            });
        }
        Ok(files)
    }

    /// Writes what is below a name of the policy's kind; what a link leads to is written in its place.
    fn write(&self, files: &[File], to: &Path) -> Result<(), Report> {
        let wanted: Vec<&File> = files.iter().filter(|file| is_plain(&file.path)).collect();
        let contents = self.contents(&wanted)?;
        let mut links = Vec::new();
        let failed = |path: &Path, error: &std::io::Error| super::disk::unwritten(path, error);
        let put = |path: &Path, bytes: &[u8]| -> Result<(), Report> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| failed(path, &error))?;
            }
            std::fs::write(path, bytes).map_err(|error| failed(path, &error))
        };
        for (file, bytes) in wanted.iter().zip(&contents) {
            if file.is_link {
                links.push((*file, bytes));
            } else {
                put(&to.join(&file.path), bytes)?;
            }
        }
        for (link, target) in links {
            let target = String::from_utf8_lossy(target);
            // A link out of the repository, or to what is not in it, is as good as a file that is not there.
            let Some(target) = within(&link.path, &target) else {
                continue;
            };
            let same = |file: &&&File| !file.is_link && file.path == target;
            let found = wanted.iter().position(|file| same(&file));
            if let Some(bytes) = found.and_then(|index| contents.get(index)) {
                put(&to.join(&link.path), bytes)?;
                continue;
            }
            let below = format!("{target}/");
            for (file, bytes) in wanted.iter().zip(&contents) {
                if let Some(rest) = file.path.strip_prefix(&below)
                    && !file.is_link
                {
                    put(&to.join(&link.path).join(rest), bytes)?;
                }
            }
        }
        Ok(())
    }

    /// What stands in each file.
    fn contents(&self, files: &[&File]) -> Result<Vec<Vec<u8>>, Report> {
        let objects: Vec<&str> = files.iter().map(|file| file.object.as_str()).collect();
        let asked = objects.join("\n") + "\n";
        let ended = self.git(&["cat-file", "--batch"], Some(asked.as_bytes()))?;
        if !ended.status.success() {
            return Err(self.failed(&ended));
        }
        let mut rest = ended.stdout.as_slice();
        let mut contents = Vec::with_capacity(files.len());
        for file in files {
            let parted = rest.iter().position(|byte| *byte == b'\n');
            let parted = parted.and_then(|end| rest.split_at_checked(end + 1));
            let size = parted.and_then(|(head, _)| {
                let head = std::str::from_utf8(head).ok()?;
                head.trim_end().rsplit_once(' ')?.1.parse::<usize>().ok()
            });
            let content = parted.zip(size).and_then(|((_, behind), size)| {
                let (content, behind) = behind.split_at_checked(size)?;
                Some((content, behind.get(1..)?))
            });
            let Some((content, behind)) = content else {
                return Err(Report::text(
                    "git-failed",
                    format!("`{}` of the revision is not in this clone", file.path),
                )
                .help("the clone is partial: fetch the rest, `git fetch --refetch --no-filter`"));
            };
            contents.push(content.to_vec());
            rest = behind;
        }
        Ok(contents)
    }

    /// Runs git: nothing of the repository but its objects has a say.
    fn git(&self, arguments: &[&str], input: Option<&[u8]>) -> Result<Ended, Report> {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .args(["--no-pager", "--no-replace-objects", "--no-optional-locks"])
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "core.fsmonitor=false",
            ])
            .args(["-c", "protocol.allow=never"])
            .args(arguments)
            .current_dir(&self.folder)
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let broken = |error: &std::io::Error| {
            let report = Report::new("git-failed", error);
            if error.kind() == ErrorKind::NotFound {
                return Report::text("git-failed", "there is no `git` to read the revision with")
                    .help("install git, or name folders instead of revisions");
            }
            report.help("can `git` be run here?")
        };
        let mut child = command.spawn().map_err(|error| broken(&error))?;
        let pipe = child.stdin.take();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                if let (Some(mut pipe), Some(input)) = (pipe, input) {
                    // Where git has ended already, it says why.
                    let _ = pipe.write_all(input);
                }
            });
            child.wait_with_output().map_err(|error| broken(&error))
        })
    }

    /// What git says when it does not do something.
    fn failed(&self, ended: &Ended) -> Report {
        let said = String::from_utf8_lossy(&ended.stderr);
        let said = said.trim();
        let help = if said.contains("dubious ownership") {
            "the repository belongs to somebody else: if you trust it, `git config --global --add safe.directory FOLDER`"
        } else if said.contains("not a git repository") {
            return Report::text(
                "git-failed",
                format!("`{}` is in no git repository", self.folder.display()),
            )
            .help("name folders instead of revisions, or go to a clone of the policy");
        } else {
            "does `git log` work in this folder?"
        };
        let first = said.lines().next().unwrap_or("it says nothing");
        Report::text(
            "git-failed",
            format!("git cannot read the repository: {first}"),
        )
        .help(help)
    }
}

impl Checkout {
    /// Where its files are.
    pub(super) fn root(&self) -> &Path {
        self.scratch.path()
    }
}

/// A path below a prefix, with `/`, without `.` and `..`.
fn joined(prefix: &str, path: &Path) -> Result<String, Report> {
    let parts = prefix.split('/').filter(|part| !part.is_empty());
    let mut parts: Vec<String> = parts.map(str::to_owned).collect();
    for component in path.components() {
        match component {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::CurDir => {}
            Component::ParentDir if parts.pop().is_some() => {}
            Component::ParentDir | Component::Prefix(_) | Component::RootDir => {
                let message = format!("`{}` lies outside of the repository", path.display());
                return Err(Report::text("not-in-revision", message)
                    .help("keep `tenure.toml` in the repository of the policy"));
            }
        }
    }
    Ok(parts.join("/"))
}

/// Whether a path of a commit leads nowhere else than down.
fn is_plain(path: &str) -> bool {
    let normal = |part: Component<'_>| matches!(part, Component::Normal(_));
    !path.is_empty() && Path::new(path).components().all(normal)
}

/// What a link means, within the repository.
fn within(link: &str, target: &str) -> Option<String> {
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = Path::new(target);
    if target.is_absolute() {
        return None;
    }
    joined(folder, target).ok()
}

#[cfg(test)]
mod tests {
    use super::{is_plain, within};

    #[test]
    fn no_path_and_no_link_leads_out() {
        assert!(is_plain("rules/a.tenure"));
        for path in ["../a", "/etc/passwd", "a/../../b", ""] {
            assert!(!is_plain(path), "{path}");
        }
        assert_eq!(within("rules/a", "../b/c"), Some("b/c".to_owned()));
        assert_eq!(within("rules/a", "b"), Some("rules/b".to_owned()));
        for target in ["/etc/passwd", "../../etc/passwd", "../.."] {
            assert_eq!(
                within("rules/a", target).as_deref().unwrap_or(""),
                "",
                "{target}"
            );
        }
    }
}
