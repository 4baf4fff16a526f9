//! Many operations in flight: whatever overtakes what, the end is the one of one after the other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tenure::apply::{ApplyError, Boundary, Outcome, Status, history, journal};
use tenure::plan::Plan;

use super::World;
use super::plans::everything;
use super::random::{self, Shape};
use super::world::{Script, Weather, in_flight, one_by_one};

/// Directory, state and journal at the end of a run; the names of people and accounts, not their GUIDs.
fn end(world: &World) -> String {
    let store = world.store();
    let run = history::history(&store, 1).unwrap().remove(0);
    let details = history::run(&store, run.id).unwrap().unwrap();
    let mut text = format!("{:?} {:?}\n", run.status, run.counts);
    for action in &details.actions {
        let begun = action.intended.is_some();
        writeln!(
            text,
            "{} {} {} {begun} {:?}",
            action.id.0,
            action.kind,
            action.status.word(),
            action.text
        )
        .unwrap();
    }
    assert_eq!(journal::unfinished(&store).unwrap(), None);
    store.verify_audit().unwrap();
    text + &world.picture()
}

#[track_caller]
fn assert_same(left: &str, right: &str, what: &str) {
    if left == right {
        return;
    }
    let (had, wanted): (Vec<_>, Vec<_>) = (left.lines().collect(), right.lines().collect());
    let extra: Vec<_> = had.iter().filter(|line| !wanted.contains(line)).collect();
    let missing: Vec<_> = wanted.iter().filter(|line| !had.contains(line)).collect();
    panic!("{what}\nextra: {extra:#?}\nmissing: {missing:#?}");
}

fn world_of(shape: &Shape, weather: Weather) -> World {
    let mut world = World::of(&random::ldif(shape));
    Arc::get_mut(&mut world.directory).unwrap().weather = weather;
    world
}

fn statuses(outcome: &Outcome) -> BTreeMap<Status, usize> {
    let mut all = BTreeMap::new();
    for ended in &outcome.ended {
        *all.entry(ended.status).or_default() += 1;
    }
    all
}

/// Runs the plan one by one, and then with these numbers in flight and these seeds of delays.
fn the_same_however(shape: Shape, weather: impl Fn(u64) -> Weather, tries: &[(usize, u64)]) {
    let whole = |many: usize, delays: u64| {
        let mut world = world_of(&shape, weather(delays));
        world.pace = in_flight(many);
        let plan = random::plan(&world, shape);
        let mut script = Script::default();
        let outcome = world.apply_watched(&plan, &mut script).unwrap();
        let ids: Vec<u32> = outcome.ended.iter().map(|ended| ended.id.0).collect();
        let all: Vec<u32> = (0..u32::try_from(plan.actions.len()).unwrap()).collect();
        assert_eq!(ids, all, "in the plan's order");
        assert_eq!(script.ended.len(), all.len(), "each is told once");
        (end(&world), statuses(&outcome))
    };
    let (expected, _) = whole(1, 0);
    for (many, delays) in tries {
        let (found, statuses) = whole(*many, *delays);
        let what = format!("{shape:?} {many} in flight, delays {delays}: {statuses:?}");
        assert_same(&found, &expected, &what);
    }
}

/// So many cases, or as many as `PROPTEST_CASES` asks for.
fn cases(few: u32) -> ProptestConfig {
    match std::env::var("PROPTEST_CASES").map(|text| text.parse()) {
        Ok(Ok(cases)) => ProptestConfig::with_cases(cases),
        _ => ProptestConfig {
            rng_seed: RngSeed::Fixed(20_260_302),
            failure_persistence: None,
            ..ProptestConfig::with_cases(few)
        },
    }
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn any_plan_ends_the_same_whatever_overtakes_what(
        seed in any::<u64>(),
        accounts in 2..12_usize,
        groups in 1..4_usize,
        actions in 20..80_usize,
        stale in 0..20_u32,
        refused in 0..60_u64,
        delays in any::<u64>(),
    ) {
        let shape = Shape { seed, accounts, groups, actions, stale };
        let weather = |delays| Weather {
            seed,
            delays,
            delay: Duration::from_micros(if delays == 0 { 0 } else { 100 + delays % 900 }),
            refused,
            busy: 50,
            lost: 50,
            // A lost answer to somebody who was a member all along looks like ours.
            lost_members: stale == 0,
            ..Weather::default()
        };
        the_same_however(shape, weather, &[(2, delays | 1), (16, delays | 1), (64, 1)]);
    }
}

