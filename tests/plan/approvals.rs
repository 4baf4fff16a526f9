//! What waits for a person's yes: in the plan, not carried out, and nothing that depends on it (S15, S4).

use super::bench::{
    Company, EXCLUSIVE, GROUPS, GUARD, LEAVER, enter, group, id, open, shown, tripped,
};
use std::sync::Arc;
use tenure::plan::{Approval, Plan};
use tenure::policy::{ApproveRule, ExclusiveRule, GuardKind, Prefer};
use tenure::state::{Asked, Given};

fn ada() -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .group("SG-A")
        .group("SG-B")
        .person(1, "Ada King");
    company.run();
    company
}

fn approve(kinds: &[GuardKind], groups: &[&str]) -> ApproveRule {
    ApproveRule {
        kinds: kinds.into(),
        groups: groups.iter().map(|name| (*name).into()).collect(),
        stages: Vec::new(),
        units: Vec::new(),
        above: None,
        conditional: false,
        rule: GUARD,
    }
}

fn asked(plan: &Plan) -> Vec<&Approval> {
    let actions = plan.actions.iter();
    actions
        .filter_map(|action| action.approval.as_ref())
        .collect()
}

fn ids(plan: &Plan) -> Vec<Arc<str>> {
    asked(plan)
        .iter()
        .map(|approval| approval.id.clone())
        .collect()
}

/// Somebody says yes to all that waits, as the state then remembers it.
fn say_yes(company: &mut Company, plan: &Plan, hours: i64) {
    for approval in asked(plan) {
        let given = Given {
            by: "ada@host".into(),
            at: company.now,
            expires: company.now + jiff::SignedDuration::from_hours(hours),
            because: None,
        };
        let asked = Asked {
            given: Some(given),
            ..Asked::new(company.now)
        };
        company.prior.approvals.insert(approval.id.clone(), asked);
    }
}

#[test]
fn what_is_to_be_approved_is_in_the_plan_and_waits() {
    let mut company = ada();
    company.rules.approvals = vec![approve(&[GuardKind::Disable], &[])];
    enter(company.wish_mut(1), LEAVER);
    let plan = company.plan();
    assert_eq!(
        shown(&plan),
        [
            "disable ada king, waits (time)",
            "remove ada king from sg-staff (time)"
        ]
    );
    let [approval] = asked(&plan)[..] else {
        panic!("one question");
    };
    assert_eq!(
        (&*approval.rule.file, approval.rule.line),
        ("company.tenure", 95)
    );
    assert_eq!(approval.given, None);
    assert_eq!(
        open(&plan),
        ["Ada King: Approval, 0 days"],
        "an account that should be off and is not is open"
    );
    company.apply(&plan);
    let again = company.plan();
    assert_eq!(shown(&again), ["disable ada king, waits (time)"]);
    assert_eq!(ids(&again), ids(&plan), "the same question");
}

#[test]
fn the_id_is_of_what_is_done_and_to_whom_and_of_nothing_else() {
    let mut company = ada();
    company.rules.approvals = vec![approve(&[GuardKind::Grant], &["SG-A", "SG-B"])];
    let granted = |company: &mut Company, names: &[&str]| {
        let mut all: Vec<_> = names.iter().map(|name| group(name, GROUPS)).collect();
        all.push(group("SG-Staff", GROUPS));
        all.sort();
        company.wish_mut(1).groups.granted = all;
    };
    granted(&mut company, &["SG-A"]);
    let one = ids(&company.plan());
    granted(&mut company, &["SG-A", "SG-B"]);
    company.later(3);
    company.rules.digest = "policy-2".into();
    let both = ids(&company.plan());
    assert_eq!(both[0], one[0], "other actions, another day, another cause");
    assert_ne!(both[1], one[0], "another group");
    company.prior.id = uuid::Uuid::from_u128(7);
    assert_ne!(ids(&company.plan())[0], one[0], "salted by the state");
}

