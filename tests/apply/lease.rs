//! The lease of a run: everybody else hears who is at work and until when, and nobody begins before that is over.

use std::sync::atomic::Ordering;

use tenure::apply::{ApplyError, Boundary, Refusal, RunStatus, history, journal};
use tenure::plan::{ActionId, Plan};
use tenure::state::mark::write;
use tenure::state::{Foreign, Found, Lease, Mark};
use uuid::Uuid;

use super::plans::everything;
use super::world::{At, Script, base, in_flight, now, refusals};
use super::{Plans, World};

const MINUTE: i64 = 60;

fn nothing(world: &World) -> Plan {
    Plans::new(world).plan
}

fn lease(world: &World) -> Option<Lease> {
    world.mark().unwrap().lease
}

/// A run that was killed after its third action.
fn killed() -> World {
    let world = World::new();
    world
        .apply_watched(&everything(&world), &mut Script::crash_at(14))
        .unwrap_err();
    assert!(lease(&world).is_some());
    world
}

#[track_caller]
fn held(answer: Result<impl std::fmt::Debug, ApplyError>) -> Lease {
    match answer {
        Err(ApplyError::Refused { refusals }) => match &*refusals {
            [Refusal::Foreign(foreign @ Foreign::Held { lease })] => {
                assert_eq!(foreign.code(), "directory-held");
                let text = foreign.to_string();
                assert!(
                    text.contains(&lease.who) && text.contains(&lease.until.unwrap().to_string()),
                    "{text}"
                );
                lease.clone()
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_at_work_renews_its_lease_before_it_is_over() {
    for many in [1, 16] {
        let mut world = World::new();
        world.pace = in_flight(many);
        let mut written = Vec::new();
        let mut watch = At(|boundary| {
            if boundary == Boundary::Marked {
                written.push(lease(&world).unwrap().until.unwrap());
            }
            if matches!(boundary, Boundary::Recorded(_)) {
                assert!(lease(&world).unwrap().lasts(world.time()));
                world.later.fetch_add(2 * MINUTE, Ordering::SeqCst);
            }
        });
        let plan = everything(&world);
        let handover = &mut tenure::apply::NoHandover;
        world.apply_with(&plan, &mut watch, handover, None).unwrap();
        assert_eq!(lease(&world), None);
        assert_eq!(written[0], now() + jiff::SignedDuration::from_mins(10));
        assert!(written.len() > 3, "{written:?}");
        assert!(written.is_sorted(), "{written:?}");
    }
}

#[test]
fn another_machine_hears_who_is_at_work_and_until_when() {
    let world = killed();
    let own = lease(&world).unwrap();
    assert_eq!(own.who, "ada on host");
    let copy = world.copied_to("laptop");
    let stranger = world.beside("server");
    assert_eq!(held(copy.resume()), own);
    assert_eq!(held(stranger.apply(&nothing(&stranger))), own);
    assert_eq!(held(stranger.rebuild(&nothing(&stranger))), own);
    assert_eq!(
        world.directory.done().len(),
        3,
        "nobody did anything meanwhile"
    );
    // The machine of the run itself waits for nobody: its lock proves that the run is dead.
    assert!(world.resume().unwrap().unwrap().counts.all_done());
}

#[test]
fn when_a_lease_is_over_the_right_state_goes_on_and_any_other_one_rebuilds() {
    let world = killed();
    let copy = world.copied_to("laptop");
    let stranger = world.beside("server");
    // Clocks may differ by two minutes.
    for machine in [&copy, &stranger] {
        machine.later.store(11 * MINUTE, Ordering::SeqCst);
    }
    held(copy.resume());
    held(stranger.rebuild(&nothing(&stranger)));
    for machine in [&copy, &stranger] {
        machine.later.store(12 * MINUTE, Ordering::SeqCst);
    }
    let [Refusal::Foreign(Foreign::Unknown { .. })] =
        &*refusals(stranger.apply(&nothing(&stranger)))
    else {
        panic!("a state that knows nothing of the directory goes on")
    };
    assert!(copy.resume().unwrap().unwrap().counts.all_done());
    assert_eq!(lease(&copy), None);
    let [Refusal::Foreign(Foreign::Older { .. })] = &*refusals(world.resume().map(Option::unwrap))
    else {
        panic!("the state that was left behind goes on")
    };
    stranger.rebuild(&nothing(&stranger)).unwrap();
    assert_eq!(
        world.mark().unwrap().state,
        stranger.store().identity().unwrap().id
    );
}

#[test]
fn a_state_that_lacks_the_run_does_not_go_on_when_its_lease_is_over() {
    // A copy from before the run, as new as the mark says, but for what the run did.
    let world = World::new();
    world.apply(&everything(&world)).unwrap();
    let found = Found::in_directory(&*world.directory, &[base()]).unwrap();
    let astray = Lease {
        until: Some(now()),
        ..Lease::new(Uuid::from_u128(7), now(), "bob", "b")
    };
    let mark = Mark {
        lease: Some(astray.clone()),
        ..world.mark().unwrap()
    };
    write(&*world.directory, &[base()], found.as_ref(), &mark).unwrap();
    assert_eq!(held(world.apply(&nothing(&world))), astray);
    world.later.store(3 * MINUTE, Ordering::SeqCst);
    let refused = refusals(world.apply(&nothing(&world)));
    let [Refusal::Foreign(foreign @ Foreign::Astray { .. })] = &*refused else {
        panic!("{refused:?}")
    };
    assert_eq!(foreign.code(), "state-older");
    assert!(foreign.help().contains("--rebuild"));
}

/// Another machine takes the directory over while a run is at work.
fn take_over(world: &World) -> Lease {
    let found = Found::in_directory(&world.directory.embedded, &[base()]).unwrap();
    let lease = Lease {
        until: Some(world.time() + jiff::SignedDuration::from_mins(10)),
        ..Lease::new(Uuid::from_u128(9), world.time(), "bob", "another host")
    };
    let mark = Mark {
        state: Uuid::from_u128(8),
        generation: 1,
        lease: Some(lease.clone()),
    };
    write(&world.directory.embedded, &[base()], found.as_ref(), &mark).unwrap();
    lease
}

#[test]
fn a_renewal_that_finds_somebody_else_stops_the_run_before_its_next_operation() {
    for many in [1, 16] {
        let mut world = World::new();
        world.pace = in_flight(many);
        let plan = everything(&world);
        let mut done = None;
        let mut watch = At(|boundary| {
            if boundary == Boundary::Recorded(ActionId(1)) {
                world.later.fetch_add(3 * MINUTE, Ordering::SeqCst);
                take_over(&world);
                done = Some(world.directory.done().len());
            }
        });
        let handover = &mut tenure::apply::NoHandover;
        let error = world
            .apply_with(&plan, &mut watch, handover, None)
            .unwrap_err();
        let ApplyError::Taken { refusals, .. } = &error else {
            panic!("{error:?}")
        };
        assert!(matches!(
            &**refusals,
            [Refusal::Foreign(Foreign::Held { lease })] if lease.who == "bob on another host"
        ));
        assert!(error.to_string().contains("bob on another host"), "{error}");
        if many == 1 {
            assert_eq!(world.directory.done().len(), done.unwrap());
        }
        // What was done is recorded: nothing that is behind the run is in doubt.
        let run = journal::unfinished(&world.store()).unwrap().unwrap();
        let details = history::run(&world.store(), run.id).unwrap().unwrap();
        assert!(details.run.counts.done >= 2, "{:?}", details.run.counts);
    }
}

#[test]
fn who_begins_at_the_same_instant_and_is_slower_hears_who_was_faster_and_has_begun_nothing() {
    for has_mark in [false, true] {
        let world = World::new();
        if has_mark {
            world.apply(&nothing(&world)).unwrap();
        }
        let plan = everything(&world);
        let mut watch = At(|boundary| {
            if boundary == Boundary::Begun {
                take_over(&world);
            }
        });
        let handover = &mut tenure::apply::NoHandover;
        let answer = world.apply_with(&plan, &mut watch, handover, None);
        assert_eq!(held(answer).who, "bob on another host");
        assert!(world.directory.done().is_empty());
        let store = world.store();
        assert_eq!(journal::unfinished(&store).unwrap(), None);
        let run = &history::history(&store, 1).unwrap()[0];
        assert_eq!(run.status, RunStatus::Cancelled);
        assert_eq!(run.counts.skipped as usize, plan.actions.len());
        store.verify_audit().unwrap();
    }
}

#[test]
fn a_mark_whose_answer_is_lost_is_looked_up() {
    let world = World::new();
    world
        .directory
        .mark_unanswered
        .store(true, Ordering::SeqCst);
    let mut watch = At(|boundary| {
        if boundary == Boundary::BeforeEnd {
            world
                .directory
                .mark_unanswered
                .store(true, Ordering::SeqCst);
        }
        if boundary == Boundary::Recorded(ActionId(3)) {
            world.later.fetch_add(3 * MINUTE, Ordering::SeqCst);
            world
                .directory
                .mark_unanswered
                .store(true, Ordering::SeqCst);
        }
    });
    let handover = &mut tenure::apply::NoHandover;
    let plan = everything(&world);
    let outcome = world.apply_with(&plan, &mut watch, handover, None).unwrap();
    assert!(outcome.counts.all_done());
    assert_eq!(lease(&world), None);
}

#[test]
fn two_machines_at_once_one_wins_and_the_other_says_who() {
    let operations = {
        let world = World::new();
        world.apply(&everything(&world)).unwrap();
        world.directory.done().len()
    };
    for round in 0..50 {
        let mut one = World::new();
        one.pace = in_flight(16);
        // Half of the time they have a copy of the same state, else each a new one.
        let other = if round % 2 == 0 {
            drop(one.store());
            one.copied_to("other")
        } else {
            one.beside("other")
        };
        let plans = [everything(&one), everything(&other)];
        let answers = std::thread::scope(|scope| {
            let machines = [(&one, &plans[0]), (&other, &plans[1])];
            let runs = machines.map(|(world, plan)| scope.spawn(|| world.apply(plan)));
            runs.map(|run| run.join().unwrap())
        });
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        let ([Ok(won)], [Err(lost)]) = (&*won, &*lost) else {
            panic!("{won:?} {lost:?}")
        };
        assert!(won.counts.all_done());
        let ApplyError::Refused { refusals } = lost else {
            panic!("{lost:?}")
        };
        // Whoever comes while the other is at work hears who that is; after that, that the directory went on.
        let [Refusal::Foreign(foreign)] = &**refusals else {
            panic!("{refusals:?}")
        };
        match foreign {
            Foreign::Held { lease } => assert!(lease.who.starts_with("ada on "), "{lease}"),
            Foreign::Older { .. } | Foreign::Unknown { .. } => {}
            Foreign::Astray { .. } => panic!("{foreign}"),
        }
        assert_eq!(one.directory.done().len(), operations, "nothing twice");
        for world in [&one, &other] {
            assert_eq!(journal::unfinished(&world.store()).unwrap(), None);
        }
        // Who lost lacks what the winner did, and is kept away from now on.
        let may = [&one, &other].map(|world| world.apply(&nothing(world)).is_ok());
        assert!(may == [true, false] || may == [false, true], "{may:?}");
    }
}

#[test]
fn a_copy_that_was_slower_does_not_go_on_once_the_other_is_done() {
    let world = World::new();
    world.apply(&nothing(&world)).unwrap();
    let copy = world.copied_to("laptop");
    let plan = everything(&world);
    let mut watch = At(|boundary| {
        if boundary == Boundary::Begun {
            assert!(world.apply(&plan).unwrap().counts.all_done());
        }
    });
    let handover = &mut tenure::apply::NoHandover;
    let answer = copy.apply_with(&everything(&copy), &mut watch, handover, None);
    let [Refusal::Foreign(Foreign::Older { .. })] = &*refusals(answer) else {
        panic!("it is refused for another reason")
    };
    // It has begun nothing, and what it lacks it lacks for ever.
    assert_eq!(journal::unfinished(&copy.store()).unwrap(), None);
    let [Refusal::Foreign(Foreign::Older { .. })] = &*refusals(copy.apply(&nothing(&copy))) else {
        panic!("the copy goes on")
    };
    world.apply(&nothing(&world)).unwrap();
}
