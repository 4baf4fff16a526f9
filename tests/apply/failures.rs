//! What fails takes its dependents with it and nothing else.

use tenure::apply::{ApplyError, NoHandover, RunStatus, Status, history, journal};
use tenure::directory::Guid;
use tenure::directory::port::{Error, ResultCode, win32};
use tenure::plan::Change;
use tenure::state::{AccountMemory, StoreError};

use super::plans::{ADA, BOB, everything, existing};
use super::world::{Fault, Script, now};
use super::{Plans, World, attribute, person};

fn refused(code: ResultCode, win32: Option<u32>) -> Error {
    Error::Refused {
        code,
        win32,
        dn: "CN=x".into(),
        message: "no".into(),
    }
}

#[test]
fn a_refused_account_takes_only_what_needs_it_with_it() {
    use Status::{Done, Failed, Skipped};
    let world = World::new();
    let no = refused(ResultCode::InsufficientAccessRights, None);
    world.directory.inject(Fault::Refuse(1, no, 1));
    let plan = everything(&world);
    let outcome = world.apply(&plan).unwrap();
    let statuses: Vec<_> = outcome.ended.iter().map(|ended| ended.status).collect();
    assert_eq!(
        statuses,
        [
            Done, Failed, Skipped, Skipped, Skipped, Done, Done, Done, Done, Done, Done, Skipped,
            Done
        ]
    );
    assert_eq!(
        outcome.ended[1].text.as_deref(),
        Some(
            "the account that tenure runs as may not do this: InsufficientAccessRights (50): no (CN=x)"
        )
    );
    let mend = outcome.ended[1].mend.unwrap();
    assert!(mend.contains("`tenure doctor`"), "{mend}");
    let details = history::run(&world.store(), outcome.run).unwrap().unwrap();
    assert_eq!(details.actions[1].mend.as_deref(), Some(mend));
    assert_eq!(details.actions[0].mend, None);
    assert_eq!(
        outcome.ended[2].text.as_deref(),
        Some("action 2 did not succeed")
    );
    assert_eq!(
        outcome.ended[3].text.as_deref(),
        Some("action 3 did not succeed")
    );
    assert_eq!(outcome.status, RunStatus::Finished);
    assert_eq!(
        (
            outcome.counts.done,
            outcome.counts.failed,
            outcome.counts.skipped
        ),
        (8, 1, 4)
    );
    // S1: the stages of those whose actions did not all succeed were not entered.
    let prior = world.prior();
    let stages: Vec<_> = prior
        .people
        .iter()
        .map(|(id, memory)| (id.number(), memory.stage.as_deref()))
        .collect();
    assert_eq!(
        stages,
        [(Some(2), Some("leaver")), (Some(4), Some("purged"))]
    );
    assert!(prior.reservations.is_empty());
    assert!(
        !prior
            .guard_counts
            .iter()
            .any(|count| &*count.kind == "create")
    );
}

#[test]
fn a_busy_directory_is_asked_again() {
    let world = World::new();
    world
        .directory
        .inject(Fault::Refuse(0, refused(ResultCode::Busy, None), 2));
    assert!(world.apply(&everything(&world)).unwrap().counts.all_done());
}

#[test]
fn a_directory_that_stays_busy_is_a_failure() {
    let world = World::new();
    world
        .directory
        .inject(Fault::Refuse(0, refused(ResultCode::Busy, None), 5));
    let mut plans = Plans::new(&world);
    let change = Change::Disable {
        account: existing(&world, ADA),
        before: Some(66048),
    };
    plans.add(Some(3), change, &[]);
    let outcome = world.apply(&plans.plan).unwrap();
    assert_eq!(outcome.counts.failed, 1);
    assert!(world.object(ADA).enabled());
}

#[test]
fn a_password_that_the_domain_refuses_is_made_anew_twice() {
    let password = refused(
        ResultCode::UnwillingToPerform,
        Some(win32::PASSWORD_RESTRICTION),
    );
    for (times, done) in [(2, true), (3, false)] {
        let world = World::new();
        world
            .directory
            .inject(Fault::Refuse(2, password.clone(), times));
        let outcome = world.apply(&everything(&world)).unwrap();
        assert_eq!(outcome.counts.all_done(), done);
        // S20: without a password the account stays disabled.
        assert_eq!(world.object(super::plans::ZOE).enabled(), done);
    }
}

#[test]
fn a_directory_that_cannot_store_stops_the_run_which_then_goes_on() {
    use std::sync::Arc;
    let world = World::new();
    let full = Error::Storage {
        path: "directory.ldif".into(),
        source: Arc::new(std::io::Error::from(std::io::ErrorKind::StorageFull)),
    };
    world.directory.inject(Fault::Refuse(4, full, 1));
    let error = world.apply(&everything(&world)).unwrap_err();
    assert!(matches!(error, ApplyError::Directory { .. }), "{error:?}");
    assert_eq!(world.directory.done().len(), 4);
    assert!(world.resume().unwrap().unwrap().counts.all_done());
}

