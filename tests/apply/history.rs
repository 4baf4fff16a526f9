//! What `history` and `show` tell, and what the trail proves.

use tenure::apply::{RunStatus, Status, history, journal};
use tenure::plan::{ActionId, Change};

use super::plans::{ADA, BOB, everything, existing};
use super::world::{Script, now};
use super::{Plans, World, attribute, person};

#[test]
fn a_run_is_shown_with_every_action_as_it_was_planned() {
    let world = World::new();
    let plan = everything(&world);
    let outcome = world.apply(&plan).unwrap();
    let details = history::run(&world.store(), outcome.run).unwrap().unwrap();
    assert_eq!(details.run.status, RunStatus::Finished);
    assert_eq!(
        (details.run.started, details.run.ended),
        (now(), Some(now()))
    );
    assert_eq!(details.run.author.who, "ada");
    assert_eq!(details.run.counts, outcome.counts);
    let actions: Vec<_> = details
        .actions
        .iter()
        .map(|record| record.action.clone().unwrap())
        .collect();
    assert_eq!(actions, plan.actions);
    let kinds: Vec<_> = details
        .actions
        .iter()
        .map(|record| record.kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "create-unit",
            "create-account",
            "set-password",
            "enable",
            "add-member",
            "adopt",
            "disable",
            "move",
            "modify",
            "remove-member",
            "add-member",
            "modify",
            "delete",
        ]
    );
    assert!(
        details
            .actions
            .iter()
            .all(|record| record.status == Status::Done && record.object.is_some())
    );
    assert_eq!(details.actions[12].reversible, "no");
    assert_eq!(
        history::run(&world.store(), uuid::Uuid::nil()).unwrap(),
        None
    );
}

#[test]
fn an_unfinished_run_is_shown_as_far_as_it_is() {
    let world = World::new();
    let plan = everything(&world);
    world
        .apply_watched(&plan, &mut Script::crash_at(3 + 4 + 1))
        .unwrap_err();
    let unfinished = journal::unfinished(&world.store()).unwrap().unwrap();
    let details = history::run(&world.store(), unfinished.id)
        .unwrap()
        .unwrap();
    let statuses: Vec<_> = details
        .actions
        .iter()
        .map(|record| record.status)
        .take(3)
        .collect();
    assert_eq!(statuses, [Status::Done, Status::Intended, Status::Pending]);
    assert_eq!(details.actions[1].id, ActionId(1));
    let actions: Vec<_> = details
        .actions
        .iter()
        .map(|record| record.action.clone().unwrap())
        .collect();
    assert_eq!(actions, plan.actions);
}

#[test]
fn history_is_newest_first_and_no_longer_than_asked() {
    let world = World::new();
    let mut runs = Vec::new();
    for (before, after) in [("Engineering", "A"), ("A", "B"), ("B", "C")] {
        let mut plans = Plans::new(&world);
        let attributes = vec![attribute("department", &[before], &[after])];
        plans.add(
            Some(3),
            Change::Modify {
                account: existing(&world, ADA),
                attributes,
            },
            &[],
        );
        runs.push(world.apply(&plans.plan).unwrap().run);
    }
    runs.reverse();
    let shown = |limit| {
        let history = history::history(&world.store(), limit).unwrap();
        history.iter().map(|run| run.id).collect::<Vec<_>>()
    };
    assert_eq!(shown(10), runs);
    assert_eq!(shown(2), runs[..2]);
}

#[test]
fn the_trail_holds_every_step_and_nothing_personal() {
    let world = World::new();
    let outcome = world.apply(&everything(&world)).unwrap();
    let verified = world.store().verify_audit().unwrap();
    assert_eq!(verified.entries, 2 + 13);
    let trail = world.store().audit_trail().unwrap();
    assert_eq!(trail[0].event, "run-begun");
    assert_eq!(trail[14].event, "run-ended");
    for entry in &trail {
        assert_eq!(entry.run, Some(outcome.run));
        for word in ["Zoe", "zmiller", "Bob", "Sales", "Very senior"] {
            assert!(!entry.facts.contains(word), "{}", entry.facts);
        }
    }
    assert_eq!(
        trail[13].facts,
        r#"{"action":12,"kind":"delete","status":"done","cause":"hr","reversible":"no","not_ours":false}"#
    );
}

#[test]
fn a_forgotten_person_is_gone_from_every_run_and_the_trail_holds() {
    let world = World::new();
    let outcome = world.apply(&everything(&world)).unwrap();
    let mut store = world.store();
    store
        .write(world.lock(), |writer| writer.forget(&person(2), now()))
        .unwrap();
    store.checkpoint(world.lock()).unwrap();
    let details = history::run(&store, outcome.run).unwrap().unwrap();
    for record in &details.actions {
        let of_bob = (5..=10).contains(&record.id.0);
        assert_eq!(record.forgotten, of_bob);
        assert_eq!(record.action.is_none(), of_bob);
        assert_ne!(record.person, Some(person(2)));
    }
    assert_eq!(store.verify_audit().unwrap().forgotten, 6);
    drop(store);
    let bytes = std::fs::read(world.path()).unwrap();
    for word in ["Babbage", "Very senior", "No longer with us"] {
        assert!(
            !bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes()),
            "{word}"
        );
    }
    assert!(world.find(BOB).is_none());
}
