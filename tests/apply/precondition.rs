//! Every reason not to apply a plan, each with its own refusal, and nothing written.

use jiff::SignedDuration;
use tenure::apply::{Refusal, Situation, precondition};
use tenure::directory::Guid;
use tenure::plan::{ActionId, GuardKind, GuardVerdict, Plan};
use tenure::state::Identity;
use uuid::Uuid;

use super::World;
use super::plans::everything;
use super::world::{now, refusals};

fn guard(kind: GuardKind) -> GuardVerdict {
    GuardVerdict {
        kind,
        count: 9,
        recent: 2,
        limit: 10,
        source: "default".into(),
        tripped: true,
        actions: Vec::new(),
    }
}

/// The one refusal of a plan after a change.
#[track_caller]
fn refusal(change: impl FnOnce(&mut Plan)) -> Refusal {
    let world = World::new();
    let mut plan = everything(&world);
    change(&mut plan);
    let before = world.picture();
    let mut found = refusals(world.apply(&plan));
    assert_eq!(world.picture(), before);
    assert_eq!(found.len(), 1, "{found:?}");
    let found = found.remove(0);
    assert!(!found.help().is_empty() && !found.code().is_empty());
    found
}

#[test]
fn a_plan_for_another_instant_is_never_applied() {
    let found = refusal(|plan| plan.header.hypothetical = true);
    assert_eq!(found, Refusal::Hypothetical { at: now() });
    assert_eq!(found.code(), "plan-hypothetical");
}

#[test]
fn an_expired_plan_is_refused() {
    let found = refusal(|plan| plan.header.expires = now());
    assert_eq!(
        found,
        Refusal::Expired {
            expired: now(),
            now: now()
        }
    );
}

#[test]
fn a_plan_from_the_future_is_refused_but_clocks_may_differ_a_little() {
    let found = refusal(|plan| plan.header.now = now() + SignedDuration::from_secs(121));
    assert_eq!(found.code(), "plan-from-the-future");
    let world = World::new();
    let mut plan = everything(&world);
    plan.header.now = now() + SignedDuration::from_secs(119);
    world.apply(&plan).unwrap();
}

#[test]
fn a_plan_for_another_domain_is_refused() {
    let found = refusal(|plan| plan.header.domain = Some(Guid::derived(&["elsewhere"])));
    assert_eq!(found.code(), "plan-other-domain");
}

#[test]
fn a_plan_of_another_state_is_refused() {
    let found = refusal(|plan| plan.header.state = Uuid::nil());
    assert_eq!(found.code(), "state-unknown");
}

#[test]
fn a_plan_made_before_another_run_is_refused() {
    let world = World::new();
    let plan = everything(&world);
    world.apply(&plan).unwrap();
    let found = refusals(world.apply(&plan));
    assert_eq!(
        found,
        [Refusal::StaleState {
            planned: 0,
            actual: 2
        }]
    );
}

#[test]
fn a_state_restored_from_last_week_is_refused() {
    let found = refusal(|plan| plan.header.generation = 7);
    assert_eq!(
        found,
        Refusal::OlderState {
            planned: 7,
            actual: 0
        }
    );
    assert!(found.help().contains("match --rebuild"), "{}", found.help());
}

#[test]
fn a_plan_of_another_policy_is_refused() {
    assert_eq!(
        refusal(|plan| plan.header.policy = "policy-0".into()).code(),
        "plan-other-policy"
    );
}

#[test]
fn a_plan_from_other_people_is_refused() {
    assert_eq!(
        refusal(|plan| plan.header.people_source = "elsewhere/".into()).code(),
        "plan-other-source"
    );
    let world = World::new();
    let plan = everything(&world);
    let state = world.store().identity().unwrap();
    let mut situation = Situation {
        now: now(),
        state: &state,
        domain: world.domain(),
        domain_name: "DC=example,DC=com",
        policy: "policy-1",
        people_source: "people/",
        people: Some("people-2"),
        overridden: &[],
        approved: &[],
    };
    let found = precondition::check(&plan, &situation).unwrap_err();
    assert_eq!(found[0].code(), "plan-other-people");
    situation.people = Some("people-1");
    precondition::check(&plan, &situation).unwrap();
}

#[test]
fn a_plan_that_a_guard_stops_is_refused_unless_that_guard_is_overridden() {
    let found = refusal(|plan| plan.guards = vec![guard(GuardKind::Disable)]);
    assert_eq!(
        found.to_string(),
        "the guard `disable` stops this plan: 11 of at most 10"
    );

    let world = World::new();
    let mut plan = everything(&world);
    plan.guards = vec![guard(GuardKind::Disable), guard(GuardKind::Delete)];
    let state = world.store().identity().unwrap();
    let mut situation = Situation {
        now: now(),
        state: &state,
        domain: world.domain(),
        domain_name: "DC=example,DC=com",
        policy: "policy-1",
        people_source: "people/",
        people: None,
        overridden: &[GuardKind::Disable],
        approved: &[],
    };
    let found = precondition::check(&plan, &situation).unwrap_err();
    assert!(
        matches!(
            &*found,
            [Refusal::Guarded {
                kind: GuardKind::Delete,
                ..
            }]
        ),
        "{found:?}"
    );
    situation.overridden = &[GuardKind::Disable, GuardKind::Delete];
    precondition::check(&plan, &situation).unwrap();
}

#[test]
fn a_plan_out_of_order_is_refused() {
    let found = refusal(|plan| plan.actions[0].after = vec![ActionId(1)]);
    assert_eq!(found, Refusal::Disordered { action: 0 });
    assert_eq!(
        refusal(|plan| plan.actions[3].behind = vec![ActionId(99)]),
        Refusal::Disordered { action: 3 }
    );
}

#[test]
fn a_state_of_another_domain_is_refused() {
    let world = World::new();
    let plan = everything(&world);
    let state = Identity {
        domain: Some(Guid::derived(&["elsewhere"])),
        domain_name: Some("DC=other".into()),
        ..world.store().identity().unwrap()
    };
    let situation = Situation {
        now: now(),
        state: &state,
        domain: world.domain(),
        domain_name: "DC=example,DC=com",
        policy: "policy-1",
        people_source: "people/",
        people: None,
        overridden: &[],
        approved: &[],
    };
    let found = precondition::check(&plan, &situation).unwrap_err();
    assert_eq!(found[0].code(), "state-other-domain");
}

#[test]
fn everything_that_stands_against_a_plan_is_said_at_once() {
    let world = World::new();
    let mut plan = everything(&world);
    plan.header.expires = now();
    plan.header.policy = "policy-0".into();
    plan.guards = vec![guard(GuardKind::Create)];
    let codes: Vec<_> = refusals(world.apply(&plan))
        .iter()
        .map(Refusal::code)
        .collect();
    assert_eq!(codes, ["plan-expired", "plan-other-policy", "guard-trips"]);
}
