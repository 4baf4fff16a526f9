//! Guards: limits, memory, overrides, `--only` (S10).

use super::bench::{Company, GUARD, LEAVER, enter, id, open, shown, tripped};
use std::collections::BTreeSet;
use tenure::plan::Change;
use tenure::policy::ruleset::Limit;
use tenure::policy::{GuardKind, LimitRule, OverrideRule};
use tenure::state::GuardCount;

/// A managed company of so many people.
fn company(count: i64) -> Company {
    let mut company = Company::new();
    for number in 1..=count {
        let name = format!("Person{number} Lastname");
        let login = format!("person{number}");
        company = company
            .account(&login, &name, &number.to_string())
            .member(&login, "SG-Staff")
            .person(number, &name);
    }
    company.run();
    company
}

fn leave(company: &mut Company, count: i64) {
    for number in 1..=count {
        let wish = company.wish_mut(number);
        enter(wish, LEAVER);
        // The group of all would trip a guard of its own.
        wish.groups.restriction.extent = tenure::policy::Extent::Untouched;
    }
}

fn limit(percent: Option<u32>, count: Option<u32>, more: bool) -> LimitRule {
    LimitRule {
        limit: Limit {
            percent,
            count,
            more,
        },
        rule: GUARD,
    }
}

#[test]
fn every_kind_has_a_verdict_and_a_limit() {
    let plan = company(3).plan();
    let kinds: Vec<GuardKind> = plan.guards.iter().map(|guard| guard.kind).collect();
    assert_eq!(kinds, GuardKind::ALL);
    assert!(!plan.trips());
}

#[test]
fn more_disables_than_allowed_trip_and_are_open() {
    let mut company = company(20);
    leave(&mut company, 6);
    let plan = company.plan();
    assert_eq!(tripped(&plan), ["disable 6 of 5"]);
    assert_eq!(plan.actions.len(), 6, "it is shown all the same");
    assert_eq!(open(&plan).len(), 6);
    assert!(open(&plan)[0].contains("Guard"));
}

#[test]
fn percents_are_of_enabled_managed_accounts_rounded_down_at_least_one() {
    let mut company = company(20);
    leave(&mut company, 2);
    for (rule, expected) in [
        (limit(Some(10), None, false), 2),
        (limit(Some(1), None, false), 1),
        (limit(Some(14), None, false), 2),
        (limit(Some(10), Some(7), true), 7),
        (limit(Some(10), Some(7), false), 2),
        (limit(None, Some(0), false), 0),
    ] {
        company.rules.limits.insert(GuardKind::Disable, rule);
        let plan = company.plan();
        let disable = &plan.guards[3];
        assert_eq!((disable.limit, disable.tripped), (expected, expected < 2));
        assert_eq!(&*disable.source, "disable at most 1");
    }
}

#[test]
fn limits_hold_for_any_day_not_only_for_a_run() {
    let mut company = company(20);
    leave(&mut company, 3);
    let count = |hours: i64| GuardCount {
        kind: "disable".into(),
        at: company.now - jiff::SignedDuration::from_hours(hours),
        count: 3,
        run: uuid::Uuid::nil(),
    };
    let (recent, old) = (count(23), count(24));
    company.prior.guard_counts = vec![old];
    assert_eq!(tripped(&company.plan()), Vec::<String>::new());
    company.prior.guard_counts.push(recent);
    assert_eq!(tripped(&company.plan()), ["disable 3 of 5"]);
}

#[test]
fn an_override_raises_a_limit_for_its_day() {
    let mut company = company(20);
    leave(&mut company, 6);
    let mut rule = OverrideRule {
        kind: GuardKind::Disable,
        count: 6,
        on: "2026-03-02".parse().unwrap(),
        because: "quarter end".into(),
        rule: GUARD,
    };
    company.rules.overrides = vec![rule.clone()];
    assert!(!company.plan().trips());
    rule.on = "2026-03-03".parse().unwrap();
    company.rules.overrides = vec![rule];
    assert!(company.plan().trips());
}

#[test]
fn a_group_of_ten_loses_at_most_three_tenths() {
    let mut company = company(10);
    for number in 1..=3 {
        company.wish_mut(number).groups.granted.clear();
    }
    assert_eq!(tripped(&company.plan()), Vec::<String>::new());
    company.wish_mut(4).groups.granted.clear();
    let plan = company.plan();
    assert_eq!(tripped(&plan), ["revoke 4 of 3"]);
    assert_eq!(
        &*plan.guards[17].source,
        "at most 30% of the 10 members of `SG-Staff`"
    );
    assert_eq!(plan.guards[17].actions.len(), 4);
}

#[test]
fn people_who_are_gone_and_values_that_are_lost_trip() {
    let mut lost = company(20);
    lost.people.truncate(16);
    lost.wishes.truncate(16);
    assert_eq!(tripped(&lost.plan()), ["lose 4 of 3"]);
    let mut emptied = company(20);
    emptied.people = (1..=20)
        .map(|number| {
            let values = vec![
                Some(tenure::hr::Value::Int(number)),
                None,
                Some(tenure::hr::Value::Text("active".into())),
                Some(tenure::hr::Value::Text("2099-12-31".into())),
            ];
            tenure::hr::Person::new(id(number), values)
        })
        .collect();
    assert_eq!(tripped(&emptied.plan()), ["values 20 of 5"]);
}

#[test]
fn a_first_filling_is_bounded_by_absolute_limits() {
    let mut company = Company::new();
    for number in 1..=30 {
        company = company.person(number, &format!("Person{number} Lastname"));
    }
    assert!(
        !company.plan().trips(),
        "30 are more than the 20 of other days"
    );
    company
        .rules
        .limits
        .insert(GuardKind::Create, limit(Some(2), Some(20), true));
    assert_eq!(tripped(&company.plan()), ["create 30 of 20"]);
}

#[test]
fn only_keeps_the_named_and_what_they_need() {
    let mut company = Company::new();
    company = company
        .person(1, "Ada King")
        .person_with(2, "Bob Boss", |wish| {
            let boss =
                tenure::policy::Desired::Person(id(1), Box::new(tenure::policy::Desired::Clear));
            wish.attributes.push(super::bench::line(
                "manager",
                tenure::policy::Mode::Always,
                boss,
            ));
        });
    company.only = Some(BTreeSet::from([id(2)]));
    let plan = company.plan();
    let lines = shown(&plan);
    assert!(
        lines.contains(&"create cn=ada king,ou=staff as ada (first)".to_owned()),
        "{lines:?}"
    );
    assert!(
        !lines.contains(&"enable ada king (first)".to_owned()),
        "{lines:?}"
    );
    assert_eq!(plan.memory.people.len(), 1);
    company.only = Some(BTreeSet::from([id(1)]));
    assert_eq!(company.plan().actions.len(), 4);
}

#[test]
fn guards_judge_everybody_but_only_still_ends_one_person() {
    let mut company = company(20);
    leave(&mut company, 6);
    company.only = Some(BTreeSet::from([id(1)]));
    let plan = company.plan();
    assert_eq!(shown(&plan), ["disable person1 lastname (time)"]);
    assert!(!plan.trips());
    company = company.person(21, "New Person");
    company.only = Some(BTreeSet::from([id(21)]));
    let plan = company.plan();
    assert!(
        plan.actions
            .iter()
            .any(|action| matches!(action.change, Change::CreateAccount { .. }))
    );
    assert_eq!(tripped(&plan), ["disable 6 of 5"]);
}
