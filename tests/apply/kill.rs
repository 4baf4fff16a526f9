//! A process killed with SIGKILL between any two steps, its files on disk, and started again: the same end (G8).
//!
//! The child is this test binary itself; it stops where it is told and waits to be killed.

use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tenure::apply::{Boundary, Executor, NoHandover, Place, Watch, history, journal};

use super::World;
use super::plans::everything;
use super::world::{Script, base, now};

const FOLDER: &str = "TENURE_TEST_FOLDER";
const STOP_AT: &str = "TENURE_TEST_STOP_AT";
const STOPPED: &str = "the child waits to be killed";

/// Waits to be killed at one boundary.
struct Stop {
    left: Option<usize>,
}

impl Watch for Stop {
    fn at(&mut self, _boundary: Boundary) -> ControlFlow<()> {
        match self.left {
            Some(0) => {
                say(STOPPED);
                std::thread::sleep(Duration::from_mins(1));
                panic!("nobody killed the child");
            }
            Some(left) => self.left = Some(left - 1),
            None => {}
        }
        ControlFlow::Continue(())
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the parent listens to the standard output"
)]
fn say(words: &str) {
    println!("\n{words}");
}

#[test]
#[ignore = "the child of the test below"]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let left = std::env::var(STOP_AT)
        .ok()
        .map(|text| text.parse().unwrap());
    let world = World::in_folder(Path::new(&folder));
    let mut store = world.store();
    let unfinished = journal::unfinished(&store).unwrap().is_some();
    if unfinished {
        let executor = &mut Executor {
            store: &mut store,
            lock: world.lock(),
            directory: &*world.directory,
            hr: &tenure::hr::port::ReadOnly,
            bases: &[base()],
            takes_over: false,
            pace: world.pace,
            handover: &mut NoHandover,
            steps: &tenure::apply::NoSteps,
            pictures: &tenure::apply::Pictures::default(),
            watch: &mut Stop { left },
            clock: &now,
        };
        let here = Place {
            controller: None,
            domain: world.domain(),
        };
        executor.resume(&here).unwrap();
    } else if store.prior().unwrap().policy.is_none() {
        drop(store);
        world
            .apply_with(
                &everything(&world),
                &mut Stop { left },
                &mut NoHandover,
                None,
            )
            .unwrap();
    }
}

/// Runs the child, and kills it once it waits.
fn run(folder: &Path, stop_at: Option<usize>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "apply::kill::child", "--ignored", "--nocapture"]);
    command
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(boundary) = stop_at {
        command.env(STOP_AT, boundary.to_string());
    }
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let stopped = lines.map_while(Result::ok).any(|line| line == STOPPED);
    assert_eq!(stopped, stop_at.is_some(), "the child did not get there");
    if stopped {
        child.kill().unwrap();
    }
    assert_eq!(child.wait().unwrap().success(), !stopped);
}

#[test]
fn a_process_killed_at_any_boundary_and_started_again_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (expected, boundaries) = {
        let world = World::in_folder(folder.path());
        let mut script = Script::default();
        world
            .apply_watched(&everything(&world), &mut script)
            .unwrap();
        (world.picture(), script.seen)
    };
    for (number, boundary) in boundaries.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), Some(number));
        run(folder.path(), None);
        let world = World::in_folder(folder.path());
        assert!(world.picture() == expected, "killed at {boundary:?}");
        assert_eq!(
            history::history(&world.store(), 9).unwrap().len(),
            1,
            "killed at {boundary:?}"
        );
        world.store().verify_audit().unwrap();
    }
}
