//! The real binary against a real domain controller, and everything that can break in the middle of a run (G8, S5, S9).
//!
//! [`Firm`] is a company of 56 people in a domain of its own, with about 200 actions of every kind due. Whatever a
//! test does to the run, to the domain controller or to the way between them, the end must be that of a run that
//! nobody disturbed. The usual test run takes a sample; with `TENURE_LONG=1` the full counts, which are printed.

mod controllers;
mod firm;
mod killed;
mod machines;
mod stale;
mod weather;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Place, Plan, Ran};

use firm::Firm;

/// What a plan of this size needs besides: many leave one group, and many lose their title.
const APPLY: [&str; 7] = [
    "apply",
    "--yes",
    "--override",
    "revoke",
    "--override",
    "values",
    "--because=test",
];

const RESUME: [&str; 1] = ["resume"];

/// A folder with the company's workspace, from which the program is run.
pub(super) struct Desk {
    pub(super) place: Place,
    password: String,
}

impl Desk {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(arguments);
        command.env("TENURE_AD_PASSWORD", &self.password);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    #[track_caller]
    fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "tenure {arguments:?}\n{ran}");
        ran
    }

    #[track_caller]
    fn plan(&self) -> Plan {
        let ran = self.run(&["plan", "--format", "json"]);
        let file: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran}"));
        Plan(file["plan"].clone())
    }

    /// Adds to what `tenure.toml` says.
    fn configure(&self, text: &str) {
        let config = self.place.read("tenure.toml");
        self.place.write("tenure.toml", format!("{config}{text}\n"));
    }

    /// Runs until a boundary and is killed there; false if the run ended well before it.
    #[track_caller]
    fn kill_at(&self, arguments: &[&str], boundary: &str) -> bool {
        let mut command = self.command(arguments);
        command.env("TENURE_HALT_AT", boundary);
        let mut child = Running::start(&mut command);
        let lines = BufReader::new(child.0.stderr.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.map(Result::unwrap) {
            if line.starts_with("halted:") {
                child.kill();
                return true;
            }
            said.push_str(&line);
            said.push('\n');
        }
        let code = child.0.wait().unwrap().code();
        assert_eq!(code, Some(0), "{arguments:?} before {boundary}: {said}");
        false
    }

    /// Begins a run and leaves it alone.
    fn begin(&self, arguments: &[&str]) -> Running {
        Running::start(&mut self.command(arguments))
    }

    /// How many actions of the run at work are behind it.
    fn behind(&self) -> i64 {
        let count = || {
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            let db = rusqlite::Connection::open_with_flags(self.place.path(firm::STATE), flags)?;
            db.query_row(
                "SELECT count(*) FROM action JOIN run ON run.id = action.run
                 WHERE run.status = 'running' AND action.status = 'done'",
                [],
                |row| row.get(0),
            )
        };
        count().unwrap_or(0)
    }

    /// Waits until so many actions of the run are behind it.
    #[track_caller]
    fn until_behind(&self, wanted: i64) {
        wait_for("actions behind the run", || self.behind() >= wanted);
    }
}

/// A process of the program, which ends with this.
struct Running(Child);

impl Running {
    fn start(command: &mut Command) -> Self {
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    /// SIGKILL.
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Its exit code, if it has ended.
    fn ended(&mut self) -> Option<i32> {
        let status = self.0.try_wait().unwrap()?;
        Some(status.code().unwrap_or(-1))
    }

    /// Its exit code and what it said, at its end.
    fn end(mut self) -> (i32, String) {
        let mut said = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        (self.0.wait().unwrap().code().unwrap_or(-1), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The sample, or the full count.
fn count(sample: usize, full: usize) -> usize {
    if crate::is_long() { full } else { sample }
}

#[track_caller]
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "waited for {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}
