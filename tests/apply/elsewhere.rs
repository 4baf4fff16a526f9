//! A run goes on at another domain controller than it was begun on: with what only takes away, and with nothing for good
//! that may look otherwise on the first (S9).

use tenure::apply::{ApplyError, Outcome, Place, Status, history, journal};
use tenure::directory::port::Operation;
use tenure::directory::{Controller, Guid};
use tenure::plan::{ActionId, Change};

use Status::{Done, Intended, Pending};

use super::World;
use super::plans::{BOB, CLEO, Plans, existing};
use super::world::{Script, dn};

fn controller(name: &str) -> Controller {
    Controller {
        service: format!("CN=NTDS Settings,CN={name}"),
        host: format!("{name}.example.com"),
        invocation: Guid::derived(&[name]),
    }
}

fn place(world: &World, name: &str) -> Place {
    Place {
        controller: Some(controller(name)),
        domain: world.domain(),
    }
}

fn resume(world: &World, name: &str) -> Result<Option<Outcome>, ApplyError> {
    let here = place(world, name);
    world.finish(&mut Script::default(), |executor| executor.resume(&here))
}

/// Begun on `dc1`: a unit, two people disabled, and a group left by the second of them.
fn broken_off() -> World {
    let world = World::new();
    let mut plans = Plans::new(&world);
    plans.plan.header.controller = Some(controller("dc1"));
    let disable = |name| Change::Disable {
        account: existing(&world, name),
        before: Some(512),
    };
    plans.add(
        None,
        Change::CreateUnit {
            dn: dn("OU=Paris,OU=Staff"),
        },
        &[],
    );
    plans.add(Some(2), disable(BOB), &[]);
    let cleo = plans.add(Some(3), disable(CLEO), &[]);
    let leave = Change::RemoveMember {
        group: existing(&world, "CN=SG-Sales,OU=Staff"),
        account: existing(&world, BOB),
        stage: None,
    };
    plans.add(Some(2), leave, &[cleo]);
    world
        .apply_watched(&plans.plan, &mut Script::crash_at(1))
        .unwrap_err();
    world
}

fn statuses(world: &World) -> Vec<Status> {
    let store = world.store();
    let run = journal::unfinished(&store).unwrap().unwrap().id;
    let details = history::run(&store, run).unwrap().unwrap();
    details.actions.iter().map(|action| action.status).collect()
}

#[test]
fn what_fails_there_is_left_to_the_first_one_with_all_that_needs_it() {
    let world = broken_off();
    let before = world.object(CLEO).guid();
    world.do_by_hand(&Operation::Delete {
        guid: before,
        dn: dn(CLEO),
    });
    let error = resume(&world, "dc2").unwrap_err();
    let ApplyError::Elsewhere {
        done,
        left,
        put_off,
        ..
    } = &error
    else {
        panic!("{error}");
    };
    assert_eq!((*done, *left), (1, 3));
    assert_eq!(put_off.len(), 1);
    assert_eq!(put_off[0].id, ActionId(2));
    assert!(error.to_string().contains("; action 3: "), "{error}");
    assert!(!world.object(BOB).enabled());

    assert_eq!(statuses(&world), [Pending, Done, Intended, Pending]);
    // A second time nothing else happens; on the first one it comes to its end.
    resume(&world, "dc2").unwrap_err();
    assert_eq!(statuses(&world), [Pending, Done, Intended, Pending]);
    let outcome = resume(&world, "dc1").unwrap().unwrap();
    let ended: Vec<Status> = outcome.ended.iter().map(|ended| ended.status).collect();
    assert_eq!(ended, [Done, Status::Conflict, Status::Skipped]);
}

#[test]
fn a_run_is_given_over_only_if_it_is_the_one_that_was_meant() {
    let world = broken_off();
    let run = journal::unfinished(&world.store()).unwrap().unwrap().id;
    let here = place(&world, "dc2");
    let give = |run| {
        world.finish(&mut Script::default(), |executor| {
            executor.give_over(run, &here)
        })
    };
    give(uuid::Uuid::nil()).unwrap();
    assert!(matches!(
        resume(&world, "dc2"),
        Err(ApplyError::Elsewhere { .. })
    ));
    give(run).unwrap();
    let outcome = resume(&world, "dc2").unwrap().unwrap();
    assert!(outcome.counts.all_done(), "{outcome:#?}");
}