#[test]
fn a_yes_lets_it_happen_until_it_expires() {
    let mut company = ada();
    company.rules.approvals = vec![approve(&[GuardKind::Disable], &[])];
    enter(company.wish_mut(1), LEAVER);
    let plan = company.plan();
    company.apply(&plan);
    say_yes(&mut company, &plan, 24);
    let approved = company.plan();
    assert_eq!(shown(&approved), ["disable ada king (time)"]);
    assert!(asked(&approved)[0].given.is_some());
    assert_eq!(open(&approved), Vec::<String>::new());
    company.later(1);
    assert_eq!(
        shown(&company.plan()),
        ["disable ada king, waits (time)"],
        "not for ever"
    );
}

#[test]
fn what_depends_on_it_waits_too_and_nothing_else() {
    let mut company = ada().person(2, "Bob Ross");
    company.rules.approvals = vec![approve(&[GuardKind::Create], &[])];
    company
        .wish_mut(1)
        .groups
        .granted
        .insert(0, group("SG-A", GROUPS));
    let plan = company.plan();
    assert_eq!(
        shown(&plan),
        [
            "create cn=bob ross,ou=staff as bob, waits (hr)",
            "password bob ross (hr)",
            "enable bob ross (hr)",
            "add ada king to sg-a (time)",
            "add bob ross to sg-staff (hr)",
        ]
    );
    assert_eq!(plan.waiting(), [true, true, true, false, true]);
    company.apply(&plan);
    assert_eq!(company.plan().waiting(), [true, true, true, true]);
}

#[test]
fn a_condition_is_about_the_person() {
    let mut company = ada().account("bob", "Bob Ross", "2").person(2, "Bob Ross");
    company.join("bob", "SG-Staff");
    company.run();
    company.rules.approvals = vec![ApproveRule {
        conditional: true,
        ..approve(&[GuardKind::Disable], &[])
    }];
    company.wish_mut(2).approvals = vec![GUARD];
    for person in [1, 2] {
        enter(company.wish_mut(person), LEAVER);
    }
    let lines = shown(&company.plan());
    assert_eq!(
        lines[..2],
        ["disable ada king (time)", "disable bob ross, waits (time)"]
    );
}

#[test]
fn what_waits_counts_for_no_guard() {
    let mut company = ada();
    company.rules.limits.insert(
        GuardKind::Disable,
        tenure::policy::LimitRule {
            limit: tenure::policy::ruleset::Limit {
                percent: None,
                count: Some(0),
                more: false,
            },
            rule: GUARD,
        },
    );
    enter(company.wish_mut(1), LEAVER);
    assert_eq!(tripped(&company.plan()), ["disable 1 of 0"]);
    company.rules.approvals = vec![approve(&[GuardKind::Disable], &[])];
    let plan = company.plan();
    assert_eq!(tripped(&plan), Vec::<String>::new());
    company.apply(&plan);
    say_yes(&mut company, &plan, 1);
    assert_eq!(
        tripped(&company.plan()),
        ["disable 1 of 0"],
        "a yes does not lift a limit"
    );
}

#[test]
fn nobody_loses_the_old_one_while_the_new_one_waits() {
    for separate in [false, true] {
        let mut company = ada();
        company.rules.exclusives = vec![ExclusiveRule {
            groups: vec!["SG-A".into(), "SG-B".into()],
            prefer: Prefer::First,
            separate,
            rule: EXCLUSIVE,
        }];
        company
            .wish_mut(1)
            .groups
            .granted
            .insert(0, group("SG-B", GROUPS));
        company.run();
        company
            .wish_mut(1)
            .groups
            .granted
            .insert(0, group("SG-A", GROUPS));
        company.rules.approvals = vec![approve(&[GuardKind::Grant], &["SG-A"])];
        let plan = company.plan();
        assert_eq!(plan.waiting(), [true, true], "{:?}", shown(&plan));
        company.apply(&plan);
        say_yes(&mut company, &plan, 1);
        let mut lines = shown(&company.run());
        lines.sort();
        assert_eq!(
            lines,
            [
                "add ada king to sg-a (time)",
                "remove ada king from sg-b (time)"
            ]
        );
    }
}

#[test]
fn a_pilot_group_asks_for_its_own_only() {
    let mut company = ada().person(2, "Bob Ross");
    company.rules.approvals = vec![approve(&[GuardKind::Create], &[])];
    company.only = Some([id(1)].into());
    assert_eq!(shown(&company.plan()), Vec::<String>::new());
}
