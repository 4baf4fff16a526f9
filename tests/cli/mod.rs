//! The real binary, end to end: what a person at a terminal and a script see, and what lies on the disk then.
//!
//! [`Place`] is a folder with a workspace in it: a copy of the example in `rules/`, or the small company of
//! [`company`]. Begin with [`example`]; `ldif` reads and writes the directory as a human with an editor would.

mod answers;
mod archive;
mod audit;
mod bad_input;
mod bad_plan;
mod belongs;
mod canary;
mod company;
mod controller;
#[cfg(debug_assertions)] // as `killed`
mod crash;
mod example;
mod exits;
mod explain;
mod explain_code;
mod fmt;
mod forecast;
mod forget;
mod hostile;
mod init;
mod kerberos;
#[cfg(debug_assertions)] // a release build has nothing that would halt it
mod killed;
mod ldif;
mod live;
mod matching;
mod notices;
mod orders;
mod overlays;
mod passwords;
mod personio_sim;
mod photos;
mod pipeline;
mod privacy;
mod processing;
mod published;
mod readme;
mod review;
mod sources;
mod statements;
mod test;
mod told;
mod undo;
mod who;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with a workspace, of its own for each test.
struct Place {
    folder: TempDir,
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn empty() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    /// The example as it is checked out.
    fn example() -> Self {
        let place = Self::empty();
        copy(Path::new("rules"), &place.path("rules"));
        place
    }

    /// Another folder with the same in it, state and all.
    fn twin(&self) -> Self {
        let twin = Self::empty();
        copy_all(self.folder.path(), twin.folder.path());
        twin
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn read(&self, relative: &str) -> String {
        std::fs::read_to_string(self.path(relative)).unwrap()
    }

    fn write(&self, relative: &str, content: impl AsRef<[u8]>) {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Writes a file anew, with one piece of its text changed.
    #[track_caller]
    fn change(&self, relative: &str, from: &str, to: &str) {
        let text = self.read(relative);
        assert!(text.contains(from), "`{relative}` has no {from:?}");
        self.write(relative, text.replacen(from, to, 1));
    }

    /// The binary, ready to run in this folder.
    fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env("COLUMNS", "100")
            .env("TZ", "UTC")
            .env_remove("TENURE_CONFIG")
            .env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Runs a command that has to end with this code.
    #[track_caller]
    fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
        ran
    }

    /// The plan as JSON, whatever the code.
    #[track_caller]
    fn plan(&self) -> Plan {
        let ran = self.run(&["plan", "--format", "json"]);
        let file: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
        Plan(file["plan"].clone())
    }

    /// Each file with its bytes: what "nothing is written" is told by.
    fn content(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.folder.path(), &mut files);
        files
    }

    /// The files that were written, made or removed since, but for who held the lock last and what the database
    /// keeps of its readers.
    fn written_since(&self, before: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<PathBuf> {
        let after = self.content();
        let all: std::collections::BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
        let written = all.into_iter().filter(|path| {
            let name = path.to_string_lossy();
            let (old, new) = (before.get(*path), after.get(*path));
            let trace = name.ends_with(".lock")
                || name.ends_with("-shm")
                || name.ends_with("-wal") && new.is_none_or(Vec::is_empty);
            old != new && !trace
        });
        written.cloned().collect()
    }
}

impl Ran {
    fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            // A signal has no code.
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The names of errors and findings on stderr, as `error[name]` or the first line of a diagnostic.
    fn said(&self, text: &str) -> bool {
        self.err.contains(text)
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { code, out, err } = self;
        write!(f, "exit {code}\n--- stdout\n{out}\n--- stderr\n{err}")
    }
}

/// A plan as its JSON says it.
struct Plan(Value);

impl Plan {
    fn actions(&self) -> &[Value] {
        self.0["actions"].as_array().unwrap()
    }

    /// Each action as `kind of whom: cause`, in order.
    fn deeds(&self) -> Vec<String> {
        let deed = |action: &Value| {
            let person = action["person"].as_str().unwrap_or("-");
            let cause = action["cause"].as_str().unwrap();
            format!("{} of {person}: {cause}", kind(action))
        };
        self.actions().iter().map(deed).collect()
    }

    fn kinds(&self) -> Vec<&str> {
        self.actions().iter().map(kind).collect()
    }

    /// The people with findings of this kind, in order.
    fn findings(&self, kind: &str) -> Vec<String> {
        let all = self.0["findings"].as_array().unwrap();
        let of_kind = all.iter().filter(|finding| finding["kind"] == kind);
        of_kind
            .map(|finding| finding["person"].as_str().unwrap_or("-").to_owned())
            .collect()
    }
}

/// What an action does, by the name in the file.
fn kind(action: &Value) -> &str {
    action["change"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .as_str()
}

/// Copies a folder, without what is hidden.
fn copy(from: &Path, to: &Path) {
    copy_those(from, to, &|name| !name.starts_with('.'));
}

fn copy_all(from: &Path, to: &Path) {
    copy_those(from, to, &|_| true);
}

fn copy_those(from: &Path, to: &Path, wanted: &dyn Fn(&str) -> bool) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if !wanted(&name.to_string_lossy()) {
            continue;
        }
        if entry.path().is_dir() {
            copy_those(&entry.path(), &to.join(&name), wanted);
        } else {
            std::fs::copy(entry.path(), to.join(&name)).unwrap();
        }
    }
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.insert(path.join(""), Vec::new());
            collect(&path, files);
        } else {
            // A link to nowhere has no bytes.
            let bytes = std::fs::read(&path).unwrap_or_default();
            files.insert(path, bytes);
        }
    }
}
