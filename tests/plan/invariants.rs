//! Invariants: judged over what would be, for each managed person; one that breaks stops the whole plan.

use super::bench::{
    Company, EMPLOYEE, GROUPS, GUARD, LEAVER, UNMANAGED, dn, enter, found, group, id, open, shown,
};
use tenure::plan::{FindingKind, Plan};
use tenure::policy::{
    ApproveRule, GuardKind, InvariantRule, InvariantWish, Never, NeverAccount, UnitWish,
};

fn ada() -> Company {
    let mut company = Company::new()
        .account("ada", "Ada King", "1")
        .member("ada", "SG-Staff")
        .group("SG-Finance")
        .group("SG-Sales")
        .person(1, "Ada King");
    company.run();
    company
}

/// The same with an invariant that is about her.
fn never(never: Never) -> Company {
    let mut company = ada();
    company.rules.invariants = vec![InvariantRule {
        title: "never so".into(),
        never: vec![never],
        rule: GUARD,
    }];
    company.wish_mut(1).invariants = vec![InvariantWish {
        index: 0,
        unknown: None,
    }];
    company
}

fn finance() -> Company {
    never(Never::Group("sg-finance".into()))
}

fn broken(plan: &Plan) -> Vec<String> {
    let broken = plan.broken.iter();
    broken
        .map(|one| format!("{} of {}: {}", one.who, one.title, one.text))
        .collect()
}

#[test]
fn a_plan_that_gives_what_is_ruled_out_is_stopped() {
    let mut company = finance();
    assert!(!company.plan().trips());
    company
        .wish_mut(1)
        .groups
        .granted
        .insert(0, group("SG-Finance", GROUPS));
    let plan = company.plan();
    assert_eq!(
        broken(&plan),
        ["Ada King of never so: member of `sg-finance`"]
    );
    assert!(plan.trips());
    assert_eq!(
        (plan.broken[0].reason.line, &plan.broken[0].person),
        (95, &id(1))
    );
}

#[test]
fn what_leads_there_over_others_counts_and_is_named() {
    let mut company = finance();
    company.join("SG-Sales", "SG-Finance");
    company
        .wish_mut(1)
        .groups
        .granted
        .push(group("SG-Sales", GROUPS));
    assert_eq!(
        broken(&company.plan()),
        ["Ada King of never so: member of `sg-finance`: `SG-Sales` leads to `SG-Finance`"]
    );
}

#[test]
fn what_is_so_by_hand_counts_until_a_plan_ends_it() {
    let mut company = finance();
    company.join("ada", "SG-Finance");
    assert!(company.plan().trips(), "whoever did it");
    enter(company.wish_mut(1), LEAVER);
    assert!(!company.plan().trips(), "the plan takes it away");
    company.rules.approvals = vec![ApproveRule {
        kinds: vec![GuardKind::Revoke],
        groups: Vec::new(),
        stages: Vec::new(),
        units: Vec::new(),
        above: None,
        conditional: false,
        rule: GUARD,
    }];
    assert!(company.plan().trips(), "but not while that waits");
}

#[test]
fn a_grant_that_waits_breaks_it_as_well() {
    let mut company = finance();
    company
        .wish_mut(1)
        .groups
        .granted
        .insert(0, group("SG-Finance", GROUPS));
    company.rules.approvals = vec![ApproveRule {
        kinds: vec![GuardKind::Grant],
        groups: Vec::new(),
        stages: Vec::new(),
        units: Vec::new(),
        above: None,
        conditional: false,
        rule: GUARD,
    }];
    assert!(company.plan().trips(), "no yes may break it");
}

#[test]
fn units_accounts_and_stages_are_ruled_out_as_well() {
    let mut company = never(Never::Unit(dn("OU=Leavers")));
    assert!(!company.plan().trips());
    company.wish_mut(1).unit = UnitWish::In(dn("OU=Old,OU=Leavers"), super::bench::UNIT);
    assert_eq!(
        broken(&company.plan()),
        ["Ada King of never so: in `OU=Leavers,DC=example,DC=com`"]
    );

    let mut company = never(Never::Account(NeverAccount::Enabled));
    assert_eq!(
        broken(&company.plan()),
        ["Ada King of never so: the account is enabled"]
    );
    enter(company.wish_mut(1), LEAVER);
    assert!(!company.plan().trips());

    let mut company = never(Never::Account(NeverAccount::Disabled));
    assert!(!company.plan().trips());
    enter(company.wish_mut(1), LEAVER);
    assert_eq!(
        broken(&company.plan()),
        ["Ada King of never so: the account is disabled"]
    );

    let company = never(Never::Stage(EMPLOYEE));
    assert_eq!(
        broken(&company.plan()),
        ["Ada King of never so: in stage `employee`"]
    );
}

#[test]
fn a_new_account_is_judged_before_it_is_made() {
    let mut company = Company::new().group("SG-Finance").person(1, "Ada King");
    company.rules.invariants = finance().rules.invariants;
    let wish = company.wish_mut(1);
    wish.groups.granted.insert(0, group("SG-Finance", GROUPS));
    wish.invariants = vec![InvariantWish {
        index: 0,
        unknown: None,
    }];
    let plan = company.plan();
    assert_eq!(
        broken(&plan),
        ["Ada King of never so: member of `sg-finance`"]
    );
    assert_eq!(plan.broken[0].account, dn("CN=Ada King,OU=Staff"));
}

#[test]
fn whom_the_policy_does_not_look_after_is_not_judged() {
    let mut company = finance();
    company.join("ada", "SG-Finance");
    enter(company.wish_mut(1), UNMANAGED);
    assert!(!company.plan().trips());
}

#[test]
fn what_cannot_be_told_is_reported_and_stops_nothing() {
    let mut company = finance();
    company.join("ada", "SG-Finance");
    company.wish_mut(1).invariants[0].unknown = Some("person 9 is not in HR".into());
    let plan = company.plan();
    assert!(!plan.trips());
    assert_eq!(
        found(&plan, FindingKind::Held),
        ["Ada King: `never so` cannot be judged: person 9 is not in HR"]
    );
}

#[test]
fn one_person_can_still_be_ended_while_another_breaks_one() {
    let mut company = finance()
        .account("bob", "Bob Ross", "2")
        .person(2, "Bob Ross");
    company.join("bob", "SG-Staff");
    company.run();
    company.join("ada", "SG-Finance");
    enter(company.wish_mut(2), LEAVER);
    let plan = company.plan();
    assert!(plan.trips());
    assert_eq!(
        open(&plan),
        ["Bob Ross: Guard, 0 days"],
        "who left and stays enabled is open"
    );
    company.only = Some([id(2)].into());
    let plan = company.plan();
    assert!(!plan.trips());
    assert_eq!(
        shown(&plan),
        [
            "disable bob ross (time)",
            "remove bob ross from sg-staff (time)"
        ]
    );
}
