//! Killed between any two steps and started again: the same end, and every action once (G8).

use proptest::prelude::*;
use tenure::apply::{ApplyError, Boundary, RunStatus, Status, history, journal};
use tenure::plan::ActionId;

use super::World;
use super::plans::{ZOE, everything};
use super::world::{Fault, Script};

/// A world in which everything went well, with the boundaries that the run met.
fn unbroken() -> (World, Vec<Boundary>) {
    let world = World::new();
    let mut script = Script::default();
    assert!(
        world
            .apply_watched(&everything(&world), &mut script)
            .unwrap()
            .counts
            .all_done()
    );
    (world, script.seen)
}

/// Goes on until the run is at its end, crashing at each of these boundaries on the way.
fn with_crashes(crashes: &[usize]) -> World {
    let world = World::new();
    let plan = everything(&world);
    let mut begun = false;
    for crash in crashes {
        let mut script = Script::crash_at(*crash);
        let answer = if begun {
            world
                .resume_watched(&mut script)
                .map(|outcome| outcome.is_some())
        } else {
            world.apply_watched(&plan, &mut script).map(|_| true)
        };
        begun = begun || script.seen.len() > 1;
        match answer {
            Ok(_) => return world,
            Err(ApplyError::BrokenOff { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    if begun {
        world.resume().unwrap();
    } else {
        world.apply(&plan).unwrap();
    }
    world
}

fn assert_same_end(world: &World, expected: &str, crashes: &[usize]) {
    let picture = world.picture();
    if picture != expected {
        let (had, wanted): (Vec<_>, Vec<_>) =
            (picture.lines().collect(), expected.lines().collect());
        let extra: Vec<_> = had.iter().filter(|line| !wanted.contains(line)).collect();
        let missing: Vec<_> = wanted.iter().filter(|line| !had.contains(line)).collect();
        panic!("after crashes at {crashes:?}\nextra: {extra:#?}\nmissing: {missing:#?}");
    }
    assert_eq!(journal::unfinished(&world.store()).unwrap(), None);
    let [run] = &*history::history(&world.store(), 10).unwrap() else {
        panic!("not one run")
    };
    assert_eq!(run.status, RunStatus::Finished);
    assert!(run.counts.all_done(), "{run:?}");
    world.store().verify_audit().unwrap();
}

#[test]
fn a_crash_at_any_boundary_changes_nothing_in_the_end() {
    let (world, boundaries) = unbroken();
    let expected = world.picture();
    let passwords = |world: &World| {
        world
            .directory
            .done()
            .iter()
            .filter(|kind| **kind == "password")
            .count()
    };
    let operations = world.directory.done().len();
    for (crash, boundary) in boundaries.iter().enumerate() {
        let world = with_crashes(&[crash]);
        assert_same_end(&world, &expected, &[crash]);
        // Every operation happened once; only a password is made anew if nobody knows what became of it.
        let again = passwords(&world) - 1;
        assert_eq!(
            world.directory.done().len(),
            operations + again,
            "{boundary:?}"
        );
        let in_doubt = matches!(
            boundary,
            Boundary::Performed(ActionId(2)) | Boundary::HandedOver(ActionId(2))
        );
        assert_eq!(again, usize::from(in_doubt), "{boundary:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_number_of_crashes_changes_nothing_in_the_end(crashes in proptest::collection::vec(0..30_usize, 1..8)) {
        let (world, _) = unbroken();
        assert_same_end(&with_crashes(&crashes), &world.picture(), &crashes);
    }
}

#[test]
fn an_answer_that_is_lost_is_looked_up_and_the_run_goes_on() {
    let (world, _) = unbroken();
    let expected = world.picture();
    let done = world.directory.done();
    for operation in 0..done.len() {
        for fault in [Fault::LoseAnswer(operation), Fault::LoseRequest(operation)] {
            let world = World::new();
            world.directory.inject(fault.clone());
            let outcome = world.apply(&everything(&world)).unwrap();
            assert!(
                !outcome.resumed && outcome.counts.all_done(),
                "{fault:?}: {outcome:#?}"
            );
            assert_same_end(&world, &expected, &[operation]);
            // Of a password nobody can see whether it was set: another one is.
            let again = done[operation] == "password" && matches!(fault, Fault::LoseAnswer(_));
            let count = world.directory.done().len();
            assert_eq!(count, done.len() + usize::from(again), "{fault:?}");
        }
    }
}

#[test]
fn a_directory_that_goes_away_stops_the_run_which_goes_on_when_it_is_back() {
    let (world, _) = unbroken();
    let expected = world.picture();
    for operation in 0..world.directory.done().len() {
        for fault in [Fault::LeaveAfter(operation), Fault::LeaveBefore(operation)] {
            let world = World::new();
            world.directory.inject(fault.clone());
            let error = world.apply(&everything(&world)).unwrap_err();
            assert!(matches!(error, ApplyError::Directory { .. }), "{error:?}");
            let error = world.resume().unwrap_err();
            assert!(matches!(error, ApplyError::Mark { .. }), "{error:?}");
            world.directory.heal();
            let outcome = world.resume().unwrap().unwrap();
            assert!(
                outcome.resumed && outcome.counts.all_done(),
                "{fault:?}: {outcome:#?}"
            );
            assert_same_end(&world, &expected, &[operation]);
        }
    }
}

#[test]
fn no_new_run_begins_while_one_is_unfinished() {
    let world = World::new();
    let plan = everything(&world);
    world
        .apply_watched(&plan, &mut Script::crash_at(5))
        .unwrap_err();
    let error = world.apply(&plan).unwrap_err();
    assert!(matches!(error, ApplyError::Unfinished { .. }), "{error:?}");
    assert!(error.help().contains("tenure resume"), "{}", error.help());
    assert!(world.resume().unwrap().unwrap().counts.all_done());
    assert_eq!(world.resume().unwrap(), None);
}

#[test]
fn a_resumed_run_tells_the_progress_bar_what_is_behind_it() {
    let world = World::new();
    let plan = everything(&world);
    // Begin, begun, and four boundaries for each of two actions.
    world
        .apply_watched(&plan, &mut Script::crash_at(2 + 2 * 4))
        .unwrap_err();
    let mut script = Script::default();
    world.resume_watched(&mut script).unwrap();
    assert_eq!(script.begun, Some((plan.actions.len(), 2)));
    assert_eq!(script.ended.len(), plan.actions.len() - 2);
}

#[test]
fn somebody_who_makes_the_same_account_after_the_crash_is_a_conflict() {
    use super::world::dn;
    use tenure::directory::port::Operation;
    let world = World::new();
    let plan = everything(&world);
    let mut script = Script::default();
    let probe = World::new();
    probe
        .apply_watched(&everything(&probe), &mut script)
        .unwrap();
    let intended = script
        .seen
        .iter()
        .position(|seen| *seen == Boundary::Intended(ActionId(1)))
        .unwrap();
    world
        .apply_watched(&plan, &mut Script::crash_at(intended))
        .unwrap_err();
    world.do_by_hand(&Operation::Add {
        dn: dn(ZOE),
        attributes: vec![
            ("objectClass".into(), vec!["user".into()]),
            ("sAMAccountName".into(), vec!["other".into()]),
        ],
    });
    let outcome = world.resume().unwrap().unwrap();
    let status = |id: usize| {
        outcome
            .ended
            .iter()
            .find(|ended| ended.id.0 as usize == id)
            .unwrap()
            .status
    };
    assert_eq!(status(1), Status::Conflict);
    assert_eq!(
        (status(2), status(3), status(4)),
        (Status::Skipped, Status::Skipped, Status::Skipped)
    );
    assert!(!world.object(ZOE).enabled());
}

#[test]
fn an_unfinished_run_of_another_domain_is_left_alone() {
    let world = World::new();
    world
        .apply_watched(&everything(&world), &mut Script::crash_at(5))
        .unwrap_err();
    let db = rusqlite::Connection::open(world.path()).unwrap();
    db.execute("UPDATE run SET domain = zeroblob(16)", [])
        .unwrap();
    drop(db);
    let error = world.resume().unwrap_err();
    assert!(matches!(error, ApplyError::OtherDomain { .. }), "{error:?}");
}