#[test]
fn a_stopped_run_ends_cleanly_and_is_not_taken_up_again() {
    let world = World::new();
    let plan = everything(&world);
    let mut script = Script {
        cancel_after: Some(3),
        ..Script::default()
    };
    let outcome = world.apply_watched(&plan, &mut script).unwrap();
    assert_eq!(outcome.status, RunStatus::Cancelled);
    assert_eq!((outcome.counts.done, outcome.counts.skipped), (3, 10));
    assert_eq!(
        outcome.ended[3].text.as_deref(),
        Some("the run was stopped")
    );
    assert_eq!(world.directory.done(), ["add", "add", "password"]);
    assert_eq!(world.resume().unwrap(), None);
    assert!(
        world.prior().people.contains_key(&person(1)),
        "the account that was made is known"
    );
    assert_eq!(world.prior().people.get(&person(1)).unwrap().stage, None);
    assert_eq!(world.prior().policy, None);
    let [run] = &*history::history(&world.store(), 10).unwrap() else {
        panic!()
    };
    assert_eq!(run.status, RunStatus::Cancelled);
}

/// Fills the disk at every size that stops the run somewhere, then makes room.
#[test]
fn a_full_disk_stops_the_run_before_anything_is_lost() {
    // A plan that needs a good deal of room before its first action.
    let plan = |world: &World| {
        let mut plan = everything(world);
        for id in 0..100_u32 {
            let memory = AccountMemory {
                anchor: Some("x".repeat(600).into()),
                ..AccountMemory::default()
            };
            plan.memory
                .accounts
                .push((Guid::derived(&[&id.to_string()]), memory));
        }
        plan
    };
    let expected = {
        let world = World::new();
        world.apply(&plan(&world)).unwrap();
        world.picture()
    };
    let mut stopped_before = 0;
    let mut stopped_within = 0;
    let mut pages = 1;
    loop {
        let world = World::new();
        let plan = plan(&world);
        let operations = world.directory.done().len();
        assert_eq!(operations, 0);
        match world.apply_with(&plan, &mut Script::default(), &mut NoHandover, Some(pages)) {
            Ok(outcome) => {
                assert!(outcome.counts.all_done());
                break;
            }
            Err(ApplyError::Store(StoreError::Full { .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
        if journal::unfinished(&world.store()).unwrap().is_some() {
            stopped_within += 1;
            let outcome = world.resume().unwrap().unwrap();
            assert!(outcome.counts.all_done(), "{outcome:#?}");
        } else {
            stopped_before += 1;
            assert!(
                world.directory.done().is_empty(),
                "something was done that no journal tells"
            );
            world.apply(&plan).unwrap();
        }
        assert_eq!(world.picture(), expected, "{pages} pages");
        pages += 3;
        assert!(pages < 500, "it never fits");
    }
    assert!(
        stopped_before > 0 && stopped_within > 0,
        "{stopped_before} {stopped_within}"
    );
}

#[test]
fn what_is_only_ordered_behind_a_failure_is_done_all_the_same() {
    let world = World::new();
    world.directory.inject(Fault::Refuse(
        0,
        refused(ResultCode::InsufficientAccessRights, None),
        1,
    ));
    let mut plans = Plans::new(&world);
    let account = existing(&world, ADA);
    let first = vec![attribute("title", &[], &["Boss"])];
    let first = plans.add(
        Some(3),
        Change::Modify {
            account: account.clone(),
            attributes: first,
        },
        &[],
    );
    let second = vec![attribute("department", &["Engineering"], &["Research"])];
    let second = plans.add(
        Some(3),
        Change::Modify {
            account,
            attributes: second,
        },
        &[],
    );
    plans.action(second).behind = vec![first];
    let outcome = world.apply(&plans.plan).unwrap();
    let statuses: Vec<_> = outcome.ended.iter().map(|ended| ended.status).collect();
    assert_eq!(statuses, [Status::Failed, Status::Done]);
}

#[test]
fn an_account_that_could_not_be_disabled_is_remembered_until_it_is() {
    let world = World::new();
    let bob = world.guid(BOB);
    let disable = |world: &World| {
        let mut plans = Plans::new(world);
        let change = Change::Disable {
            account: existing(world, BOB),
            before: Some(512),
        };
        plans.add(Some(2), change, &[]);
        plans.plan
    };
    let no = refused(ResultCode::InsufficientAccessRights, None);
    world.directory.inject(Fault::Refuse(0, no, 1));
    let outcome = world.apply(&disable(&world)).unwrap();
    assert_eq!(outcome.ended[0].status, Status::Failed);
    let prior = world.prior();
    assert!(prior.failed.contains(&bob));
    assert!(prior.open_since.contains_key(&bob));
    let outcome = world.apply(&disable(&world)).unwrap();
    assert_eq!(outcome.ended[0].status, Status::Done);
    assert!(world.prior().failed.is_empty());
}

#[test]
fn what_no_action_carries_is_counted_for_the_day_once_the_run_is_finished() {
    let world = World::new();
    let mut plan = Plans::new(&world).plan;
    plan.memory.counts = vec![("values department".into(), 3)];
    let outcome = world.apply(&plan).unwrap();
    let counts = world.prior().guard_counts;
    let [count] = &*counts else {
        panic!("{counts:?}")
    };
    assert_eq!((&*count.kind, count.count), ("values department", 3));
    assert_eq!((count.run, count.at), (outcome.run, now()));
}
