//! A directory that is busy, slow or away for a while, and a rate that is kept.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tenure::apply::{RunStatus, Status};
use tenure::directory::port::{Error, ResultCode};
use tenure::plan::{Change, Plan};

use super::plans::{ADA, everything, existing};
use super::random::{self, Shape};
use super::world::{Fault, Script, Weather, in_flight, now};
use super::{Plans, World, attribute};

const SHAPE: Shape = Shape {
    seed: 7,
    accounts: 20,
    groups: 3,
    actions: 100,
    stale: 0,
};

fn random_world(weather: Weather) -> (World, Plan) {
    let mut world = World::of(&random::ldif(&SHAPE));
    Arc::get_mut(&mut world.directory).unwrap().weather = weather;
    world.pace = in_flight(16);
    let plan = random::plan(&world, SHAPE);
    (world, plan)
}

#[test]
fn a_storm_of_refusals_for_being_busy_fails_nothing() {
    let calm = {
        let (world, plan) = random_world(Weather::default());
        assert!(world.apply(&plan).unwrap().counts.all_done());
        world.picture()
    };
    let (world, plan) = random_world(Weather {
        seed: 3,
        busy: 1000,
        ..Weather::default()
    });
    assert!(world.apply(&plan).unwrap().counts.all_done());
    assert_eq!(world.picture(), calm);
}

#[test]
fn a_directory_that_stays_busy_is_a_failure_that_says_what_to_do() {
    let world = World::new();
    let busy = Error::Refused {
        code: ResultCode::Busy,
        win32: None,
        dn: "CN=x".into(),
        message: "later".into(),
    };
    world.directory.inject(Fault::Refuse(0, busy, 5));
    let mut plans = Plans::new(&world);
    let change = Change::Disable {
        account: existing(&world, ADA),
        before: Some(66048),
    };
    plans.add(Some(3), change, &[]);
    let outcome = world.apply(&plans.plan).unwrap();
    assert_eq!(outcome.ended[0].status, Status::Failed);
    assert!(outcome.ended[0].mend.unwrap().contains("less to do"));
    assert!(world.object(ADA).enabled());
}

#[test]
fn a_directory_that_is_away_for_a_moment_stops_nothing() {
    let expected = {
        let world = World::new();
        world.apply(&everything(&world)).unwrap();
        world.picture()
    };
    for many in [1, 16] {
        for operation in 0..12 {
            let mut world = World::new();
            world.pace = in_flight(many);
            world.pace.patience.looks = 60;
            world.directory.inject(Fault::LeaveAfter(operation));
            let plan = everything(&world);
            let outcome = std::thread::scope(|scope| {
                let run = scope.spawn(|| world.apply(&plan));
                while !run.is_finished() {
                    std::thread::sleep(Duration::from_millis(5));
                    world.directory.heal();
                }
                run.join().unwrap()
            });
            assert!(outcome.unwrap().counts.all_done());
            assert_eq!(world.picture(), expected);
        }
    }
}

#[test]
fn the_rate_holds_for_all_workers_together() {
    let (mut world, plan) = random_world(Weather::default());
    world.pace.rate = Some(200);
    let began = Instant::now();
    assert!(world.apply(&plan).unwrap().counts.all_done());
    let took = began.elapsed();
    let operations = u32::try_from(world.directory.done().len()).unwrap();
    assert!(operations > 40, "{operations}");
    // The first has its turn at once.
    let least = Duration::from_secs(1) / 200 * (operations - 1);
    assert!(took >= least, "{operations} operations in {took:?}");
}

#[test]
fn a_stop_waits_for_what_is_in_flight_and_begins_nothing_more() {
    let (world, plan) = random_world(Weather {
        delay: Duration::from_millis(3),
        ..Weather::default()
    });
    let mut script = Script {
        cancel_after: Some(5),
        ..Script::default()
    };
    let outcome = world.apply_watched(&plan, &mut script).unwrap();
    assert_eq!(outcome.status, RunStatus::Cancelled);
    let stopped = outcome.ended.iter();
    let stopped = stopped.filter(|ended| ended.text.as_deref() == Some("the run was stopped"));
    let stopped = stopped.count();
    assert!(stopped > 0 && outcome.counts.done >= 5);
    assert_eq!(outcome.counts.open, 0);
    // The bar has counted what was done, and no more.
    assert_eq!(script.ended.len() + stopped, plan.actions.len());
    assert_eq!(script.ended.len(), outcome.counts.done as usize);
    // Between the stop and the end nothing was begun: at most what was in flight came to its end.
    assert!(outcome.counts.done <= 5 + 2 * 16, "{:?}", outcome.counts);
    assert_eq!(world.resume().unwrap(), None);
}

/// Workers take their turn while others wait: sixteen that need 20 ms each are done in much less than one by one.
#[test]
fn what_is_independent_is_done_at_the_same_time() {
    let mut world = World::of(&random::ldif(&SHAPE));
    world.pace = in_flight(16);
    let mut plans = Plans::new(&world);
    for number in 0..16 {
        let change = Change::Modify {
            account: existing(&world, &format!("CN=User {number},OU=Staff")),
            attributes: vec![attribute("title", &[], &["Boss"])],
        };
        plans.add(Some(number), change, &[]);
    }
    let slow = |world: &mut World| {
        let weather = &mut Arc::get_mut(&mut world.directory).unwrap().weather;
        weather.delays = 1;
        weather.delay = Duration::from_millis(80);
    };
    slow(&mut world);
    let began = Instant::now();
    assert!(world.apply(&plans.plan).unwrap().counts.all_done());
    let at_once = began.elapsed();
    // Sixteen of about 80 ms each.
    assert!(at_once < Duration::from_millis(640), "{at_once:?}");
    assert!(world.time() == now());
}