/// What the property is about is really drawn.
#[test]
fn random_plans_have_every_kind_of_change_and_every_way_to_end() {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ends: BTreeMap<Status, usize> = BTreeMap::new();
    for seed in 0..12 {
        let shape = Shape {
            seed,
            accounts: 8,
            groups: 3,
            actions: 100,
            stale: 10,
        };
        let world = world_of(
            &shape,
            Weather {
                seed,
                refused: 30,
                ..Weather::default()
            },
        );
        let plan = random::plan(&world, shape);
        for (kind, count) in random::kinds(&plan) {
            *kinds.entry(kind).or_default() += count;
        }
        for (status, count) in statuses(&world.apply(&plan).unwrap()) {
            *ends.entry(status).or_default() += count;
        }
    }
    let wanted = [
        "add-member",
        "adopt",
        "create-account",
        "create-unit",
        "delete",
        "disable",
        "enable",
        "modify",
        "move",
        "remove-member",
        "set-password",
    ];
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), wanted);
    assert!(kinds.values().all(|count| *count >= 10), "{kinds:?}");
    let count = |status| ends.get(&status).copied().unwrap_or_default();
    assert!(count(Status::Done) > 300, "{ends:?}");
    for status in [Status::Conflict, Status::Failed, Status::Skipped] {
        assert!(count(status) > 20, "{ends:?}");
    }
}

/// Applies, breaks off at that boundary, and goes on; false if the run ended before it.
fn broken_off(world: &World, plan: &Plan, boundary: usize) -> bool {
    let mut script = Script::crash_at(boundary);
    match world.apply_watched(plan, &mut script) {
        Ok(_) => return false,
        Err(ApplyError::BrokenOff { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    if script.seen.len() > 1 {
        world.resume().unwrap();
    } else {
        world.apply(plan).unwrap();
    }
    true
}

#[test]
fn everything_at_once_broken_off_at_every_boundary_ends_the_same() {
    let expected = {
        let world = World::new();
        world.apply(&everything(&world)).unwrap();
        end(&world)
    };
    let mut boundary = 0;
    loop {
        let mut world = World::new();
        world.pace = in_flight(16);
        Arc::get_mut(&mut world.directory).unwrap().weather = Weather {
            delays: boundary as u64,
            delay: Duration::from_millis(1),
            ..Weather::default()
        };
        if !broken_off(&world, &everything(&world), boundary) {
            break;
        }
        assert_same(&end(&world), &expected, &format!("boundary {boundary}"));
        boundary += 1;
    }
    // Begun, marked, and so on: six of the run, four for each action, one for the password.
    assert_eq!(boundary, 6 + 4 * 13 + 1);
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn a_run_with_many_in_flight_broken_off_anywhere_again_and_again_ends_the_same(
        seed in any::<u64>(),
        crashes in proptest::collection::vec(0..150_usize, 1..6),
    ) {
        let shape = Shape { seed, accounts: 8, groups: 2, actions: 60, stale: 0 };
        let weather = |delay| Weather {
            seed,
            delay: Duration::from_micros(delay),
            // Nothing is refused: what then is so already would after a crash look like ours.
            busy: 30,
            ..Weather::default()
        };
        let expected = {
            let mut world = world_of(&shape, weather(0));
            world.pace = one_by_one();
            world.apply(&random::plan(&world, shape)).unwrap();
            end(&world)
        };
        // What is so already looks after a crash as if the run had done it: nobody can tell.
        prop_assume!(!expected.contains("it was so already"));
        let mut world = world_of(&shape, weather(400));
        world.pace = in_flight(16);
        let plan = random::plan(&world, shape);
        let mut begun = false;
        let mut ended = false;
        for crash in &crashes {
            let mut script = Script::crash_at(*crash);
            let answer = if begun {
                world.resume_watched(&mut script).map(|_| ())
            } else {
                world.apply_watched(&plan, &mut script).map(|_| ())
            };
            begun = begun || script.seen.len() > 1;
            match answer {
                Ok(()) => { ended = true; break; }
                Err(ApplyError::BrokenOff { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        if !ended {
            if begun {
                world.resume().unwrap();
            } else {
                world.apply(&plan).unwrap();
            }
        }
        assert_same(&end(&world), &expected, &format!("{shape:?} {crashes:?}"));
    }
}

#[test]
fn nothing_is_in_the_hands_of_a_worker_that_the_journal_does_not_know() {
    let mut world = World::new();
    world.pace = in_flight(16);
    let mut script = Script::default();
    world
        .apply_watched(&everything(&world), &mut script)
        .unwrap();
    let place = |boundary: Boundary| {
        let found = script.seen.iter().position(|seen| *seen == boundary);
        found.unwrap_or_else(|| panic!("{boundary:?}"))
    };
    let plan = everything(&World::new());
    for (id, action) in plan.actions.iter().enumerate() {
        let id = tenure::plan::ActionId(u32::try_from(id).unwrap());
        let intended = place(Boundary::Intended(id));
        assert!(place(Boundary::BeforeIntent(id)) < intended);
        assert!(intended < place(Boundary::Performed(id)));
        assert!(place(Boundary::Performed(id)) < place(Boundary::Recorded(id)));
        for needed in &action.after {
            assert!(
                place(Boundary::Recorded(*needed)) < place(Boundary::BeforeIntent(id)),
                "{id:?} needs {needed:?}"
            );
        }
    }
    // Several are intended before the first of them is done.
    let first = script
        .seen
        .iter()
        .position(|seen| matches!(seen, Boundary::Performed(_)));
    let before = script.seen[..first.unwrap()].iter();
    let intended = before.filter(|seen| matches!(seen, Boundary::Intended(_)));
    assert!(intended.count() > 2);
}
