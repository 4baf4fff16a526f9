use std::time::Duration;

use super::{Bench, holder};
use tenure::state::{Lock, LockError};

#[test]
fn a_second_run_is_told_who_holds_the_lock() {
    let bench = Bench::new();
    let error = Lock::take(&bench.path(), &holder("eve"), Duration::ZERO).unwrap_err();
    assert_eq!(
        error.to_string(),
        "another run holds the state: ada on dc1, process 4711, since 2026-03-01T21:20:00Z"
    );
    let LockError::Held {
        holder: Some(found),
        path,
    } = error
    else {
        panic!("{error:?}")
    };
    assert_eq!(found, holder("ada"));
    assert_eq!(path.file_name().unwrap(), "state.db.lock");
}

#[test]
fn a_second_run_waits_until_the_first_lets_go() {
    let bench = Bench::new();
    let path = bench.path();
    let waiting =
        std::thread::spawn(move || Lock::take(&path, &holder("eve"), Duration::from_secs(20)));
    std::thread::sleep(Duration::from_millis(150));
    assert!(!waiting.is_finished());
    let Bench { folder, lock } = bench;
    drop(lock);
    waiting.join().unwrap().unwrap();
    drop(folder);
}

#[test]
fn a_lock_file_that_says_nothing_is_still_a_lock() {
    let bench = Bench::new();
    std::fs::write(bench.lock.path(), "\u{1b}[31mgarbage").unwrap();
    let error = Lock::take(&bench.path(), &holder("eve"), Duration::ZERO).unwrap_err();
    assert_eq!(
        error.to_string(),
        "another run holds the state: it does not say who it is"
    );
}

#[test]
fn a_lock_left_behind_by_a_dead_process_holds_nobody_up() {
    let bench = Bench::new();
    let text = std::fs::read_to_string(bench.lock.path()).unwrap();
    let path = bench.path();
    drop(bench.lock);
    std::fs::write(Lock::path_for(&path), text).unwrap();
    Lock::take(&path, &holder("eve"), Duration::ZERO).unwrap();
}

#[test]
fn a_folder_that_is_missing_is_said() {
    let bench = Bench::new();
    let error = Lock::take(
        &bench.folder.path().join("none/state.db"),
        &holder("eve"),
        Duration::ZERO,
    )
    .unwrap_err();
    assert!(matches!(error, LockError::Io { .. }), "{error:?}");
    assert!(
        error.help().contains("right to write the folder"),
        "{}",
        error.help()
    );
}
