//! The state belongs to a directory (S5), as a person at a terminal meets it: refused with a way on, and the way on
//! leads there, whatever was killed on it.

#[cfg(debug_assertions)]
use std::io::{BufRead as _, BufReader};
#[cfg(debug_assertions)]
use std::process::Stdio;

use super::ldif::Ldif;
use super::{Place, company};

const STATE: &str = ".tenure/state.db";

fn forget_state(place: &Place) {
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(place.path(&format!("{STATE}{end}")));
    }
}

/// Puts the state of one place into another, as a backup that is restored.
fn restore(from: &Place, to: &Place) {
    forget_state(to);
    for end in ["", "-wal", "-shm"] {
        let name = format!("{STATE}{end}");
        if let Ok(bytes) = std::fs::read(from.path(&name)) {
            to.write(&name, bytes);
        }
    }
}

/// Every way to go on is refused with that code, and nothing is written.
#[track_caller]
fn refused(place: &Place, code: &str) {
    let before = place.content();
    for command in [
        &["plan"][..],
        &["plan", "-o", "plan.json"],
        &["apply", "--yes"],
    ] {
        let ran = place.expect(1, command);
        assert!(ran.said(&format!("error[{code}]")), "{ran}");
        assert!(ran.said("tenure match --rebuild"), "{ran}");
    }
    let written = place.written_since(&before);
    assert!(written.is_empty(), "{written:?}");
    // Looking is allowed, for it is how one finds out.
    place.run(&["match"]);
}

/// The directory is taken over, with nothing lost, and the next run works.
#[track_caller]
fn rebuilt(place: &Place) {
    let before = Ldif::parse(&place.read(company::COPY)).essence();
    let ran = place.expect(0, &["match", "--rebuild"]);
    assert!(ran.said("the state is rebuilt"), "{ran}");
    assert_eq!(before, Ldif::parse(&place.read(company::COPY)).essence());
    let plan = place.plan();
    for kind in plan.kinds() {
        let lost = ["create_account", "create_unit", "delete", "remove_member"];
        assert!(!lost.contains(&kind), "{:?}", plan.deeds());
    }
    place.expect(0, &["apply", "--yes"]);
    place.expect(0, &["plan"]);
}

#[test]
fn an_empty_state_is_refused_until_the_directory_is_taken_over() {
    let place = company::applied();
    forget_state(&place);
    refused(&place, "state-unknown");
    assert!(!place.path(STATE).exists(), "no state is made in passing");
    rebuilt(&place);
}

#[test]
fn a_state_from_last_month_is_refused_until_the_directory_is_taken_over() {
    let place = company::applied();
    let last_month = place.twin();
    company::make_it_later(&place);
    place.expect(0, &["apply", "--yes"]);
    let today = place.twin();
    restore(&last_month, &place);
    refused(&place, "state-older");
    rebuilt(&place);
    let told = place.expect(0, &["history"]);
    assert!(
        told.out.lines().count() > 2,
        "the old runs are still told: {told}"
    );

    // The state that was thought lost turns up: the directory is no longer its own.
    restore(&today, &place);
    refused(&place, "state-unknown");
}

#[test]
fn the_state_of_another_directory_is_refused_until_the_directory_is_taken_over() {
    let place = company::applied();
    restore(&company::applied(), &place);
    refused(&place, "state-unknown");
    rebuilt(&place);
}

#[test]
fn a_state_that_is_the_directory_s_own_is_no_lost_one() {
    let place = company::applied();
    let ran = place.expect(1, &["match", "--rebuild"]);
    assert!(ran.said("error[state-present]"), "{ran}");
    place.expect(0, &["plan"]);
}

#[test]
fn the_mark_is_no_action_no_finding_and_nobody_s_account() {
    let place = company::applied();
    let plan = place.plan();
    assert_eq!(plan.deeds(), Vec::<String>::new());
    let text = plan.0.to_string();
    assert!(!text.contains("CN=tenure"), "{text}");
    let matches = place.run(&["match", "--format", "json"]);
    assert!(!matches.out.contains("CN=tenure"), "{matches}");
    let mut ldif = Ldif::parse(&place.read(company::COPY));
    let mark = ldif.having("objectClass", "serviceConnectionPoint");
    assert_eq!(mark.dn(), "CN=tenure,OU=Small,DC=small,DC=example");
    assert!(!place.read("directory.ldif").contains("CN=tenure"));
}

#[test]
fn a_lost_working_copy_takes_nobody_s_state_away() {
    let place = company::applied();
    std::fs::remove_file(place.path(company::COPY)).unwrap();
    let ran = place.run(&["plan"]);
    assert_ne!(ran.code, 1, "{ran}");
}

/// Takes the directory over until a boundary and is killed there; false if it ended before it.
#[cfg(debug_assertions)]
fn killed_at(place: &Place, boundary: usize) -> bool {
    let mut child = place
        .command(&["match", "--rebuild", "--color=never"])
        .env("TENURE_HALT_AT", boundary.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let halted = lines
        .map(Result::unwrap)
        .any(|line| line.starts_with("halted:"));
    if halted {
        child.kill().unwrap();
    }
    assert_ne!(child.wait().unwrap().success(), halted);
    halted
}

#[cfg(debug_assertions)] // only such a build halts where it is told
#[test]
fn taking_over_that_is_killed_anywhere_can_be_done_again_or_finished() {
    let lost = company::applied();
    forget_state(&lost);
    let older = company::applied();
    let last_month = older.twin();
    company::make_it_later(&older);
    older.expect(0, &["apply", "--yes"]);
    restore(&last_month, &older);
    for template in [lost, older] {
        let mut boundary = 0;
        loop {
            let place = template.twin();
            if !killed_at(&place, boundary) {
                break;
            }
            // Once the mark is written the run is the directory's own, and any run finishes it.
            if place.run(&["match", "--rebuild"]).code != 0 {
                place.expect(0, &["apply", "--yes"]);
            }
            place.expect(0, &["apply", "--yes"]);
            place.expect(0, &["plan"]);
            boundary += 1;
        }
        assert_eq!(boundary, 6, "each boundary of a run without actions");
    }
}
